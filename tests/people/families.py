"""The families, forms and care files of the proofs: small, valid, and each broken on purpose where a test says so.

Nothing here writes but through the acts and jobs of the house.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl
from django.db import connection

from egide.benefits.facts import Outcome
from egide.benefits.jobs.reading import read_file
from egide.contracts.acts.forms import enrol, receive_form, save_form, validate_form
from egide.contracts.acts.reception import ReceivedForm
from egide.contracts.facts import Certificate, EffectDate, EnrolmentAsked, PersonAsked
from egide.contracts.models import Enrolment, EnrolmentForm
from egide.exchanges.acts import Arrival, receive
from egide.exchanges.codecs.care_line_write import write_care_lines
from egide.exchanges.codecs.noemie_envelope import Envelope
from egide.exchanges.models import File
from egide.journal import clock
from egide.journal.acts import perform
from egide.journal.facts import Actor, Channel, Context, Role
from egide.journal.permissions import Permission
from egide.kernel.identifiers import make_iban, nir_key
from egide.kernel.periods import add_months
from egide.premiums.jobs import follow

PROXIME, HORIZON = "proxime_sante", "horizon_sante"
_serial = itertools.count(1)
MONDAY = date(2015, 10, 5)  # the day on which most stories begin


def at(role: Role, *, perimeters: Sequence[int] = (1, 2, 3), key: str | None = None, label: str = "") -> Context:
    """Someone of a role, at a screen, who sees these perimeters."""
    return Context(Actor(label or str(role), role, tuple(perimeters)), Channel.SCREEN, key=key)


def nir_of(*, woman: bool, birth: date, serial: int) -> str:
    """A valid number of 13 characters for someone born then; its serial keeps it apart from the others."""
    commune, order = divmod(serial, 900)
    return f"{2 if woman else 1}{birth:%y%m}75{commune % 900 + 1:03d}{order + 1:03d}"


def iban_of(serial: int) -> str:
    """A valid French account number."""
    return make_iban("30004", "00001", f"{serial:011d}").compact


@dataclass(frozen=True)
class Member:
    """One person of a family, as typed on a form; ``nir`` is empty for a child known under a parent's."""

    link: str
    first_name: str
    birth: date
    nir: str = ""
    aid: str = "200"
    last_name: str = "Martin"
    student: bool = False
    rank: int = 1


def typed(day: date) -> str:
    """A date as people type it."""
    return f"{day:%d/%m/%Y}"


def certificate(amount: str, **changes: str) -> dict[str, str]:
    """An ACS certificate as typed on a form of autumn 2015."""
    return {
        "file_holder": "Martin", "certificate_holder": "Martin", "agreed_on": "01/09/2015",
        "valid_until": "31/08/2016", "amount": amount,
    } | changes  # fmt: skip


def a_family(children: int = 1, *, serial: int | None = None) -> list[Member]:
    """A couple and their children, with numbers of their own: no two families ever share one."""
    serial = serial or next(_serial)
    he, she = date(1975, 3, 12), date(1978, 7, 2)
    return [
        Member("member", "Luc", he, nir_of(woman=False, birth=he, serial=serial)),
        Member("spouse", "Zoé", she, nir_of(woman=True, birth=she, serial=serial)),
        *(Member("child", f"Enfant{n}", date(2003 + n, 5, 5), aid="100") for n in range(children)),
    ]


def content_of(people: Sequence[Member], *, wished: date, serial: int | None = None, **changes: Any) -> dict[str, Any]:
    """A complete form for these people; the changes replace its fields."""
    content: dict[str, Any] = {
        "formula": "b", "scheme": "general", "wished_start": typed(wished), "signed_on": "01/10/2015", "signed": True,
        "line1": "3 rue des Lilas", "postcode": "45000", "city": "Orléans", "phone": "0612345678",
        "email": "m@x.invalid", "iban": iban_of(serial or next(_serial)), "rib": True,
        "persons": [
            {
                "link": one.link, "last_name": one.last_name, "first_name": one.first_name,
                "birth_date": typed(one.birth), "birth_rank": str(one.rank), "student": one.student,
                "vitale": bool(one.nir), "school": one.student,
                "nir": one.nir + nir_key(one.nir) if one.nir else "",
                "certificate": certificate(one.aid) if one.aid else {},
            }
            for one in people
        ],
    }  # fmt: skip
    content["holder"] = f"{people[0].first_name} {people[0].last_name}"
    return content | changes


def received_form(
    context: Context, *, product: str = PROXIME, perimeter: int = 2, content: Mapping[str, object] | None = None
) -> EnrolmentForm:
    """A form as the post brings it today, filled in if a content is given."""
    name = f"Bulletin {next(_serial)}"
    scan = f"%PDF {name}".encode()
    form = receive_form(context, ReceivedForm(perimeter, product, clock.now(), name, scan, 2))
    return save_form(context, form.pk, revision=0, content=content) if content is not None else form


def enrolled_by_form(context: Context, people: Sequence[Member], *, wished: date, **changes: Any) -> Enrolment:
    """A family whose form was validated (contracts only: nobody follows yet)."""
    form = received_form(context, content=content_of(people, wished=wished, **changes))
    return validate_form(context, form.pk, revision=form.revision)


