"""The price list of a period: for each act, price segment and scheme, its base, rates and flat contributions.

A price that changes inside the period opens a new segment. Arrays are flat, so that a column of a million lines finds
its price with one gather.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from egide.demo.care_acts import ACTS, BANDS, VISITS, Act, Visit
from egide.demo.chance import repeated
from egide.kernel.reference import load_table

SCHEMES = ("general", "alsace_moselle")
_REGIMES = ("GENERAL", "ALSACE_MOSELLE")
_OFF_PATH = ("CONSULT_MED", "ACTE_TECH_MED", "IMAGERIE")
# Care that goes with a long illness is paid in full by the scheme; the rest is not touched by it.
_LONG_ILLNESS = (
    "CONSULT_MED", "ACTE_TECH_MED", "IMAGERIE", "AUX_MED", "BIOLOGIE", "PHARM_65", "PHARM_30", "HONO_DISP", "LPP",
    "TRANSPORT", "HOSP_SEJOUR", "DEPLACEMENT",
)  # fmt: skip
_TABLES = ("amo_rates", "base_rates", "flat_contributions")
_WINTER = (11, 12, 1, 2, 3)


@dataclass(frozen=True, slots=True)
class Prices:
    """The acts sold over a period (``acts``, one row each) and their prices by segment and scheme (``rates``).

    ``rates`` has one row per act, segment and scheme, in that order: ``base_low``, ``base_high``, ``rate_bp``,
    ``off_path_bp``, ``illness_bp``, ``withheld_cents``. ``starts`` are the first days of the segments.
    """

    acts: pl.DataFrame
    rates: pl.DataFrame
    starts: tuple[date, ...]
    visits: tuple[Visit, ...]

    def segment(self, day: pl.Expr) -> pl.Expr:
        """The number of the segment that holds a day."""
        number: pl.Expr = pl.lit(0, dtype=pl.Int64)
        for start in self.starts[1:]:
            number = number + (day >= start).cast(pl.Int64)
        return number

    def row(self, act: pl.Expr, day: pl.Expr, scheme: pl.Expr) -> pl.Expr:
        """The row of ``rates`` of an act (its row), a day and a scheme."""
        which = (scheme == SCHEMES[1]).cast(pl.Int64)
        return (act * len(self.starts) + self.segment(day)) * len(SCHEMES) + which


def prices_between(first: date, last: date) -> Prices:
    """The price list from one day to another, both included; acts that are not sold throughout are left out."""
    changes = {row.period.start for name in _TABLES for row in load_table(name) if first < row.period.start <= last}
    starts = (first, *sorted(changes))
    visits = tuple(
        visit for visit in VISITS if all(ACTS[name].sold_on(day) for name in visit.acts for day in (first, last))
    )
    names = sorted({name for visit in visits for name in visit.acts})
    rates = [_rates(ACTS[name], day, regime) for name in names for day in starts for regime in _REGIMES]
    return Prices(acts=_frame(names), rates=pl.DataFrame(rates, orient="row"), starts=starts, visits=visits)


def _frame(names: list[str]) -> pl.DataFrame:
    rows = []
    for name in names:
        act = ACTS[name]
        charged = act.charged or (0, 0)
        rows.append(
            {
                "name": name,
                "act_code": act.code,
                "charged_low": charged[0],
                "charged_high": charged[1],
                "excess_per_thousand": act.excess_per_thousand,
                "excess_low": act.excess[0],
                "excess_high": act.excess[1],
                "quantity_low": act.quantity[0],
                "quantity_high": act.quantity[1],
                "per": act.per,
                "basket": act.basket,
                "executant": act.executant,
            }
        )
    return pl.DataFrame(rows)


def _rates(act: Act, day: date, regime: str) -> dict[str, int]:
    low, high = act.base
    if act.price:
        low = high = load_table("base_rates").one(day, act=act.price[0], code=act.price[1]).number("base_cents")
    if act.flat:
        low = high = load_table("flat_contributions").one(day, item=act.flat).number("amount_cents")
    withheld = (
        load_table("flat_contributions").one(day, item=act.withheld).number("amount_cents") if act.withheld else 0
    )
    rate = _rate(act.family, act.context, regime, day) if act.family else 0
    return {
        "base_low": low,
        "base_high": high,
        "rate_bp": rate,
        "off_path_bp": _rate(act.family, "HORS_PARCOURS", regime, day) if _has_path(act) else rate,
        "illness_bp": 10_000 if act.family in _LONG_ILLNESS else rate,
        "withheld_cents": withheld,
    }


def _has_path(act: Act) -> bool:
    """Going straight to a doctor costs part of the rate, except inside a hospital."""
    return act.family in _OFF_PATH and act.context == "STANDARD"


def _rate(family: str, context: str, regime: str, day: date) -> int:
    """The scheme's rate; a special context that the local scheme does not change is that of the general one."""
    table = load_table("amo_rates").at(day)
    for wanted in (regime, _REGIMES[0]):
        found = table.where(family=family, context=context, regime=wanted).rows
        if found:
            return found[0].number("rate_bp")
    return table.one(day, family=family, context="STANDARD", regime=regime).number("rate_bp")


def visits_drawn(prices: Prices) -> tuple[pl.Series, list[int], list[int]]:
    """The visits as often as they come, for each age band and season in a row, with where each begins and its length."""
    parts: list[pl.Series] = []
    begins: list[int] = []
    lengths: list[int] = []
    rows = pl.Series(range(len(prices.visits)), dtype=pl.Int64)
    for band in range(len(BANDS) + 1):
        for winter in (False, True):
            weights = [visit.weights[band] * (visit.winter if winter else 100) // 10 for visit in prices.visits]
            part = repeated(rows, weights)
            begins.append(sum(lengths))
            lengths.append(part.len())
            parts.append(part)
    return pl.concat(parts), begins, lengths


def days_drawn(first: date, last: date) -> pl.Series:
    """The days of a period as often as care is given on them: few on Sundays and in August, many in winter."""
    days = pl.date_range(first, last, eager=True)
    weights = [
        (13 if day.month in _WINTER else 7 if day.month == 8 else 10) * {6: 4, 7: 1}.get(day.isoweekday(), 10)
        for day in days
    ]
    return repeated(days, weights)


def in_winter(day: pl.Expr) -> pl.Expr:
    """Whether a day is in the cold months, when more is consulted."""
    return day.dt.month().is_in(_WINTER)
