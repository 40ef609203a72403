"""The list behind each figure of the week: the same items, no more and no fewer, filtered by team and kind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from egide.doors.desk.holding import holders
from egide.doors.desk.today import item_deadline, item_url
from egide.doors.desk.week_reads import team_names
from egide.doors.frame import words
from egide.doors.frame.access import PageRequest, needs
from egide.doors.frame.sheets import sheet
from egide.doors.frame.shell import Shape, day_in, filters, page_number, page_shape, show
from egide.journal.permissions import Permission
from egide.kernel.formats import format_range
from egide.work.facts import Counted, Figure
from egide.work.queries import ItemRow, counted

SIZE, EXPORTED = 50, 5_000
NO_TEAM = "aucune"
FIGURES: dict[Figure, str | Promise] = {
    Figure.RECEIVED: gettext_lazy("Reçus"),
    Figure.DONE: gettext_lazy("Faits"),
    Figure.IN_TIME: gettext_lazy("Faits dans le délai"),
    Figure.IN_PROGRESS: gettext_lazy("En cours"),
    Figure.PAUSED: gettext_lazy("En pause"),
    Figure.DUE_THIS_WEEK: gettext_lazy("À finir avant dimanche"),
    Figure.LATE: gettext_lazy("En retard"),
}


def url_of(asked: Counted) -> str:
    """The address of the list that a figure opens."""
    return f"{reverse('week-items')}?{urlencode(_query(asked))}"


def _query(asked: Counted) -> dict[str, str]:
    query = {
        "quoi": asked.figure.value,
        "du": asked.first.isoformat(),
        "au": asked.last.isoformat(),
        "le": asked.today.isoformat(),
        "nature": asked.kind,
        "equipe": "" if asked.any_team else str(asked.team_id or NO_TEAM),
    }
    return {name: value for name, value in query.items() if value}


def _asked(query: Mapping[str, str]) -> Counted:
    figure, team = query.get("quoi", ""), query.get("equipe", "")
    first, last, today = (day_in(query.get(name)) for name in ("du", "au", "le"))
    kind = query.get("nature", "")
    wrong = figure not in set(Figure) or (team and team != NO_TEAM and not team.isdecimal())
    if wrong or not (first and last and today) or (kind and kind not in words.ITEMS):
        raise Http404
    return Counted(
        Figure(figure), first, last, today, kind, any_team=not team, team_id=int(team) if team.isdecimal() else None
    )


@needs(Permission.MEASURE)
def week_items(request: PageRequest) -> HttpResponse:
    """The items that a figure counts; the whole list as a spreadsheet on request."""
    asked, number = _asked(request.GET), page_number(request)
    teams = team_names()
    if request.GET.get("export") == "xlsx":
        return _export(counted(asked, limit=EXPORTED), teams)
    found = counted(asked, offset=(number - 1) * SIZE, limit=SIZE + 1)
    shown, query = found[:SIZE], _query(asked)
    held, base = holders(request, shown), reverse("week-items")
    more = {name: value for name, value in query.items() if name != "quoi"}
    context = {
        "title": FIGURES[asked.figure],
        "lead": _lead(asked, teams),
        "back_url": f"{reverse('week')}?semaine={asked.today}",
        "filters": filters(base, "quoi", asked.figure, [(one, label, None) for one, label in FIGURES.items()], more),
        "rows": [{**_row(request, item, teams), "holder": held[item.pk]} for item in shown],
        "page": page_shape(base, query, number=number, size=SIZE, shown=len(shown), more=len(found) > SIZE),
        "export_url": f"{base}?{urlencode({**query, 'export': 'xlsx'})}",
    }
    return show(request, "desk/week_items.html", context, nav="week")


def _lead(asked: Counted, teams: Mapping[int, str]) -> str:
    """Which team, which kind, which days: what the figure was about."""
    dated = asked.figure in (Figure.RECEIVED, Figure.DONE, Figure.IN_TIME)
    days = format_range(asked.first, asked.last) if dated and asked.first != asked.last else ""
    if not days:
        day = asked.first if dated else asked.today
        days = _("le %(day)s") % {"day": words.day(day)} if dated else _("au %(day)s") % {"day": words.day(day)}
    team = "" if asked.any_team else teams.get(asked.team_id or 0, _("sans équipe"))
    kind = words.said(words.ITEMS, asked.kind) if asked.kind else ""
    return " · ".join(part for part in (team, kind, days) if part)


def _row(request: PageRequest, item: ItemRow, teams: Mapping[int, str]) -> Shape:
    return {
        "url": item_url(request, item),
        "title": item.title,
        "kind": words.said(words.ITEMS, item.kind),
        "team": teams.get(item.team_id or 0, ""),
        "received_on": item.received_at.date(),
        "done_on": _done_on(item),
        "deadline": item_deadline(item) if item.state != "done" else {"done": True, "due_on": item.due_on},
    }


def _done_on(item: ItemRow) -> date | None:
    return item.closed_at.date() if item.closed_at else None


def _export(items: list[ItemRow], teams: Mapping[int, str]) -> HttpResponse:
    head = [_("Dossier"), _("Nature"), _("Équipe"), _("Reçu le"), _("Échéance"), _("Terminé le")]
    rows = (
        [
            item.title,
            words.said(words.ITEMS, item.kind),
            teams.get(item.team_id or 0, ""),
            item.received_at.date(),
            item.due_on,
            _done_on(item),
        ]
        for item in items
    )
    return sheet("dossiers", head, rows)
