"""What happens to a care line: matched, ignored or rejected; and what was decided and posted for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

Schema = dict[str, pl.DataType | type[pl.DataType]]

# One row per care line that was matched to a person and a cover; amounts in cents, rates in 1/10,000.
MATCHED_SCHEMA: Schema = {
    "line_id": pl.Int64,
    "line_no": pl.Int32,
    "act_no": pl.Int16,
    "perimeter_id": pl.Int16,
    "enrolment_id": pl.Int64,
    "person_id": pl.Int64,
    "cover_id": pl.Int64,
    "product_code": pl.String,
    "formula": pl.String,
    "scheme": pl.String,
    "birth_date": pl.Date,
    "since": pl.Date,
    "invoice_no": pl.String,
    "operation": pl.String,
    "act_code": pl.String,
    "family": pl.String,
    "care_on": pl.Date,
    "quantity": pl.Int64,
    "charged_cents": pl.Int64,
    "base_cents": pl.Int64,
    "rate_bp": pl.Int64,
    "amo_cents": pl.Int64,
    "withheld_cents": pl.Int64,
    "tariff_agreement": pl.Boolean,
    "care_path": pl.Boolean,
    "basket": pl.String,
}
# Why a line was not used: it stands in the file at ``line_no``, act ``act_no``.
REFUSED_SCHEMA: Schema = {
    "line_no": pl.Int32,
    "act_no": pl.Int16,
    "code": pl.String,
    "person_id": pl.Int64,
    "perimeter_id": pl.Int16,
}
# An act set aside, and the number of the line that already says the same.
IGNORED_SCHEMA: Schema = {**REFUSED_SCHEMA, "repeats_id": pl.Int64}
COUNTER_SCHEMA: Schema = {"counter": pl.String, "key": pl.String, "used": pl.Int64}


@dataclass(frozen=True, slots=True)
class Matching:
    """The lines of a file shared between those to adjudicate and those refused, with the reason of each."""

    matched: pl.DataFrame
    refused: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a file ended: every line is in one of the three counts."""

    lines: int
    posted: int
    ignored: int
    rejected: int
    paid_cents: int


@dataclass(frozen=True, slots=True)
class CareLineFacts:
    """One care line as it is read on screen, with what was posted for it."""

    id: int
    file_id: int
    line_no: int
    received_on: date
    enrolment_id: int
    person_id: int
    invoice_no: str
    operation: str
    act_code: str
    family: str
    care_on: date
    quantity: int
    charged_cents: int
    base_cents: int
    rate_bp: int
    amo_cents: int
    withheld_cents: int
    tariff_agreement: bool
    care_path: bool
    basket: str
    reverses_id: int | None
    posted_cents: int


@dataclass(frozen=True, slots=True)
class IgnoredLine:
    """An act of a file that was set aside: where it stands, why, and the line that it repeats (none if rejected)."""

    line_no: int
    person_id: int
    code: str
    repeats_id: int | None
    act_code: str
    family: str
