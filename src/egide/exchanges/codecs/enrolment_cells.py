"""How each cell of the enrolment sheet is read and checked, alone then with its neighbours of the row.

Numbers of people and accounts are checked by the kernel; everything that is refused says what to write.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from egide.exchanges.codecs import hostile_sheets
from egide.exchanges.codecs.enrolment_columns import BY_NAME, SheetColumn
from egide.exchanges.codecs.fields import Kind
from egide.kernel.errors import Refusal
from egide.kernel.identifiers import check_iban, check_nir
from egide.kernel.text import search_key

_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[A-Za-z]{2,}")
_PHONE = re.compile(r"\+?[0-9]{8,15}")
_DAY = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")
_YEAR_MINIMUM = 1900


@dataclass(frozen=True, slots=True)
class CellFault:
    """What is wrong with one cell: the heading of its column, a stable code, the reason and the remedy."""

    column: str
    code: str
    message: str
    remedy: str


def formula(column: SheetColumn) -> CellFault:
    """Return the fault of a cell that holds a formula instead of a value."""
    return CellFault(
        column.heading,
        "cell.formula",
        "La cellule contient une formule.",
        "Collez la valeur elle-même (collage spécial, valeurs).",
    )


def read(column: SheetColumn, text: str) -> object:
    """Return the value of a cell: a date, a rank, or a checked text.  Raises Refusal."""
    if hostile_sheets.is_trap(text, phone=column.name == "phone"):
        raise Refusal(
            "cell.trap",
            "La cellule commence par un signe qu’un tableur exécuterait (=, +, - ou @).",
            "Écrivez la valeur sans ce signe.",
        )
    if not text:
        if column.required:
            raise Refusal("cell.missing", "La cellule est vide.", f"À remplir. {column.help}")
        return 1 if column.name == "birth_rank" else ""
    if column.kind is Kind.DATE_ISO:
        return _date(text)
    if column.kind is Kind.CHOICE:
        return _choice(column, text)
    special = _SPECIAL.get(column.name)
    value = special(text) if special else text
    if isinstance(value, str) and (len(value) > column.length or not value.isprintable()):
        raise Refusal(
            "cell.length",
            f"La cellule dépasse {column.length} caractères ou contient un caractère invisible.",
            "Raccourcissez-la, sur une seule ligne.",
        )
    return value


def across(values: Mapping[str, object]) -> Iterator[CellFault]:
    """Yield what is wrong between the cells of one row, for the cells that could be read."""
    born, start = values.get("birth_date"), values.get("start")
    if isinstance(born, date) and isinstance(start, date) and born > start:
        yield CellFault(
            BY_NAME["start"].heading,
            "enrolment.start",
            "La date d’effet précède la naissance.",
            "Corrigez l’une des deux dates.",
        )
    if values.get("role") != "ASSURE":
        return
    for name in ("address", "postal_code", "city", "frequency", "payment"):
        if values.get(name) == "":
            yield CellFault(BY_NAME[name].heading, "cell.missing", "La cellule est vide.", "À remplir pour l’assuré.")
    if values.get("payment") == "PRELEVEMENT" and values.get("iban") == "":
        yield CellFault(
            BY_NAME["iban"].heading,
            "enrolment.iban",
            "Le paiement est par prélèvement, mais l’IBAN manque.",
            "Indiquez l’IBAN, ou un autre mode de paiement.",
        )


def _date(text: str) -> date:
    found = _DAY.fullmatch(text)
    try:
        if found:
            day, month, year = (int(part) for part in found.groups())
            value = date(year, month, day)
        else:
            value = date.fromisoformat(text)
    except ValueError as error:
        raise Refusal("cell.date", "Ce n’est pas une date du calendrier.", "Écrivez-la JJ/MM/AAAA.") from error
    if value.year < _YEAR_MINIMUM:
        raise Refusal("cell.date", f"L’année est antérieure à {_YEAR_MINIMUM}.", "Vérifiez l’année.")
    return value


def _choice(column: SheetColumn, text: str) -> str:
    wanted = search_key(text)
    for choice in column.choices:
        if search_key(choice) == wanted:
            return choice
    raise Refusal("cell.choice", "La valeur n’est pas dans la liste.", f"Choisissez : {', '.join(column.choices)}.")


def _rank(text: str) -> int:
    if text not in "123456789" or len(text) != 1:
        raise Refusal("cell.rank", "Le rang de naissance va de 1 à 9.", "Laissez vide hors naissance multiple.")
    return int(text)


def _postal_code(text: str) -> str:
    # A spreadsheet drops the leading zero of 01000.
    code = text.zfill(5) if text.isdigit() else text
    if not re.fullmatch(r"[0-9]{5}", code):
        raise Refusal("cell.postal_code", "Le code postal doit avoir 5 chiffres.", "Corrigez-le.")
    return code


def _email(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise Refusal("cell.email", "Ce n’est pas une adresse de courriel.", "Corrigez-la ou laissez vide.")
    return text


def _phone(text: str) -> str:
    digits = re.sub(r"[ .\-()\u00a0\u202f]", "", text)
    # A spreadsheet drops the leading zero of 0102030405.
    digits = f"0{digits}" if re.fullmatch(r"[1-9][0-9]{8}", digits) else digits
    if not _PHONE.fullmatch(digits):
        raise Refusal("cell.phone", "Ce n’est pas un numéro de téléphone.", "Écrivez 0102030405 ou +33102030405.")
    return digits


def _name(text: str) -> str:
    if not any(character.isalpha() for character in text):
        raise Refusal("cell.name", "Le nom ne contient aucune lettre.", "Corrigez-le.")
    return text


_SPECIAL = {
    "last_name": _name,
    "first_name": _name,
    "birth_name": _name,
    "birth_rank": _rank,
    "nir": lambda text: check_nir(text).compact,
    "iban": lambda text: check_iban(text).compact,
    "postal_code": _postal_code,
    "email": _email,
    "phone": _phone,
}
