"""A list as a spreadsheet, as it is shown. Texts are written as texts: a cell that begins with « = » computes nothing."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime

import xlsxwriter
from django.http import HttpResponse
from django.utils import timezone

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Cents(int):
    """An amount in cents, so that the sheet shows it in euros and can sum it."""


def sheet(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """A one-sheet workbook to download: dates are dates, ``Cents`` are euros."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    page = book.add_worksheet(name[:31])
    strong = book.add_format({"bold": True})
    formats = {
        date: book.add_format({"num_format": "dd/mm/yyyy"}),
        datetime: book.add_format({"num_format": "dd/mm/yyyy hh:mm"}),
        Cents: book.add_format({"num_format": "#,##0.00 €"}),
    }
    page.write_row(0, 0, list(head), strong)
    page.freeze_panes(1, 0)
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            _write(page, number, column, value, formats)
    page.autofit()
    book.close()
    answer = HttpResponse(out.getvalue(), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return answer


def _write(page, row: int, column: int, value: object, formats: dict[type, object]) -> None:  # type: ignore[no-untyped-def]
    match value:
        case None:
            return
        case datetime():
            page.write_datetime(row, column, timezone.localtime(value).replace(tzinfo=None), formats[datetime])
        case date():
            page.write_datetime(row, column, datetime(value.year, value.month, value.day), formats[date])  # noqa: DTZ001
        case Cents():
            # The workbook holds binary numbers: whole cents over 100 print exactly up to 90,000,000,000,000.00.
            page.write_number(row, column, value / 100, formats[Cents])
        case bool() | str():
            page.write_string(row, column, str(value))
        case int():
            page.write_number(row, column, value)
        case _:
            page.write_string(row, column, str(value))
