"""How long acts take, told once for the page, the API and the exports: « nine in ten » has this definition and no other.

An act's delay is counted like its limit: in the days of its unit (working days, on the calendar of its region), from the
day after its complete file to the day it was closed. What came before the file was complete does not count, so no pause
is taken out: there is none after. It is in time when closed on its due date at the latest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from egide.kernel.calendars import Calendar, Region
from egide.kernel.time_limits import Unit

_WEEKS = 8
_DAYS_BACK = 90
_OLDEST = 400  # an act that took longer is counted from here

_TAKEN = """
-- What each act closed in the last ninety days took, in its own unit, on the calendar of its region.
WITH calendar AS (SELECT * FROM unnest(%(regions)s::text[], %(units)s::text[], %(days)s::date[], %(ranks)s::int[])
  AS c(region, unit, day, rank)),
closed AS (
  SELECT kind, limit_days, due_on, region, CASE limit_unit WHEN 'months' THEN 'calendar' ELSE limit_unit END AS unit,
    (closed_at AT TIME ZONE 'Europe/Paris')::date AS done_on, GREATEST(complete_on, %(first)s) AS complete_on
  FROM work_item WHERE state = 'done' AND (closed_at AT TIME ZONE 'Europe/Paris')::date BETWEEN %(since)s AND %(as_of)s),
taken AS (
  SELECT closed.*, done_on <= due_on AS in_time, GREATEST(0, late.rank - early.rank) AS took
  FROM closed
  JOIN calendar early ON (early.region, early.unit, early.day) = (closed.region, closed.unit, closed.complete_on)
  JOIN calendar late ON (late.region, late.unit, late.day) = (closed.region, closed.unit, closed.done_on))
"""

_BY_KIND = """
SELECT kind, count(*), count(*) FILTER (WHERE in_time), max(limit_days),
  percentile_disc(0.5) WITHIN GROUP (ORDER BY took)::int, percentile_disc(0.9) WITHIN GROUP (ORDER BY took)::int
FROM taken GROUP BY kind ORDER BY count(*) DESC, kind
"""

_BY_WEEK = """
SELECT kind, date_trunc('week', done_on)::date, percentile_disc(0.9) WITHIN GROUP (ORDER BY took)::int
FROM taken WHERE done_on >= %(weeks)s GROUP BY 1, 2 ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Delay:
    """How long one kind of act takes: ``days_90`` is kept nine times in ten; ``trend`` is the same, week by week."""

    kind: str
    closed: int
    in_time: int
    target: int
    days_50: int
    days_90: int
    trend: tuple[int, ...]


def measured(as_of: date) -> tuple[date, date]:
    """The days over which delays are measured, both included: ninety and the last."""
    return as_of - timedelta(days=_DAYS_BACK), as_of


def delays(as_of: date) -> list[Delay]:
    """By kind of act, over the days of ``measured``; the most frequent first."""
    first = as_of - timedelta(days=_OLDEST)
    regions, units, days, ranks = _ranks(first, as_of)
    values: dict[str, Any] = {
        "regions": regions,
        "units": units,
        "days": days,
        "ranks": ranks,
        "first": first,
        "as_of": as_of,
        "since": measured(as_of)[0],
        "weeks": as_of - timedelta(days=7 * _WEEKS),
    }
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN + _BY_WEEK, values)
        trends: dict[str, list[int]] = {}
        for kind, _week, days_90 in cursor.fetchall():
            trends.setdefault(kind, []).append(days_90)
        cursor.execute(_TAKEN + _BY_KIND, values)
        return [Delay(*(*row, tuple(trends.get(row[0], ())))) for row in cursor.fetchall()]


def _ranks(first: date, last: date) -> tuple[list[str], list[str], list[date], list[int]]:
    """Each day of each calendar with the days counted up to it: two ranks subtracted are the days between."""
    regions, units, days, ranks = [], [], [], []
    for region in Region:
        calendar = Calendar(region)
        for unit in (Unit.WORKING, Unit.BUSINESS, Unit.CALENDAR):
            rank = 0
            for offset in range((last - first).days + 1):
                day = first + timedelta(days=offset)
                rank += _counts(unit, day, calendar)
                regions.append(region.value)
                units.append(unit.value)
                days.append(day)
                ranks.append(rank)
    return regions, units, days, ranks


def _counts(unit: Unit, day: date, calendar: Calendar) -> bool:
    match unit:
        case Unit.WORKING:
            return calendar.is_working_day(day)
        case Unit.BUSINESS:
            return calendar.is_business_day(day)
        case _:
            return True
