"""Fills a base as a centre would have: founded, its books published, a portfolio enrolled, its months played.

Everything goes through the same acts as real work; the partners' files come from the simulator.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from django.db import connection

from egide.benefits.facts import Outcome
from egide.benefits.jobs import pay, read_file
from egide.contracts.acts.bulk import enrol_frames
from egide.doors.commands.books import house_books
from egide.doors.demo.care import care_lines
from egide.doors.demo.centre import found
from egide.doors.demo.portfolio import Portfolio, generate
from egide.exchanges.acts import Arrival, receive
from egide.exchanges.codecs.care_line_fields import REFERENCE
from egide.exchanges.codecs.care_line_write import write_care_lines
from egide.exchanges.codecs.noemie_envelope import Envelope
from egide.exchanges.models import File
from egide.exchanges.simulator import answer_debits
from egide.journal import clock, store
from egide.journal.acts import perform
from egide.journal.facts import Channel, Context
from egide.journal.permissions import Permission
from egide.journal.queries import system_context
from egide.journal.scope import reading
from egide.kernel.periods import add_months, first_of_month
from egide.premiums.jobs import call_month, record_returns
from egide.products.acts import publish

Progress = Callable[[str], None]
SEED = 2026
_LINES_PER_MEMBER = 4
_RETURN_SHARE_BP = 120


@dataclass(frozen=True, slots=True)
class Played:
    """What the demonstration's batches did."""

    members: int
    covers: int
    care: Outcome
    called_cents: int


def populate(*, members: int, progress: Progress) -> Portfolio:
    """A centre with its books and a portfolio of so many members; done once, found again afterwards."""
    centre = found(system_context())
    context = system_context(Channel.BATCH)
    for folder in house_books():
        publish(context, folder)
    progress("centre fondé, livres publiés")
    portfolio = generate(members, SEED, clock.today(), centre.perimeter_of_department)
    progress(f"{portfolio.enrolments.height} adhésions et {portfolio.covers.height} couvertures fabriquées")
    with perform(context, "demo.populate", needs=Permission.ENROL, given=[members, SEED]) as act:
        enrol_frames(act, portfolio, rights_state="acquitted")
        act.on("demo", members, f"Portefeuille de {members} adhérents", context.actor.perimeters[0])
    with connection.cursor() as cursor:
        cursor.execute("SELECT egide_refresh_statistics()")
    progress("portefeuille enregistré")
    return portfolio


def write_care_file(path: Path, portfolio: Portfolio, *, lines: int, progress: Progress) -> None:
    """The file that the compulsory scheme would send for the last months."""
    today = clock.today()
    first = max(add_months(first_of_month(today), -3), date(today.year, 1, 1))
    acts = care_lines(portfolio, first=first, last=today - timedelta(days=3), lines=lines, seed=SEED, today=today)
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
    progress(f"fichier de soins : {lines} actes")


def play(portfolio: Portfolio, folder: Path, *, progress: Progress) -> Played:
    """The story's batches: the month called and debited, the bank's returns, a care file settled and paid."""
    context = system_context(Channel.BATCH)
    month = first_of_month(clock.today())
    called = 0
    for past in (add_months(month, -1), month):
        for perimeter_id in context.actor.perimeters:
            done = call_month(context, past, perimeter_id=perimeter_id)
            called += done.called_cents
            if done.file_id and past != month:
                _answer(context, done.file_id, perimeter_id)
        progress(f"mois {past:%m/%Y} appelé et prélevé")
    path = folder / f"SOINS_{clock.today():%Y%m%d}.noe"
    write_care_file(path, portfolio, lines=portfolio.enrolments.height * _LINES_PER_MEMBER, progress=progress)
    arrival = Arrival("noemie.care", "scheme", path.name, path.read_bytes(), context.actor.perimeters[0])
    outcome = read_file(context, receive(context, arrival).pk, progress=progress)
    for perimeter_id in context.actor.perimeters:
        pay(context, perimeter_id=perimeter_id, progress=progress)
    return Played(portfolio.enrolments.height, portfolio.covers.height, outcome, called)


def _answer(context: Context, file_id: int, perimeter_id: int) -> None:
    with reading(context.actor.perimeters):
        sent = File.objects.get(pk=file_id)
    answer = answer_debits(store.load(sent.sha256), SEED, _RETURN_SHARE_BP)
    arrival = Arrival("pain.002", "bank", sent.name.replace("PRLV", "REJETS"), answer, perimeter_id)
    record_returns(context, receive(context, arrival).pk)
