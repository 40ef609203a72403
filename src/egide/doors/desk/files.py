"""Files in and out: what arrived or left, kept as it was, and how every one of its lines ended."""

from __future__ import annotations

import uuid
from collections import Counter

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from egide.doors.desk.intake import may_read
from egide.doors.desk.words import FILE_STATES
from egide.doors.frame import words
from egide.doors.frame.access import PageRequest, allowed, needs
from egide.doors.frame.opened import jobs, readings
from egide.doors.frame.sheets import sheet
from egide.doors.frame.shell import THEN_NEXT, Shape, error_of, filters, page_number, page_shape, show, state
from egide.exchanges.acts import turn_down_file
from egide.exchanges.kinds import reading_of
from egide.exchanges.queries import (
    FileRow,
    RejectRow,
    files_by_way,
    find_file,
    ignored_of_file,
    rejects_of_file,
    reserved,
)
from egide.journal import store
from egide.journal.permissions import Permission
from egide.kernel.errors import Refusal
from egide.kernel.formats import format_number
from egide.work.job_queries import UNDER_WAY, job_about
from egide.work.kinds import may_work

SIZE = 50


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
        "rows": [file_row(one) for one in page[:SIZE]],
        "page": page_shape(
            base, {"way": wanted}, number=number, size=SIZE, shown=len(page[:SIZE]), more=len(page) > SIZE
        ),
        "export_url": f"{base}?way={wanted}&export=xlsx",
        "reserved": 0 if allowed(request, Permission.READ_HEALTH) else reserved()[0],
    }
    return show(request, "desk/files.html", context, nav="files")


def _outcome(one: FileRow) -> list[object]:
    return [str(FILE_STATES[one.state][0]), one.lines, one.posted, one.ignored, one.rejected]


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


def file_row(file: FileRow) -> Shape:
    """One file in one line: what it is, and how its lines ended."""
    label, tone = FILE_STATES[file.state]
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
    """One file: its counts, its fingerprint, its lines by outcome; the very bytes on request. A POST refuses it unread."""
    found = find_file(file_id)
    if found is None:
        raise Http404
    if request.GET.get("brut") == "1":
        return FileResponse(store.path_of(found.sha256).open("rb"), as_attachment=True, filename=found.name)
    refusals: list[Refusal] = []
    if request.method == "POST":
        try:
            turn_down_file(request.context, found.pk, reason=request.POST.get("reason", ""))
        except Refusal as refusal:
            refusals = [refusal]
        else:
            messages.success(request, _("Fichier refusé ; la raison est au journal."), extra_tags=THEN_NEXT)
            return redirect("file", found.pk)
    number = page_number(request)
    outcome = request.GET.get("issue", "")
    outcome = outcome if outcome in ("posted", "ignored", "rejected") else "rejected" if found.rejected else "posted"
    rows, more = _rows(found, outcome, offset=(number - 1) * SIZE)
    base = reverse("file", args=[found.pk])
    options = [
        ("posted", _("Comptabilisées"), found.posted),
        ("ignored", _("Ignorées"), found.ignored),
        ("rejected", _("Rejetées"), found.rejected),
    ]
    label, tone = FILE_STATES[found.state]
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
            "download_url": f"{base}?brut=1",
        },
        "counts": {
            "lines": found.lines,
            "posted": found.posted,
            "ignored": found.ignored,
            "rejected": found.rejected,
            "pending": pending(found),
        },
        "ignored_because": _set_aside(found),
        "refusal": found.refusal,
        "filters": filters(base, "issue", outcome, options) if found.direction == "in" else [],
        "rows": rows,
        "page": page_shape(base, {"issue": outcome}, number=number, size=SIZE, shown=len(rows), more=more),
        "progress": _progress(found),
        "work": _work_on(found),
        "actions": _actions(request, found),
        "waits": found.state == "received" and _work_on(found) is None,
        "may_refuse": may_work(request.context.actor, reading_of(found.format), found.perimeter_id),
        "errors": [error_of(one) for one in refusals],
        "form_key": str(uuid.uuid4()),
    }
    return show(request, "desk/file.html", context, nav="files", status=422 if refusals else 200)


def _rows(file: FileRow, outcome: str, *, offset: int) -> tuple[list[Shape], bool]:
    """A page of lines of one outcome, and whether there are more."""
    if outcome == "rejected":
        found = rejects_of_file(file.pk, offset=offset, limit=SIZE + 1)
        return [_reject(one) for one in found[:SIZE]], len(found) > SIZE
    reading = readings().get(file.format)
    if reading is None or reading.lines is None:
        return _ignored(file, offset=offset) if outcome == "ignored" else ([], False)
    return reading.lines(file.pk, outcome, offset, SIZE)


def _set_aside(file: FileRow) -> list[Shape]:
    """How many lines of a file were set aside, for each reason."""
    if not file.ignored:
        return []
    reading = readings().get(file.format)
    if reading and reading.set_aside:
        return reading.set_aside(file.pk)
    reasons = Counter(message for _line, message in ignored_of_file(file.pk))
    return [{"count": count, "reason": message} for message, count in reasons.most_common()]


def _ignored(file: FileRow, *, offset: int) -> tuple[list[Shape], bool]:
    lines = ignored_of_file(file.pk)[offset : offset + SIZE + 1]
    rows = [
        {
            "number": line_no,
            "outcome": state(_("Ignorée"), "neutral"),
            "title": _("Ligne"),
            "person": "",
            "reason": message,
        }
        for line_no, message in lines[:SIZE]
    ]
    return rows, len(lines) > SIZE


def _reject(one: RejectRow) -> Shape:
    reading = readings().get(one.file.format)
    title = reading.title(one) if reading and reading.title else ""
    place = _("Position %(n)s") % {"n": one.position} if one.position else one.field or _("Ligne")
    return {
        "number": one.line_no,
        "outcome": state(_("Rejetée"), "late") if one.state == "open" else state(_("Traitée"), "neutral"),
        "title": title or place,
        "person": place if title else "",
        "url": reverse("reject", args=[one.pk]),
        "reason": one.message,
        "next_url": reverse("reject", args=[one.pk]) if one.state == "open" else "",
        "next_label": _("Traiter"),
    }


def _work_on(file: FileRow) -> Shape | None:
    """The work under way on this file, to follow it from here."""
    found = job_about(jobs(), "file", file.pk)
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
    waits = file.state in ("received", "reading") and may_read(request.context, file.format)
    if waits and _work_on(file) is None:
        actions.append(base | {"url": reverse("file-read", args=[file.pk])})
    reading = readings().get(file.format)
    return actions + (reading.actions(request, file) if reading and reading.actions else [])


def _progress(file: FileRow) -> Shape | None:
    if file.state != "reading":
        return None
    return {"done": file.lines - pending(file), "total": file.lines, "label": _("Lecture en cours")}
