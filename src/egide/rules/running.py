"""Ceilings, frequencies and ranks over a column: one sort and one running sum, loops only for the few.

The running order is the order of the rows.  A ceiling needs no loop: with a constant limit,
``paid = min(before + x, limit) - min(before, limit)``.  The persons whose limit changes in the batch, or who buy
on several days, go through the same decisions as the case reader, row by row.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from egide.rules.memory import accept_purchase, under_ceiling

COUNTER_SCHEMA = {"counter": pl.String(), "key": pl.String(), "used": pl.Int64()}


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a rule gives for each row, and the counters it touched (key, used)."""

    values: pl.Series
    closing: pl.DataFrame


def key_words(keys: pl.DataFrame) -> pl.Series:
    """Return the keys as text, as ``memory.key_text`` writes them."""
    words = [
        pl.when(pl.col(name)).then(pl.lit("oui")).otherwise(pl.lit("non"))
        if kind == pl.Boolean
        else pl.col(name).cast(pl.String)
        for name, kind in keys.schema.items()
    ]
    return keys.select(pl.concat_str(words, separator="|").alias("key"))["key"]


def _grouped(frame: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Sort by keys, then row; add ``first`` (the row opens a group) and ``group`` (from 0)."""
    ordered = frame.sort([*keys, "row"])
    changes = [pl.col(key).ne_missing(pl.col(key).shift(1)) for key in keys]
    first = pl.any_horizontal(*changes) | (pl.int_range(pl.len()) == 0)
    ordered = ordered.with_columns(first.alias("first"))
    return ordered.with_columns((pl.col("first").cast(pl.Int64).cum_sum() - 1).alias("group"))


def _openings(ordered: pl.DataFrame, keys: list[str], opening: pl.DataFrame) -> pl.DataFrame:
    """Return one row per group: its key text and what was used before (null when nothing was)."""
    starts = ordered.filter("first")
    groups = pl.DataFrame({"key": key_words(starts.select(keys))})
    if opening.is_empty():
        return groups.with_columns(pl.lit(None, dtype=pl.Int64).alias("opening"))
    known = opening.select("key", pl.col("used").alias("opening"))
    return groups.join(known, on="key", how="left", maintain_order="left")


def ceiling(item: pl.Series, limit: pl.Series, keys: pl.DataFrame, opening: pl.DataFrame) -> Remembered:
    """Return what passes under a ceiling, row by row, and the closing counters of the keys that paid.

    ``item`` and ``limit`` are Int64, ``item`` never negative; ``opening`` has columns key, used.
    """
    names = keys.columns
    frame = keys.with_columns(item.alias("item"), limit.alias("limit"), _rows(item.len()))
    ordered = _grouped(frame.filter(pl.col("item") > 0), names)
    paid_all = pl.zeros(item.len(), dtype=pl.Int64, eager=True)
    if ordered.is_empty():
        return Remembered(paid_all, pl.DataFrame(schema={"key": pl.String(), "used": pl.Int64()}))
    groups = _openings(ordered, names, opening).with_columns(pl.col("opening").fill_null(0))
    ordered = ordered.with_columns(
        pl.col("item").cum_sum().alias("sum"), groups["opening"].gather(ordered["group"]).alias("opening")
    )
    base = ordered.filter("first").select((pl.col("sum") - pl.col("item")).alias("base"))["base"]
    before = pl.col("sum") - base.gather(ordered["group"]).alias("base") - pl.col("item")
    ordered = ordered.with_columns((before + pl.col("opening")).alias("before"))

    def used(amount: pl.Expr) -> pl.Expr:
        return pl.max_horizontal(pl.min_horizontal(amount, pl.col("limit")), pl.col("opening"))

    ordered = ordered.with_columns(
        used(pl.col("before")).alias("used_before"),
        used(pl.col("before") + pl.col("item")).alias("used_after"),
    ).with_columns((pl.col("used_after") - pl.col("used_before")).alias("paid"))
    ordered = _changing_limits(ordered)
    closing = ordered.group_by("group", maintain_order=True).agg(pl.col("paid").sum())
    closing = pl.DataFrame({"key": groups["key"], "used": groups["opening"] + closing["paid"], "paid": closing["paid"]})
    paid_all = paid_all.scatter(ordered["row"], ordered["paid"])
    return Remembered(paid_all, closing.filter(pl.col("paid") > 0).select("key", "used"))


def _changing_limits(ordered: pl.DataFrame) -> pl.DataFrame:
    """Redo, row by row, the groups whose limit changes within the batch."""
    changes = (pl.col("limit") != pl.col("limit").shift(1)) & ~pl.col("first")
    moving = ordered.filter(changes)["group"].unique()
    if moving.is_empty():
        return ordered
    few = ordered.with_row_index("at").filter(pl.col("group").is_in(moving.implode()))
    paid: list[int] = []
    used = 0
    for first, item, limit, opening in few.select("first", "item", "limit", "opening").iter_rows():
        used = opening if first else used
        passed = under_ceiling(item, limit, used)
        used += passed
        paid.append(passed)
    redone = ordered["paid"].scatter(few["at"], pl.Series(paid, dtype=pl.Int64))
    return ordered.with_columns(redone.alias("paid"))


def once_per(
    condition: pl.Series, day: pl.Series, months: pl.Series, keys: pl.DataFrame, opening: pl.DataFrame
) -> Remembered:
    """Return which purchases are accepted (rows outside the condition are), and the last accepted day of each key."""
    names = keys.columns
    frame = keys.with_columns(day.alias("day"), months.alias("months"), _rows(day.len())).filter(condition)
    accepted_all = pl.repeat(True, day.len(), dtype=pl.Boolean, eager=True)
    if frame.is_empty():
        return Remembered(accepted_all, pl.DataFrame(schema={"key": pl.String(), "used": pl.Int64()}))
    ordered = _grouped(frame, names)
    groups = _openings(ordered, names, opening)
    several = ordered.group_by("group", maintain_order=True).agg(pl.col("day").n_unique() > 1)["day"]
    looped = several | groups["opening"].is_not_null()
    # date.toordinal() counts from 0001-01-01, Polars from 1970-01-01.
    last_day = ordered.filter("first")["day"].to_physical().cast(pl.Int64) + date(1970, 1, 1).toordinal()
    remembered: list[int | None] = last_day.to_list()
    refused: list[int] = []
    last: int | None = None
    openings: list[int | None] = groups["opening"].to_list()
    few = ordered.filter(looped.gather(ordered["group"]))
    for first, group, row, on, delay in few.select("first", "group", "row", "day", "months").iter_rows():
        last = openings[group] if first else last
        accepted, last = accept_purchase(last, on, delay)
        remembered[group] = last
        if not accepted:
            refused.append(row)
    accepted_all = accepted_all.scatter(refused, False) if refused else accepted_all
    closing = pl.DataFrame({"key": groups["key"], "used": pl.Series(remembered, dtype=pl.Int64)})
    touched = closing["used"].ne_missing(groups["opening"])
    return Remembered(accepted_all, closing.filter(touched))


def rank(condition: pl.Series, order: pl.Series, keys: pl.DataFrame) -> pl.Series:
    """Return the rank from 1 among the rows of the condition with the same keys; 0 outside; ties keep the row order."""
    names = keys.columns
    frame = keys.with_columns(order.alias("order"), _rows(order.len())).filter(condition)
    ranks = pl.zeros(order.len(), dtype=pl.Int64, eager=True)
    if frame.is_empty():
        return ranks
    ordered = frame.sort([*names, "order", "row"])
    changes = [pl.col(key).ne_missing(pl.col(key).shift(1)) for key in names]
    place = pl.int_range(pl.len(), dtype=pl.Int64)
    ordered = ordered.with_columns(
        pl.when(pl.any_horizontal(*changes) | (place == 0)).then(place).forward_fill().alias("start"),
        place.alias("at"),
    )
    return ranks.scatter(ordered["row"], ordered["at"] - ordered["start"] + 1)


def running_sum(item: pl.Series, order: pl.Series, keys: pl.DataFrame) -> pl.Series:
    """Return the sum, within the same keys, of the rows up to this one in that order; ties keep the row order."""
    names = keys.columns
    frame = keys.with_columns(item.alias("item"), order.alias("order"), _rows(order.len()))
    ordered = frame.sort([*names, "order", "row"]).with_columns(pl.col("item").cum_sum().alias("sum"))
    changes = [pl.col(key).ne_missing(pl.col(key).shift(1)) for key in names]
    first = pl.any_horizontal(*changes) | (pl.int_range(pl.len()) == 0)
    base = pl.when(first).then(pl.col("sum") - pl.col("item")).forward_fill()
    return ordered.with_columns((pl.col("sum") - base).alias("sum")).sort("row")["sum"]


def _rows(height: int) -> pl.Series:
    return pl.int_range(height, dtype=pl.Int64, eager=True).alias("row")
