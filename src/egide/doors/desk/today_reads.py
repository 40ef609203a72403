"""Reads of the page of the day: the queue in figures, and the files that the person worked on lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

_FIGURES = """
-- The queue of a team in figures (items without a team are everyone's).
SELECT count(*) FILTER (WHERE state = 'open' AND due_on < %(day)s) AS late,
  count(*) FILTER (WHERE state = 'open' AND due_on = %(day)s) AS due_today,
  count(*) FILTER (WHERE state = 'open' AND due_on BETWEEN %(day)s AND %(sunday)s) AS this_week,
  count(*) FILTER (WHERE state = 'paused') AS paused,
  count(*) FILTER (WHERE state = 'done' AND (closed_at AT TIME ZONE 'Europe/Paris')::date = %(day)s) AS done_today
FROM work_item
WHERE (team_id = %(team)s OR team_id IS NULL) AND (state <> 'done' OR closed_at >= %(day)s::date - 1)
"""

_RECENT = """
-- What a person worked on lately: the last act on each file, for themselves alone.
SELECT subject_kind, subject_id, subject_label, kind, done_at FROM (
  SELECT DISTINCT ON (subject_kind, subject_id) subject_kind, subject_id, subject_label, kind, done_at
  FROM (SELECT * FROM journal_act WHERE actor_id = %s AND done_on >= %s AND kind NOT LIKE '%%.follow'
        ORDER BY id DESC LIMIT 60) AS latest
  ORDER BY subject_kind, subject_id, done_at DESC) AS files
ORDER BY done_at DESC LIMIT 8
"""


@dataclass(frozen=True, slots=True)
class Recent:
    """A file worked on lately, and the last act on it."""

    subject_kind: str
    subject_id: int
    label: str
    kind: str
    at: datetime


def queue_figures(day: date, sunday: date, team_id: int | None) -> dict[str, int]:
    """late, due_today, this_week, paused, done_today."""
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, {"day": day, "sunday": sunday, "team": team_id})
        names = [column[0] for column in cursor.description]
        return dict(zip(names, cursor.fetchone(), strict=True))


def recent_files(actor_id: int, *, since: date) -> list[Recent]:
    """The last files that this person acted on since a day."""
    with connection.cursor() as cursor:
        cursor.execute(_RECENT, [actor_id, since])
        return [Recent(*row) for row in cursor.fetchall()]
