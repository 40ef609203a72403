"""Reads the grids of a book and finds one cell, or names the missing one.

A table is a list of rows; each key of a row is one value, or a range with both
ends inside, or "avant" the second one (an empty end is open).
Cells of a column whose header ends with ``_cents`` or ``_bp`` are whole numbers in that unit; other amounts
are euros and other rates percents, with a comma or a point.  ``reference:`` tables belong to the whole project:
rows outside the closed list of a key are not the book's business and are left out.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise, product
from pathlib import Path

from egide.kernel.errors import Refusal
from egide.rules.kinds import Type, Value, read_value, say
from egide.rules.problems import Fault, Problem, did_you_mean
from egide.rules.syntax import Entry, KeyColumn, TableDefinition

REFERENCE = "reference:"
OPEN_LOW, OPEN_HIGH = -(2**53), 2**53


@dataclass(frozen=True, slots=True)
class Key:
    """A key once typed: exact, or a range; ``low``..``high`` is what the table promises to cover, if said."""

    name: str
    type: Type
    is_range: bool
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a grid: for each key its bounds (exact: both equal), and its values; ``line`` from 1."""

    line: int
    bounds: tuple[tuple[int | str, int | str], ...]
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A grid ready to use.  Dates in bounds are ordinals."""

    name: str
    file: str
    source: str
    keys: tuple[Key, ...]
    columns: tuple[tuple[str, Type], ...]
    rows: tuple[Row, ...]
    definition: TableDefinition

    def column(self, name: str) -> tuple[int, Type] | None:
        """Return the position and type of a value column."""
        for index, (known, kind) in enumerate(self.columns):
            if known == name:
                return index, kind
        return None

    def find(self, given: tuple[Value, ...]) -> Row | None:
        """Return the row that holds these keys, or None."""
        wanted = tuple(plain(value) for value in given)
        for row in self.rows:
            if all(
                low <= value <= high  # type: ignore[operator]
                for value, (low, high) in zip(wanted, row.bounds, strict=True)
            ):
                return row
        return None

    def cell(self, given: tuple[Value, ...]) -> str:
        """Name a cell in French: "formule = confort, age = 33"."""
        return ", ".join(
            f"{key.name} = {value if key.type.name == 'texte' else say(value, key.type)}"
            for key, value in zip(self.keys, given, strict=True)
        )


def plain(value: Value) -> int | str:
    """Return a comparable form: dates as ordinals, yes/no as 1/0."""
    if isinstance(value, date):
        return value.toordinal()
    return value if isinstance(value, str) else int(value)


def unplain(value: int | str, kind: Type) -> Value:
    """Return the value behind its comparable form."""
    return date.fromordinal(int(value)) if kind.name == "date" else value


def read_table(
    definition: TableDefinition, folder: Path, reference: Path, entries: Mapping[str, Entry]
) -> tuple[Table, list[Problem]]:
    """Read the file of a table; cells that cannot be read are problems that name file, line and column."""
    is_reference = definition.file.startswith(REFERENCE)
    path = reference / definition.file.removeprefix(REFERENCE) if is_reference else folder / definition.file
    root = reference if is_reference else folder
    if not path.resolve().is_relative_to(root.resolve()) or not path.is_file():
        near = [p.name for p in root.glob("*.csv")]
        remedy = did_you_mean(path.name, near, "Ajoutez le fichier CSV, ou corrigez son nom.")
        raise Fault(definition.place, f"Le fichier « {definition.file} » n'existe pas.", remedy)
    keys = tuple(_typed(key, entries) for key in definition.keys)
    lines = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    header = lines[0] if lines else []
    needed = [c for key in definition.keys for c in key.columns] + [v.column for v in definition.values]
    for column in needed:
        if column not in header:
            remedy = did_you_mean(column, header, f"Colonnes présentes : {', '.join(header)}.")
            raise Fault(definition.place, f"La colonne « {column} » manque dans {definition.file}.", remedy)
    rows: list[Row] = []
    problems: list[Problem] = []
    for number, line in enumerate(lines[1:], start=2):
        if not any(line) or line[0].startswith("#"):
            continue
        try:
            row = _row(number, dict(zip(header, line, strict=False)), definition, keys, is_reference)
        except Refusal as refusal:
            problems.append(Problem(definition.file, number, f"{refusal.where} : {refusal.message}", refusal.remedy))
        else:
            rows.extend([row] if row else [])
    columns = tuple((value.name, value.type) for value in definition.values)
    return Table(definition.name, definition.file, definition.source, keys, columns, tuple(rows), definition), (
        problems
    )


def _typed(key: KeyColumn, entries: Mapping[str, Entry]) -> Key:
    entry = entries.get(key.name)
    kind = key.type or (entry.type if entry else None)
    if kind is None:
        remedy = did_you_mean(key.name, entries, "Donnez son type : « cle nom : nombre ».")
        raise Fault(key.place, f"La clé « {key.name} » n'a pas de type.", remedy)
    if kind.name in ("montant", "taux") and len(key.columns) == 1:
        raise Fault(key.place, "Un montant ou un taux n'est une clé que par intervalle.", 'Écrivez de "a" a "b".')
    domain = key.domain
    if domain.low is None and entry is not None and entry.type.name == kind.name and key.type is None:
        domain = entry.domain
    low = None if domain.low is None else int(plain(domain.low))
    high = None if domain.high is None else int(plain(domain.high))
    return Key(key.name, kind, len(key.columns) == 2, low, high)


def _row(
    number: int, cells: dict[str, str], definition: TableDefinition, keys: tuple[Key, ...], is_reference: bool
) -> Row | None:
    bounds: list[tuple[int | str, int | str]] = []
    for written, key in zip(definition.keys, keys, strict=True):
        if key.is_range:
            low, high = (cells.get(column, "").strip() for column in written.columns)
            first = _cell(low, key.type, written.columns[0]) if low else OPEN_LOW
            last = _cell(high, key.type, written.columns[1]) if high else OPEN_HIGH
            bounds.append((first, int(last) - (written.end_outside and bool(high))))
            continue
        text = cells.get(written.columns[0], "").strip()
        if is_reference and key.type.name == "texte" and text not in key.type.choices:
            return None
        exact = _cell(text, key.type, written.columns[0])
        bounds.append((exact, exact))
    values: list[Value] = []
    for value in definition.values:
        text = cells.get(value.column, "").strip()
        read = _in_unit(text, value.type, value.column)
        values.append(read)
    return Row(number, tuple(bounds), tuple(values))


def _cell(text: str, kind: Type, column: str) -> int | str:
    return plain(_in_unit(text, kind, column))


def _in_unit(text: str, kind: Type, column: str) -> Value:
    whole_unit = {"montant": "_cents", "taux": "_bp"}.get(kind.name)
    read_as = Type("nombre") if whole_unit and column.endswith(whole_unit) else kind
    if not text:
        raise Refusal(
            "rules.cell",
            "la case est vide.",
            "Remplissez-la : une case vide paierait zéro en silence.",
            column,
        )
    try:
        return read_value(text, read_as)
    except Refusal as refusal:
        raise refusal.at(f"colonne {column}") from None


def table_problems(table: Table) -> list[Problem]:
    """Prove a table complete and without overlap: each problem names the missing or the double cell."""
    problems: list[Problem] = []
    exact = [i for i, key in enumerate(table.keys) if not key.is_range]
    ranged = [i for i, key in enumerate(table.keys) if key.is_range]
    groups: dict[tuple[int | str, ...], list[Row]] = {}
    for row in table.rows:
        groups.setdefault(tuple(row.bounds[i][0] for i in exact), []).append(row)
    domains = [_exact_domain(table, i) for i in exact]
    for combination in product(*domains):
        named = dict(zip(exact, combination, strict=True))
        rows = groups.get(combination, [])
        problems.extend(_group_problems(table, rows, named, ranged))
    return problems


def _exact_domain(table: Table, index: int) -> list[int | str]:
    key = table.keys[index]
    if key.type.name == "texte":
        return list(key.type.choices)
    if key.type.name == "ouinon":
        return [0, 1]
    if key.low is not None and key.high is not None and key.type.name == "nombre":
        return list(range(key.low, key.high + 1))
    return sorted({row.bounds[index][0] for row in table.rows})


def _group_problems(table: Table, rows: list[Row], named: dict[int, int | str], ranged: list[int]) -> Iterator[Problem]:
    """Cut the ranges of one exact combination into elementary cells; each must be held exactly once."""
    axes = [_elementary(rows, i, table.keys[i]) for i in ranged]
    for cell in product(*axes):
        starts = {i: interval[0] for i, interval in zip(ranged, cell, strict=True)}
        holders = [row for row in rows if _holds(row, starts)]
        if len(holders) == 1:
            continue
        text = ", ".join(
            _say_part(table.keys[i], named[i]) if i in named else _say_range(table.keys[i], cell[ranged.index(i)])
            for i in range(len(table.keys))
        )
        if not holders:
            yield Problem(
                table.file,
                0,
                f"Table {table.name} : il manque la case {text}.",
                "Ajoutez la ligne, ou corrigez les bornes voisines.",
            )
        else:
            yield Problem(
                table.file,
                holders[1].line,
                f"Table {table.name} : la case {text} est donnée {len(holders)} fois "
                f"(lignes {', '.join(str(row.line) for row in holders)}).",
                "Gardez une seule ligne par case.",
            )


def _holds(row: Row, starts: dict[int, int]) -> bool:
    return all(int(row.bounds[i][0]) <= value <= int(row.bounds[i][1]) for i, value in starts.items())


def _elementary(rows: list[Row], index: int, key: Key) -> list[tuple[int, int]]:
    """Return the smallest intervals cut by all the bounds, over what the table promises to cover."""
    lows = [int(row.bounds[index][0]) for row in rows]
    highs = [int(row.bounds[index][1]) for row in rows]
    start = key.low if key.low is not None else min(lows, default=0)
    end = key.high if key.high is not None else max(highs, default=0)
    cuts = {start, end + 1, *lows, *(high + 1 for high in highs)}
    inside = sorted(cut for cut in cuts if start <= cut <= end + 1)
    return [(a, b - 1) for a, b in pairwise(inside)]


def _say_part(key: Key, value: int | str) -> str:
    return f"{key.name} = {value if key.type.name == 'texte' else say(unplain(value, key.type), key.type)}"


def _say_range(key: Key, interval: tuple[int, int]) -> str:
    low, high = interval

    def end(value: int) -> str:
        return "sans fin" if abs(value) >= OPEN_HIGH else say(unplain(value, key.type), key.type)

    return f"{key.name} = {end(low)}" if low == high else f"{key.name} de {end(low)} à {end(high)}"
