"""A portfolio of any size, the same for the same seed: frames ready for COPY, without clock nor database.

Member ``n`` is the same person whatever the number of members, and no household belongs to anyone: see ``numbers``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from egide.demo.chance import Chance, repeated
from egide.demo.households import families, people
from egide.demo.numbers import bank_accounts, nirs
from egide.demo.places import ALSACE_MOSELLE, addresses, birth_departments
from egide.kernel.errors import Refusal
from egide.kernel.periods import add_months, first_of_month
from egide.kernel.reference import load_table

ELSEWHERE = ""  # the key of ``perimeters`` for every department that is not named


@dataclass(frozen=True, slots=True)
class Offer:
    """A product that the demonstration sells: its formulas with their shares, and the days when it can start."""

    product_code: str
    formulas: tuple[tuple[str, int], ...]
    first_start: date
    last_day: date | None
    twelve_months: bool
    aided: bool


OFFERS = (
    Offer("proxime_sante", (("a", 25), ("b", 45), ("c", 30)), date(2015, 7, 1), date(2019, 10, 31), True, True),
    Offer(
        "horizon_sante", (("essentielle", 35), ("confort", 45), ("premium", 20)), date(2026, 1, 1), None, False, False
    ),
)


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Frames of an imagined portfolio. A column named after another frame holds the row it points to, from 0.

    households: perimeter_id, line1, postcode, city, phone, email
    persons: household, perimeter_id, last_name, first_name, sort_key, birth_date, birth_rank, nir, insured_nir
    bank_accounts: person, perimeter_id, iban, bic, holder
    mandates: bank_account, perimeter_id, signed_on
    enrolments: member (a person), mandate, perimeter_id, product_code, formula, scheme, starts_on, ends_on, received_on
    covers: enrolment, person, perimeter_id, link, student, starts_on, ends_on, since
    certificates: enrolment, person, perimeter_id, nature, file_holder, certificate_holder, agreed_on, valid_until,
    amount_cents
    """

    households: pl.DataFrame
    persons: pl.DataFrame
    bank_accounts: pl.DataFrame
    mandates: pl.DataFrame
    enrolments: pl.DataFrame
    covers: pl.DataFrame
    certificates: pl.DataFrame


def offer_on(today: date) -> Offer:
    """The product sold on a day. Raises Refusal between two products: no rule book is then in force."""
    for offer in OFFERS:
        if offer.first_start <= today and (offer.last_day is None or today <= offer.last_day):
            return offer
    raise Refusal(
        code="demo.no_product",
        where=f"{today:%d/%m/%Y}",
        message="Aucun produit de démonstration n’est vendu ce jour-là.",
        remedy="Réglez EGIDE_TODAY entre le 01/07/2015 et le 31/10/2019, ou à partir du 01/01/2026.",
    )


def generate(members: int, seed: int, today: date, perimeters: Mapping[str, int]) -> Portfolio:
    """The portfolio of so many members on a day.

    ``perimeters`` gives the perimeter of each department where members live; ``ELSEWHERE`` is that of the others.
    """
    offer = offer_on(today)
    home = Chance(seed, "household")
    homes = addresses(families(members, seed=seed), home)
    homes = homes.with_columns(
        perimeter_id=pl.col("department").replace_strict(
            dict(perimeters), default=perimeters[ELSEWHERE], return_dtype=pl.Int16
        ),
        scheme=_scheme(home),
        **_dates(home, offer, today),
        formula=home.pick("formula", _weighted(offer.formulas)),
    )
    persons = _numbered(people(homes, seed=seed, today=today), seed=seed)
    members_only = persons.filter(pl.col("slot") == 0)
    # A child born since the enrolment is covered from the month that follows the birth.
    born_since = pl.col("birth_date").dt.month_start().dt.offset_by("1mo")
    persons = persons.with_columns(
        covered_from=pl.when(pl.col("birth_date") >= pl.col("starts_on")).then(born_since).otherwise("starts_on")
    )
    covers = persons.select(
        "perimeter_id",
        "link",
        "student",
        "ends_on",
        enrolment="household",
        person="row",
        starts_on="covered_from",
        since="covered_from",
    )
    return Portfolio(
        households=members_only.select("perimeter_id", "line1", "postcode", "city", **_contact(home)),
        persons=persons.select(
            "household",
            "perimeter_id",
            "last_name",
            "first_name",
            "sort_key",
            "birth_date",
            "birth_rank",
            "nir",
            "insured_nir",
        ),
        bank_accounts=_bank_accounts(members_only, home),
        mandates=members_only.select("perimeter_id", "signed_on", bank_account="household"),
        enrolments=members_only.select(
            "perimeter_id",
            "formula",
            "scheme",
            "starts_on",
            "ends_on",
            "received_on",
            member="row",
            mandate="household",
            product_code=pl.lit(offer.product_code),
        ),
        covers=covers,
        certificates=_certificates(persons, seed=seed) if offer.aided else _certificates(persons.head(0), seed=seed),
    )


def _weighted(values: tuple[tuple[str, int], ...]) -> pl.Series:
    return repeated(pl.Series([value for value, _ in values]), [weight for _, weight in values])


def _scheme(home: Chance) -> pl.Expr:
    """The local scheme covers nearly everyone who lives in its three departments, and nobody else here."""
    local = pl.col("department").is_in(ALSACE_MOSELLE) & home.happens("local scheme", 930)
    return pl.when(local).then(pl.lit("alsace_moselle")).otherwise(pl.lit("general"))


