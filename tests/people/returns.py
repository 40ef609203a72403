"""The reports of the bank of the proofs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from egide.exchanges.codecs.bank_returns import DebitReturn, ReturnHeader, write_returns
from egide.premiums.models import Debit


def report(debits: Sequence[Debit]) -> bytes:
    """The bank's report on these debits of November, for lack of funds."""
    returns = [
        DebitReturn(f"{one.enrolment.number}-201511", "P1", "EG", one.amount_cents, "AM04", date(2015, 11, 5))
        for one in debits
    ]
    return write_returns(ReturnHeader("RET1", datetime(2015, 11, 9, 9), "EG201511"), returns)
