"""One step of a bench, alone in its process: prepare a base, or measure the work on it and print one JSON object."""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import polars as pl
from django.conf import settings
from django.db import connection, connections, transaction

from egide.benefits.jobs.paying import pay_all
from egide.benefits.jobs.reading import read_file
from egide.demo.filling import populate, write_care_file
from egide.exchanges.acts import Arrival, receive
from egide.exchanges.codecs.care_lines import read_care_lines
from egide.journal import clock
from egide.journal.bulk import fetch_frame
from egide.journal.facts import Channel
from egide.journal.queries import system_context
from egide.journal.scope import reading_as
from egide.kernel.periods import add_months, first_of_month
from egide.premiums.jobs import call_month

_LINES_PER_MEMBER = 3


@dataclass
class Stages:
    """Seconds by stage, each from the end of the one before."""

    seconds: dict[str, float] = field(default_factory=dict)
    last: float = field(default_factory=time.perf_counter)

    def mark(self, name: str) -> None:
        """Ends a stage; the same name twice adds up."""
        now = time.perf_counter()
        self.seconds[name] = round(self.seconds.get(name, 0) + now - self.last, 2)
        self.last = now

    @property
    def total(self) -> float:
        return round(sum(self.seconds.values()), 2)


def run(options: argparse.Namespace) -> int:
    """Runs one step; what is measured is printed as one line of JSON."""
    if options.step == "prepare":
        _PREPARE[options.what](options.size)
        return 0
    print(json.dumps(_MEASURE[options.what](options.size)))
    return 0


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _bare_copy_seconds(frame: pl.DataFrame) -> float:
    """The raw limit of this machine in this run: the same rows copied into a table without index, check nor policy."""
    text = {pl.Date: "date", pl.String: "text", pl.Boolean: "boolean"}
    columns = ", ".join(f"{name} {text.get(kind, 'bigint')}" for name, kind in frame.schema.items())  # type: ignore[call-overload]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE bare ({columns}) ON COMMIT DROP")
        start = time.perf_counter()
        with cursor.copy("COPY bare FROM STDIN (FORMAT csv, NULL '\\N')") as copy:
            for part in frame.iter_slices(200_000):
                copy.write(part.write_csv(None, include_header=False, null_value="\\N"))
        return round(time.perf_counter() - start, 2)


