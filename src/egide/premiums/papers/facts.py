"""The frozen facts of the letters of premiums: the schedule of an enrolment, and the call of one month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import ClassVar

from egide.documents.facts import Letter, Paper, Payment, must_add_up

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPremium:
    """What one covered person costs over the period: gross, aid deducted, left to pay."""

    name: str
    birth_date: date
    relationship: str
    scheme: str
    gross_cents: int
    aid_cents: int
    to_pay_cents: int

    def __post_init__(self) -> None:
        must_add_up(self.to_pay_cents + self.aid_cents, self.gross_cents, f"cotisation de {self.name}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tax:
    """One tax inside the premium (« Taxe de solidarité additionnelle »), with its rate as printed."""

    label: str
    rate: str
    amount_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    """One month: the day it is debited (else due), gross, ACS aid, other aids, amount to pay."""

    month: str
    due_on: date
    gross_cents: int
    acs_cents: int
    other_aids_cents: int
    to_pay_cents: int

    def __post_init__(self) -> None:
        parts = self.acs_cents + self.other_aids_cents + self.to_pay_cents
        must_add_up(parts, self.gross_cents, f"échéance du {self.due_on:%d/%m/%Y}")


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthlyAmount:
    """« Pourquoi ? » for one amount of a person: the months that have it, and the sentences told by the rule book."""

    months_label: str
    months: int
    gross_cents: int
    aid_cents: int
    lines: tuple[str, ...]

    @property
    def to_pay_cents(self) -> int:
        return self.gross_cents - self.aid_cents

    @property
    def total_cents(self) -> int:
        return self.to_pay_cents * self.months


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonReasons:
    """What a person costs over the year, amount by amount: the amounts times their months are what page one says."""

    name: str
    amounts: tuple[MonthlyAmount, ...]
    lines: tuple[str, ...] = ()

    @property
    def total_cents(self) -> int:
        return sum(amount.total_cents for amount in self.amounts)


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyMove:
    """One amount already called that a change moves, with its reason."""

    label: str
    before_cents: int
    after_cents: int
    reason: str

    @property
    def difference_cents(self) -> int:
        return self.after_cents - self.before_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule(Letter):
    """The schedule of premiums of one enrolment over one period, with its reasons in an annex."""

    PAPER: ClassVar = Paper(_HERE / "schedule.typ", "Échéancier de cotisations", "enrolment_number")

    product: str
    formula: str
    period_start: date
    last_day: date
    persons: tuple[PersonPremium, ...]
    instalments: tuple[Instalment, ...]
    payment: Payment
    taxes: tuple[Tax, ...] = ()
    net_cents: int | None = None
    mentions: tuple[str, ...] = ()
    reasons: tuple[PersonReasons, ...] = ()
    moves: tuple[MoneyMove, ...] = ()

    def __post_init__(self) -> None:
        Letter.__post_init__(self)
        costs = {(person.name, person.to_pay_cents) for person in self.persons}
        for told in self.reasons:
            if (told.name, told.total_cents) not in costs:
                must_add_up(told.total_cents, dict(costs).get(told.name, 0), f"raisons de {told.name}")
        must_add_up(sum(i.gross_cents for i in self.instalments), self.gross_cents, "total des échéances")
        must_add_up(sum(i.to_pay_cents for i in self.instalments), self.to_pay_cents, "reste à payer")
        if self.net_cents is not None:
            taxes = sum(tax.amount_cents for tax in self.taxes)
            must_add_up(self.net_cents + taxes, self.gross_cents, "hors taxes et taxes")

    @property
    def gross_cents(self) -> int:
        return sum(person.gross_cents for person in self.persons)

    @property
    def aid_cents(self) -> int:
        return sum(person.aid_cents for person in self.persons)

    @property
    def to_pay_cents(self) -> int:
        return sum(person.to_pay_cents for person in self.persons)

    @property
    def has_other_aids(self) -> bool:
        return self.other_aids_cents > 0

    @property
    def debited(self) -> bool:
        return self.payment.rum != ""

    @property
    def moved_before_cents(self) -> int:
        return sum(move.before_cents for move in self.moves)

    @property
    def moved_after_cents(self) -> int:
        return sum(move.after_cents for move in self.moves)

    @property
    def difference_cents(self) -> int:
        return self.moved_after_cents - self.moved_before_cents

    @property
    def acs_cents(self) -> int:
        return sum(instalment.acs_cents for instalment in self.instalments)

    @property
    def other_aids_cents(self) -> int:
        return sum(instalment.other_aids_cents for instalment in self.instalments)


@dataclass(frozen=True, slots=True)
class PremiumLine:
    """One line of what a premium call is made of; a deduction is negative."""

    label: str
    amount_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PremiumNotice(Letter):
    """One premium call: the sum, its date, how it will be paid, what it is made of."""

    PAPER: ClassVar = Paper(_HERE / "premium_notice.typ", "Appel de cotisation", "enrolment_number")

    product: str
    period_label: str
    due_on: date
    lines: tuple[PremiumLine, ...]
    payment: Payment

    @property
    def to_pay_cents(self) -> int:
        return sum(line.amount_cents for line in self.lines)
