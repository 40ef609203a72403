"""Batches of premiums: following contracts, calling a month, debiting it, recording what the bank returns.

A call goes by slices of enrolments; each slice is one act in one transaction and its number is kept with it. A kill at any
moment loses nothing: the next run goes through the slices again, and what is posted already is not due.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl
from django.db import connection, transaction

from egide.contracts.queries import (
    EnrolmentRow,
    count_enrolments,
    enrolment_facts,
    enrolment_with_member,
    enrolments_touched_since,
)
from egide.documents.acts import issue
from egide.exchanges.acts import Arrival, send
from egide.exchanges.codecs.sepa_debit import DebitHeader, DebitSchema, write_debits
from egide.journal import clock, store
from egide.journal.acts import Record, fingerprint, perform
from egide.journal.bulk import copy_frame
from egide.journal.facts import Context
from egide.journal.followers import Follow
from egide.journal.invariants import Finding
from egide.journal.locks import hold, hold_all, only_one
from egide.journal.permissions import Permission
from egide.journal.scope import reading_as
from egide.kernel.errors import Refusal
from egide.kernel.formats import format_month
from egide.kernel.money import format_eur
from egide.kernel.progress import Progress, Told
from egide.kernel.text import elided
from egide.ledger.acts import ENTRY_SCHEMA, LINE_SCHEMA, account_of, open_accounts, post_frame
from egide.ledger.facts import AccountKind, Nature
from egide.people.papers import organisation_of
from egide.premiums.acts import DUE, bring_up_to_date, call_slice, not_as_due, read_month
from egide.premiums.decisions import collection
from egide.premiums.facts import Collection
from egide.premiums.models import Call
from egide.premiums.notice_jobs import issue_notices
from egide.premiums.papers.schedule import schedule_paper
from egide.premiums.queries import schedule_of, to_debit

_ENROLMENTS_PER_SLICE = 40_000
_V08_SINCE = date(2023, 11, 1)  # the banks' move to the 2019 schemas; before it, pain.008.001.02


@dataclass(frozen=True, slots=True)
class Called:
    """What a call did: enrolments moved and cents called in this run, debits asked for and their fingerprint."""

    enrolments: int
    called_cents: int
    debits: int
    debited_cents: int
    file_id: int | None
    collection: Collection  # when the bank is asked to debit; it may be past the convention's limit, and says so
    debit_print: str = ""


@dataclass(frozen=True, slots=True)
class ShownDebits:
    """The debits that a trial showed to whoever confirmed the call: nothing else may be asked of the bank."""

    debits: int
    debited_cents: int
    fingerprint: str


def follow(context: Context, enrolment_ids: Sequence[int], *, new_schedule: bool = False) -> None:
    """Brings premiums up to date after an act on contracts: accounts opened, differences posted, schedule issued."""
    with perform(context, "premium.follow", needs=Permission.READ, given=list(enrolment_ids)) as act:
        hold(DUE, enrolment_ids)
        for enrolment_id in enrolment_ids:
            enrolment = enrolment_with_member(enrolment_id)
            open_accounts([AccountKind.MEMBER], [enrolment.perimeter_id], [enrolment.pk])
            act.on("enrolment", enrolment.pk, enrolment.number, enrolment.perimeter_id)
        changes = bring_up_to_date(act, enrolment_ids)
        if new_schedule:
            for enrolment_id in enrolment_ids:
                _issue_schedule(act, enrolment_with_member(enrolment_id), changes.filter(enrolment_id=enrolment_id))


def follow_contracts(context: Context, enrolment_ids: Sequence[int]) -> None:
    """What a person's act on contracts moves: each enrolment's account, and a schedule that says so."""
    hold(DUE, enrolment_ids)
    for enrolment_id in enrolment_ids:
        follow(context, [enrolment_id], new_schedule=True)


FOLLOWS = (Follow("enrolment", follow_contracts),)


def _issue_schedule(record: Record, enrolment: EnrolmentRow, changes: pl.DataFrame) -> None:
    around = max(clock.today(), enrolment.starts_on)
    schedule = schedule_of(enrolment.pk, around=around)
    if not any(instalment.shares for instalment in schedule.instalments):
        return
    issue(
        record,
        schedule_paper(enrolment, enrolment_facts(enrolment.pk), schedule, changes),
        kind="schedule",
        title=f"Échéancier du {clock.today():%d/%m/%Y}",
        subject=("enrolment", enrolment.pk),
        perimeter_id=enrolment.perimeter_id,
    )
    record.because(f"Échéancier : {format_eur(schedule.to_pay_cents)} à payer sur {len(schedule.instalments)} mois.")


def call_month(
    context: Context,
    month: date,
    *,
    perimeter_id: int,
    dry_run: bool = False,
    shown: ShownDebits | None = None,
    progress: Progress = lambda _: None,
) -> Called:
    """Calls a month in one perimeter, then asks the bank for it. A dry run goes the same way and is rolled back.

    ``shown`` is what a trial showed before it was confirmed. Raises Refusal when the debits are no longer those: what is
    called stays called, because it is due, but nothing is asked of the bank until it is looked at again.
    """
    if month.day != 1:
        raise Refusal("premium.month", "Un appel porte sur un mois entier.", "Donnez le mois sous la forme AAAA-MM.")
    with only_one(f"premiums.call:{perimeter_id}"):
        if not dry_run:
            return _call(context, month, perimeter_id, shown, progress)
        with store.trial(), transaction.atomic():
            called = _call(context, month, perimeter_id, shown, progress)
            transaction.set_rollback(True)
            return called


def _call(context: Context, month: date, perimeter_id: int, shown: ShownDebits | None, progress: Progress) -> Called:
    call = _open_call(context, month, perimeter_id)
    with reading_as(context.actor):
        count = count_enrolments(perimeter_id)
        facts = read_month(month, perimeter_id=perimeter_id)
    slices = max(1, -(-count // _ENROLMENTS_PER_SLICE))
    enrolments = called = 0
    # Every slice, each time: people enrolled since a run that was cut would fall between the slices of the two runs.
    for number in range(slices):
        with perform(
            context, "premium.call", needs=Permission.PREMIUMS, given=[str(month), perimeter_id, number]
        ) as act:
            moved, cents = call_slice(act, facts, slices=slices, number=number)
            enrolments, called = enrolments + moved, called + cents
            call.chunks_done = max(call.chunks_done, number + 1)
            call.enrolments += moved
            call.called_cents += cents
            if number + 1 == slices and call.stage == "open":
                call.stage = "posted"
            call.save()
            act.on("premium_call", call.pk, format_month(month), perimeter_id)
            act.outcome = {"slice": number, "enrolments": moved, "cents": cents}
            act.because(f"{moved} adhésions appelées pour {format_eur(cents)} net d’aides.")
        said = f"tranche {number + 1}/{slices} : {enrolments} adhésions, {format_eur(called)}"
        progress(Told(said, done=number + 1, total=slices))
    _catch_up(context, facts.seen)
    asked = _debit(context, call, collection(month, today=clock.today()), perimeter_id, shown)
    progress(f"{asked.debits} prélèvements pour {format_eur(asked.debited_cents)}")
    issue_notices(context, month, perimeter_id=perimeter_id, progress=progress)
    return replace(asked, enrolments=enrolments, called_cents=called)


def _open_call(context: Context, month: date, perimeter_id: int) -> Call:
    """The call of a month: the one a first run left, else opened now. From here on, every act counts the month as called."""
    with reading_as(context.actor):
        known = Call.objects.filter(month=month, perimeter_id=perimeter_id).first()
    if known:
        return known
    with perform(context, "premium.open", needs=Permission.PREMIUMS, given=[str(month), perimeter_id, "open"]) as act:
        call = Call.objects.create(month=month, perimeter_id=perimeter_id)
        act.on("premium_call", call.pk, format_month(month), perimeter_id)
        act.outcome = {"call": call.pk}
    return call


def _catch_up(context: Context, seen: str) -> None:
    """Follows what was touched while the call was running, whatever the act: most often it is followed, and nothing moves."""
    with reading_as(context.actor):
        touched = enrolments_touched_since(seen)
    if touched:
        follow(context, touched)


def _debit(context: Context, call: Call, when: Collection, perimeter_id: int, shown: ShownDebits | None) -> Called:
    """One act: debits, their entries and the file for the bank are there together, or none is."""
    month = call.month
    with perform(context, "premium.debit", needs=Permission.PREMIUMS, given=[str(month), perimeter_id]) as act:
        hold_all(DUE)  # what a change gives back meanwhile is either seen here, or lowers the next debit
        wanted = to_debit(month, perimeter_id=perimeter_id)
        act.on("premium_call", call.pk, format_month(month), perimeter_id)
        if wanted.is_empty():
            call.stage = "debited"
            call.save()
            return Called(0, 0, 0, 0, None, when)
        total = int(wanted["amount_cents"].sum())
        printed = _print_of(wanted, when.on, perimeter_id)
        if shown and printed != shown.fingerprint:
            raise _changed(shown, wanted.height, total, when.on, month)
        content = _debit_file(wanted, month, when.on, perimeter_id, act.id)
        name = f"PRLV_{month:%Y%m}_{perimeter_id}_{act.id}.xml"
        arrival = Arrival("pain.008", "bank", name, content, perimeter_id)
        file = send(act, arrival, lines=wanted.height)
        _keep_debits(wanted, month, when.on, perimeter_id, file.pk)
        _post_debits(act, wanted, month, perimeter_id)
        call.stage, call.debit_file_id = "debited", file.pk
        call.save()
        act.outcome = {"debits": wanted.height, "cents": total, "file": file.pk, "due_on": str(when.on)}
        act.because(when.sentence)
    return Called(0, 0, wanted.height, total, file.pk, when, printed)


def _print_of(wanted: pl.DataFrame, due_on: date, perimeter_id: int) -> str:
    """The same for the same account credited, day, debtors and amounts, and for nothing else."""
    organisation = organisation_of(perimeter_id)
    debtors = wanted.select("enrolment_id", "iban", "holder", "amount_cents").sort("enrolment_id").write_csv()
    return fingerprint([organisation.iban, organisation.creditor_identifier, due_on, debtors])


def _changed(shown: ShownDebits, debits: int, cents: int, on: date, month: date) -> Refusal:
    return Refusal(
        code="premium.changed_meanwhile",
        where=elided(f"Appel de {format_month(month)}"),
        message=f"Les prélèvements ont changé depuis l’essai : {shown.debits} pour {format_eur(shown.debited_cents)} alors, "
        f"{debits} pour {format_eur(cents)} le {on:%d/%m/%Y} maintenant. Le mois est appelé, rien n’est demandé à la banque.",
        remedy="Refaites l’essai du même mois : il montre ce qui reste à prélever, à confirmer.",
    )


def _debit_file(wanted: pl.DataFrame, month: date, due_on: date, perimeter_id: int, act_id: int) -> bytes:
    organisation = organisation_of(perimeter_id)
    header = DebitHeader(
        message_id=f"EG{month:%Y%m}P{perimeter_id}A{act_id}",  # a month called twice gives two messages
        created_at=clock.now().replace(microsecond=0, tzinfo=None),
        creditor_name=organisation.name,
        creditor_iban=organisation.iban,
        creditor_id=organisation.creditor_identifier,
        creditor_bic=organisation.bic or None,
        schema=DebitSchema.V08 if month >= _V08_SINCE else DebitSchema.V02,
    )
    orders = wanted.select(
        end_to_end_id=pl.col("number") + f"-{month:%Y%m}",
        mandate_reference=pl.col("rum"),
        mandate_signed_on=pl.col("signed_on"),
        amount_cents=pl.col("amount_cents"),
        debtor_name=pl.col("holder"),
        debtor_iban=pl.col("iban"),
        debtor_bic=pl.when(pl.col("bic") != "").then(pl.col("bic")),
        label=pl.lit(f"Cotisation {month:%m-%Y} adhesion ") + pl.col("number"),
        sequence=pl.when("used").then(pl.lit("RCUR")).otherwise(pl.lit("FRST")),
        collection_on=pl.lit(due_on),
    )
    return write_debits(header, orders)


def _keep_debits(wanted: pl.DataFrame, month: date, due_on: date, perimeter_id: int, file_id: int) -> None:
    with connection.cursor() as cursor:
        copy_frame(
            cursor,
            wanted.select(
                "enrolment_id",
                pl.lit(perimeter_id).alias("perimeter_id"),
                "mandate_id",
                pl.lit(month).alias("month"),
                pl.lit(due_on).alias("due_on"),
                "amount_cents",
                pl.when("used").then(pl.lit("RCUR")).otherwise(pl.lit("FRST")).alias("sequence"),
                pl.lit(file_id).alias("file_id"),
                pl.lit("").alias("return_code"),
            ),
            into="premiums_debit",
        )


def _post_debits(record: Record, wanted: pl.DataFrame, month: date, perimeter_id: int) -> None:
    """The member account is credited on presentation; a return debits it again."""
    lines = wanted.select(
        entry=pl.lit(0, pl.Int64),
        account_id=pl.col("account_id"),
        amount_cents=-pl.col("amount_cents"),
        nature=pl.lit(Nature.DEBIT.value),
        person_id=pl.lit(None, pl.Int64),
        period=pl.lit(month),
        reference=pl.col("enrolment_id"),
    )
    sent = account_of(AccountKind.DEBITS_SENT, perimeter_id)
    total = int(wanted["amount_cents"].sum())
    other = pl.DataFrame([(0, sent, total, Nature.DEBIT.value, None, month, None)], schema=LINE_SCHEMA, orient="row")
    label = elided(f"Prélèvements de {format_month(month)}")
    entry = pl.DataFrame([(0, clock.today(), "premium.debit", label, perimeter_id)], schema=ENTRY_SCHEMA, orient="row")
    post_frame(record, entry, pl.concat([lines, other]))


def audit(context: Context) -> Iterator[Finding]:
    """Decides every called month again: what is posted on the member accounts must be what is due, to the cent."""
    offenders: list[str] = []
    count = 0
    for call in Call.objects.filter(perimeter_id__in=context.actor.perimeters).exclude(stage="open").order_by("month"):
        wrong = not_as_due(call.month, perimeter_id=call.perimeter_id)
        count += wrong.height
        offenders += [f"adhésion {each} {call.month:%Y-%m}" for each in wrong["enrolment_id"].head(5)]
    yield Finding(
        "premiums.posted_equals_due",
        "Les comptes des adhérents portent exactement ce que le livre de règles décide aujourd’hui, taxe par taxe.",
        count,
        tuple(offenders[:5]),
    )
