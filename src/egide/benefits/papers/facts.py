"""The frozen facts of what a member receives for care: the statement of benefits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import ClassVar

from egide.documents.facts import FactsRefusal, Letter, MaskedIban, Paper, must_add_up

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class CareLine:
    """One care line or its reversal: what was charged and who bears it, with one short reason.

    Amounts of a reversal are negative.  ``paid_to`` names the professional when it is third-party payment.
    """

    care_on: date
    act: str
    charged_cents: int
    compulsory_cents: int
    ours_cents: int
    left_cents: int
    reason: str
    paid_to: str = ""
    reversal: bool = False

    def __post_init__(self) -> None:
        parts = self.compulsory_cents + self.ours_cents + self.left_cents
        must_add_up(parts, self.charged_cents, f"{self.act} du {self.care_on:%d/%m/%Y}")


@dataclass(frozen=True, slots=True, kw_only=True)
class BeneficiaryCare:
    """The care lines of one beneficiary, in the order to print."""

    name: str
    lines: tuple[CareLine, ...]

    @property
    def charged_cents(self) -> int:
        return sum(line.charged_cents for line in self.lines)

    @property
    def compulsory_cents(self) -> int:
        return sum(line.compulsory_cents for line in self.lines)

    @property
    def ours_cents(self) -> int:
        return sum(line.ours_cents for line in self.lines)

    @property
    def left_cents(self) -> int:
        return sum(line.left_cents for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class CeilingLeft:
    """What is left of one ceiling, and until when."""

    guarantee: str
    person: str
    ceiling_cents: int
    used_cents: int
    last_day: date

    def __post_init__(self) -> None:
        if not 0 <= self.used_cents <= self.ceiling_cents:
            raise FactsRefusal(
                "documents.ceiling",
                "le montant consommé sort du plafond.",
                "Vérifiez le compteur de ce plafond avant d'émettre le relevé.",
                f"{self.guarantee}, {self.person}",
            )

    @property
    def left_cents(self) -> int:
        return self.ceiling_cents - self.used_cents

    @property
    def used_percent(self) -> int:
        return self.used_cents * 100 // self.ceiling_cents if self.ceiling_cents else 100


@dataclass(frozen=True, slots=True, kw_only=True)
class BenefitStatement(Letter):
    """What was reimbursed: per beneficiary, line by line; what was paid to whom; ceilings left."""

    PAPER: ClassVar = Paper(_HERE / "benefit_statement.typ", "Relevé de prestations", "number")

    number: str
    period_start: date
    last_day: date
    persons: tuple[BeneficiaryCare, ...]
    iban: MaskedIban | None
    paid_on: date | None
    ceilings: tuple[CeilingLeft, ...] = ()
    mentions: tuple[str, ...] = ()

    @property
    def ours_cents(self) -> int:
        return sum(person.ours_cents for person in self.persons)

    @property
    def paid_to_professionals_cents(self) -> int:
        return sum(line.ours_cents for person in self.persons for line in person.lines if line.paid_to)

    @property
    def paid_to_member_cents(self) -> int:
        return self.ours_cents - self.paid_to_professionals_cents

    @property
    def left_cents(self) -> int:
        return sum(person.left_cents for person in self.persons)
