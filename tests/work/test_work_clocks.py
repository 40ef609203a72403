"""Clocks of work: when something is due, what stops the clock, and what is told once it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from egide.journal.acts import Record, perform
from egide.journal.facts import Role
from egide.journal.permissions import Permission
from egide.kernel.errors import Refusal
from egide.work.acts import NewItem, close, done_at_once, open_item, pause, resume, take
from egide.work.delays import delays
from egide.work.models import Item, Pause
from egide.work.queries import clock_of, queue, week
from people.families import at

PARIS = ZoneInfo("Europe/Paris")


@contextmanager
def acting() -> Iterator[Record]:
    """An act in which work is opened, paused, closed."""
    with perform(at(Role.ADMINISTRATOR), "proof", needs=Permission.ENROL, given=0) as act:
        act.on("proof", 1, "Preuve", 2)
        yield act


def new(
    received: str = "2015-10-05",
    *,
    subject: int = 1,
    kind: str = "enrolment",
    limit: str = "ENROLMENT_ACT",
    **changes: object,
) -> NewItem:
    """An item received at ten in the morning, due in two working days."""
    moment = datetime.fromisoformat(received).replace(hour=10, tzinfo=PARIS)
    return NewItem(kind, f"Dossier {subject}", 2, "form", subject, moment, limit, **changes)  # type: ignore[arg-type]


def opened(**changes: object) -> Item:
    """An item open now."""
    with acting() as act:
        return open_item(act, new(**changes))  # type: ignore[arg-type]


@pytest.mark.requirement("S003-163", "S000-024", "S004-012")
@pytest.mark.parametrize(
    ("received",   "region",         "due"),
    [
        ("2015-10-05", "national",       date(2015, 10, 7)),   # a Monday: Wednesday
        ("2015-10-08", "national",       date(2015, 10, 12)),  # a Thursday: over the week-end
        ("2015-10-10", "national",       date(2015, 10, 13)),  # a Saturday counts from Monday
        ("2015-11-10", "national",       date(2015, 11, 13)),  # over 11 November
        ("2015-12-24", "national",       date(2015, 12, 29)),  # over Christmas and a week-end
        ("2015-12-24", "alsace_moselle", date(2015, 12, 29)),  # 26 December is a Saturday there
        ("2016-12-23", "national",       date(2016, 12, 27)),
        ("2016-12-23", "alsace_moselle", date(2016, 12, 28)),  # Monday 26 December is a holiday in Nancy's east
    ],
)  # fmt: skip
def test_an_item_is_due_two_working_days_after_reception(db: None, received: str, region: str, due: date) -> None:
    """The day of reception is not counted, nor week-ends, nor the holidays of the team's region."""
    assert opened(received=received, region=region).due_on == due


@pytest.mark.requirement("S000-026", "S003-163")
@pytest.mark.parametrize(
    ("asked",      "complete",     "region",         "due"),
    [
        ("2015-10-06", "2015-10-12", "national",       date(2015, 10, 14)),  # the whole limit, from the complete file
        ("2015-10-07", "2015-10-12", "national",       date(2015, 10, 14)),  # whatever was spent before it was asked for
        ("2015-10-06", "2015-10-06", "national",       date(2015, 10, 8)),   # asked for and brought the same day
        ("2015-10-06", "2015-11-11", "national",       date(2015, 11, 13)),  # complete on a holiday
        ("2015-10-08", "2015-10-12", "national",       date(2015, 10, 14)),  # late, but never complete
        ("2015-10-08", "2015-10-06", "national",       date(2015, 10, 8)),   # letters that cross: the paper was already there
        ("2015-10-08", "2015-10-01", "national",       date(2015, 10, 7)),   # a date before the reception changes nothing
        ("2015-10-06", "2016-12-23", "national",       date(2016, 12, 27)),
        ("2015-10-06", "2016-12-23", "alsace_moselle", date(2016, 12, 28)),  # 26 December is a holiday there
    ],
)  # fmt: skip
def test_time_runs_from_the_complete_file(
    db: None, today: Callable[[str], None], asked: str, complete: str, region: str, due: date
) -> None:
    """An incomplete file has no due date, nor ever had one; complete, its whole limit runs from the next day."""
    today("2015-10-05")
    item = opened(region=region)
    with acting() as act:
        pause(act, item, "pièces manquantes", on=date.fromisoformat(asked))
        assert (item.state, item.due_on) == ("paused", None)
        resume(act, item, on=date.fromisoformat(complete))
    item.refresh_from_db()
    assert (item.state, item.due_on) == ("open", due)
    assert act.reasons[0].startswith("Délai suspendu le")


