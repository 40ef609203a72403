"""What is written on the forms of the demonstration: the family of the story, and those that wait with it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl

from egide.demo.numbers import nir_keys
from egide.demo.papers import written_day
from egide.demo.portfolio import Offer, Portfolio, generate, offer_on
from egide.kernel.identifiers import Sex, make_iban, make_nir
from egide.kernel.money import format_eur
from egide.kernel.periods import add_months, age_on_1_january, first_of_month, last_of_month
from egide.kernel.reference import load_table

_SEED = 20_151  # the mail is written by other people than the portfolio
_LAST_NAME = "Estève"
_FAMILY = (
    ("member", "Aïcha", (31, 3, 14), Sex.FEMALE),
    ("spouse", "Jean-Rémi", (33, 9, 2), Sex.MALE),
    ("child", "Léonie", (11, 5, 30), Sex.FEMALE),
    ("child", "Gaël", (8, 11, 8), Sex.MALE),
    ("child", "Noé", (4, 2, 19), Sex.MALE),
)  # link, first name, (age in years, month, day of birth), sex


@dataclass(frozen=True, slots=True)
class Letter:
    """A form in the post: what is on the paper, when it came, and what was already typed of it."""

    product_code: str
    content: dict[str, object]
    received_days_ago: int
    typed: bool
    department: str

    @property
    def saved(self) -> dict[str, object]:
        """What the form holds when the queue is opened: everything that is on the paper, or nothing yet."""
        return self.content if self.typed else {}


def story_content(today: date) -> dict[str, object]:
    """What the family's form says, as it is typed: in 2015 formula B of Proxime Santé, today Confort of Horizon Santé.

    Two adults, three children known under their mother's number; under an aided product each has a certificate.
    """
    offer = offer_on(today)
    persons: list[dict[str, object]] = []
    for link, first_name, (age, month, day), sex in _FAMILY:
        born = date(today.year - age, month, day)
        # Commune 951 has never been given: the number is valid and nobody's.
        nir = "" if link == "child" else make_nir(sex, born, "45", 951, 40 + len(persons)).compact
        persons.append(_person(link, _LAST_NAME, first_name, born, nir=nir))
    content: dict[str, object] = {
        "formula": "b" if offer.aided else "confort",
        "scheme": "general",
        "signed_on": written_day(today - timedelta(days=6)),
        "signed": True,
        "rib": True,
        "wished_start": written_day(add_months(first_of_month(today), 1)),
        "line1": "8 ter rue de l’Abbé-Grégoire",
        "postcode": "45800",
        "city": "Saint-Jean-de-Braye",
        "phone": "06 39 98 45 80",
        "email": "aicha.esteve@courriel.invalid",
        "iban": make_iban("20041", "99045", "8001951").formatted,
        "holder": f"Aïcha {_LAST_NAME}",
        "persons": persons,
    }
    return _certified(content, today) if offer.aided else content


def queue(today: date) -> list[Letter]:
    """A dozen other forms, received from today to nine days ago: most still to be typed, one unsigned."""
    offer = offer_on(today)
    # Everyone lives somewhere: the department travels as the perimeter, which the receiver knows.
    portfolio = generate(60, _SEED, today, {"": 1})
    sizes = portfolio.persons.group_by("household", maintain_order=True).len()
    few = sizes.filter(pl.col("len") <= 5)["household"].head(len(_QUEUE)).to_list()
    return [
        _letter(portfolio, home, offer, today, days_ago=days_ago, typed=typed, signed=signed)
        for home, (days_ago, typed, signed) in zip(few, _QUEUE, strict=True)
    ]


def treated(today: date) -> list[Letter]:
    """Forms of the past two months, complete and signed, that gestionnaires have already turned into enrolments."""
    offer = offer_on(today)
    portfolio = generate(90, _SEED, today, {"": 1})
    sizes = portfolio.persons.group_by("household", maintain_order=True).len()
    homes = sizes.filter(pl.col("len") <= 5)["household"].to_list()[len(_QUEUE) : len(_QUEUE) + len(TREATED)]
    letters = []
    for home, (days_ago, _) in zip(homes, TREATED, strict=True):
        day = max(today - timedelta(days=days_ago), offer.first_start)
        letter = _letter(portfolio, home, offer, day, days_ago=0, typed=True, signed=True)
        letters.append(replace(letter, received_days_ago=(today - day).days))
    return letters


# Received so many days ago, treated so many working days later.
TREATED = (
    (52, 1), (47, 2), (44, 0), (40, 1), (37, 3), (33, 1), (30, 2), (26, 1), (23, 0), (19, 2), (16, 1), (12, 1), (9, 2), (8, 1),
    (6, 1), (5, 1),
)  # fmt: skip
# Received so many days ago, already typed, signed.
_QUEUE = (
    (0, False, True), (0, False, True), (0, True, True), (1, False, True), (1, False, True), (1, True, True),
    (2, False, True), (2, False, True), (3, True, False), (4, False, True), (6, False, True), (9, False, True),
)  # fmt: skip


def _letter(
    portfolio: Portfolio, home: int, offer: Offer, today: date, *, days_ago: int, typed: bool, signed: bool
) -> Letter:
    household = portfolio.households.row(home, named=True)
    enrolment = portfolio.enrolments.row(home, named=True)
    account = portfolio.bank_accounts.row(home, named=True)
    rows = (
        portfolio.persons.hstack(portfolio.covers.select("link", "student"))
        .filter(pl.col("household") == home)
        .with_columns(key=pl.when(pl.col("nir") != "").then(nir_keys("insured_nir")).otherwise(pl.lit("")))
    )
    received_on = today - timedelta(days=days_ago)
    content: dict[str, object] = {
        "formula": enrolment["formula"],
        "scheme": enrolment["scheme"],
        "signed_on": written_day(received_on - timedelta(days=5)),
        "signed": signed,
        "rib": True,
        "wished_start": written_day(add_months(first_of_month(today), 1)),
        **{name: household[name] for name in ("line1", "postcode", "city", "phone", "email")},
        "iban": account["iban"],
        "holder": account["holder"],
        "persons": [
            _person(
                row["link"],
                row["last_name"],
                row["first_name"],
                row["birth_date"],
                nir=row["nir"] + row["key"],
                rank=row["birth_rank"],
                student=row["student"],
            )
            for row in rows.iter_rows(named=True)
        ],
    }
    if offer.aided:
        content = _certified(content, today)
    return Letter(offer.product_code, content, days_ago, typed, str(household["postcode"])[:2])


def _person(
    link: str, last_name: str, first_name: str, born: date, *, nir: str, rank: int = 1, student: bool = False
) -> dict[str, object]:
    return {
        "link": link,
        "last_name": last_name,
        "first_name": first_name,
        "birth_date": written_day(born),
        "birth_rank": str(rank),
        "nir": nir,
        "student": student,
        "vitale": bool(nir),
        "school": student,
    }


def _certified(content: Mapping[str, object], today: date) -> dict[str, object]:
    """The same form with an ACS certificate for each person, agreed in the middle of the month before."""
    agreed = add_months(first_of_month(today), -1).replace(day=15)
    until = last_of_month(add_months(agreed, 12))
    persons = content["persons"]
    assert isinstance(persons, list)  # noqa: S101 - made just above
    member = persons[0]
    holder = f"{member['first_name']} {member['last_name']}"
    aids = load_table("acs_aids").at(agreed)
    certified = []
    for person in persons:
        day, month, year = (int(part) for part in str(person["birth_date"]).split("/"))
        age = max(0, age_on_1_january(date(year, month, day), agreed.year))
        amount = next(
            row.number("aid_cents")
            for row in aids
            if row.number("from_age") <= age and (row.values["below_age"] is None or age < row.number("below_age"))
        )
        certificate = {
            "file_holder": holder,
            "certificate_holder": f"{person['first_name']} {person['last_name']}",
            "agreed_on": written_day(agreed),
            "valid_until": written_day(until),
            "amount": format_eur(amount),
        }
        certified.append({**person, "certificate": certificate})
    return {**content, "persons": certified}
