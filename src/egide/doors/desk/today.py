"""The page of the day: the blocks that the doors give for the job of who is there, and where each item is worked on."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse

from egide.doors.frame.access import PageRequest, allowed, needs
from egide.doors.frame.door import Home, SubjectPage
from egide.doors.frame.opened import doors, subjects
from egide.doors.frame.shell import Shape, deadline_shape, show
from egide.exchanges.kinds import reading_kinds
from egide.journal import clock
from egide.journal.permissions import Permission, every_permission
from egide.work.kinds import may_work
from egide.work.queries import ItemRow, clock_of


@needs(*every_permission())
def today(request: PageRequest) -> HttpResponse:
    """What the day asks of this job: a queue, a search, flows, books, files."""
    blocks = [{**shape, "template": home.template, "side": home.side} for home, shape in _shown(request)]
    context = {
        "blocks": [one for one in blocks if not one["side"]],
        "beside": [one for one in blocks if one["side"]],
        "primary": next((one["primary"] for one in blocks if one.get("primary")), None),
        "quick_acts": _quick_acts(request),
    }
    return show(request, "desk/today.html", context, nav="today")


def _shown(request: PageRequest) -> list[tuple[Home, Shape]]:
    """The blocks open to this person that have something to show, in their places."""
    every = sorted((one for door in doors() for one in door.homes), key=lambda one: one.place)
    mine = (one for one in every if _any(request, one.needs) and not _any(request, one.but))
    return [(one, shape) for one in mine if (shape := one.shape(request)) is not None]


def _any(request: PageRequest, permissions: tuple[Permission, ...]) -> bool:
    return any(allowed(request, one) for one in permissions)


def item_url(request: PageRequest, item: ItemRow) -> str:
    """Where an item is worked on: the page that its subject gives, else its own, also for who may not go there."""
    page = subjects()[item.subject_kind]
    # A file to read may tell of health: only who may read it is led to it.
    led = item.kind not in reading_kinds() or may_work(request.context.actor, item.kind, item.perimeter_id)
    if page.works_at and led and opens(request, page):
        return page.works_at(item.subject_id, item.kind)
    return reverse("item", args=[item.pk])


def item_deadline(item: ItemRow) -> Shape:
    """The clock of an item, its pauses read beforehand."""
    pauses = list(item.pauses.all())
    stopped = next((pause.reason for pause in pauses if pause.end is None), "")
    return deadline_shape(clock_of(item, pauses, clock.today()), item_id=item.pk, pause_reason=stopped)


def subject_url(request: PageRequest, kind: str, identifier: int, label: str) -> str:
    """The page of what an act was about; nothing when it has none, or none that this person may open."""
    page = subjects()[kind]
    return page.url(identifier, label) if page.url and opens(request, page) else ""


def opens(request: PageRequest, page: SubjectPage) -> bool:
    """True when this person may open the pages of this kind of subject."""
    return _any(request, page.needs)


def _quick_acts(request: PageRequest) -> list[Shape]:
    return [
        {"label": one.label, "url": reverse(one.page), "icon": one.icon, "key": one.key}
        for door in doors()
        for one in door.quick_acts
        if allowed(request, one.needs)
    ]
