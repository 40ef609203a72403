"""Reads of contracts: what a product requires, an enrolment as facts, frames of covers for the batches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

import polars as pl
from django.db import connection
from django.db.models import F, QuerySet

from egide.contracts.facts import CoverFacts, EndorsementAsked, EnrolmentFacts
from egide.contracts.models import AskedPaper, Cover, Endorsement, Enrolment, EnrolmentForm, RightsMovement
from egide.journal.bulk import fetch_frame
from egide.journal.queries import touched_since
from egide.kernel.errors import Refusal
from egide.products.queries import book_for
from egide.rules.books import Book


@dataclass(frozen=True, slots=True)
class ProductTerms:
    """What contracts need to know of a product version."""

    version: date
    title: str
    formulas: tuple[str, ...]
    labels: Mapping[str, str]  # of the formulas, as people say them
    certificates_required: bool
    contract_type: str


def product_terms(code: str, on: date) -> ProductTerms:
    """The terms of a product in force on a day."""
    return _terms(book_for(code, on))


def _terms(book: Book) -> ProductTerms:
    """The rule book says so itself, in constants that its articles name; what it does not say is the open-ended default."""
    said = {name: constant.value for name, constant in book.constants.items()}
    return ProductTerms(
        version=book.version,
        title=book.title,
        formulas=tuple(code for code, _ in book.formulas),
        labels=dict(book.formulas),
        certificates_required=bool(said.get("attestations_obligatoires", False)),
        contract_type=f"{said.get('type_contrat_noemie', 1):02d}",
    )


def book_of_change(enrolment: EnrolmentFacts, asked: EndorsementAsked) -> Book:
    """The règlement that decides a change: the one in force when it was asked for, or when the enrolment begins."""
    return book_for(enrolment.product_code, max(enrolment.starts_on, asked.received_on))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an endorsement answers: when it was asked for, why, and under whose agreement."""

    received_on: date
    reason: str
    agreement: str


def wanted_by(act_ids: Sequence[int]) -> dict[int, Wanted]:
    """What each of these acts answers, for those that are endorsements."""
    found = Endorsement.objects.filter(act_id__in=list(act_ids))
    return {one.act_id: Wanted(one.received_on, one.reason, one.agreement) for one in found}


# The rows that reads give: floors above name their types from here, and leave the tables to this one.
EnrolmentRow: TypeAlias = Enrolment
FormRow: TypeAlias = EnrolmentForm
_WITH_MEMBER = ("member__household", "mandate__bank_account", "perimeter")


def enrolment_with_member(enrolment_id: int) -> EnrolmentRow:
    """An enrolment with its member, household, mandate and account; the same refusal when absent or out of reach."""
    found = Enrolment.objects.select_related(*_WITH_MEMBER).filter(pk=enrolment_id).first()
    if found is None:
        raise not_found(str(enrolment_id))
    return found


def find_form(form_id: int) -> FormRow | None:
    """A received form; None when it is absent and when it is out of reach: nobody learns which."""
    return EnrolmentForm.objects.filter(pk=form_id).first()


@dataclass(frozen=True, slots=True)
class PaperState:
    """A paper asked for on a form, and whether it came."""

    title: str
    code: str
    asked_on: date
    answer_by: date
    received_on: date | None


def asked_papers(form_id: int) -> list[PaperState]:
    """What was asked for on a form, in the order of the letters."""
    found = AskedPaper.objects.filter(form_id=form_id).order_by("id")
    return [PaperState(one.title, one.code, one.asked_on, one.answer_by, one.received_on) for one in found]


def forms_in(state: str, *, latest_first: bool = False) -> QuerySet[FormRow]:
    """The forms in one state, the oldest first unless asked; read by pages, never whole.

    Those given up by the candidate are found with those that the centre refused.
    """
    wanted = ("refused", "abandoned") if state == "refused" else (state,)
    forms = EnrolmentForm.objects.filter(state__in=wanted)
    return forms.order_by("-id") if latest_first else forms.order_by("received_on", "id")


