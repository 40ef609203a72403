"""The kinds of item that trades declare, and who may work on each."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from egide.house import trades
from egide.journal.facts import Actor
from egide.journal.permissions import Permission, may


@cache
def needed() -> Mapping[str, Permission]:
    """The permission that working on each kind of item asks for."""
    return {kind.code: kind.needs for trade in trades() for kind in trade.items}


def carries_health(kind: str) -> bool:
    """True unless items of this kind are declared to tell nothing of anyone's health."""
    return not any(one.code == kind and not one.health for trade in trades() for one in trade.items)


def may_work(actor: Actor, kind: str, perimeter_id: int) -> bool:
    """True when a person may do what an item of this kind asks, on this perimeter; a kind nobody named is nobody's."""
    wanted = needed().get(kind)
    return wanted is not None and may(actor.role, wanted) and perimeter_id in actor.perimeters
