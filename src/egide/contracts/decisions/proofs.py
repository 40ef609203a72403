"""What proves who a person is: their number against their birth date, and the papers that the règlement asks to be joined.

A paper is in the file when its box is ticked on the form, or when it was asked for and came.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from egide.contracts.decisions.reader import Reader
from egide.contracts.decisions.terms import school_certificate, vitale_required
from egide.kernel.errors import Refusal
from egide.kernel.formats import format_date
from egide.kernel.identifiers import check_nir
from egide.kernel.text import elided
from egide.rules.books import Book

_BIRTH_MONTHS = {f"{month:02d}" for month in range(1, 13)}  # others say that the month was unknown


def contradiction(number: str, birth: date) -> str:
    """What a number says against a birth date, in French; empty when they agree, or when the number knows no month."""
    year, month = number[1:3], number[3:5]
    if year != f"{birth.year % 100:02d}":
        return f"Le numéro indique une naissance en {year}, le bulletin le {format_date(birth)}."
    if month in _BIRTH_MONTHS and month != f"{birth.month:02d}":
        return f"Le numéro indique une naissance en {month}/{year}, le bulletin le {format_date(birth)}."
    return ""


def vitale_of(who: str) -> str:
    """The paper that shows a person's number."""
    return elided(f"Copie de l’attestation vitale de {who}")


def read_nir(
    reader: Reader,
    content: Mapping[str, object],
    where: str,
    who: str,
    birth: date | None,
    *,
    own_required: bool,
    known: Collection[str],
) -> str:
    """A person's own number, checked; ``known`` are the numbers of those before, which a child may bear."""
    text = str(content.get("nir") or "").strip()
    if not text:
        if own_required:
            reader.add(
                where + "nir",
                "form.nir_missing",
                f"Numéro de sécurité sociale de {who} : à renseigner.",
                "Recopiez-le de l’attestation vitale, avec sa clé.",
                missing=True,
                paper=vitale_of(who),
            )
        return ""
    try:
        nir = check_nir(text)
    except Refusal as refusal:
        reader.add(where + "nir", refusal.code, refusal.message, refusal.remedy)
        return ""
    told = contradiction(nir.number, birth) if birth and nir.number not in known else ""
    if told and content.get("nir_checked"):
        reader.warn(where + "nir", "form.nir_birth_checked", told, "Vérifié sur l’attestation vitale.")
    elif told:
        reader.add(
            where + "nir",
            "form.nir_birth",
            told,
            "Corrigez l’un ou l’autre d’après l’attestation vitale, ou demandez-la ; "
            "si elle porte bien les deux, cochez « Numéro vérifié ».",
            paper=vitale_of(who),
        )
    return nir.number


def read_vitale(
    reader: Reader, content: Mapping[str, object], where: str, who: str, *, book: Book, papers_in: Collection[str]
) -> None:
    """The attestation of each person, where the règlement asks for it; a child under a parent's number is on theirs."""
    joined = content.get("vitale") or vitale_of(who) in papers_in
    if joined or not vitale_required(book) or not str(content.get("nir") or "").strip():
        return
    reader.add(
        where + "vitale",
        "form.vitale_missing",
        f"Attestation vitale de {who} : absente du dossier.",
        "Cochez-la si elle est jointe au bulletin, sinon demandez-la.",
        missing=True,
        paper=vitale_of(who),
    )


def read_school(
    reader: Reader,
    content: Mapping[str, object],
    where: str,
    who: str,
    *,
    birth: date,
    book: Book,
    complete_on: date,
    papers_in: Collection[str],
) -> None:
    """The proof of the studies of a child, from the age at which the règlement asks for it."""
    paper = elided(f"Certificat de scolarité de {who}")
    why = school_certificate(
        book,
        link=str(content.get("link")),
        student=bool(content.get("student")),
        birth_date=birth,
        complete_on=complete_on,
    )
    if not why or content.get("school") or paper in papers_in:
        return
    reader.add(
        where + "school",
        "form.school_missing",
        f"Certificat de scolarité de {who} : absent du dossier. {why}",
        "Cochez-le s’il est joint au bulletin, sinon demandez-le.",
        missing=True,
        paper=paper,
    )
