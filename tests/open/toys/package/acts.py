"""Writes of toys."""

from __future__ import annotations

from egide.toys.models import Toy

from egide.contracts.queries import enrolment_with_member
from egide.journal import clock
from egide.journal.acts import perform
from egide.journal.facts import Context
from egide.journal.permissions import Permission
from egide.work.acts import NewItem, open_item

TOYS = Permission("toys")


def give_toy(context: Context, enrolment_id: int, *, name: str, price_cents: int) -> Toy:
    """Gives a toy with an enrolment, and asks someone to wrap it."""
    with perform(context, "toy.give", needs=TOYS, given=[enrolment_id, name, price_cents]) as act:
        enrolment = enrolment_with_member(enrolment_id)
        toy = Toy.objects.create(
            enrolment_id=enrolment.pk, name=name, price_cents=price_cents, perimeter_id=enrolment.perimeter_id
        )
        act.on("toy", toy.pk, name, enrolment.perimeter_id)
        act.outcome = {"toy": toy.pk}
        act.because(f"Jouet offert : {name}.")
        item = NewItem(
            "toy_to_wrap", f"Emballer {name}", enrolment.perimeter_id, "toy", toy.pk, clock.now(), "REJECT_WORK"
        )
        open_item(act, item)
    return toy
