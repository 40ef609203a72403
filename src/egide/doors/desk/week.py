"""The week of the centre by team: flows, time kept, and how long nine acts in ten take. Never a person's own figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from egide.doors.desk import week_reads as reads
from egide.doors.desk.week_items import url_of
from egide.doors.frame import words
from egide.doors.frame.access import PageRequest, needs
from egide.doors.frame.sheets import sheet
from egide.doors.frame.shell import Shape, day_in, show
from egide.journal import clock
from egide.journal.permissions import Permission
from egide.kernel.formats import format_date_with_weekday, format_range
from egide.work.delays import Delay, delays, measured
from egide.work.facts import Counted, Figure
from egide.work.queries import days
from egide.work.queries import week as by_team


@needs(Permission.MEASURE)
def week(request: PageRequest) -> HttpResponse:
    """One week, the present one unless another is asked for."""
    today = clock.today()
    asked = min(day_in(request.GET.get("semaine")) or today, today)
    monday = asked - timedelta(days=asked.weekday())
    as_of = min(today, monday + timedelta(days=6))
    now, before = by_team(as_of), by_team(monday - timedelta(days=1))
    kinds = delays(as_of)
    teams, trend = reads.team_names(), reads.done_by_week(as_of)
    if request.GET.get("export") == "xlsx":
        return _export(now, teams, kinds, monday)
    base = reverse("week")
    asked_of = Counted(Figure.RECEIVED, monday, monday + timedelta(days=6), as_of)
    context = {
        "period": {
            "label": _("Semaine %(range)s") % {"range": format_range(monday, monday + timedelta(days=6))},
            "previous_url": f"{base}?semaine={monday - timedelta(days=7)}",
            "next_url": f"{base}?semaine={monday + timedelta(days=7)}" if monday + timedelta(days=7) <= today else "",
        },
        "figures": _figures(now, before, asked_of),
        "teams": [_team(row, teams, trend, asked_of) for row in now],
        "flows": flows(monday, as_of),
        "longest_days": max((max(one.days_90, one.target) for one in kinds), default=0),
        "kinds": [kind_row(one, as_of) for one in kinds],
        "export_url": f"{base}?semaine={monday}&export=xlsx",
    }
    return show(request, "desk/week.html", context, nav="week")


def total(rows: Sequence[dict[str, object]], name: str) -> int:
    """One figure of all the teams."""
    return sum(int(str(row[name])) for row in rows)


def _figures(now: Sequence[dict[str, object]], before: Sequence[dict[str, object]], asked: Counted) -> list[Shape]:
    """The figures at the top, each opening its own list."""
    done, done_before = total(now, "done"), total(before, "done")
    within_before = total(before, "in_time") * 10_000 // done_before if done_before else None
    within: Shape = {
        "label": _("dans le délai"),
        "value": total(now, "in_time") * 10_000 // done if done else None,
        "unit": "bp",
        "before": within_before,
    }

    def figure(which: Figure, label: str, tone: str = "", **more: object) -> Shape:
        value = total(now, which.name.lower())
        shape = {"label": label, "value": value, "unit": "nombre", "tone": tone if value else "", **more}
        return {**shape, "url": url_of(replace(asked, figure=which))}

    return [
        figure(Figure.RECEIVED, _("reçus"), before=total(before, "received")),
        figure(Figure.DONE, _("faits"), before=done_before),
        *([{**within, "url": url_of(replace(asked, figure=Figure.IN_TIME))}] if done else []),
        figure(Figure.IN_PROGRESS, _("en cours")),
        figure(Figure.PAUSED, _("en pause")),
        figure(Figure.DUE_THIS_WEEK, _("à finir avant dimanche"), "warn"),
        figure(Figure.LATE, _("en retard"), "late"),
    ]


def _team(row: dict[str, object], names: dict[int, str], trend: dict[int | None, list[int]], asked: Counted) -> Shape:
    team_id = int(str(row["team_id"])) if row["team_id"] is not None else None
    own = replace(asked, any_team=False, team_id=team_id)
    shown = (Figure.RECEIVED, Figure.DONE, Figure.IN_PROGRESS, Figure.LATE)
    return {
        "name": names.get(team_id, "") if team_id is not None else _("Toutes équipes"),
        **{one.name.lower(): row[one.name.lower()] for one in shown},
        **{f"{one.name.lower()}_url": url_of(replace(own, figure=one)) for one in shown},
        "trend": trend.get(team_id, []),
    }


def flows(monday: date, as_of: date) -> Shape:
    """What came and what was done, day by day."""
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
                "urls": [
                    url_of(Counted(one, _date(row["day"]), _date(row["day"]), as_of))
                    for one in (Figure.RECEIVED, Figure.DONE)
                ],
            }
            for row in rows
        ],
        "unit": "nombre",
    }


def _date(value: object) -> date:
    assert isinstance(value, date)  # noqa: S101 - the query casts it
    return value


def kind_row(one: Delay, as_of: date) -> Shape:
    """How long one kind of act takes, against its promise."""
    since, until = measured(as_of)
    return {
        "label": words.said(words.ITEMS, one.kind),
        "count": one.closed,
        "target_days": one.target,
        "p50_days": one.days_50,
        "p90_days": one.days_90,
        "p90_trend": list(one.trend),
        "within_bp": one.in_time * 10_000 // one.closed,
        "url": url_of(Counted(Figure.DONE, since, until, as_of, kind=one.kind)),
    }


def _export(
    rows: Sequence[dict[str, object]], teams: dict[int, str], kinds: Sequence[Delay], monday: date
) -> HttpResponse:
    """The week by team, then the delays by kind of act as the page shows them."""
    head = [_("Équipe"), _("Reçus"), _("Faits"), _("Dans le délai"), _("En cours"), _("En retard"), _("En pause")]
    names = ("received", "done", "in_time", "in_progress", "late", "paused")
    lines: list[list[object]] = [
        [teams.get(int(str(row["team_id"] or 0)), _("Toutes équipes")), *(row[name] for name in names)] for row in rows
    ]
    lines += [[], [_("Nature"), _("Actes"), _("Médiane"), _("9 sur 10"), _("Engagement"), _("Dans le délai")]]
    lines += [
        [words.said(words.ITEMS, one.kind), one.closed, one.days_50, one.days_90, one.target, one.in_time]
        for one in kinds
    ]
    return sheet(f"semaine_{monday}", head, lines)
