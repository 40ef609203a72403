"""The scheme's side of the care file: a column frame to bytes, a million acts in seconds.

Used by the simulator, the generator and the bench.  Amounts are positive; operation "A" reverses them in the
totals, exactly as the reader counts them.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from egide.exchanges.codecs import noemie_envelope as envelope_of
from egide.exchanges.codecs.care_line_fields import ACT, BENEFICIARY, STAY, STRIDE, TOTALS
from egide.exchanges.codecs.fields import Field, Kind, Layout
from egide.exchanges.codecs.noemie_envelope import DELIMITER, OPENING, PHYSICAL_MAXIMUM, Envelope
from egide.kernel.errors import Refusal

ACTS_PER_LINE = PHYSICAL_MAXIMUM // STRIDE - 1

_ZEROS = (Kind.DIGITS, Kind.CENTS)
_DATES = (Kind.DATE_YMD,)


@dataclass(frozen=True, slots=True)
class CareTotals:
    """The totals of a care file: acts counted one by one, amounts in cents with reversals deducted."""

    invoice_count: int
    act_count: int
    charged_cents: int
    amo_cents: int
    amc_requested_cents: int


# What a frame may leave out, and what is then written.
DEFAULTS: dict[str, pl.Expr] = {
    "is_stay": pl.lit(value=False),
    "reversed_reference": pl.lit(""),
    "beneficiary_rank": pl.lit(1),
    "birth_rank": pl.lit(1),
    "operation": pl.lit("N"),
    "scheme_code": pl.lit("01"),
    "insurance_nature": pl.lit("10"),
    "exemption": pl.lit("0"),
    "contract_type": pl.lit(""),
    "oc_number": pl.lit(""),
    "stay_start": pl.lit(None, dtype=pl.Date),
    "stay_end": pl.lit(None, dtype=pl.Date),
    "quantity": pl.lit(1),
    "coefficient": pl.lit(100),
    "unit_price_cents": pl.lit(0),
    "amc_requested_cents": pl.lit(0),
    "withheld_cents": pl.lit(0),
    "tariff_agreement": pl.lit(value=True),
    "care_path": pl.lit(value=True),
    "basket": pl.lit(""),
    "executant": pl.lit(""),
}
REQUIRED = (
    "reference", "nir", "nir_key", "birth_date", "invoice_no", "act_code", "care_date",
    "base_cents", "rate_bp", "amo_cents", "charged_cents",
)  # fmt: skip

_INVOICE_KEYS = [
    "operation", "nir", "nir_key", "beneficiary_rank", "birth_date", "birth_rank", "invoice_no",
    "scheme_code", "insurance_nature", "exemption", "contract_type", "oc_number", "stay_start", "stay_end",
]  # fmt: skip


def write_care_lines(frame: pl.DataFrame, header: Envelope) -> bytes:
    """Return the care file of a frame of acts, in the order of the frame; acts of an invoice must touch.

    Columns are those of `LINES_SCHEMA`; those in `DEFAULTS` may be missing.  Raises Refusal when a column is
    missing, a value is null, an amount is negative or does not fit its zone: a file is never silently wrong.
    """
    missing = [name for name in REQUIRED if name not in frame.columns]
    if missing:
        raise Refusal(
            "care.columns",
            f"Il manque des colonnes pour écrire le fichier de soins : {', '.join(missing)}.",
            "Complétez le tableau des lignes.",
        )
    frame = frame.with_columns(
        default.alias(name) for name, default in DEFAULTS.items() if name not in frame.columns
    ).with_columns(
        pl.when(pl.col("oc_number") == "")
        .then(pl.lit(header.oc_number))
        .otherwise(pl.col("oc_number"))
        .alias("oc_number"),
        # A column of nulls only has no type: it is still a column of dates.
        pl.col("birth_date", "care_date", "stay_start", "stay_end").cast(pl.Date),
    )
    _refuse_unwritable(frame)
    lines = _lines(frame)
    totals = totals_of(frame, invoice_count=len(lines))
    head = [
        envelope_of.write_header(header),
        envelope_of.physical(OPENING.build(oc_number=header.oc_number) + DELIMITER),
    ]
    close = envelope_of.closing("01", count=len(lines), amount_cents=totals.amo_cents)
    tail = [
        envelope_of.physical(close + DELIMITER),
        envelope_of.write_trailer(header, physical_count=len(lines) + 4, totals=_totals_zone(totals)),
    ]
    body = lines.str.join("\n").item() if len(lines) else ""
    text = "\n".join([*head, body, *tail] if body else [*head, *tail])
    return f"{text}\n".encode("ascii")


def totals_of(frame: pl.DataFrame, *, invoice_count: int) -> CareTotals:
    """Return the totals of a frame of acts, reversals deducted."""
    sign = pl.when(pl.col("operation") == "A").then(-1).otherwise(1)
    sums = frame.select(
        (pl.col(name).cast(pl.Int64) * sign).sum() for name in ("charged_cents", "amo_cents", "amc_requested_cents")
    ).row(0)
    return CareTotals(invoice_count, len(frame), *(int(each or 0) for each in sums))


def _totals_zone(totals: CareTotals) -> str:
    amounts = {
        "charged": totals.charged_cents,
        "amo": totals.amo_cents,
        "amc_requested": totals.amc_requested_cents,
    }
    signs = {f"{name}_sign": "-" if cents < 0 else "" for name, cents in amounts.items()}
    return TOTALS.build(act_count=str(totals.act_count), **{name: str(abs(c)) for name, c in amounts.items()}, **signs)


def _lines(frame: pl.DataFrame) -> pl.Series:
    """One physical record per invoice, cut after 76 acts: the length has only four digits."""
    new = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift(1)) for name in _INVOICE_KEYS)
    written = frame.with_columns(
        new.fill_null(value=True).cum_sum().alias("_invoice"), _record(BENEFICIARY).alias("_head")
    )
    act = _record(ACT)
    if frame["is_stay"].any():
        act = pl.when(pl.col("is_stay")).then(_record(STAY)).otherwise(act)
    written = written.select("_invoice", "_head", act.alias("_act"))
    written = written.with_columns(pl.int_range(pl.len()).alias("_at")).with_columns(
        ((pl.col("_at") - pl.col("_at").min().over("_invoice")) // ACTS_PER_LINE).alias("_part")
    )
    grouped = written.group_by("_invoice", "_part", maintain_order=True).agg(
        pl.col("_head").first(), pl.col("_act").str.join("")
    )
    body = pl.concat_str("_head", "_act")
    length = body.str.len_bytes().cast(pl.String).str.zfill(4)
    return grouped.select(pl.concat_str(length, body)).to_series()


def _record(layout: Layout) -> pl.Expr:
    pieces: list[pl.Expr] = []
    at = 1
    for field in layout.fields:
        if field.start > at:
            pieces.append(pl.lit(" " * (field.start - at)))
        pieces.append(_piece(field))
        at = field.end + 1
    pieces.append(pl.lit(" " * (layout.length - at + 1) + DELIMITER))
    return pl.concat_str(pieces)


# The treatment mode, discipline and act exemption are not read back: they are written as in the town sector.
_FIXED = {"treatment_mode": "01", "discipline": "000", "act_exemption": "0"}


def _piece(field: Field) -> pl.Expr:
    if field.kind is Kind.CONSTANT:
        return pl.lit(field.default)
    if field.name in _FIXED:
        return pl.lit(_FIXED[field.name].ljust(field.length))
    column = pl.col(column_of(field))
    if field.name == "executant":
        return column.cast(pl.String).str.pad_end(field.length, " ")
    if field.kind in _DATES:
        day = (column.dt.year() % 100) * 10_000 + column.dt.month().cast(pl.Int32) * 100 + column.dt.day()
        column = day.fill_null(0)
    if field.kind is Kind.FLAG:
        return pl.when(column).then(pl.lit("O")).otherwise(pl.lit("N"))
    if field.name == "rate":
        column = column // 100
    if field.kind in _ZEROS or field.kind in _DATES:
        return column.cast(pl.String).str.zfill(field.length)
    return column.str.pad_end(field.length, " ")


def column_of(field: Field) -> str:
    """Return the name of the column that a field fills."""
    if field.name == "rate":
        return "rate_bp"
    return f"{field.name}_cents" if field.kind is Kind.CENTS else field.name


def _refuse_unwritable(frame: pl.DataFrame) -> None:
    """Refuse the first column that holds a null, a negative amount, or a value longer than its zone."""
    nullable = {"birth_date", "stay_start", "stay_end"}
    checks: dict[str, pl.Expr] = {}
    for layout, rows in (
        (BENEFICIARY, pl.lit(value=True)),
        (ACT, ~pl.col("is_stay")),
        (STAY, pl.col("is_stay")),
    ):
        for field in layout.fields:
            if field.kind is Kind.CONSTANT or field.name in _FIXED:
                continue
            name = column_of(field)
            bad = pl.col(name).is_null() if name not in nullable else pl.lit(value=False)
            if field.kind is Kind.CENTS or field.name in ("quantity", "coefficient", "rate"):
                number = pl.col(name).cast(pl.Int64)
                most = 10**field.length * (100 if field.name == "rate" else 1)
                bad = bad | (number < 0) | (number >= most)
                if field.name == "rate":
                    bad = bad | (number % 100 != 0)
            elif field.kind in (Kind.TEXT, Kind.DIGITS):
                bad = bad | (pl.col(name).cast(pl.String).str.len_bytes() > field.length)
            checks[f"{layout.name}.{name}"] = (bad & rows).sum()
    counts = frame.select(**checks).row(0, named=True)
    for place, count in counts.items():
        if count:
            record, name = place.split(".")
            raise Refusal(
                "care.unwritable",
                f"{count} ligne(s) ont une valeur absente, négative ou trop grande pour sa zone.",
                "Corrigez ces valeurs, ou répartissez l’acte sur plusieurs lignes.",
                where=f"enregistrement {record}, colonne {name}",
            )
