"""The workbooks that Égide gives: the enrolment template, and the report of refused rows.

The report can be corrected and sent back as it is.  Every exported text that a spreadsheet would execute is
neutralised, and is written as text in any case.  The same input gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

import xlsxwriter

from egide.exchanges.codecs import hostile_sheets
from egide.exchanges.codecs.enrolment_columns import COLUMNS, REPORT_HEADINGS
from egide.exchanges.codecs.fields import Kind

if TYPE_CHECKING:
    from egide.exchanges.codecs.enrolment_sheet import SheetRead

SHEET_NAME = "Adhésions"
_LAST_LINE = hostile_sheets.ROWS_MAXIMUM
_ANY_DATE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)

_EXAMPLE_CHILD = {
    "role": "ENFANT", "first_name": "Camille", "birth_date": "15/06/2015", "birth_rank": "1",
    "address": "", "postal_code": "", "city": "", "email": "", "phone": "", "iban": "", "frequency": "",
    "payment": "",
}  # fmt: skip


def template() -> bytes:
    """Return the enrolment template: an empty sheet with its lists, a help sheet, and a filled example."""
    buffer = BytesIO()
    with _workbook(buffer) as book:
        sheet = book.add_worksheet(SHEET_NAME)
        _headings(book, sheet)
        _validate(sheet)
        _help(book)
        example = book.add_worksheet("Exemple")
        _headings(book, example)
        text = book.add_format({"num_format": "@"})
        for at, column in enumerate(COLUMNS):
            example.write_string(1, at, _example_of(column.name, column.example), text)
            example.write_string(2, at, _EXAMPLE_CHILD.get(column.name, column.example), text)
    return buffer.getvalue()


def write_reject_report(read: SheetRead) -> bytes:
    """Return the workbook of the refused rows, faulty cells marked, with where, why and what to do."""
    buffer = BytesIO()
    with _workbook(buffer) as book:
        sheet = book.add_worksheet(SHEET_NAME)
        _headings(book, sheet, *REPORT_HEADINGS)
        text = book.add_format({"num_format": "@"})
        marked = book.add_format({"num_format": "@", "bg_color": "#FBE3E4", "border": 1})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        for line, reject in enumerate(read.rejects, start=1):
            wrong = {reason.column for reason in reject.reasons}
            for at, (column, value) in enumerate(zip(COLUMNS, reject.values, strict=True)):
                style = marked if column.heading in wrong else text
                sheet.write_string(line, at, hostile_sheets.neutral(value), style)
            reasons = "\n".join(f"{each.column} : {each.message}" for each in reject.reasons)
            remedies = "\n".join(dict.fromkeys(each.remedy for each in reject.reasons))
            sheet.write_string(line, len(COLUMNS), str(reject.line_no), text)
            sheet.write_string(line, len(COLUMNS) + 1, hostile_sheets.neutral(reasons), wrapped)
            sheet.write_string(line, len(COLUMNS) + 2, hostile_sheets.neutral(remedies), wrapped)
        sheet.set_column(len(COLUMNS) + 1, len(COLUMNS) + 2, 60)
        _validate(sheet)
        _help(book)
    return buffer.getvalue()


@contextmanager
def _workbook(buffer: BytesIO) -> Iterator[Any]:
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        # A fixed date: the same rejects give the same bytes.
        book.set_properties({"title": "Adhésions", "company": "Égide", "created": _ANY_DATE})
        yield book


def _headings(book: Any, sheet: Any, *more: str) -> None:
    strong = book.add_format({"bold": True, "bg_color": "#E8EEF4", "border": 1, "text_wrap": True})
    optional = book.add_format({"bg_color": "#F5F5F5", "border": 1, "text_wrap": True})
    text = book.add_format({"num_format": "@"})
    for at, column in enumerate(COLUMNS):
        # Cells are text, so that a spreadsheet keeps leading zeros and long numbers.
        sheet.set_column(at, at, max(12, min(column.length, 24)), text)
        sheet.write_string(0, at, column.heading, strong if column.required else optional)
    for at, heading in enumerate(more, start=len(COLUMNS)):
        sheet.write_string(0, at, heading, optional)
    sheet.freeze_panes(1, 0)


def _validate(sheet: Any) -> None:
    for at, column in enumerate(COLUMNS):
        rule: dict[str, Any] = {"input_title": column.heading[:32], "input_message": column.help[:255]}
        if column.kind is Kind.CHOICE:
            rule |= {
                "validate": "list",
                "source": list(column.choices),
                "error_title": "Valeur inconnue",
                "error_message": "Choisissez une valeur de la liste.",
            }
        else:
            rule |= {"validate": "length", "criteria": "<=", "value": max(column.length, 10)}
            rule |= {"error_message": f"{column.length} caractères au plus.", "error_type": "warning"}
        sheet.data_validation(1, at, _LAST_LINE, at, rule)


def _help(book: Any) -> None:
    sheet = book.add_worksheet("Aide")
    strong = book.add_format({"bold": True, "bg_color": "#E8EEF4", "border": 1})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    for at, heading in enumerate(("Colonne", "Obligatoire", "Comment remplir", "Choix", "Exemple")):
        sheet.write_string(0, at, heading, strong)
    for line, column in enumerate(COLUMNS, start=1):
        told = (
            column.heading, "oui" if column.required else "non", column.help, ", ".join(column.choices),
            _example_of(column.name, column.example),
        )  # fmt: skip
        for at, value in enumerate(told):
            sheet.write_string(line, at, value, wrapped)
    rules = (
        "Une ligne par personne ; toutes les lignes d’une famille portent la même référence.",
        "Une famille est acceptée ou refusée entière. Les lignes refusées vous reviennent avec leur motif :",
        "corrigez-les dans ce compte rendu et renvoyez-le tel quel.",
    )
    for line, rule in enumerate(rules, start=len(COLUMNS) + 2):
        sheet.write_string(line, 0, rule)
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 12)
    sheet.set_column(2, 4, 50)


def _example_of(name: str, example: str) -> str:
    # The IBAN of the example is the one that French banks print on their specimens.
    return example or ("FR7630006000011234567890189" if name == "iban" else "")
