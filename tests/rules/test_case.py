"""One situation, explained: the amount, its clause, its inputs, its rounding, and what would change it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from egide.kernel.errors import Refusal
from egide.rules.books import Book, load_book
from egide.rules.case import explain
from egide.rules.telling import tell
from egide.rules.worked_cases import WorkedCase, play, read_cases

BOOKS = Path(__file__).resolve().parents[2] / "books"
NBSP = "\N{NO-BREAK SPACE}"


def _worked_cases() -> list[tuple[Book, WorkedCase]]:
    books = [load_book(folder) for folder in sorted(BOOKS.iterdir()) if (folder / "reglement.md").is_file()]
    return [(book, case) for book in books for path in book.cases for case in read_cases(book, path)]


@pytest.mark.parametrize(("book", "case"), [pytest.param(b, c, id=f"{b.code}: {c.title}") for b, c in _worked_cases()])
def test_worked_cases(book: Book, case: WorkedCase) -> None:
    """What was agreed with the product owner is what the member gets."""
    reader = play(book, case)
    assert {name: reader.value(name) for name in case.expected} == dict(case.expected)


def test_each_book_has_at_least_twelve_cases() -> None:
    """A book is agreed on cases, not on prose alone."""
    cases = _worked_cases()
    assert {book.code: sum(b.code == book.code for b, _ in cases) >= 12 for book, _ in cases} == {
        "horizon_sante": True,
        "proxime_sante": True,
    }


SOIN = {"formule": "plus", "beneficiaire": 7, "date_soins": date(2026, 2, 3), "depense": 12_345, "urgent": False}
RULES = """regle brut pour soin : montant libelle "le brut" = taux_par_formule(formule).taux de depense
  dit "{formule} : {brut} pour {depense}."
regle rembourse pour soin : montant libelle "plafond de l'année"
  = brut dans la limite de plafond par [beneficiaire, annee(date_soins)]
  dit si rembourse < brut "Ramené de {brut} à {rembourse}." sinon "Remboursé : {rembourse}."
