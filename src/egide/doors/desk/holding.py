"""Who holds an item, as the lists show it, and the filters by holder. Never a list per person, nor a count."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from egide.doors.frame.access import PageRequest, allowed
from egide.doors.frame.shell import Shape
from egide.journal.facts import Actor
from egide.journal.permissions import Permission
from egide.people.queries import user_names
from egide.work.facts import Whose
from egide.work.kinds import may_work
from egide.work.queries import ItemRow


def holders(request: PageRequest, items: Iterable[ItemRow]) -> dict[int, Shape]:
    """Who holds each of these items, and what the person signed in may do about it."""
    items = list(items)
    actor = request.context.actor
    names = user_names(one.assignee_id for one in items)
    return {one.pk: _holder(request, actor, one, names) for one in items}


def _holder(request: PageRequest, actor: Actor, one: ItemRow, names: dict[int, str]) -> Shape:
    able = one.state != "done" and may_work(actor, one.kind, one.perimeter_id)
    mine = one.assignee_id is not None and one.assignee_id == actor.id
    return {
        "id": one.pk,
        "title": one.title,
        "url": reverse("item", args=[one.pk]),
        "name": names.get(one.assignee_id or 0, ""),
        "mine": mine,
        "can_take": able and one.assignee_id is None,
        "can_give": able and (mine or allowed(request, Permission.STEER)),
    }


def whose_asked(request: PageRequest) -> Whose:
    """Which items the address asks for."""
    text = request.GET.get("qui", "")
    return Whose(text) if text in set(Whose) else Whose.ALL


def whose_filters(base: str, wanted: Whose) -> list[Shape]:
    """Everyone's items, those to take, one's own."""
    sep = "&" if "?" in base else "?"
    return [
        {"url": f"{base}{sep}qui={one.value}" if one.value else base, "label": label, "active": one is wanted}
        for one, label in (
            (Whose.ALL, _("Tous")),
            (Whose.FREE, _("À prendre")),
            (Whose.MINE, _("Les miens")),
        )
    ]