def test_an_incomplete_file_is_not_late(db: None, today: Callable[[str], None]) -> None:
    """Late on Thursday, found incomplete that day: the week after, it has all its time and no day of delay."""
    today("2015-10-08")
    item = opened()
    assert clock_of(item, (), date(2015, 10, 8)).late_days == 1
    with acting() as act:
        pause(act, item, "RIB")
    found = clock_of(item, tuple(item.pauses.all()), date(2015, 10, 15))
    assert (found.paused, found.overdue, found.late_days, found.remaining_days) == (True, False, 0, 2)
    assert found.words().startswith("en pause, reste 2")
    told = " ; ".join(found.reasons)
    assert "reçu le lundi 5 octobre" in told or "reçu le 5 octobre" in told
    assert "RIB" in told and "Convention de délégation, art. 2.13" in told


@pytest.mark.parametrize(
    ("kind",       "limit",              "due",               "source"),
    [
        ("enrolment",   "ENROLMENT_ACT",      date(2015, 10, 7), "Convention de délégation, art. 2.13"),
        ("rejects",     "REJECT_WORK",        date(2015, 10, 7), "Usage du centre de gestion"),
        ("enrolment",   "BENEFIT_INTERNAL",   date(2015, 10, 6), "Présentation du centre de gestion (24 heures)"),
        ("enrolment",   "COMPLAINT_ANSWER",   None,              ""),
    ],
)  # fmt: skip
def test_a_limit_and_its_source_are_read_from_the_reference(
    db: None, kind: str, limit: str, due: date | None, source: str
) -> None:
    """Whatever opens an item names the text that imposes its limit; a text that was not yet in force imposes nothing."""
    if due is None:
        with pytest.raises(Refusal):
            opened(kind=kind, limit=limit)
        return
    item = opened(kind=kind, limit=limit)
    assert item.due_on == due
    assert source in " ".join(clock_of(item, (), due).reasons)


def test_what_is_done_in_one_act_is_measured_too(db: None, today: Callable[[str], None]) -> None:
    """An act without a queue has its clock: the journal and the item say when it was due."""
    today("2015-10-08")
    with acting() as act:
        item = done_at_once(act, new(kind="endorsement"))
    assert (item.state, item.due_on, act.due_on) == ("done", date(2015, 10, 7), date(2015, 10, 7))
    assert (act.received_at, act.kind) == (item.received_at, "proof")


def test_a_second_pause_only_changes_the_reason(db: None, today: Callable[[str], None]) -> None:
    """Papers asked twice leave one pause, from the first day, with the latest reason."""
    today("2015-10-05")
    item = opened()
    with acting() as act:
        pause(act, item, "RIB", on=date(2015, 10, 6))
        pause(act, item, "RIB et attestation", on=date(2015, 10, 9))
    assert list(item.pauses.values_list("start", "end", "reason")) == [(date(2015, 10, 6), None, "RIB et attestation")]


def test_a_file_found_incomplete_twice_is_complete_the_second_time(db: None, today: Callable[[str], None]) -> None:
    """Each stop is told; time runs from the last paper."""
    today("2015-10-05")
    item = opened()
    with acting() as act:
        for first, last in ((6, 8), (9, 14)):
            pause(act, item, "pièces", on=date(2015, 10, first))
            resume(act, item, on=date(2015, 10, last))
    assert item.due_on == date(2015, 10, 16)
    told = clock_of(item, tuple(item.pauses.all()), date(2015, 10, 14)).reasons
    assert sum("incomplet" in sentence for sentence in told) == 2


@pytest.mark.requirement("S003-202")
@pytest.mark.parametrize(
    ("closed",     "in_time"),
    [
        ("2015-10-06", 1),
        ("2015-10-07", 1),  # the last day is in time
        ("2015-10-08", 0),
    ],
)  # fmt: skip
def test_closing_keeps_the_due_date(db: None, today: Callable[[str], None], closed: str, in_time: int) -> None:
    """Being on time can be told afterwards, from the item and from the act."""
    item = opened()
    today(closed)
    with acting() as act:
        close(act, item)
        close(act, item)  # closing twice changes nothing
    item.refresh_from_db()
    assert (item.state, item.due_on, act.due_on) == ("done", date(2015, 10, 7), date(2015, 10, 7))
    found = [one for one in delays(date.fromisoformat(closed)) if one.kind == "enrolment"]
    assert [one.in_time for one in found] == [in_time]


