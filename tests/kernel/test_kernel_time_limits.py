"""Time limits: the due date, the pauses, what is left, and why."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egide.kernel.calendars import Calendar, OpenDays, Region
from egide.kernel.errors import Refusal
from egide.kernel.periods import add_months
from egide.kernel.reference import load_time_limit
from egide.kernel.time_limits import Pause, TimeLimit, Unit, deadline, due_on, latest_day_before

CALENDAR = Calendar()
TWO_WORKING = TimeLimit(2, Unit.WORKING, "convention de délégation, art. 2.13")
FRIDAY = date(2026, 7, 10)
DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))
LIMITS = st.builds(TimeLimit, st.integers(1, 60), st.sampled_from(Unit), st.just("règle"), st.booleans())


@st.composite
def pauses_after(draw: st.DrawFn, start: date) -> list[Pause]:
    found = []
    for _ in range(draw(st.integers(0, 4))):
        first = start + timedelta(days=draw(st.integers(-20, 90)))
        found.append(Pause(first, first + timedelta(days=draw(st.integers(0, 30))), "pièces manquantes"))
    return found


@st.composite
def situations(draw: st.DrawFn) -> tuple[TimeLimit, date, list[Pause]]:
    start = draw(DAYS)
    return draw(LIMITS), start, draw(pauses_after(start))


@pytest.mark.parametrize(
    ("received_on", "region", "expected"),
    [
        (date(2026, 11, 16), Region.NATIONAL, date(2026, 11, 18)),
        (date(2026, 11, 19), Region.NATIONAL, date(2026, 11, 23)),
        (date(2026, 7, 10), Region.NATIONAL, date(2026, 7, 15)),
        (date(2026, 12, 24), Region.NATIONAL, date(2026, 12, 29)),
        (date(2026, 4, 2), Region.NATIONAL, date(2026, 4, 7)),
        (date(2026, 4, 2), Region.ALSACE_MOSELLE, date(2026, 4, 8)),
        (date(2026, 11, 14), Region.NATIONAL, date(2026, 11, 17)),
    ],
)
def test_enrolment_act_is_due_two_working_days_after_the_complete_file(
    received_on: date, region: Region, expected: date
) -> None:
    """Convention, art. 2.13: two working days from the reception of the complete file."""
    limit = load_time_limit("ENROLMENT_ACT", received_on)
    assert due_on(limit, received_on, [], Calendar(region)) == expected


@pytest.mark.parametrize(
    ("amount", "unit", "start", "expected"),
    [
        (10, Unit.BUSINESS, date(2026, 7, 10), date(2026, 7, 23)),
        (10, Unit.CALENDAR, date(2026, 7, 10), date(2026, 7, 20)),
        (30, Unit.CALENDAR, date(2026, 1, 15), date(2026, 2, 14)),
        (40, Unit.CALENDAR, date(2026, 1, 15), date(2026, 2, 24)),
        (2, Unit.MONTHS, date(2026, 12, 31), date(2027, 2, 28)),
        (1, Unit.MONTHS, date(2026, 5, 14), date(2026, 6, 14)),
        (14, Unit.CALENDAR, date(2026, 5, 31), date(2026, 6, 14)),
    ],
)
def test_each_unit_counts_its_own_days(amount: int, unit: Unit, start: date, expected: date) -> None:
    """Business days include Saturday, calendar days all, months follow CPC 641; Sundays do not move."""
    assert due_on(TimeLimit(amount, unit, "règle"), start, [], CALENDAR) == expected


def test_a_procedural_limit_moves_off_a_closed_day() -> None:
    """CPC 642 applies only where the rule says so: Sunday 14 June moves to Monday 15."""
    limit = TimeLimit(14, Unit.CALENDAR, "CPC 642", moves_to_working_day=True)
    assert due_on(limit, date(2026, 5, 31), [], CALENDAR) == date(2026, 6, 15)


@pytest.mark.parametrize(
    ("pauses", "expected"),
    [
        ([Pause(date(2026, 7, 13), date(2026, 7, 16), "p")], date(2026, 7, 17)),
        ([Pause.until_received(date(2026, 7, 13), date(2026, 7, 16), "p")], date(2026, 7, 20)),
        ([Pause(date(2026, 7, 10), date(2026, 7, 16), "p")], date(2026, 7, 17)),
        ([Pause(date(2026, 7, 1), date(2026, 7, 10), "p")], date(2026, 7, 15)),
        ([Pause(date(2026, 7, 16), date(2026, 7, 30), "p")], date(2026, 7, 15)),
        ([Pause(date(2026, 7, 15), date(2026, 7, 15), "p")], date(2026, 7, 15)),
        ([Pause(date(2026, 7, 15), None, "p")], None),
        ([Pause(date(2026, 7, 16), None, "p")], date(2026, 7, 15)),
        (
            [
                Pause(date(2026, 7, 20), date(2026, 7, 22), "q"),
                Pause(date(2026, 7, 13), date(2026, 7, 20), "p"),
            ],
            date(2026, 7, 23),
        ),
        (
            [
                Pause(date(2026, 7, 13), date(2026, 7, 18), "q"),
                Pause(date(2026, 7, 15), date(2026, 7, 17), "p"),
            ],
            date(2026, 7, 21),
        ),
    ],
)
def test_paused_days_do_not_count(pauses: list[Pause], expected: date | None) -> None:
    """Pauses may touch, overlap or come in any order; one that begins after the due date changes nothing."""
    assert due_on(TWO_WORKING, FRIDAY, pauses, CALENDAR) == expected


def test_a_limit_of_months_is_put_back_by_the_paused_days() -> None:
    """Each paused day puts a limit of months back by one calendar day."""
    limit = TimeLimit(2, Unit.MONTHS, "ACPR 2024-R-02")
    pause = Pause(date(2026, 2, 1), date(2026, 2, 11), "expertise")
    assert due_on(limit, date(2026, 1, 15), [pause], CALENDAR) == date(2026, 3, 25)


@pytest.mark.parametrize(
    ("today", "remaining", "late", "overdue", "words"),
    [
        (date(2026, 7, 9), 2, 0, False, "reste 2\u00a0jours ouvrés"),
        (date(2026, 7, 10), 2, 0, False, "reste 2\u00a0jours ouvrés"),
        (date(2026, 7, 13), 1, 0, False, "reste 1\u00a0jour ouvré"),
        (date(2026, 7, 14), 1, 0, False, "reste 1\u00a0jour ouvré"),
        (date(2026, 7, 15), 0, 0, False, "dernier jour"),
        (date(2026, 7, 16), 0, 1, True, "en retard de 1\u00a0jour ouvré"),
        (date(2026, 7, 20), 0, 3, True, "en retard de 3\u00a0jours ouvrés"),
    ],
)
def test_what_is_left_is_told_in_the_unit_of_the_limit(
    today: date, remaining: int, late: int, overdue: bool, words: str
) -> None:
    """A list shows the working days left, then the working days late."""
    told = deadline(TWO_WORKING, FRIDAY, [], CALENDAR, today)
    assert (told.remaining_days, told.late_days, told.overdue, told.words()) == (
        remaining,
        late,
        overdue,
        words,
    )


def test_a_closed_day_after_the_due_date_is_overdue_by_no_working_day() -> None:
    """Due on Friday, seen on Saturday: past the date, though no working day is lost."""
    told = deadline(TWO_WORKING, date(2026, 11, 18), [], CALENDAR, date(2026, 11, 21))
    assert (told.due_on, told.overdue, told.late_days) == (date(2026, 11, 20), True, 0)
    assert told.words() == "échéance dépassée"


def test_an_open_pause_stops_the_clock() -> None:
    """While a document is awaited there is no due date, and what will be left does not shrink."""
    pause = Pause(date(2026, 7, 15), None, "pièces manquantes")
    for today in (date(2026, 7, 15), date(2026, 9, 1)):
        told = deadline(TWO_WORKING, FRIDAY, [pause], CALENDAR, today)
        assert (told.due_on, told.paused, told.remaining_days, told.overdue) == (None, True, 1, False)
        assert told.words() == "en pause, reste 1\u00a0jour ouvré"
        assert told.reasons == (
            "reçu le 10 juillet 2026",
            "délai de 2\u00a0jours ouvrés à compter du lendemain (convention de délégation, art. 2.13)",
            "en pause depuis le 15 juillet 2026\u00a0: pièces manquantes",
            "le 14 juillet 2026 est férié (Fête nationale)",
            "pas d’échéance tant que dure la pause\u00a0; il restera 1\u00a0jour ouvré",
        )


def test_the_reasons_answer_why_this_date() -> None:
    """« Pourquoi cette date ? »: the event, the rule, the pauses, the holidays that counted, the due date."""
    pauses = [Pause(date(2026, 11, 3), date(2026, 11, 10), "pièces manquantes")]
    told = deadline(TWO_WORKING, date(2026, 11, 2), pauses, CALENDAR, date(2026, 11, 12))
    assert told.reasons == (
        "reçu le 2 novembre 2026",
        "délai de 2\u00a0jours ouvrés à compter du lendemain (convention de délégation, art. 2.13)",
        "en pause du 3 au 9 novembre 2026\u00a0: pièces manquantes",
        "le 11 novembre 2026 est férié (Armistice)",
        "échéance le 12 novembre 2026",
    )
    other = deadline(TWO_WORKING, date(2026, 11, 2), [], CALENDAR, date(2026, 11, 2), event="envoyé le")
    assert other.reasons[0] == "envoyé le 2 novembre 2026"


@given(situations(), st.integers(-30, 200))
def test_counting_day_by_day_agrees(situation: tuple[TimeLimit, date, list[Pause]], shift: int) -> None:
    """The due date and what is left are those that a finger on a calendar gives."""
    limit, start, pauses = situation
    today = start + timedelta(days=shift)
    told = deadline(limit, start, pauses, CALENDAR, today)
    assert told.due_on == due_on(limit, start, pauses, CALENDAR)
    assert told.due_on is not None
    if limit.unit is not Unit.MONTHS:
        counted, day = 0, start
        while counted < limit.amount:
            day += timedelta(days=1)
            counted += _counts(limit.unit, day, pauses)
        walked = CALENDAR.next_working_day(day) if limit.moves_to_working_day else day
        assert told.due_on == walked
        left = (max(start, today) + timedelta(days=i) for i in range(1, (walked - today).days + 1))
        assert told.remaining_days == sum(_counts(limit.unit, d, pauses) for d in left if d <= walked)
    assert told.overdue == (today > told.due_on)
    assert told.remaining_days == 0 or not told.late_days


def _counts(unit: Unit, day: date, pauses: list[Pause]) -> bool:
    if any(p.end is not None and p.start <= day < p.end for p in pauses):
        return False
    week = {Unit.WORKING: OpenDays.WORKING, Unit.BUSINESS: OpenDays.BUSINESS}.get(unit)
    return week is None or CALENDAR.is_open(day, week)


@given(situations(), st.integers(0, 60), st.integers(1, 30))
def test_one_more_pause_never_hurries(situation: tuple[TimeLimit, date, list[Pause]], offset: int, length: int) -> None:
    """Adding a pause, or starting later, never makes the due date earlier; a working-day limit ends on a working day."""
    limit, start, pauses = situation
    first = start + timedelta(days=offset)
    more = [*pauses, Pause(first, first + timedelta(days=length), "encore")]
    before = due_on(limit, start, pauses, CALENDAR)
    after = due_on(limit, start, more, CALENDAR)
    assert before is not None
    assert after is not None
    assert before <= after
    # 28 and 31 January end one month the same day: a pause inside the first month may then be outside the second.
    ends = [add_months(day, limit.amount) for day in (start, start + timedelta(days=1))]
    if limit.unit is not Unit.MONTHS or ends[0] < ends[1]:
        later = due_on(limit, start + timedelta(days=1), pauses, CALENDAR)
        assert later is not None
        assert before <= later
    if limit.unit is Unit.WORKING:
        assert CALENDAR.is_working_day(after)


@pytest.mark.parametrize(
    ("limit", "event_on", "expected"),
    [
        (TimeLimit(2, Unit.MONTHS, "r"), date(2026, 10, 31), date(2026, 8, 31)),
        (TimeLimit(2, Unit.MONTHS, "r"), date(2026, 4, 30), date(2026, 2, 28)),
        (TimeLimit(14, Unit.CALENDAR, "r"), date(2026, 12, 5), date(2026, 11, 21)),
        (TimeLimit(1, Unit.WORKING, "r"), date(2026, 7, 15), date(2026, 7, 13)),
    ],
)
def test_limits_counted_backwards(limit: TimeLimit, event_on: date, expected: date) -> None:
    """ "At the latest two months before": the day of the event is not counted."""
    assert latest_day_before(limit, event_on, CALENDAR) == expected


def test_impossible_limits_are_refused() -> None:
    """A limit of nothing and a pause that ends before it begins are mistakes of entry."""
    with pytest.raises(Refusal) as caught:
        TimeLimit(0, Unit.WORKING, "r")
    assert caught.value.code == "time_limit.amount"
    with pytest.raises(Refusal) as caught:
        Pause(date(2026, 7, 2), date(2026, 7, 1), "r")
    assert caught.value.code == "pause.order"
