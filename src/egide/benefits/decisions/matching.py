"""Whose line is it: each care line finds its person, its cover that day and its family of care, or its refusal.

Nothing is guessed. A line that could be two people's, or two covers', is refused with its remedy.

Person and cover
    1. Persons are found by the three facts by which the scheme knows them: the insured's number, the birth date, the
       birth rank. None: ``person.unknown``.
    2. Of their covers, those that hold the day of care (from its first day, until its end excluded). None:
       ``cover.none``. Several: ``person.ambiguous``.
    3. The code of the act gives the family of care; a code of no family is ``act.unknown``. Then a compulsory part
       above the expense is ``line.incoherent``, and care dated after the day the file was received is ``line.future``.
       The first cause found is the one told. A line is numbered by its place in the file, from a number kept before
       anything is decided: a second reading numbers it the same.

Repeats
    Lines of the same person, invoice, act, day, amounts and place in the invoice (``SAME_LINE``) are one care, told in
    turn by a line (N) and by its reversal (A). What says again what the line before it said, among those held or in the
    same file, is a repeat: ignored, with the line that it repeats. A line that was taken back may thus be sent again.

Reversals
    A reversal takes back a line of the same person, invoice, act, day and expense (``REVERSAL_KEY``) that stands: the
    first reversal the first such line, the second the second, in order of number; and only one that comes before it.
    The one that finds none is refused (``reversal.no_original``): nothing is taken back on faith.

Families
    Enrolments that share a person, step by step, are one family. Its lines are in one slice, so that its ceilings are
    counted in order.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from egide.benefits.decisions.refusals import IGNORED_DUPLICATE
from egide.benefits.facts import IGNORED_SCHEMA, MATCHED_SCHEMA, REFUSED_SCHEMA, Matching

_THEIRS = ["nir", "birth_date", "birth_rank"]
_OURS = ["insured_nir", "birth_date", "birth_rank"]
# What is kept of a line once it is read: the rest of the codec's columns serves the file, not the benefit.
READ_COLUMNS = [
    "line_no", "act_no", "position", "nir", "birth_date", "birth_rank", "invoice_no", "operation", "act_code",
    "care_date", "quantity", "charged_cents", "base_cents", "rate_bp", "amo_cents", "withheld_cents",
    "tariff_agreement", "care_path", "basket",
]  # fmt: skip
BASKETS = {
    "": "aucun",
    "RAC0": "sans_reste",
    "CLASSE_A": "sans_reste",
    "CLASSE_I": "sans_reste",
    "MODERE": "modere",
    "LIBRE": "libre",
    "CLASSE_B": "libre",
}


def match(
    lines: pl.DataFrame, people: pl.DataFrame, families: Mapping[str, str], *, received_on: date, first_id: int
) -> Matching:
    """Shares the lines of a file between those to adjudicate and those refused.

    ``lines`` has the columns of ``READ_COLUMNS``; ``people`` holds one row per person and cover (``PEOPLE_SCHEMA``).
    A matched line is numbered from ``first_id`` by its place in the file, so that a second reading gives the same
    numbers. A line that finds several covers on its day is refused rather than guessed.
    """
    numbered = lines.with_row_index("line_id").with_columns(pl.col("line_id").cast(pl.Int64) + first_id)
    # Identities first, on few columns: the amounts join once, when each line has its one cover.
    candidates = numbered.select("line_id", "care_date", *_THEIRS).join(
        people.select(*_OURS, "person_id", "perimeter_id", "cover_id", "starts_on", "ends_on"),
        left_on=_THEIRS,
        right_on=_OURS,
        how="inner",
    )
    covered = candidates.filter(
        (pl.col("care_date") >= pl.col("starts_on"))
        & (pl.col("ends_on").is_null() | (pl.col("care_date") < pl.col("ends_on")))
    ).select("line_id", "cover_id")
    doubtful = covered.filter(pl.col("line_id").is_duplicated()).select("line_id").unique()
    certain = (
        covered.join(doubtful, on="line_id", how="anti")
        .join(people.drop("insured_nir", "birth_rank", "starts_on", "ends_on"), on="cover_id", how="left")
        .join(numbered.drop("birth_date"), on="line_id", how="left")
        .with_columns(family=pl.col("act_code").replace_strict(families, default=None, return_dtype=pl.String))
        .with_columns(code=_cause(received_on))
    )
    seen = candidates.select("line_id", "person_id", "perimeter_id").unique("line_id", keep="first")
    uncovered = seen.join(covered, on="line_id", how="anti").with_columns(code=pl.lit("cover.none"))
    refused = [
        numbered.join(seen, on="line_id", how="anti").select(
            "line_id",
            person_id=pl.lit(None, pl.Int64),
            perimeter_id=pl.lit(None, pl.Int16),
            code=pl.lit("person.unknown"),
        ),
        uncovered,
        seen.join(doubtful, on="line_id", how="semi").with_columns(code=pl.lit("person.ambiguous")),
    ]
    places = numbered.select("line_id", "line_no", "act_no")
    matched = certain.filter(pl.col("code").is_null()).with_columns(
        care_on=pl.col("care_date"), basket=pl.col("basket").replace_strict(BASKETS)
    )
    return Matching(
        matched=matched.select(pl.col(name).cast(kind) for name, kind in MATCHED_SCHEMA.items()).sort("line_id"),
        refused=pl.concat(
            [
                *(_refused(part.join(places, on="line_id")) for part in refused),
                _refused(certain.filter(pl.col("code").is_not_null())),
            ]
        ),
    )


def families(lines: pl.DataFrame) -> pl.DataFrame:
    """The lines with ``family_id``: enrolments that share a person are one family, whose ceilings go together.

    A family is the smallest enrolment number that can be reached from person to enrolment and back.
    """
    pairs = lines.select("person_id", "enrolment_id").unique()
    shared = pairs.filter(pl.col("person_id").is_duplicated())
    known = shared.select("enrolment_id", family_id=pl.col("enrolment_id")).unique()
    while not shared.is_empty():
        reached = (
            shared.join(known, on="enrolment_id")
            .with_columns(pl.col("family_id").min().over("person_id"))
            .group_by("enrolment_id")
            .agg(pl.col("family_id").min())
            .sort("enrolment_id")
        )
        if reached.equals(known.sort("enrolment_id")):
            break
        known = reached
    return lines.join(known, on="enrolment_id", how="left", maintain_order="left").with_columns(
        pl.col("family_id").fill_null(pl.col("enrolment_id"))
    )


def _cause(received_on: date) -> pl.Expr:
    """Why a line that found its cover still cannot be used; null when it can."""
    return (
        pl.when(pl.col("family").is_null())
        .then(pl.lit("act.unknown"))
        .when(pl.col("amo_cents") > pl.col("charged_cents"))
        .then(pl.lit("line.incoherent"))
        .when(pl.col("care_date") > received_on)
        .then(pl.lit("line.future"))
    )


def as_refused(lines: pl.DataFrame, code: str) -> pl.DataFrame:
    """These lines as refused for one cause (``REFUSED_SCHEMA``)."""
    return _refused(lines.with_columns(code=pl.lit(code)))


def _refused(part: pl.DataFrame) -> pl.DataFrame:
    return part.select(pl.col(name).cast(kind) for name, kind in REFUSED_SCHEMA.items())


SAME_LINE = ["person_id", "invoice_no", "act_code", "care_on", "charged_cents", "amo_cents", "act_no"]


def set_apart_duplicates(matched: pl.DataFrame, existing: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The lines to adjudicate, and those that repeat the line before them, to be ignored (``IGNORED_SCHEMA``).

    Lines with the same ``SAME_LINE`` are one care, told in turn by a line and by its reversal: one that says again what the
    line before it said, held or in the same file, is a repeat. A line that was taken back may thus be sent again.
    """
    taken_back = existing.filter(pl.col("reverses_id").is_not_null())["reverses_id"].implode()
    stands = (pl.col("operation") == "N") & ~pl.col("line_id").is_in(taken_back)
    held = existing.group_by(SAME_LINE).agg(
        held=pl.when(stands.any()).then(pl.lit("N")).otherwise(pl.lit("A")), held_id=pl.col("line_id").max()
    )
    told = (
        matched.sort("line_id")
        .join(held, on=SAME_LINE, how="left", maintain_order="left")
        .with_columns(before=pl.col("operation").shift(1).over(SAME_LINE).fill_null(pl.col("held")))
    )
    repeated = told.filter(pl.col("operation") == pl.col("before"))
    fresh = told.filter(pl.col("operation").ne_missing(pl.col("before"))).drop("held", "held_id", "before")
    return fresh, _with_what_they_repeat(repeated, told)


