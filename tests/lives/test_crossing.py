"""Two writers of one due never cross: whatever is corrected while a batch runs is posted once, and asked for once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from threading import Event, Thread

import pytest
from django.db import connection, connections, transaction

from egide.contracts.models import Enrolment
from egide.house import followed
from egide.journal.facts import Context
from egide.journal.queries import snapshot, touched_since
from egide.journal.scope import reading
from egide.kernel.errors import Refusal
from egide.people.acts import Identity, correct_identity
from egide.people.models import Person
from egide.premiums import jobs
from egide.premiums.jobs import audit, call_month
from egide.premiums.queries import balance_cents
from people.families import a_family, enrolled, one

NOVEMBER = date(2015, 11, 1)
SAID = Callable[[str], None]


def made_younger(context: Context, enrolment: Enrolment) -> None:
    """The member's birth date is corrected by twenty years, as the desk does it: the act, and all that follows it."""
    person = _person(context, enrolment)
    identity = Identity(person.last_name, person.first_name, person.birth_date, person.birth_rank, person.insured_nir)
    corrected = replace(identity, birth_date=date(1955, 3, 12))
    followed(correct_identity, context, person.pk, corrected)


def sound(context: Context) -> None:
    """What stands posted is what is due, for everyone, and nobody is asked for more."""
    with reading(context.actor.perimeters):
        (found,) = audit(context)
        assert (found.count, found.first) == (0, ())
        assert (
            one(
                """SELECT count(*) FROM (SELECT a.enrolment_id, sum(l.amount_cents) AS cents FROM ledger_line l
               JOIN ledger_account a ON a.id = l.account_id WHERE a.kind = 'member' GROUP BY 1) b WHERE b.cents < 0"""
            )
            == 0
        ), "someone was debited of more than they owe"


@pytest.fixture
def two(database: str, system: Context, today: SAID, monkeypatch: pytest.MonkeyPatch) -> list[Enrolment]:
    """Two families, each in a slice of its own."""
    today("2015-10-05")
    monkeypatch.setattr(jobs, "_ENROLMENTS_PER_SLICE", 1)
    with transaction.atomic():
        return [enrolled(system, a_family(1), starts_on=NOVEMBER) for _ in range(2)]


@pytest.mark.parametrize("before", [True, False], ids=["before its slice", "after its slice"])
def test_a_correction_between_two_slices_is_called_once(two: list[Enrolment], system: Context, before: bool) -> None:
    """An identity corrected while its month is being called moves the due of that month once, and one debit asks for it."""
    last = max(two, key=lambda family: family.pk % 2)
    first = min(two, key=lambda family: family.pk % 2)
    corrected: list[Enrolment] = []

    def meanwhile(said: str) -> None:
        if not corrected and said.startswith("tranche 1/"):
            corrected.append(last if before else first)
            made_younger(system, corrected[0])

    call_month(system, NOVEMBER, perimeter_id=2, progress=meanwhile)
    assert corrected
    sound(system)
    with reading(system.actor.perimeters):
        assert balance_cents(corrected[0].pk) == 0
    again = call_month(system, NOVEMBER, perimeter_id=2)
    assert (again.enrolments, again.debits) == (0, 0)


def test_a_correction_that_nobody_followed_is_caught_up(two: list[Enrolment], system: Context) -> None:
    """A batch catches up by what acts touched, whatever they are called and whoever should have followed them."""
    done: list[str] = []

    def meanwhile(said: str) -> None:
        if not done and said.startswith("tranche 1/"):
            done.append(said)
            for family in two:
                person = _person(system, family)
                identity = Identity(
                    person.last_name, person.first_name, date(1955, 3, 12), person.birth_rank, person.insured_nir
                )
                correct_identity(system, person.pk, identity)

    call_month(system, NOVEMBER, perimeter_id=2, progress=meanwhile)
    assert done
    sound(system)


def _person(context: Context, family: Enrolment) -> Person:
    with reading(context.actor.perimeters):
        return Person.objects.get(pk=family.member_id)


@pytest.mark.parametrize("committed", [True, False], ids=["ended", "given up"])
def test_a_slice_waits_for_the_correction_that_was_first(
    two: list[Enrolment], system: Context, committed: bool
) -> None:
    """Two connections: the correction has posted its part and not ended; the slice waits, then decides from what it left."""
    written, called, order = Event(), Event(), list[str]()

    def person_at_the_desk() -> None:
        try:
            with transaction.atomic():
                made_younger(system, two[0])
                written.set()
                called.wait(1)  # long enough for a call that would not wait
                order.append("desk")
                transaction.set_rollback(not committed)
        finally:
            connection.close()

    desk = Thread(target=person_at_the_desk)
    desk.start()
    written.wait(30)
    call_month(system, NOVEMBER, perimeter_id=2)
    order.append("call")
    called.set()
    desk.join()
    assert order == ["desk", "call"]
    sound(system)


def test_nobody_is_covered_before_a_corrected_birth(two: list[Enrolment], system: Context, today: SAID) -> None:
    """A birth date after the start of a cover is refused with what to do, and nothing is written."""
    today("2016-06-01")
    person = _person(system, two[0])
    later = Identity(person.last_name, person.first_name, date(2016, 3, 12), person.birth_rank, person.insured_nir)
    with pytest.raises(Refusal) as refused:
        followed(correct_identity, system, person.pk, later)
    assert refused.value.code == "person.covered_before_birth" and "radiez" in refused.value.remedy
    assert _person(system, two[0]).birth_date == person.birth_date


def test_touches_of_another_server_cross_nothing(two: list[Enrolment], system: Context) -> None:
    """A restored base holds numbers of transactions that its server has not given: they are not taken for new ones."""
    made_younger(system, two[0])
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE journal_touch SET transaction = (transaction::text::bigint + 50000000)::text::xid8")
    with reading(system.actor.perimeters):
        assert touched_since(snapshot(), "enrolment") == []
