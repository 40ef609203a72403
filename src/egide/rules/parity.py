"""Proves that the two readers of a book agree: random situations, drawn from the declared domains, give the same cents.

The draw is seeded.  The names that group or count (``par [...]``) are drawn from a few values, so that
groups,
ceilings and frequencies really meet; amounts and dates are drawn over their whole domain and often at its
ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from random import Random
from typing import Any, cast

import polars as pl

from egide.kernel.errors import Refusal
from egide.rules.books import Book
from egide.rules.case import open_group
from egide.rules.columns import evaluate
from egide.rules.intake import needed_names
from egide.rules.kinds import Value
from egide.rules.problems import Problem
from egide.rules.syntax import (
    Body,
    Ceiling,
    Entry,
    Expression,
    GroupRank,
    GroupRunning,
    GroupSum,
    Name,
    OncePer,
    children,
    names_in,
)

_FEW = 6
_DEFAULT_RANGE = {"montant": (0, 300_000), "taux": (0, 10_000), "nombre": (0, 50)}


def keys_of(body: Body) -> Iterator[tuple[Expression, ...]]:
    """Yield every ``par [...]`` of a rule."""
    if isinstance(body, Ceiling | OncePer | GroupSum | GroupRank | GroupRunning):
        yield body.keys
    for child in children(body):
        yield from keys_of(child)


def _grouping_names(book: Book, rules: Sequence[str]) -> set[str]:
    return {n.name for name in rules for keys in keys_of(book.rules[name].body) for k in keys for n in names_in(k)}


def _group_key(book: Book, rules: Sequence[str]) -> list[str]:
    """Return the entries common to every group operation: rows that share them may be one group."""
    common: set[str] | None = None
    for name in rules:
        for node in _group_nodes(book.rules[name].body):
            names = {key.name for key in node.keys if isinstance(key, Name) and key.name in book.entries}
            common = names if common is None else common & names
    return sorted(common or ())


def _group_nodes(body: Body) -> Iterator[GroupSum | GroupRank | GroupRunning]:
    if isinstance(body, GroupSum | GroupRank | GroupRunning):
        yield body
    for child in children(body):
        yield from _group_nodes(child)


def random_rows(book: Book, scope: str, count: int, seed: int) -> list[dict[str, Value]]:
    """Return random situations of a scope, the same for the same seed."""
    draw = Random(seed)  # noqa: S311  # a test draw, not a secret
    rules = [rule.name for rule in book.rules.values() if rule.scope == scope]
    grouping = _grouping_names(book, rules)
    entries = book.inputs(scope)
    few = {e.name: [_one(draw, e) for _ in range(_FEW)] for e in entries if e.name in grouping}
    return [
        {
            e.name: draw.choice(few[e.name]) if e.name in few and e.type.name != "texte" else _one(draw, e)
            for e in entries
        }
        for _ in range(count)
    ]


def _one(draw: Random, entry: Entry) -> Value:
    kind = entry.type.name
    if kind == "texte":
        return draw.choice(entry.type.choices)
    if kind == "ouinon":
        return draw.random() < 0.5
    low, high = entry.domain.low, entry.domain.high
    if kind == "date":
        first = cast(date, low or date(2015, 1, 1)).toordinal()
        last = cast(date, high or date(2027, 12, 31)).toordinal()
        return date.fromordinal(draw.randint(first, last))
    start, end = _DEFAULT_RANGE[kind] if low is None or high is None else (cast(int, low), cast(int, high))
    if draw.random() < 0.15:
        return draw.choice((start, end))
    scale = draw.random() < 0.5
    return draw.randint(start, min(end, start + 60_000) if scale else end)


def frame_of(book: Book, scope: str, rows: Sequence[dict[str, Value]]) -> pl.DataFrame:
    """Return the frame of situations, in the types the columns reader takes."""
    types: dict[str, Any] = {"date": pl.Date(), "texte": pl.String(), "ouinon": pl.Boolean()}
    return pl.DataFrame(
        {
            e.name: pl.Series([row[e.name] for row in rows], dtype=types.get(e.type.name, pl.Int64()))
            for e in book.inputs(scope)
        }
    )


def case_values(
    book: Book,
    scope: str,
    rows: Sequence[dict[str, Value]],
    rules: Sequence[str],
    counters: dict[tuple[str, str], int],
) -> list[dict[str, Value]]:
    """Return the values of the rules by the case reader, row after row; ``counters`` is brought up to date."""
    needed, _ = needed_names(book, scope, rules)
    key = _group_key(book, needed)
    groups: dict[tuple[Value, ...], list[dict[str, Value]]] = {}
    for row in rows:
        groups.setdefault(tuple(row[name] for name in key) if key else (), []).append(row)
    readers = {
        id(row): reader
        for group in groups.values()
        for row, reader in zip(group, open_group(book, scope, group, counters=counters), strict=True)
    }
    values = []
    for row in rows:
        reader = readers[id(row)]
        values.append({name: reader.value(name) for name in rules})
        counters.update(reader.closing)
    return values


def parity_problems(book: Book, count: int = 1000, seed: int = 2026) -> list[Problem]:
    """Return a problem for the first situation of each scope where the two readers differ."""
    problems = []
    for scope in sorted({rule.scope for rule in book.rules.values()}):
        rules = [rule.name for rule in book.rules.values() if rule.scope == scope]
        rows = random_rows(book, scope, count, seed)
        try:
            message = _difference(book, scope, rows, rules)
        except Refusal as refusal:
            message = f"le livre ne répond pas à une situation permise : {refusal}"
        if message:
            remedy = "Complétez les tables ou les domaines ; si les lecteurs diffèrent, signalez-le."
            problems.append(Problem("reglement.md", 0, f"Portée {scope} : {message}", remedy))
    return problems


def _difference(book: Book, scope: str, rows: list[dict[str, Value]], rules: list[str]) -> str:
    counters: dict[tuple[str, str], int] = {}
    by_case = case_values(book, scope, rows, rules, counters)
    result = evaluate(book, scope, rules, frame_of(book, scope, rows))
    by_column = result.frame.select(rules).to_dicts()
    for row, one, other in zip(rows, by_case, by_column, strict=True):
        for name in rules:
            if one[name] != other[name]:
                return f"« {name} » vaut {one[name]} au cas et {other[name]} en colonnes pour {row}."
    closing = {(c, k): used for c, k, used in result.counters.iter_rows()}
    return "" if closing == counters else "les compteurs de fin diffèrent entre les deux lecteurs."
