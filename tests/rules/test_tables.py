"""A grid is complete and says each cell once, or the error names the cell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from egide.rules.books import BookProblems, load_book

GRID = """table grille dans "grille.csv"
  cle formule
  cle age : nombre de "age_min" a "age_max" couvre 0 a 120
  valeur prix : montant
  source "le test"
"""
HEADER = "formule,age_min,age_max,prix\n"

CASES = [
    # lines of the grid, what the error says
    ("base,0,120,10\nplus,0,17,5\nplus,20,120,8\n", "il manque la case formule = plus, age de 18 à 19"),
    ("base,0,120,10\n", "il manque la case formule = plus, age de 0 à 120"),
    ("base,0,120,10\nplus,0,30,5\nplus,30,120,8\n", "la case formule = plus, age = 30 est donnée 2 fois (lignes 3, 4)"),
    ("base,0,120,10\nplus,0,,\n", "la case est vide"),
    ("base,0,120,10\nplus,0,,8 francs\n", "8 francs"),
    ("base,0,120,10\nor,0,,8\nplus,0,,8\n", "« or » n'est pas un texte parmi base, plus"),
]


@pytest.mark.parametrize(("lines", "message"), CASES)
def test_a_hole_or_a_double_cell_is_named(write: Callable[..., Path], lines: str, message: str) -> None:
    """A missing cell would pay nothing in silence: it is refused before anything computes."""
    with pytest.raises(BookProblems) as refused:
        load_book(write(GRID, grille_csv=HEADER + lines))
    told = [f"{problem.message} {problem.remedy}" for problem in refused.value.problems]
    assert any(message in text for text in told), told
    assert {p.file for p in refused.value.problems} == {"grille.csv"}


def test_open_ends_and_excluded_ends(write: Callable[..., Path]) -> None:
    """An empty end is open; "avant" excludes the second column, "a" includes it."""
    definition = GRID.replace('de "age_min" a "age_max"', 'de "age_min" avant "age_max"')
    book = load_book(write(definition, grille_csv=HEADER + "base,,18,5\nbase,18,,7\nplus,0,,9\n"))
    table = book.tables["grille"]
    found = [table.find(("base", age)) for age in (0, 17, 18, 99)]
    assert [row.values[0] if row else None for row in found] == [500, 500, 700, 700]


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        (GRID.replace("grille.csv", "gril.csv"), "« gril.csv » n'existe pas"),
        (GRID.replace("prix", "pris"), "La colonne « pris » manque"),
        (GRID.replace("cle age : nombre", "cle agee"), "La clé « agee » n'a pas de type"),
        (GRID.replace('"grille.csv"', '"../grille.csv"'), "n'existe pas"),
    ],
)
def test_a_table_names_its_file_and_columns(write: Callable[..., Path], definition: str, message: str) -> None:
    """A wrong file, column or key says the nearest right one; a book reads nothing outside its folder."""
    definition = definition if "agee" not in definition else definition.replace(" couvre 0 a 120", "")
    with pytest.raises(BookProblems, match=message):
        load_book(write(definition, grille_csv=HEADER + "base,0,120,10\nplus,0,120,5\n"))