def _with_what_they_repeat(repeated: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    """Each repeat with the last line kept before it: in the same file, else among those held."""
    if repeated.is_empty():
        return pl.DataFrame(schema=IGNORED_SCHEMA)
    kept = pl.when(pl.col("operation").ne_missing(pl.col("before"))).then("line_id")
    same = told.join(repeated.select(SAME_LINE).unique(), on=SAME_LINE, how="semi", maintain_order="left")
    same = same.with_columns(repeats_id=kept.forward_fill().over(SAME_LINE).fill_null(pl.col("held_id")))
    found = same.filter(pl.col("operation") == pl.col("before")).with_columns(code=pl.lit(IGNORED_DUPLICATE))
    return found.select(pl.col(name).cast(kind) for name, kind in IGNORED_SCHEMA.items())


REVERSAL_KEY = ["person_id", "invoice_no", "act_code", "care_on", "charged_cents"]


def pair_reversals(fresh: pl.DataFrame, standing: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Gives each reversal the line it takes back (``reverses_id``); those that find none are refused.

    ``standing`` holds the lines already in the books and not reversed: ``line_id`` and ``REVERSAL_KEY``. A reversal may
    also take back a line that stands before it in its own file. Several candidates are taken in order of number.
    """
    reversals = fresh.filter(pl.col("operation") == "A")
    if reversals.is_empty():
        return fresh.with_columns(reverses_id=pl.lit(None, pl.Int64)), pl.DataFrame(schema=REFUSED_SCHEMA)
    normal = fresh.filter(pl.col("operation") == "N").select("line_id", *REVERSAL_KEY)
    originals = pl.concat([standing.select("line_id", *REVERSAL_KEY), normal]).sort("line_id")
    rank = pl.int_range(pl.len()).over(REVERSAL_KEY)
    paired = reversals.with_columns(nth=rank).join(
        originals.with_columns(nth=rank).rename({"line_id": "reverses_id"}),
        on=[*REVERSAL_KEY, "nth"],
        how="left",
    )
    found = paired.filter(pl.col("reverses_id").is_not_null() & (pl.col("reverses_id") < pl.col("line_id")))
    lost = reversals.join(found.select("line_id"), on="line_id", how="anti")
    kept = pl.concat(
        [
            fresh.filter(pl.col("operation") == "N").with_columns(reverses_id=pl.lit(None, pl.Int64)),
            found.select(*fresh.columns, "reverses_id"),
        ]
    ).sort("line_id")
    return kept, _refused(lost.with_columns(code=pl.lit("reversal.no_original")))
