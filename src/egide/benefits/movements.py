"""What moves for care on one enrolment: what was posted and paid, and what a change of its covers would post."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl
from django.db import connection

from egide.benefits.decisions.adjudication import adjudicate, as_if_covered, difference, standing
from egide.benefits.facts import CareLineFacts
from egide.benefits.queries import OPENING_SCHEMA, lines_with_ids, lives
from egide.contracts.facts import EnrolmentFacts
from egide.contracts.queries import linked_enrolments
from egide.products.queries import book_for


@dataclass(frozen=True, slots=True)
class CareMoved:
    """One care line whose amount a change of cover moves: what was posted for it, what is then due."""

    line: CareLineFacts
    due_cents: int

    @property
    def change_cents(self) -> int:
        """What will be posted: negative when it is taken back."""
        return self.due_cents - self.line.posted_cents


def care_moved(enrolment: EnrolmentFacts) -> list[CareMoved]:
    """What would be posted on care lines if the covers of an enrolment were these, decided as it will be when they are."""
    lines = lives(linked_enrolments([enrolment.id]))
    if lines.is_empty():
        return []
    covers = [(one.person_id, one.starts_on, one.ends_on) for one in enrolment.covers]
    due, _closing = adjudicate(
        standing(as_if_covered(lines, enrolment.id, covers)), book_for, pl.DataFrame(schema=OPENING_SCHEMA)
    )
    moved = difference(due, lines.select("line_id", "posted_cents")).select("line_id", "due_cents").rows()
    found = {one.id: one for one in lines_with_ids([line_id for line_id, _due in moved])}
    return sorted(
        (CareMoved(found[line_id], due_cents) for line_id, due_cents in moved),
        key=lambda one: (one.line.care_on, one.line.id),
    )


@dataclass(frozen=True, slots=True)
class BenefitLine:
    """One movement of what we owe a member for care: positive when due, negative when taken back or paid."""

    booked_on: date
    entry_id: int
    label: str
    amount_cents: int
    care_line_id: int | None
    person_id: int | None
    care_on: date | None
    act_code: str
    family: str


_BENEFITS_ACCOUNT = """
-- Each care line posted for an enrolment, and each transfer that paid it.
(SELECT p.booked_on, p.entry_id, e.label, p.amount_cents, p.care_line_id, p.person_id, l.care_on, l.act_code, l.family
 FROM benefits_posting p JOIN ledger_entry e ON e.id = p.entry_id AND e.booked_on = p.booked_on
 JOIN benefits_care_line l ON l.id = p.care_line_id WHERE p.enrolment_id = %s)
UNION ALL
(SELECT l.booked_on, l.entry_id, e.label, -l.amount_cents, NULL, NULL, NULL, '', ''
 FROM ledger_account a JOIN ledger_line l ON l.account_id = a.id
 JOIN ledger_entry e ON e.id = l.entry_id AND e.booked_on = l.booked_on
 WHERE a.kind = 'benefits_due' AND a.enrolment_id = %s AND l.nature = 'transfer')
ORDER BY 1 DESC, 2 DESC, 7, 5 LIMIT %s
"""


_BENEFITS_BALANCE = """
SELECT COALESCE(-sum(l.amount_cents), 0)::bigint
FROM ledger_account a JOIN ledger_line l ON l.account_id = a.id WHERE a.kind = 'benefits_due' AND a.enrolment_id = %s
"""


def benefit_lines(enrolment_id: int, *, limit: int = 200) -> list[BenefitLine]:
    """What moved on the account of benefits of an enrolment, the latest first: care made due, taken back, paid."""
    with connection.cursor() as cursor:
        cursor.execute(_BENEFITS_ACCOUNT, [enrolment_id, enrolment_id, limit])
        return [BenefitLine(*row) for row in cursor.fetchall()]


def benefits_balance(enrolment_id: int) -> int:
    """What we owe a member for care; below zero, what will be kept from what comes next."""
    with connection.cursor() as cursor:
        cursor.execute(_BENEFITS_BALANCE, [enrolment_id])
        return int(cursor.fetchone()[0])
