"""Imagined care is priced to the cent, reads back whole, and holds exactly the faults that were planned."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import polars as pl
import pytest
from demo_samples import ACS_DAY, TODAY, covered_people, portfolio

from egide.benefits.decisions.matching import match
from egide.demo.care import COLUMNS, UNKNOWN_ACT, care_lines, faults_in
from egide.exchanges.codecs.care_line_fields import REFERENCE
from egide.exchanges.codecs.care_lines import LINES_SCHEMA, CareLineRead, read_care_lines, write_care_lines
from egide.exchanges.codecs.noemie_envelope import Envelope
from egide.kernel.errors import Refusal
from egide.kernel.reference import load_table

LINES = 12_000
ERAS = pytest.mark.parametrize(
    ("first", "today"), [(date(2026, 1, 1), TODAY), (date(2015, 7, 1), ACS_DAY)], ids=["2026", "2015"]
)


def _care(first: date, today: date, *, lines: int = LINES, seed: int = 3) -> pl.DataFrame:
    return care_lines(portfolio(today), first=first, last=today, lines=lines, seed=seed, today=today)


def _read(care: pl.DataFrame, today: date) -> CareLineRead:
    envelope = Envelope(
        "SI",
        "00999000",
        "MU",
        "00000099999999",
        oc_number="99999999",
        file_id="S1",
        file_date=today,
        reference=REFERENCE,
    )
    return read_care_lines(write_care_lines(care, envelope))


@ERAS
def test_a_file_has_exactly_the_lines_asked(first: date, today: date) -> None:
    """The same seed gives the same lines, in the codec's own columns; another seed gives others."""
    care = _care(first, today)
    assert care.height == LINES
    assert care.schema == {name: LINES_SCHEMA[name] for name in COLUMNS}
    assert care.equals(_care(first, today))
    assert not care.equals(_care(first, today, seed=4))


@ERAS
def test_a_file_reads_back_as_it_was_written(first: date, today: date) -> None:
    """Only the repeated lines are refused by the codec: everything else comes back unchanged."""
    care = _care(first, today)
    read = _read(care, today)
    faults = faults_in(LINES)
    assert read.faults["code"].to_list() == ["care.repeated"] * faults.repeated
    sound = care.head(LINES - faults.repeated).drop("oc_number")
    assert read.lines.select(sound.columns).equals(sound)


@ERAS
def test_the_planned_faults_are_found_and_no_other(first: date, today: date) -> None:
    """Every line ends somewhere: matched, or refused for the reason that was planned."""
    families = {row.text("act_code"): row.text("family") for row in load_table("care_families")}
    read = _read(_care(first, today), today)
    found = match(read.lines, covered_people(portfolio(today)), families, received_on=today, first_id=1)
    faults = faults_in(LINES)
    assert dict(found.refused["code"].value_counts().iter_rows()) == {
        "person.unknown": faults.unknown_person,
        "cover.none": faults.not_covered,
        "act.unknown": faults.unknown_act,
    }
    assert found.matched.height + found.refused.height + faults.repeated == LINES
    assert (found.matched["operation"] == "A").sum() == faults.reversed


@ERAS
def test_amounts_are_consistent_to_the_cent(first: date, today: date) -> None:
    """The scheme's part is the base by the rate, half up; the charge is never below it; what is kept is part of it."""
    care = _care(first, today)
    half_up = (care["base_cents"] * care["rate_bp"].cast(pl.Int64) + 5_000) // 10_000
    assert (care["amo_cents"] == half_up).all()
    assert (care["charged_cents"] >= care["base_cents"]).all()
    assert (care["withheld_cents"] <= care["amo_cents"]).all()
    children = care.filter(pl.col("birth_date") > today.replace(year=today.year - 18))
    assert (children["withheld_cents"] == 0).all()
    consultations = care.filter(pl.col("act_code") == "G")
    assert set(consultations["withheld_cents"]) == ({0, 200} if today == TODAY else {0, 100})
    assert set(consultations["rate_bp"]) <= {3000, 7000, 9000, 10_000}
    base = 3000 if today == TODAY else 2300
    assert set(consultations["base_cents"]) == {base}
    assert 0.02 < (consultations["charged_cents"] > base).mean() < 0.12  # type: ignore[operator]


