"""What an endorsement makes of an enrolment: the covers after it, when it takes effect, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from egide.contracts.decisions.certificates import refuse_certificate
from egide.contracts.decisions.terms import (
    addition,
    removal,
    school_certificate,
    termination,
    too_late,
    withdrawal_until,
)
from egide.contracts.facts import (
    CoverFacts,
    EndorsementAsked,
    EndorsementKind,
    EndorsementPlan,
    EnrolmentFacts,
)
from egide.kernel.errors import Refusal
from egide.kernel.formats import format_date
from egide.kernel.text import elided
from egide.rules.books import Book


def plan(enrolment: EnrolmentFacts, asked: EndorsementAsked, *, book: Book) -> EndorsementPlan:
    """The enrolment as it will be, without writing anything. Raises Refusal when the change makes no sense.

    ``book`` is the règlement that decides it: every date comes from one of its rules.
    """
    if asked.kind is EndorsementKind.WITHDRAW:
        return _withdraw(enrolment, asked, book)
    if late := too_late(book, event_on=asked.event_on, received_on=asked.received_on, agreed=bool(asked.agreement)):
        raise _refusal(
            "endorsement.too_late",
            "event_on",
            late,
            "Demandez l’accord de l’assureur, puis recopiez sa référence dans « Accord de l’assureur ».",
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
            return _add(enrolment, asked, book)
        case EndorsementKind.REMOVE_PERSON:
            return _remove(enrolment, asked, book)
        case _:
            return _terminate(enrolment, asked, book)


def _add(enrolment: EnrolmentFacts, asked: EndorsementAsked, book: Book) -> EndorsementPlan:
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
            f"Cette adhésion couvre déjà {person.first_name}.",
            "Vérifiez les personnes couvertes sur la fiche.",
        )
    term = addition(book, event_on=asked.event_on, starts_on=enrolment.starts_on, birth_date=person.birth_date)
    start, reasons = term.on, [*term.reasons, "Tout mois commencé est dû."]
    if enrolment.ends_on and start >= enrolment.ends_on:
        raise _refusal(
            "endorsement.after_end",
            "birth_date",
            f"{person.first_name} ne serait couvert qu’au {format_date(start)}, après la fin de l’adhésion.",
            "Vérifiez la date de naissance, ou faites une nouvelle adhésion.",
        )
    refuse_certificate(person, start)
    why = school_certificate(
        book, link=person.link, student=person.student, birth_date=person.birth_date, complete_on=asked.received_on
    )
    if why and not person.school_certificate:
        raise _refusal(
            "endorsement.school",
            "school",
            f"{person.first_name} n’a pas de certificat de scolarité au dossier. {why}",
            "Demandez-le, puis cochez « Certificat de scolarité joint » ; sans lui, décochez « Poursuit des études ».",
        )
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


def _remove(enrolment: EnrolmentFacts, asked: EndorsementAsked, book: Book) -> EndorsementPlan:
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
    term = removal(book, event_on=asked.event_on, starts_on=enrolment.starts_on, cause=asked.cause)
    return EndorsementPlan(
        enrolment,
        replace(enrolment, covers=_ended(enrolment, term.on, only=leaving.person_id)),
        term.on,
        (elided(f"Radiation de {leaving.first_name}."), *term.reasons),
    )


def _terminate(enrolment: EnrolmentFacts, asked: EndorsementAsked, book: Book) -> EndorsementPlan:
    term = termination(
        book,
        event_on=asked.event_on,
        starts_on=enrolment.starts_on,
        received_on=asked.received_on,
        cause=asked.cause,
    )
    if term.on < enrolment.starts_on:
        raise _refusal(
            "endorsement.before_start",
            "event_on",
            f"L’adhésion commence le {format_date(enrolment.starts_on)}.",
            "Pour l’annuler dès l’origine, choisissez « Renoncer » sur la fiche de l’adhérent.",
        )
    end = min(term.on, enrolment.ends_on) if enrolment.ends_on else term.on
    told = () if end == term.on else (f"L’adhésion se termine déjà le {format_date(end)}.",)
    return EndorsementPlan(
        enrolment,
        replace(enrolment, ends_on=end, covers=_ended(enrolment, end)),
        end,
        (*term.reasons, *told, "Toutes les affiliations cessent avec celle de l’adhérent."),
    )


def _withdraw(enrolment: EnrolmentFacts, asked: EndorsementAsked, book: Book) -> EndorsementPlan:
    """The enrolment as if it had never begun: no cover of it stands, from its first day."""
    if enrolment.ends_on == enrolment.starts_on:
        raise _refusal(
            "endorsement.withdrawn",
            "received_on",
            "Cette adhésion est déjà annulée depuis son début.",
            "Rien n’est à faire : ses mouvements sont sur la fiche de l’adhérent.",
        )
    last = withdrawal_until(book, enrolment.concluded_on or enrolment.starts_on)
    if last is None:
        raise _refusal(
            "endorsement.no_withdrawal",
            "kind",
            f"Le règlement « {book.title} » ne dit pas jusqu’à quand on peut renoncer.",
            "Choisissez « Résilier », ou demandez au responsable du produit d’écrire cette règle.",
        )
    if asked.received_on > last.on:
        raise _refusal(
            "endorsement.withdrawal_late",
            "received_on",
            f"Renonciation reçue le {format_date(asked.received_on)}, après le délai. {last.reasons[-1]}",
            "Si la date de réception est juste, choisissez « Résilier » : la garantie cesse à la date que donne le règlement.",
        )
    return EndorsementPlan(
        enrolment,
        replace(enrolment, ends_on=enrolment.starts_on, covers=()),
        enrolment.starts_on,
        (
            f"Renonciation reçue le {format_date(asked.received_on)}.",
            *last.reasons,
            "L’adhésion est annulée depuis son début : aucune cotisation n’est due, aucun soin n’est pris en charge.",
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
