"""Reads of benefits: frames for the batch, one care line with its reasons, what a member was paid, ceilings left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TypeAlias

import polars as pl
from django.db import connection

from egide.benefits.facts import COUNTER_SCHEMA, CareLineFacts, IgnoredLine, Schema
from egide.benefits.models import Payment, Proposal
from egide.journal.bulk import fetch_frame
from egide.kernel.errors import Refusal
from egide.kernel.reference import load_table

PEOPLE_SCHEMA: Schema = {
    "person_id": pl.Int64,
    "insured_nir": pl.String,
    "birth_date": pl.Date,
    "birth_rank": pl.Int16,
    "cover_id": pl.Int64,
    "enrolment_id": pl.Int64,
    "perimeter_id": pl.Int16,
    "product_code": pl.String,
    "formula": pl.String,
    "scheme": pl.String,
    "since": pl.Date,
    "starts_on": pl.Date,
    "ends_on": pl.Date,
}

_PEOPLE = """
-- Persons with each of their covers, by the identity under which the compulsory scheme knows them.
SELECT p.id, p.insured_nir, p.birth_date, p.birth_rank, c.id, c.enrolment_id, c.perimeter_id, e.product_code, e.formula,
  e.scheme, c.since, lower(c.period), upper(c.period)
FROM people_person p
JOIN contracts_cover c ON c.person_id = p.id AND NOT c.cancelled
JOIN contracts_enrolment e ON e.id = c.enrolment_id
"""
_FEW = 20_000


@lru_cache(maxsize=1)
def care_families() -> dict[str, str]:
    """The family of care of each act code, from the national nomenclature as we group it."""
    return {row.text("act_code"): row.text("family") for row in load_table("care_families").rows}


def people_known(nirs: Sequence[str]) -> pl.DataFrame:
    """Persons and covers (``PEOPLE_SCHEMA``) under these numbers; all of them when there are many numbers."""
    if len(nirs) > _FEW:
        return fetch_frame(_PEOPLE, [], PEOPLE_SCHEMA)
    return fetch_frame(_PEOPLE + " WHERE p.insured_nir = ANY (%s)", [list(nirs)], PEOPLE_SCHEMA)


LINE_SCHEMA: Schema = {
    "line_id": pl.Int64,
    "person_id": pl.Int64,
    "invoice_no": pl.String,
    "act_code": pl.String,
    "act_no": pl.Int16,
    "care_on": pl.Date,
    "operation": pl.String,
    "charged_cents": pl.Int64,
    "amo_cents": pl.Int64,
    "reverses_id": pl.Int64,
}

_HELD = """
-- Lines already in the books for these persons, over the days of care of the file.
SELECT l.id, l.person_id, l.invoice_no, l.act_code, l.act_no, l.care_on, l.operation, l.charged_cents, l.amo_cents,
  l.reverses_id
FROM unnest(%s::bigint[]) AS wanted(person_id)
JOIN benefits_care_line l ON l.person_id = wanted.person_id
WHERE l.care_on BETWEEN %s AND %s
"""


def lines_held(person_ids: Sequence[int], first: date, last: date) -> pl.DataFrame:
    """The lines of these persons already in the books (``LINE_SCHEMA``), to find repeats and reversed lines."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM benefits_care_line)")
        if not cursor.fetchone()[0]:
            return pl.DataFrame(schema=LINE_SCHEMA)
    return fetch_frame(_HELD, [list(person_ids), first, last], LINE_SCHEMA)


def posted_places(file_id: int) -> pl.DataFrame:
    """Where in a file stand the acts that are in the books: ``line_no`` and ``act_no``."""
    return fetch_frame(
        "SELECT line_no, act_no FROM benefits_care_line WHERE file_id = %s",
        [file_id],
        {"line_no": pl.Int32, "act_no": pl.Int16},
    )


def ignored_places(file_id: int) -> pl.DataFrame:
    """Where in a file stand the acts that were set aside: ``line_no`` and ``act_no``."""
    return fetch_frame(
        "SELECT line_no, act_no FROM benefits_ignored_line WHERE file_id = %s",
        [file_id],
        {"line_no": pl.Int32, "act_no": pl.Int16},
    )


