"""What a règlement says of the life of a contract: each date comes from one of its rules, with its sentences and article.

The names of the rules that are asked for, and of the facts given, are those of « La vie du contrat » in the guide of rule
books: nothing here knows a delay, a notice or a first of the month.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from egide.kernel.errors import Refusal
from egide.rules.books import Book
from egide.rules.case import explain
from egide.rules.steps import Step


@dataclass(frozen=True, slots=True)
class Term:
    """A date that the règlement decides, its reasons in order of reading, and the article that says so."""

    on: date
    reasons: tuple[str, ...]
    article: str


def start_of(book: Book, wished: date, *, agreements: Sequence[date], complete_on: date) -> Term:
    """When the covers of a form begin: the wished date where the règlement allows it, else the nearest that it does."""
    agreed = max(agreements, default=wished)
    return _term(
        book, "effet_adhesion", {"date_souhaitee": wished, "dossier_complet": complete_on, "accord_aide": agreed}
    )


def end_of(book: Book, starts_on: date) -> Term | None:
    """The first day without cover of an enrolment that has a term; None when it goes on until someone ends it."""
    return _term(book, "terme_adhesion", {"debut_adhesion": starts_on}) if "terme_adhesion" in book.rules else None


def reminder_of(book: Book, ends_on: date) -> Term | None:
    """When the end of an enrolment is announced; None when the règlement promises no letter."""
    return _term(book, "rappel_terme", {"fin_adhesion": ends_on}) if "rappel_terme" in book.rules else None


def withdrawal_until(book: Book, concluded_on: date) -> Term | None:
    """The last day on which a member may give up their enrolment, this day included; None when the règlement is silent."""
    return (
        _term(book, "fin_renonciation", {"adhesion_conclue": concluded_on})
        if "fin_renonciation" in book.rules
        else None
    )


def addition(book: Book, *, event_on: date, starts_on: date, birth_date: date) -> Term:
    """When a person who joins an enrolment is covered: never before the enrolment begins, nor before they are born."""
    return _term(book, "effet_ajout", {"evenement": event_on, "debut_adhesion": starts_on, "naissance": birth_date})


def removal(book: Book, *, event_on: date, starts_on: date, cause: str) -> Term:
    """The first day without cover of a person who leaves."""
    facts = {"evenement": event_on, "debut_adhesion": starts_on, "cause": cause}
    return _term(book, "effet_radiation", facts)


def termination(book: Book, *, event_on: date, starts_on: date, received_on: date, cause: str) -> Term:
    """The first day without cover of an enrolment that ends before its term."""
    facts = {"evenement": event_on, "debut_adhesion": starts_on, "demande_recue": received_on, "cause": cause}
    return _term(book, "effet_resiliation", facts)


def too_late(book: Book, *, event_on: date, received_on: date, agreed: bool) -> str:
    """Why an event was told too late to change anything without the insurer; empty when it was not."""
    facts = {"evenement": event_on, "demande_recue": received_on, "accord_assureur": agreed}
    step = _step(book, "evenement_trop_ancien", facts)
    return _with_article(step) if step.value else ""


def school_certificate(book: Book, *, link: str, student: bool, birth_date: date, complete_on: date) -> str:
    """Why a person must prove their studies; empty when the règlement asks for no proof."""
    facts = {"lien": _LINKS[link], "etudiant": student, "naissance": birth_date, "dossier_complet": complete_on}
    step = _step(book, "certificat_scolarite", facts)
    return _with_article(step) if step.value else ""


def vitale_required(book: Book) -> bool:
    """Whether the règlement asks for the attestation of each person who bears a number."""
    required = book.constants.get("attestation_vitale_exigee")
    return bool(required and required.value)


def causes_of(book: Book) -> tuple[tuple[str, str], ...]:
    """The causes of a termination that the règlement tells apart, with the words that people read."""
    entry = book.entries.get("cause")
    return tuple((code, book.labels("cause").get(code, code)) for code in entry.type.choices) if entry else ()


_LINKS = {"member": "adherent", "spouse": "conjoint", "child": "enfant"}


def _term(book: Book, rule: str, facts: Mapping[str, object]) -> Term:
    step = _step(book, rule, facts)
    told = [each.sentence for each in step.walk() if each.kind == "regle" and each.aloud and each.sentence]
    told[-1] = _with_article(step)
    return Term(cast(date, step.value), tuple(dict.fromkeys(told)), step.article)


def _with_article(step: Step) -> str:
    return f"{step.sentence} ({step.article})" if step.article else step.sentence


def _step(book: Book, rule: str, facts: Mapping[str, object]) -> Step:
    if rule not in book.rules:
        raise Refusal(
            code="terms.silent",
            where=book.code,
            message=f"Le règlement « {book.title} » ne dit pas « {rule.replace('_', ' ')} ».",
            remedy="Demandez au responsable du produit d’écrire cette règle, puis de publier une nouvelle version.",
        )
    return explain(book, rule, facts)
