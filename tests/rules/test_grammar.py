"""The language refuses, with the file, the line, what is wrong and the remedy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from egide.rules.books import BookProblems, load_book

RULE_LINE = 22
"""Where the rules of a test start in the small book."""

FAULTS = [
    # rules, line after the first, message, remedy
    ("regle r pour soin : montant = depens", 0, "Le nom « depens » est inconnu", "« depense »"),
    ("regle r pour soin : montant = depense + 3", 0, "montant et nombre", "même type"),
    ("regle r pour soin : montant = depense fois depense", 0, "un montant par un montant", "nombre à droite"),
    ("regle r pour soin : montant = depense de 70 %", 0, "« montant de taux »", "taux de montant"),
    ("regle r pour soin : nombre = depense", 0, "déclarée nombre mais vaut un montant", "Changez le type"),
    ("regle r pour soin : argent = depense", 0, "« argent » n'est pas un type", "Les types sont"),
    ("regle r pour soins : montant = 0 €", 0, "La portée « soins » n'a aucune entrée", "« soin »"),
    ("regle r pour soin : montant = si urgent alors 1 €", 0, "« sinon » attendu", "toujours"),
    ("regle r pour soin : montant = depense * 2", 0, "Le signe « * » n'existe pas", "fois"),
    ("regle r pour soin : montant = 12,5", 0, "« 12,5 » n'a pas d'unité", "12,50 €"),
    ("regle r pour soin : montant = 1,234 €", 0, "plus de deux décimales", "Deux décimales"),
    ("regle r pour soin : ouinon = date_soins > 2026-02-30", 0, "Le 2026-02-30 n'existe pas", "calendrier"),
    ('regle r pour soin : montant = 0 € dit "oups', 0, "n'est pas refermé", "guillemet droit"),
    ("regle r pour soin : montant = taux_par_formule(formule)", 0, "Il manque la colonne", "colonnes : taux"),
    ("regle r pour soin : taux = taux_par_formule(formule).tau", 0, "pas de colonne « tau »", "« taux »"),
    ("regle r pour soin : taux = taux_par_form(formule).taux", 0, "n'existe pas", "taux_par_formule"),
    ("regle r pour soin : taux = taux_par_formule(depense).taux", 0, "La clé « formule »", "taux_par_formule(formule)"),
    ("regle r pour soin : ouinon = formule = plu", 0, "« plu » est inconnu", "« plus »"),
    ('regle r pour soin : ouinon = formule = "or"', 0, "« or » n'est pas dans la liste base, plus", "ajoutez-le"),
    ("regle r pour soin : nombre = anne(date_soins)", 0, "La fonction « anne » n'existe pas", "« annee »"),
    ("regle r pour soin : nombre = annee(depense)", 0, "Un date est attendu ici", "Corrigez"),
    ("regle r pour soin : nombre = annee(date_soins, 3)", 0, "demande 1 argument(s), pas 2", "annee(date)"),
    ("regle r pour soin : montant = min(depense)", 0, "au moins deux valeurs", "Ajoutez"),
    ("regle r pour soin : nombre = age", 0, "« age » n'existe pas pour la portée soin", "autre nom"),
    ("regle r pour soin : ouinon = depense et urgent", 0, "relie des conditions, pas un montant", "Comparez"),
    ("regle depense pour soin : montant = 0 €", 0, "« depense » est déjà défini", "renommez"),
    ("regle r pour soin : montant = s\nregle s pour soin : montant = r", 0, "r → s → r", "Coupez le cercle"),
    ("regle r pour soin : texte = premier refus parmi (rien)", 0, "« rien » n'est pas un refus", "refus nom"),
    ('regle r pour soin : montant = 0 € dit "{rr}"', 0, "cite « {rr} », inconnu", "« r »"),
    ("reglee r pour soin : montant = 0 €", 0, "« reglee » n'ouvre pas une définition", "« regle »"),
    (
        "regle r pour soin : montant = depense dans la limite de 3 par [beneficiaire]",
        0,
        "un montant par un nombre",
        "Limitez",
    ),
    (
        "regle p pour soin : montant = depense dans la limite de plafond par [beneficiaire]\n"
        "regle r pour soin : montant = si urgent alors p sinon 0 €",
        1,
        "« p » dépend d'un plafond",
        "additionnez",
    ),
    (
        "regle p pour soin : montant = depense dans la limite de plafond par [beneficiaire]\n"
        "regle r pour soin : montant = somme de p par [beneficiaire]",
        1,
        "réunir par groupe",
        "avant le plafond",
    ),
]


@pytest.mark.parametrize(("rules", "line", "message", "remedy"), FAULTS)
def test_each_fault_is_told_with_its_line_and_its_remedy(
    write: Callable[..., Path], rules: str, line: int, message: str, remedy: str
) -> None:
    """A product owner knows where the fault is, what it is, and what to write instead."""
    with pytest.raises(BookProblems) as refused:
        load_book(write(rules))
    problem = refused.value.problems[0]
    assert problem.file == "reglement.md"
    assert message in problem.message
    assert remedy in problem.remedy
    assert problem.line == RULE_LINE + line


def test_all_the_faults_of_a_book_are_told_together(write: Callable[..., Path]) -> None:
    """Three faults in three definitions: three problems, in reading order, in one refusal."""
    rules = "regle a pour soin : montant = depens\nregle b pour soin : montant = 3\nregle c pour soin : = 0 €"
    with pytest.raises(BookProblems) as refused:
        load_book(write(rules))
    assert [problem.line for problem in refused.value.problems] == [RULE_LINE, RULE_LINE + 1, RULE_LINE + 2]
    assert "3 erreurs" in str(refused.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# Rien\n", "aucun produit"),
        ("# Rien\n```regle\nregle r pour soin : montant = 0 €\n```\n", "dans aucun article"),
        ("# Rien\n```regle\nproduit p version 2026-01-01\n", "n'est pas refermé"),
    ],
)
def test_a_text_that_is_not_a_book_is_refused(write: Callable[..., Path], text: str, message: str) -> None:
    """A règlement has one product, its rules stand in articles, its blocks are closed."""
    with pytest.raises(BookProblems, match=message):
        load_book(write(text=text))


def test_the_prose_cites_only_what_exists(write: Callable[..., Path]) -> None:
    """{{plafond}} is filled in the notice; an unknown name is refused at its line."""
    book = load_book(write())
    assert book.articles[0].prose == "Dans la limite de 100,00\N{NO-BREAK SPACE}€."
    text = (book.folder / "reglement.md").read_text(encoding="utf-8").replace("{{plafond}}", "{{plafon}}")
    with pytest.raises(BookProblems, match="« plafond »"):
        load_book(write(text=text))


def test_accents_and_capitals_do_not_matter(small: Callable[[str], object]) -> None:
    """ "Règle" and "regle" are one word, so are "Dépense" and "depense"."""
    book = small("Règle R pour soin : montant = Dépense au plus 100 €")
    assert "r" in book.rules  # type: ignore[attr-defined]