FULL_SCHEMA: Schema = {
    **LINE_SCHEMA,
    "perimeter_id": pl.Int16,
    "enrolment_id": pl.Int64,
    "product_code": pl.String,
    "formula": pl.String,
    "scheme": pl.String,
    "birth_date": pl.Date,
    "since": pl.Date,
    "family": pl.String,
    "quantity": pl.Int64,
    "base_cents": pl.Int64,
    "rate_bp": pl.Int64,
    "withheld_cents": pl.Int64,
    "tariff_agreement": pl.Boolean,
    "care_path": pl.Boolean,
    "basket": pl.String,
    "posted_cents": pl.Int64,
    "covered": pl.Boolean,
}

_LIVES = """
SELECT l.id, l.person_id, l.invoice_no, l.act_code, l.act_no, l.care_on, l.operation, l.charged_cents, l.amo_cents,
  l.reverses_id, l.perimeter_id, l.enrolment_id, e.product_code, e.formula, e.scheme, p.birth_date, c.since, l.family,
  l.quantity, l.base_cents, l.rate_bp, l.withheld_cents, l.tariff_agreement, l.care_path, l.basket,
  COALESCE((SELECT sum(x.amount_cents) FROM benefits_posting x WHERE x.care_line_id = l.id), 0)::bigint,
  EXISTS (SELECT 1 FROM contracts_cover k WHERE k.person_id = l.person_id AND k.enrolment_id = l.enrolment_id
    AND NOT k.cancelled AND k.period @> l.care_on)
FROM benefits_care_line l
JOIN contracts_enrolment e ON e.id = l.enrolment_id
JOIN people_person p ON p.id = l.person_id
JOIN contracts_cover c ON c.id = l.cover_id
"""
_OF_ENROLMENTS = """
-- By way of the persons, because lines are indexed by person.
JOIN (SELECT DISTINCT person_id, enrolment_id FROM contracts_cover WHERE enrolment_id = ANY (%s)) AS wanted
  ON wanted.person_id = l.person_id AND wanted.enrolment_id = l.enrolment_id
ORDER BY l.id
"""
_OF_PERIMETER = " WHERE l.perimeter_id = %s ORDER BY l.id"


def lives(enrolment_ids: Sequence[int]) -> pl.DataFrame:
    """Every line of these enrolments with what was posted on it (``FULL_SCHEMA``), in order of number."""
    return fetch_frame(_LIVES + _OF_ENROLMENTS, [list(enrolment_ids)], FULL_SCHEMA)


def lives_of_perimeter(perimeter_id: int) -> pl.DataFrame:
    """Every line of a perimeter (``FULL_SCHEMA``), in order of number."""
    return fetch_frame(_LIVES + _OF_PERIMETER, [perimeter_id], FULL_SCHEMA)


OPENING_SCHEMA: Schema = {**COUNTER_SCHEMA, "product_code": pl.String}


_COUNTERS = """
SELECT c.counter, c.key, c.used, c.product_code
FROM (SELECT 'beneficiaire' AS kind, unnest(%s::bigint[]) AS id
      UNION ALL SELECT 'adhesion', unnest(%s::bigint[])) AS owner
JOIN benefits_counter c ON c.owner_id = owner.id AND c.owner_kind = owner.kind
"""


def counters_of(person_ids: Sequence[int], enrolment_ids: Sequence[int]) -> pl.DataFrame:
    """How much of each ceiling is used by these persons and enrolments (``OPENING_SCHEMA``)."""
    return fetch_frame(_COUNTERS, [list(person_ids), list(enrolment_ids)], OPENING_SCHEMA)


_LINES = """
SELECT l.id, l.file_id, l.line_no, l.received_on, l.enrolment_id, l.person_id, l.invoice_no, l.operation, l.act_code,
  l.family, l.care_on, l.quantity, l.charged_cents, l.base_cents, l.rate_bp, l.amo_cents, l.withheld_cents,
  l.tariff_agreement, l.care_path, l.basket, l.reverses_id,
  COALESCE((SELECT sum(x.amount_cents) FROM benefits_posting x WHERE x.care_line_id = l.id), 0)::bigint
FROM benefits_care_line l
"""


def latest_lines(person_ids: Sequence[int], *, limit: int = 20) -> list[CareLineFacts]:
    """The latest care of these persons, the most recent first."""
    with connection.cursor() as cursor:
        cursor.execute(
            _LINES + " WHERE l.person_id = ANY (%s) ORDER BY l.care_on DESC, l.id DESC LIMIT %s",
            [list(person_ids), limit],
        )
        return [CareLineFacts(*row) for row in cursor.fetchall()]


