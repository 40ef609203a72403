"""The closed list of functions: their types, and what the date ones give."""

from __future__ import annotations

from datetime import date, timedelta
from typing import cast

from egide.kernel.periods import add_months, age_on, age_on_1_january, first_of_month, months_begun
from egide.rules.kinds import AMOUNT, DATE, NUMBER, Type, Value

FUNCTIONS: dict[str, tuple[tuple[Type, ...], Type]] = {
    "age_a": ((DATE, DATE), NUMBER),
    "age_au_1er_janvier": ((DATE, NUMBER), NUMBER),
    "ajouter_jours": ((DATE, NUMBER), DATE),
    "ajouter_mois": ((DATE, NUMBER), DATE),
    "annee": ((DATE,), NUMBER),
    "mois_commences": ((DATE, DATE), NUMBER),
    "numero_du_mois": ((DATE,), NUMBER),
    "premier_du_mois": ((DATE,), DATE),
    "premier_janvier": ((NUMBER,), DATE),
    "part": ((AMOUNT, NUMBER, NUMBER), AMOUNT),
    "part_de_douze": ((AMOUNT, NUMBER), AMOUNT),
}
EXTREMES = ("min", "max")


def on_dates(function: str, given: list[Value]) -> Value:
    """Return what a date function gives; an age is 0 before birth."""
    first = cast(date, given[0])
    match function:
        case "age_a":
            day = cast(date, given[1])
            return age_on(first, max(first, day))
        case "age_au_1er_janvier":
            return age_on_1_january(first, cast(int, given[1]))
        case "ajouter_jours":
            return first + timedelta(days=cast(int, given[1]))
        case "ajouter_mois":
            return add_months(first, cast(int, given[1]))
        case "annee":
            return first.year
        case "mois_commences":
            return months_begun(first, cast(date, given[1]))
        case "numero_du_mois":
            return first.month
        case "premier_du_mois":
            return first_of_month(first)
        case _:
            return date(cast(int, given[0]), 1, 1)
