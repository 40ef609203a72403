"""Long works: those asked for, how far each is, what it did or why it stopped; the page of one follows it by itself."""

from __future__ import annotations

import functools
import uuid
import zlib
from datetime import date, timedelta

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from egide.doors.desk.words import JOB_STATES
from egide.doors.frame import words
from egide.doors.frame.access import P, PageRequest, View, allowed
from egide.doors.frame.door import Launch
from egide.doors.frame.opened import jobs as job_kinds
from egide.doors.frame.opened import launches
from egide.doors.frame.shell import Shape, error_of, filters, fragment, page_number, page_shape, show, state
from egide.doors.frame.works_mark import seen, works_mark
from egide.journal import clock
from egide.journal.permissions import Permission
from egide.kernel.errors import Refusal
from egide.work.asking import start_again
from egide.work.job_queries import UNDER_WAY, JobRow, job, jobs

SIZE = 50
LATE = timedelta(seconds=30)  # a worker looks every second: after that, none is running or it is busy
NOTHING_NEW = 204


def needs_some_job(view: View[P]) -> View[P]:
    """Opens a view to those who may ask for some kind of long work; to others the page does not exist."""

    @functools.wraps(view)
    def guarded(request: PageRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not any(allowed(request, kind.needs) for kind in job_kinds().values()):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@needs_some_job
def works(request: PageRequest) -> HttpResponse:
    """The latest works: mine unless all are asked for; what may be launched from here."""
    wanted = request.GET.get("qui", "")
    number = page_number(request)
    found = jobs(
        asked_by_id=None if wanted else request.context.actor.id,
        under_way=wanted == "en-cours",
        offset=(number - 1) * SIZE,
        limit=SIZE + 1,
    )
    base = reverse("works")
    options = [("", _("Les miens"), None), ("tous", _("Tous"), None), ("en-cours", _("En cours"), None)]
    context = {
        "launches": _launches(request),
        "filters": filters(base, "qui", wanted, options),
        "rows": [_row(one) for one in found[:SIZE]],
        "moving": any(one.state in UNDER_WAY for one in found[:SIZE]),
        "page": page_shape(
            base, {"qui": wanted}, number=number, size=SIZE, shown=len(found[:SIZE]), more=len(found) > SIZE
        ),
    }
    seen(request)
    return show(request, "desk/works.html", context, nav="works")


def _launches(request: PageRequest) -> list[Shape]:
    """What this person may launch, each opening its preview."""
    first = [{"url": reverse("file-receive"), "label": _("Recevoir un fichier"), "icon": "inbox"}]
    return (first if allowed(request, Permission.EXCHANGES) else []) + [
        {"url": reverse("work-new", args=[one.word]), "label": one.title, "icon": one.icon}
        for one in launches().values()
        if one.offered and may_launch(request, one)
    ]


def may_launch(request: PageRequest, one: Launch) -> bool:
    """True when this person may ask for the work that a launch leads to."""
    return allowed(request, job_kinds()[one.job].needs)


def _row(one: JobRow) -> Shape:
    label, tone = JOB_STATES[one.state]
    return {
        "id": one.pk,
        "url": reverse("work", args=[one.pk]),
        "title": one.title,
        "kind": words.said(words.JOBS, one.kind),
        "perimeter": str(one.perimeter),
        "asked_by": one.asked_by,
        "asked_at": one.asked_at,
        "ended_at": one.ended_at,
        "state": state(label, tone),
        "told": one.told,
        "under_way": one.state in UNDER_WAY,
        "done": one.steps_done,
        "total": one.steps_total,
        "outcome": one.outcome or one.refusal.get("message", ""),
    }


@needs_some_job
def work(request: PageRequest, job_id: int) -> HttpResponseBase:
    """One work, live; a POST starts it again when it stopped."""
    found = job(job_id)
    if request.method == "POST":
        try:
            start_again(request.context, job_id)
        except Refusal as refusal:
            return _show(request, found, refusal)
        return redirect("work", job_id)
    if not request.htmx:
        return _show(request, found)
    if request.GET.get("vu") == _stamp(found):
        return HttpResponse(status=NOTHING_NEW)
    if found.state not in UNDER_WAY:
        seen(request)
    context = _context(request, found) | {"mark": works_mark(request)}
    return fragment(request, "desk/works/_polled.html", context)


def _show(request: PageRequest, found: JobRow, refusal: Refusal | None = None) -> HttpResponse:
    seen(request)
    context = _context(request, found) | {"errors": [error_of(refusal)] if refusal else []}
    return show(request, "desk/work.html", context, nav="works", status=422 if refusal else 200)


def _context(request: PageRequest, found: JobRow) -> Shape:
    late = found.state == "waiting" and not found.told and clock.now() - found.asked_at > LATE
    return {
        "work": _row(found)
        | {
            "refusal": found.refusal,
            "started_at": found.started_at,
            "taken_up": max(0, found.attempts - 1),
            "nobody": late,
            "links": _links(request, found),
            "stamp": _stamp(found),
            "failed": found.state == "failed",
            "again": found.state in ("refused", "failed") and allowed(request, job_kinds()[found.kind].needs),
        },
        "trial": _trial(found),
        "form_key": str(uuid.uuid4()),
    }


def _stamp(found: JobRow) -> str:
    """What the browser has seen of a work: the same stamp, nothing to say again."""
    return f"{found.state}-{zlib.crc32(f'{found.attempts}|{found.told}|{found.steps_done}'.encode())}"


def _links(request: PageRequest, found: JobRow) -> list[Shape]:
    links = []
    if found.subject_kind == "file":
        links.append({"url": reverse("file", args=[found.subject_id]), "label": _("Le fichier, ligne par ligne")})
    if found.figures.get("file"):
        links.append({"url": reverse("file", args=[found.figures["file"]]), "label": _("Le fichier émis")})
    if found.kind == "benefits.pay" and found.subject_kind == "payment_proposal":
        links.append({"url": reverse("transfers", args=[found.subject_id]), "label": _("La liste des virements")})
        if found.state == "refused":
            links.append({"url": reverse("work-new", args=["virements"]), "label": _("La liste à jour")})
    if found.figures.get("rejected") and found.kind == "care.read":
        links.append({"url": f"{reverse('rejects')}?file={found.subject_id}", "label": _("Les rejets à traiter")})
    if found.figures.get("rejected") and found.kind == "enrolments.import" and allowed(request, Permission.ENROL):
        url = reverse("file-refused-lines", args=[found.subject_id])
        links.append({"url": url, "label": _("Lignes refusées, à corriger")})
    return links


def _trial(found: JobRow) -> Shape | None:
    """The figures of a trial that ended, ready to be confirmed."""
    if found.kind != "premiums.try" or found.state != "done":
        return None
    return {
        "collection": "",  # a trial of before said no day
        **found.figures,
        "month": words.month(date.fromisoformat(found.given["month"])),
        "confirm_url": reverse("work-new", args=["appel"]),
        "id": found.pk,
    }


@needs_some_job
def mark(request: PageRequest) -> HttpResponse:
    """The mark of the header, asked again while a work of mine is under way."""
    return fragment(request, "frame/parts/_works_mark.html", {"mark": works_mark(request)})
