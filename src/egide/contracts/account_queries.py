"""Reads of the bank accounts of an enrolment: the one it has and those before it, each with its mandate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection


@dataclass(frozen=True, slots=True)
class AccountHeld:
    """An account that an enrolment has or had, with its mandate and who recorded it."""

    rum: str
    tail: str
    holder: str
    signed_on: date
    revoked_on: date | None
    by: str


_ACCOUNTS = """
-- The mandate of an enrolment and those that it replaced, the latest first.
WITH RECURSIVE chain AS (
  SELECT m.*, 0 AS place FROM people_mandate m JOIN contracts_enrolment e ON e.mandate_id = m.id WHERE e.id = %s
  UNION ALL
  SELECT m.*, c.place + 1 FROM people_mandate m JOIN chain c ON c.replaces_id = m.id)
SELECT c.rum, b.tail, b.holder, c.signed_on, c.revoked_on, COALESCE(a.actor_label, '')
FROM chain c JOIN people_bankaccount b ON b.id = c.bank_account_id LEFT JOIN journal_act a ON a.id = c.act_id
ORDER BY c.place
"""


def accounts_of(enrolment_id: int) -> list[AccountHeld]:
    """The account of an enrolment and those before it, the latest first."""
    with connection.cursor() as cursor:
        cursor.execute(_ACCOUNTS, [enrolment_id])
        return [AccountHeld(*row) for row in cursor.fetchall()]