def lines_with_ids(line_ids: Sequence[int]) -> list[CareLineFacts]:
    """These care lines, each with what is posted on it."""
    with connection.cursor() as cursor:
        cursor.execute(_LINES + " WHERE l.id = ANY (%s)", [list(line_ids)])
        return [CareLineFacts(*row) for row in cursor.fetchall()]


def care_line(line_id: int) -> CareLineFacts:
    """One care line; the same refusal when it does not exist and when it may not be seen."""
    with connection.cursor() as cursor:
        cursor.execute(_LINES + " WHERE l.id = %s", [line_id])
        row = cursor.fetchone()
    if row is None:
        raise Refusal(
            code="benefits.line_not_found",
            where=str(line_id),
            message="Cette ligne de soins n’existe pas ou ne vous est pas accessible.",
            remedy="Ouvrez-la depuis la fiche de l’adhérent.",
        )
    return CareLineFacts(*row)


def lines_of_file(file_id: int, *, offset: int = 0, limit: int = 50) -> list[CareLineFacts]:
    """The lines of one file that were taken, in its order."""
    with connection.cursor() as cursor:
        cursor.execute(
            _LINES + " WHERE l.file_id = %s ORDER BY l.line_no, l.act_no LIMIT %s OFFSET %s",
            [file_id, limit, offset],
        )
        return [CareLineFacts(*row) for row in cursor.fetchall()]


def ignored_reasons(file_id: int) -> list[tuple[str, int]]:
    """Why acts of a file were set aside, and how many for each reason."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT code, count(*) FROM benefits_ignored_line WHERE file_id = %s GROUP BY code ORDER BY 2 DESC",
            [file_id],
        )
        return [(code, count) for code, count in cursor.fetchall()]


def ignored_lines(file_id: int, *, offset: int = 0, limit: int = 50) -> list[IgnoredLine]:
    """The acts of one file that were set aside, in its order, each with the line that it repeats."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT i.line_no, i.person_id, i.code, l.id, COALESCE(l.act_code, ''), COALESCE(l.family, '')
            FROM (SELECT * FROM benefits_ignored_line WHERE file_id = %s
                  ORDER BY line_no, act_no LIMIT %s OFFSET %s) i
            LEFT JOIN benefits_care_line l ON l.id = i.repeats_id ORDER BY i.line_no, i.act_no
            """,
            [file_id, limit, offset],
        )
        return [IgnoredLine(*row) for row in cursor.fetchall()]


TO_PAY_SCHEMA: Schema = {
    "enrolment_id": pl.Int64,
    "account_id": pl.Int64,
    "amount_cents": pl.Int64,
    "bank_account_id": pl.Int64,
    "iban": pl.String,
    "bic": pl.String,
    "holder": pl.String,
    "number": pl.String,
}

_TO_PAY = """
-- Accounts of benefits due that are in credit, with the account where the member is paid.
SELECT e.id, d.account_id, d.amount_cents, b.id, b.iban, b.bic, b.holder, e.number
FROM (
  SELECT l.account_id, -sum(l.amount_cents)::bigint AS amount_cents
  FROM ledger_account a JOIN ledger_line l ON l.account_id = a.id
  WHERE a.kind = 'benefits_due' AND a.perimeter_id = %s
  GROUP BY l.account_id HAVING sum(l.amount_cents) < 0) d
JOIN ledger_account a ON a.id = d.account_id
JOIN contracts_enrolment e ON e.id = a.enrolment_id
JOIN people_mandate m ON m.id = e.mandate_id
JOIN people_bankaccount b ON b.id = m.bank_account_id
ORDER BY e.id
"""


def to_pay(perimeter_id: int) -> pl.DataFrame:
    """What is due to each member of a perimeter (``TO_PAY_SCHEMA``), positive amounts only."""
    return fetch_frame(_TO_PAY, [perimeter_id], TO_PAY_SCHEMA)


_UNPAYABLE = """
-- Accounts of benefits due that are in credit, of members whose account number we do not have.
SELECT count(*), COALESCE(sum(due.cents), 0)::bigint FROM (
  SELECT -sum(l.amount_cents) AS cents
  FROM ledger_account a JOIN ledger_line l ON l.account_id = a.id JOIN contracts_enrolment e ON e.id = a.enrolment_id
  WHERE a.kind = 'benefits_due' AND a.perimeter_id = %s AND e.mandate_id IS NULL
  GROUP BY l.account_id HAVING sum(l.amount_cents) < 0) AS due
