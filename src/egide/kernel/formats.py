"""Dates and counts as a French reader expects them, with an English variant.

Names of days and months come from Babel.  Spaces inside dates are ordinary ones, so that a date can be
searched and compared; pages keep a date on one line with its ``<time>`` element.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from babel.dates import get_day_names, get_month_names

from egide.kernel.money import Lang, format_eur
from egide.kernel.rates import format_rate

__all__ = [
    "Lang",
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
]

_LOCALES: Final[dict[Lang, str]] = {"fr": "fr_FR", "en": "en_GB"}
_MONTHS: Final = {lang: dict(get_month_names("wide", locale=name)) for lang, name in _LOCALES.items()}
_DAYS: Final = {lang: dict(get_day_names("wide", locale=name)) for lang, name in _LOCALES.items()}


def _day_number(day: date, lang: Lang) -> str:
    return "1er" if lang == "fr" and day.day == 1 else str(day.day)


def format_date(day: date, lang: Lang = "fr") -> str:
    """Write a date in full: ``20 novembre 2026``, ``1er janvier 2026``, ``20 November 2026``."""
    return f"{_day_number(day, lang)} {_MONTHS[lang][day.month]} {day.year}"


def format_date_with_weekday(day: date, lang: Lang = "fr") -> str:
    """Write a date with its weekday: ``vendredi 20 novembre 2026``."""
    return f"{_DAYS[lang][day.weekday()]} {format_date(day, lang)}"


def format_date_short(day: date, lang: Lang = "fr") -> str:
    """Write a date in figures, ``20/11/2026``; day first in English too, as in the United Kingdom."""
    if lang not in _LOCALES:
        raise KeyError(lang)
    return f"{day.day:02d}/{day.month:02d}/{day.year:04d}"


def format_month(day: date, lang: Lang = "fr") -> str:
    """Write the month of a day: ``novembre 2026``."""
    return f"{_MONTHS[lang][day.month]} {day.year}"


def format_range(first_day: date, last_day: date, lang: Lang = "fr") -> str:
    """Write a range of days, both inside, without repeating: ``du 3 au 9 novembre 2026``, ``le 3 novembre
    2026``.
    """
    if first_day == last_day:
        return f"le {format_date(first_day)}" if lang == "fr" else f"on {format_date(first_day, lang)}"
    start = _day_number(first_day, lang)
    if (first_day.year, first_day.month) != (last_day.year, last_day.month):
        start += f" {_MONTHS[lang][first_day.month]}"
    if first_day.year != last_day.year:
        start += f" {first_day.year}"
    end = format_date(last_day, lang)
    return f"du {start} au {end}" if lang == "fr" else f"from {start} to {end}"


def format_period(start: date, end: date | None, lang: Lang = "fr") -> str:
    """Write a half-open period by its first and last days; ``depuis le …`` when it is open."""
    if end is None:
        return f"depuis le {format_date(start)}" if lang == "fr" else f"since {format_date(start, lang)}"
    return format_range(start, end - timedelta(days=1), lang)


def format_number(count: int, lang: Lang = "fr") -> str:
    """Write a whole number with its thousands apart: ``340 000`` (U+202F), ``340,000``."""
    sign = "\N{MINUS SIGN}" if count < 0 else ""
    grouped = f"{abs(count):,}"
    return sign + (grouped if lang == "en" else grouped.replace(",", "\N{NARROW NO-BREAK SPACE}"))


def format_count(count: int, singular: str, plural: str, lang: Lang = "fr") -> str:
    """Write a count with its noun: in French 0 and 1 are singular, in English only 1 is."""
    one = abs(count) < 2 if lang == "fr" else abs(count) == 1
    return f"{format_number(count, lang)}\N{NO-BREAK SPACE}{singular if one else plural}"
