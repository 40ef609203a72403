"""What stands posted on a care line: each amount with the act that moved it, and what the book that decided it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl
from django.db import connection

from egide.benefits.decisions.adjudication import adjudicate, care_facts, standing
from egide.benefits.queries import OPENING_SCHEMA, care_line, lives
from egide.contracts.queries import linked_enrolments
from egide.products.queries import book_for, book_of_version, books_of
from egide.rules.books import Book
from egide.rules.case import Step, explain, open_case


@dataclass(frozen=True, slots=True)
class PostedAmount:
    """One amount posted on a care line: when, how much, by which act, under which version of the book (none: taken back)."""

    booked_on: date
    amount_cents: int
    act_id: int
    entry_id: int
    label: str
    version_id: int | None


_POSTED = """
-- What was posted on a care line, the first first; a correction is one more row.
SELECT p.booked_on, p.amount_cents, e.act_id, p.entry_id, e.label, p.version_id FROM benefits_posting p
JOIN ledger_entry e ON e.id = p.entry_id AND e.booked_on = p.booked_on
WHERE p.care_line_id = %s ORDER BY p.id
"""


def posted_on_line(line_id: int) -> list[PostedAmount]:
    """The amounts posted on a care line, in order."""
    with connection.cursor() as cursor:
        cursor.execute(_POSTED, [line_id])
        return [PostedAmount(*row) for row in cursor.fetchall()]


def taken_back_by(line_ids: Sequence[int]) -> dict[int, int]:
    """The line by which the scheme took back each of these lines, where it did."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reverses_id, id FROM benefits_care_line WHERE reverses_id = ANY (%s)", [list(line_ids)])
        return dict(cursor.fetchall())


def moved_once(line_ids: Sequence[int]) -> frozenset[int]:
    """Those of these lines on which something was posted, even if nothing of it is left."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT care_line_id FROM benefits_posting WHERE care_line_id = ANY (%s)", [list(line_ids)]
        )
        return frozenset(row[0] for row in cursor.fetchall())


@dataclass(frozen=True, slots=True)
class Told:
    """A care line as its book decides it: the reasons, the book that decided what stands, and whether it still holds."""

    step: Step
    book: Book
    covered: bool


def tell_line(line_id: int, posted: Sequence[PostedAmount]) -> Told:
    """The reasons of a line, by the version that decided what is posted, with the ceilings as they stood before it.

    ``covered`` is false when the person is no longer covered on the day of care: the reasons are then those of before.
    """
    line = care_line(line_id)
    life = lives(linked_enrolments([line.enrolment_id]))
    mine = life.filter(pl.col("line_id") == line_id)
    (code, month) = mine.select("product_code", pl.col("care_on").dt.truncate("1mo")).row(0)
    version = next((one.version_id for one in reversed(posted) if one.version_id), None)
    book = book_of_version(version) if version else book_for(code, month)
    before = standing(life).filter(pl.col("line_id") < line_id)
    _, counters = adjudicate(before, book_for, pl.DataFrame(schema=OPENING_SCHEMA))
    own = counters.filter(pl.col("product_code") == code)
    opening = {(name, key): used for name, key, used in own.select("counter", "key", "used").iter_rows()}
    step = explain(book, "rembourse", care_facts(mine).row(0, named=True), counters=opening)
    return Told(step, book, covered=bool(mine["covered"][0]))


@dataclass(frozen=True, slots=True)
class Use:
    """What one care line used of a ceiling."""

    line_id: int
    person_id: int
    family: str
    care_on: date
    used: int


def uses_of(enrolment_id: int, product_code: str, counter: str, key: str) -> list[Use]:
    """The lines that used a ceiling, in the order in which they were counted: what they used sums to its counter."""
    lines = standing(lives(linked_enrolments([enrolment_id]))).filter(pl.col("product_code") == product_code)
    if lines.is_empty():
        return []
    books = books_of(product_code)
    # As the batch counts them: version after version of the book, each in order of number.
    versions = pl.Series("version", [books(day.replace(day=1)).version for day in lines["care_on"]], dtype=pl.Date)
    lines = lines.with_columns(versions).sort("version", "line_id")
    opening: dict[tuple[str, str], int] = {}
    uses = []
    for line, facts in zip(lines.iter_rows(named=True), care_facts(lines).to_dicts(), strict=True):
        reader = open_case(books(line["care_on"].replace(day=1)), "soin", facts, counters=opening)
        reader.value("rembourse")
        before = opening.get((counter, key), 0)
        opening = opening | reader.closing
        if used := opening.get((counter, key), 0) - before:
            uses.append(Use(line["line_id"], line["person_id"], line["family"], line["care_on"], used))
    return uses
