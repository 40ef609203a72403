"""What working on an item asks of a person: the permission of its kind, and its perimeter among theirs."""

from __future__ import annotations

from enum import StrEnum

from egide.journal.facts import Actor
from egide.journal.permissions import Permission, may

NEEDED: dict[str, Permission] = {
    "enrolment": Permission.ENROL,
    "endorsement": Permission.ENDORSE,
    "rejects": Permission.EXCHANGES,
    "rights_reject": Permission.EXCHANGES,
}


class Whose(StrEnum):
    """Which items of a queue are wanted, by who holds them."""

    ALL = ""
    FREE = "libres"
    MINE = "miens"


def may_work(actor: Actor, kind: str, perimeter_id: int) -> bool:
    """True when a person may do what an item of this kind asks, on this perimeter; a kind nobody named is nobody's."""
    needed = NEEDED.get(kind)
    return needed is not None and may(actor.role, needed) and perimeter_id in actor.perimeters
