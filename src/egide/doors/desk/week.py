"""The week of the centre by team: flows, time kept, and how long nine acts in ten take. Never a person's own figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from egide.doors.desk import week_reads as reads
from egide.doors.frame import words
from egide.doors.frame.access import PageRequest, needs
from egide.doors.frame.sheets import sheet
from egide.doors.frame.shell import Shape, day_in, show
from egide.journal import clock
from egide.journal.permissions import Permission
from egide.kernel.formats import format_date_with_weekday, format_range
from egide.work.queries import days
from egide.work.queries import week as by_team


@needs(Permission.STEER)
def week(request: PageRequest) -> HttpResponse:
    """One week, the present one unless another is asked for."""
    today = clock.today()
    asked = min(day_in(request.GET.get("semaine")) or today, today)
    monday = asked - timedelta(days=asked.weekday())
    as_of = min(today, monday + timedelta(days=6))
    now, before = by_team(as_of), by_team(monday - timedelta(days=1))
    delays = reads.delays(as_of)
    teams, trend = reads.team_names(), reads.done_by_week(as_of)
    if request.GET.get("export") == "xlsx":
        return _export(now, teams, monday)
    base = reverse("week")
    context = {
        "period": {
            "label": _("Semaine %(range)s") % {"range": format_range(monday, monday + timedelta(days=6))},
            "previous_url": f"{base}?semaine={monday - timedelta(days=7)}",
            "next_url": f"{base}?semaine={monday + timedelta(days=7)}" if monday + timedelta(days=7) <= today else "",
        },
        "figures": _figures(now, before),
        "teams": [_team(row, teams, trend) for row in now],
        "flows": _flows(monday),
        "longest_days": max((max(one.p90, one.target) for one in delays), default=0),
        "kinds": [_kind(one) for one in delays],
        "export_url": f"{base}?semaine={monday}&export=xlsx",
    }
    return show(request, "desk/week.html", context, nav="week")


def _total(rows: Sequence[dict[str, object]], name: str) -> int:
    return sum(int(str(row[name])) for row in rows)


def _figures(now: Sequence[dict[str, object]], before: Sequence[dict[str, object]]) -> list[Shape]:
    done, done_before = _total(now, "done"), _total(before, "done")
    within = _total(now, "in_time") * 10_000 // done if done else None
    within_before = _total(before, "in_time") * 10_000 // done_before if done_before else None
    late, due = _total(now, "late"), _total(now, "due_this_week")
    return [
        {"label": _("reçus"), "value": _total(now, "received"), "unit": "nombre", "before": _total(before, "received")},
        {"label": _("faits"), "value": done, "unit": "nombre", "before": done_before},
        *([{"label": _("dans le délai"), "value": within, "unit": "bp", "before": within_before}] if done else []),
        {"label": _("en cours"), "value": _total(now, "in_progress"), "unit": "nombre"},
        {"label": _("en pause"), "value": _total(now, "paused"), "unit": "nombre"},
        {
            "label": _("à finir avant dimanche"),
            "value": due,
            "unit": "nombre",
            "tone": "warn" if due else "",
        },
        {"label": _("en retard"), "value": late, "unit": "nombre", "tone": "late" if late else ""},
    ]


def _team(row: dict[str, object], names: dict[int, str], trend: dict[int | None, list[int]]) -> Shape:
    team_id = int(str(row["team_id"])) if row["team_id"] is not None else None
    return {
        "name": names.get(team_id, "") if team_id is not None else _("Toutes équipes"),
        "received": row["received"],
        "done": row["done"],
        "in_progress": row["in_progress"],
        "late": row["late"],
        "in_progress_url": reverse("enrolments"),
        "late_url": reverse("enrolments"),
        "trend": trend.get(team_id, []),
    }


def _flows(monday: date) -> Shape:
    rows = days(monday, monday + timedelta(days=6))
    received, done = sum(int(str(row["received"])) for row in rows), sum(int(str(row["done"])) for row in rows)
    return {
        "title": _("Reçus et faits, jour par jour"),
        "summary": _("%(received)s dossiers reçus et %(done)s faits dans la semaine.")
        % {"received": received, "done": done},
        "series": [{"label": _("reçus"), "tone": "muted"}, {"label": _("faits"), "tone": "accent"}],
        "points": [
            {
                "label": format_date_with_weekday(_date(row["day"])).split()[0][:3],
                "values": [row["received"], row["done"]],
            }
            for row in rows
        ],
        "unit": "nombre",
    }


def _date(value: object) -> date:
    assert isinstance(value, date)  # noqa: S101 - the query casts it
    return value


def _kind(one: reads.Delay) -> Shape:
    return {
        "label": words.said(words.ITEMS, one.kind),
        "count": one.closed,
        "target_days": one.target,
        "p50_days": one.p50,
        "p90_days": one.p90,
        "p90_trend": list(one.trend),
        "within_bp": one.in_time * 10_000 // one.closed,
        "url": f"{reverse('enrolments')}?state=enrolled" if one.kind == "enrolment" else reverse("rejects"),
    }


def _export(rows: Sequence[dict[str, object]], teams: dict[int, str], monday: date) -> HttpResponse:
    head = [_("Équipe"), _("Reçus"), _("Faits"), _("Dans le délai"), _("En cours"), _("En retard"), _("En pause")]
    names = ("received", "done", "in_time", "in_progress", "late", "paused")
    lines = (
        [teams.get(int(str(row["team_id"] or 0)), _("Toutes équipes")), *(row[name] for name in names)] for row in rows
    )
    return sheet(f"semaine_{monday}", head, lines)
