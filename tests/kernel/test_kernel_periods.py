"""Periods, months and ages."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egide.kernel.errors import Refusal
from egide.kernel.periods import (
    Period,
    add_months,
    add_years,
    age_by_year,
    age_on,
    age_on_1_january,
    birthday,
    first_of_month,
    full_months,
    last_of_month,
    months_begun,
)

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@st.composite
def periods(draw: st.DrawFn) -> Period:
    start = draw(DAYS)
    length = draw(st.none() | st.integers(1, 4000))
    return Period(start, None if length is None else start + timedelta(days=length))


@pytest.mark.parametrize(
    ("day", "n", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 3, 31), 1, date(2026, 4, 30)),
        (date(2026, 2, 28), 1, date(2026, 3, 28)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 10, 31), -2, date(2026, 8, 31)),
        (date(2026, 4, 30), -2, date(2026, 2, 28)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 5, 5), 0, date(2026, 5, 5)),
    ],
)
def test_months_keep_the_day_number_or_end_the_month(day: date, n: int, expected: date) -> None:
    """CPC 641: the day that bears the same number, failing which the last day of the month."""
    assert add_months(day, n) == expected


@given(DAYS, st.integers(-240, 240), st.integers(-240, 240))
def test_month_arithmetic_is_monotone(day: date, n: int, more: int) -> None:
    """More months never give an earlier day, and a later day never gives an earlier result."""
    if n <= more:
        assert add_months(day, n) <= add_months(day, more)
    assert add_months(day, n) <= add_months(day + timedelta(days=1), n)


@pytest.mark.parametrize(
    ("birth", "day", "expected"),
    [
        (date(2000, 5, 10), date(2026, 5, 9), 25),
        (date(2000, 5, 10), date(2026, 5, 10), 26),
        (date(2004, 2, 29), date(2026, 2, 28), 21),
        (date(2004, 2, 29), date(2026, 3, 1), 22),
        (date(2004, 2, 29), date(2028, 2, 29), 24),
        (date(2026, 5, 10), date(2026, 5, 10), 0),
    ],
)
def test_age_turns_on_the_birthday(birth: date, day: date, expected: int) -> None:
    """One is a year older on one's birthday; born on 29 February, on 1 March in common years."""
    assert age_on(birth, day) == expected


@given(DAYS, st.integers(0, 110))
def test_birthday_is_the_first_day_of_the_age(birth: date, age: int) -> None:
    """The birthday is the first day of that age, the day before is the last of the previous one."""
    first = birthday(birth, age)
    assert age_on(birth, first) == age
    if age:
        assert age_on(birth, first - timedelta(days=1)) == age - 1


@pytest.mark.parametrize(
    ("birth", "year", "expected"),
    [
        (date(1999, 1, 1), 2015, 16),
        (date(1999, 1, 2), 2015, 15),
        (date(1965, 12, 31), 2016, 50),
        (date(2015, 6, 1), 2015, 0),
        (date(2016, 6, 1), 2015, 0),
    ],
)
def test_age_on_1_january(birth: date, year: int, expected: int) -> None:
    """The age that a tariff uses is the one on 1 January; a child of the year counts 0."""
    assert age_on_1_january(birth, year) == expected


def test_age_by_year_and_before_birth() -> None:
    """The age by difference of years ignores the birthday; nobody has an age before birth."""
    assert age_by_year(date(1999, 12, 31), 2015) == 16
    with pytest.raises(Refusal, match="précède la naissance"):
        age_on(date(2020, 1, 2), date(2020, 1, 1))


@pytest.mark.parametrize(
    ("start", "end", "begun", "full"),
    [
        (date(2026, 1, 1), date(2027, 1, 1), 12, 12),
        (date(2026, 1, 31), date(2026, 2, 2), 2, 0),
        (date(2026, 1, 15), date(2026, 2, 15), 2, 1),
        (date(2026, 1, 31), date(2026, 2, 28), 2, 1),
        (date(2026, 11, 1), date(2027, 1, 1), 2, 2),
        (date(2026, 12, 31), date(2027, 1, 1), 1, 0),
        (date(2026, 3, 10), date(2026, 3, 10), 0, 0),
        (date(2026, 3, 10), date(2026, 3, 1), 0, 0),
    ],
)
def test_every_month_begun_counts(start: date, end: date, begun: int, full: int) -> None:
    """ "Tout mois commencé est dû" counts each calendar month touched; full months count day to day."""
    assert (months_begun(start, end), full_months(start, end)) == (begun, full)


@given(periods(), periods(), DAYS)
def test_intersection_and_difference_partition_the_days(one: Period, other: Period, day: date) -> None:
    """Each day of a period is in the common part or in what is left, never both, never neither."""
    common = one.intersect(other)
    left = one.minus(other)
    inside = common is not None and common.contains(day)
    outside = [part for part in left if part.contains(day)]
    assert inside == (one.contains(day) and other.contains(day))
    assert len(outside) == (one.contains(day) and not other.contains(day))
    assert one.overlaps(other) == other.overlaps(one) == (common is not None)
    assert one.covers(other) == (not other.minus(one))


@given(DAYS, st.integers(1, 1500))
def test_month_slices_sum_to_the_period(start: date, length: int) -> None:
    """Slicing by month loses no day and repeats none."""
    period = Period(start, start + timedelta(days=length))
    slices = list(period.months())
    assert slices[0].start == period.start
    assert slices[-1].end == period.end
    assert all(a.end == b.start for a, b in pairwise(slices))
    assert len(slices) == months_begun(period.start, period.start + timedelta(days=length))
    assert all(first_of_month(s.start) == first_of_month(s.last_day or s.start) for s in slices)


def test_a_period_as_people_write_it() -> None:
    """ "From 1 to 31 March" has both days inside; an open period has no last day and cannot be sliced."""
    march = Period.through(date(2026, 3, 1), date(2026, 3, 31))
    assert march == Period.of_month(date(2026, 3, 17))
    assert (march.last_day, march.days) == (date(2026, 3, 31), 31)
    assert len(list(march.iter_days())) == 31
    assert march.touches(Period.of_month(date(2026, 4, 1)))
    assert not march.overlaps(Period.of_month(date(2026, 4, 1)))
    assert Period.of_year(2026).covers(march)
    open_period = Period.through(date(2026, 3, 1), None)
    assert (open_period.last_day, open_period.days) == (None, None)
    for code, call in (
        ("period.open", lambda: list(open_period.months())),
        ("period.empty", lambda: Period(date(2026, 3, 1), date(2026, 3, 1))),
    ):
        with pytest.raises(Refusal) as caught:
            call()
        assert caught.value.code == code


def test_ends_of_months_and_years() -> None:
    """The last day of February follows leap years, and a year after 29 February is 28 February."""
    assert last_of_month(date(2028, 2, 3)) == date(2028, 2, 29)
    assert add_years(date(2028, 2, 29), 1) == date(2029, 2, 28)
