"""Contracts follow who people are: the enrolments that cover someone corrected are touched, each by an act of its own."""

from __future__ import annotations

from collections.abc import Sequence

from egide.contracts.queries import covered_before_birth, enrolment_with_member, enrolments_of
from egide.journal.acts import perform
from egide.journal.facts import Context
from egide.journal.followers import Follow
from egide.journal.permissions import Permission
from egide.kernel.errors import Refusal


def follow_people(context: Context, person_ids: Sequence[int]) -> None:
    """Says on each enrolment that someone it covers was corrected; what is due on it follows."""
    refuse_before_birth(person_ids)
    for enrolment_id in enrolments_of(person_ids):
        with perform(context, "enrolment.person_corrected", needs=Permission.READ, given=list(person_ids)) as act:
            enrolment = enrolment_with_member(enrolment_id)
            act.on("enrolment", enrolment.pk, enrolment.number, enrolment.perimeter_id)
            act.touch("enrolment", enrolment.pk, enrolment.perimeter_id)
            act.because("L’identité d’une personne couverte a été corrigée.")


def refuse_before_birth(person_ids: Sequence[int]) -> None:
    """Refuses a birth date after which a cover of the person would begin before they are born."""
    for name, starts_on in covered_before_birth(person_ids):
        raise Refusal(
            code="person.covered_before_birth",
            where="birth_date",
            message=f"{name} est couvert depuis le {starts_on:%d/%m/%Y}, avant cette date de naissance.",
            remedy="Vérifiez la date ; si elle est juste, radiez d’abord cette personne, puis ajoutez-la à sa naissance.",
        )


FOLLOWS = (Follow("person", follow_people),)
