"""A column of millions gives the same cents as one explained case, whatever the batch."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egide.kernel.errors import Refusal
from egide.rules.books import Book, load_book
from egide.rules.case import explain
from egide.rules.columns import evaluate
from egide.rules.parity import case_values, frame_of, random_rows
from egide.rules.worked_cases import play, read_cases

BOOKS = Path(__file__).resolve().parents[2] / "books"
LOADED = [load_book(BOOKS / name) for name in ("horizon_sante_2026", "proxime_sante_2015")]
SCOPES = [pytest.param(book, scope, id=f"{book.code}-{scope}") for book in LOADED for scope in ("soin", "beneficiaire")]


def _rules(book: Book, scope: str) -> list[str]:
    return [rule.name for rule in book.rules.values() if rule.scope == scope]


@pytest.mark.parametrize(("book", "scope"), SCOPES)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_both_readers_agree_on_random_situations(book: Book, scope: str, seed: int) -> None:
    """There is one text: what is explained is what is paid, and the counters close alike."""
    rules = _rules(book, scope)
    rows = random_rows(book, scope, 60, seed)
    counters: dict[tuple[str, str], int] = {}
    by_case = case_values(book, scope, rows, rules, counters)
    result = evaluate(book, scope, rules, frame_of(book, scope, rows))
    assert result.frame.select(rules).to_dicts() == by_case
    assert {(c, k): used for c, k, used in result.counters.iter_rows()} == counters


@pytest.mark.parametrize("book", LOADED, ids=lambda book: book.code)
def test_both_readers_agree_on_worked_cases(book: Book) -> None:
    """What was agreed one by one is what the night batch pays."""
    for case in (case for path in book.cases for case in read_cases(book, path)):
        rules = list(case.expected)
        rows = [*case.before, case.facts, *case.others]
        opening = pl.DataFrame(
            [(name, key, used) for (name, key), used in case.counters.items()],
            schema={"counter": pl.String, "key": pl.String, "used": pl.Int64},
            orient="row",
        )
        entries = [e for e in book.inputs(case.scope) if e.name in case.facts]
        frame = pl.DataFrame({e.name: [row[e.name] for row in rows] for e in entries})
        found = evaluate(book, case.scope, rules, frame, counters=opening).frame.row(len(case.before), named=True)
        assert {name: found[name] for name in rules} == dict(case.expected), case.title
        assert play(book, case).value(rules[0]) == found[rules[0]]


@pytest.mark.parametrize("book", LOADED, ids=lambda book: book.code)
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32), cut=st.integers(0, 120))
def test_a_batch_cut_in_two_pays_the_same(book: Book, seed: int, cut: int) -> None:
    """evaluate(A + B) equals evaluate(A) then evaluate(B) with A's closing counters, cents and counters."""
    rules = _rules(book, "soin")
    frame = frame_of(book, "soin", random_rows(book, "soin", 120, seed))
    whole = evaluate(book, "soin", rules, frame)
    first = evaluate(book, "soin", rules, frame[:cut])
    second = evaluate(book, "soin", rules, frame[cut:], counters=first.counters)
    assert pl.concat([first.frame, second.frame]).equals(whole.frame)
    closing = {(c, k): u for part in (first, second) for c, k, u in part.counters.iter_rows()}
    assert closing == {(c, k): u for c, k, u in whole.counters.iter_rows()}


CEILING = """regle r pour soin : montant
  = depense dans la limite de (si formule = plus alors 150 € sinon 100 €) par [beneficiaire]
"""


def _lines(*lines: tuple[int, str, int]) -> pl.DataFrame:
    return pl.DataFrame(lines, schema=["beneficiaire", "formule", "depense"], orient="row")