def as_typed(form: FormRow, content: Mapping[str, object]) -> FormRow:
    """The form with what is typed on it and not kept yet: to be read, never to be saved."""
    return EnrolmentForm(id=form.pk, product_code=form.product_code, received_on=form.received_on, content=content)


def numbers_of(enrolment_ids: Sequence[int]) -> list[str]:
    """The numbers that people know these enrolments by, in order of their ids; those out of reach are left out."""
    found = Enrolment.objects.filter(pk__in=enrolment_ids).order_by("pk")
    return list(found.values_list("number", flat=True))


def anyone_enrolled() -> bool:
    """True as soon as one enrolment is within reach."""
    return Enrolment.objects.exists()


def count_enrolments(perimeter_id: int) -> int:
    """How many enrolments a perimeter holds, ended ones too: a batch shares them in slices."""
    return Enrolment.objects.filter(perimeter_id=perimeter_id).count()


_COVERS = """
-- Covers with the persons they cover and the aids in force, one row per cover.
SELECT c.id, c.enrolment_id, c.perimeter_id, c.person_id, p.first_name, p.last_name, p.birth_date, c.link, c.student,
  lower(c.period), upper(c.period), c.since,
  COALESCE((SELECT sum(a.amount_cents) FROM contracts_aidcertificate a
    WHERE a.person_id = c.person_id AND a.enrolment_id = c.enrolment_id AND a.nature = 'acs'), 0)::bigint,
  COALESCE((SELECT sum(a.amount_cents) FROM contracts_aidcertificate a
    WHERE a.person_id = c.person_id AND a.enrolment_id = c.enrolment_id AND a.nature = 'other'), 0)::bigint
FROM contracts_cover c JOIN people_person p ON p.id = c.person_id
WHERE c.enrolment_id = ANY (%s) AND NOT c.cancelled
ORDER BY c.enrolment_id, (c.link = 'child'), p.birth_date, c.id
"""


def enrolments_as_facts(enrolment_ids: Sequence[int]) -> list[EnrolmentFacts]:
    """These enrolments with their covers, as known now, in the order of their ids."""
    covers = _covers_of(enrolment_ids)
    rows = Enrolment.objects.filter(pk__in=enrolment_ids).order_by("pk")
    return [_as_facts(enrolment, covers.get(enrolment.pk, ())) for enrolment in rows]


def _covers_of(enrolment_ids: Sequence[int]) -> dict[int, list[CoverFacts]]:
    covers: dict[int, list[CoverFacts]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_COVERS, [list(enrolment_ids)])
        for row in cursor.fetchall():
            facts = CoverFacts(*row)
            covers.setdefault(facts.enrolment_id, []).append(facts)
    return covers


def facts_of(enrolment: EnrolmentRow) -> EnrolmentFacts:
    """An enrolment already read, with its covers as known now."""
    return _as_facts(enrolment, _covers_of([enrolment.pk]).get(enrolment.pk, ()))


def _as_facts(enrolment: EnrolmentRow, covers: Sequence[CoverFacts]) -> EnrolmentFacts:
    return EnrolmentFacts(
        id=enrolment.pk,
        number=enrolment.number,
        perimeter_id=enrolment.perimeter_id,
        product_code=enrolment.product_code,
        formula=enrolment.formula,
        scheme=enrolment.scheme,
        starts_on=enrolment.starts_on,
        ends_on=enrolment.ends_on,
        covers=tuple(covers),
        concluded_on=enrolment.concluded_on,
    )


def enrolment_facts(enrolment_id: int) -> EnrolmentFacts:
    """One enrolment as facts; the same refusal when it does not exist and when it may not be seen."""
    found = enrolments_as_facts([enrolment_id])
    if not found:
        raise not_found(str(enrolment_id))
    return found[0]


