"""Blocks of the page of the day for who works on files: the queue of the team, what waits for others, what one did lately."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from egide.doors.desk.holding import holders, whose_asked, whose_filters
from egide.doors.desk.today import item_deadline, item_url, subject_url
from egide.doors.desk.today_reads import Recent, queue_figures, recent_files
from egide.doors.frame import words
from egide.doors.frame.access import PageRequest, allowed
from egide.doors.frame.opened import subjects
from egide.doors.frame.shell import Shape, state
from egide.journal import clock
from egide.journal.permissions import Permission
from egide.kernel.formats import format_number
from egide.work.kinds import may_work
from egide.work.queries import ItemRow, queue

SHOWN = 40


def work_block(request: PageRequest) -> Shape | None:
    """The team's queue, the most urgent first, in one sentence and one list, and the next file to take."""
    day, team = clock.today(), request.context.actor.team_id
    whose = whose_asked(request)
    items = queue(team_id=team, limit=SHOWN * 2, whose=whose, person_id=request.context.actor.id)
    if not allowed(request, Permission.ENROL) and not any(_able(request, item) for item in items):
        return None  # a queue that one may only look at is not one's work
    waiting = [item for item in items if item.state == "open"][:SHOWN]
    stopped = [item for item in items if item.state == "paused"][:SHOWN]
    figures = queue_figures(day, day + timedelta(days=6 - day.weekday()), team)
    held = holders(request, [*waiting, *stopped])
    return {
        "tally": _tally(figures),
        "primary": _next(request, waiting),
        "queue": [{**_row(request, item), "holder": held[item.pk]} for item in waiting],
        "paused": [{**_paused(request, item), "holder": held[item.pk]} for item in stopped],
        "whose": whose_filters(reverse("today"), whose),
        "form_key": str(uuid.uuid4()),
    }


def recent_block(request: PageRequest) -> Shape | None:
    """The files that this person worked on lately, for themselves alone; nothing on a first day."""
    since = clock.today() - timedelta(days=7)
    found = [_recent(request, one) for one in recent_files(request.context.actor.id or 0, since=since)]
    return {"recent": found} if found else None


def _able(request: PageRequest, item: ItemRow) -> bool:
    return may_work(request.context.actor, item.kind, item.perimeter_id)


def _tally(figures: dict[str, int]) -> list[Shape]:
    """The queue in one sentence: what is nil is not said, but that nothing presses is."""
    told = [
        (figures["late"], _("%(n)s en retard"), "late"),
        (figures["due_today"], _("%(n)s à finir aujourd’hui"), "warn"),
        (figures["this_week"] - figures["due_today"], _("%(n)s d’ici dimanche"), ""),
        (figures["paused"], _("%(n)s en pause"), ""),
        (figures["done_today"], _("%(n)s faits aujourd’hui") if figures["done_today"] > 1 else _("%(n)s fait"), "ok"),
    ]
    shown = [{"said": said % {"n": format_number(count)}, "tone": tone} for count, said, tone in told if count]
    calm = [] if figures["late"] or figures["due_today"] else [{"said": _("rien ne presse"), "tone": "ok"}]
    return [*calm, *shown]


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
    able = [item for item in waiting if _able(request, item)]
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
