"""The records of a care file as column expressions: what is cut, where, and when it is good.

The conditions are the same as in `care_line_check`, which names them one record at a time; a test changes
characters at random to prove that the two agree.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from egide.exchanges.codecs.care_line_check import BASKETS
from egide.exchanges.codecs.care_line_fields import BENEFICIARY
from egide.exchanges.codecs.fields import Field, Layout
from egide.exchanges.codecs.noemie_envelope import LENGTH_DIGITS

LINES_SCHEMA: dict[str, pl.DataType] = {
    "line_no": pl.Int32(),
    "act_no": pl.Int16(),
    "position": pl.Int32(),
    "is_stay": pl.Boolean(),
    "reference": pl.String(),
    "reversed_reference": pl.String(),
    "nir": pl.String(),
    "nir_key": pl.String(),
    "beneficiary_rank": pl.Int16(),
    "birth_date": pl.Date(),
    "birth_rank": pl.Int16(),
    "invoice_no": pl.String(),
    "operation": pl.String(),
    "scheme_code": pl.String(),
    "insurance_nature": pl.String(),
    "exemption": pl.String(),
    "contract_type": pl.String(),
    "oc_number": pl.String(),
    "stay_start": pl.Date(),
    "stay_end": pl.Date(),
    "act_code": pl.String(),
    "care_date": pl.Date(),
    "quantity": pl.Int32(),
    "coefficient": pl.Int64(),
    "unit_price_cents": pl.Int64(),
    "base_cents": pl.Int64(),
    "rate_bp": pl.Int32(),
    "amo_cents": pl.Int64(),
    "charged_cents": pl.Int64(),
    "amc_requested_cents": pl.Int64(),
    "withheld_cents": pl.Int64(),
    "tariff_agreement": pl.Boolean(),
    "care_path": pl.Boolean(),
    "basket": pl.String(),
    "executant": pl.String(),
}


def cut(field: Field, at: int = 0) -> pl.Expr:
    """The raw text of a field; ``at`` is the offset of its record in the string."""
    return pl.col("raw").str.slice(at + field.start - 1, field.length)


def _word(field: Field, at: int = 0) -> pl.Expr:
    return cut(field, at).str.strip_chars_end(" ")


def _number(field: Field, at: int = 0, times: int = 1) -> pl.Expr:
    number = cut(field, at).cast(pl.Int64, strict=False)
    return number if times == 1 else number * times


def _digits(layout: Layout, first: str, last: str, at: int = 0) -> pl.Expr:
    """Whether every character from one field to another is a digit."""
    start, end = layout[first].start, layout[last].end
    return pl.col("raw").str.slice(at + start - 1, end - start + 1).str.contains(r"^[0-9]+$")


def _date(field: Field, at: int = 0) -> pl.Expr:
    raw = cut(field, at)
    return pl.when(raw.str.contains(r"^[0-9]{6}$")).then(raw).str.to_date("%y%m%d", strict=False, exact=True)


def _birth(field: Field, at: int, file_date: date) -> pl.Expr:
    born = _date(field, at)
    return pl.when(born > file_date).then(born.dt.offset_by("-100y")).otherwise(born)


def _nir_number() -> pl.Expr:
    """The 13 characters as a number; Corsica counts as 19 (2A) and 18 (2B), as the key is defined."""
    plain = pl.col("nir").cast(pl.Int64, strict=False)
    corsica = pl.concat_str(
        pl.col("nir").str.slice(0, 5),
        pl.col("nir").str.slice(5, 2).replace({"2A": "19", "2B": "18"}),
        pl.col("nir").str.slice(7, 6),
    ).cast(pl.Int64, strict=False)
    return pl.when(pl.col("nir").str.contains(r"^[0-9]{5}2[AB][0-9]{6}$")).then(corsica).otherwise(plain)


def invoice_columns(file_date: date) -> list[pl.Expr]:
    """Return the columns cut from a beneficiary record; the file's date settles the century of birth."""
    b, at = BENEFICIARY, LENGTH_DIGITS
    return [
        cut(b["nir"], at).alias("nir"),
        cut(b["nir_key"], at).alias("nir_key"),
        _number(b["beneficiary_rank"], at).cast(pl.Int16).alias("beneficiary_rank"),
        _birth(b["birth_date"], at, file_date).alias("birth_date"),
        _number(b["birth_rank"], at).cast(pl.Int16).alias("birth_rank"),
        _word(b["invoice_no"], at).alias("invoice_no"),
        cut(b["operation"], at).alias("operation"),
        _word(b["scheme_code"], at).alias("scheme_code"),
        cut(b["insurance_nature"], at).alias("insurance_nature"),
        _word(b["exemption"], at).alias("exemption"),
        _word(b["contract_type"], at).alias("contract_type"),
        cut(b["oc_number"], at).alias("oc_number"),
        _date(b["stay_start"], at).alias("stay_start"),
        _date(b["stay_end"], at).alias("stay_end"),
    ]


