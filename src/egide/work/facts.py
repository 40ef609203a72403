"""How the items of a queue may be looked at."""

from __future__ import annotations

from enum import StrEnum


class Whose(StrEnum):
    """Which items of a queue are wanted, by who holds them."""

    ALL = ""
    FREE = "libres"
    MINE = "miens"
