"""What the page of the week reads beside flows and delays: the teams by name, and what each closed week by week."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import connection

_WEEKS = 8
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
