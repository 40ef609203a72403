"""How the items of a queue may be looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


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
