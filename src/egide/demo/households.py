"""Who lives together: members, spouses and children with their sex, birth dates and names. Pure."""

from __future__ import annotations

from datetime import date

import polars as pl

from egide.demo.chance import Chance, repeated
from egide.demo.names import first_names, last_names, sort_keys

SLOTS = 7  # places in a household: the member, a spouse, five children

# kind, age of the member (from, to), weight in a thousand, spouse, children (each as often as it stands there)
_KINDS = pl.DataFrame(
    [
        ("student", 18, 25, 50, False, [0]),
        ("single", 22, 59, 220, False, [0]),
        ("senior", 60, 96, 120, False, [0]),
        ("couple", 24, 59, 120, True, [0]),
        ("senior couple", 60, 88, 140, True, [0]),
        ("family", 25, 54, 260, True, [1] * 34 + [2] * 44 + [3] * 16 + [4] * 4 + [5] * 2),
        ("one parent", 22, 54, 90, False, [1] * 56 + [2] * 32 + [3] * 10 + [4] * 2),
    ],
    schema={
        "kind": pl.String,
        "age_from": pl.Int64,
        "age_to": pl.Int64,
        "weight": pl.Int64,
        "has_spouse": pl.Boolean,
        "children_drawn": pl.List(pl.Int64),
    },
    orient="row",
)
_ADULT_DAYS = 19 * 365
_SPACING_DAYS = 420  # no two births of one mother are closer, twins apart