def _dates(home: Chance, offer: Offer, today: date) -> dict[str, pl.Expr]:
    """Start, end, reception and signature: mostly in January, never before the product, never in the future."""
    depth = 11 if offer.twelve_months else 35
    month = max(offer.first_start, add_months(first_of_month(today), -depth))
    months, weights = [], []
    while month <= today:
        months.append(month)
        weights.append({1: 40, 9: 9, 7: 6}.get(month.month, 4))
        month = add_months(month, 1)
    start = home.pick("start", repeated(pl.Series(months, dtype=pl.Date), weights))
    end = start.dt.offset_by("12mo") if offer.twelve_months else pl.lit(None, dtype=pl.Date)
    received = start - pl.duration(days=home.between("received", 6, 45))
    signed = received - pl.duration(days=home.between("signed", 1, 9))
    return {"starts_on": start, "ends_on": end, "received_on": received, "signed_on": signed}


def _numbered(persons: pl.DataFrame, *, seed: int) -> pl.DataFrame:
    """Persons with their row and their numbers: own for adults and some of sixteen and more, a parent's for others."""
    one, home = Chance(seed, "key"), Chance(seed, "household")
    persons = persons.with_row_index("row").with_columns(
        pl.col("row").cast(pl.Int64),
        birth_department=birth_departments(one),
        has_own=(pl.col("link") != "child")
        | pl.col("student")
        | ((pl.col("days") >= 16 * 365 + 4) & one.happens("own number at sixteen", 200)),
    )
    holders = persons.filter("has_own")
    holders = holders.select("row", nir=nirs(holders, one))
    persons = persons.join(holders, on="row", how="left", maintain_order="left").with_columns(
        pl.col("nir").fill_null("")
    )
    under_spouse = pl.col("has_spouse") & home.happens("children under spouse", 450)
    parent_row = pl.col("row") - pl.col("slot") + under_spouse.cast(pl.Int64)
    # The parent's row: places of a household are full from the first on, except that one parent has no spouse.
    gap = ((pl.col("slot") >= 2) & ~pl.col("has_spouse")).cast(pl.Int64)
    return persons.with_columns(
        insured_nir=pl.when("has_own").then("nir").otherwise(pl.col("nir").gather(parent_row + gap))
    )


def _contact(home: Chance) -> dict[str, pl.Expr]:
    """Phone numbers kept for fiction by the regulator, and addresses in a domain that cannot exist."""
    rest = home.below("phone", 10_000).cast(pl.String).str.zfill(4)
    phone = pl.concat_str(pl.lit("06 39 98 "), rest.str.slice(0, 2), pl.lit(" "), rest.str.slice(2, 2))
    local = pl.col("sort_key").str.replace_all(r"[^a-z]+", ".").str.strip_chars(".")
    email = pl.concat_str(local, (pl.col("household") % 1000).cast(pl.String), pl.lit("@courriel.invalid"))
    return {
        "phone": pl.when(home.happens("has phone", 930)).then(phone).otherwise(pl.lit("")),
        "email": pl.when(home.happens("has email", 780)).then(email).otherwise(pl.lit("")),
    }


def _bank_accounts(members: pl.DataFrame, home: Chance) -> pl.DataFrame:
    iban, bic = bank_accounts(home)
    return members.select(
        "perimeter_id", person="row", iban=iban, bic=bic, holder=pl.concat_str("first_name", pl.lit(" "), "last_name")
    )


def _certificates(persons: pl.DataFrame, *, seed: int) -> pl.DataFrame:
    """One ACS certificate for each person, agreed before the cover starts: its amount goes by age on 1 January of that year."""
    one, home = Chance(seed, "key"), Chance(seed, "household")
    agreed = pl.col("covered_from") - pl.duration(days=home.between("agreed", 20, 80))
    agreed = pl.max_horizontal(agreed, "birth_date")
    age = pl.col("agreed_on").dt.year() - pl.col("birth_date").dt.year()
    # Someone born on 1 January has the whole year of age that day; anyone else one year less.
    born_first = (pl.col("birth_date").dt.month() == 1) & (pl.col("birth_date").dt.day() == 1)
    age = age - pl.when(born_first).then(0).otherwise(1)
    amount: pl.Expr = pl.lit(None, dtype=pl.Int64)
    for row in load_table("acs_aids").at(date(2015, 7, 1)):
        below = row.values["below_age"]
        fits = (age >= row.number("from_age")) & (age < below if isinstance(below, int) else pl.lit(value=True))
        # A newborn of the year has no age yet on 1 January: the first line is theirs.
        fits = fits | (age < 0) if row.number("from_age") == 0 else fits
        amount = pl.when(fits).then(row.number("aid_cents")).otherwise(amount)
    name = pl.concat_str("first_name", pl.lit(" "), "last_name")
    holder = pl.when(pl.col("slot") == 0).then(name).first().over("household")
    persons = persons.with_columns(agreed_on=agreed).with_columns(amount_cents=amount)
    late = one.happens("late certificate", 40).cast(pl.Int64)
    return persons.select(
        "perimeter_id",
        "agreed_on",
        "amount_cents",
        enrolment="household",
        person="row",
        nature=pl.lit("acs"),
        file_holder=holder,
        certificate_holder=name,
        # Twelve months from the month that follows the agreement; a few run a month longer.
        valid_until=pl.col("agreed_on").dt.month_start().dt.offset_by("13mo").dt.offset_by("-1d")
        + pl.duration(days=late * 30),
    )
