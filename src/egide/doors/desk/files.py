"""Files in and out: what arrived or left, kept as it was, and how every one of its lines ended."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from egide.doors.desk.file_lines import file_rows, ignored_because
from egide.doors.desk.receiving import reading_offered
from egide.doors.frame import words
from egide.doors.frame.access import PageRequest, allowed, needs
from egide.doors.frame.sheets import sheet
from egide.doors.frame.shell import Shape, filters, page_number, page_shape, show, state
from egide.doors.works import KINDS
from egide.exchanges.queries import FileRow, count_open_rejects, files_by_way, find_file
from egide.journal import store
from egide.journal.permissions import Permission
from egide.kernel.formats import format_number
from egide.work.job_queries import UNDER_WAY, job_about

SIZE = 50
CARE = "noemie.care"


@needs(Permission.EXCHANGES)
def files(request: PageRequest) -> HttpResponse:
    """The latest files, in, out or refused."""
    wanted = request.GET.get("way", "")
    number = page_number(request)
    found = files_by_way(wanted)
    if request.GET.get("export") == "xlsx":
        head = [
            _("Fichier"),
            _("Sens"),
            _("Nature"),
            _("Partenaire"),
            _("Le"),
            _("État"),
            _("Lignes"),
            _("Comptabilisées"),
            _("Ignorées"),
            _("Rejetées"),
        ]
        rows = (
            [one.name, one.direction, kind_said(one), partner_said(one), one.received_at, *_outcome(one)]
            for one in found[:5000]
        )  # fmt: skip
        return sheet("fichiers", head, rows)
    first = (number - 1) * SIZE
    page = list(found[first : first + SIZE + 1])
    base = reverse("files")
    options = [
        ("", _("Tous"), None),
        ("in", _("Reçus"), None),
        ("out", _("Envoyés"), None),
        ("refused", _("Refusés"), None),
    ]
    context = {
        "filters": filters(base, "way", wanted, options),
        "rows": [_row(one) for one in page[:SIZE]],
        "page": page_shape(
            base, {"way": wanted}, number=number, size=SIZE, shown=len(page[:SIZE]), more=len(page) > SIZE
        ),
        "export_url": f"{base}?way={wanted}&export=xlsx",
    }
    return show(request, "desk/files.html", context, nav="files")


def _outcome(one: FileRow) -> list[object]:
    return [str(words.FILE_STATES[one.state][0]), one.lines, one.posted, one.ignored, one.rejected]


def kind_said(file: FileRow) -> str:
    """What kind of file it is, in words."""
    return words.said(words.FORMATS, file.format)


def partner_said(file: FileRow) -> str:
    """Who sent it or receives it."""
    return words.said(words.PARTNERS, file.partner)


def size_said(size_bytes: int) -> str:
    """A size as people read it: « 1 204 Ko »."""
    return f"{format_number(max(1, size_bytes // 1024))}\N{NO-BREAK SPACE}Ko"


def pending(file: FileRow) -> int:
    """Lines whose outcome is not known yet."""
    return max(0, file.lines - file.posted - file.ignored - file.rejected)


def _row(file: FileRow) -> Shape:
    label, tone = words.FILE_STATES[file.state]
    return {
        "url": reverse("file", args=[file.pk]),
        "name": file.name,
        "way": file.direction,
        "kind": kind_said(file),
        "partner": partner_said(file),
        "at": file.received_at,
        "size": size_said(file.size_bytes),
        "state": state(label, tone),
        "lines": file.lines,
        "posted": file.posted,
        "ignored": file.ignored,
        "rejected": file.rejected,
        "pending": pending(file),
        "rejects_url": f"{reverse('rejects')}?file={file.pk}",
    }


@needs(Permission.EXCHANGES)
def file(request: PageRequest, file_id: int) -> HttpResponseBase:
    """One file: its counts, its fingerprint, its lines by outcome; the very bytes on request."""
    found = find_file(file_id)
    if found is None:
        raise Http404
    if request.GET.get("brut") == "1":
        if found.format == CARE and not allowed(request, Permission.READ_HEALTH):
            raise Http404
        return FileResponse(store.path_of(found.sha256).open("rb"), as_attachment=True, filename=found.name)
    number = page_number(request)
    outcome = request.GET.get("issue", "")
    outcome = outcome if outcome in ("posted", "ignored", "rejected") else "rejected" if found.rejected else "posted"
    health = allowed(request, Permission.READ_HEALTH)
    rows, more = file_rows(found, outcome, offset=(number - 1) * SIZE, limit=SIZE, health=health)
    base = reverse("file", args=[found.pk])
    options = [
        ("posted", _("Comptabilisées"), found.posted),
        ("ignored", _("Ignorées"), found.ignored),
        ("rejected", _("Rejetées"), found.rejected),
    ]
    label, tone = words.FILE_STATES[found.state]
    context = {
        "file": {
            "name": found.name,
            "way": found.direction,
            "kind": kind_said(found),
            "partner": partner_said(found),
            "at": found.received_at,
            "state": state(label, tone),
            "fingerprint": found.sha256,
            "size": size_said(found.size_bytes),
            "download_url": f"{base}?brut=1" if health or found.format != CARE else "",
        },
        "counts": {
            "lines": found.lines,
            "posted": found.posted,
            "ignored": found.ignored,
            "rejected": found.rejected,
            "pending": pending(found),
        },
        "ignored_because": ignored_because(found),
        "refusal": found.refusal,
        "filters": filters(base, "issue", outcome, options) if found.direction == "in" else [],
        "rows": rows,
        "page": page_shape(base, {"issue": outcome}, number=number, size=SIZE, shown=len(rows), more=more),
        "progress": _progress(found),
        "work": _work_on(found),
        "actions": _actions(request, found),
    }
    return show(request, "desk/file.html", context, nav="files")


def _work_on(file: FileRow) -> Shape | None:
    """The work under way on this file, to follow it from here."""
    found = job_about(KINDS, "file", file.pk)
    if found is None or found.state not in UNDER_WAY:
        return None
    return {"url": reverse("work", args=[found.pk]), "title": found.title}


def _actions(request: PageRequest, file: FileRow) -> list[Shape]:
    """What may be done with this file now."""
    base: Shape = {
        "method": "post",
        "act": "read",
        "label": _("Lire ce fichier"),
        "icon": "arrow-right",
        "primary": True,
    }
    actions = []
    if reading_offered(request, file.format, file.state) and _work_on(file) is None:
        actions.append(base | {"url": reverse("file-read", args=[file.pk])})
    if file.format == CARE and allowed(request, Permission.BENEFITS) and count_open_rejects(file.pk):
        url = f"{reverse('work-new', args=['rejets'])}?file={file.pk}"
        actions.append({"url": url, "label": _("Reprendre les rejets ouverts"), "icon": "arrow-repeat"})
    if (
        file.format == "enrolment.sheet"
        and file.state == "read"
        and file.rejected
        and allowed(request, Permission.ENROL)
    ):
        url = reverse("file-refused-lines", args=[file.pk])
        actions.append({"url": url, "label": _("Lignes refusées, à corriger"), "icon": "download"})
    return actions


def _progress(file: FileRow) -> Shape | None:
    if file.state != "reading":
        return None
    return {"done": file.lines - pending(file), "total": file.lines, "label": _("Lecture en cours")}
