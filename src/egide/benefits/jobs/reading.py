"""Reading a care file to the ledger, by slices. It can be killed and run again.

A slice is a set of families and one act, one transaction, whose number is kept with it. A second run takes what the first did
not commit, and numbers the lines as the first run did.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date
from itertools import chain

import polars as pl
from django.db import connection

from egide.benefits.acts import DUE, add_paid, keep_ignored, take_lines
from egide.benefits.decisions.adjudication import set_apart_uncomputable
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
    care_families,
    ignored_places,
    lines_held,
    people_known,
    posted_places,
)
from egide.contracts.queries import enrolments_touched_since, linked_enrolments
from egide.exchanges.acts import (
    Fault,
    add_rejects,
    close_file,
    recycle_rejects,
    refuse_file,
    start_reading,
)
from egide.exchanges.codecs.care_lines import CareLineRead, read_care_lines
from egide.exchanges.facts import Counted
from egide.exchanges.queries import FileRow, file_to_read, recyclable, refuse_refused, rejected_places
from egide.journal import store
from egide.journal.acts import Record, perform
from egide.journal.facts import Context
from egide.journal.lanes import side_by_side
from egide.journal.locks import hold_all, only_one
from egide.journal.permissions import Permission
from egide.journal.queries import snapshot
from egide.journal.scope import reading_as
from egide.kernel.errors import Refusal
from egide.kernel.progress import Progress, Told
from egide.products.queries import book_for

Slice = tuple[int, pl.DataFrame]

_LINES_PER_SLICE = 125_000

_READING = "benefits.read"  # one care file at a time: two of them may tell of the same acts
_PASSES = 20  # of a file whose families change meanwhile


def read_file(context: Context, file_id: int, *, progress: Progress = lambda _: None) -> Outcome:
    """Reads a received care file to the ledger: every line ends as posted, ignored with a reason, or a reject.

    Raises Refusal for a file that cannot be used at all: it is then marked refused, with the place and the remedy.
    """
    with only_one(_READING):
        file = file_to_read(context, file_id)
        if file.state == "read":
            return _outcome(file)
        refuse_refused(file)
        try:
            read = read_care_lines(store.path_of(file.sha256))
        except Refusal as refusal:
            refuse_file(context, file, refusal)
            raise
        progress(f"{read.lines.height} actes lus, {read.faults.height} anomalies de format")
        return _settle(context, file, replace(read, lines=read.lines.select(READ_COLUMNS)), progress)


def recycle(context: Context, reject_ids: Sequence[int], *, progress: Progress = lambda _: None) -> int:
    """Takes rejected acts again, once what stopped them is mended; returns how many were taken this time."""
    taken = 0
    with reading_as(context.actor):
        by_file = recyclable(reject_ids)
    for file_id, ids in by_file.items():
        with only_one(_READING):
            before = file_to_read(context, file_id).posted
            file = recycle_rejects(context, file_id, ids)
            read = read_care_lines(store.path_of(file.sha256))
            outcome = _settle(context, file, replace(read, lines=read.lines.select(READ_COLUMNS)), progress)
            taken += outcome.posted - before
    return taken


def _settle(
    context: Context, file: FileRow, read: CareLineRead, progress: Progress, *, passes: int = _PASSES
) -> Outcome:
    """Takes every act that is neither in the books nor rejected yet: what a first run did is seen, not remembered.

    Families that someone changed after they were matched are left aside by their slice, and matched again at the end.
    """
    received_on = file.received_at.date()
    run = _start(context, file, read)
    crossed: list[int] = []
    with reading_as(context.actor):
        seen = snapshot()
        people = people_known(read.lines["nir"].unique().to_list())
        matching = match(read.lines, people, care_families(), received_on=received_on, first_id=run.first_line_id)
        matching = _not_yet_settled(file, matching)
    progress(f"{matching.matched.height} actes rattachés, {matching.refused.height} refusés")
    _refuse(context, file, matching, read)

    def take(piece: Slice) -> int:
        number, lines = piece
        with perform(context, "benefits.take", needs=Permission.BENEFITS, given=[file.pk, number]) as act:
            hold_all(DUE)
            lines, left = _uncrossed(lines, seen)
            crossed.extend(left)
            paid = _take(act, file, lines, read.lines)
            add_paid(run, paid)
            act.on("file", file.pk, file.name, file.perimeter_id)
            act.outcome = {"slice": number, "lines": lines.height, "paid_cents": paid}
        return lines.height

    sliced = _sliced(matching.matched, run)
    numbers, alone = sliced["slice"].unique().sort().to_list(), run.slices - 1
    apart, together = (_slices(sliced, among) for among in (set(numbers) - {alone}, set(numbers) & {alone}))
    # Closed here, whatever stops the reading: no slice is still being written once the file's lock is given back.
    with closing(side_by_side(take, apart)) as lanes:
        for done, count in enumerate(chain(lanes, map(take, together)), start=1):
            progress(Told(f"tranche {done}/{len(numbers)} : {count} actes", done=done, total=len(numbers)))
    if crossed and passes > 1:
        return _settle(context, file, read, progress, passes=passes - 1)
    if crossed:
        raise Refusal(
            code="care.crossed",
            where=file.name,
            message="Des adhésions de ce fichier changent sans cesse pendant sa lecture ; ce qui est pris est gardé.",
            remedy="Relancez la lecture dans quelques minutes : elle reprend où elle s’est arrêtée.",
        )
    return _finish(context, file, read)


def _uncrossed(lines: pl.DataFrame, seen: str) -> tuple[pl.DataFrame, list[int]]:
    """The lines of enrolments that are still as they were matched, and the enrolments to match again with all their kin."""
    touched = enrolments_touched_since(seen)
    left = linked_enrolments(touched) if touched else []
    apart = pl.col("enrolment_id").is_in(left)
    return lines.filter(~apart), lines.filter(apart)["enrolment_id"].unique().to_list()


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
    """The run of this file: made once, by an act, with a block of line numbers that belongs to it alone."""
    with reading_as(context.actor):
        known = Run.objects.filter(file=file).first()
    if known:
        return known
    with perform(context, "benefits.start", needs=Permission.BENEFITS, given=[file.pk, "start"]) as act:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('benefits_line_numbers'))")
            cursor.execute("SELECT nextval('benefits_care_line_id_seq')")
            first = int(cursor.fetchone()[0])
            cursor.execute("SELECT setval('benefits_care_line_id_seq', %s)", [first + read.lines.height])
        start_reading(file, lines=read.line_count)
        slices = max(1, -(-read.lines.height // _LINES_PER_SLICE)) + 1  # the last one, for what is taken back
        run = Run.objects.create(file=file, first_line_id=first, slices=slices)
        act.on("file", file.pk, file.name, file.perimeter_id)
        act.outcome = {"lines": read.line_count, "slices": slices, "first_line": first}
    return run


def _not_yet_settled(file: FileRow, matching: Matching) -> Matching:
    """Without the acts that an earlier run posted, ignored or rejected: its word stands, whatever changed since."""
    posted = posted_places(file.pk)
    rejected = pl.DataFrame(rejected_places(file.pk), schema=posted.schema, orient="row")
    done = pl.concat([posted, ignored_places(file.pk), rejected])
    keys = ["line_no", "act_no"]
    return Matching(
        matching.matched.join(done, on=keys, how="anti"), matching.refused.join(posted, on=keys, how="anti")
    )


def _sliced(matched: pl.DataFrame, run: Run) -> pl.DataFrame:
    """The lines with the number of their slice: a family is in one only, so that its ceilings are counted in order.

    Families with a reversal are the last slice, which goes alone: replaying them may reach what the other slices hold.
    """
    last = run.slices - 1
    replayed = (pl.col("operation") == "A").any().over("family_id")
    number = pl.when(replayed).then(last).otherwise(pl.col("family_id") % max(1, last)).cast(pl.Int32)
    return families(matched).with_columns(slice=number).drop("family_id")


def _slices(sliced: pl.DataFrame, numbers: Iterable[int]) -> Iterator[Slice]:
    for number in sorted(numbers):
        yield number, sliced.filter(pl.col("slice") == number).drop("slice")


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
    with reading_as(context.actor):
        known = set(rejected_places(file.pk))
    faults = read.faults.filter(pl.col("effect") == "REFUSED")
    unreadable = (
        Fault(row["line_no"], row["code"], row["message"], row["remedy"], row["position"], row["field"], row["act_no"])
        for row in faults.iter_rows(named=True)
    )
    fresh = [
        fault
        for fault in chain(unreadable, _faults(matching.refused, read.lines))
        if (fault.line_no, fault.part) not in known
    ]
    if not fresh:
        return
    with perform(context, "benefits.refuse", needs=Permission.BENEFITS, given=[file.pk, "refuse"]) as act:
        add_rejects(file, fresh)
        act.on("file", file.pk, file.name, file.perimeter_id)
        act.because(f"{len(fresh)} anomalies relevées avant la liquidation.")


def _finish(context: Context, file: FileRow, read: CareLineRead) -> Outcome:
    """Ends the reading once every act of the file is in the books, set aside with its reason, or rejected."""
    with perform(context, "benefits.file_read", needs=Permission.BENEFITS, given=[file.pk, "finish"]) as act:
        counted = Counted(posted=posted_places(file.pk).height, ignored=ignored_places(file.pk).height)
        close_file(act, file, lines=read.line_count, elsewhere=counted)
        act.on("file", file.pk, file.name, file.perimeter_id)
        act.outcome = {"posted": file.posted, "ignored": file.ignored, "rejected": file.rejected}
        act.because(f"{file.lines} actes : {file.posted} pris, {file.ignored} ignorés, {file.rejected} rejetés.")
    return _outcome(file)


_SHOWN = [
    "nir",
    "birth_date",
    "birth_rank",
    "invoice_no",
    "care_date",
    "act_code",
    "act_no",
    "charged_cents",
    "amo_cents",
]


def _faults(refused: pl.DataFrame, lines: pl.DataFrame) -> Iterator[Fault]:
    """Refused lines as rejects, each with what is needed to mend it."""
    detailed = refused.join(lines.select("line_no", "position", *_SHOWN), on=["line_no", "act_no"], how="left")
    for row in detailed.iter_rows(named=True):
        reason = REASONS[row["code"]]
        yield Fault(
            line_no=row["line_no"],
            part=row["act_no"],
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
