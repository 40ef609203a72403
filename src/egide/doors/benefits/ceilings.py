"""What is used of each ceiling: the counters kept with the care lines, measured against the rule book's own limits.

The limit is asked of the rule book, by deciding one of the member's own lines as if it were the first: what passes plus
what is then left is the limit. A ceiling that nothing touched yet is asked as if dear care of its family came today.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import polars as pl

from egide.benefits.decisions.adjudication import care_facts
from egide.benefits.facts import CareLineFacts
from egide.benefits.queries import counter_rows, lives
from egide.doors.frame.shelf import Shelf
from egide.doors.frame.shell import Shape, ref
from egide.doors.member.member_reads import CoverRow
from egide.kernel.text import typeset
from egide.products.queries import published_book
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


def ceilings_of(
    enrolment_ids: Sequence[int], rows: Sequence[CoverRow], latest: Sequence[CareLineFacts], day: date, shelf: Shelf
) -> list[Shape]:
    """The ceilings of these people as what is left of each: those begun first, the most used before, then the others.

    One that nobody has touched is told once for all those who have the same.
    """
    begun = [
        one
        for one in (_begun(enrolment_ids, rows) if latest else [])
        if not one["resets_on"] or one["resets_on"] >= day
    ]
    known = {(one["counter"], one["key"]) for one in begun}
    names = {str(row.person_id): row.first_name for row in rows}
    shared: dict[tuple[object, ...], Shape] = {}
    for row in rows:
        if not row.covers(day):
            continue
        for limit in untouched_limits(shelf.on(row.product_code or "", day.replace(day=1)), row, day):
            if (limit.counter, limit.key) in known:
                continue
            known.add((limit.counter, limit.key))
            shape = _shape(limit, 0, names, ref("plafond", f"couverture-{row.cover_id}.{limit.counter}"))
            same = shared.setdefault((limit.counter, limit.limit, shape["resets_on"]), shape)
            if same is not shape:
                same["person"] = ", ".join(one for one in (same["person"], shape["person"]) if one)
    return [*begun, *shared.values()]


def _begun(enrolment_ids: Sequence[int], rows: Sequence[CoverRow]) -> list[Shape]:
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
            shapes.append(_shape(limit, spent, names, ref("plafond", f"{limit.line_id}.{limit.counter}")))
    return sorted(shapes, key=lambda shape: -(shape["used"] * 1000 // max(1, shape["ceiling"])))


def untouched_limits(book: Book, row: CoverRow, day: date) -> list[Limit]:
    """The ceilings that this cover opens on a day, each asked of the book as if care of its family came that day."""
    assert row.since is not None and row.enrolment_id is not None  # noqa: S101 - a cover that holds
    found = _opened(book.digest, row.formula or "", row.scheme or "", row.since, row.birth_date, day)
    limits = []
    for counter, (key, limit) in found.items():
        owner = row.person_id if book.counter_owner(counter) == "beneficiaire" else row.enrolment_id
        limits.append(Limit(counter, "|".join([str(owner), *key.split("|")[1:]]), limit, 0, book))
    return limits


@lru_cache(maxsize=4_096)
def _opened(digest: str, formula: str, scheme: str, since: date, born: date, day: date) -> dict[str, tuple[str, int]]:
    """By counter: its key and its whole limit, for someone covered so."""
    book = published_book(digest)
    found: dict[str, tuple[str, int]] = {}
    for family in _limited_families(digest, formula, scheme, day):
        for limit in _met(book, _as_if(family, formula, scheme, since, born, day), 0):
            found.setdefault(limit.counter, (limit.key, limit.limit))
    return found


@lru_cache(maxsize=256)
def _limited_families(digest: str, formula: str, scheme: str, day: date) -> tuple[str, ...]:
    """The families of care that meet a ceiling under a formula, for an adult covered for long."""
    book = published_book(digest)
    since, born = day.replace(year=day.year - 1, day=1), day.replace(year=day.year - 40, day=1)
    families = book.entries["famille"].type.choices
    return tuple(one for one in families if _met(book, _as_if(one, formula, scheme, since, born, day), 0))


def _as_if(family: str, formula: str, scheme: str, since: date, born: date, day: date) -> dict[str, object]:
    """Dear care of a family, under no ceiling yet: what passes and what is then left make the whole limit."""
    return {
        "beneficiaire": 1, "adhesion": 1, "formule": formula, "regime": scheme, "famille": family, "date_soins": day,
        "debut_couverture": since, "date_naissance": born, "depense": 100_000, "base": 10_000, "taux_ro": 7_000,
        "montant_ro": 7_000, "participation": 0, "quantite": 1, "tarif_maitrise": True, "parcours": True, "panier": "libre",
    }  # fmt: skip


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


def _shape(limit: Limit, used: int, names: Mapping[str, str], why: Shape) -> Shape:
    rule = limit.book.rules[limit.counter]
    return {
        "label": typeset(f"{rule.label[:1].upper()}{rule.label[1:]}"),
        "person": names.get(limit.key.split("|")[0], ""),
        "used": used,
        "ceiling": limit.limit,
        "left": limit.limit - used,
        "unit": "eur" if rule.type.name == "montant" else "nombre",
        "resets_on": _ends_with_year(limit),
        "counter": limit.counter,
        "key": limit.key,
        "why": why,
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
