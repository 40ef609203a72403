"""One small portfolio for each era of the demonstration, made once for all the tests."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import polars as pl

from egide.demo.portfolio import Portfolio, generate

TODAY = date(2026, 11, 21)
ACS_DAY = date(2015, 10, 5)
PERIMETERS = {"": 1, "45": 2, "57": 3, "67": 3, "68": 3}


@lru_cache(maxsize=4)
def portfolio(today: date, members: int = 1500, seed: int = 7) -> Portfolio:
    """A portfolio of this size on this day."""
    return generate(members, seed, today, PERIMETERS)


def covered_people(frames: Portfolio) -> pl.DataFrame:
    """The portfolio as benefits would read it from the database: one row per person and cover."""
    enrolments = frames.enrolments.with_row_index("enrolment").select(
        pl.col("enrolment").cast(pl.Int64), "product_code", "formula", "scheme"
    )
    persons = frames.persons.with_row_index("person").select(
        pl.col("person").cast(pl.Int64), "insured_nir", "birth_date", "birth_rank"
    )
    return (
        frames.covers.join(enrolments, on="enrolment")
        .join(persons, on="person")
        .rename({"enrolment": "enrolment_id", "person": "person_id"})
        .with_columns(cover_id=pl.col("person_id"))
    )
