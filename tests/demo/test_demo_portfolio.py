"""An imagined portfolio is repeatable, valid to the key, and looks like people."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from demo_samples import ACS_DAY, PERIMETERS, TODAY, portfolio
from hypothesis import given
from hypothesis import strategies as st

from egide.demo.chance import Chance, repeated
from egide.demo.numbers import bank_accounts, nir_keys
from egide.demo.portfolio import Portfolio, generate, offer_on
from egide.kernel.errors import Refusal
from egide.kernel.identifiers import check_iban, check_nir, nir_key
from egide.kernel.periods import add_months, age_on, age_on_1_january
from egide.kernel.text import sort_key

ERAS = pytest.mark.parametrize("today", [TODAY, ACS_DAY], ids=["2026", "2015"])
FRAMES = Portfolio.__slots__


def test_the_same_seed_gives_the_same_portfolio() -> None:
    """A demonstration can be made again elsewhere, to the last letter; another seed gives other people."""
    once, again, other = (generate(200, seed, TODAY, PERIMETERS) for seed in (1, 1, 2))
    for name in FRAMES:
        assert getattr(once, name).equals(getattr(again, name)), name
    assert not once.persons.equals(other.persons)


def test_a_member_is_the_same_in_a_larger_portfolio() -> None:
    """The bench and the demonstration speak of the same people, whatever their number."""
    few, many = (generate(members, 1, ACS_DAY, PERIMETERS) for members in (60, 300))
    for name in FRAMES:
        small = getattr(few, name)
        assert small.equals(getattr(many, name).head(small.height)), name


def test_draws_are_even_and_independent() -> None:
    """Chance is fair, and two purposes do not follow each other."""
    chance = Chance(5, "n")
    frame = pl.DataFrame({"n": range(20_000)}).select(a=chance.below("one", 10), b=chance.below("two", 10))
    assert frame["a"].value_counts()["count"].is_between(1800, 2200).all()
    assert abs((frame["a"] == frame["b"]).sum() - 2000) < 200
    assert repeated(pl.Series(["x", "y", "z"]), [2, 0, 1]).to_list() == ["x", "x", "z"]


@given(st.lists(st.from_regex(r"[12][0-9]{4}([0-9]{2}|2[AB])[0-9]{6}", fullmatch=True), min_size=1))
def test_nir_keys_are_those_of_the_kernel(numbers: list[str]) -> None:
    """A key computed by the column is the one that the form checks, Corsica included."""
    keys = pl.DataFrame({"nir": numbers}).select(nir_keys("nir")).to_series().to_list()
    assert keys == [nir_key(number) for number in numbers]


@ERAS
def test_numbers_are_valid_and_tell_the_person(today: date) -> None:
    """Every own NIR passes the house's check, agrees with the birth, is unique, and lies where nobody is born."""
    persons = portfolio(today).persons.with_columns(key=nir_keys("insured_nir"))
    own = persons.filter(pl.col("nir") != "")
    assert own["nir"].n_unique() == own.height
    for row in own.iter_rows(named=True):
        nir = check_nir(row["nir"] + row["key"])
        assert nir.matches(row["birth_date"])
        assert 950 <= int(row["nir"][7:10]) <= 989
    assert (own["nir"] == own["insured_nir"]).all()


def test_corsican_births_are_written_as_the_norm_says() -> None:
    """2A and 2B since 1976, 20 before."""
    born = generate(6000, 3, TODAY, PERIMETERS).persons.filter(pl.col("nir") != "")
    born = born.with_columns(place=pl.col("nir").str.slice(5, 2), year=pl.col("birth_date").dt.year())
    corsica = born.filter(pl.col("place").is_in(["2A", "2B", "20"]))
    assert corsica.height > 20
    assert ((corsica["place"] == "20") == (corsica["year"] < 1976)).all()


def test_bank_accounts_pass_both_keys() -> None:
    """The RIB key and the IBAN key are right, and the BIC is the bank's own."""
    iban, bic = bank_accounts(Chance(3, "n"))
    made = pl.DataFrame({"n": range(300)}).select(iban=iban, bic=bic)
    for row in made.iter_rows(named=True):
        checked = check_iban(row["iban"])
        assert checked.bic == row["bic"]
        assert checked.compact[9:11] == "99"


@ERAS
def test_each_person_is_known_once(today: date) -> None:
    """Number, birth date and rank tell everyone apart: twins by their rank, children under a parent's number."""
    persons = portfolio(today).persons
    assert not persons.select("insured_nir", "birth_date", "birth_rank", "perimeter_id").is_duplicated().any()
    assert (persons["birth_rank"] == 2).sum() > 0
    children = persons.filter(pl.col("nir") == "")
    parents = persons.filter(pl.col("nir") != "").select("household", insured_nir="nir")
    assert children.join(parents, on=["household", "insured_nir"], how="anti").is_empty()
    assert (children["birth_date"] > add_months(today, -18 * 12 - 1)).all()


