"""Where people live and were born: real towns with their postcodes, invented streets."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import polars as pl

from egide.demo.chance import Chance, repeated

ALSACE_MOSELLE = ("57", "67", "68")

_STREETS = """
rue de la République|rue Victor-Hugo|avenue Jean-Jaurès|rue des Écoles|rue Pasteur|place de l’Église|rue du Moulin
rue de l’Abbé-Grégoire|boulevard Gambetta|rue des Tilleuls|allée des Érables|impasse des Lilas|rue du 11-Novembre
rue de la Gare|chemin des Vignes|rue Marie-Curie|rue du Général-de-Gaulle|quai de la Rivière|rue Saint-Étienne
rue Louise-Michel|avenue de l’Europe|rue des Peupliers|cours de la Liberté|rue Émile-Zola|rue du Château-d’Eau
rue de la Fontaine|rue Jules-Ferry|route de l’Étang|square des Cèdres|rue Jeanne-d’Arc|rue du Faubourg-Bannier
rue Simone-Veil|sentier de la Garenne|rue de l’Hôtel-de-Ville|rue du Puits-de-Jacob|rue Berthe-Morisot|rue des Prés
"""
_STREET = pl.Series("street", [street for line in _STREETS.strip().splitlines() for street in line.split("|")])


@lru_cache(maxsize=1)
def towns() -> pl.DataFrame:
    """The towns: ``postcode``, ``city``, ``department`` (2A and 2B in Corsica), ``weight``."""
    read = pl.read_csv(Path(__file__).with_name("towns.csv"), schema_overrides={"postcode": pl.String})
    start = pl.col("postcode").str.slice(0, 2)
    corsica = pl.when(pl.col("postcode") < "20200").then(pl.lit("2A")).otherwise(pl.lit("2B"))
    return read.with_columns(department=pl.when(start == "20").then(corsica).otherwise(start))


def addresses(frame: pl.DataFrame, chance: Chance) -> pl.DataFrame:
    """The frame with ``line1``, ``postcode``, ``city`` and ``department`` of residence."""
    known = towns()
    number = chance.between("house number", 1, 148)
    street = chance.pick("street", _STREET)
    bis = pl.when(chance.happens("bis", 60)).then(pl.lit(" bis")).otherwise(pl.lit(""))
    # One address in nine is in a building: the flat comes first, as the post asks.
    flat = (
        pl.when(chance.happens("flat", 110))
        .then(pl.concat_str(pl.lit("Appt "), chance.between("flat number", 1, 64).cast(pl.String), pl.lit(", ")))
        .otherwise(pl.lit(""))
    )
    rows = pl.Series("town", range(known.height), dtype=pl.Int64)
    return (
        frame.with_columns(_town=chance.pick("town", repeated(rows, known["weight"])))
        .with_columns(
            pl.concat_str(flat, number.cast(pl.String), bis, pl.lit(" "), street).alias("line1"),
            *(pl.lit(known[name]).gather(pl.col("_town")).alias(name) for name in ("postcode", "city", "department")),
        )
        .drop("_town")
    )


def birth_departments(chance: Chance) -> pl.Expr:
    """The department of birth of persons with a ``department`` and a ``birth_date``: six in ten were born near home.

    Births in Corsica before 1976 read 20, births abroad 99.
    """
    known = towns()
    anywhere = chance.pick("birth town", repeated(known["department"], known["weight"]))
    drawn = chance.below("birth place", 100)
    place = pl.when(drawn < 60).then(pl.col("department")).when(drawn < 93).then(anywhere).otherwise(pl.lit("99"))
    one_corsica = place.is_in(["2A", "2B"]) & (pl.col("birth_date").dt.year() < 1976)
    return pl.when(one_corsica).then(pl.lit("20")).otherwise(place)