@pytest.mark.parametrize(
    ("lines", "opening", "paid", "closing"),
    [
        # lines (beneficiary, formula, expense in euros), used before, paid in euros, used after
        ([(1, "base", 60), (1, "base", 60), (1, "base", 60)], {}, [60, 40, 0], {"1": 100}),
        ([(1, "base", 60), (2, "base", 60), (1, "base", 60)], {}, [60, 60, 40], {"1": 100, "2": 60}),
        ([(1, "base", 60)], {"1": 70}, [30], {"1": 100}),
        ([(1, "base", 60)], {"1": 100}, [0], {}),
        ([(1, "base", 60)], {"1": 120}, [0], {}),
        ([(1, "base", 0)], {}, [0], {}),
        # The limit changes within the batch: what was refused before does not eat the new limit.
        ([(1, "base", 130), (1, "plus", 40)], {}, [100, 40], {"1": 140}),
        ([(1, "plus", 130), (1, "base", 40), (1, "plus", 40)], {}, [130, 0, 20], {"1": 150}),
    ],
)
def test_ceilings_run_in_row_order(
    small: Callable[[str], Book],
    lines: list[tuple[int, str, int]],
    opening: dict[str, int],
    paid: list[int],
    closing: dict[str, int],
) -> None:
    """A ceiling pays the first lines first, goes on from the opening counter, and closes only what it touched."""
    before = pl.DataFrame({"counter": ["r"] * len(opening), "key": list(opening), "used": list(opening.values())})
    before = before.cast({"counter": pl.String, "key": pl.String, "used": pl.Int64}).with_columns(pl.col("used") * 100)
    frame = _lines(*lines).with_columns(pl.col("depense") * 100)
    result = evaluate(small(CEILING), "soin", ["r"], frame, counters=before)
    assert result.frame["r"].to_list() == [amount * 100 for amount in paid]
    assert dict(result.counters.select("key", pl.col("used") // 100).iter_rows()) == closing


ONCE = "regle r pour soin : ouinon = une fois par 12 mois par [beneficiaire] le date_soins parmi urgent"
DAY = date(2026, 3, 10)


@pytest.mark.parametrize(
    ("days", "opening", "accepted"),
    [
        # days after the first purchase, last purchase before, accepted
        ([0, 0, 0], None, [True, True, True]),
        ([0, 364, 365], None, [True, False, True]),
        ([0, 30, 366], None, [True, False, True]),
        ([0], DAY - timedelta(days=100), [False]),
        ([0], DAY, [True]),
        ([300, 0], DAY - timedelta(days=365), [True, False]),
    ],
)
def test_one_purchase_per_period(
    small: Callable[[str], Book], days: list[int], opening: date | None, accepted: list[bool]
) -> None:
    """The period starts from the last accepted purchase; lines of the same day are one purchase."""
    frame = pl.DataFrame(
        {
            "beneficiaire": [1] * len(days),
            "urgent": [True] * len(days),
            "date_soins": [DAY + timedelta(days=n) for n in days],
        }
    )
    before = None
    if opening:
        before = pl.DataFrame({"counter": ["r"], "key": ["1"], "used": [opening.toordinal()]})
    result = evaluate(small(ONCE), "soin", ["r"], frame, counters=before)
    assert result.frame["r"].to_list() == accepted
    outside = evaluate(small(ONCE), "soin", ["r"], frame.with_columns(pl.lit(False).alias("urgent")))
    assert outside.frame["r"].all()
    assert outside.counters.is_empty()


def test_the_frame_keeps_its_rows_and_its_columns(horizon: Book) -> None:
    """The wanted columns are added to the rows given, in their order; amounts are Int64."""
    frame = frame_of(horizon, "soin", random_rows(horizon, "soin", 50, 1)).with_columns(ligne=pl.int_range(50))
    result = evaluate(horizon, "soin", ["rembourse", "motif_refus"], frame).frame
    assert result.drop("rembourse", "motif_refus").equals(frame)
    assert result.schema["rembourse"] == pl.Int64
    empty = evaluate(horizon, "soin", ["rembourse"], frame.clear())
    assert empty.frame.height == 0


BAD = [
    # change of the frame, code, what is said
    (lambda f: f.drop("depense"), "rules.fact", "depense"),
    (lambda f: f.with_columns(pl.when(pl.col("beneficiaire") != 3).then("depense")), "rules.fact", "ligne 3"),
    (lambda f: f.with_columns(pl.col("depense").cast(pl.Float64)), "rules.fact", "jamais de flottants"),
    (lambda f: f.with_columns(pl.lit("or").alias("formule")), "rules.fact", "base, plus"),
    (lambda f: f.with_columns(pl.lit(999_999).alias("depense")), "rules.fact", "ligne 1"),
    (lambda f: f.with_columns(pl.lit(0).alias("r")), "rules.columns", "« r »"),
]


@pytest.mark.parametrize(("change", "code", "said"), BAD)
def test_a_bad_column_stops_the_batch(
    small: Callable[[str], Book], change: Callable[[pl.DataFrame], pl.DataFrame], code: str, said: str
) -> None:
    """A null, a float or an unknown word stops the batch before it computes, and names the line."""
    frame = _lines((1, "base", 10), (2, "plus", 10), (3, "base", 10))
    with pytest.raises(Refusal) as refused:
        evaluate(small(CEILING), "soin", ["r"], change(frame))
    assert refused.value.code == code
    assert said in str(refused.value)


HOLE = """table grille dans "grille.csv"
  cle jour : date de "du" avant "au"
  valeur taux : taux
  source "le test"
regle r pour soin : montant = (si urgent alors grille(date_soins).taux sinon 0 %) de depense
regle z pour soin : montant = depense prorata 1 sur (annee(date_soins) - 2026)
regle n pour soin : montant = depense - 5 € dans la limite de plafond par [beneficiaire]
"""


@pytest.mark.parametrize(
    ("rule", "depense", "message"),
    [
        ("r", 1_000, "jour = 1er\N{NO-BREAK SPACE}mai 2026"),
        ("z", 1_000, "divise par zéro"),
        ("n", 100, "montant négatif"),
    ],
)
def test_what_cannot_be_computed_is_refused_by_both_readers(
    write: Callable[..., Path], rule: str, depense: int, message: str
) -> None:
    """A missing cell is named, with its line; a branch not taken needs no cell."""
    book = load_book(write(HOLE, grille_csv="du,au,taux\n2026-01-01,2026-05-01,50\n"))
    facts = {"beneficiaire": 1, "urgent": True, "date_soins": date(2026, 5, 1), "depense": depense}
    calm = {**facts, "urgent": False, "date_soins": date(2026, 4, 1)}
    frame = pl.DataFrame([calm, facts])
    with pytest.raises(Refusal, match=message) as refused:
        evaluate(book, "soin", [rule], frame)
    assert "ligne" in refused.value.where
    with pytest.raises(Refusal, match=message):
        explain(book, rule, facts)
    if rule == "r":
        paid = evaluate(book, "soin", ["r"], frame.with_columns(pl.lit(False).alias("urgent")))
        assert paid.frame["r"].to_list() == [0, 0]


DATES = """regle a pour soin : nombre = age_a(debut, date_soins)
regle b pour soin : nombre = age_au_1er_janvier(debut, annee(date_soins))
regle c pour soin : date = ajouter_mois(debut, 1)
regle d pour soin : date = ajouter_mois(debut, beneficiaire)
regle e pour soin : nombre = mois_commences(debut, date_soins)
regle f pour soin : montant = (depense - 500 €) prorata 7 sur 12
regle g pour soin : montant = 12,5 % de (depense - 500 €)
regle h pour soin : montant = part(depense - 500 €, 2, 3)
regle i pour soin : ouinon = attente de 6 mois depuis debut passee le date_soins
regle j pour soin : date = premier_janvier(annee(premier_du_mois(date_soins)) + 1)
regle m pour soin : date = ajouter_jours(ajouter_jours(debut, beneficiaire), 0 - 30)
regle k pour soin : texte = si urgent alors formule sinon si depense > 1 € alors base sinon plus
regle l pour soin : ouinon = k = formule ou k dans (plus)
"""


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(
        st.fixed_dictionaries(
            {
                "formule": st.sampled_from(["base", "plus"]),
                "beneficiaire": st.integers(1, 60),
                "debut": st.dates(date(2025, 1, 1), date(2027, 12, 31)),
                "date_soins": st.dates(date(2026, 1, 1), date(2027, 12, 31)),
                "depense": st.integers(0, 100_000),
                "urgent": st.booleans(),
            }
        ),
        min_size=1,
        max_size=20,
    )
)
def test_roundings_and_dates_are_the_kernel_s(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, object]]
) -> None:
    """Half up away from zero, last day of short months, ages at birthdays: the same in columns as in the kernel."""
    book = _DATES.setdefault("book", _dates_book(tmp_path_factory))
    frame = pl.DataFrame(rows)
    found = evaluate(book, "soin", list("abcdefghijkl"), frame).frame
    for row, columns in zip(rows, found.iter_rows(named=True), strict=True):
        for name in "abcdefghijkl":
            assert explain(book, name, row).value == columns[name], name


