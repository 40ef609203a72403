"""What an endorsement makes of an enrolment: the covers after it, when it takes effect, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from egide.contracts.decisions.certificates import refuse_certificate
from egide.contracts.facts import (
    CoverFacts,
    EndorsementAsked,
    EndorsementKind,
    EndorsementPlan,
    EnrolmentFacts,
)
from egide.kernel.errors import Refusal
from egide.kernel.formats import format_date
from egide.kernel.periods import add_months, first_of_month
from egide.kernel.text import elided

_LATE_MONTHS = 12  # a change told later than this needs the insurer's agreement, not a form


def plan(enrolment: EnrolmentFacts, asked: EndorsementAsked, *, today: date) -> EndorsementPlan:
    """The enrolment as it will be, without writing anything. Raises Refusal when the change makes no sense."""
    if asked.event_on < add_months(today, -_LATE_MONTHS):
        raise _refusal(
            "endorsement.too_late",
            "event_on",
            f"L’événement du {format_date(asked.event_on)} a plus de douze mois.",
            "Demandez l’accord de l’assureur, puis saisissez la date qu’il retient.",
        )
    if enrolment.ends_on and asked.event_on >= enrolment.ends_on:
        raise _refusal(
            "endorsement.after_end",
            "event_on",
            f"L’adhésion se termine le {format_date(enrolment.ends_on)}.",
            "Choisissez une date antérieure, ou faites une nouvelle adhésion.",
        )
    match asked.kind:
        case EndorsementKind.ADD_PERSON:
            return _add(enrolment, asked)
        case EndorsementKind.REMOVE_PERSON:
            return _remove(enrolment, asked)
        case EndorsementKind.TERMINATE:
            return _terminate(enrolment, asked)


def _add(enrolment: EnrolmentFacts, asked: EndorsementAsked) -> EndorsementPlan:
    person = asked.person
    if person is None:
        raise _refusal("endorsement.person", "person", "La personne à ajouter manque.", "Renseignez son identité.")
    if any(
        cover.birth_date == person.birth_date and cover.first_name.casefold() == person.first_name.casefold()
        for cover in enrolment.covers
        if cover.ends_on is None or cover.ends_on > asked.event_on
    ):
        raise _refusal(
            "endorsement.already_covered",
            "person",
            f"{person.first_name} est déjà couvert par cette adhésion.",
            "Vérifiez les personnes couvertes sur la fiche.",
        )
    start = max(asked.event_on, enrolment.starts_on)
    refuse_certificate(person, start)
    born_into = person.birth_date == asked.event_on
    reasons = [
        f"Naissance le {format_date(person.birth_date)} : couverture dès ce jour."
        if born_into
        else f"Ajout demandé au {format_date(asked.event_on)}."
    ]
    if start != asked.event_on:
        reasons.append(f"L’adhésion commence le {format_date(enrolment.starts_on)}, la couverture aussi.")
    reasons.append("Tout mois commencé est dû.")
    cover = CoverFacts(
        cover_id=0,
        enrolment_id=enrolment.id,
        perimeter_id=enrolment.perimeter_id,
        person_id=0,
        first_name=person.first_name,
        last_name=person.last_name,
        birth_date=person.birth_date,
        link=person.link,
        student=person.student,
        starts_on=start,
        ends_on=enrolment.ends_on,
        since=start,
        aid_acs_cents=person.certificate.amount_cents if person.certificate else 0,
        aid_other_cents=0,
    )
    return EndorsementPlan(
        enrolment, replace(enrolment, covers=_in_order((*enrolment.covers, cover))), start, tuple(reasons)
    )


def _remove(enrolment: EnrolmentFacts, asked: EndorsementAsked) -> EndorsementPlan:
    leaving = next(
        (
            cover
            for cover in enrolment.covers
            if cover.person_id == asked.person_id and (cover.ends_on is None or cover.ends_on > asked.event_on)
        ),
        None,
    )
    if leaving is None:
        raise _refusal(
            "endorsement.person",
            "person_id",
            "Cette personne n’est pas couverte ici à cette date.",
            "Choisissez-la dans la liste.",
        )
    if leaving.link == "member":
        raise _refusal(
            "endorsement.member",
            "person_id",
            "L’adhérent ne peut pas être radié seul : sa radiation met fin à toute l’adhésion.",
            "Choisissez « Résilier l’adhésion ».",
        )
    end = asked.event_on
    return EndorsementPlan(
        enrolment,
        replace(enrolment, covers=_ended(enrolment, end, only=leaving.person_id)),
        end,
        (elided(f"Fin de couverture de {leaving.first_name} le {format_date(end)} ; le mois commencé reste dû."),),
    )


def _terminate(enrolment: EnrolmentFacts, asked: EndorsementAsked) -> EndorsementPlan:
    end = asked.event_on
    if end.day != 1:
        end = add_months(first_of_month(end), 1)
    if end < enrolment.starts_on:
        raise _refusal(
            "endorsement.before_start",
            "event_on",
            f"L’adhésion commence le {format_date(enrolment.starts_on)}.",
            "Pour l’annuler dès l’origine, enregistrez une renonciation à cette date.",
        )
    return EndorsementPlan(
        enrolment,
        replace(enrolment, ends_on=end, covers=_ended(enrolment, end)),
        end,
        (
            f"Résiliation au {format_date(end)}, premier jour sans garantie.",
            "Toutes les affiliations cessent avec celle de l’adhérent.",
        ),
    )


def _ended(enrolment: EnrolmentFacts, end: date, *, only: int | None = None) -> tuple[CoverFacts, ...]:
    """Covers cut at ``end``; one that would begin after it disappears."""
    covers = []
    for cover in enrolment.covers:
        if only is not None and cover.person_id != only:
            covers.append(cover)
        elif cover.starts_on < end:
            covers.append(replace(cover, ends_on=min(end, cover.ends_on or end)))
    return tuple(covers)


def _in_order(covers: tuple[CoverFacts, ...]) -> tuple[CoverFacts, ...]:
    return tuple(
        sorted(covers, key=lambda cover: (cover.link == "child", cover.birth_date, cover.person_id or 1 << 62))
    )


def _refusal(code: str, where: str, message: str, remedy: str) -> Refusal:
    return Refusal(code=code, where=where, message=message, remedy=remedy)