def invoice_good() -> pl.Expr:
    """The same conditions as `care_line_check.invoice_faults`, in columns."""
    b, at = BENEFICIARY, LENGTH_DIGITS
    zeros = r"^(000000| {6})$"
    return (
        cut(b["nir"], at).str.contains(r"^[1-478][0-9]{4}([0-9]{2}|2[AB])[0-9]{6}$")
        & (pl.col("nir_key").cast(pl.Int64, strict=False) == 97 - _nir_number() % 97)
        & _digits(b, "nir_key", "beneficiary_rank", at)
        & _digits(b, "birth_date", "birth_rank", at)
        & pl.col("invoice_no").str.contains(r"^[A-Z0-9]+$")
        & pl.col("operation").is_in(["N", "A"])
        & _digits(b, "insurance_nature", "insurance_nature", at)
        & _digits(b, "oc_number", "oc_number", at)
        & (pl.col("stay_start").is_not_null() | cut(b["stay_start"], at).str.contains(zeros))
        & (pl.col("stay_end").is_not_null() | cut(b["stay_end"], at).str.contains(zeros))
    ).fill_null(value=False)


def act_columns(layout: Layout) -> list[pl.Expr]:
    """Return the columns cut from an act or stay record of this layout."""
    has_speciality = "executant" in layout.by_name
    return [
        _word(layout["reference"]).alias("reference"),
        _word(layout["reversed_reference"]).alias("reversed_reference"),
        _word(layout["act_code"]).alias("act_code"),
        _date(layout["care_date"]).alias("care_date"),
        _number(layout["quantity"]).cast(pl.Int32).alias("quantity"),
        _number(layout["coefficient"]).alias("coefficient"),
        _number(layout["unit_price"]).alias("unit_price_cents"),
        _number(layout["base"]).alias("base_cents"),
        _number(layout["rate"], times=100).cast(pl.Int32).alias("rate_bp"),
        _number(layout["amo"]).alias("amo_cents"),
        _number(layout["charged"]).alias("charged_cents"),
        _number(layout["amc_requested"]).alias("amc_requested_cents"),
        _number(layout["withheld"]).alias("withheld_cents"),
        (cut(layout["tariff_agreement"]) == "O").alias("tariff_agreement"),
        (cut(layout["care_path"]) == "O").alias("care_path"),
        _word(layout["basket"]).alias("basket"),
        (_word(layout["executant"]) if has_speciality else pl.lit("")).alias("executant"),
    ]


def act_good(layout: Layout, file_date: date) -> pl.Expr:
    """The same conditions as `care_line_check.act_faults`, in columns."""
    good = (
        _digits(layout, "withheld", "withheld")
        & _digits(layout, "quantity", "quantity")
        & _digits(layout, "coefficient", "coefficient")
        & _digits(layout, "unit_price", "charged")
        & _digits(layout, "amc_requested", "amc_requested")
        & (pl.col("quantity") > 0)
        & (pl.col("rate_bp") <= 10_000)
        & pl.col("care_date").is_not_null()
        & (pl.col("care_date") <= file_date)
        & pl.col("reference").str.contains(r"^[A-Z0-9]+$")
        & pl.col("reversed_reference").str.contains(r"^[A-Z0-9]*$")
        & pl.col("act_code").str.contains(r"^[A-Z0-9]+$")
        & cut(layout["tariff_agreement"]).is_in(["O", "N"])
        & cut(layout["care_path"]).is_in(["O", "N"])
        & pl.col("basket").is_in(BASKETS)
    )
    if "executant" in layout.by_name:
        good &= pl.col("executant").str.contains(r"^([0-9]{2})?$")
    return good.fill_null(value=False)
