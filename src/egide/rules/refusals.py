"""The refusals that both readers give, in the same words."""

from __future__ import annotations

from egide.kernel.errors import Refusal
from egide.rules.problems import Place
from egide.rules.syntax import Rule


def missing_cell(table: str, cell: str, file: str, where: str = "") -> Refusal:
    """Return the refusal that names a missing cell."""
    return Refusal(
        "rules.missing_cell",
        f"La table « {table} » n'a pas de case pour {cell}.",
        f"Complétez {file} dans une nouvelle version du livre, ou corrigez la donnée.",
        where,
    )


def zero_denominator(place: Place, where: str = "") -> Refusal:
    """Return the refusal of a prorata over zero."""
    return Refusal("rules.zero", f"Un prorata divise par zéro ({place}).", "Corrigez le dénominateur.", where)


def no_such_part(place: Place, where: str = "") -> Refusal:
    """Return the refusal of a part that does not exist."""
    return Refusal("rules.part", f"La part demandée n'existe pas ({place}).", "Demandez une part de 1 à n.", where)


def negative_under_ceiling(rule: Rule, where: str = "") -> Refusal:
    """Return the refusal of a negative amount under a ceiling: a reversal negates what was posted."""
    return Refusal(
        "rules.negative",
        f"Un montant négatif arrive sous le plafond « {rule.name} ».",
        "Une annulation inverse le montant déjà calculé ; elle ne le recalcule pas.",
        where,
    )
