"""Papers of imagined families, as many as asked: what the document bench prints."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from egide.documents import facts as papers
from egide.kernel.formats import format_month
from egide.kernel.money import part_of_whole
from egide.kernel.periods import add_months
from egide.premiums.papers import facts as p

_HOUSE = papers.House(
    name="Mutuelle des Rives de Loire",
    address=("12 quai des Augustins", "45160 Olivet"),
    phone="02 61 91 10 02",
    email="contact@rives-de-loire.invalid",
    legal=("Mutuelle des Rives de Loire, SIREN 999 000 029",),
    insurer="Union mutualiste Horizon",
)
_FAMILY = (("Adhérente", 1985, 92_304), ("Conjoint", 1983, 95_232), ("Enfant", 2014, 42_480), ("Enfant", 2017, 42_480))


def schedules(count: int) -> Iterator[p.Schedule]:
    """So many different schedules of four persons and twelve instalments, one at a time."""
    for number in range(count):
        yield _schedule(number)


def notes(count: int) -> Iterator[papers.PlainLetter]:
    """So many letters of one line: the least that a document can be."""
    contact = papers.Contact(team="Adhésions", phone=_HOUSE.phone, email=_HOUSE.email)
    for number in range(count):
        yield papers.PlainLetter(
            house=_HOUSE,
            addressee=(f"Prénom {number} Exemple", "45160 Olivet"),
            contact=contact,
            enrolment_number=f"H{number:08d}",
            place="Olivet",
            subject="Accusé de réception",
            prose="Nous avons bien reçu votre courrier.",
        )


def _schedule(number: int) -> p.Schedule:
    first = date(2026, 1, 1)
    persons = tuple(
        p.PersonPremium(
            name=f"Prénom {number} Exemple",
            birth_date=date(born, 1 + number % 12, 1 + number % 28),
            relationship=link,
            scheme="Régime général",
            gross_cents=cents + number,
            aid_cents=0,
            to_pay_cents=cents + number,
        )
        for link, born, cents in _FAMILY
    )
    total = sum(person.gross_cents for person in persons)
    parts = [part_of_whole(total, k, 12) for k in range(1, 13)]
    return p.Schedule(
        house=_HOUSE,
        addressee=(f"Prénom {number} Exemple", "3 rue des Lilas", "45000 Orléans"),
        contact=papers.Contact(team="Service adhérents", phone=_HOUSE.phone, email=_HOUSE.email),
        enrolment_number=f"{number:09d}",
        place="Olivet",
        product="Horizon Santé",
        formula="Confort",
        period_start=first,
        last_day=date(2026, 12, 31),
        persons=persons,
        instalments=tuple(
            p.Instalment(
                month=format_month(add_months(first, k)),
                due_on=add_months(first, k),
                gross_cents=part,
                acs_cents=0,
                other_aids_cents=0,
                to_pay_cents=part,
            )
            for k, part in enumerate(parts)
        ),
        payment=papers.Payment(mode="Prélèvement SEPA", frequency="mensuelle"),
        reasons=tuple(
            p.PersonReasons(
                name=person.name,
                amounts=(
                    p.MonthlyAmount(
                        months_label="toute la période",
                        months=1,
                        gross_cents=person.gross_cents,
                        aid_cents=0,
                        lines=("Cotisation selon l’âge au 1er janvier et la formule.",),
                    ),
                ),
            )
            for person in persons
        ),
    )
