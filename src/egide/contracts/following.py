"""Contracts follow who people are: the enrolments that cover someone corrected are touched, each by an act of its own."""

from __future__ import annotations

from collections.abc import Sequence

from egide.contracts.queries import enrolment_with_member, enrolments_of
from egide.journal.acts import perform
from egide.journal.facts import Context
from egide.journal.followers import Follow
from egide.journal.permissions import Permission


def follow_people(context: Context, person_ids: Sequence[int]) -> None:
    """Says on each enrolment that someone it covers was corrected; what is due on it follows."""
    for enrolment_id in enrolments_of(person_ids):
        with perform(context, "enrolment.person_corrected", needs=Permission.READ, given=list(person_ids)) as act:
            enrolment = enrolment_with_member(enrolment_id)
            act.on("enrolment", enrolment.pk, enrolment.number, enrolment.perimeter_id)
            act.touch("enrolment", enrolment.pk, enrolment.perimeter_id)
            act.because("L’identité d’une personne couverte a été corrigée.")


FOLLOWS = (Follow("person", follow_people),)
