"""Reads of work: an item's clock with its reasons, a queue in order of urgency, the week by team."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TypeAlias

from django.db import connection
from django.db.models import Q, QuerySet

from egide.journal import clock
from egide.kernel.calendars import Calendar, Region
from egide.kernel.formats import format_date
from egide.kernel.reference import load_time_limit
from egide.kernel.time_limits import Deadline, TimeLimit, Unit, deadline
from egide.kernel.time_limits import Pause as ClockPause
from egide.work.facts import Counted, Figure, Whose
from egide.work.models import Item, Pause

# The row that reads give: floors above name its type from here, and leave the tables to this one.
ItemRow: TypeAlias = Item


def day_of(moment: datetime) -> date:
    """The day of an instant, as it was in Paris."""
    return moment.astimezone(clock.PARIS).date()


def clock_of(item: Item, pauses: Sequence[Pause], today: date) -> Deadline:
    """The time limit of an item as it stands today, with the sentences that explain its date.

    The limit runs from the complete file. A file that turned out to be incomplete never was late: nothing counts before
    the day on which its last paper came, and while one is missing its whole limit remains.
    """
    received = day_of(item.received_at)
    source = load_time_limit(item.limit_code, received).source
    limit = TimeLimit(amount=item.limit_days, unit=Unit(item.limit_unit), source=source)
    open_pause = next((pause for pause in pauses if pause.end is None), None)
    event = "dossier complet le" if item.complete_on > received else "reçu le"
    stops = [ClockPause(item.complete_on, None, "")] if open_pause else []
    found = deadline(limit, item.complete_on, stops, Calendar(Region(item.region)), today, event=event)
    told = [f"reçu le {format_date(received)}"] if open_pause or item.complete_on > received else []
    told += [_pause_told(pause) for pause in sorted(pauses, key=lambda pause: pause.start)]
    if open_pause is None:
        return replace(found, reasons=(*told, *found.reasons))
    told.append(f"délai de {limit.words()} à compter du lendemain du dossier complet ({limit.source})")
    told.append(f"pas d’échéance tant qu’une pièce manque ; il restera {limit.words()}")
    return replace(found, reasons=tuple(told))


def _pause_told(pause: Pause) -> str:
    until = f", jusqu’au {format_date(pause.end - timedelta(days=1))}" if pause.end else ""
    return f"incomplet, connu le {format_date(pause.start)}{until}\N{NO-BREAK SPACE}: {pause.reason}"


def queue(
    *,
    kinds: Sequence[str] = (),
    team_id: int | None = None,
    limit: int = 50,
    whose: Whose = Whose.ALL,
    person_id: int | None = None,
) -> list[Item]:
    """Items to do, the most urgent first; those whose clock is stopped come last. A person's own come from any team."""
    items: QuerySet[Item] = Item.objects.exclude(state="done").prefetch_related("pauses")
    if kinds:
        items = items.filter(kind__in=kinds)
    items = _held(items, whose, person_id)
    if team_id is not None and whose is not Whose.MINE:
        items = items.filter(Q(team_id=team_id) | Q(team_id__isnull=True))
    return list(items.order_by("state", "due_on", "received_at", "id")[:limit])


def _held(items: QuerySet[Item], whose: Whose, person_id: int | None) -> QuerySet[Item]:
    if whose is Whose.ALL:
        return items
    return items.filter(assignee_id=None if whose is Whose.FREE else person_id or 0)


def subjects_held(kind: str, whose: Whose, person_id: int | None) -> list[int]:
    """The files of which an item of this kind is still to do, and free or this person's own."""
    items = Item.objects.filter(kind=kind).exclude(state="done")
    return list(_held(items, whose, person_id).values_list("subject_id", flat=True))


def open_items_about(subject_kind: str, subject_ids: Sequence[int]) -> list[Item]:
    """What is still to do on these files, with its pauses."""
    found = Item.objects.filter(subject_kind=subject_kind, subject_id__in=list(subject_ids)).exclude(state="done")
    return list(found.prefetch_related("pauses"))


def item_about(kind: str, subject_kind: str, subject_id: int) -> Item:
    """The latest item of a kind on one file, which is the open one when there is one."""
    return Item.objects.filter(kind=kind, subject_kind=subject_kind, subject_id=subject_id).latest("id")


