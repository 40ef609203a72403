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
from egide.doors.frame.door import SubjectPage
from egide.doors.frame.opened import doors, subjects
from egide.doors.frame.shell import Shape, deadline_shape, sections_of, show, state
from egide.exchanges.kinds import reading_kinds
from egide.journal import clock
from egide.journal.permissions import Permission, every_permission
from egide.work.kinds import may_work
from egide.work.queries import ItemRow, clock_of, queue

SHOWN = 40


@needs(*every_permission())
def today(request: PageRequest) -> HttpResponseBase:
    """The work that waits. Someone who reads no file goes to the first section that is theirs."""
    if not allowed(request, Permission.READ):
        return redirect(sections_of(request)[0].name)
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
        "queue": [{**_row(request, item), "holder": held[item.pk]} for item in waiting],
        "paused": [{**_paused(request, item), "holder": held[item.pk]} for item in stopped],
        "whose": whose_filters(reverse("today"), whose),
        "form_key": str(uuid.uuid4()),
        "recent": [
            _recent(request, one) for one in recent_files(request.context.actor.id or 0, since=day - timedelta(days=7))
        ],
        "quick_acts": _quick_acts(request),
    }
    return show(request, "desk/today.html", context, nav="today")


def item_url(request: PageRequest, item: ItemRow) -> str:
    """Where an item is worked on: the page that its subject gives, else its own, also for who may not go there."""
    page = subjects()[item.subject_kind]
    # A file to read may tell of health: only who may read it is led to it.
    led = item.kind not in reading_kinds() or may_work(request.context.actor, item.kind, item.perimeter_id)
    if page.works_at and led and opens(request, page):
        return page.works_at(item.subject_id, item.kind)
    return reverse("item", args=[item.pk])


def item_deadline(item: ItemRow) -> Shape:
    """The clock of an item, its pauses read beforehand."""
    pauses = list(item.pauses.all())
    stopped = next((pause.reason for pause in pauses if pause.end is None), "")
    return deadline_shape(clock_of(item, pauses, clock.today()), item_id=item.pk, pause_reason=stopped)


def _row(request: PageRequest, item: ItemRow) -> Shape:
    return {
        "url": item_url(request, item),
        "title": item.title,
        "kind": words.said(words.ITEMS, item.kind),
        "received_on": item.received_at.date(),
        "deadline": item_deadline(item),
        "state": state(_("Pièces reçues"), "info") if any(pause.end for pause in item.pauses.all()) else None,
    }


def _paused(request: PageRequest, item: ItemRow) -> Shape:
    since = next((pause.start for pause in item.pauses.all() if pause.end is None), item.received_at.date())
    return {"url": item_url(request, item), "title": item.title, "since_on": since, "deadline": item_deadline(item)}


def _next(request: PageRequest, waiting: list[ItemRow]) -> Shape | None:
    """To take the most urgent item that nobody holds; without one, to go on with one's own."""
    actor = request.context.actor
    able = [item for item in waiting if may_work(actor, item.kind, item.perimeter_id)]
    shape: Shape = {"icon": "arrow-right", "key": "n", "primary": True}
    if any(item.assignee_id is None for item in able):
        label, url = _("Prendre le dossier suivant"), reverse("item-next")
        return {**shape, "label": label, "url": url, "method": "post", "act": "take_next"}
    mine = next((item for item in able if item.assignee_id == actor.id), None)
    return {**shape, "label": _("Reprendre mon dossier"), "url": item_url(request, mine)} if mine else None


def _recent(request: PageRequest, one: Recent) -> Shape:
    return {
        "url": subject_url(request, one.subject_kind, one.subject_id, one.label),
        "title": one.label,
        "detail": words.said(words.ACTS, one.kind),
        "at": one.at,
        "icon": subjects()[one.subject_kind].icon,
    }


def subject_url(request: PageRequest, kind: str, identifier: int, label: str) -> str:
    """The page of what an act was about; nothing when it has none, or none that this person may open."""
    page = subjects()[kind]
    return page.url(identifier, label) if page.url and opens(request, page) else ""


def opens(request: PageRequest, page: SubjectPage) -> bool:
    """True when this person may open the pages of this kind of subject."""
    return any(allowed(request, one) for one in page.needs)


def _quick_acts(request: PageRequest) -> list[Shape]:
    return [
        {"label": one.label, "url": reverse(one.page), "icon": one.icon, "key": one.key}
        for door in doors()
        for one in door.quick_acts
        if allowed(request, one.needs)
    ]