"""


def test_a_step_carries_its_reasons(small: Callable[[str], Book]) -> None:
    """Value, unit, sentence, clause, inputs, rounding and what is left: all in one tree, safe for JSON."""
    step = explain(small(RULES), "rembourse", SOIN, counters={("rembourse", "7|2026"): 2_000})
    assert (step.value, step.type, step.article) == (8_000, "montant", "Article 1")
    assert step.sentence == f"Ramené de 111,72{NBSP}€ à 80,00{NBSP}€."
    (brut, limit, *_) = step.inputs
    assert (brut.name, brut.value, brut.rounding is not None) == ("brut", 11_172, True)
    assert (limit.name, limit.kind) == ("plafond", "constante")
    assert [outlook.remaining for outlook in step.outlook] == [0]
    assert json.loads(json.dumps(step.as_dict()))["inputs"][0]["value"] == 11_172


def test_an_explanation_reads_aloud(small: Callable[[str], Book]) -> None:
    """The result first, then why, then what would change it."""
    lines = tell(explain(small(RULES), "rembourse", {**SOIN, "depense": 5_000}))
    assert lines == [
        f"Remboursé : 45,25{NBSP}€. (Article 1)",
        "Pourquoi :",
        f"– Plus : 45,25{NBSP}€ pour 50,00{NBSP}€. (Article 1)",
        "Ce qui changerait :",
        f"– Limite « plafond de l'année » : il reste 54,75{NBSP}€ sur 100,00{NBSP}€.",
    ]


@pytest.mark.parametrize(
    ("expression", "kind", "facts", "expected"),
    [
        ("depense au plus 100 € au moins 20 €", "montant", {"depense": 15_000}, 10_000),
        ("depense au plus 100 € au moins 20 €", "montant", {"depense": 100}, 2_000),
        ("depense prorata 1 sur 3", "montant", {"depense": 100}, 33),
        ("depense prorata 100 % sur 113,27 %", "montant", {"depense": 11_327}, 10_000),
        ("12,5 % de depense", "montant", {"depense": 4}, 1),
        ("part(depense, 3, 3)", "montant", {"depense": 100}, 33),
        ("part_de_douze(depense, 12)", "montant", {"depense": 1_000}, 83),
        ("min(depense, 5 €, 7 €) + max(1 €, 2 €)", "montant", {"depense": 10_000}, 700),
        ("si urgent alors 1 € sinon si depense > 50 € alors 2 € sinon 3 €", "montant", {"depense": 5_001}, 200),
        ("formule dans (base, plus) et non urgent", "ouinon", {}, True),
        ("formule non dans (plus)", "ouinon", {}, False),
        ("annee(ajouter_mois(date_soins, 11)) + numero_du_mois(date_soins)", "nombre", {}, 2029),
        ("ajouter_mois(date_soins, 1)", "date", {"date_soins": date(2026, 1, 31)}, date(2026, 2, 28)),
        ("ajouter_jours(date_soins, 14)", "date", {"date_soins": date(2026, 2, 20)}, date(2026, 3, 6)),
        ("premier_du_mois(date_soins)", "date", {}, date(2026, 2, 1)),
        ("mois_commences(debut, date_soins)", "nombre", {"debut": date(2026, 1, 31)}, 2),
        ("age_a(debut, date_soins)", "nombre", {"debut": date(2025, 2, 3)}, 1),
        ("age_au_1er_janvier(debut, 2026)", "nombre", {"debut": date(2025, 1, 2)}, 0),
        ("attente de 3 mois depuis debut passee le date_soins", "ouinon", {"debut": date(2025, 11, 3)}, True),
        ("attente de 3 mois depuis debut passee le date_soins", "ouinon", {"debut": date(2025, 11, 4)}, False),
    ],
)
def test_the_vocabulary(
    small: Callable[[str], Book], expression: str, kind: str, facts: dict[str, object], expected: object
) -> None:
    """Each word of the language gives the amount a person would find by hand."""
    book = small(f"regle r pour soin : {kind} = {expression}")
    given = {**SOIN, "debut": date(2025, 6, 1), **facts}
    assert explain(book, "r", given).value == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("somme de age par [adhesion]", [40, 40, 40, 3]),
        ("somme de (si age < 18 alors 1 sinon 0) par adhesion", [2, 2, 2, 1]),
        ("rang parmi age < 18 par age dans [adhesion]", [0, 2, 1, 1]),
        ("cumul de age par age dans [adhesion]", [40, 15, 5, 3]),
    ],
)
def test_groups(small: Callable[[str], Book], expression: str, expected: list[int]) -> None:
    """A rule sees the rows of the same enrolment, and only those."""
    book = small(f"regle r pour beneficiaire : nombre = {expression}")
    rows = [{"adhesion": a, "age": age, "formule": "base"} for a, age in ((1, 25), (1, 10), (1, 5), (2, 3))]
    assert [explain(book, "r", row, group=rows).value for row in rows] == expected


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"depense": None}, "rules.fact"),
        ({"depense": 1_000_000}, "rules.fact"),
        ({"depense": 12.5}, "rules.fact"),
        ({"formule": "or"}, "rules.fact"),
        ({"beneficiaire": True}, "rules.fact"),
    ],
)
def test_a_bad_fact_is_refused(small: Callable[[str], Book], facts: dict[str, object], code: str) -> None:
    """Nothing is guessed: a missing, wrong or out-of-domain fact is named."""
    with pytest.raises(Refusal) as refused:
        explain(small(RULES), "rembourse", {**SOIN, **facts})
    assert refused.value.code == code
    assert next(iter(facts)) in str(refused.value)


def test_an_unknown_rule_says_the_nearest(small: Callable[[str], Book]) -> None:
    """Asking for a rule that does not exist names the one meant."""
    with pytest.raises(Refusal, match="« rembourse »"):
        explain(small(RULES), "rembourser", SOIN)


def test_the_end_of_a_waiting_period_is_told(horizon: Book) -> None:
    """A refusal says until when, and in which clause."""
    case = next(c for _, c in _worked_cases() if "délai d'attente" in c.title)
    lines = tell(play(horizon, case).step("rembourse"))
    assert f"– Le délai d'attente de 3 mois prend fin le 15{NBSP}juillet 2026." in lines
    assert any("(Article 11)" in line and "après 3 mois" in line for line in lines)