def find_item(item_id: int) -> ItemRow | None:
    """An item with its pauses; None when it is absent and when it is out of reach: nobody learns which."""
    return Item.objects.prefetch_related("pauses").filter(pk=item_id).first()


def items_with_ids(item_ids: Sequence[int]) -> list[ItemRow]:
    """These items with their pauses, in the order of their numbers as given."""
    found = Item.objects.prefetch_related("pauses").in_bulk(list(item_ids))
    return [found[item_id] for item_id in item_ids if item_id in found]


def items_about(kind: str, subject_kind: str, subject_ids: Sequence[int]) -> dict[int, ItemRow]:
    """The latest item of a kind on each of these files, which is the open one when there is one, with its pauses."""
    found = Item.objects.filter(kind=kind, subject_kind=subject_kind, subject_id__in=subject_ids).order_by("id")
    return {item.subject_id: item for item in found.prefetch_related("pauses")}


# What each figure counts. The list that a figure opens asks the same question: a figure and its list cannot differ.
_PARIS = "(%s AT TIME ZONE 'Europe/Paris')::date"
_RECEIVED, _CLOSED = _PARIS.replace("%s", "received_at"), _PARIS.replace("%s", "closed_at")
FIGURES: dict[Figure, str] = {
    Figure.RECEIVED: f"{_RECEIVED} BETWEEN %(first)s AND %(last)s",
    Figure.DONE: f"{_CLOSED} BETWEEN %(first)s AND %(last)s",
    Figure.IN_TIME: f"{_CLOSED} BETWEEN %(first)s AND %(last)s AND {_CLOSED} <= due_on",
    Figure.IN_PROGRESS: "state <> 'done'",
    Figure.PAUSED: "state = 'paused'",
    Figure.DUE_THIS_WEEK: "state = 'open' AND due_on BETWEEN %(today)s AND %(last)s",
    Figure.LATE: "state = 'open' AND due_on < %(today)s",
}

_WEEK = f"""
-- Per team: received, done, done in time, still open, late, due by the end of the week, paused.
SELECT team_id, {", ".join(f"count(*) FILTER (WHERE {told}) AS {figure.name.lower()}" for figure, told in FIGURES.items())}
FROM work_item
WHERE state <> 'done' OR closed_at >= %(first)s::date - 1
GROUP BY team_id ORDER BY team_id NULLS LAST
"""  # noqa: S608 - no value is written into the text

_COUNTED = """
-- The items that a figure counts, those to finish first in order of urgency, then those done, the latest first.
SELECT id FROM work_item
WHERE {figure} AND (%(any_team)s OR team_id IS NOT DISTINCT FROM %(team)s) AND (%(kind)s = '' OR kind = %(kind)s)
ORDER BY state = 'done', due_on NULLS LAST, closed_at DESC NULLS LAST, id LIMIT %(limit)s OFFSET %(offset)s
"""

_DAYS = """
-- Items received and closed, day by day, and the calendar days each closed one took.
SELECT day::date,
  (SELECT count(*) FROM work_item WHERE (received_at AT TIME ZONE 'Europe/Paris')::date = day) AS received,
  (SELECT count(*) FROM work_item WHERE (closed_at AT TIME ZONE 'Europe/Paris')::date = day) AS done
FROM generate_series(%(first)s::date, %(last)s::date, interval '1 day') AS day
"""


def _rows(statement: str, **values: date) -> list[dict[str, object]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def week(today: date) -> list[dict[str, object]]:
    """The week of ``today`` by team: each figure under its name in small letters (``received``, ``done``, ``late``…)."""
    monday = today - timedelta(days=today.weekday())
    return _rows(_WEEK, first=monday, last=monday + timedelta(days=6), today=today)


def counted(asked: Counted, *, offset: int = 0, limit: int = 50) -> list[ItemRow]:
    """The items that one figure of the week counts, with their pauses."""
    values: dict[str, int | date | str | bool | None] = {
        "first": asked.first, "last": asked.last, "today": asked.today, "kind": asked.kind,
        "any_team": asked.any_team, "team": asked.team_id, "limit": limit, "offset": offset,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED.format(figure=FIGURES[asked.figure]), values)
        return items_with_ids([row[0] for row in cursor.fetchall()])


def days(first: date, last: date) -> list[dict[str, object]]:
    """Items received and done, day by day, both ends included."""
    return _rows(_DAYS, first=first, last=last)
