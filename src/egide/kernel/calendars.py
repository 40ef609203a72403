"""Working days and business days, on the national calendar and in Alsace-Moselle; the days on which banks settle.

*Working* days (jours ouvrés) run from Monday to Friday, *business* days (jours ouvrables) from Monday to
Saturday; public holidays are neither.  Holidays are those of Code du travail L3133-1, with Good Friday and
26 December in Alsace-Moselle (L3134-13).  Years are computed once and kept, so that a batch can date
hundreds of thousands of files.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from functools import lru_cache

from holidays import country_holidays, financial_holidays


class Region(Enum):
    """Which public holidays apply."""

    NATIONAL = "national"
    ALSACE_MOSELLE = "alsace_moselle"


class OpenDays(Enum):
    """Which days of the week are counted, holidays aside; the value is the number of days from Monday."""

    WORKING = 5
    BUSINESS = 6


# The library knows the three departments under 57 or 6AE; 67 and 68 raise, GES silently forgets both days.
_SUBDIVISIONS: dict[Region, str | None] = {Region.NATIONAL: None, Region.ALSACE_MOSELLE: "57"}


@lru_cache(maxsize=1024)
def _holidays(region: Region, year: int) -> dict[date, str]:
    found = country_holidays("FR", subdiv=_SUBDIVISIONS[region], years=[year], language="fr")
    return {day: name.replace("'", "’") for day, name in sorted(found.items())}


@lru_cache(maxsize=2048)
def _open_ordinals(region: Region, week: OpenDays, year: int) -> tuple[int, ...]:
    closed = {day.toordinal() for day in _holidays(region, year)}
    first, following = date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()
    return tuple(n for n in range(first, following) if (n - 1) % 7 < week.value and n not in closed)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The open days of one region.  Two calendars of the same region are equal and share what was
    computed.
    """

    region: Region = Region.NATIONAL

    def holiday_name(self, day: date) -> str | None:
        """Return the French name of the public holiday on that day, or None."""
        return _holidays(self.region, day.year).get(day)

    def is_holiday(self, day: date) -> bool:
        """Tell whether the day is a public holiday."""
        return day in _holidays(self.region, day.year)

    def holidays_of(self, year: int) -> dict[date, str]:
        """Return the public holidays of a year, in order, with their French names."""
        return dict(_holidays(self.region, year))

    def is_working_day(self, day: date) -> bool:
        """Tell whether the day is a jour ouvré: Monday to Friday, not a holiday."""
        return self.is_open(day, OpenDays.WORKING)

    def is_business_day(self, day: date) -> bool:
        """Tell whether the day is a jour ouvrable: Monday to Saturday, not a holiday."""
        return self.is_open(day, OpenDays.BUSINESS)

    def add_working_days(self, day: date, n: int) -> date:
        """Return the ``n``-th working day after ``day`` (before it when negative); the day itself is not
        counted.

        ``n == 0`` returns the day unchanged, even when it is closed.
        """
        return self.add_open_days(day, n, OpenDays.WORKING)

    def add_business_days(self, day: date, n: int) -> date:
        """Return the ``n``-th business day after ``day`` (before it when negative); the day itself is not
        counted.
        """
        return self.add_open_days(day, n, OpenDays.BUSINESS)

    def working_days_between(self, start: date, end: date) -> int:
        """Count the working days after ``start`` up to and including ``end``; negative when ``end`` comes
        first.
        """
        return self.open_days_between(start, end, OpenDays.WORKING)

    def business_days_between(self, start: date, end: date) -> int:
        """Count the business days after ``start`` up to and including ``end``; negative when ``end`` comes
        first.
        """
        return self.open_days_between(start, end, OpenDays.BUSINESS)

    def next_working_day(self, day: date) -> date:
        """Return the day itself when it is a working day, else the first one after it (CPC 642)."""
        return day if self.is_working_day(day) else self.add_working_days(day, 1)

    def is_open(self, day: date, week: OpenDays) -> bool:
        """Tell whether the day counts in that kind of week."""
        return day.weekday() < week.value and not self.is_holiday(day)

    def add_open_days(self, day: date, n: int, week: OpenDays) -> date:
        """Return the ``n``-th open day after ``day``, or before it when ``n`` is negative."""
        if n == 0:
            return day
        year = day.year
        ordinals = _open_ordinals(self.region, week, year)
        if n > 0:
            index = bisect_right(ordinals, day.toordinal()) + n - 1
            while index >= len(ordinals):
                index -= len(ordinals)
                year += 1
                ordinals = _open_ordinals(self.region, week, year)
        else:
            index = bisect_right(ordinals, day.toordinal() - 1) + n
            while index < 0:
                year -= 1
                ordinals = _open_ordinals(self.region, week, year)
                index += len(ordinals)
        return date.fromordinal(ordinals[index])

    def open_days_between(self, start: date, end: date, week: OpenDays) -> int:
        """Count the open days after ``start`` up to and including ``end``; negative when ``end`` comes
        first.
        """
        if end < start:
            return -self.open_days_between(end, start, week)
        count = 0
        for year in range(start.year, end.year):
            count += len(_open_ordinals(self.region, week, year))
        return (
            count
            + bisect_right(_open_ordinals(self.region, week, end.year), end.toordinal())
            - bisect_right(_open_ordinals(self.region, week, start.year), start.toordinal())
        )


@lru_cache(maxsize=1024)
def _settlement_closures(year: int) -> frozenset[date]:
    return frozenset(financial_holidays("ECB", years=[year]))


def is_settlement_day(day: date) -> bool:
    """Tell whether euro payments are settled that day (TARGET): Monday to Friday, six closures a year."""
    return day.weekday() < OpenDays.WORKING.value and day not in _settlement_closures(day.year)


def next_settlement_day(day: date) -> date:
    """Return the day itself when payments are settled on it, else the first one after it."""
    while not is_settlement_day(day):
        day += timedelta(days=1)
    return day


def add_settlement_days(day: date, n: int) -> date:
    """Return the ``n``-th settlement day after ``day``, which is not counted."""
    for _ in range(n):
        day = next_settlement_day(day + timedelta(days=1))
    return day
