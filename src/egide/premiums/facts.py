"""What is due and what is paid: instalments by person and month, and their differences with the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Share:
    """One person's part of one month, in cents; ``tax_cents`` sums every tax inside the gross."""

    person_id: int
    first_name: str
    month: date
    gross_cents: int
    aid_acs_cents: int
    aid_other_cents: int
    before_tax_cents: int
    taxes_cents: tuple[tuple[str, int], ...]

    @property
    def to_pay_cents(self) -> int:
        """What the member pays: gross less the aids."""
        return self.gross_cents - self.aid_acs_cents - self.aid_other_cents


@dataclass(frozen=True, slots=True)
class Instalment:
    """One month of a schedule: when it is due, and each person's share."""

    month: date
    due_on: date
    shares: tuple[Share, ...]

    @property
    def gross_cents(self) -> int:
        """The gross premium of the month."""
        return sum(share.gross_cents for share in self.shares)

    @property
    def aid_cents(self) -> int:
        """All aids of the month."""
        return sum(share.aid_acs_cents + share.aid_other_cents for share in self.shares)

    @property
    def to_pay_cents(self) -> int:
        """What will be debited."""
        return self.gross_cents - self.aid_cents


@dataclass(frozen=True, slots=True)
class Schedule:
    """Twelve months of instalments, as they would be called with the facts known now."""

    enrolment_id: int
    number: str
    instalments: tuple[Instalment, ...]

    @property
    def gross_cents(self) -> int:
        """The annual gross premium."""
        return sum(instalment.gross_cents for instalment in self.instalments)

    @property
    def aid_cents(self) -> int:
        """The annual aids."""
        return sum(instalment.aid_cents for instalment in self.instalments)

    @property
    def to_pay_cents(self) -> int:
        """The annual amount to pay."""
        return self.gross_cents - self.aid_cents


@dataclass(frozen=True, slots=True)
class Collection:
    """The day on which a month is debited, why that day, and what must be said when it is past its limit."""

    on: date
    last: date  # the last day that the convention allows
    reason: str
    late: str  # empty in time

    @property
    def sentence(self) -> str:
        """Why that day and, past the limit, what to do."""
        return f"{self.reason} {self.late}".strip()


@dataclass(frozen=True, slots=True)
class Movement:
    """One euro move of an endorsement or a replay: what was posted for a month, what is due now."""

    person_id: int
    month: date
    nature: str
    posted_cents: int
    due_cents: int

    @property
    def change_cents(self) -> int:
        """What will be posted."""
        return self.due_cents - self.posted_cents
