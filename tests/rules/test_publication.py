"""What publishing proves: each check is shown failing on a small bad book, and both books pass them all."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from egide.rules.books import Book, load_book
from egide.rules.parity import frame_of, random_rows
from egide.rules.publication import check_book, check_folder, effect

BOOKS = Path(__file__).resolve().parents[2] / "books"
CASE = """titre = "Un cas"
pour = "soin"
[[cas]]
titre = "dix euros"
situation = { depense = "10 €" }
attendu = { r = "10 €" }
"""
GOOD = 'regle r pour soin : montant = depense au plus plafond dit "Remboursé : {r}."'


@pytest.mark.parametrize("name", ["horizon_sante_2026", "proxime_sante_2015"])
def test_our_books_are_publishable(name: str) -> None:
    """Names, types, tables, sentences, sources, cases, parity by the thousand, responsible contract: all proved."""
    assert [str(problem) for problem in check_folder(BOOKS / name, draws=1_000)] == []


def test_a_good_small_book_is_publishable(write: Callable[..., Path]) -> None:
    """The checks ask for nothing that a small book cannot give."""
    assert check_folder(write(GOOD, cas__a_toml=CASE)) == []


@pytest.mark.parametrize(
    ("rules", "files", "message"),
    [
        ("regle r pour soin : montant = depense", {}, "« r » ne se dit pas"),
        (GOOD, {"cas__a_toml": CASE.replace('{ r = "10 €"', '{ r = "11 €"')}, "r vaut 10,00"),
        (GOOD, {"cas__a_toml": CASE.replace("depense", "depence")}, "« depence » n'existe pas"),
        (GOOD, {"cas__a_toml": CASE.replace('"10 €"', "10.0")}, "n'est pas un montant"),
        (GOOD, {"cas__a_toml": "[[cas"}, "ne se lit pas"),
        (GOOD, {"cas__a_toml": ""}, "aucun cas"),
        (GOOD, {"grille_csv": "a,b\n"}, "Aucune table ne lit ce fichier"),
        (
            'table t dans "grille.csv"\n  cle formule\n  valeur prix : montant\n' + GOOD,
            {"grille_csv": "formule,prix\nbase,1\nplus,2\n"},
            "« t » n'a pas de source",
        ),
        (
            'table t dans "grille.csv"\n  cle jour : date de "du" avant "au"\n  valeur prix : montant\n  source "x"\n'
            'regle r pour soin : montant = t(date_soins).prix dit "{r}"',
            {"grille_csv": "du,au,prix\n2026-01-01,2026-07-01,1\n"},
            "ne répond pas à une situation permise",
        ),
    ],
)
def test_each_check_fails_on_a_bad_book(
    write: Callable[..., Path], rules: str, files: dict[str, str], message: str
) -> None:
    """A book that is silent, unproved or incomplete is not published, and says why."""
    files = {"cas__a_toml": CASE, **files}
    told = [str(problem) for problem in check_folder(write(rules, **files))]
    assert any(message in text for text in told), told


def test_a_clause_that_promises_computes(write: Callable[..., Path]) -> None:
    """An amount written by hand in a clause without a block is a promise that nobody keeps."""
    folder = write(GOOD, cas__a_toml=CASE)
    text = folder / "reglement.md"
    text.write_text(text.read_text(encoding="utf-8") + "\n## Article 2. Naissance\n\nUne prime de 150 €.\n")
    assert ["Article 2 promet un montant" in str(problem) for problem in check_folder(folder)] == [True]


def _copy(tmp_path: Path, name: str, file: str, old: str, new: str) -> Path:
    folder = tmp_path / name
    shutil.copytree(BOOKS / name, folder)
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return folder


GRID, TEXT = "garanties.csv", "reglement.md"


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (GRID, "premium,consultation_specialiste,220,200", "premium,consultation_specialiste,220,220", "tarifaire : 20,00"),
        (GRID, "essentielle,pharmacie_65,100,100", "essentielle,pharmacie_65,0,0", "il manque 30,00"),
        (GRID, "premium,optique_verre_simple,100,100,120", "premium,optique_verre_simple,100,100,200", "80,00"),
        (GRID, "essentielle,optique_verre_complexe,100,100,90", "essentielle,optique_verre_complexe,100,100,40", "au minimum"),
        (GRID, "premium,aide_auditive,100,100,1700", "premium,aide_auditive,100,100,1900", "200,00"),
        (TEXT, "plafond_monture : montant = 100 €", "plafond_monture : montant = 90 €", ""),
        (TEXT, "majoration_hors_parcours : taux = 40 %", "majoration_hors_parcours : taux = 0 %", "majoration hors parcours"),
        (TEXT, "famille dans (forfait_journalier, forfait_acte_lourd)", "famille = forfait_acte_lourd", "forfait_journalier"),
    ],
)  # fmt: skip
def test_the_responsible_contract_is_probed(tmp_path: Path, file: str, old: str, new: str, message: str) -> None:
    """Outside a floor or a cap of its dates, the check names the article, the formula and the excess."""
    book = load_book(_copy(tmp_path, "horizon_sante_2026", file, old, new))
    told = [str(p) for p in check_book(book, draws=1) if "formule" in p.message]
    if not message:
        assert told == []
        return
    assert any(message in text and "Article 16" in text for text in told), told


def test_lower_guarantees_break_the_acs_minimum(proxime: Book) -> None:
    """Formulas A, B and C give at least what CSS R863-11 asks (reference/acs_guarantees.csv)."""
    minimum = pl.read_csv(BOOKS.parent / "reference" / "acs_guarantees.csv")
    table = proxime.tables["garanties"]

    def cell(formula: str, family: str, column: int) -> int:
        row = table.find((formula, family))
        assert row is not None
        return int(row.values[column])

    for contract, guarantee, rate, amount in minimum.select(
        "contract", "guarantee", "rate_bp", "amount_cents"
    ).iter_rows():
        formula = contract.lower()
        if guarantee == "DENTAIRE":
            assert cell(formula, "dentaire_prothese", 0) == cell(formula, "orthodontie", 0) == rate
        elif guarantee.startswith("OPTIQUE"):
            simple, complex_ = cell(formula, "optique_verre_simple", 1), cell(formula, "optique_verre_complexe", 1)
            lenses = {"SIMPLE": 2 * simple, "COMPLEXE": 2 * complex_, "MIXTE": simple + complex_}
            assert cell(formula, "optique_monture", 1) + lenses[guarantee.split("_")[1]] == amount
        elif guarantee in ("LENTILLES", "AUDIO"):
            family = {"LENTILLES": "lentilles", "AUDIO": "aide_auditive"}[guarantee]
            assert cell(formula, family, 1) == amount


def test_a_book_is_hashed_whole(tmp_path: Path, horizon: Book) -> None:
    """One cent in one cell is another book: the digest is on every amount it decided."""
    copy = load_book(_copy(tmp_path, "horizon_sante_2026", "limites.csv", "1600", "1601"))
    assert len(horizon.digest) == 64
    assert copy.digest != horizon.digest
    assert sorted(name for name, _ in horizon.references) == [
        "reference:premium_taxes.csv", "reference:time_limits.csv",
    ]  # fmt: skip


def test_the_effect_of_a_change_is_shown_by_family(tmp_path: Path, horizon: Book) -> None:
    """Before publishing, last month's lines say what changes, for whom and by how much."""
    after = load_book(
        _copy(tmp_path, "horizon_sante_2026", "garanties.csv", "confort,biologie,100,100", "confort,biologie,150,150")
    )
    frame = frame_of(horizon, "soin", random_rows(horizon, "soin", 400, 3))
    shown = effect(horizon, after, frame)
    assert shown["lines"].sum() == 400
    changed = shown.filter(pl.col("difference_cents") != 0)
    assert set(changed.select("formule", "famille").iter_rows()) <= {("confort", "biologie")}
    assert (shown["after_cents"] - shown["before_cents"]).to_list() == shown["difference_cents"].to_list()


def test_the_notice_holds_the_values_of_the_rules(horizon: Book) -> None:
    """The prose cites the constants and grids that compute: notice and amounts cannot drift apart."""
    prose = {article.number: article.prose for article in horizon.articles}
    assert "après 3 mois d'adhésion" in prose["Article 11"]
    assert "| Confort | 800,00" in prose["Article 11"]
    assert "| Premium | prothèse dentaire | 400" in prose["Article 9"]
    assert "{{" not in "".join(prose.values())
