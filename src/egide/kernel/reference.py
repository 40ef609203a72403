"""Dated national tables, read from ``reference/`` into frozen rows.

A table is a CSV with a header.  Each row is true over a half-open period (``valid_from``, ``valid_to``;
empty means open), comes from a ``source`` and has a ``confidence``: A read in the text, B public page, C to
verify, S seed. Columns ending in ``_cents``, ``_bp``, ``_days``, ``_months`` or ``_years`` hold whole
numbers, empty for none.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from egide.kernel.errors import Refusal
from egide.kernel.formats import format_date
from egide.kernel.periods import Period
from egide.kernel.time_limits import TimeLimit, Unit

CONFIDENCES = ("A", "B", "C", "S")
_WHOLE_NUMBERS = ("_cents", "_bp", "_days", "_months", "_years", "_count", "_age")
_REQUIRED = ("valid_from", "valid_to", "source", "confidence")
_ALWAYS = date(1, 1, 1)

Value = str | int | None
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: its values by column, its period, and where it comes from."""

    values: Mapping[str, Value]
    period: Period
    source: str
    confidence: str
    where: str

    def text(self, column: str) -> str:
        """Return a text column ("" when empty).  Raises Refusal ``reference.column``."""
        value = self._value(column)
        if isinstance(value, int):
            raise _column_refusal(column, self.where)
        return value or ""

    def number(self, column: str) -> int:
        """Return a whole-number column; an empty cell is refused (``reference.empty``), never read as
        zero.
        """
        value = self._value(column)
        if value is None:
            raise Refusal(
                "reference.empty",
                f"La colonne {column} est vide.",
                "Complétez la table avec sa source, ou traitez ce cas à part.",
                self.where,
            )
        if isinstance(value, str):
            raise _column_refusal(column, self.where)
        return value

    def _value(self, column: str) -> Value:
        if column not in self.values:
            raise _column_refusal(column, self.where)
        return self.values[column]


@dataclass(frozen=True, slots=True)
class Table:
    """A whole table, in the order of its file."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def at(self, day: date) -> Table:
        """Return the rows in force on a day."""
        return Table(self.name, self.columns, tuple(row for row in self.rows if row.period.contains(day)))

    def where(self, **wanted: Value) -> Table:
        """Return the rows whose columns have these values; an unknown column is refused."""
        unknown = [column for column in wanted if column not in self.columns]
        if unknown:
            raise _column_refusal(unknown[0], f"{self.name}.csv")
        kept = (row for row in self.rows if all(row.values[c] == v for c, v in wanted.items()))
        return Table(self.name, self.columns, tuple(kept))

    def one(self, day: date, **wanted: Value) -> Row:
        """Return the only row in force on a day with these values.

        None raises Refusal ``reference.missing``, several ``reference.conflict``: nothing is ever picked.
        """
        found = self.at(day).where(**wanted).rows
        if len(found) == 1:
            return found[0]
        asked = ", ".join(f"{column} = {value}" for column, value in wanted.items())
        if not found:
            raise Refusal(
                "reference.missing",
                f"Aucune ligne ne vaut le {format_date(day)} pour {asked}.",
                "Ajoutez la ligne avec sa source et ses dates, ou vérifiez le code demandé.",
                f"{self.name}.csv",
            )
        raise Refusal(
            "reference.conflict",
            f"{len(found)} lignes valent le {format_date(day)} pour {asked}.",
            "Bornez leurs dates pour qu’une seule s’applique : " + ", ".join(row.where for row in found) + ".",
            f"{self.name}.csv",
        )

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def reference_folder() -> Path:
    """Return the folder of the tables: ``EGIDE_REFERENCE``, else ``reference/`` at the project root."""
    named = os.environ.get("EGIDE_REFERENCE")
    return Path(named) if named else Path(__file__).resolve().parents[3] / "reference"


def load_table(name: str) -> Table:
    """Read a table by its name, without extension; it is read once per version of the file.

    Refusals, each with file and line: ``reference.absent``, ``reference.header``, ``reference.row``.
    """
    path = reference_folder() / f"{name}.csv"
    if not name.isidentifier() or not path.is_file():
        raise Refusal(
            "reference.absent",
            f"La table de référence {name} n’existe pas.",
            f"Vérifiez son nom, ou le dossier des tables ({path.parent}).",
            f"{name}.csv",
        )
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=256)
def _read(path: Path, _version: int) -> Table:
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.reader(lines, strict=True)
        header = tuple(next(reader, ()))
        _check_header(header, path.name)
        rows = []
        for cells in reader:
            if cells:
                rows.append(_row(header, cells, f"{path.name}, ligne {reader.line_num}"))
    return Table(path.stem, header, tuple(rows))


def _check_header(header: tuple[str, ...], where: str) -> None:
    missing = [column for column in _REQUIRED if column not in header]
    if missing or len(set(header)) != len(header):
        raise Refusal(
            "reference.header",
            f"L’en-tête est incomplet ou répète une colonne ; il manque : {', '.join(missing) or 'rien'}.",
            "La première ligne nomme chaque colonne une fois, dont " + ", ".join(_REQUIRED) + ".",
            f"{where}, ligne 1",
        )


def _row(header: tuple[str, ...], cells: list[str], where: str) -> Row:
    if len(cells) != len(header):
        raise _row_refusal(f"{len(cells)} colonnes au lieu de {len(header)}.", where)
    raw = dict(zip(header, (cell.strip() for cell in cells), strict=True))
    if raw["confidence"] not in CONFIDENCES or not raw["source"]:
        raise _row_refusal("La source manque, ou la confiance n’est ni A, ni B, ni C, ni S.", where)
    values: dict[str, Value] = {}
    for column, text in raw.items():
        values[column] = _parsed(column, text, int, where) if column.endswith(_WHOLE_NUMBERS) else text
    start = _parsed("valid_from", raw["valid_from"], date.fromisoformat, where)
    end = _parsed("valid_to", raw["valid_to"], date.fromisoformat, where)
    try:
        period = Period(start or _ALWAYS, end)
    except Refusal as refusal:
        raise refusal.at(where) from None
    return Row(MappingProxyType(values), period, raw["source"], raw["confidence"], where)


def _parsed(column: str, text: str, read: Callable[[str], _T], where: str) -> _T | None:
    if not text:
        return None
    try:
        return read(text)
    except ValueError:
        raise _row_refusal(f"La colonne {column} contient « {text} ».", where) from None


def _row_refusal(message: str, where: str) -> Refusal:
    remedy = "Corrigez cette ligne : entiers en centimes ou en dix-millièmes, dates AAAA-MM-JJ."
    return Refusal("reference.row", message, remedy, where)


def _column_refusal(column: str, where: str) -> Refusal:
    return Refusal(
        "reference.column",
        f"La colonne {column} n’existe pas ou n’a pas le type demandé.",
        "Vérifiez son nom dans l’en-tête de la table.",
        where,
    )


def load_time_limit(code: str, day: date) -> TimeLimit:
    """Return the time limit in force on a day, from ``time_limits.csv``; its source is the text that
    imposes it.
    """
    row = load_table("time_limits").one(day, code=code)
    return TimeLimit(
        row.number("amount_count"),
        Unit(row.text("unit")),
        row.source,
        moves_to_working_day=row.text("moves_to_working_day") == "oui",
    )
