"""What files carry, as the trades declare it. Openness is declared, never secrecy."""

from __future__ import annotations

from egide.house import trades


def carries_health(file_format: str) -> bool:
    """True unless the format is declared to carry none: its files and their rejects are for those who may see health."""
    return not any(one.code == file_format and not one.health for trade in trades() for one in trade.formats)
