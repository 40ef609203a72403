"""Dates and counts as a French reader expects them.

Names of days and months come from Babel.  Spaces inside dates are ordinary ones, so that a date can be
searched and compared; pages keep a date on one line with its ``<time>`` element.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from babel.dates import get_day_names, get_month_names

from egide.kernel.money import format_eur
from egide.kernel.rates import format_rate

__all__ = [
    "format_count",
    "format_date",
    "format_date_short",
    "format_date_with_weekday",
    "format_eur",
    "format_month",
    "format_number",
    "format_period",
    "format_range",
    "format_rate",
    "read_day",
]

_MONTHS: Final = dict(get_month_names("wide", locale="fr_FR"))
_DAYS: Final = dict(get_day_names("wide", locale="fr_FR"))
_YEARS: Final = range(1850, 2200)  # a year typed with one digit too many is no date


def _day_number(day: date) -> str:
    return "1er" if day.day == 1 else str(day.day)


def read_day(text: str) -> date | None:
    """A date typed as 05/10/2015, 05102015 or 2015-10-05; None when it is none of these, or in no year of ours."""
    bare = text.strip()
    if len(bare) > len("05/10/2015"):
        return None
    if len(bare) == 8 and bare.isdecimal():
        bare = f"{bare[:2]}/{bare[2:4]}/{bare[4:]}"
    parts = bare.replace(".", "/").replace("-", "/").split("/")
    if len(parts) != 3 or not all(part.isdecimal() and part.isascii() for part in parts):
        return None
    first, month, last = (int(part) for part in parts)
    year, day = (first, last) if len(parts[0]) == 4 else (last, first)
    try:
        return date(year, month, day) if year in _YEARS else None
    except ValueError:
        return None


def format_date(day: date) -> str:
    """Write a date in full: ``20 novembre 2026``, ``1er janvier 2026``."""
    return f"{_day_number(day)} {_MONTHS[day.month]} {day.year}"


def format_date_with_weekday(day: date) -> str:
    """Write a date with its weekday: ``vendredi 20 novembre 2026``."""
    return f"{_DAYS[day.weekday()]} {format_date(day)}"


def format_date_short(day: date) -> str:
    """Write a date in figures, ``20/11/2026``."""
    return f"{day.day:02d}/{day.month:02d}/{day.year:04d}"


def format_month(day: date) -> str:
    """Write the month of a day: ``novembre 2026``."""
    return f"{_MONTHS[day.month]} {day.year}"


def format_range(first_day: date, last_day: date) -> str:
    """Write a range of days, both inside, without repeating: ``du 3 au 9 novembre 2026``, ``le 3 novembre
    2026``.
    """
    if first_day == last_day:
        return f"le {format_date(first_day)}"
    start = _day_number(first_day)
    if (first_day.year, first_day.month) != (last_day.year, last_day.month):
        start += f" {_MONTHS[first_day.month]}"
    if first_day.year != last_day.year:
        start += f" {first_day.year}"
    return f"du {start} au {format_date(last_day)}"


def format_period(start: date, end: date | None) -> str:
    """Write a half-open period by its first and last days; ``depuis le …`` when it is open."""
    if end is None:
        return f"depuis le {format_date(start)}"
    return format_range(start, end - timedelta(days=1))


def format_number(count: int) -> str:
    """Write a whole number with its thousands apart: ``340 000`` (U+202F)."""
    sign = "\N{MINUS SIGN}" if count < 0 else ""
    return sign + f"{abs(count):,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def format_count(count: int, singular: str, plural: str) -> str:
    """Write a count with its noun: in French 0 and 1 are singular."""
    return f"{format_number(count)}\N{NO-BREAK SPACE}{singular if abs(count) < 2 else plural}"
