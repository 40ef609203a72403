"""A small book to bend: each test writes it with one fault and reads what the house answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from egide.rules.books import Book, load_book

BOOKS = Path(__file__).resolve().parents[2] / "books"

SMALL = """# Petit règlement
```regle
produit petit version 2026-01-01 titre "Petit" assureur "Nous"
  formules (base "Base", plus "Plus") responsable non
entree formule pour soin, beneficiaire : texte parmi (base "Base", plus "Plus") libelle "la formule"
entree beneficiaire pour soin : nombre de 1 a 99 libelle "le bénéficiaire"
entree date_soins pour soin : date de 2026-01-01 a 2027-12-31 libelle "la date des soins"
entree debut pour soin : date de 2025-01-01 a 2027-12-31 libelle "le début"
entree depense pour soin : montant de 0 € a 1 000 € libelle "la dépense"
entree urgent pour soin : ouinon libelle "l'urgence"
entree adhesion pour beneficiaire : nombre de 1 a 99 libelle "l'adhésion"
entree age pour beneficiaire : nombre de 0 a 120 libelle "l'âge"
table taux_par_formule dans "taux.csv"
  cle formule
  valeur taux : taux
  source "le test"
```
## Article 1. Remboursement
Dans la limite de {{plafond}}.
```regle
constante plafond : montant = 100 €
{rules}
```
"""
RATES = 'formule,taux\nbase,70\nplus,"90,5"\n'


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a folder: the small book with these rules, and other files by name."""

    def _write(rules: str = "", *, text: str | None = None, **files: str) -> Path:
        folder = tmp_path / "petit_2026"
        (folder / "cas").mkdir(parents=True, exist_ok=True)
        # ``{rules}`` is replaced by hand: sentences hold braces of their own.
        (folder / "reglement.md").write_text(text or SMALL.replace("{rules}", rules), encoding="utf-8")
        (folder / "taux.csv").write_text(RATES, encoding="utf-8")
        for name, content in files.items():
            path = folder / name.replace("__", "/").replace("_csv", ".csv").replace("_toml", ".toml")
            path.write_text(content, encoding="utf-8")
        return folder

    return _write


@pytest.fixture
def small(write: Callable[..., Path]) -> Callable[[str], Book]:
    """Load the small book with these rules."""
    return lambda rules: load_book(write(rules))


@pytest.fixture(scope="session")
def horizon() -> Book:
    return load_book(BOOKS / "horizon_sante_2026")


@pytest.fixture(scope="session")
def proxime() -> Book:
    return load_book(BOOKS / "proxime_sante_2015")