"""


def unpayable(perimeter_id: int) -> tuple[int, int]:
    """How many members are owed something that no transfer can carry, for want of an account, and how much."""
    with connection.cursor() as cursor:
        cursor.execute(_UNPAYABLE, [perimeter_id])
        count, cents = cursor.fetchone()
        return int(count), int(cents)


# The row that reads give: floors above name its type from here, and leave the tables to this one.
ProposalRow: TypeAlias = Proposal


def proposal(proposal_id: int) -> ProposalRow | None:
    """A list of transfers; None when it is absent and when it is out of reach: nobody learns which."""
    return Proposal.objects.filter(pk=proposal_id).first()


@dataclass(frozen=True, slots=True)
class ProposedLine:
    """One transfer of a list: whom, on which account, how much."""

    number: str
    member: str
    holder: str
    iban: str
    amount_cents: int


_PROPOSED = """
-- The transfers of a list, with whom they pay, in order of name.
SELECT e.number, p.first_name || ' ' || p.last_name, b.holder, b.iban, t.amount_cents
FROM benefits_proposedtransfer t
JOIN contracts_enrolment e ON e.id = t.enrolment_id
JOIN people_person p ON p.id = e.member_id
JOIN people_bankaccount b ON b.id = t.bank_account_id
WHERE t.proposal_id = %s ORDER BY p.sort_key, e.number LIMIT %s OFFSET %s
"""


def proposed_lines(proposal_id: int, *, offset: int = 0, limit: int | None = None) -> list[ProposedLine]:
    """The transfers of a list, a page of them or all."""
    with connection.cursor() as cursor:
        cursor.execute(_PROPOSED, [proposal_id, limit, offset])
        return [ProposedLine(*row) for row in cursor.fetchall()]


def counter_rows(person_ids: Sequence[int], enrolment_ids: Sequence[int]) -> pl.DataFrame:
    """The ceilings that these persons and enrolments have begun to use, for the member page."""
    return counters_of(person_ids, enrolment_ids).sort("product_code", "counter", "key")


_PAID_BY = """
-- What was posted between the payment before and this one: entries are numbered as they are booked.
SELECT l.id, l.file_id, l.line_no, l.received_on, l.enrolment_id, l.person_id, l.invoice_no, l.operation, l.act_code,
  l.family, l.care_on, l.quantity, l.charged_cents, l.base_cents, l.rate_bp, l.amo_cents, l.withheld_cents,
  l.tariff_agreement, l.care_path, l.basket, l.reverses_id, p.cents
FROM (SELECT care_line_id, sum(amount_cents)::bigint AS cents FROM benefits_posting
      WHERE enrolment_id = %s AND entry_id < %s AND entry_id > %s GROUP BY care_line_id) p
JOIN benefits_care_line l ON l.id = p.care_line_id
WHERE p.cents <> 0
ORDER BY l.person_id, l.care_on, l.id
"""


def lines_paid_by(payment: Payment) -> list[CareLineFacts]:
    """The care lines that a payment settles, with what it settles of each."""
    before = Payment.objects.filter(enrolment_id=payment.enrolment_id, pk__lt=payment.pk).order_by("-pk").first()
    with connection.cursor() as cursor:
        cursor.execute(_PAID_BY, [payment.enrolment_id, payment.entry_id, before.entry_id if before else 0])
        return [CareLineFacts(*row) for row in cursor.fetchall()]


# The row that reads give: floors above name its type from here, and leave the tables to this one.
PaymentRow: TypeAlias = Payment


def payments_of(enrolment_id: int, *, limit: int) -> list[Payment]:
    """The transfers made to a member, the latest first."""
    return list(Payment.objects.filter(enrolment_id=enrolment_id).order_by("-pk")[:limit])


def count_payments_to_tell(perimeter_id: int) -> int:
    """How many payments have no statement yet."""
    return Payment.objects.filter(perimeter_id=perimeter_id, statement_id=None).count()


def payments_to_tell(perimeter_id: int, *, limit: int) -> list[Payment]:
    """Payments whose member has no statement yet, the oldest first."""
    waiting = Payment.objects.filter(perimeter_id=perimeter_id, statement_id=None)
    return list(waiting.select_related("bank_account").order_by("pk")[:limit])
