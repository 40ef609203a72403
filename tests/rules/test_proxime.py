"""The premium rules of the Proxime agreement, article 2.5 (seed 003)."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egide.kernel.money import divide_half_up
from egide.rules.books import Book
from egide.rules.case import explain
from egide.rules.columns import evaluate

MEMBER = {
    "adhesion": 1,
    "beneficiaire": 1,
    "lien": "adherent",
    "formule": "b",
    "regime": "general",
    "date_naissance": date(1965, 9, 10),
    "annee_souscription": 2015,
    "etudiant": False,
    "mois": date(2015, 9, 1),
    "numero_mois": 1,
    "aide_acs": 20_000,
    "autres_aides": 0,
}


def _child(number: int, birth: date, **facts: object) -> dict[str, object]:
    return {**MEMBER, "beneficiaire": number, "lien": "enfant", "date_naissance": birth, "aide_acs": 10_000, **facts}


@pytest.mark.requirement("S003-093", "S003-094", "S001-017")
@pytest.mark.parametrize(
    ("facts", "premium_cents"),
    [
        ({}, 38_688),
        ({"formule": "a"}, 31_200),
        ({"formule": "c"}, 47_424),
        ({"regime": "alsace_moselle"}, 25_140),
        ({"date_naissance": date(1945, 1, 1)}, 96_720),
    ],
)
def test_the_premium_follows_formula_age_and_scheme(
    proxime: Book, facts: dict[str, object], premium_cents: int
) -> None:
    """Scales: formula, age of the beneficiary, compulsory scheme; a flat amount, all taxes included."""
    assert explain(proxime, "cotisation_annuelle", {**MEMBER, **facts}).value == premium_cents


@pytest.mark.requirement("S003-095")
@pytest.mark.parametrize("months", range(1, 13))
def test_every_month_begun_is_due_and_twelve_make_the_year(proxime: Book, months: int) -> None:
    """For n months begun, the sum of the monthly parts is the annual premium prorata n / 12, to the cent."""
    rows = [{**MEMBER, "date_naissance": date(1945, 1, 1), "numero_mois": n} for n in range(1, months + 1)]
    paid = evaluate(proxime, "beneficiaire", ["cotisation_mois"], pl.DataFrame(rows))
    assert paid.frame["cotisation_mois"].sum() == divide_half_up(96_720 * months, 12)


@pytest.mark.requirement("S003-096")
def test_the_age_is_frozen_at_the_first_of_january_of_subscription(proxime: Book) -> None:
    """A birthday during the contract, or a new year, changes nothing until the next subscription."""
    ages = [
        explain(proxime, "age_tarif", {**MEMBER, "mois": month}).value
        for month in (date(2015, 9, 1), date(2015, 10, 1), date(2016, 8, 1))
    ]
    assert ages == [49, 49, 49]
    assert explain(proxime, "age_tarif", {**MEMBER, "annee_souscription": 2016}).value == 50


@pytest.mark.requirement("S003-097")
def test_the_third_child_costs_nothing_beyond_its_aid(proxime: Book) -> None:
    """From the third child the premium is limited to the ACS aid: nothing is left to pay for it."""
    family = [_child(n, date(2000 + n, 1, 1)) for n in (2, 3, 4)]
    due = [explain(proxime, "cotisation_annuelle", child, group=family).value for child in family]
    left = [explain(proxime, "a_payer_annuel", child, group=family).value for child in family]
    assert (due, left) == ([18_600, 18_600, 10_000], [8_600, 8_600, 0])


@pytest.mark.requirement("S003-098")
@pytest.mark.parametrize(
    ("eldest", "studying", "month", "rank_of_youngest"),
    [
        (date(1994, 10, 2), False, date(2015, 10, 1), 3),
        (date(1994, 10, 1), False, date(2015, 10, 1), 2),
        (date(1994, 10, 1), True, date(2015, 10, 1), 3),
        (date(1989, 10, 1), True, date(2015, 10, 1), 2),
    ],
)
def test_the_gratuity_ends_when_two_children_are_left(
    proxime: Book, eldest: date, studying: bool, month: date, rank_of_youngest: int
) -> None:
    """A child counts until 21, or 26 when studying; with only two left, the youngest pays again."""
    family = [
        _child(2, eldest, etudiant=studying, mois=month),
        _child(3, date(2003, 1, 1), mois=month),
        _child(4, date(2004, 1, 1), mois=month),
    ]
    assert explain(proxime, "rang_enfant", family[2], group=family).value == rank_of_youngest


@pytest.mark.requirement("S003-099", "S003-100", "S003-101")
@settings(max_examples=60, deadline=None)
@given(
    aids=st.lists(st.tuples(st.integers(0, 80_000), st.integers(0, 60_000)), min_size=1, max_size=5),
    month=st.integers(1, 12),
)
def test_deductions_never_exceed_the_premium_of_the_enrolment(
    proxime: Book, aids: list[tuple[int, int]], month: int
) -> None:
    """ACS first, then the other aids, identified apart; all capped at the annual premium, never refunded."""
    rows = [
        {**MEMBER, "beneficiaire": n, "aide_acs": acs, "autres_aides": other, "numero_mois": month}
        for n, (acs, other) in enumerate(aids, start=1)
    ]
    wanted = ["cotisation_annuelle", "deduction_acs_annuelle", "autres_deductions_annuelles", "a_payer_annuel"]
    wanted += ["cotisation_mois", "aide_acs_mois", "autres_aides_mois", "a_payer_mois"]
    found = evaluate(proxime, "beneficiaire", wanted, pl.DataFrame(rows)).frame
    premium = int(found["cotisation_annuelle"].sum())
    acs, others = (int(found[name].sum()) for name in wanted[1:3])
    assert acs == min(sum(a for a, _ in aids), premium)
    assert others == min(sum(b for _, b in aids), premium - acs)
    assert found["a_payer_annuel"].min() >= 0  # type: ignore[operator]
    assert int(found["a_payer_annuel"].sum()) == premium - acs - others
    monthly = found["aide_acs_mois"] + found["autres_aides_mois"] + found["a_payer_mois"]
    assert monthly.equals(found["cotisation_mois"], check_names=False)


@pytest.mark.parametrize("month", [date(2015, 9, 1), date(2016, 2, 1)])
def test_taxes_and_net_make_the_premium(proxime: Book, month: date) -> None:
    """The price is given all taxes included: net plus each tax is exactly the month's premium, whatever it is."""
    rows = [{**MEMBER, "mois": month, "numero_mois": n, "formule": f} for n in range(1, 13) for f in "abc"]
    names = ["hors_taxe_mois", "taxe_tsca_mois", "taxe_cmu_mois", "taxe_tsa_mois"]
    found = evaluate(proxime, "beneficiaire", [*names, "cotisation_mois"], pl.DataFrame(rows)).frame
    assert found.select(pl.sum_horizontal(names) == pl.col("cotisation_mois")).to_series().all()
