"""The page of the day: the team's queue, the most urgent first, what waits for others, and the next file to take."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from egide.doors.desk.holding import holders, whose_asked, whose_filters
from egide.doors.desk.today_reads import Recent, queue_figures, recent_files
from egide.doors.frame import words
from egide.doors.frame.access import PageRequest, allowed, needs
from egide.doors.frame.shell import SECTIONS, Shape, deadline_shape, show, state
from egide.journal import clock
from egide.journal.permissions import Permission
from egide.work.facts import may_work
from egide.work.queries import ItemRow, clock_of, queue

SHOWN = 40


@needs(*Permission)
def today(request: PageRequest) -> HttpResponseBase:
    """The work that waits. Someone who reads no file goes to the first section that is theirs."""
    if not allowed(request, Permission.READ):
        first = next(name for name, wanted in SECTIONS.items() if any(allowed(request, one) for one in wanted))
        return redirect(first)
    return _today(request)


def _today(request: PageRequest) -> HttpResponse:
    day, team = clock.today(), request.context.actor.team_id
    whose = whose_asked(request)
    items = queue(team_id=team, limit=SHOWN * 2, whose=whose, person_id=request.context.actor.id)
    waiting = [item for item in items if item.state == "open"][:SHOWN]
    stopped = [item for item in items if item.state == "paused"][:SHOWN]
    figures = queue_figures(day, day + timedelta(days=6 - day.weekday()), team)
    held = holders(request, [*waiting, *stopped])
    context = {
        "summary": figures,
        "next_item": _next(request, waiting),
        "queue": [{**_row(item), "holder": held[item.pk]} for item in waiting],
        "paused": [{**_paused(item), "holder": held[item.pk]} for item in stopped],
        "whose": whose_filters(reverse("today"), whose),
        "form_key": str(uuid.uuid4()),
        "recent": [_recent(one) for one in recent_files(request.context.actor.id or 0, since=day - timedelta(days=7))],
        "quick_acts": _quick_acts(request),
    }
    return show(request, "desk/today.html", context, nav="today")


def item_url(item: ItemRow) -> str:
    """Where an item is worked on."""
    match item.subject_kind:
        case "form":
            return reverse("enrolment", args=[item.subject_id])
        case "file":
            return f"{reverse('rejects')}?file={item.subject_id}"
        case "movement":
            return reverse("right", args=[item.subject_id])
        case _:
            return reverse("item", args=[item.pk])


def item_deadline(item: ItemRow) -> Shape:
    """The clock of an item, its pauses read beforehand."""
    pauses = list(item.pauses.all())
    stopped = next((pause.reason for pause in pauses if pause.end is None), "")
    return deadline_shape(clock_of(item, pauses, clock.today()), item_id=item.pk, pause_reason=stopped)


def _row(item: ItemRow) -> Shape:
    return {
        "url": item_url(item),
        "title": item.title,
        "kind": words.said(words.ITEMS, item.kind),
        "received_on": item.received_at.date(),
        "deadline": item_deadline(item),
        "state": state(_("Pièces reçues"), "info") if any(pause.end for pause in item.pauses.all()) else None,
    }


def _paused(item: ItemRow) -> Shape:
    since = next((pause.start for pause in item.pauses.all() if pause.end is None), item.received_at.date())
    return {"url": item_url(item), "title": item.title, "since_on": since, "deadline": item_deadline(item)}


def _next(request: PageRequest, waiting: list[ItemRow]) -> Shape | None:
    """To take the most urgent item that nobody holds; without one, to go on with one's own."""
    actor = request.context.actor
    able = [item for item in waiting if may_work(actor, item.kind, item.perimeter_id)]
    shape: Shape = {"icon": "arrow-right", "key": "n", "primary": True}
    if any(item.assignee_id is None for item in able):
        label, url = _("Prendre le dossier suivant"), reverse("item-next")
        return {**shape, "label": label, "url": url, "method": "post", "act": "take_next"}
    mine = next((item for item in able if item.assignee_id == actor.id), None)
    return {**shape, "label": _("Reprendre mon dossier"), "url": item_url(mine)} if mine else None


def _recent(one: Recent) -> Shape:
    return {
        "url": subject_url(one.subject_kind, one.subject_id, one.label),
        "title": one.label,
        "detail": words.said(words.ACTS, one.kind),
        "at": one.at,
        "icon": {"enrolment": "person-vcard", "file": "inbox"}.get(one.subject_kind, "file-earmark-text"),
    }


def subject_url(kind: str, identifier: int, label: str) -> str:
    """The page of what an act was about; nothing when it has none."""
    match kind:
        case "enrolment":
            return reverse("member", args=[label])
        case "form":
            return reverse("enrolment", args=[identifier])
        case "file":
            return reverse("file", args=[identifier])
        case "reject":
            return reverse("reject", args=[identifier])
        case "movement":
            return reverse("right", args=[identifier])
        case "product":
            return reverse("product", args=[label.split(maxsplit=1)[0]])
        case _:
            return ""


def _quick_acts(request: PageRequest) -> list[Shape]:
    acts: list[Shape] = []
    if allowed(request, Permission.ENROL):
        url = reverse("enrolment-new")
        acts.append({"label": _("Recevoir un bulletin"), "url": url, "icon": "file-earmark-plus", "key": "c"})
    if allowed(request, Permission.EXCHANGES):
        acts.append({"label": _("Banc des rejets"), "url": reverse("rejects"), "icon": "exclamation-octagon"})
    return acts
