"""Chance that can be repeated: each draw is a function of the seed, of a row's number and of what is drawn.

A row draws the same whatever the number of rows beside it, on any machine and any version of the libraries: the
mixing is written here (splitmix64, S. Vigna, public domain), in whole numbers, on columns.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

_GOLDEN = 0x9E3779B97F4A7C15
_FIRST = 0xBF58476D1CE4E5B9
_SECOND = 0x94D049BB133111EB


def _word(value: int) -> pl.Expr:
    return pl.lit(value, dtype=pl.UInt64)


@dataclass(frozen=True, slots=True)
class Chance:
    """Draws for the rows of a frame, told apart by the whole numbers of one column."""

    seed: int
    key: str

    def below(self, purpose: str, limit: int | pl.Expr) -> pl.Expr:
        """A whole number from 0 to ``limit`` excluded, Int64; two purposes are independent."""
        salt = int.from_bytes(hashlib.blake2b(f"{self.seed}/{purpose}".encode(), digest_size=8).digest(), "big")
        mixed = pl.col(self.key).cast(pl.UInt64) * _word(_GOLDEN) + _word(salt)
        mixed = (mixed ^ (mixed // _word(1 << 30))) * _word(_FIRST)
        mixed = (mixed ^ (mixed // _word(1 << 27))) * _word(_SECOND)
        # The high bits are the best mixed, and 41 of them fit in a signed number.
        drawn = ((mixed ^ (mixed // _word(1 << 31))) // _word(1 << 23)).cast(pl.Int64)
        return drawn % limit

    def between(self, purpose: str, low: int | pl.Expr, high: int | pl.Expr) -> pl.Expr:
        """A whole number from ``low`` to ``high``, both included."""
        return self.below(purpose, high - low + 1) + low

    def happens(self, purpose: str, per_thousand: int | pl.Expr) -> pl.Expr:
        """True for so many rows in a thousand."""
        return self.below(purpose, 1000) < per_thousand

    def pick(self, purpose: str, values: pl.Series) -> pl.Expr:
        """One of the values, all with the same chance; a value that should come more often stands there twice."""
        return pl.lit(values).gather(self.below(purpose, len(values)))


def repeated(values: pl.Series, weights: Sequence[int] | pl.Series) -> pl.Series:
    """Each value as many times as its weight: what ``Chance.pick`` needs to draw unevenly."""
    frame = pl.DataFrame({"value": values, "weight": pl.Series(weights, dtype=pl.UInt32)})
    return frame.select(pl.col("value").repeat_by("weight").explode()).to_series().drop_nulls()
