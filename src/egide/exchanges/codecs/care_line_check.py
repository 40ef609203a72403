"""Why a care line is not accepted: the field, its position and the remedy, one record at a time.

The column reader decides quickly that a record is bad; this module says why.  The two hold the same
conditions, and a test changes characters at random to prove it.  A record found bad for no nameable reason
still yields a fault, so that nothing is ever dropped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from egide.exchanges.codecs.care_line_fields import ACT, BENEFICIARY, STAY, STRIDE
from egide.exchanges.codecs.faults import Effect, Fault, shape
from egide.exchanges.codecs.fields import Field, Layout
from egide.exchanges.codecs.noemie_envelope import LENGTH_DIGITS, PHYSICAL_MAXIMUM

BASKETS = ("", "RAC0", "MODERE", "LIBRE", "CLASSE_A", "CLASSE_B", "CLASSE_I")

_ASK = "Demandez à la caisse de renvoyer la ligne corrigée."
_WORD = re.compile(r"[A-Z0-9]+")
_NIR = re.compile(r"[1-478][0-9]{4}([0-9]{2}|2[AB])[0-9]{6}")


@dataclass(frozen=True, slots=True)
class Amounts:
    """The signed amounts of refused acts, in cents, so that the totals of the file can still be verified."""

    count: int
    charged: int
    amo: int
    amc_requested: int


@dataclass(frozen=True, slots=True)
class Salvage:
    """What could still be read of refused acts: their amounts, or None when even those are unreadable."""

    line_no: int
    amounts: Amounts | None


def line_fault(line_no: int, line: str) -> Fault:
    """Return why a physical record cannot be cut into an invoice and its acts."""
    real = len(line) - LENGTH_DIGITS
    entity = line[LENGTH_DIGITS : LENGTH_DIGITS + 3]
    if not line:
        return Fault(line_no, 1, "line", "care.blank", "La ligne est vide.", _ASK)
    if line[:LENGTH_DIGITS] != f"{real:04d}":
        message = f"La longueur annoncée n’est pas la longueur réelle ({real} caractères)."
        return Fault(line_no, 1, "length", "care.length", message, _ASK, shape(line[:LENGTH_DIGITS]))
    if entity[:1] != "2":
        message = "La ligne ne commence pas par un enregistrement de type 2."
        return Fault(line_no, LENGTH_DIGITS + 1, "record_type", "care.record_type", message, _ASK, shape(entity))
    if real % STRIDE or real < 2 * STRIDE or real > PHYSICAL_MAXIMUM:
        message = f"La ligne n’est pas faite d’enregistrements de {STRIDE - 1} caractères suivis de @."
        return Fault(line_no, LENGTH_DIGITS + 1, "line", "care.records", message, _ASK)
    message = "Le type 2 n’est pas fermé par @ à sa place : des caractères manquent ou sont en trop."
    return Fault(line_no, LENGTH_DIGITS + STRIDE, "delimiter", "care.delimiter", message, _ASK)


def invoice_faults(line_no: int, line: str) -> list[Fault]:
    """Return every fault of the type 2 record of a line; its acts are refused with it."""
    record = line[LENGTH_DIGITS : LENGTH_DIGITS + STRIDE]
    found = [_fault(line_no, LENGTH_DIGITS + 1, reason, record) for reason in _invoice_reasons(record)]
    return found or [_unreadable(line_no, LENGTH_DIGITS + 1)]


def act_faults(line_no: int, position: int, record: str, file_date: date) -> list[Fault]:
    """Return every fault of one act record (128 characters and its delimiter)."""
    layout = {ACT.name: ACT, STAY.name: STAY}.get(record[:1])
    if layout is None:
        message = "Le type d’enregistrement n’est ni 3 (séjour) ni 4 (acte)."
        return [_fault(line_no, position, (ACT["record_type"], "care.record_type", message), record)]
    if record[-1:] != "@":
        message = "L’enregistrement n’est pas fermé par @ à sa place : des caractères manquent ou sont en trop."
        return [Fault(line_no, position + STRIDE - 1, "delimiter", "care.delimiter", message, _ASK)]
    found = [_fault(line_no, position, reason, record) for reason in _act_reasons(layout, record, file_date)]
    return found or [_unreadable(line_no, position)]


def odd_birth(line_no: int, line: str) -> Fault:
    """Return the remark on a birth date that is not in the calendar (unknown month, lunar dates)."""
    field = BENEFICIARY["birth_date"]
    return Fault(
        line_no,
        LENGTH_DIGITS + field.start,
        field.name,
        "care.birth_date",
        "La date de naissance n’existe pas au calendrier : la ligne est gardée sans date.",
        "Identifiez la personne par son numéro et son rang.",
        shape(field.cut(line[LENGTH_DIGITS:])),
        Effect.REPORTED,
    )


def repeated(line_no: int, position: int) -> Fault:
    """Return the fault of an act whose reference was already seen in the file."""
    return Fault(
        line_no,
        position + ACT["reference"].start - 1,
        "reference",
        "care.repeated",
        "Cette référence de ligne figure déjà plus haut dans le fichier : l’acte n’est pas repris.",
        "Vérifiez auprès de la caisse qu’il s’agit d’un doublon.",
    )


def salvage_line(line_no: int, line: str) -> Salvage:
    """Return the amounts of all the acts of a refused line, None when one of them cannot be read."""
    record = line[LENGTH_DIGITS:]
    operation = BENEFICIARY["operation"].cut(record)
    read = [_amounts(record[at : at + STRIDE], operation) for at in range(STRIDE, len(record), STRIDE)]
    known = [each for each in read if each is not None]
    if len(known) < len(read):
        return Salvage(line_no, None)
    return Salvage(
        line_no,
        Amounts(
            count=len(known),
            charged=sum(each.charged for each in known),
            amo=sum(each.amo for each in known),
            amc_requested=sum(each.amc_requested for each in known),
        ),
    )


def salvage_act(line_no: int, record: str, operation: str) -> Salvage:
    """Return the amounts of one refused act, None when they cannot be read."""
    return Salvage(line_no, _amounts(record, operation))


def _amounts(record: str, operation: str) -> Amounts | None:
    layout = {ACT.name: ACT, STAY.name: STAY}.get(record[:1])
    if layout is None or operation not in ("N", "A") or record[-1:] != "@":
        return None
    raw = [layout[name].cut(record) for name in ("charged", "amo", "amc_requested")]
    if not all(each.isdigit() for each in raw):
        return None
    sign = -1 if operation == "A" else 1
    return Amounts(1, *(sign * int(each) for each in raw))


_Reason = tuple[Field, str, str]


def _invoice_reasons(record: str) -> Iterator[_Reason]:
    b = BENEFICIARY
    nir, key = b["nir"].cut(record), b["nir_key"].cut(record)
    if not _NIR.fullmatch(nir):
        yield b["nir"], "care.nir", "Le numéro de sécurité sociale n’a pas la forme attendue (13 caractères)."
    elif not key.isdigit() or int(key) != _nir_key(nir):
        yield b["nir_key"], "care.nir_key", "La clé ne correspond pas au numéro de sécurité sociale."
    for name in ("beneficiary_rank", "birth_date", "birth_rank", "insurance_nature", "oc_number"):
        if not b[name].cut(record).isdigit():
            yield b[name], f"care.{name}", f"La zone « {b[name].meaning} » doit être faite de chiffres."
    if not _WORD.fullmatch(b["invoice_no"].cut(record).rstrip(" ")):
        yield b["invoice_no"], "care.invoice_no", "Le numéro de facture est absent ou illisible."
    if b["operation"].cut(record) not in ("N", "A"):
        yield (
            b["operation"],
            "care.operation",
            "La nature d’opération n’est ni N (normale) ni A (annulation).",
        )
    for name in ("stay_start", "stay_end"):
        raw = b[name].cut(record)
        if raw.strip(" ") and raw != "000000" and _day(raw) is None:
            yield b[name], f"care.{name}", f"La zone « {b[name].meaning} » n’est pas une date AAMMJJ."


def _act_reasons(layout: Layout, record: str, file_date: date) -> Iterator[_Reason]:
    for name, (code, wrong, message) in _TESTS.items():
        if name not in layout.by_name:
            continue
        raw = layout[name].cut(record)
        if wrong(raw):
            yield layout[name], code, message
    day = _day(layout["care_date"].cut(record))
    if day is None:
        yield layout["care_date"], "care.care_date", "La date des soins n’est pas une date AAMMJJ."
    elif day > file_date:
        yield layout["care_date"], "care.future", "La date des soins est postérieure à la date du fichier."


def _not_digits(raw: str) -> bool:
    return not (raw.isascii() and raw.isdigit())


def _not_amount(name: str) -> tuple[str, Callable[[str], bool], str]:
    return (
        f"care.{name}",
        _not_digits,
        f"Le montant « {ACT[name].meaning} » doit être fait de chiffres, en centimes.",
    )


def _not_flag(name: str) -> tuple[str, Callable[[str], bool], str]:
    return (
        f"care.{name}",
        lambda raw: raw not in ("O", "N"),
        f"La zone « {ACT[name].meaning} » doit valoir O ou N.",
    )


_TESTS: dict[str, tuple[str, Callable[[str], bool], str]] = {
    "reference": (
        "care.reference",
        lambda raw: not _WORD.fullmatch(raw.rstrip(" ")),
        "La référence de la ligne est absente ou illisible.",
    ),
    "reversed_reference": (
        "care.reversed_reference",
        lambda raw: bool(raw.rstrip(" ")) and not _WORD.fullmatch(raw.rstrip(" ")),
        "La référence de la ligne annulée est illisible.",
    ),
    "tariff_agreement": _not_flag("tariff_agreement"),
    "care_path": _not_flag("care_path"),
    "basket": (
        "care.basket",
        lambda raw: raw.rstrip(" ") not in BASKETS,
        "Le panier n’est pas l’un de ceux du 100 % Santé.",
    ),
    "withheld": _not_amount("withheld"),
    "executant": (
        "care.executant",
        lambda raw: bool(raw.rstrip(" ")) and _not_digits(raw),
        "La spécialité de l’exécutant doit être faite de deux chiffres.",
    ),
    "act_code": (
        "care.act_code",
        lambda raw: not _WORD.fullmatch(raw.rstrip(" ")),
        "Le code de l’acte est absent ou illisible.",
    ),
    "quantity": (
        "care.quantity",
        lambda raw: _not_digits(raw) or int(raw) == 0,
        "La quantité doit être un nombre d’au moins un.",
    ),
    "coefficient": ("care.coefficient", _not_digits, "Le coefficient doit être fait de chiffres."),
    "unit_price": _not_amount("unit_price"),
    "base": _not_amount("base"),
    "rate": (
        "care.rate",
        lambda raw: _not_digits(raw) or int(raw) > 100,
        "Le taux doit être un nombre entre 0 et 100.",
    ),
    "amo": _not_amount("amo"),
    "charged": _not_amount("charged"),
    "amc_requested": _not_amount("amc_requested"),
}


def _fault(line_no: int, position: int, reason: _Reason, record: str) -> Fault:
    field, code, message = reason
    return Fault(line_no, position + field.start - 1, field.name, code, message, _ASK, shape(field.cut(record)))


def _unreadable(line_no: int, position: int) -> Fault:
    return Fault(
        line_no, position, "record", "care.unreadable",
        "L’enregistrement n’est pas lisible, sans qu’une zone puisse être désignée.", _ASK,
    )  # fmt: skip


def _nir_key(nir: str) -> int:
    return 97 - int(nir.replace("2A", "19").replace("2B", "18")) % 97


def _day(raw: str) -> date | None:
    if _not_digits(raw):
        return None
    year = int(raw[:2])
    try:
        return date(2000 + year if year < 69 else 1900 + year, int(raw[2:4]), int(raw[4:6]))
    except ValueError:
        return None