def enrolment_by_number(number: str) -> Enrolment:
    """The enrolment of a number, with its member."""
    enrolment = Enrolment.objects.select_related(*_WITH_MEMBER).filter(number=number).first()
    if enrolment is None:
        raise not_found(number)
    return enrolment


@dataclass(frozen=True, slots=True)
class Movement:
    """What the compulsory scheme was told of one person, in which file, and what it answered."""

    id: int
    movement: str
    starts_on: date
    ends_on: date | None
    state: str
    return_code: str
    file_id: int | None
    file_name: str | None
    sent_at: datetime | None
    person_id: int
    first_name: str
    last_name: str
    birth_date: date
    birth_rank: int
    insured_nir: str
    number: str

    @property
    def name(self) -> str:
        """First name, last name."""
        return f"{self.first_name} {self.last_name}"


_MOVEMENTS = """
-- Movements with the person, the enrolment and the file that carried them.
SELECT m.id, m.movement, m.starts_on, m.ends_on, m.state, m.return_code, m.file_id, f.name, f.received_at,
  p.id, p.first_name, p.last_name, p.birth_date, p.birth_rank, p.insured_nir, e.number
FROM contracts_rightsmovement m
JOIN contracts_cover c ON c.id = m.cover_id
JOIN contracts_enrolment e ON e.id = c.enrolment_id
JOIN people_person p ON p.id = m.person_id
LEFT JOIN exchanges_file f ON f.id = m.file_id
"""


def movements_in(state: str, *, offset: int, limit: int) -> list[Movement]:
    """Movements in one state, the latest first."""
    return _movements("WHERE m.state = %s ORDER BY m.id DESC OFFSET %s LIMIT %s", [state, offset, limit])


def movements_of(enrolment_ids: Sequence[int], *, limit: int = 12) -> list[Movement]:
    """The movements of these enrolments, the latest first."""
    return _movements("WHERE c.enrolment_id = ANY (%s) ORDER BY m.id DESC LIMIT %s", [list(enrolment_ids), limit])


def subjects_around(enrolment_id: int) -> set[tuple[str, int]]:
    """What acts are about when they move the money of an enrolment: itself, the movements of its rights, their people."""
    movements = movements_of([enrolment_id], limit=1_000)
    return {
        ("enrolment", enrolment_id),
        *(("movement", one.id) for one in movements),
        *(("person", one.person_id) for one in movements),
    }


def movement_told(movement_id: int) -> Movement | None:
    """One movement; None when it is absent or out of reach."""
    return next(iter(_movements("WHERE m.id = %s", [movement_id])), None)


def _movements(which: str, parameters: Sequence[str | int | list[int]]) -> list[Movement]:
    with connection.cursor() as cursor:
        cursor.execute(_MOVEMENTS + which, list(parameters))
        return [Movement(*row) for row in cursor.fetchall()]


def not_found(where: str) -> Refusal:
    """The refusal of an enrolment that is absent or out of reach: nobody learns which."""
    return Refusal(
        code="enrolment.not_found",
        where=where,
        message="Cette adhésion n’existe pas ou ne vous est pas accessible.",
        remedy="Vérifiez le numéro, ou cherchez la personne par son nom.",
    )


COVER_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "cover_id": pl.Int64,
    "enrolment_id": pl.Int64,
    "perimeter_id": pl.Int16,
    "person_id": pl.Int64,
    "product_code": pl.String,
    "formula": pl.String,
    "scheme": pl.String,
    "enrolment_start": pl.Date,
    "link": pl.String,
    "student": pl.Boolean,
    "birth_date": pl.Date,
    "starts_on": pl.Date,
    "ends_on": pl.Date,
    "since": pl.Date,
    "aid_acs_cents": pl.Int64,
    "aid_other_cents": pl.Int64,
}

