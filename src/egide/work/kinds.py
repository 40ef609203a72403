"""The kinds of item that trades declare, who may work on each, and which end by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from django.db.models import Q

from egide.house import trades
from egide.journal.facts import Actor, Context
from egide.journal.invariants import Finding
from egide.journal.permissions import Permission, may
from egide.work.models import Item

_SHOWN = 5


@cache
def needed() -> Mapping[str, tuple[Permission, ...]]:
    """The permissions that working on each kind of item asks for, all of them."""
    return {kind.code: (kind.needs, *kind.also) for trade in trades() for kind in trade.items}


@cache
def by_hand() -> frozenset[str]:
    """The kinds that end when someone says so, with a reason; any other ends with the act that does its work."""
    return frozenset(kind.code for trade in trades() for kind in trade.items if kind.by_hand)


def kinds_of(actor: Actor) -> list[str]:
    """The kinds of work that a person's role allows, whole."""
    return [kind for kind, wanted in needed().items() if all(may(actor.role, one) for one in wanted)]


def carries_health(kind: str) -> bool:
    """True unless items of this kind are declared to tell nothing of anyone's health."""
    return not any(one.code == kind and not one.health for trade in trades() for one in trade.items)


def may_work(actor: Actor, kind: str, perimeter_id: int) -> bool:
    """True when a person may do what an item of this kind asks, on this perimeter; a kind nobody named is nobody's."""
    return kind in kinds_of(actor) and perimeter_id in actor.perimeters


def audit(_: Context) -> Iterator[Finding]:
    """What waits is of a kind that a trade declares: otherwise it waits for nobody."""
    lost = Item.objects.exclude(Q(state="done") | Q(kind__in=list(needed()))).order_by("id")
    yield Finding(
        "work.somebody_may",
        "Chaque dossier à traiter est d’une nature que quelqu’un peut traiter.",
        lost.count(),
        tuple(str(item_id) for item_id in lost.values_list("pk", flat=True)[:_SHOWN]),
    )
