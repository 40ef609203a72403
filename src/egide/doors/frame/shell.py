"""The frame of every page and the small shapes that templates read: states, refs, deadlines, lists by pages."""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from egide.doors.frame import words
from egide.doors.frame.access import PageRequest, allowed
from egide.doors.frame.door import Section
from egide.doors.frame.opened import doors
from egide.doors.frame.works_mark import works_mark
from egide.journal import clock
from egide.journal.permissions import Permission
from egide.kernel.errors import Refusal
from egide.kernel.time_limits import Deadline

Shape = dict[str, Any]

THEN_NEXT = "then-next"  # a message that ends some work: the next file of the queue is offered beside it


def show(
    request: PageRequest,
    template: str,
    context: Mapping[str, object] | None = None,
    *,
    nav: str = "",
    status: int = 200,
) -> HttpResponse:
    """A full page inside the frame, with the counts of the menu."""
    return render(request, template, {**(context or {}), "shell": _shell(request, nav)}, status=status)


def fragment(request: PageRequest, template: str, context: Mapping[str, object], *, status: int = 200) -> HttpResponse:
    """A part of a page, for htmx."""
    return render(request, template, dict(context), status=status)


_COUNTS = """
-- What waits, for the menu; never counts further than it shows.
SELECT
  (SELECT count(*) FROM (SELECT 1 FROM work_item WHERE state = 'open' AND (team_id = %(team)s OR team_id IS NULL)
     LIMIT 1000) AS waiting),
  (SELECT count(*) FROM (SELECT 1 FROM exchanges_reject WHERE state = 'open' LIMIT 1000) AS refused)
"""


def _shell(request: PageRequest, nav: str) -> Shape:
    shell = menu(request, nav)
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"team": request.context.actor.team_id})
        waiting, refused = cursor.fetchone()
    return {
        **shell,
        "counts": {"today": waiting, "rejects": refused},
        "works": works_mark(request) if any(one["name"] == "works" for one in shell["sections"]) else None,
    }


def menu(request: PageRequest, nav: str = "") -> Shape:
    """The frame as the request alone tells it, without a question to the base: who is there, and the sections of their role."""
    actor = request.context.actor
    return {
        "nav": nav,
        "user_name": actor.label,
        "user_role": words.ROLES[actor.role],
        "team": request.team_name,
        "today": clock.today(),
        "environment": os.environ.get("EGIDE_ENVIRONMENT", ""),
        "next_key": str(uuid.uuid4()),
        "searches": allowed(request, Permission.READ),
        "sections": [
            {"name": one.name, "label": one.label, "icon": one.icon, "key": f"g {one.key}", "url": reverse(one.name)}
            for one in sections_of(request)
        ],
    }


def sections_of(request: PageRequest) -> list[Section]:
    """The entries of the menu that this person may open, in their places."""
    every = (one for door in doors() for one in door.sections)
    seen = [one for one in every if any(allowed(request, wanted) for wanted in one.needs)]
    return sorted(seen, key=lambda one: one.place)


def last_day(ends_on: date | None) -> date | None:
    """The last day of a period that ends before this one: people are told the days that count, both included."""
    return ends_on - timedelta(days=1) if ends_on else None


def ref(kind: str, key: object) -> Shape:
    """What « Pourquoi ? » opens: a kind of reasons and its key (see ``why``)."""
    return {"kind": kind, "id": str(key)}


def state(label: object, tone: str = "neutral") -> Shape:
    """A badge; tones are ok, info, warn, late, paused, neutral."""
    return {"label": label, "tone": tone}


def deadline_shape(deadline: Deadline, *, item_id: int, pause_reason: str = "") -> Shape:
    """The time left of a work item, with what stopped it and what starts it again."""
    return {
        "due_on": deadline.due_on,
        "remaining_days": deadline.remaining_days,
        "late_days": deadline.late_days,
        "overdue": deadline.overdue,
        "paused": deadline.paused,
        "unit": deadline.unit,
        "reasons": deadline.reasons,
        "pause_reason": pause_reason,
        "resumes_when": words.RESUMES if deadline.paused else "",
        "why": ref("delai", item_id),
    }


def error_of(refusal: Refusal) -> Shape:
    """A refusal as the error summary shows it, linked to its field when it names one."""
    where = refusal.where
    is_field = bool(where) and " " not in where and where.replace("-", "").replace("_", "").isalnum()
    return {
        "message": refusal.message,
        "remedy": refusal.remedy,
        "where": "" if is_field else where,
        "field": f"id_{where}" if is_field else "",
    }


def filters(
    base: str,
    name: str,
    current: str,
    options: Sequence[tuple[str, object, int | None]],
    kept: Mapping[str, str] | None = None,
) -> list[Shape]:
    """Links that narrow a list; ``options`` are (value, label, count), ``kept`` what else the address says."""
    return [
        {
            "url": f"{base}?{urlencode({**kept, name: value} if kept else {name: value})}" if value else base,
            "label": label,
            "active": current == value,
            "count": count,
        }
        for value, label, count in options
    ]


def page_shape(base: str, query: Mapping[str, str], *, number: int, size: int, shown: int, more: bool) -> Shape:
    """Previous and next of a list read by pages; ``shown`` rows of page ``number`` (from 1)."""

    def url(page: int) -> str:
        return f"{base}?{urlencode({**query, 'page': page})}"

    first = (number - 1) * size + 1
    return {
        "label": words.rows_shown(first, first + shown - 1) if shown else "",
        "has_previous": number > 1,
        "previous_url": url(number - 1),
        "has_next": more,
        "next_url": url(number + 1),
    }


def page_number(request: PageRequest) -> int:
    """The page asked for, from 1."""
    text = request.GET.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdecimal() and len(text) < 6 else 1


def day_in(text: str | None) -> date | None:
    """A date of an address (ISO); None when there is none."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
