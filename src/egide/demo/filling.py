"""Fills a base as a centre would have: founded, its books published, a portfolio enrolled, its last two months played.

Everything goes through the same acts as real work, each on its own day; the partners' files come from the simulator.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

from django.db import connection

from egide.benefits.facts import Outcome
from egide.benefits.jobs.paying import issue_statements, pay
from egide.benefits.jobs.reading import read_file
from egide.contracts.acts.bulk import enrol_frames
from egide.contracts.asked import enrol
from egide.demo.care import care_lines
from egide.demo.centre import Centre, found
from egide.demo.forms import TREATED, Letter, treated
from egide.demo.portfolio import Portfolio, generate, offer_on
from egide.demo.story import receive_letter
from egide.exchanges.acts import Arrival, receive
from egide.exchanges.codecs.care_line_fields import REFERENCE
from egide.exchanges.codecs.care_line_write import write_care_lines
from egide.exchanges.codecs.noemie_envelope import Envelope
from egide.exchanges.queries import file_sent
from egide.exchanges.simulator import answer_debits
from egide.journal import clock, store
from egide.journal.acts import perform
from egide.journal.facts import Channel, Context, Role
from egide.journal.permissions import Permission
from egide.journal.queries import system_context
from egide.kernel.calendars import Calendar, Region
from egide.kernel.periods import add_months, first_of_month
from egide.kernel.progress import Progress
from egide.people.queries import actor_of, user_by_role
from egide.premiums.jobs import call_month
from egide.premiums.return_jobs import record_returns
from egide.products.acts import publish
from egide.products.shelf import house_books

SEED = 2026
_LINES_PER_MEMBER = 4
_RETURN_SHARE_BP = 120
_STATEMENTS = 20  # enough to look at; `egide benefits statements` prints the others


def populate(*, members: int, progress: Progress) -> Portfolio:
    """A centre with its books and a portfolio of so many members."""
    centre = found(system_context())
    context = system_context(Channel.BATCH)
    for folder in house_books():
        publish(context, folder)
    progress("centre fondé, livres publiés")
    portfolio = generate(members, SEED, clock.today(), centre.perimeter_of_department)
    progress(f"{portfolio.enrolments.height} adhésions et {portfolio.covers.height} couvertures fabriquées")
    with perform(context, "demo.populate", needs=Permission.ENROL, given=[members, SEED]) as act:
        enrol_frames(act, portfolio, rights_state="acquitted")
        act.on("demo", members, f"Portefeuille de {members} adhérents", context.actor.first_perimeter)
    with connection.cursor() as cursor:
        cursor.execute("SELECT egide_refresh_statistics()")
    progress("portefeuille enregistré")
    return portfolio


def write_care_file(path: Path, portfolio: Portfolio, *, first: date, last: date, lines: int, seed: int = SEED) -> None:
    """The file that the compulsory scheme sends today for the care of these days."""
    today = clock.today()
    acts = care_lines(portfolio, first=first, last=last, lines=lines, seed=seed, today=today)
    envelope = Envelope(
        sender_type="SI",
        sender_id="00999000",
        recipient_type="MU",
        recipient_id="00000099999999",
        oc_number="99999999",
        file_id=f"S{today:%m%d}",
        file_date=today,
        reference=REFERENCE,
    )
    path.write_bytes(write_care_lines(acts, envelope))


@dataclass
class Played:
    """What the demonstration's batches did, added up."""

    members: int
    covers: int
    care: Outcome = field(default_factory=lambda: Outcome(0, 0, 0, 0, 0))
    called_cents: int = 0


def play(portfolio: Portfolio, folder: Path, *, progress: Progress) -> Played:
    """The last two months, day after day: letters turned into enrolments, months called, debits returned, care paid."""
    played = Played(portfolio.enrolments.height, portfolio.covers.height)
    today = clock.today()
    story = _Story(portfolio, folder, found(system_context()), played, progress)
    events: list[tuple[date, Callable[[], None]]] = []
    for month in (add_months(first_of_month(today), -1), first_of_month(today)):
        if month >= offer_on(today).first_start:
            events += story.month(month, until=today)
    for number, letter in enumerate(treated(today)):
        events += story.letter(letter, number, until=today)
    for day, event in sorted(events, key=lambda each: each[0]):
        with _on(day):
            event()
    return played


