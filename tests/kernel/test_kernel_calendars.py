"""Working and business days, national and in Alsace-Moselle."""

import time
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egide.kernel.calendars import Calendar, OpenDays, Region

NATIONAL = Calendar()
LOCAL = Calendar(Region.ALSACE_MOSELLE)
DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))
CALENDARS = st.sampled_from([NATIONAL, LOCAL])
WEEKS = st.sampled_from(list(OpenDays))


def test_the_eleven_national_holidays() -> None:
    """Code du travail L3133-1: eleven days, the movable ones included."""
    assert {f"{day:%d/%m}": name for day, name in NATIONAL.holidays_of(2026).items()} == {
        "01/01": "Jour de l’an",
        "06/04": "Lundi de Pâques",
        "01/05": "Fête du Travail",
        "08/05": "Fête de la Victoire",
        "14/05": "Ascension",
        "25/05": "Lundi de Pentecôte",
        "14/07": "Fête nationale",
        "15/08": "Assomption",
        "01/11": "Toussaint",
        "11/11": "Armistice",
        "25/12": "Noël",
    }


@pytest.mark.parametrize("year", [2015, 2024, 2026, 2030])
def test_alsace_moselle_has_two_more(year: int) -> None:
    """Code du travail L3134-13: Good Friday and 26 December."""
    more = set(LOCAL.holidays_of(year)) - set(NATIONAL.holidays_of(year))
    easter_monday = next(d for d, name in NATIONAL.holidays_of(year).items() if "Pâques" in name)
    assert more == {easter_monday - timedelta(days=3), date(year, 12, 26)}


@pytest.mark.parametrize(
    ("calendar", "day", "n", "working", "business"),
    [
        (NATIONAL, date(2026, 7, 10), 2, date(2026, 7, 15), date(2026, 7, 13)),
        (NATIONAL, date(2026, 7, 10), 1, date(2026, 7, 13), date(2026, 7, 11)),
        (NATIONAL, date(2026, 7, 11), 1, date(2026, 7, 13), date(2026, 7, 13)),
        (NATIONAL, date(2026, 12, 24), 1, date(2026, 12, 28), date(2026, 12, 26)),
        (LOCAL, date(2026, 12, 24), 1, date(2026, 12, 28), date(2026, 12, 28)),
        (NATIONAL, date(2026, 4, 2), 1, date(2026, 4, 3), date(2026, 4, 3)),
        (LOCAL, date(2026, 4, 2), 1, date(2026, 4, 7), date(2026, 4, 4)),
        (NATIONAL, date(2026, 12, 31), 1, date(2027, 1, 4), date(2027, 1, 2)),
        (NATIONAL, date(2027, 1, 4), -1, date(2026, 12, 31), date(2027, 1, 2)),
        (NATIONAL, date(2026, 7, 14), 0, date(2026, 7, 14), date(2026, 7, 14)),
    ],
)
def test_adding_open_days(calendar: Calendar, day: date, n: int, working: date, business: date) -> None:
    """The day itself is not counted; weekends and holidays are skipped, across years and backwards."""
    assert (calendar.add_working_days(day, n), calendar.add_business_days(day, n)) == (working, business)


@given(CALENDARS, WEEKS, DAYS, st.integers(1, 900))
def test_open_days_are_open_and_counted_back(calendar: Calendar, week: OpenDays, day: date, n: int) -> None:
    """The n-th open day is never closed, is n days away by the count, and n back returns before the start."""
    for step in (n, -n):
        reached = calendar.add_open_days(day, step, week)
        assert calendar.is_open(reached, week)
        assert not calendar.is_holiday(reached)
    after = calendar.add_open_days(day, n, week)
    assert calendar.open_days_between(day, after, week) == n
    assert calendar.open_days_between(after, day, week) == -n
    if calendar.is_open(day, week):
        assert calendar.add_open_days(after, -n, week) == day


@given(CALENDARS, DAYS, st.integers(0, 800))
def test_counts_agree_with_a_walk(calendar: Calendar, start: date, length: int) -> None:
    """The fast count is the one that a finger on a calendar gives."""
    end = start + timedelta(days=length)
    walked = [start + timedelta(days=i) for i in range(1, length + 1)]
    assert calendar.working_days_between(start, end) == sum(map(calendar.is_working_day, walked))
    assert calendar.business_days_between(start, end) == sum(map(calendar.is_business_day, walked))


@given(CALENDARS, DAYS)
def test_next_working_day_is_the_day_or_just_after(calendar: Calendar, day: date) -> None:
    """CPC 642: a closed day moves to the first working day that follows, an open one stays."""
    moved = calendar.next_working_day(day)
    assert calendar.is_working_day(moved)
    assert moved == day if calendar.is_working_day(day) else day < moved <= day + timedelta(days=5)


def test_dating_a_whole_portfolio_is_quick() -> None:
    """A batch dates 340,000 files: 34,000 must take well under a second."""
    start = date(2024, 1, 1)
    days = [start + timedelta(days=i % 900) for i in range(34_000)]
    began = time.perf_counter()
    for day in days:
        NATIONAL.add_working_days(day, 2)
    assert time.perf_counter() - began < 0.8
