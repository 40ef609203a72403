"""Blocks of the page of the day for who answers, steers, audits or operates: what they look at first."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from egide.doors.desk.files import file_row
from egide.doors.desk.holding import holders
from egide.doors.desk.journal import act_row
from egide.doors.desk.today import item_deadline, item_url
from egide.doors.desk.week import flows, kind_row, total
from egide.doors.desk.week_items import url_of
from egide.doors.desk.works import work_row
from egide.doors.frame.access import PageRequest, allowed
from egide.doors.frame.opened import jobs as job_kinds
from egide.doors.frame.seen import seen
from egide.doors.frame.shell import Shape
from egide.exchanges.queries import causes, files_by_way, reserved
from egide.journal import clock
from egide.journal.permissions import Permission
from egide.journal.queries import acts_between, positions_of
from egide.journal.sealing import unsealed
from egide.kernel.formats import format_count, format_number
from egide.work.delays import delays
from egide.work.facts import Counted, Figure
from egide.work.job_queries import jobs
from egide.work.queries import counted, week

_FEW, _SOME = 6, 10


def asked_block(request: PageRequest) -> Shape:
    """For who answers the telephone: the search, and the records opened last."""
    return {"seen": seen(request)}


def flows_block(request: PageRequest) -> Shape:
    """For who steers: what is late, what is due, what came and went this week; each figure opens its list."""
    today = clock.today()
    monday = today - timedelta(days=today.weekday())
    now = week(today)
    asked = Counted(Figure.LATE, monday, monday + timedelta(days=6), today)
    late = counted(asked, limit=_FEW)
    held = holders(request, late)
    told = [
        (Figure.LATE, _("%(n)s en retard"), "late"),
        (Figure.DUE_THIS_WEEK, _("%(n)s à finir avant dimanche"), "warn"),
        (Figure.PAUSED, _("%(n)s en pause"), ""),
        (Figure.IN_PROGRESS, _("%(n)s en cours"), ""),
    ]
    counts = [(figure, said, tone, total(now, figure.name.lower())) for figure, said, tone in told]
    shown = [
        {
            "said": said % {"n": format_number(count)},
            "tone": tone,
            "url": url_of(Counted(figure, asked.first, asked.last, today)),
        }
        for figure, said, tone, count in counts
        if count
    ]
    calm = [] if total(now, "late") else [{"said": _("rien en retard"), "tone": "ok"}]
    return {
        "tally": [*calm, *shown],
        "late": [
            {
                "url": item_url(request, one),
                "title": one.title,
                "deadline": item_deadline(one),
                "holder": held[one.pk],
            }
            for one in late
        ],
        "late_url": url_of(asked),
        "flows": flows(monday, today),
        "week_url": reverse("week"),
    }


def delays_block(_request: PageRequest) -> Shape | None:
    """How long nine acts in ten take, kind by kind, on one ruler; nothing before the first act is done."""
    today = clock.today()
    kinds = delays(today)
    longest = max((max(one.days_90, one.target) for one in kinds), default=0)
    return {"kinds": [kind_row(one, today) for one in kinds], "longest_days": longest} if kinds else None


def audit_block(request: PageRequest) -> Shape:
    """For who must believe: the latest acts, and how far the chain of the journal is sealed."""
    acts = list(acts_between(clock.today() - timedelta(days=31), None)[:_SOME])
    places, tail = positions_of([act.pk for act in acts]), unsealed()
    sealed = _("Chaque acte a son sceau ; la vérification les relit tous.")
    if tail.count:
        told = _("%(count)s en attente de sceau ; la vérification relit tous les autres.")
        sealed = told % {"count": format_count(tail.count, "acte", "actes")}
    return {
        "acts": [act_row(request, act, places.get(act.pk)) for act in acts],
        "sealed": sealed,
        "journal_url": reverse("journal"),
        "check_url": f"{reverse('journal')}?chaine=1",
    }


def exchanges_block(request: PageRequest) -> Shape:
    """For who operates: the latest files, the latest works, and how many lines wait on the bench, cause by cause."""
    works = jobs(limit=_FEW) if any(allowed(request, kind.needs) for kind in job_kinds().values()) else []
    groups = causes()
    hidden = (0, 0) if allowed(request, Permission.READ_HEALTH) else reserved()
    return {
        "files": [file_row(one) for one in files_by_way("")[:_FEW]],
        "works": [work_row(one) for one in works],
        "causes": [
            {"message": one.message, "count": one.count, "url": f"{reverse('rejects')}?cause={one.code}"}
            for one in groups[:_FEW]
        ],
        "open": sum(one.count for one in groups),
        "reserved_files": hidden[0],
        "reserved_rejects": hidden[1],
        "primary": {
            "label": _("Recevoir un fichier"),
            "url": reverse("file-receive"),
            "icon": "inbox",
            "key": "d",
            "primary": True,
        },
    }
