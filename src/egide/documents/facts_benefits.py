"""The frozen facts of what a member shows and receives for care: statement of benefits and member's card."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from egide.documents.facts import FactsRefusal, House, Letter, MaskedIban, must_add_up


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


@dataclass(frozen=True, slots=True)
class CardColumn:
    """One family of care of the card: its code as professionals know it ("PHAR") and its plain name."""

    code: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardHolder:
    """One person of the card; ``rights`` has one entry per column: what is covered ("100 %", "PEC")."""

    name: str
    birth_date: date
    nir: str
    rights: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberCard:
    """The third-party-payment card of one enrolment, under its carrying letter, on one page.

    ``qr`` is the text of the QR code.  Six persons and nine columns at most: past that, print a second card.
    """

    house: House
    addressee: tuple[str, ...]
    enrolment_number: str
    place: str
    product: str
    member: str
    valid_from: date
    valid_to: date
    operator: str
    amc_number: str
    columns: tuple[CardColumn, ...]
    holders: tuple[CardHolder, ...]
    qr: str
    professionals: tuple[str, ...] = ()
    salutation: str = "Madame, Monsieur,"

    def __post_init__(self) -> None:
        width = len(self.columns)
        wrong = next((holder.name for holder in self.holders if len(holder.rights) != width), None)
        if wrong is not None or not 1 <= len(self.holders) <= 6 or not 1 <= width <= 9:
            raise FactsRefusal(
                "documents.card",
                "la carte porte de une à six personnes, de une à neuf colonnes, et un droit par colonne.",
                "Répartissez les personnes sur plusieurs cartes ou complétez leurs droits.",
                wrong or "holders",
            )
