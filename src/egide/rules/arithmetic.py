"""The Polars twins of the kernel's roundings and dates; parity with the kernel is a standing test."""

from __future__ import annotations

import polars as pl


def divide_half_up_column(numerator: pl.Expr, denominator: pl.Expr) -> pl.Expr:
    """The same rounding as ``kernel.money.divide_half_up``: halves away from zero, symmetric."""
    below = denominator.abs()
    rounded = (numerator.abs() * 2 + below) // (below * 2)
    return rounded * numerator.sign() * denominator.sign()


def age_column(birth: pl.Expr, day: pl.Expr) -> pl.Expr:
    """Full years on ``day``, 0 before birth; born on 29 February, one ages on 1 March in common years."""
    turned = (day.dt.month().cast(pl.Int64) * 100 + day.dt.day()) >= (
        birth.dt.month().cast(pl.Int64) * 100 + birth.dt.day()
    )
    years = day.dt.year().cast(pl.Int64) - birth.dt.year() - (~turned).cast(pl.Int64)
    return pl.max_horizontal(years, pl.lit(0, dtype=pl.Int64))


def months_begun_column(start: pl.Expr, end: pl.Expr) -> pl.Expr:
    """How many calendar months the half-open range touches, as ``kernel.periods.months_begun``."""
    last = end.dt.offset_by("-1d")
    months = (
        (last.dt.year().cast(pl.Int64) - start.dt.year()) * 12 + last.dt.month().cast(pl.Int64) - start.dt.month() + 1
    )
    return pl.when(end <= start).then(pl.lit(0, dtype=pl.Int64)).otherwise(months)
