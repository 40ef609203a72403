"""The frozen facts of the letters of contracts: papers asked for, acceptance, endorsement, member's card."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from typing import ClassVar

from egide.documents.facts import FactsRefusal, House, Letter, Paper, QrCode

_HERE = Path(__file__).parent


class PaperTrouble(Enum):
    """What is wrong with a paper, in the words of the letter."""

    MISSING = "Manquante"
    CONTRADICTORY = "Contradictoire"
    UNREADABLE = "Illisible"
    EXPIRED = "Périmée"


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingPaper:
    """One paper asked for: its trouble, the person it is about, why it is needed, what to send."""

    trouble: PaperTrouble
    title: str
    reason: str
    send: str
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingPapersLetter(Letter):
    """Papers missing or contradictory: the clock is paused, and the letter says what restarts it.

    ``sorting_code`` is the content of the QR code of the reply slip: it brings the answer back to its file.
    """

    PAPER: ClassVar = Paper(_HERE / "missing_papers.typ", "Pièces à compléter", "enrolment_number")

    request_label: str
    received_on: date
    paused_since: date
    working_days_left: int
    papers: tuple[MissingPaper, ...]
    reply_address: tuple[str, ...]
    sorting_code: str
    reply_before: date | None = None
    without_reply: str = ""

    @property
    def qr_svg(self) -> QrCode:
        return QrCode(self.sorting_code)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonEffect:
    """From when to when one person is covered; ``why`` is required when the date is not the wished one."""

    name: str
    wished_on: date
    effect_on: date
    last_day: date | None
    why: str = ""

    def __post_init__(self) -> None:
        if self.effect_on != self.wished_on and not self.why:
            raise FactsRefusal(
                "documents.effect",
                "la date d'effet n'est pas celle souhaitée et aucune raison n'est donnée.",
                "Indiquez le motif retenu à la validation de l'adhésion.",
                self.name,
            )

    @property
    def moved(self) -> bool:
        return self.effect_on != self.wished_on


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceLetter(Letter):
    """Confirmation of an enrolment: effect per person, right of withdrawal, what comes next."""

    PAPER: ClassVar = Paper(_HERE / "acceptance.typ", "Confirmation d'adhésion", "enrolment_number")

    product: str
    formula: str
    accepted_on: date
    starts_on: date
    last_day: date | None
    persons: tuple[PersonEffect, ...]
    withdrawal_until: date | None
    next_steps: tuple[str, ...] = ()
    enclosures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changes, before and after, in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndorsementLetter(Letter):
    """An endorsement: what changes, from when and why; the schedule that goes with it shows every euro it moves.

    ``scheduled`` is false when no month is left to schedule, as after a withdrawal: no schedule goes with it then.
    """

    PAPER: ClassVar = Paper(_HERE / "endorsement.typ", "Avenant", "enrolment_number")

    title: str
    effect_on: date
    asked_on: date
    changes: tuple[Change, ...]
    reasons: tuple[str, ...] = ()
    ends: bool = False
    scheduled: bool = True
    enclosures: tuple[str, ...] = ()


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

    PAPER: ClassVar = Paper(_HERE / "member_card.typ", "Carte de tiers payant", "enrolment_number")

    house: House
    addressee: tuple[str, ...]
    enrolment_number: str
    place: str
    product: str
    member: str
    valid_from: date
    valid_to: date
    columns: tuple[CardColumn, ...]
    holders: tuple[CardHolder, ...]
    qr: str
    operator: str = ""
    amc_number: str = ""
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

    @property
    def qr_svg(self) -> QrCode:
        return QrCode(self.qr)
