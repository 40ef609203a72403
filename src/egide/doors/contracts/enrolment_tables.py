"""What comes with a table of enrolments: the model to fill in, and the refused lines to correct and send again."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from egide.contracts.acts.imports import refused_rows
from egide.doors.frame.access import PageRequest, allowed, needs
from egide.doors.frame.sheets import XLSX
from egide.doors.frame.shell import Shape
from egide.exchanges.codecs.enrolment_report import template, write_reject_report
from egide.exchanges.queries import FileRow, file_to_read
from egide.journal.permissions import Permission


def file_actions(request: PageRequest, file: FileRow) -> list[Shape]:
    """The refused lines of a table that was read, to correct."""
    if file.state != "read" or not file.rejected or not allowed(request, Permission.ENROL):
        return []
    url = reverse("file-refused-lines", args=[file.pk])
    return [{"url": url, "label": _("Lignes refusées, à corriger"), "icon": "download"}]


@needs(Permission.EXCHANGES, Permission.ENROL)
def sheet_template(_: PageRequest) -> HttpResponse:
    """The table to fill in, with its lists, its help and an example."""
    return _workbook(template(), "modele-adhesions.xlsx")


@needs(Permission.ENROL)
def refused_lines(request: PageRequest, file_id: int) -> HttpResponse:
    """The refused lines of a table of enrolments, to correct and send again as they are."""
    file = file_to_read(request.context, file_id)
    if file.format != "enrolment.sheet" or file.state != "read" or not file.rejected:
        raise Http404
    return _workbook(write_reject_report(refused_rows(file)), f"{file.name.rpartition('.')[0]}-rejets.xlsx")


def _workbook(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=XLSX)
    answer["Content-Disposition"] = str(content_disposition_header(True, name))
    return answer
