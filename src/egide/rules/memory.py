"""What ceilings and frequencies remember, decided in one place for the two readers.

A counter is named after its rule; its key is the values of ``par [...]`` joined by "|".  For a ceiling,
``used`` is what was already paid or counted; for a frequency it is the last accepted day (``date.toordinal()``).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from egide.kernel.periods import add_months
from egide.rules.kinds import Value


def key_text(values: Sequence[Value]) -> str:
    """Return the key of a counter: "12|2026"."""
    return "|".join(_word(value) for value in values)


def _word(value: Value) -> str:
    if isinstance(value, bool):
        return "oui" if value else "non"
    return value.isoformat() if isinstance(value, date) else str(value)


def under_ceiling(item: int, limit: int, used: int) -> int:
    """Return what a ceiling lets through: ``min(used + item, limit) - min(used, limit)``, never negative."""
    return max(0, min(item, limit - used))


def accept_purchase(last: int | None, day: date, months: int) -> tuple[bool, int]:
    """Tell whether a purchase is accepted, and return the last accepted day to remember.

    Lines of the same day are one purchase.  A purchase received late, wholly before the last one, is accepted
    too.
    """
    ordinal = day.toordinal()
    if last is None:
        return True, ordinal
    previous = date.fromordinal(last)
    accepted = day == previous or day >= add_months(previous, months) or add_months(day, months) <= previous
    return accepted, max(last, ordinal) if accepted else last
