"""Batches of benefits: reading a care file to the ledger, and paying what is due. Each can be killed and run again.

A file is read by slices of enrolments; a slice is one act, one transaction, and its number is kept with it. A second run
starts at the first slice that was not committed, and numbers the lines as the first run did.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import chain

import polars as pl
from django.db import connection, transaction

from egide.benefits.acts import issue_statement, keep_ignored, keep_payments, post_transfers, replay, take_lines
from egide.benefits.decisions.adjudication import adjudicate, difference, set_apart_uncomputable, standing
from egide.benefits.decisions.matching import (
    READ_COLUMNS,
    as_refused,
    families,
    match,
    pair_reversals,
    set_apart_duplicates,
)
from egide.benefits.decisions.refusals import REASONS
from egide.benefits.facts import Matching, Outcome
from egide.benefits.models import Run
from egide.benefits.queries import (
    OPENING_SCHEMA,
    care_families,
    counters_of,
    ignored_places,
    lines_held,
    lives_of_perimeter,
    payments_to_tell,
    people_known,
    posted_places,
    to_pay,
)
from egide.contracts.queries import enrolment_with_member
from egide.exchanges.acts import (
    Arrival,
    Fault,
    add_rejects,
    close_file,
    recycle_rejects,
    refuse_file,
    send,
    start_reading,
)
from egide.exchanges.codecs.care_lines import CareLineRead, read_care_lines
from egide.exchanges.codecs.sepa_credit import CreditHeader, CreditSchema, write_credits
from egide.exchanges.queries import FileRow, count_open_rejects, file_to_read, recyclable, rejected_places
from egide.journal import clock, store
from egide.journal.acts import Record, perform
from egide.journal.facts import Context
from egide.journal.invariants import Finding
from egide.journal.locks import only_one
from egide.journal.permissions import Permission
from egide.journal.scope import reading, set_perimeters
from egide.kernel.calendars import Calendar, Region
from egide.kernel.errors import Refusal
from egide.kernel.formats import format_count
from egide.kernel.money import format_eur
from egide.people.papers import organisation_of
from egide.products.queries import book_for
from egide.work.acts import NewItem, close_if_open, open_item

Progress = Callable[[str], None]
_LINES_PER_SLICE = 250_000
_V09_SINCE = date(2023, 11, 1)  # the banks' move to the 2019 schemas; before it, pain.001.001.03


def read_file(context: Context, file_id: int, *, progress: Progress = lambda _: None) -> Outcome:
    """Reads a received care file to the ledger: every line ends as posted, ignored with a reason, or a reject.

    Raises Refusal for a file that cannot be used at all: it is then marked refused, with the place and the remedy.
    """
    with only_one(f"benefits.read:{file_id}"):
        file = file_to_read(context, file_id)
        if file.state == "read":
            return _outcome(file)
        try:
            read = read_care_lines(store.path_of(file.sha256))
        except Refusal as refusal:
            if file.state != "refused":
                refuse_file(context, file, refusal)
            raise
        progress(f"{read.lines.height} actes lus, {read.faults.height} anomalies de format")
        return _settle(context, file, replace(read, lines=read.lines.select(READ_COLUMNS)), progress)


def recycle(context: Context, reject_ids: Sequence[int], *, progress: Progress = lambda _: None) -> int:
    """Takes rejected acts again, once what stopped them is mended; returns how many were taken this time."""
    taken = 0
    with reading(context.actor.perimeters):
        by_file = recyclable(reject_ids)
    for file_id, ids in by_file.items():
        with only_one(f"benefits.read:{file_id}"):
            before = file_to_read(context, file_id).posted
            file = recycle_rejects(context, file_id, ids)
            read = read_care_lines(store.path_of(file.sha256))
            outcome = _settle(context, file, replace(read, lines=read.lines.select(READ_COLUMNS)), progress)
            taken += outcome.posted - before
    return taken


def follow(context: Context, enrolment_ids: Sequence[int]) -> None:
    """Brings benefits up to date after an act on contracts: what these enrolments received is decided again."""
    with perform(context, "benefits.follow", needs=Permission.READ, given=list(enrolment_ids)) as act:
        enrolment = enrolment_with_member(enrolment_ids[0])
        act.on("enrolment", enrolment.pk, enrolment.number, enrolment.perimeter_id)
        replay(act, enrolment_ids)


def pay(context: Context, *, perimeter_id: int, progress: Progress = lambda _: None) -> tuple[int, int]:
    """Pays what is due to the members of a perimeter: one transfer each, one file for the bank, in one act.

    Returns how many were paid and how much. What a member owes us is kept and taken from what comes next.
    """
    with only_one(f"benefits.pay:{perimeter_id}"):
        with perform(context, "benefits.pay", needs=Permission.BENEFITS, given=[perimeter_id, str(clock.now())]) as act:
            act.on("perimeter", perimeter_id, organisation_of(perimeter_id).name, perimeter_id)
            wanted = to_pay(perimeter_id)
            if wanted.is_empty():
                act.because("Rien à payer.")
                return 0, 0
            total = int(wanted["amount_cents"].sum())
            file = send(act, _transfer_file(act, wanted, perimeter_id), lines=wanted.height)
            (entry_id,) = post_transfers(act, wanted, perimeter_id=perimeter_id)
            keep_payments(wanted, perimeter_id=perimeter_id, file_id=file.pk, entry_id=entry_id)
            act.outcome = {"payments": wanted.height, "cents": total, "file": file.pk}
            act.because(f"{format_count(wanted.height, 'virement', 'virements')} pour {format_eur(total)}.")
        progress(f"{wanted.height} virements pour {format_eur(total)}")
    return wanted.height, total


_STATEMENTS_PER_ACT = 100


def issue_statements(
    context: Context, *, perimeter_id: int, limit: int | None = None, progress: Progress = lambda _: None
) -> int:
    """Prints the statement of each payment that has none, by acts of a hundred; returns how many were made."""
    made = 0
    with only_one(f"benefits.statements:{perimeter_id}"):
        while limit is None or made < limit:
            with perform(context, "benefits.statements", needs=Permission.BENEFITS, given=[perimeter_id, made]) as act:
                act.on("perimeter", perimeter_id, "Relevés de prestations", perimeter_id)
                wanted = min(_STATEMENTS_PER_ACT, (limit or made + _STATEMENTS_PER_ACT) - made)
                payments = payments_to_tell(perimeter_id, limit=wanted)
                for payment in payments:
                    issue_statement(act, payment)
                act.because(f"{len(payments)} relevés émis.")
            made += len(payments)
            progress(f"{made} relevés")
            if len(payments) < wanted:
                break
    return made


def _transfer_file(record: Record, wanted: pl.DataFrame, perimeter_id: int) -> Arrival:
    payer = organisation_of(perimeter_id)
    day = clock.today()
    header = CreditHeader(
        message_id=f"EG{day:%Y%m%d}P{perimeter_id}A{record.id}",
        created_at=clock.now().replace(microsecond=0, tzinfo=None),
        debtor_name=payer.name,
        debtor_iban=payer.iban,
        debtor_bic=payer.bic or None,
        schema=CreditSchema.V09 if day >= _V09_SINCE else CreditSchema.V03,
    )
    orders = wanted.select(
        end_to_end_id=pl.col("number") + f"-{record.id}",
        amount_cents=pl.col("amount_cents"),
        creditor_name=pl.col("holder"),
        creditor_iban=pl.col("iban"),
        creditor_bic=pl.when(pl.col("bic") != "").then(pl.col("bic")),
        label=pl.lit("Remboursement de soins, adhesion ") + pl.col("number"),
        execution_on=pl.lit(Calendar(Region.NATIONAL).next_working_day(day)),
    )
    return Arrival(
        "pain.001",
        "bank",
        f"VIR_{day:%Y%m%d}_{perimeter_id}_{record.id}.xml",
        write_credits(header, orders),
        perimeter_id,
    )


def _settle(context: Context, file: FileRow, read: CareLineRead, progress: Progress) -> Outcome:
    """Takes every act that is neither in the books nor rejected yet: what a first run did is seen, not remembered."""
    received_on = file.received_at.date()
    run = _start(context, file, read)
    with reading(context.actor.perimeters):
        people = people_known(read.lines["nir"].unique().to_list())
        matching = match(read.lines, people, care_families(), received_on=received_on, first_id=run.first_line_id)
        matching = _not_yet_settled(file, matching, read.lines)
    progress(f"{matching.matched.height} actes rattachés, {matching.refused.height} refusés")
    _refuse(context, file, matching, read)
    for number, lines in _slices(matching.matched, run):
        if number < run.slices_done and _only_repeats(context, lines):
            continue
        with perform(context, "benefits.take", needs=Permission.BENEFITS, given=[file.pk, number]) as act:
            paid = _take(act, file, lines, read.lines)
            run.slices_done = max(run.slices_done, number + 1)
            run.paid_cents += paid
            run.save()
            act.on("file", file.pk, file.name, file.perimeter_id)
            act.outcome = {"slice": number, "lines": lines.height, "paid_cents": paid}
        progress(f"tranche {number + 1}/{run.slices} : {lines.height} actes")
    return _finish(context, file, read)


def _only_repeats(context: Context, lines: pl.DataFrame) -> bool:
    """True when a slice already done left only repeats of what we hold: there is nothing to do about them."""
    with reading(context.actor.perimeters):
        return set_apart_duplicates(lines, _held(lines))[0].is_empty()


def _take(record: Record, file: FileRow, lines: pl.DataFrame, read_lines: pl.DataFrame) -> int:
    """One slice: repeats set apart, reversals paired, the rest kept, adjudicated and posted."""
    held = _held(lines)
    fresh, repeated = set_apart_duplicates(lines, held)
    keep_ignored(repeated, file_id=file.pk)
    sound, odd = set_apart_uncomputable(fresh, book_for)
    paired, lost = pair_reversals(sound, _not_reversed(held))
    refused = pl.concat([lost, as_refused(odd, "line.uncomputable")])
    add_rejects(file, _faults(refused, read_lines))
    received_on = file.received_at.date()
    return take_lines(record, paired, file_id=file.pk, received_on=received_on, label=f"Soins du fichier {file.name}")


def _start(context: Context, file: FileRow, read: CareLineRead) -> Run:
    """The run of this file: made once, with a block of line numbers that belongs to it alone."""
    with transaction.atomic(), connection.cursor() as cursor:
        set_perimeters(context.actor.perimeters)
        known = Run.objects.filter(file=file).first()
        if known:
            return known
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('benefits_line_numbers'))")
        cursor.execute("SELECT nextval('benefits_care_line_id_seq')")
        first = int(cursor.fetchone()[0])
        cursor.execute("SELECT setval('benefits_care_line_id_seq', %s)", [first + read.lines.height])
        start_reading(file, lines=read.lines.height + _refused_acts(read))
        slices = max(1, -(-read.lines.height // _LINES_PER_SLICE))
        return Run.objects.create(file=file, first_line_id=first, slices=slices)


def _not_yet_settled(file: FileRow, matching: Matching, lines: pl.DataFrame) -> Matching:
    """Without the acts that an earlier run posted, ignored or rejected: its word stands, whatever changed since."""
    posted = posted_places(file.pk)
    places = pl.DataFrame(rejected_places(file.pk), schema={"line_no": pl.Int32, "position": pl.Int32}, orient="row")
    rejected = places.join(lines.select("line_no", "act_no", "position"), on=["line_no", "position"])
    done = pl.concat(
        [
            posted,
            ignored_places(file.pk),
            rejected.select(pl.col("line_no").cast(pl.Int32), pl.col("act_no").cast(pl.Int16)),
        ]
    )
    keys = ["line_no", "act_no"]
    return Matching(
        matching.matched.join(done, on=keys, how="anti"), matching.refused.join(posted, on=keys, how="anti")
    )


def _slices(matched: pl.DataFrame, run: Run) -> Iterator[tuple[int, pl.DataFrame]]:
    """The slices that hold something to do: a family is in one slice only, so that its ceilings are counted in order."""
    grouped = families(matched)
    for number in range(run.slices):
        lines = grouped.filter(pl.col("family_id") % run.slices == number).drop("family_id")
        if not lines.is_empty():
            yield number, lines


def _held(lines: pl.DataFrame) -> pl.DataFrame:
    if lines.is_empty():
        return lines_held([], date.max, date.min)
    days = lines["care_on"]
    return lines_held(lines["person_id"].unique().to_list(), days.min(), days.max())  # type: ignore[arg-type]


def _not_reversed(held: pl.DataFrame) -> pl.DataFrame:
    taken_back = held.filter(pl.col("reverses_id").is_not_null()).select(line_id=pl.col("reverses_id"))
    return held.filter(pl.col("operation") == "N").join(taken_back, on="line_id", how="anti")


def _refuse(context: Context, file: FileRow, matching: Matching, read: CareLineRead) -> None:
    """Rejects what no slice will take: acts of nobody, of no cover, and those that the codec could not read."""
    with reading(context.actor.perimeters):
        known = set(rejected_places(file.pk))
    faults = read.faults.filter(pl.col("effect") == "REFUSED")
    unreadable = (
        Fault(row["line_no"], row["code"], row["message"], row["remedy"], row["position"], row["field"])
        for row in faults.iter_rows(named=True)
    )
    fresh = [
        fault
        for fault in chain(unreadable, _faults(matching.refused, read.lines))
        if (fault.line_no, fault.position) not in known
    ]
    if not fresh:
        return
    with perform(context, "benefits.refuse", needs=Permission.BENEFITS, given=[file.pk, "refuse"]) as act:
        add_rejects(file, fresh)
        act.on("file", file.pk, file.name, file.perimeter_id)
        act.because(f"{len(fresh)} anomalies relevées avant la liquidation.")


def _finish(context: Context, file: FileRow, read: CareLineRead) -> Outcome:
    """Counts what became of every act, from the books and the rejects themselves; the rest repeats what we held."""
    with perform(context, "benefits.file_read", needs=Permission.BENEFITS, given=[file.pk, "finish"]) as act:
        posted = posted_places(file.pk).height
        rejected = len(set(rejected_places(file.pk)))
        ignored = read.lines.height + _refused_acts(read) - posted - rejected
        close_file(file, posted=posted, ignored=ignored, rejected=rejected)
        if count_open_rejects(file.pk):
            open_item(
                act,
                NewItem(
                    kind="rejects",
                    title=f"{format_count(rejected, 'rejet', 'rejets')} à traiter dans {file.name}",
                    perimeter_id=file.perimeter_id,
                    subject_kind="file",
                    subject_id=file.pk,
                    received_at=file.received_at,
                    limit_days=2,
                ),
            )
        else:
            close_if_open(act, "rejects", "file", file.pk)
        act.on("file", file.pk, file.name, file.perimeter_id)
        act.outcome = {"posted": file.posted, "ignored": file.ignored, "rejected": file.rejected}
        act.because(f"{file.lines} actes : {file.posted} pris, {file.ignored} ignorés, {file.rejected} rejetés.")
    return _outcome(file)


def _refused_acts(read: CareLineRead) -> int:
    """Acts that the codec could not use: one per place, however many faults it has."""
    return read.faults.filter(pl.col("effect") == "REFUSED").select("line_no", "position").unique().height


_SHOWN = ["nir", "birth_date", "birth_rank", "invoice_no", "care_date", "act_code", "act_no"]


def _faults(refused: pl.DataFrame, lines: pl.DataFrame) -> Iterator[Fault]:
    """Refused lines as rejects, each with what is needed to mend it."""
    detailed = refused.join(lines.select("line_no", "position", *_SHOWN), on=["line_no", "act_no"], how="left")
    for row in detailed.iter_rows(named=True):
        reason = REASONS[row["code"]]
        yield Fault(
            line_no=row["line_no"],
            position=row["position"],
            code=reason.code,
            message=reason.message,
            remedy=reason.remedy,
            perimeter_id=row["perimeter_id"],
            person_id=row["person_id"],
            content={name: str(row[name]) for name in _SHOWN},
        )


def _outcome(file: FileRow) -> Outcome:
    run = Run.objects.filter(pk=file.pk).first()
    return Outcome(file.lines, file.posted, file.ignored, file.rejected, run.paid_cents if run else 0)


def audit(context: Context) -> Iterator[Finding]:
    """Decides every care line again: what is posted must be what is due, and counters what the lines have used."""
    wrong_lines: list[int] = []
    wrong_counters: list[str] = []
    for perimeter_id in context.actor.perimeters:
        lines = lives_of_perimeter(perimeter_id)
        if lines.is_empty():
            continue
        due, closing = adjudicate(standing(lines), book_for, pl.DataFrame(schema=OPENING_SCHEMA))
        wrong_lines += difference(due, lines.select("line_id", "posted_cents"))["line_id"].to_list()
        kept = counters_of(lines["person_id"].unique().to_list(), lines["enrolment_id"].unique().to_list())
        keys = ["product_code", "counter", "key", "used"]
        missing = closing.select(keys).join(kept, on=keys, how="anti")
        apart = pl.concat([missing, kept.select(keys).join(closing, on=keys, how="anti")])
        wrong_counters += [f"{row['counter']} {row['key']}" for row in apart.iter_rows(named=True)]
    yield Finding(
        "benefits.posted_equals_due",
        "Chaque ligne de soins porte exactement ce que le livre de règles décide aujourd’hui.",
        len(wrong_lines),
        tuple(str(line) for line in wrong_lines[:5]),
    )
    yield Finding(
        "benefits.counters_equal_lines",
        "Chaque compteur de plafond est la somme des lignes qui l’ont consommé.",
        len(wrong_counters),
        tuple(wrong_counters[:5]),
    )