@ERAS
def test_households_look_like_households(today: date) -> None:
    """Single people, couples, families of up to five children, students and old people, none older than a century."""
    frames = portfolio(today)
    covers = frames.covers.hstack(frames.persons.select("household", "birth_date"))
    ages = covers["birth_date"].map_elements(lambda born: age_on(born, today), return_dtype=pl.Int64)
    covers = covers.with_columns(age=ages)
    assert 2.0 < covers.height / frames.households.height < 2.4
    assert 0 <= covers["age"].min() <= 1  # type: ignore[operator]
    assert 85 < covers["age"].max() < 100  # type: ignore[operator]
    adults = covers.filter(pl.col("link") != "child")
    assert adults["age"].min() >= 18  # type: ignore[operator]
    assert covers.filter("student")["age"].is_between(17, 25).all()
    assert covers.group_by("household").len()["len"].max() in (6, 7)
    parents = covers.filter(pl.col("link") == "member").select("household", parent="age")
    children = covers.filter(pl.col("link") == "child").join(parents, on="household")
    assert (children["parent"] - children["age"] >= 18).all()


@ERAS
def test_names_sort_as_the_house_sorts_them(today: date) -> None:
    """The stored sort key is the kernel's, accents, apostrophes and double names included."""
    persons = portfolio(today).persons
    for row in persons.head(400).iter_rows(named=True):
        assert row["sort_key"] == sort_key(f"{row['last_name']} {row['first_name']}")
    names = pl.concat([persons["last_name"], persons["first_name"]])
    for sign in ("é", "-", "’", " "):
        assert names.str.contains(sign, literal=True).any(), sign
    same_first_name = persons.select("household", "last_name", "first_name").is_duplicated()
    assert not same_first_name.any()


@ERAS
def test_the_local_scheme_is_where_it_applies(today: date) -> None:
    """Alsace-Moselle covers most of those who live in 57, 67 and 68, and nobody else; perimeters follow the map."""
    frames = portfolio(today)
    homes = frames.households.hstack(frames.enrolments.select("scheme", of_enrolment="perimeter_id"))
    homes = homes.with_columns(local=pl.col("postcode").str.slice(0, 2))
    local = homes.filter(pl.col("local").is_in(["57", "67", "68"]))
    assert (local["scheme"] == "alsace_moselle").mean() > 0.85  # type: ignore[operator]
    elsewhere = homes.filter(~pl.col("local").is_in(["57", "67", "68"]))
    assert (elsewhere["scheme"] == "general").all()
    assert (homes["perimeter_id"] == homes["of_enrolment"]).all()
    assert homes.filter(pl.col("local") == "45")["perimeter_id"].unique().to_list() == [2]
    assert local["perimeter_id"].unique().to_list() == [3]


@ERAS
def test_nobody_is_covered_twice_nor_too_early(today: date) -> None:
    """One cover a person, from the first of a month, after birth and signature, never before the product."""
    frames = portfolio(today)
    covers = frames.covers.hstack(frames.persons.select("birth_date"))
    assert covers["person"].n_unique() == covers.height == frames.persons.height
    assert (covers["starts_on"].dt.day() == 1).all()
    assert (covers["starts_on"] >= offer_on(today).first_start).all()
    assert (covers["starts_on"] > covers["birth_date"]).all()
    enrolments = frames.enrolments.hstack(frames.mandates.select("signed_on"))
    assert (enrolments["signed_on"] < enrolments["received_on"]).all()
    assert (enrolments["received_on"] < enrolments["starts_on"]).all()
    assert (enrolments["starts_on"] <= today).all()


def test_an_aided_enrolment_lasts_a_year_with_a_certificate_for_each() -> None:
    """S003-044: one ACS certificate per person, in force at the start, for the amount of the age on 1 January."""
    frames = portfolio(ACS_DAY)
    enrolments = frames.enrolments
    assert enrolments["product_code"].unique().to_list() == ["proxime_sante"]
    assert sorted(enrolments["formula"].unique()) == ["a", "b", "c"]
    assert (enrolments["ends_on"] == enrolments["starts_on"].dt.offset_by("12mo")).all()
    certificates = frames.certificates.hstack(frames.persons.select("birth_date")).hstack(
        frames.covers.select("starts_on")
    )
    assert certificates.height == frames.persons.height
    assert (certificates["agreed_on"] < certificates["starts_on"]).all()
    assert (certificates["valid_until"] > certificates["starts_on"]).all()
    amounts = {16: 10_000, 50: 20_000, 60: 35_000, 130: 55_000}
    for row in certificates.iter_rows(named=True):
        age = age_on_1_january(row["birth_date"], row["agreed_on"].year) if row["birth_date"] < row["agreed_on"] else 0
        assert row["amount_cents"] == next(cents for below, cents in amounts.items() if age < below)


def test_today_s_product_is_open_ended_and_without_aid() -> None:
    """Horizon Santé has three formulas, no end and no certificate."""
    frames = portfolio(TODAY)
    assert sorted(frames.enrolments["formula"].unique()) == ["confort", "essentielle", "premium"]
    assert frames.enrolments["ends_on"].null_count() == frames.enrolments.height
    assert frames.certificates.is_empty()


def test_between_two_products_nothing_is_sold() -> None:
    """A day without a product is refused, with the days that have one."""
    with pytest.raises(Refusal) as refusal:
        generate(1, 1, date(2021, 3, 1), PERIMETERS)
    assert refusal.value.code == "demo.no_product"
