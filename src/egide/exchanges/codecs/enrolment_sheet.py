"""Enrolments received as a sheet (CSV or Excel): one row per person, checked cell by cell, family by family.

`read_enrolments` gives the persons that can be enrolled and the rows that cannot, with every reason; the
reject report holds the refused rows and their reasons, and can be corrected and sent again as it is.
A family is taken whole or refused whole.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO, StringIO

from python_calamine import CalamineError, CalamineWorkbook

from egide.exchanges.codecs import enrolment_cells as cells
from egide.exchanges.codecs import hostile_sheets
from egide.exchanges.codecs.enrolment_cells import CellFault
from egide.exchanges.codecs.enrolment_columns import BY_NAME, COLUMNS, REPORT_HEADINGS
from egide.exchanges.codecs.enrolment_report import SHEET_NAME, template, write_reject_report
from egide.kernel.errors import Refusal
from egide.kernel.text import search_key, sort_key

__all__ = [
    "CellFault",
    "EnrolmentRow",
    "RowReject",
    "SheetRead",
    "read_enrolments",
    "template",
    "write_reject_report",
]


@dataclass(frozen=True, slots=True)
class EnrolmentRow:
    """One person to enrol, as the sheet gives it, every cell checked; empty texts where nothing was given."""

    line_no: int
    family_reference: str
    role: str
    last_name: str
    birth_name: str
    first_name: str
    birth_date: date
    birth_rank: int
    nir: str
    scheme: str
    product: str
    formula: str
    start: date
    address: str
    postal_code: str
    city: str
    email: str
    phone: str
    iban: str
    frequency: str
    payment: str


@dataclass(frozen=True, slots=True)
class RowReject:
    """One refused row: its line, its cells in the order of `COLUMNS` as they were read, and every reason."""

    line_no: int
    values: tuple[str, ...]
    reasons: tuple[CellFault, ...]


@dataclass(frozen=True, slots=True)
class SheetRead:
    """What a sheet holds: the persons of whole families, the rows that were refused, and how many rows it has at all."""

    rows: tuple[EnrolmentRow, ...]
    rejects: tuple[RowReject, ...]
    line_count: int = 0


def read_enrolments(name: str, data: bytes) -> SheetRead:
    """Return the enrolments of a CSV or xlsx file; ``name`` is the file name, for messages.

    Raises Refusal for a file that is hostile, unreadable, without its headings or empty.  Everything else is
    a reject of its row: nothing read is lost.
    """
    kind = hostile_sheets.refuse_hostile(name, data)
    table = _sheet_rows(name, data) if kind == "xlsx" else _csv_rows(name, data)
    if len(table) > hostile_sheets.ROWS_MAXIMUM + 1:
        raise hostile_sheets.refuse_extent(name)
    found = next(((at, row) for at, row in enumerate(table[:10]) if any(row.values)), None)
    if found is None:
        raise Refusal("sheet.nothing", "La feuille est vide.", _TEMPLATE, where=name)
    places = _places(name, found[1].values)
    width = len(found[1].values)
    filled = [row for row in table[found[0] + 1 :] if any(row.values)]
    drafts = [_draft(row, places, width) for row in filled]
    if not drafts:
        raise Refusal(
            "sheet.nothing",
            "La feuille ne contient aucune personne sous les intitulés.",
            "Saisissez une ligne par personne puis renvoyez le fichier.",
            where=name,
        )
    _check_repeats(drafts)
    _check_families(drafts)
    rejects = tuple(
        RowReject(draft.line_no, tuple(draft.texts[column.name] for column in COLUMNS), tuple(draft.reasons))
        for draft in drafts
        if draft.reasons
    )
    return SheetRead(tuple(_row(draft) for draft in drafts if not draft.reasons), rejects, len(filled))


_TEMPLATE = "Repartez du modèle fourni."


# ---- files to rows of texts


@dataclass(frozen=True, slots=True)
class _Line:
    line_no: int
    values: tuple[str, ...]
    formulas: frozenset[int] = frozenset()


def _sheet_rows(name: str, data: bytes) -> list[_Line]:
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(data))
        sheet_name = SHEET_NAME if SHEET_NAME in book.sheet_names else book.sheet_names[0]
        formulas = hostile_sheets.formulas_of(name, data, sheet_name)
        rows = book.get_sheet_by_name(sheet_name).to_python(skip_empty_area=False)
    except (CalamineError, IndexError) as error:
        raise Refusal(
            "sheet.damaged",
            "Le classeur n’est pas lisible.",
            "Rouvrez-le dans votre tableur, enregistrez-le à nouveau en .xlsx, puis renvoyez-le.",
            where=name,
        ) from error
    by_line: dict[int, set[int]] = {}
    for line, column in formulas:
        by_line.setdefault(line, set()).add(column - 1)
    return [
        _Line(at, tuple(_text(value) for value in row), frozenset(by_line.get(at, ())))
        for at, row in enumerate(rows, start=1)
    ]


def _csv_rows(name: str, data: bytes) -> list[_Line]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    first = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(";,\t", key=first.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[_Line] = []
    try:
        for row in reader:
            rows.append(_Line(reader.line_num, tuple(_text(value) for value in row)))
            if len(rows) > hostile_sheets.ROWS_MAXIMUM + 1:
                raise hostile_sheets.refuse_extent(name)
    except csv.Error as error:
        raise Refusal(
            "sheet.csv",
            "Le fichier CSV est mal formé : guillemet ou retour à la ligne inattendu.",
            "Corrigez cette ligne, ou envoyez le fichier en .xlsx.",
            where=f"{name}, ligne {reader.line_num}",
        ) from error
    return rows


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return hostile_sheets.plain(str(value).strip())


def _places(name: str, headings: Iterable[str]) -> dict[str, int]:
    """Return the place of each column in any order; unknown, repeated or missing ones are refused."""
    known = {search_key(column.heading): column.name for column in COLUMNS}
    ignored = {search_key(heading) for heading in REPORT_HEADINGS}
    places: dict[str, int] = {}
    unknown: list[str] = []
    for at, heading in enumerate(headings):
        key = search_key(heading)
        if not key or key in ignored:
            continue
        if key not in known or known[key] in places:
            unknown.append(heading[:40])
            continue
        places[known[key]] = at
    missing = [column.heading for column in COLUMNS if column.required and column.name not in places]
    if missing or unknown:
        said = []
        if missing:
            said.append(f"intitulés manquants : {', '.join(missing)}")
        if unknown:
            said.append(f"intitulés inconnus ou répétés : {', '.join(unknown)}")
        raise Refusal(
            "sheet.headings",
            f"Les intitulés ne sont pas ceux du modèle ({' ; '.join(said)}).",
            "Reprenez la première ligne du modèle fourni.",
            where=f"{name}, ligne d’intitulés",
        )
    return places


# ---- rows of texts to persons


@dataclass(slots=True)
class _Draft:
    line_no: int
    texts: dict[str, str]
    values: dict[str, object] = field(default_factory=dict)
    reasons: list[CellFault] = field(default_factory=list)

    def text(self, name: str) -> str:
        return str(self.values.get(name, ""))


def _draft(line: _Line, places: dict[str, int], width: int) -> _Draft:
    texts = {
        column.name: line.values[places[column.name]]
        if column.name in places and places[column.name] < len(line.values)
        else ""
        for column in COLUMNS
    }
    draft = _Draft(line.line_no, texts)
    for column in COLUMNS:
        if places.get(column.name, -1) in line.formulas:
            draft.reasons.append(cells.formula(column))
            continue
        try:
            draft.values[column.name] = cells.read(column, texts[column.name])
        except Refusal as refusal:
            draft.reasons.append(CellFault(column.heading, refusal.code, refusal.message, refusal.remedy))
    draft.reasons.extend(cells.across(draft.values))
    if any(line.values[width:]):
        draft.reasons.append(
            CellFault(
                "Ligne entière", "row.shifted", "La ligne a plus de cellules que les intitulés.",
                "Un séparateur est de trop : mettez le texte concerné entre guillemets.",
            )
        )  # fmt: skip
    return draft


def _check_repeats(drafts: list[_Draft]) -> None:
    seen: dict[tuple[str, str, object], int] = {}
    for draft in drafts:
        key = (draft.text("nir"), sort_key(draft.text("first_name")), draft.values.get("birth_date"))
        if "" in key or key[2] is None:
            continue
        if key in seen:
            draft.reasons.append(
                CellFault(
                    BY_NAME["nir"].heading, "enrolment.repeated",
                    f"Cette personne figure déjà à la ligne {seen[key]}.",
                    "Supprimez l’une des deux lignes.",
                )
            )  # fmt: skip
        seen.setdefault(key, draft.line_no)


def _check_families(drafts: list[_Draft]) -> None:
    families: dict[str, list[_Draft]] = {}
    for draft in drafts:
        families.setdefault(draft.texts["family_reference"], []).append(draft)
    for reference, members in families.items():
        if not reference:
            continue
        holders = sum(member.values.get("role") == "ASSURE" for member in members)
        unsure = any("role" not in member.values for member in members)
        if holders != 1 and not (unsure and holders == 0):
            members[0].reasons.append(
                CellFault(
                    BY_NAME["role"].heading, "enrolment.holder",
                    f"La famille compte {holders} ASSURE ; il en faut exactement un.",
                    "Indiquez ASSURE sur une seule ligne de la famille.",
                )
            )  # fmt: skip
        wrong = [member.line_no for member in members if member.reasons]
        if not wrong:
            continue
        for member in members:
            if not member.reasons:
                member.reasons.append(
                    CellFault(
                        BY_NAME["family_reference"].heading, "enrolment.family",
                        f"Ligne correcte, mais la famille est refusée avec la ligne {wrong[0]}.",
                        "Corrigez l’autre ligne et renvoyez la famille entière.",
                    )
                )  # fmt: skip


def _row(draft: _Draft) -> EnrolmentRow:
    return EnrolmentRow(line_no=draft.line_no, **draft.values)  # type: ignore[arg-type]
