"""What files carry and what work reading them is, as the trades declare it. Openness is declared, never secrecy."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from egide.house import trades

UNKNOWN = "unknown_file"  # what reading a file is when no trade says it: someone recognises it, or refuses it


def carries_health(file_format: str) -> bool:
    """True unless the format is declared to carry none: its files and their rejects are for those who may see health."""
    return not any(one.code == file_format and not one.health for trade in trades() for one in trade.formats)


@cache
def _readings() -> Mapping[str, str]:
    return {one.code: one.item for trade in trades() for one in trade.formats if one.item}


def reading_of(file_format: str) -> str:
    """The kind of work that reading a file of this format is."""
    return _readings().get(file_format, UNKNOWN)


def reading_kinds() -> frozenset[str]:
    """Every kind of work that is the reading of a file."""
    return frozenset((*_readings().values(), UNKNOWN))