@ERAS
def test_every_code_but_the_planned_one_is_known(first: date, today: date) -> None:
    """A family of care for each act, in both eras; glasses, crowns and stays are there."""
    families = {row.text("act_code"): row.text("family") for row in load_table("care_families")}
    codes = set(_care(first, today)["act_code"])
    assert codes - set(families) == {UNKNOWN_ACT}
    for family in (
        "consultation_specialiste", "pharmacie_65", "dentaire_prothese", "optique_verre_simple", "hospitalisation_sejour",
        "forfait_journalier", "aide_auditive", "orthodontie",
    ):  # fmt: skip
        assert any(families.get(code) == family for code in codes), family


@ERAS
def test_care_is_given_while_people_are_covered(first: date, today: date) -> None:
    """No care after today, none on a day out of the cover except the planned ones, stays included."""
    care = _care(first, today)
    assert (care["care_date"] <= today).all()
    assert (care["care_date"] < first).sum() == faults_in(LINES).not_covered
    stays = care.filter("is_stay")
    assert (stays["stay_end"] >= stays["stay_start"]).all()
    assert (stays["stay_end"] <= today).all()
    nights = (stays["stay_end"] - stays["stay_start"]).dt.total_days()
    daily = stays.with_columns(nights=nights).filter(pl.col("act_code") == "FJ")
    assert (daily["quantity"] == daily["nights"] + 1).all()


def test_a_reversal_takes_back_an_earlier_line() -> None:
    """It names the line it takes back, with the same amounts, and comes after it."""
    care = _care(date(2026, 1, 1), TODAY).with_row_index("at")
    reversals = care.filter(pl.col("operation") == "A")
    originals = care.filter(pl.col("operation") == "N").unique("reference", keep="first")
    paired = reversals.join(originals, left_on="reversed_reference", right_on="reference", suffix="_first")
    assert paired.height == faults_in(LINES).reversed
    assert (paired["at"] > paired["at_first"]).all()
    for name in ("nir", "invoice_no", "act_code", "care_date", "charged_cents", "amo_cents"):
        assert (paired[name] == paired[f"{name}_first"]).all(), name


def test_care_follows_age_and_season() -> None:
    """The old are cared for more than adults, children see the generalist most, and winter brings more of them."""
    care = _care(date(2026, 1, 1), TODAY, lines=30_000)
    persons = portfolio(TODAY).persons
    born = [date(1900, 1, 1), date(1956, 1, 1), date(1986, 1, 1), date(2010, 1, 1)]
    per_head = [
        care.filter(pl.col("birth_date").is_between(start, end)).height
        / persons.filter(pl.col("birth_date").is_between(start, end)).height
        for start, end in pairwise(born)
    ]
    assert per_head[0] > 1.4 * per_head[1] > 1.4 * per_head[2] * 0.8
    visits = care.filter(pl.col("act_code") == "G").group_by(month=pl.col("care_date").dt.month()).len().sort("month")
    monthly = dict(visits.iter_rows())
    assert monthly[11] + monthly[10] > monthly[7] + monthly[8]


def test_care_of_nobody_is_refused() -> None:
    """A period in which nobody is covered says so instead of giving an empty file."""
    with pytest.raises(Refusal) as refusal:
        care_lines(portfolio(TODAY), first=date(2025, 1, 1), last=date(2025, 2, 1), lines=10, seed=1, today=TODAY)
    assert refusal.value.code == "demo.nobody_covered"


def test_a_price_that_changes_opens_a_new_segment() -> None:
    """Care before and after a rise carries the price of its own day."""
    care = _care(date(2026, 1, 1), TODAY, lines=30_000)
    care = care.filter(pl.col("act_code") == "FJ", pl.col("care_date") >= date(2026, 1, 1))
    unit = (
        care.with_columns(after=pl.col("care_date") >= date(2026, 3, 1))
        .group_by("after")
        .agg(pl.col("unit_price_cents").unique().sort())
    )
    assert dict(unit.iter_rows()) == {False: [2000], True: [2300]}
