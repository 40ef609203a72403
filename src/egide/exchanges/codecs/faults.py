"""A fault is one thing that is wrong in a received file: where it stands, what it is, what to do.

A fault never stops the reading of its neighbours; a file that cannot be trusted at all is a `Refusal`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

Record = TypeVar("Record")


class Effect(StrEnum):
    """What a fault does to its line: the line is not used, or it is used and someone should look."""

    REFUSED = "REFUSED"
    REPORTED = "REPORTED"


@dataclass(frozen=True, slots=True)
class Fault:
    """One wrong thing in one line; the texts are French and never repeat what the line contains.

    ``line_no`` counts the lines of the file from 1 and ``position`` the characters of that line from 1; ``part`` tells
    apart the things that one line holds, where it can hold several.
    ``excerpt`` is only the shape of the characters found (see `shape`): no health data, no identity.
    """

    line_no: int
    position: int
    field: str
    code: str
    message: str
    remedy: str
    excerpt: str = ""
    effect: Effect = Effect.REFUSED
    part: int = 0


@dataclass(frozen=True, slots=True)
class ReadResult(Generic[Record]):
    """The records that can be used, and the faults of the others; nothing read is in neither.

    ``line_count`` is counted on the file itself, before anything is decided: whoever reads must find an end for each.
    """

    records: tuple[Record, ...]
    faults: tuple[Fault, ...]
    line_count: int


_SHOWN = 40


def shape(raw: str) -> str:
    """Return the shape of a text, every digit as 9 and every letter as A, so that it shows no content.

    Punctuation and blanks are kept: "12/05/26" becomes "99/99/99".  Long texts are cut at 40 characters.
    """
    cut = raw[:_SHOWN]
    drawn = "".join("9" if c.isdigit() else "A" if c.isalpha() else c if c.isprintable() else "?" for c in cut)
    return f"{drawn}…" if len(raw) > _SHOWN else drawn
