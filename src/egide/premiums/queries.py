"""Reads of premiums: what is posted, the schedule of an enrolment, its account, debits to ask for.

Who is debited, and for how much
    For each member account: the sum of its premiums, aids and debits, whatever their month. Premiums stand posted for
    called months only, and a debit bears the month of its call: a cut by month would hide what another call has asked
    for. Above zero, with a mandate that is not revoked and no debit yet for that month, it is asked for, whole: what
    other months left over goes with it, and what they gave back is taken from it. At zero or below, nothing is asked for, and
    the credit stays for the next month. A debit credits the account when it is presented, so that it is not asked for
    again; one that the bank returns debits it back under another nature, which this sum leaves out: it is arrears, with
    a procedure of its own. The first debit of a mandate says FRST, the next ones RCUR. Debits, their entries and the
    file for the bank are one act: all there, or none. A call confirmed after a trial asks the bank for the debits that
    the trial showed (debtors, accounts, amounts, day, account credited), or for none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl
from django.db import connection

from egide.contracts.facts import EnrolmentFacts
from egide.contracts.queries import enrolment_facts
from egide.journal.bulk import fetch_frame
from egide.premiums.decisions import DUE_SCHEMA, contract_months, schedule
from egide.premiums.facts import Schedule
from egide.premiums.models import Call
from egide.products.queries import books_of

_POSTED = """
-- What the member accounts already carry: by person, month and nature, then each tax that the premiums say is inside them.
WITH mine AS MATERIALIZED (
  SELECT a.enrolment_id, l.person_id, l.period, l.nature, l.amount_cents, l.parts
  FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id
  WHERE a.kind = 'member' AND l.nature IN ('premium', 'aid_acs', 'aid_other') AND {which})
SELECT enrolment_id, person_id, period, nature, '', sum(amount_cents)::bigint FROM mine GROUP BY 1, 2, 3, 4
UNION ALL
SELECT enrolment_id, person_id, period, 'tax', part.key, sum(part.value::bigint)::bigint
FROM mine CROSS JOIN LATERAL jsonb_each_text(mine.parts) AS part GROUP BY 1, 2, 3, 5
"""
_POSTED_MONTH = _POSTED.format(which="l.period = %s AND l.perimeter_id = %s")
_POSTED_ENROLMENTS = _POSTED.format(which="a.enrolment_id = ANY (%s)")


def posted_in_month(month: date, *, perimeter_id: int) -> pl.DataFrame:
    """Posted premiums, taxes and aids of one month in one perimeter (``DUE_SCHEMA``)."""
    return _posted(_POSTED_MONTH, [month, perimeter_id])


def posted_on(enrolment_ids: Sequence[int]) -> pl.DataFrame:
    """Posted premiums, taxes and aids of these enrolments, every month (``DUE_SCHEMA``)."""
    return _posted(_POSTED_ENROLMENTS, [list(enrolment_ids)])


def _posted(query: str, parameters: Sequence[object]) -> pl.DataFrame:
    """An empty detail comes out of COPY as nothing at all; here it is a value, on which frames are joined."""
    return fetch_frame(query, parameters, DUE_SCHEMA).with_columns(pl.col("detail").fill_null(""))


def called_months(perimeter_id: int) -> list[date]:
    """The months called in a perimeter, in order; one being called counts, so that no act falls between two slices."""
    return list(Call.objects.filter(perimeter_id=perimeter_id).order_by("month").values_list("month", flat=True))


def schedule_of(enrolment_id: int, *, around: date) -> Schedule:
    """The schedule of the contract year that holds a day, as the facts known now decide it."""
    return schedule_for(enrolment_facts(enrolment_id), around=around)


def schedule_for(enrolment: EnrolmentFacts, *, around: date) -> Schedule:
    """The same for facts that may not be in the database yet: a form, an endorsement being prepared."""
    months = contract_months(enrolment.starts_on, enrolment.ends_on, around=around)
    # A contract ended on its first day has no month at all.
    return schedule(books_of(enrolment.product_code), enrolment, months)


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One line of the member account, with the entry it belongs to."""

    entry_id: int
    booked_on: date
    label: str
    nature: str
    period: date | None
    person_id: int | None
    amount_cents: int
    balance_cents: int
    act_id: int
    line_id: int


_ACCOUNT = """
-- The member account in order of booking, with its running balance.
SELECT l.entry_id, l.booked_on, e.label, l.nature, l.period, l.person_id, l.amount_cents,
  sum(l.amount_cents) OVER (ORDER BY l.booked_on, l.id)::bigint, e.act_id, l.id
FROM ledger_account a
JOIN ledger_line l ON l.account_id = a.id
JOIN ledger_entry e ON e.id = l.entry_id AND e.booked_on = l.booked_on
WHERE a.kind = 'member' AND a.enrolment_id = %s
ORDER BY l.booked_on DESC, l.id DESC LIMIT %s
"""


def account(enrolment_id: int, *, limit: int = 400) -> list[AccountLine]:
    """The lines of a member account, the latest first."""
    with connection.cursor() as cursor:
        cursor.execute(_ACCOUNT, [enrolment_id, limit])
        return [AccountLine(*row) for row in cursor.fetchall()]


_BALANCE = """
SELECT COALESCE(sum(l.amount_cents), 0)::bigint
FROM ledger_account a JOIN ledger_line l ON l.account_id = a.id WHERE a.kind = 'member' AND a.enrolment_id = %s
"""


def balance_cents(enrolment_id: int) -> int:
    """What the member owes: positive when something is due, negative when we owe them."""
    with connection.cursor() as cursor:
        cursor.execute(_BALANCE, [enrolment_id])
        return int(cursor.fetchone()[0])


TO_DEBIT_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "enrolment_id": pl.Int64,
    "account_id": pl.Int64,
    "amount_cents": pl.Int64,
    "mandate_id": pl.Int64,
    "rum": pl.String,
    "signed_on": pl.Date,
    "used": pl.Boolean,
    "iban": pl.String,
    "bic": pl.String,
    "holder": pl.String,
    "number": pl.String,
}

_TO_DEBIT = """
-- What remains to ask for: called and aided, less what was already debited, whatever the months. A returned debit is not
-- asked again here: it is arrears, and has its own procedure.
SELECT e.id, a.id, d.amount_cents, m.id, m.rum, m.signed_on,
  EXISTS (SELECT 1 FROM premiums_debit x WHERE x.mandate_id = m.id), b.iban, b.bic, b.holder, e.number
FROM (
  SELECT l.account_id, sum(l.amount_cents)::bigint AS amount_cents
  FROM ledger_line l
  WHERE l.perimeter_id = %s AND l.nature IN ('premium', 'aid_acs', 'aid_other', 'debit')
  GROUP BY l.account_id HAVING sum(l.amount_cents) > 0) d
JOIN ledger_account a ON a.id = d.account_id AND a.kind = 'member'
JOIN contracts_enrolment e ON e.id = a.enrolment_id
JOIN people_mandate m ON m.id = e.mandate_id AND m.revoked_on IS NULL
JOIN people_bankaccount b ON b.id = m.bank_account_id
WHERE NOT EXISTS (SELECT 1 FROM premiums_debit x WHERE x.enrolment_id = e.id AND x.month = %s)
ORDER BY e.id
"""


def to_debit(month: date, *, perimeter_id: int) -> pl.DataFrame:
    """The debits to ask for once a month is called (``TO_DEBIT_SCHEMA``)."""
    return fetch_frame(_TO_DEBIT, [perimeter_id, month], TO_DEBIT_SCHEMA)
