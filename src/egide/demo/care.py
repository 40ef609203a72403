"""The care lines that the compulsory scheme would send for a portfolio, with the faults that real files hold. Pure.

Lines come in order of invoice; those that take back or repeat an earlier line stand at the end of the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from egide.demo.care_acts import BANDS, CONSUMPTION
from egide.demo.care_prices import Prices, days_drawn, in_winter, prices_between, visits_drawn
from egide.demo.chance import Chance, repeated
from egide.demo.numbers import nir_keys
from egide.demo.portfolio import Portfolio
from egide.exchanges.codecs.care_line_columns import LINES_SCHEMA
from egide.exchanges.codecs.care_line_write import DEFAULTS
from egide.kernel.errors import Refusal

UNKNOWN_ACT = "QZZ"
# What the reader gives to each line: a writer has none of them.
_GIVEN_BY_READER = ("line_no", "act_no", "position")
COLUMNS = [name for name in LINES_SCHEMA if name not in _GIVEN_BY_READER]


@dataclass(frozen=True, slots=True)
class Faults:
    """How many lines of a file are at fault, by kind: the same share of every file."""

    unknown_person: int
    not_covered: int
    unknown_act: int
    reversed: int
    repeated: int

    @property
    def appended(self) -> int:
        """The lines that come after the others: they take back or repeat one of them."""
        return self.reversed + self.repeated


def faults_in(lines: int) -> Faults:
    """The faults of a file of so many lines: about six in a thousand."""
    return Faults(lines // 800, lines // 600, lines // 2000, lines // 500, lines // 1500)


def care_lines(portfolio: Portfolio, *, first: date, last: date, lines: int, seed: int, today: date) -> pl.DataFrame:
    """Exactly ``lines`` lines of care given from ``first`` to ``last``, never after ``today`` (``COLUMNS``).

    Raises Refusal when nobody is covered in that time.
    """
    last = min(last, today)
    prices = prices_between(first, last)
    faults = faults_in(lines)
    invoices = _invoices(_covered(portfolio, first, last), prices, wanted=lines - faults.appended, seed=seed)
    acts = _priced(_acts(invoices, prices, wanted=lines - faults.appended), prices, seed=seed)
    acts = acts.sort("care_date", "invoice", maintain_order=True)
    return _with_faults(_written(acts, first), faults, first=first)


def _covered(portfolio: Portfolio, first: date, last: date) -> pl.DataFrame:
    """Covers that meet the period, with what a line needs of their person, their days, and their weight by age."""
    persons, scheme = portfolio.persons, portfolio.enrolments["scheme"]
    band = pl.lit(0)
    age = (pl.lit(first) - pl.col("birth_date")).dt.total_days() // 365
    for start in BANDS:
        band = band + (age >= start).cast(pl.Int32)
    found = portfolio.covers.select(
        pl.lit(scheme).gather("enrolment").alias("scheme"),
        "student",
        *(pl.lit(persons[name]).gather("person").alias(name) for name in ("insured_nir", "birth_date", "birth_rank")),
        from_day=pl.max_horizontal("starts_on", pl.lit(first)),
        to_day=pl.min_horizontal(pl.col("ends_on").dt.offset_by("-1d").fill_null(last), pl.lit(last)),
        starts_on=pl.col("starts_on"),
    )
    found = found.filter(pl.col("from_day") <= pl.col("to_day")).with_columns(band=band, age=age)
    if found.is_empty():
        raise Refusal(
            code="demo.nobody_covered",
            where=f"du {first:%d/%m/%Y} au {last:%d/%m/%Y}",
            message="Aucune personne de ce portefeuille n’est couverte sur cette période.",
            remedy="Choisissez une période où des adhésions sont en cours.",
        )
    return found


def _invoices(covered: pl.DataFrame, prices: Prices, *, wanted: int, seed: int) -> pl.DataFrame:
    """Who was seen, when and for what: at least one act each, enough of them for the lines wanted."""
    chance = Chance(seed, "invoice")
    rows = pl.int_range(covered.height, dtype=pl.UInt32, eager=True)
    weight = pl.lit(pl.Series(CONSUMPTION, dtype=pl.UInt32)).gather(pl.col("band"))
    seen = repeated(rows, covered.select(weight).to_series())
    drawn, begins, lengths = visits_drawn(prices)
    who = pl.DataFrame({"invoice": pl.int_range(wanted, dtype=pl.Int64, eager=True)}).with_columns(
        person=chance.pick("person", seen),
        day=chance.pick("day", days_drawn(prices.starts[0], covered["to_day"].max())),  # type: ignore[arg-type]
    )
    who = who.with_columns(
        pl.lit(covered[name]).gather(pl.col("person")).alias(name) for name in ("from_day", "to_day", "band", "age")
    )
    # A day out of the person's cover moves inside it: everyone is cared for as often as the others.
    inside = pl.col("day").is_between("from_day", "to_day")
    days = (pl.col("to_day") - pl.col("from_day")).dt.total_days() + 1
    moved = pl.col("from_day") + pl.duration(days=chance.below("day inside", days))
    who = who.with_columns(care_date=pl.when(inside).then("day").otherwise(moved))
    season = pl.col("band").cast(pl.Int64) * 2 + in_winter(pl.col("care_date")).cast(pl.Int64)
    at = pl.lit(pl.Series(begins)).gather(season) + chance.below("visit", pl.lit(pl.Series(lengths)).gather(season))
    nights = chance.between("nights", 1, 4) * chance.between("more nights", 1, 3)
    return who.select(
        "invoice",
        "person",
        "care_date",
        "age",
        visit=pl.lit(drawn).gather(at),
        nights=pl.min_horizontal(nights, (pl.col("to_day") - pl.col("care_date")).dt.total_days()),
        # One in four of the old, one in twenty-five of the others, is treated for a long illness half of the time.
        illness=Chance(seed, "person").happens("long illness", pl.when(pl.col("age") >= 60).then(250).otherwise(40))
        & chance.happens("illness care", 500),
        off_path=chance.happens("off path", 45) & (pl.col("age") >= 16),
    ).pipe(lambda frame: _with_person(frame, covered))


def _with_person(frame: pl.DataFrame, covered: pl.DataFrame) -> pl.DataFrame:
    names = ("insured_nir", "birth_date", "birth_rank", "scheme", "starts_on")
    return frame.with_columns(pl.lit(covered[name]).gather(pl.col("person")).alias(name) for name in names)


def _acts(invoices: pl.DataFrame, prices: Prices, *, wanted: int) -> pl.DataFrame:
    """One row per act, exactly as many as wanted: ``act`` is a row of the price list, ``line`` its number."""
    numbers = {name: row for row, name in enumerate(prices.acts["name"])}
    contents = pl.Series([[numbers[name] for name in visit.acts] for visit in prices.visits], dtype=pl.List(pl.Int64))
    lengths = pl.Series([len(visit.acts) for visit in prices.visits], dtype=pl.Int64)
    stays = pl.Series([visit.stay for visit in prices.visits])
    before = pl.lit(lengths).gather(pl.col("visit")).cum_sum() - pl.lit(lengths).gather(pl.col("visit"))
    enough = invoices.filter(before < wanted)
    return (
        enough.with_columns(act=pl.lit(contents).gather(pl.col("visit")), is_stay=pl.lit(stays).gather(pl.col("visit")))
        .explode("act")
        .head(wanted)
        .with_row_index("line")
    )


def _priced(acts: pl.DataFrame, prices: Prices, *, seed: int) -> pl.DataFrame:
    """Each act with its base, rate, compulsory part, charge and withholding, consistent to the cent."""
    chance = Chance(seed, "line")
    acts = acts.with_columns(price=prices.row(pl.col("act"), pl.col("care_date"), pl.col("scheme")))
    acts = acts.with_columns(
        *(pl.lit(prices.acts[name]).gather(pl.col("act")).alias(name) for name in prices.acts.columns[1:]),
        *(pl.lit(prices.rates[name]).gather(pl.col("price")).alias(name) for name in prices.rates.columns),
    )
    of_stay = (
        pl.when(pl.col("per") == "days").then(pl.col("nights") + 1).otherwise(pl.max_horizontal("nights", pl.lit(1)))
    )
    drawn = chance.between("quantity", pl.col("quantity_low"), pl.col("quantity_high"))
    unit = chance.between("base", pl.col("base_low"), pl.col("base_high"))
    charged = chance.between("charged", pl.col("charged_low") // 100, pl.col("charged_high") // 100) * 100
    excess = chance.between("excess", pl.col("excess_low") // 100, pl.col("excess_high") // 100) * 100
    acts = acts.with_columns(
        quantity=pl.when(pl.col("per") == "").then(drawn).otherwise(of_stay),
        unit_price_cents=unit,
        has_excess=chance.happens("excess", pl.col("excess_per_thousand")),
        rate_bp=pl.when("illness").then("illness_bp").when("off_path").then("off_path_bp").otherwise("rate_bp"),
    ).with_columns(base_cents=pl.col("unit_price_cents") * pl.col("quantity"))
    base = pl.col("base_cents")
    amo = (base * pl.col("rate_bp") + 5_000) // 10_000
    # Adults leave a flat contribution on each act or box; the scheme keeps it from what it pays.
    withheld = pl.min_horizontal(pl.col("withheld_cents") * pl.col("quantity"), amo)
    return acts.with_columns(
        amo_cents=amo,
        withheld_cents=pl.when(pl.col("age") >= 18).then(withheld).otherwise(0),
        charged_cents=pl.when(pl.col("charged_high") > 0)
        .then(pl.max_horizontal(base, charged * pl.col("quantity")))
        .when("has_excess")
        .then(base + excess)
        .otherwise(base),
        # Half of those who ask for more have signed the tariff option.
        tariff_agreement=~pl.col("has_excess") | chance.happens("tariff option", 500),
    )


def _written(acts: pl.DataFrame, first: date) -> pl.DataFrame:
    """The columns of a care file. Numbers of invoices and lines begin with the letters of the year and month."""
    letters = f"{chr(65 + first.year % 26)}{chr(64 + first.month)}"
    serial = pl.int_range(pl.len(), dtype=pl.Int64)
    invoice = (pl.col("invoice") != pl.col("invoice").shift(1)).fill_null(value=True).cum_sum()
    stay_day = pl.when("is_stay").then("care_date")
    ready = acts.with_columns(
        reference=pl.concat_str(pl.lit(letters), serial.cast(pl.String).str.zfill(8)),
        invoice_no=pl.concat_str(pl.lit(letters), invoice.cast(pl.String).str.zfill(7)),
        nir="insured_nir",
        nir_key=nir_keys("insured_nir"),
        exemption=pl.when("illness").then(pl.lit("4")).otherwise(pl.lit("0")),
        care_path=~pl.col("off_path"),
        stay_start=stay_day,
        stay_end=stay_day + pl.duration(days="nights"),
    )
    ready = ready.with_columns(default.alias(name) for name, default in DEFAULTS.items() if name not in ready.columns)
    return ready.select(*(pl.col(name).cast(LINES_SCHEMA[name]) for name in COLUMNS), "starts_on")


def _with_faults(lines: pl.DataFrame, faults: Faults, *, first: date) -> pl.DataFrame:
    """Spoils some whole invoices in place, then adds the lines that take back or repeat sound ones."""
    spoilt = faults.unknown_person + faults.not_covered + faults.unknown_act
    # One line in so many is chosen, evenly through the file; the first chosen are strangers, the last are repeated.
    step = max(1, lines.height // max(1, spoilt + faults.appended))
    lines = lines.with_row_index("at").with_columns(
        nth=pl.when(pl.col("at") % step == step // 2).then(pl.col("at").cast(pl.Int64) // step)
    )
    edges = [
        faults.unknown_person,
        spoilt - faults.unknown_act,
        spoilt,
        spoilt + faults.reversed,
        spoilt + faults.appended,
    ]
    unknown = pl.col("nth") < edges[0]
    uncovered = pl.col("nth").is_between(edges[0], edges[1], closed="left")
    odd_act = pl.col("nth").is_between(edges[1], edges[2], closed="left")
    reversals = lines.filter(pl.col("nth").is_between(edges[2], edges[3], closed="left"))
    repeats = lines.filter(pl.col("nth").is_between(edges[3], edges[4], closed="left"))
    before = pl.min_horizontal("starts_on", pl.lit(first)) - pl.duration(days=20)
    # No birth is written in commune 990: nobody has this number.
    stranger = pl.concat_str(pl.col("nir").str.slice(0, 7), pl.lit("990"), pl.col("nir").str.slice(10, 3))
    spoilt_lines = lines.with_columns(
        nir=pl.when(unknown).then(stranger).otherwise("nir"),
        care_date=pl.when(uncovered).then(before).otherwise("care_date"),
        act_code=pl.when(odd_act).then(pl.lit(UNKNOWN_ACT)).otherwise("act_code"),
    ).with_columns(nir_key=pl.when(unknown).then(nir_keys("nir")).otherwise("nir_key"))
    serial = (pl.int_range(pl.len(), dtype=pl.Int64) + lines.height).cast(pl.String).str.zfill(8)
    taken_back = reversals.with_columns(
        operation=pl.lit("A"),
        reversed_reference="reference",
        reference=pl.concat_str(pl.col("reference").str.slice(0, 2), serial),
    )
    return pl.concat([part.select(COLUMNS) for part in (spoilt_lines, taken_back, repeats)])
