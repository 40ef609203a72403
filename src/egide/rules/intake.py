"""Proves a frame of facts before anything computes: columns present, typed, without nulls, inside their domains."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from egide.kernel.errors import Refusal
from egide.rules.books import Book
from egide.rules.kinds import say
from egide.rules.problems import did_you_mean
from egide.rules.syntax import Entry, names_in


def needed_names(book: Book, scope: str, wanted: Iterable[str]) -> tuple[list[str], list[Entry]]:
    """Return the rules to compute, in order, and the entries they need.  Raises Refusal for an unknown name."""
    todo, seen = list(wanted), set[str]()
    for name in todo:
        rule = book.rule(name)
        if rule.scope != scope:
            raise Refusal(
                "rules.scope",
                f"La règle « {name} » vaut pour {rule.scope}, pas pour {scope}.",
                "Demandez-la dans sa portée.",
                book.code,
            )
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        if name in book.rules:
            todo += [used.name for used in names_in(book.rules[name].body)]
    rules = [name for name in book.rules if name in seen]
    return rules, [entry for name, entry in book.entries.items() if name in seen]


def take_in(frame: pl.DataFrame, entries: Iterable[Entry]) -> pl.DataFrame:
    """Return the needed columns in their working types (Int64, Date, Boolean, Enum), or refuse the batch."""
    columns = []
    for entry in entries:
        if entry.name not in frame.columns:
            raise Refusal(
                "rules.fact",
                f"Il manque la colonne « {entry.name} » ({entry.label}).",
                did_you_mean(entry.name, frame.columns, "Fournissez-la."),
                entry.name,
            )
        columns.append(_column(frame[entry.name], entry))
    if not columns:
        return pl.DataFrame({"__row": pl.arange(frame.height, dtype=pl.Int64, eager=True)})
    return pl.DataFrame(columns)


def _column(given: pl.Series, entry: Entry) -> pl.Series:
    if given.null_count():
        raise _refused(entry, given.is_null(), given, "est vide")
    kind = entry.type.name
    fits = {
        "date": given.dtype == pl.Date,
        "ouinon": given.dtype == pl.Boolean,
        "texte": given.dtype in (pl.String, pl.Enum, pl.Categorical),
    }.get(kind, given.dtype.is_integer())
    if not fits:
        raise Refusal(
            "rules.fact",
            f"La colonne « {entry.name} » est de type {given.dtype}, pas {kind}.",
            "Donnez des entiers (centimes, 1/10 000), des dates, des textes ou des oui/non, jamais de flottants.",
            entry.name,
        )
    if kind == "texte":
        return _closed(given, entry)
    column = given if kind in ("date", "ouinon") else given.cast(pl.Int64)
    low, high = entry.domain.low, entry.domain.high
    if low is not None and high is not None and column.len():
        outside = (column < low) | (column > high)
        if outside.any():
            inside = f"n'est pas entre {say(low, entry.type)} et {say(high, entry.type)}"
            raise _refused(entry, outside, given, inside)
    return column


def _closed(given: pl.Series, entry: Entry) -> pl.Series:
    working = pl.Enum(list(entry.type.choices))
    if given.dtype == working:
        return given
    text = given if given.dtype == pl.String else given.cast(pl.String)
    column = text.cast(working, strict=False)
    if column.null_count():
        inside = f"n'est pas dans la liste {', '.join(entry.type.choices)}"
        raise _refused(entry, column.is_null(), given, inside)
    return column


def _refused(entry: Entry, wrong: pl.Series, given: pl.Series, why: str) -> Refusal:
    line = int(wrong.arg_true()[0])
    value = "" if given[line] is None else f" {given[line]}"
    return Refusal(
        "rules.fact",
        f"{entry.label[:1].upper()}{entry.label[1:]} :{value} {why} ; {int(wrong.sum())} ligne(s) en tout.",
        "Corrigez cette donnée ; rien n'a été calculé.",
        f"ligne {line + 1}",
    )


def first_fault(book: Book, scope: str, wanted: Iterable[str], frame: pl.DataFrame) -> pl.Series:
    """Return, row by row, the label of the first fact that the book would refuse, null where the row can be computed.

    A batch sets these rows apart before it computes, so that one impossible fact never stops the others.
    """
    _, entries = needed_names(book, scope, wanted)
    found = pl.lit(None, pl.String)
    for entry in reversed(entries):
        column = pl.col(entry.name)
        wrong = column.is_null()
        if entry.type.name == "texte":
            wrong = wrong | ~column.cast(pl.String).is_in(list(entry.type.choices))
        elif entry.domain.low is not None and entry.domain.high is not None:
            wrong = wrong | (column < pl.lit(entry.domain.low)) | (column > pl.lit(entry.domain.high))
        found = pl.when(wrong).then(pl.lit(entry.label)).otherwise(found)
    return frame.select(found.alias("fault")).to_series()
