"""How the lines of a file ended."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ended:
    """How one line of a file ended when it was not refused: taken, or set aside for a reason told in words."""

    line_no: int
    part: int = 0
    code: str = ""  # why it was set aside; nothing when it was taken
    message: str = ""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many lines of a file its reader took and set aside, counted on the rows that it keeps of them."""

    posted: int = 0
    ignored: int = 0
