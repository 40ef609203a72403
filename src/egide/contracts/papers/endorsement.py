"""What a change of an enrolment is told: who was covered, who is, from when and why; a new card for who joins."""

from __future__ import annotations

from datetime import date, timedelta

from egide.contracts.facts import CoverFacts, EndorsementAsked, EndorsementKind, EndorsementPlan, EnrolmentFacts
from egide.contracts.models import Enrolment
from egide.contracts.papers.card import issue_card
from egide.contracts.papers.facts import Change, EndorsementLetter
from egide.documents.acts import issue
from egide.journal import clock
from egide.journal.acts import Record
from egide.kernel.formats import format_date
from egide.kernel.periods import add_months, first_month_of_year
from egide.kernel.text import elided
from egide.people.papers import letter_frame


def issue_endorsement(record: Record, enrolment: Enrolment, asked: EndorsementAsked, decided: EndorsementPlan) -> None:
    """Issues the letter of an endorsement, and the card of everyone when a person joins."""
    issue(
        record,
        endorsement_letter(enrolment, asked, decided),
        kind="endorsement",
        title=f"Avenant au {decided.effect_on:%d/%m/%Y}",
        subject=("enrolment", enrolment.pk),
        perimeter_id=enrolment.perimeter_id,
    )
    if asked.kind is EndorsementKind.ADD_PERSON:
        issue_card(record, enrolment, from_on=decided.effect_on)


def endorsement_letter(enrolment: Enrolment, asked: EndorsementAsked, decided: EndorsementPlan) -> EndorsementLetter:
    """The letter, as it is sent; the schedule that goes with it, where there is one, says each amount."""
    scheduled = _scheduled(decided.after)
    ends = asked.kind in (EndorsementKind.TERMINATE, EndorsementKind.WITHDRAW)
    return EndorsementLetter(
        **letter_frame(enrolment.member, enrolment.number),
        title=_title(asked, decided),
        effect_on=decided.effect_on,
        asked_on=asked.received_on,
        changes=(
            Change("Personnes couvertes", _names(decided.before), "aucune" if ends else _names(decided.after)),
            *_moved(decided),
        ),
        reasons=decided.reasons,
        ends=ends,
        scheduled=scheduled,
        enclosures=_enclosures(asked.kind, scheduled=scheduled),
    )


def _title(asked: EndorsementAsked, decided: EndorsementPlan) -> str:
    match asked.kind:
        case EndorsementKind.ADD_PERSON:
            return elided(f"arrivée de {asked.person.first_name}") if asked.person else "arrivée d’une personne"
        case EndorsementKind.REMOVE_PERSON:
            leaving = next(one for one in decided.before.covers if one.person_id == asked.person_id)
            return elided(f"départ de {leaving.first_name}")
        case EndorsementKind.TERMINATE:
            return "résiliation"
        case EndorsementKind.WITHDRAW:
            return "renonciation"


def _names(facts: EnrolmentFacts) -> str:
    return (
        ", ".join(one.first_name for one in facts.covers if one.ends_on is None or one.ends_on == facts.ends_on)
        or "aucune"
    )


def _moved(decided: EndorsementPlan) -> tuple[Change, ...]:
    before = {one.person_id: one for one in decided.before.covers}
    after = {one.person_id: one for one in decided.after.covers}
    pairs = [(one, before.get(person_id), after.get(person_id)) for person_id, one in {**before, **after}.items()]
    return tuple(
        Change(f"{one.first_name} {one.last_name}", _covered(was), _covered(will))
        for one, was, will in pairs
        if _covered(was) != _covered(will)
    )


def _covered(cover: CoverFacts | None) -> str:
    if cover is None:
        return "sans couverture"
    if cover.ends_on is None:
        return f"couvert depuis le {format_date(cover.starts_on)}"
    return f"couvert du {format_date(cover.starts_on)} au {format_date(cover.ends_on - timedelta(days=1))}"


def _scheduled(after: EnrolmentFacts) -> bool:
    """Whether a schedule follows: somebody is still covered in the contract year of today."""
    first = first_month_of_year(after.starts_on, around=max(clock.today(), after.starts_on))
    return any(one.starts_on < add_months(first, 12) and (one.ends_on or date.max) > first for one in after.covers)


def _enclosures(kind: EndorsementKind, *, scheduled: bool) -> tuple[str, ...]:
    papers = ("échéancier de cotisations mis à jour",) if scheduled else ()
    return (*papers, "carte de tiers payant") if kind is EndorsementKind.ADD_PERSON else papers