@pytest.mark.requirement("S003-163", "S000-024")
@pytest.mark.parametrize(
    ("received",   "asked",      "complete",   "closed",     "region",         "days"),
    [
        ("2015-10-05", "",           "",           "2015-10-07", "national",       2),
        ("2015-10-05", "",           "",           "2015-10-05", "national",       0),   # done the same day
        ("2015-10-09", "",           "",           "2015-10-12", "national",       1),   # a week-end does not count
        ("2015-11-10", "",           "",           "2015-11-12", "national",       1),   # nor 11 November
        ("2016-12-23", "",           "",           "2016-12-27", "national",       2),
        ("2016-12-23", "",           "",           "2016-12-27", "alsace_moselle", 1),   # 26 December is a holiday there
        ("2015-10-05", "2015-10-07", "2015-10-20", "2015-10-22", "national",       2),   # from the complete file
        ("2015-10-05", "2015-10-12", "2015-10-20", "2015-10-20", "national",       0),
        ("2014-01-06", "",           "",           "2015-10-05", "national",       400), # calendar days, four hundred at most
    ],
)  # fmt: skip
def test_how_long_an_act_took_has_one_definition(
    db: None,
    today: Callable[[str], None],
    received: str,
    asked: str,
    complete: str,
    closed: str,
    region: str,
    days: int,
) -> None:
    """Open days of the region from the complete file to the end: the page, the API and the sheet all read this."""
    Item.objects.all().delete()
    today(received)
    limit = "ENROLMENT_ACT" if received >= "2015-07-01" else "SEPA_REFUND"
    item = opened(received=received, region=region, limit=limit)
    with acting() as act:
        if asked:
            pause(act, item, "pièces", on=date.fromisoformat(asked))
            resume(act, item, on=date.fromisoformat(complete))
        today(closed)
        close(act, item)
    (found,) = delays(date.fromisoformat(closed))
    assert (found.closed, found.days_50, found.days_90) == (1, days, days)


def test_a_paused_item_can_be_closed(db: None, today: Callable[[str], None]) -> None:
    """Closing ends the pause: a done item has a due date, and its clock no longer stands still."""
    today("2015-10-06")
    item = opened()
    with acting() as act:
        pause(act, item, "pièces")
    today("2015-10-12")
    with acting() as act:
        close(act, item)
    assert (item.state, item.due_on) == ("done", date(2015, 10, 14))
    assert not Pause.objects.filter(item=item, end=None).exists()


def test_one_open_item_per_subject(db: None) -> None:
    """The same thing arriving twice is one item; once done, it can be opened again."""
    first = opened()
    assert opened().pk == first.pk
    assert opened(kind="rejects").pk != first.pk
    assert opened(subject=2).pk != first.pk
    with pytest.raises(IntegrityError, match="open_once"), transaction.atomic():
        Item.objects.create(
            kind="enrolment", title="x", perimeter_id=2, subject_kind="form", subject_id=1, limit_days=2,
            limit_code="ENROLMENT_ACT", received_at=first.received_at, due_on=first.due_on, complete_on=first.complete_on,
        )  # fmt: skip
    with acting() as act:
        close(act, first)
    assert opened().pk != first.pk


def test_what_a_colleague_holds_is_not_taken(db: None) -> None:
    """Two people never work on one file by accident: the second is told, with what to do."""
    item = opened()
    with acting() as act:
        take(act, item, 11)
        take(act, item, 11)
        with pytest.raises(Refusal) as refused:
            take(act, item, 12)
    assert (refused.value.code, item.assignee_id) == ("work.taken", 11)


@pytest.mark.requirement("S000-029", "S001-040")
def test_the_queue_shows_the_most_urgent_first(db: None, today: Callable[[str], None]) -> None:
    """Open items in order of due date, those whose clock is stopped last, those done never."""
    today("2015-10-06")
    Item.objects.exclude(state="done").update(kind="other")
    late, soon = opened(subject=1, received="2015-10-01"), opened(subject=2, received="2015-10-05")
    stopped, done = opened(subject=3, received="2015-10-01"), opened(subject=4, received="2015-09-01")
    with acting() as act:
        pause(act, stopped, "pièces")
        close(act, done)
    assert [item.pk for item in queue(kinds=["enrolment"])] == [late.pk, soon.pk, stopped.pk]


@pytest.mark.requirement("S000-028")
def test_the_week_counts_what_is_in_progress(db: None, today: Callable[[str], None]) -> None:
    """Every week by team: received, done, in time, in progress, late, due this week, paused."""
    today("2015-10-08")
    team = 4242
    for subject, received in (
        (1, "2015-10-05"),
        (2, "2015-10-06"),
        (3, "2015-09-28"),
        (4, "2015-10-07"),
        (5, "2015-10-08"),
    ):
        opened(subject=subject, received=received, team_id=team)
    with acting() as act:
        close(act, Item.objects.get(subject_id=2, team_id=team))
        close(act, Item.objects.get(subject_id=3, team_id=team))
        pause(act, Item.objects.get(subject_id=5, team_id=team), "pièces")
    (mine,) = [row for row in week(date(2015, 10, 8)) if row["team_id"] == team]
    assert mine == {
        "team_id": team, "received": 4, "done": 2, "in_time": 1, "in_progress": 3, "late": 1, "due_this_week": 1, "paused": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("wrong",                                    "constraint"),
    [
        ({"state": "lost"},                       "work_item_"),
        ({"state": "paused"},                     "work_item_due_unless_paused"),
        ({"due_on": None},                        "work_item_due_unless_paused"),
        ({"state": "done"},                       "work_item_closed_when_done"),
    ],
)  # fmt: skip
def test_the_database_refuses_a_state_that_makes_no_sense(db: None, wrong: dict[str, object], constraint: str) -> None:
    """An item is open with a date, paused without one, or done with the moment of it."""
    item = opened()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Item.objects.filter(pk=item.pk).update(**wrong)