def families(members: int, *, seed: int) -> pl.DataFrame:
    """One row per household, in order: its kind, how many children, the member's age in days and sex, twins or not."""
    chance = Chance(seed, "household")
    rows = pl.Series("row", range(_KINDS.height), dtype=pl.Int64)
    frame = pl.DataFrame({"household": pl.arange(members, dtype=pl.Int64, eager=True)})
    frame = frame.with_columns(_kind=chance.pick("kind", repeated(rows, _KINDS["weight"]))).with_columns(
        pl.lit(_KINDS[name]).gather(pl.col("_kind")).alias(name) for name in _KINDS.columns if name != "weight"
    )
    days = chance.between("member age", pl.col("age_from") * 365, pl.col("age_to") * 365 + 364)
    frame = frame.with_columns(
        member_days=days,
        member_sex=pl.when(chance.happens("member sex", 520)).then(pl.lit("F")).otherwise(pl.lit("M")),
        children=pl.col("children_drawn").list.get(chance.below("children", pl.col("children_drawn").list.len())),
    )
    # A parent is at least nineteen years older than the eldest, who leaves room for the births that follow.
    room = pl.col("member_days") - _ADULT_DAYS
    children = pl.min_horizontal("children", (room // _SPACING_DAYS).cast(pl.Int64)).clip(lower_bound=0)
    frame = frame.with_columns(children=children)
    youngest_first = (pl.col("children") - 1).clip(lower_bound=0) * _SPACING_DAYS
    eldest_most = pl.min_horizontal(pl.lit(24 * 365 + 200), pl.col("member_days") - _ADULT_DAYS)
    eldest = chance.between("eldest", youngest_first, pl.max_horizontal(youngest_first, eldest_most))
    return frame.with_columns(
        eldest_days=eldest,
        twins=chance.happens("twins", 25) & (pl.col("children") >= 2),
    ).drop("_kind", "age_from", "age_to", "children_drawn")


def people(homes: pl.DataFrame, *, seed: int, today: date) -> pl.DataFrame:
    """One row per person, in order of household then place in it.

    Columns: ``household``, ``slot``, ``key`` (the person's own number), ``link``, ``sex``, ``birth_date``,
    ``birth_rank``, ``student``, ``last_name``, ``first_name``, ``sort_key``, and those of the household.
    """
    slots = pl.concat_list(
        pl.lit([0]),
        pl.when(pl.col("has_spouse")).then(pl.lit([1])).otherwise(pl.lit([], dtype=pl.List(pl.Int64))),
        pl.int_ranges(2, 2 + pl.col("children"), dtype=pl.Int64),
    )
    frame = (
        homes.with_columns(slot=slots).explode("slot").with_columns(key=pl.col("household") * SLOTS + pl.col("slot"))
    )
    one, home = Chance(seed, "key"), Chance(seed, "household")
    member, spouse = pl.col("slot") == 0, pl.col("slot") == 1
    frame = frame.with_columns(
        link=pl.when(member).then(pl.lit("member")).when(spouse).then(pl.lit("spouse")).otherwise(pl.lit("child")),
        sex=_sex(one),
        days=_days(one),
        birth_rank=_rank(),
    ).with_columns(birth_date=pl.lit(today) - pl.duration(days=pl.col("days")))
    adult_child = (pl.col("link") == "child") & (pl.col("days") >= 18 * 365 + 5)
    return (
        frame.with_columns(
            student=adult_child | ((pl.col("kind") == "student") & member),
            last_name=_last_name(home, one),
            first_name=first_names(one),
        )
        .pipe(_separate_namesakes)
        .pipe(lambda named: named.with_columns(sort_key=sort_keys(named)))
    )


def _sex(chance: Chance) -> pl.Expr:
    opposite = pl.when(pl.col("member_sex") == "F").then(pl.lit("M")).otherwise(pl.lit("F"))
    of_spouse = pl.when(chance.happens("same sex", 30)).then(pl.col("member_sex")).otherwise(opposite)
    of_child = pl.when(chance.happens("child sex", 488)).then(pl.lit("F")).otherwise(pl.lit("M"))
    return (
        pl.when(pl.col("slot") == 0)
        .then(pl.col("member_sex"))
        .when(pl.col("slot") == 1)
        .then(of_spouse)
        .otherwise(of_child)
    )


def _days(chance: Chance) -> pl.Expr:
    """Age in days. Children come one after another, evenly spaced; the last two are the twins."""
    spouse = (pl.col("member_days") + chance.between("spouse age", -7 * 365, 7 * 365)).clip(lower_bound=_ADULT_DAYS)
    # Where there are children, a spouse is old enough to be their parent.
    parent = pl.when(pl.col("children") > 0).then(pl.col("eldest_days") + _ADULT_DAYS).otherwise(0)
    spouse = pl.max_horizontal(spouse, parent)
    later = (pl.col("children") - 1).clip(lower_bound=1)
    spacing = pl.min_horizontal(pl.col("eldest_days") // later, pl.lit(1300))
    nth = pl.col("slot") - 2
    twin = pl.col("twins") & (nth == pl.col("children") - 1)
    child = pl.col("eldest_days") - spacing * (nth - twin.cast(pl.Int64))
    return (
        pl.when(pl.col("slot") == 0).then(pl.col("member_days")).when(pl.col("slot") == 1).then(spouse).otherwise(child)
    )


def _rank() -> pl.Expr:
    """The second twin has rank 2: nothing else tells them apart under a parent's number."""
    second = pl.col("twins") & (pl.col("slot") == pl.col("children") + 1)
    return pl.when(second & (pl.col("slot") >= 2)).then(2).otherwise(1).cast(pl.Int16)


def _last_name(home: Chance, one: Chance) -> pl.Expr:
    """Spouses share the member's name seven times in ten, keep their own or join both otherwise."""
    family, own = last_names(home, "family name"), last_names(one, "own name")
    drawn = one.below("spouse name", 10)
    joined = pl.concat_str(own, pl.lit("-"), family)
    # A name that is double already is not doubled again.
    of_spouse = pl.when(drawn < 7).then(family).when((drawn < 9) | joined.str.count_matches("-").gt(1)).then(own)
    return pl.when(pl.col("slot") == 1).then(of_spouse.otherwise(joined)).otherwise(family)


def _separate_namesakes(frame: pl.DataFrame) -> pl.DataFrame:
    """Brothers and sisters of one first name take a second one: « Léo, Pierre » is still « Léo-Pierre » on a card."""
    again = pl.col("first_name").cum_count().over("household", "first_name") - 1
    second = pl.lit(pl.Series(["Pierre", "Alix", "Camille", "Dominique", "Claude", "Morgan"])).gather(
        again.cast(pl.Int64) % 6
    )
    return frame.with_columns(
        first_name=pl.when(again > 0).then(pl.concat_str("first_name", pl.lit("-"), second)).otherwise("first_name")
    )