_COVER_FRAME = """
-- Covers of one perimeter whose period meets [first, last), with their aids.
WITH aids AS (
  SELECT enrolment_id, person_id,
    COALESCE(sum(amount_cents) FILTER (WHERE nature = 'acs'), 0)::bigint AS acs,
    COALESCE(sum(amount_cents) FILTER (WHERE nature = 'other'), 0)::bigint AS other
  FROM contracts_aidcertificate GROUP BY 1, 2)
SELECT c.id, c.enrolment_id, c.perimeter_id, c.person_id, e.product_code, e.formula, e.scheme, e.starts_on, c.link,
  c.student, p.birth_date, lower(c.period), upper(c.period), c.since, COALESCE(a.acs, 0), COALESCE(a.other, 0)
FROM contracts_cover c
JOIN contracts_enrolment e ON e.id = c.enrolment_id
JOIN people_person p ON p.id = c.person_id
LEFT JOIN aids a ON a.enrolment_id = c.enrolment_id AND a.person_id = c.person_id
WHERE NOT c.cancelled AND c.period && daterange(%s, %s) AND c.perimeter_id = %s
ORDER BY c.enrolment_id, (c.link = 'child'), p.birth_date, c.id
"""


_AMONG = f"""
-- Covers of some enrolments only, in the same shape.
SELECT * FROM ({_COVER_FRAME}) AS cover WHERE cover.enrolment_id = ANY (%s)
"""  # noqa: S608


def covers_between(first: date, last: date, *, perimeter_id: int, among: Sequence[int] | None = None) -> pl.DataFrame:
    """Covers that meet [first, last) in one perimeter, or only those of some of its enrolments (``COVER_SCHEMA``)."""
    if among is None:
        return fetch_frame(_COVER_FRAME, [first, last, perimeter_id], COVER_SCHEMA)
    return fetch_frame(_AMONG, [first, last, perimeter_id, list(among)], COVER_SCHEMA)


def enrolments_of(person_ids: Sequence[int]) -> list[int]:
    """The enrolments that cover these people, or did: every due that hangs on who they are."""
    covers = Cover.objects.filter(person_id__in=person_ids, cancelled=False)
    return sorted(set(covers.values_list("enrolment_id", flat=True)))


def covered_before_birth(person_ids: Sequence[int]) -> list[tuple[str, date]]:
    """Of these persons, those whose cover begins before they are born: first name, and the day it begins."""
    found = Cover.objects.filter(
        person_id__in=list(person_ids), cancelled=False, period__startswith__lt=F("person__birth_date")
    )
    return [(cover.person.first_name, cover.period.lower) for cover in found.select_related("person")]


def enrolments_touched_since(seen: str) -> list[int]:
    """The enrolments whose facts changed since a ``journal.queries.snapshot``, by themselves or by a person they cover."""
    return sorted({*touched_since(seen, "enrolment"), *enrolments_of(touched_since(seen, "person"))})


_LINKED = """
-- Enrolments that share a person, step by step: a person's ceilings go on from one enrolment to the next.
WITH RECURSIVE linked(enrolment_id) AS (
  SELECT unnest(%s::bigint[])
  UNION
  SELECT b.enrolment_id FROM linked l
  JOIN contracts_cover a ON a.enrolment_id = l.enrolment_id
  JOIN contracts_cover b ON b.person_id = a.person_id)
SELECT enrolment_id FROM linked ORDER BY 1
"""


def linked_enrolments(enrolment_ids: Sequence[int]) -> list[int]:
    """These enrolments and all those that share a person with them."""
    with connection.cursor() as cursor:
        cursor.execute(_LINKED, [list(enrolment_ids)])
        return [row[0] for row in cursor.fetchall()]


def count_movements_to_send(perimeter_id: int) -> int:
    """How many rights movements of a perimeter wait for its next file to the scheme."""
    return RightsMovement.objects.filter(state="to_send", perimeter_id=perimeter_id).count()