def _prepare_benefits(lines: int) -> None:
    portfolio = populate(members=max(1000, lines // _LINES_PER_MEMBER), progress=_say)
    today = clock.today()
    first = add_months(first_of_month(today), -3)
    write_care_file(_file(), portfolio, first=first, last=today - timedelta(days=3), lines=lines)


def _file() -> Path:
    return Path(settings.HOME) / "bench.noe"


def _measure_benefits(_: int) -> dict[str, object]:
    context = system_context(Channel.BATCH)
    stages = Stages()
    arrival = Arrival("noemie.care", "scheme", "bench.noe", _file().read_bytes(), context.actor.first_perimeter)
    file = receive(context, arrival)
    del arrival
    stages.mark("keep_raw")
    names = iter(["read", "match"])

    def progress(said: str) -> None:
        stages.mark(next(names, "adjudicate_and_post"))
        _say(said)

    outcome = read_file(context, file.pk, progress=progress)
    stages.mark("finish")
    for _paid in pay_all(context):
        pass
    stages.mark("payment_file")
    peak = _peak_mb()
    bare = _bare_copy_seconds(read_care_lines(_file()).lines)
    return {
        "bench": "benefits",
        "lines": outcome.lines,
        "posted": outcome.posted,
        "ignored": outcome.ignored,
        "rejected": outcome.rejected,
        "paid_cents": outcome.paid_cents,
        "seconds": stages.total,
        "stages": stages.seconds,
        "lines_per_second": int(outcome.lines / stages.total),
        "microseconds_per_line": round(stages.total * 1e6 / outcome.lines, 1),
        "peak_mb": peak,
        "raw_copy_seconds": bare,
        "ratio_to_raw": round(stages.total / bare, 1),
    }


def _prepare_premiums(enrolments: int) -> None:
    populate(members=enrolments, progress=_say)


def _prepare_pages(members: int) -> None:
    """A portfolio that lives: a month called, one act of care each on average, read and paid."""
    portfolio = populate(members=members, progress=_say)
    context = system_context(Channel.BATCH)
    today = clock.today()
    for perimeter_id in context.actor.perimeters:
        call_month(context, first_of_month(today), perimeter_id=perimeter_id, progress=_say)
    first = add_months(first_of_month(today), -3)
    write_care_file(_file(), portfolio, first=first, last=today - timedelta(days=3), lines=members)
    arrival = Arrival("noemie.care", "scheme", "bench.noe", _file().read_bytes(), context.actor.first_perimeter)
    read_file(context, receive(context, arrival).pk, progress=_say)
    for _paid in pay_all(context):
        pass
    # A base at rest: without this the server cleans up after the load while people are being timed.
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")


def _measure_premiums(enrolments: int) -> dict[str, object]:
    context = system_context(Channel.BATCH)
    stages = Stages()
    month = first_of_month(clock.today())
    called = debits = cents = 0
    for perimeter_id in context.actor.perimeters:
        done = call_month(context, month, perimeter_id=perimeter_id, progress=_say)
        called, debits, cents = called + done.enrolments, debits + done.debits, cents + done.called_cents
        stages.mark(f"perimeter_{perimeter_id}")
    peak = _peak_mb()
    with reading_as(context.actor):
        rows = fetch_frame(
            "SELECT account_id, amount_cents, nature, person_id, period FROM ledger_line",
            [],
            {
                "account_id": pl.Int64,
                "amount_cents": pl.Int64,
                "nature": pl.String,
                "person_id": pl.Int64,
                "period": pl.Date,
            },
        )
    bare = _bare_copy_seconds(rows)
    return {
        "bench": "premiums",
        "enrolments": enrolments,
        "called": called,
        "debits": debits,
        "called_cents": cents,
        "ledger_lines": rows.height,
        "seconds": stages.total,
        "stages": stages.seconds,
        "enrolments_per_second": int(enrolments / stages.total),
        "peak_mb": peak,
        "raw_copy_seconds": bare,
        "ratio_to_raw": round(stages.total / bare, 1),
    }


def _measure_documents(papers: int) -> dict[str, object]:
    from egide.demo.samples import notes, schedules  # noqa: PLC0415
    from egide.documents.rendering import render_many  # noqa: PLC0415

    printed = date(2026, 11, 21)
    facts, shortest = schedules(papers), notes(papers)
    stages = Stages()
    sizes = [len(pdf) for pdf in render_many(facts, issued_on=printed, workers=2)]
    stages.mark("schedules")
    peak, begun = _peak_mb(), time.perf_counter()
    for _pdf in render_many(shortest, issued_on=printed, workers=2):
        pass
    raw = round(time.perf_counter() - begun, 2)
    return {
        "bench": "documents",
        "papers": len(sizes),
        "seconds": stages.total,
        "papers_per_second": round(len(sizes) / stages.total, 1),
        "median_bytes": int(statistics.median(sizes)),
        "peak_mb": peak,
        "raw_one_line_letters_seconds": raw,
        "ratio_to_raw": round(stages.total / raw, 1),
    }


def _nothing(_: int) -> None:
    return None


def _measure_pages(members: int) -> dict[str, object]:
    from egide.doors.commands.bench_pages import measure  # noqa: PLC0415

    return measure(members)


Prepare = Callable[[int], None]
_PREPARE: dict[str, Prepare] = {
    "benefits": _prepare_benefits,
    "premiums": _prepare_premiums,
    "pages": _prepare_pages,
    "documents": _nothing,
}
_MEASURE: dict[str, Callable[[int], dict[str, object]]] = {
    "benefits": _measure_benefits,
    "premiums": _measure_premiums,
    "pages": _measure_pages,
    "documents": _measure_documents,
}
