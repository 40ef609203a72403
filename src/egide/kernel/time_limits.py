"""Time limits: when a file is due, how much time is left, and why that date.

The day of the start event is never counted (CPC 641).  A pause is a half-open range of days: the days
inside are not counted; an open pause stops the clock and there is no due date until it ends.  Working and
business limits count open days of the calendar; calendar limits count every day; limits of months follow
:func:`add_months` and are then put back by one calendar day for each paused day.  A due date is not moved
when it falls on a closed day, unless the rule says so (CPC 642 is procedural; the withdrawal delays of the
insurance codes expire even on a Sunday).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from egide.kernel.calendars import Calendar, OpenDays
from egide.kernel.errors import Refusal
from egide.kernel.formats import format_count, format_date, format_period
from egide.kernel.periods import add_months

_ONE_DAY = timedelta(days=1)


class Unit(Enum):
    """What a limit counts; the value is the word kept in tables."""

    WORKING = "working"
    BUSINESS = "business"
    CALENDAR = "calendar"
    MONTHS = "months"


_NOUNS = {
    Unit.WORKING: ("jour ouvré", "jours ouvrés"),
    Unit.BUSINESS: ("jour ouvrable", "jours ouvrables"),
    Unit.CALENDAR: ("jour calendaire", "jours calendaires"),
    Unit.MONTHS: ("mois", "mois"),
}
_OPEN_DAYS = {Unit.WORKING: OpenDays.WORKING, Unit.BUSINESS: OpenDays.BUSINESS}


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """A limit such as "2 working days", with the text that imposes it.

    ``source`` is shown to people ("Convention de délégation, art. 2.13").  ``moves_to_working_day`` puts a
    due date that falls on a closed day off to the next working day (CPC 642); it is off unless the text
    says so.
    """

    amount: int
    unit: Unit
    source: str
    moves_to_working_day: bool = False

    def __post_init__(self) -> None:
        if self.amount < 1:
            raise Refusal(
                "time_limit.amount",
                f"Un délai de {self.amount} ne peut pas être compté.",
                "Donnez un délai d’au moins un jour ou un mois.",
            )

    def words(self) -> str:
        """Say the limit in French: "2 jours ouvrés"."""
        return format_count(self.amount, *_NOUNS[self.unit])

    @property
    def day_unit(self) -> Unit:
        """The unit in which days left and days late are counted: calendar days for a limit of months."""
        return Unit.CALENDAR if self.unit is Unit.MONTHS else self.unit


@dataclass(frozen=True, slots=True)
class Pause:
    """Days that do not count, from ``start`` until ``end`` excluded; an open pause (None) stops the clock.

    The day of ``end`` counts again.  When the clock resumes on an event whose own day must not count (a
    missing document arrives), build the pause with :meth:`until_received`.
    """

    start: date
    end: date | None
    reason: str

    def __post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            raise Refusal(
                "pause.order",
                f"La pause finirait le {format_date(self.end)}, avant le {format_date(self.start)}.",
                "Corrigez les dates de la pause.",
            )

    @classmethod
    def until_received(cls, start: date, received_on: date, reason: str) -> Pause:
        """Build a pause ended by an event; the day of the event is not counted either (CPC 641)."""
        return cls(start, received_on + _ONE_DAY, reason)


@dataclass(frozen=True, slots=True)
class Deadline:
    """Where a file stands against its limit on a day.

    ``due_on``: the last day to act, None while the clock is stopped.  ``paused``: an open pause stops it.
    ``remaining_days``: days left after ``today``, ``late_days``: days gone after the due date, both in
    ``unit``. ``overdue``: ``today`` is past the due date, even by a closed day only.  ``reasons``: French,
    in order of reading.
    """

    due_on: date | None
    paused: bool
    remaining_days: int
    late_days: int
    overdue: bool
    unit: Unit
    reasons: tuple[str, ...]

    def words(self) -> str:
        """Say in a few French words what a list shows: "reste 2 jours ouvrés", "en pause", "en retard de
        …".
        """
        left = format_count(self.remaining_days, *_NOUNS[self.unit])
        if self.paused:
            return f"en pause, reste {left}"
        if self.overdue:
            late = format_count(self.late_days, *_NOUNS[self.unit])
            return f"en retard de {late}" if self.late_days else "échéance dépassée"
        return f"reste {left}" if self.remaining_days else "dernier jour"


def due_on(limit: TimeLimit, start: date, pauses: Sequence[Pause], calendar: Calendar) -> date | None:
    """Return the last day to act, or None while an open pause stops the clock: the bulk form of
    :func:`deadline`.
    """
    due, stopped_on = _due_and_stop(limit, start, _merged(pauses), calendar)
    return due if stopped_on is None else None


def deadline(
    limit: TimeLimit,
    start: date,
    pauses: Sequence[Pause],
    calendar: Calendar,
    today: date,
    *,
    event: str = "reçu le",
) -> Deadline:
    """Decide where a file stands on ``today``, with its reasons in French.

    ``start`` is the day of the event that starts the clock, not counted; ``event`` introduces it in the
    reasons. All pauses given are facts, in any order, and may overlap.
    """
    merged = _merged(pauses)
    due, stopped_on = _due_and_stop(limit, start, merged, calendar)
    clock_day = today if stopped_on is None else min(today, stopped_on - _ONE_DAY)
    ended = [(first, end) for first, end in merged if end is not None]
    remaining = _counted(limit.day_unit, max(clock_day, start), due, ended, calendar)
    overdue = stopped_on is None and today > due
    return Deadline(
        due_on=due if stopped_on is None else None,
        paused=stopped_on is not None,
        remaining_days=remaining,
        late_days=_count(limit.day_unit, due, today, calendar) if overdue else 0,
        overdue=overdue,
        unit=limit.day_unit,
        reasons=_reasons(
            limit,
            start,
            pauses,
            calendar,
            due=due,
            stopped=stopped_on is not None,
            left=remaining,
            event=event,
        ),
    )


def latest_day_before(limit: TimeLimit, event_on: date, calendar: Calendar) -> date:
    """Return the last day on which to act "at least N before" an event: the day of the event is not counted.

    Two months before 31 October is 31 August; a month without that day number gives its last day (CPC 641).
    """
    if limit.unit is Unit.MONTHS:
        return add_months(event_on, -limit.amount)
    return _add(limit.unit, event_on, -limit.amount, calendar)


def _add(unit: Unit, day: date, n: int, calendar: Calendar) -> date:
    if unit in _OPEN_DAYS:
        return calendar.add_open_days(day, n, _OPEN_DAYS[unit])
    return day + timedelta(days=n)


def _count(unit: Unit, start: date, end: date, calendar: Calendar) -> int:
    if end <= start:
        return 0
    if unit in _OPEN_DAYS:
        return calendar.open_days_between(start, end, _OPEN_DAYS[unit])
    return (end - start).days


def _counted(unit: Unit, start: date, end: date, ended: Sequence[tuple[date, date]], calendar: Calendar) -> int:
    """Count the days after ``start`` up to ``end`` that no ended pause takes away."""
    count = _count(unit, start, end, calendar)
    for pause_start, pause_end in ended:
        count -= _count(unit, max(start, pause_start - _ONE_DAY), min(end, pause_end - _ONE_DAY), calendar)
    return count


def _merged(pauses: Sequence[Pause]) -> list[tuple[date, date | None]]:
    """Return the paused ranges in order, disjoint, without the empty ones; only the last can be open."""
    merged: list[tuple[date, date | None]] = []
    for pause in sorted(pauses, key=lambda p: p.start):
        if pause.end == pause.start:
            continue
        if merged:
            last_start, last_end = merged[-1]
            if last_end is None:
                break
            if pause.start <= last_end:
                end = None if pause.end is None else max(last_end, pause.end)
                merged[-1] = (last_start, end)
                continue
        merged.append((pause.start, pause.end))
    return merged


def _due_and_stop(
    limit: TimeLimit, start: date, merged: list[tuple[date, date | None]], calendar: Calendar
) -> tuple[date, date | None]:
    """Return the due date and, when an open pause comes before it, the day the clock stopped."""
    months = limit.unit is Unit.MONTHS
    due = add_months(start, limit.amount) if months else _add(limit.unit, start, limit.amount, calendar)
    for pause_start, pause_end in merged:
        first = max(pause_start, start + _ONE_DAY)
        if first > due:
            break
        if pause_end is None:
            return due, first
        lost = _count(limit.day_unit, first - _ONE_DAY, pause_end - _ONE_DAY, calendar)
        due = _add(limit.day_unit, due, lost, calendar)
    return (calendar.next_working_day(due) if limit.moves_to_working_day else due), None


def _reasons(
    limit: TimeLimit,
    start: date,
    pauses: Sequence[Pause],
    calendar: Calendar,
    *,
    due: date,
    stopped: bool,
    left: int,
    event: str,
) -> tuple[str, ...]:
    """Tell the story of the date, in the order in which it is read aloud."""
    told = [f"{event} {format_date(start)}"]
    told.append(f"délai de {limit.words()} à compter du lendemain ({limit.source})")
    for pause in sorted(pauses, key=lambda p: p.start):
        ended_before_start = pause.end is not None and pause.end <= start + _ONE_DAY
        if pause.end != pause.start and not ended_before_start and pause.start <= due:
            when = format_period(pause.start, pause.end)
            told.append(f"en pause {when}\N{NO-BREAK SPACE}: {pause.reason}")
    if limit.unit in _OPEN_DAYS or limit.moves_to_working_day:
        told.extend(_holidays_told(limit, start, due, pauses, calendar))
    if stopped:
        told.append(f"pas d’échéance tant que dure la pause ; il restera {_left(left, limit)}")
    else:
        told.append(f"échéance le {format_date(due)}")
    return tuple(told)


def _left(days: int, limit: TimeLimit) -> str:
    return format_count(days, *_NOUNS[limit.day_unit])


def _holidays_told(limit: TimeLimit, start: date, due: date, pauses: Sequence[Pause], calendar: Calendar) -> list[str]:
    """Name the holidays that pushed the date: on a day of the week that counts, and outside the pauses."""
    week = _OPEN_DAYS.get(limit.unit, OpenDays.WORKING)
    told = []
    for year in range(start.year, due.year + 1):
        for day, name in calendar.holidays_of(year).items():
            paused = any(p.start <= day and (p.end is None or day < p.end) for p in pauses)
            if start < day <= due and day.weekday() < week.value and not paused:
                told.append(f"le {format_date(day)} est férié ({name})")
    return told
