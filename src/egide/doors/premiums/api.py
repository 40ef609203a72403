"""Premiums by the API: the account of an enrolment and its schedule."""

from __future__ import annotations

from datetime import date
from typing import Any

from ninja import Router, Schema

from egide.contracts.queries import enrolment_by_number
from egide.doors.api.entry import ApiRequest, operation
from egide.journal import clock
from egide.journal.permissions import Permission
from egide.premiums.queries import account, schedule_of

router = Router()


class LineOut(Schema):
    """A line of the member account, signed (debit positive), with its running balance."""

    entry_id: int
    booked_on: date
    label: str
    nature: str
    period: date | None
    person_id: int | None
    amount_cents: int
    balance_cents: int


class InstalmentOut(Schema):
    """One month of the schedule, as decided now."""

    month: date
    due_on: date
    gross_cents: int
    aid_cents: int
    to_pay_cents: int


class AccountOut(Schema):
    """A member account, the latest line first, and the schedule of the running contract year."""

    number: str
    balance_cents: int
    lines: list[LineOut]
    schedule: list[InstalmentOut]


@router.get("/members/{number}/account", response=AccountOut, tags=["cotisations"])
@operation(Permission.READ)
def member_account(request: ApiRequest, number: str, limit: int = 400) -> dict[str, Any]:  # noqa: ARG001
    """The account of an enrolment and its schedule."""
    enrolment = enrolment_by_number(number)
    lines = account(enrolment.pk, limit=max(1, min(limit, 5_000)))
    ended = enrolment.ends_on is not None and enrolment.ends_on <= enrolment.starts_on
    schedule = None if ended else schedule_of(enrolment.pk, around=max(clock.today(), enrolment.starts_on))
    return {
        "number": number,
        "balance_cents": lines[0].balance_cents if lines else 0,
        "lines": lines,
        "schedule": schedule.instalments if schedule else [],
    }
