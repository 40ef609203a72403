"""What is used of each ceiling: the counters kept with the care lines, measured against the rule book's own limits.

The limit is asked of the rule book, by deciding one of the member's own lines as if it were the first: what passes plus
what is then left is the limit. Only ceilings already begun are shown.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from egide.benefits.decisions.adjudication import care_facts
from egide.benefits.facts import CareLineFacts
from egide.benefits.queries import counter_rows, lives
from egide.doors.frame.shelf import Shelf
from egide.doors.frame.shell import Shape, ref
from egide.doors.member.member_reads import CoverRow
from egide.kernel.text import typeset
from egide.rules.books import Book
from egide.rules.case import open_case
from egide.rules.syntax import Call, Ceiling


@dataclass(frozen=True, slots=True)
class Limit:
    """One ceiling as it bears on a person: the rule, its key, the whole limit and a line that consumed it."""

    counter: str
    key: str
    limit: int
    line_id: int
    book: Book


def ceilings_of(enrolment_ids: Sequence[int], rows: Sequence[CoverRow], latest: Sequence[CareLineFacts]) -> list[Shape]:
    """The ceilings begun by these people, the most used first."""
    if not latest:
        return []
    persons = sorted({row.person_id for row in rows})
    used = {
        (code, counter, key): amount
        for counter, key, amount, code in counter_rows(persons, enrolment_ids)
        .select("counter", "key", "used", "product_code")
        .iter_rows()
    }
    if not used:
        return []
    names = {str(row.person_id): row.first_name for row in rows}
    wanted = {(counter, key) for _code, counter, key in used}
    owners = {int(key.split("|")[0]) for _counter, key in wanted}
    touched = lives(enrolment_ids).filter(pl.col("person_id").is_in(owners) | pl.col("enrolment_id").is_in(owners))
    shapes = []
    for limit in limits_of(touched, wanted):
        spent = used.get((limit.book.code, limit.counter, limit.key))
        if spent is not None:
            shapes.append(_shape(limit, spent, names))
    return sorted(shapes, key=lambda shape: -(shape["used"] * 1000 // max(1, shape["ceiling"])))


def limits_of(
    lines: pl.DataFrame, wanted: Collection[tuple[str, str]] | None = None, *, at_most: int = 60
) -> list[Limit]:
    """The ceilings that these lines met, the latest first, once per key; stops when all the ``wanted`` ones are found."""
    if lines.is_empty():
        return []
    chosen = lines.filter(pl.col("operation") == "N").sort("line_id", descending=True).head(at_most)
    found: dict[tuple[str, str], Limit] = {}
    shelf = Shelf()
    for line, facts in zip(chosen.iter_rows(named=True), care_facts(chosen).to_dicts(), strict=True):
        if wanted is not None and found.keys() >= set(wanted):
            break
        book = shelf.on(line["product_code"], line["care_on"].replace(day=1))
        for limit in _met(book, facts, line["line_id"]):
            found.setdefault((limit.counter, limit.key), limit)
    return list(found.values())


def _met(book: Book, facts: Mapping[str, object], line_id: int) -> list[Limit]:
    reader = open_case(book, "soin", facts)
    reader.value("rembourse")
    limits = []
    for (counter, key), passed in list(reader.closing.items()):
        if not isinstance(book.rules[counter].body, Ceiling):
            continue
        left = next((one.remaining for one in reader.step(counter).outlook if one.remaining is not None), None)
        if left is not None:
            limits.append(Limit(counter, key, passed + left, line_id, book))
    return limits


def _shape(limit: Limit, used: int, names: Mapping[str, str]) -> Shape:
    rule = limit.book.rules[limit.counter]
    return {
        "label": typeset(f"{rule.label[:1].upper()}{rule.label[1:]}"),
        "person": names.get(limit.key.split("|")[0], ""),
        "used": used,
        "ceiling": limit.limit,
        "left": limit.limit - used,
        "unit": "eur" if rule.type.name == "montant" else "nombre",
        "resets_on": _ends_with_year(limit),
        "why": ref("plafond", f"{limit.line_id}.{limit.counter}"),
    }


def _ends_with_year(limit: Limit) -> date | None:
    """The last day of a ceiling counted by calendar year; None for any other."""
    body = limit.book.rules[limit.counter].body
    assert isinstance(body, Ceiling)  # noqa: S101 - chosen so above
    parts = limit.key.split("|")
    for expression, text in zip(body.keys, parts, strict=False):
        if isinstance(expression, Call) and expression.function == "annee":
            return date(int(text), 12, 31)
    return None