@contextlib.contextmanager
def _on(day: date) -> Iterator[None]:
    """Inside the block the house's clock says this day."""
    before = os.environ.get("EGIDE_TODAY")
    os.environ["EGIDE_TODAY"] = day.isoformat()
    try:
        yield
    finally:
        if before is None:
            del os.environ["EGIDE_TODAY"]
        else:
            os.environ["EGIDE_TODAY"] = before


@dataclass(frozen=True)
class _Story:
    """The events of the past, each with its day."""

    portfolio: Portfolio
    folder: Path
    centre: Centre
    played: Played
    progress: Progress

    def month(self, month: date, *, until: date) -> list[tuple[date, Callable[[], None]]]:
        """A month's call and returns, and the care file that comes in its last third."""
        week = Calendar(Region.NATIONAL)
        called = week.next_working_day(month)
        care = min(week.next_working_day(month.replace(day=18)), until)
        events: list[tuple[date, Callable[[], None]]] = [
            (called, lambda: self._call(month)),
            (care, lambda: self._care(month, care)),
        ]
        return [(day, event) for day, event in events if day <= until]

    def letter(self, letter: Letter, number: int, *, until: date) -> list[tuple[date, Callable[[], None]]]:
        """A form received one day and turned into an enrolment some working days later."""
        week = Calendar(Region.NATIONAL)
        received = week.next_working_day(until - timedelta(days=letter.received_days_ago))
        done = min(week.add_working_days(received, TREATED[number][1]), until)
        kept: list[int] = []
        return [
            (received, lambda: kept.append(self._receive(letter, number))),
            (done, lambda: self._enrol(kept[0])),
        ]

    def _call(self, month: date) -> None:
        context = system_context(Channel.BATCH)
        for perimeter_id in context.actor.perimeters:
            done = call_month(context, month, perimeter_id=perimeter_id)
            self.played.called_cents += done.called_cents
            if done.file_id:
                sent = file_sent(context, done.file_id)
                answer = answer_debits(store.load(sent.sha256), SEED, _RETURN_SHARE_BP)
                name = sent.name.replace("PRLV", "REJETS")
                record_returns(context, receive(context, Arrival("pain.002", "bank", name, answer, perimeter_id)).pk)
        self.progress(f"mois {month:%m/%Y} appelé, prélevé, rejets de la banque imputés")

    def _care(self, month: date, day: date) -> None:
        context = system_context(Channel.FILE)
        path = self.folder / f"SOINS_{day:%Y%m%d}.noe"
        first = max(add_months(month, -1).replace(day=15), offer_on(day).first_start)
        lines = self.portfolio.enrolments.height * _LINES_PER_MEMBER // 2
        write_care_file(
            path, self.portfolio, first=first, last=day - timedelta(days=3), lines=lines, seed=day.toordinal()
        )
        arrival = Arrival("noemie.care", "scheme", path.name, path.read_bytes(), context.actor.first_perimeter)
        outcome = read_file(context, receive(context, arrival).pk)
        before = self.played.care
        self.played.care = Outcome(
            lines=before.lines + outcome.lines,
            posted=before.posted + outcome.posted,
            ignored=before.ignored + outcome.ignored,
            rejected=before.rejected + outcome.rejected,
            paid_cents=before.paid_cents + outcome.paid_cents,
        )
        for perimeter_id in context.actor.perimeters:
            pay(context, perimeter_id=perimeter_id)
            issue_statements(context, perimeter_id=perimeter_id, limit=_STATEMENTS)
        self.progress(f"{path.name} : {outcome.lines} actes traités, {outcome.rejected} rejetés, virements émis")

    def _receive(self, letter: Letter, number: int) -> int:
        arrived = replace(letter, received_days_ago=0)
        key = f"demo/treated/{letter.product_code}/{number}"
        return receive_letter(system_context(Channel.MAIL), self.centre, arrived, key=key, seed=100 + number).pk

    def _enrol(self, form_id: int) -> None:
        context = Context(actor_of(user_by_role(Role.TEAM_LEADER)), Channel.SCREEN)
        enrol(context, form_id, revision=0)
