"""Whether two types go together, or the fault to tell at the place where they do not."""

from __future__ import annotations

from egide.rules.kinds import COUNTABLE, Type, text_of
from egide.rules.problems import Fault, Place, did_you_mean


def same(place: Place, a: Type, b: Type, what: str) -> Type:
    """Return the common type; two lists of choices become one.  Raises Fault."""
    if a.name != b.name:
        raise Fault(
            place,
            f"{what} n'ont pas le même type : {a} et {b}.",
            "Comparez et additionnez des choses de même type.",
        )
    return text_of(*a.choices, *b.choices) if a.name == "texte" else a


def comparable(place: Place, a: Type, b: Type) -> None:
    """Prove that two values can be equal.  Raises Fault."""
    same(place, a, b, "Les deux côtés de la comparaison")
    if a.name != "texte" or set(a.choices) & set(b.choices):
        return
    raise Fault(
        place,
        f"« {' / '.join(b.choices[:3])} » n'est pas dans la liste {', '.join(a.choices[:12])}.",
        did_you_mean(b.choices[0], a.choices, "Corrigez le mot, ou ajoutez-le à la liste."),
    )


def countable(place: Place, kind: Type) -> None:
    """Prove that one can compute with a type.  Raises Fault."""
    if kind.name not in COUNTABLE:
        raise Fault(place, f"On ne calcule pas avec un {kind}.", "Calculez avec des montants, taux ou nombres.")
