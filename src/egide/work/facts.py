"""What working on an item asks of a person: the permission of its kind, and its perimeter among theirs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from egide.journal.facts import Actor
from egide.journal.permissions import Permission, may

NEEDED: dict[str, Permission] = {
    "enrolment": Permission.ENROL,
    "rejects": Permission.EXCHANGES,
    "rights_reject": Permission.EXCHANGES,
}


class Whose(StrEnum):
    """Which items of a queue are wanted, by who holds them."""

    ALL = ""
    FREE = "libres"
    MINE = "miens"


class Figure(StrEnum):
    """What is counted of a week, by the word of the address."""

    RECEIVED = "recus"
    DONE = "faits"
    IN_TIME = "dans-le-delai"
    IN_PROGRESS = "en-cours"
    PAUSED = "en-pause"
    DUE_THIS_WEEK = "a-finir"
    LATE = "en-retard"


@dataclass(frozen=True, slots=True)
class Counted:
    """One figure: what it counts, between which days (both included), as of when, for which team and which kind."""

    figure: Figure
    first: date
    last: date
    today: date
    kind: str = ""
    any_team: bool = True
    team_id: int | None = None


def may_work(actor: Actor, kind: str, perimeter_id: int) -> bool:
    """True when a person may do what an item of this kind asks, on this perimeter; a kind nobody named is nobody's."""
    needed = NEEDED.get(kind)
    return needed is not None and may(actor.role, needed) and perimeter_id in actor.perimeters