def asked_for(people: Sequence[Member], *, starts_on: date, formula: str = "b", **changes: Any) -> EnrolmentAsked:
    """The same family as a checked request."""
    head = people[0]
    persons = tuple(
        PersonAsked(
            one.link, one.last_name, one.first_name, one.birth, one.rank, one.nir, one.nir or head.nir, one.student,
            Certificate("Martin", "Martin", date(2015, 9, 1), date(2016, 8, 31), int(one.aid) * 100) if one.aid else None,
        )
        for one in people
    )  # fmt: skip
    asked = EnrolmentAsked(
        product_code=PROXIME, formula=formula, scheme="general", wished_start=starts_on, signed_on=date(2015, 10, 1),
        received_on=clock.today(), line1="3 rue des Lilas", postcode="45000", city="Orléans", phone="", email="",
        iban=iban_of(next(_serial)), bic="", holder=f"{head.first_name} Martin", persons=persons,
    )  # fmt: skip
    return replace(asked, **changes)


def enrolled(
    context: Context, people: Sequence[Member], *, starts_on: date, perimeter: int = 2, **changes: Any
) -> Enrolment:
    """A family enrolled on a chosen day, and its account brought up to date: the quick way to a contract."""
    asked = asked_for(people, starts_on=starts_on, **changes)
    ends_on = add_months(starts_on, 12) if asked.product_code == PROXIME else None
    with perform(context, "enrolment.proof", needs=Permission.ENROL, given=asked) as act:
        row = enrol(act, perimeter, asked, EffectDate(starts_on, ends_on, differs=False, reasons=()))
        act.on("enrolment", row.pk, row.number, row.perimeter_id)
        act.outcome = {"enrolment": row.pk}
    follow(context, [row.pk])
    return row


# ---- care files


def envelope(file_id: int, day: date | None = None) -> Envelope:
    """The header of a care file of the compulsory scheme."""
    return Envelope(
        "SI", "00999000", "MU", "00000099999999", "99999999", f"{file_id:06d}", day or clock.today(), reference="EGD"
    )


@dataclass(frozen=True)
class Care:
    """One line of care, in cents; by default a visit to the doctor at 23 €, of which the scheme takes 16.10 €."""

    who: Member
    act: str = "G"
    on: date = date(2015, 12, 10)
    charged: int = 2300
    base: int = 2300
    rate_bp: int = 7000
    amo: int = 1610
    withheld: int = 100
    quantity: int = 1
    operation: str = "N"
    invoice: int = 0
    reference: str = ""
    nir: str = ""
    care_path: bool = True
    basket: str = ""


GLASSES = {"act": "LUN", "charged": 12_000, "base": 284, "rate_bp": 6000, "amo": 170, "withheld": 0}
CROWN = {"act": "SPR", "charged": 60_000, "base": 10_750, "rate_bp": 7000, "amo": 7525, "withheld": 0}


def care_rows(cares: Sequence[Care], insured: str, *, start: int = 1) -> list[dict[str, Any]]:
    """The rows of a care file for a family whose insured has this number; one invoice per line unless told."""
    rows = []
    for place, care in enumerate(cares, start):
        nir = care.nir or care.who.nir or insured
        rows.append(
            {
                "reference": care.reference or f"L{place:09d}", "nir": nir, "nir_key": nir_key(nir),
                "birth_date": care.who.birth, "birth_rank": care.who.rank, "invoice_no": f"{care.invoice or place:09d}",
                "act_code": care.act, "care_date": care.on, "base_cents": care.base, "rate_bp": care.rate_bp,
                "amo_cents": care.amo, "charged_cents": care.charged, "withheld_cents": care.withheld,
                "quantity": care.quantity, "operation": care.operation, "care_path": care.care_path,
                "basket": care.basket,
            }
        )  # fmt: skip
    return rows


def care_bytes(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """The care file of these rows, with a number of its own."""
    return write_care_lines(pl.DataFrame(list(rows), infer_schema_length=None), envelope(next(_serial)))


def received_care(context: Context, content: bytes, *, perimeter: int = 1) -> File:
    """A care file as it was received today."""
    return receive(context, Arrival("noemie.care", "scheme", f"SOINS{next(_serial)}.noe", content, perimeter))


def settled(context: Context, cares: Sequence[Care], insured: str, *, start: int = 1) -> tuple[File, Outcome]:
    """These lines sent by the scheme, received and read to the ledger."""
    file = received_care(context, care_bytes(care_rows(cares, insured, start=start)))
    outcome = read_file(context, file.pk)
    file.refresh_from_db()
    return file, outcome


# ---- what the base says


def one(query: str, *parameters: object) -> Any:
    """The first value that a query gives, in the scope of the test's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(query, list(parameters))
        row = cursor.fetchone()
    return row[0] if row else None


def rows(query: str, *parameters: object) -> list[tuple[Any, ...]]:
    """The rows that a query gives."""
    with connection.cursor() as cursor:
        cursor.execute(query, list(parameters))
        return list(cursor.fetchall())


def posted_by_line() -> dict[tuple[str, str, str], int]:
    """What is posted on each care line, by person, act and invoice: the same however files were cut."""
    return {
        (str(person), act, invoice): int(cents)
        for person, act, invoice, cents in rows(
            "SELECT l.person_id, l.act_code, l.invoice_no || l.operation, COALESCE(sum(p.amount_cents), 0) "
            "FROM benefits_care_line l LEFT JOIN benefits_posting p ON p.care_line_id = l.id GROUP BY 1, 2, 3"
        )
    }
