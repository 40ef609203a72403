"""What working on an item asks of a person: the permission of its kind, and its perimeter among theirs."""

from __future__ import annotations

from enum import StrEnum

from egide.journal.facts import Actor
from egide.journal.permissions import Permission, may

NEEDED: dict[str, tuple[Permission, ...]] = {
    "enrolment": (Permission.ENROL,),
    "rejects": (Permission.EXCHANGES,),
    "rights_reject": (Permission.EXCHANGES,),
    "returned_debit": (Permission.PREMIUMS,),
    "care_file": (Permission.EXCHANGES, Permission.BENEFITS),
    "bank_file": (Permission.EXCHANGES, Permission.PREMIUMS),
    "rights_file": (Permission.EXCHANGES,),
    "enrolments_file": (Permission.EXCHANGES, Permission.ENROL),
    "unknown_file": (Permission.EXCHANGES,),
}

# What ends when someone says so, with a reason; any other kind ends with the act that does its work.
BY_HAND = frozenset({"returned_debit", "rights_reject"})


class Whose(StrEnum):
    """Which items of a queue are wanted, by who holds them."""

    ALL = ""
    FREE = "libres"
    MINE = "miens"


def may_work(actor: Actor, kind: str, perimeter_id: int) -> bool:
    """True when a person may do what an item of this kind asks, on this perimeter; a kind nobody named is nobody's."""
    return kind in kinds_of(actor) and perimeter_id in actor.perimeters


def kinds_of(actor: Actor) -> list[str]:
    """The kinds of work that a person's role allows, whole."""
    return [kind for kind, needed in NEEDED.items() if all(may(actor.role, one) for one in needed)]
