"""Delays as the members live them: working days from reception to the end, pauses taken out, by kind of act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from egide.kernel.calendars import Calendar, Region

_WEEKS = 8
_DAYS_BACK = 90
_OLDEST = 400  # an act that took longer is counted from here

_DELAYS = """
-- Working days that each act closed in the last ninety days took, its pauses taken out, on one national calendar.
WITH calendar AS (SELECT * FROM unnest(%(days)s::date[], %(ranks)s::int[]) AS c(day, rank)),
closed AS (
  SELECT i.id, i.kind, i.limit_days, i.due_on, (i.closed_at AT TIME ZONE 'Europe/Paris')::date AS done_on,
    GREATEST((i.received_at AT TIME ZONE 'Europe/Paris')::date, %(first)s) AS received_on
  FROM work_item i WHERE i.state = 'done' AND i.closed_at >= %(since)s AND i.closed_at < %(until)s),
stopped AS (
  SELECT p.item_id, sum(GREATEST(0, late.rank - early.rank)) AS days
  FROM closed JOIN work_pause p ON p.item_id = closed.id AND p."end" IS NOT NULL
  JOIN calendar early ON early.day = GREATEST(p.start, %(first)s) - 1 JOIN calendar late ON late.day = p."end" - 1
  GROUP BY p.item_id),
taken AS (
  SELECT closed.kind, closed.limit_days, closed.done_on <= closed.due_on AS in_time, closed.done_on,
    GREATEST(0, late.rank - early.rank - COALESCE(stopped.days, 0)) AS days
  FROM closed JOIN calendar early ON early.day = closed.received_on JOIN calendar late ON late.day = closed.done_on
  LEFT JOIN stopped ON stopped.item_id = closed.id)
"""

_BY_KIND = """
SELECT kind, count(*), count(*) FILTER (WHERE in_time), max(limit_days),
  percentile_disc(0.5) WITHIN GROUP (ORDER BY days)::int, percentile_disc(0.9) WITHIN GROUP (ORDER BY days)::int
FROM taken GROUP BY kind ORDER BY count(*) DESC
"""

_BY_WEEK = """
SELECT kind, date_trunc('week', done_on)::date, percentile_disc(0.9) WITHIN GROUP (ORDER BY days)::int
FROM taken WHERE done_on >= %(weeks)s GROUP BY 1, 2 ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Delay:
    """How long one kind of act takes, in working days; ``trend`` is the 90th percentile week by week."""

    kind: str
    closed: int
    in_time: int
    target: int
    p50: int
    p90: int
    trend: tuple[int, ...]


def delays(as_of: date) -> list[Delay]:
    """By kind of act, over ninety days up to ``as_of``."""
    first = as_of - timedelta(days=_OLDEST)
    days, ranks = working_ranks(first - timedelta(days=1), as_of)
    values: dict[str, Any] = {
        "days": days,
        "ranks": ranks,
        "first": first,
        "since": as_of - timedelta(days=_DAYS_BACK),
        "until": as_of + timedelta(days=1),
        "weeks": as_of - timedelta(days=7 * _WEEKS),
    }
    with connection.cursor() as cursor:
        cursor.execute(_DELAYS + _BY_WEEK, values)
        trends: dict[str, list[int]] = {}
        for kind, _week, p90 in cursor.fetchall():
            trends.setdefault(kind, []).append(p90)
        cursor.execute(_DELAYS + _BY_KIND, values)
        return [Delay(*(*row, tuple(trends.get(row[0], ())))) for row in cursor.fetchall()]


def working_ranks(first: date, last: date) -> tuple[list[date], list[int]]:
    """Each day with the number of working days up to it: two ranks subtracted give the working days between."""
    calendar = Calendar(Region.NATIONAL)
    days, ranks, rank = [], [], 0
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        rank += calendar.is_working_day(day)
        days.append(day)
        ranks.append(rank)
    return days, ranks


_TEAMS = "SELECT id, name FROM people_team"

_DONE = """
-- Items closed week by week by team, oldest week first, weeks without any included.
SELECT t.team_id, w.week::date, count(i.id)
FROM (SELECT DISTINCT team_id FROM work_item) t
CROSS JOIN generate_series(%(first)s::date, %(last)s::date, interval '7 days') AS w(week)
LEFT JOIN work_item i ON i.team_id IS NOT DISTINCT FROM t.team_id AND i.state = 'done'
  AND i.closed_at >= w.week AND i.closed_at < w.week + interval '7 days'
GROUP BY 1, 2 ORDER BY 1, 2
"""


def team_names() -> dict[int, str]:
    """The name of each team."""
    with connection.cursor() as cursor:
        cursor.execute(_TEAMS)
        return dict(cursor.fetchall())


def done_by_week(as_of: date) -> dict[int | None, list[int]]:
    """What each team closed, week by week, over eight weeks."""
    monday = as_of - timedelta(days=as_of.weekday())
    with connection.cursor() as cursor:
        cursor.execute(_DONE, {"first": monday - timedelta(days=7 * (_WEEKS - 1)), "last": monday})
        found: dict[int | None, list[int]] = {}
        for team_id, _week, count in cursor.fetchall():
            found.setdefault(team_id, []).append(count)
        return found