_DATES: dict[str, Book] = {}


def _dates_book(factory: pytest.TempPathFactory) -> Book:
    folder = factory.mktemp("dates")
    entries = """produit p version 2026-01-01 titre "P" assureur "N" formules (base "B", plus "P") responsable non
entree formule pour soin : texte parmi (base, plus) libelle "la formule"
entree beneficiaire pour soin : nombre de 1 a 99 libelle "le bénéficiaire"
entree date_soins pour soin : date libelle "la date des soins"
entree debut pour soin : date libelle "le début"
entree depense pour soin : montant libelle "la dépense"
entree urgent pour soin : ouinon libelle "l'urgence"
"""
    text = f"```regle\n{entries}```\n## Article 1. Tout\n```regle\n{DATES}```\n"
    (folder / "reglement.md").write_text(text, encoding="utf-8")
    return load_book(folder)


@pytest.mark.parametrize("book", LOADED, ids=lambda book: book.code)
def test_nobody_is_paid_more_than_what_is_left(book: Book) -> None:
    """Whatever the care line, the benefit is never negative and never above what the compulsory scheme leaves."""
    frame = frame_of(book, "soin", random_rows(book, "soin", 4_000, 11))
    found = evaluate(book, "soin", ["rembourse", "reste_a_charge"], frame).frame
    left = pl.max_horizontal(pl.col("depense") - pl.col("montant_ro"), 0)
    assert found.filter((pl.col("rembourse") < 0) | (pl.col("rembourse") > left)).is_empty()
    assert found.filter(pl.col("reste_a_charge") < 0).is_empty()
