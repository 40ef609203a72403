"""Tables as dense arrays: each key becomes a position, each lookup one gather; a missing cell stays null."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date
from itertools import product

import polars as pl

from egide.rules.tables import OPEN_HIGH, OPEN_LOW, Key, Table

_EPOCH = date(1970, 1, 1).toordinal()


class Grid:
    """One table ready for columns.  Position 0 of a numeric axis is "before everything", hence missing."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._axes = [_axis(table, i) for i in range(len(table.keys))]
        self._sizes = [
            len(key.type.choices) if key.type.name == "texte" else len(axis) + 1
            for key, axis in zip(table.keys, self._axes, strict=True)
        ]
        self._row_at: dict[int, int] = {}
        for number, row in enumerate(table.rows):
            for place in product(*(self._covered(i, row.bounds[i]) for i in range(len(table.keys)))):
                self._row_at[self._flat(place)] = number

    def _covered(self, index: int, bounds: tuple[int | str, int | str]) -> Iterator[int]:
        """Yield the positions of an axis that a row's bounds cover."""
        key, axis = self._table.keys[index], self._axes[index]
        if key.type.name == "texte":
            yield key.type.choices.index(str(bounds[0]))
            return
        low, high = int(bounds[0]), int(bounds[1])
        yield from range(bisect_right(axis, low), bisect_right(axis, high) + 1)

    def _flat(self, place: tuple[int, ...]) -> int:
        flat = 0
        for position, size in zip(place, self._sizes, strict=True):
            flat = flat * size + position
        return flat

    def positions(self, keys: list[pl.Series]) -> pl.Series:
        """Return the flat position of each row's keys."""
        flat: pl.Series | None = None
        for key, axis, size, given in zip(self._table.keys, self._axes, self._sizes, keys, strict=True):
            code = _code(key, axis, given)
            flat = code if flat is None else flat * size + code
        assert flat is not None  # noqa: S101  # a table has at least one key
        return flat

    def gather(self, column: str, positions: pl.Series) -> pl.Series:
        """Return the values of a column at these positions; null where the table has no cell."""
        found = self._table.column(column)
        assert found is not None  # noqa: S101  # proved when the book was loaded
        total = 1
        for size in self._sizes:
            total *= size
        dense: list[object] = [None] * total
        for flat, number in self._row_at.items():
            dense[flat] = self._table.rows[number].values[found[0]]
        types = {"date": pl.Date(), "texte": pl.String(), "ouinon": pl.Boolean()}
        values = pl.Series(column, dense, dtype=types.get(found[1].name, pl.Int64()))
        return values.gather(positions)


def _axis(table: Table, index: int) -> list[int]:
    """Return the sorted values where something starts or stops on a numeric axis."""
    if table.keys[index].type.name == "texte":
        return []
    cuts: set[int] = set()
    for row in table.rows:
        low, high = row.bounds[index]
        cuts |= {int(low), int(high) + 1}
    return sorted(cuts)


def _code(key: Key, axis: list[int], given: pl.Series) -> pl.Series:
    if key.type.name == "texte":
        wanted = pl.Enum(list(key.type.choices))
        column = given if given.dtype == wanted else given.cast(pl.String).cast(wanted, strict=False)
        return column.to_physical().cast(pl.Int64)
    column = given.cast(pl.Int64)
    shift = _EPOCH if key.type.name == "date" else 0
    low, high = -(2**62), 2**62
    cuts = [low if cut <= OPEN_LOW else high if cut >= OPEN_HIGH else cut - shift for cut in axis]
    return pl.Series(cuts, dtype=pl.Int64).search_sorted(column, side="right").cast(pl.Int64)
