"""Periods are half-open ranges of days, and month arithmetic says how it rounds.

Month arithmetic follows article 641 of the Code de procédure civile: a limit of months ends on the day of
the last month that bears the same number as the day of the event; when that day does not exist, on the last
day of the month.  The day of the event is not counted.

Ages count birthdays.  Somebody born on 29 February turns a year older on 1 March in common years: the
anniversary is complete only once the last day of February is over (same-number rule, applied to whole
years).
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from egide.kernel.errors import Refusal

_ONE_DAY = timedelta(days=1)


def first_of_month(day: date) -> date:
    """Return the first day of the month of ``day``."""
    return day.replace(day=1)


def last_of_month(day: date) -> date:
    """Return the last day of the month of ``day``."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def add_months(day: date, n: int) -> date:
    """Return the same day number ``n`` months later (or earlier), else the last day of that month.

    ``add_months(31 January, 1)`` is 28 or 29 February (CPC 641); the operation is not reversible.
    """
    months = day.year * 12 + day.month - 1 + n
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def first_month_of_year(starts_on: date, *, around: date) -> date:
    """Return the first month of the contract year that holds ``around``, years counted from the month of the start."""
    first = first_of_month(starts_on)
    while add_months(first, 12) <= around:
        first = add_months(first, 12)
    return first


def add_years(day: date, n: int) -> date:
    """Return the same day ``n`` years later; 29 February becomes 28 February in common years (CPC 641)."""
    return add_months(day, 12 * n)


def age_on(birth: date, day: date) -> int:
    """Return the age in full years on ``day``; born on 29 February, one ages on 1 March in common years.

    Raises Refusal ``age.before_birth`` when ``day`` precedes the birth.
    """
    if day < birth:
        raise Refusal(
            "age.before_birth",
            f"Le {day:%d/%m/%Y} précède la naissance ({birth:%d/%m/%Y}).",
            "Vérifiez la date de naissance.",
        )
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def age_on_1_january(birth: date, year: int) -> int:
    """Return the age in full years on 1 January of ``year``; a child born during the year counts 0."""
    return max(age_on(birth, max(birth, date(year, 1, 1))), 0)


def age_by_year(birth: date, year: int) -> int:
    """Return the age reached during ``year`` ("différence de millésimes"): year minus year of birth."""
    return year - birth.year


def birthday(birth: date, age: int) -> date:
    """Return the first day on which somebody is ``age`` years old (29 February: 1 March in common years)."""
    year = birth.year + age
    if (birth.month, birth.day) == (2, 29) and monthrange(year, 2)[1] == 28:
        return date(year, 3, 1)
    return birth.replace(year=year)


def months_begun(start: date, end: date) -> int:
    """Return how many calendar months the half-open range touches: "tout mois commencé est dû".

    ``months_begun(31 January, 2 February) == 2``; an empty range touches none.
    """
    if end <= start:
        return 0
    last = end - _ONE_DAY
    return (last.year - start.year) * 12 + last.month - start.month + 1


def full_months(start: date, end: date) -> int:
    """Return how many full months, day to day, fit between two dates (0 when the range is empty)."""
    if end <= start:
        return 0
    count = (end.year - start.year) * 12 + end.month - start.month
    return count if add_months(start, count) <= end else count - 1


@dataclass(frozen=True, slots=True, order=False)
class Period:
    """A half-open range of days: ``start`` is inside, ``end`` is the first day outside, None means open.

    Never empty: ``end`` must follow ``start`` (Refusal ``period.empty``).
    """

    start: date
    end: date | None = None

    def __post_init__(self) -> None:
        if self.end is not None and self.end <= self.start:
            raise Refusal(
                "period.empty",
                f"La période commencerait le {self.start:%d/%m/%Y} et finirait avant le {self.end:%d/%m/%Y}.",
                "Donnez une date de fin postérieure à la date de début.",
            )

    @classmethod
    def through(cls, first_day: date, last_day: date | None) -> Period:
        """Build a period from its first and its last day, both inside, as people write them."""
        return cls(first_day, None if last_day is None else last_day + _ONE_DAY)

    @classmethod
    def of_month(cls, day: date) -> Period:
        """Return the calendar month of ``day``."""
        return cls(first_of_month(day), add_months(first_of_month(day), 1))

    @classmethod
    def of_year(cls, year: int) -> Period:
        """Return the calendar year."""
        return cls(date(year, 1, 1), date(year + 1, 1, 1))

    @property
    def last_day(self) -> date | None:
        """The last day inside, as written in letters; None when open."""
        return None if self.end is None else self.end - _ONE_DAY

    @property
    def days(self) -> int | None:
        """How many days are inside; None when open."""
        return None if self.end is None else (self.end - self.start).days

    def contains(self, day: date) -> bool:
        """Tell whether ``day`` is inside."""
        return self.start <= day and (self.end is None or day < self.end)

    def overlaps(self, other: Period) -> bool:
        """Tell whether at least one day is in both; touching periods do not overlap."""
        return (other.end is None or self.start < other.end) and (self.end is None or other.start < self.end)

    def touches(self, other: Period) -> bool:
        """Tell whether one starts exactly where the other ends."""
        return self.end == other.start or other.end == self.start

    def covers(self, other: Period) -> bool:
        """Tell whether every day of ``other`` is inside."""
        return self.start <= other.start and (self.end is None or (other.end is not None and other.end <= self.end))

    def intersect(self, other: Period) -> Period | None:
        """Return the days in both, or None when there is none."""
        if not self.overlaps(other):
            return None
        ends = [end for end in (self.end, other.end) if end is not None]
        return Period(max(self.start, other.start), min(ends) if ends else None)

    def minus(self, other: Period) -> tuple[Period, ...]:
        """Return what is left of this period once ``other`` is taken out: none, one or two periods, in
        order.
        """
        if not self.overlaps(other):
            return (self,)
        left = []
        if self.start < other.start:
            left.append(Period(self.start, other.start))
        if other.end is not None and (self.end is None or other.end < self.end):
            left.append(Period(other.end, self.end))
        return tuple(left)

    def months(self) -> Iterator[Period]:
        """Yield the slices of the period by calendar month, in order; they sum to the period.

        Raises Refusal ``period.open`` on an open period.
        """
        end = self._closed()
        start = self.start
        while start < end:
            following = min(add_months(first_of_month(start), 1), end)
            yield Period(start, following)
            start = following

    def iter_days(self) -> Iterator[date]:
        """Yield each day inside, in order.  Raises Refusal ``period.open`` on an open period."""
        for ordinal in range(self.start.toordinal(), self._closed().toordinal()):
            yield date.fromordinal(ordinal)

    def _closed(self) -> date:
        if self.end is None:
            raise Refusal(
                "period.open",
                f"La période ouverte le {self.start:%d/%m/%Y} n’a pas de fin.",
                "Bornez-la avant de la découper.",
            )
        return self.end
