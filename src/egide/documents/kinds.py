"""What papers tell. A kind that no trade declared is taken to tell of health: openness is declared, never secrecy."""

from __future__ import annotations

from functools import cache

from egide.house import trades


@cache
def open_papers() -> frozenset[str]:
    """The kinds of paper that are known to tell nothing of anyone's health."""
    return frozenset(kind.code for trade in trades() for kind in trade.papers if not kind.health)


def carries_health(kind: str) -> bool:
    """True unless papers of this kind are known to tell nothing of anyone's health."""
    return kind not in open_papers()
