"""What is posted: accounts, entries and their lines. Amounts are signed cents, debit positive, credit negative."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class AccountKind(StrEnum):
    """The accounts of the house; the French name is the one on screen."""

    MEMBER = "member"  # compte cotisant, one per enrolment
    BENEFITS_DUE = "benefits_due"  # prestations à payer, one per enrolment
    PREMIUMS = "premiums"  # cotisations de l'assureur, hors taxes
    TAX = "tax"  # taxes collectées
    AID_FUND = "aid_fund"  # fonds qui rembourse les aides
    BENEFITS = "benefits"  # prestations à la charge de l'assureur
    DEBITS_SENT = "debits_sent"  # prélèvements remis à la banque
    TRANSFERS_SENT = "transfers_sent"  # virements remis à la banque
    BANK = "bank"  # trésorerie du délégataire


class Nature(StrEnum):
    """Why a line is there; reads group by it."""

    PREMIUM = "premium"
    AID_ACS = "aid_acs"
    AID_OTHER = "aid_other"
    TAX = "tax"
    BENEFIT = "benefit"
    DEBIT = "debit"
    DEBIT_RETURNED = "debit_returned"
    TRANSFER = "transfer"
    TRANSFER_RETURNED = "transfer_returned"
    CASH = "cash"


@dataclass(frozen=True, slots=True)
class Leg:
    """One line of an entry: an account, a signed amount, and what it is imputed to."""

    account_id: int
    amount_cents: int
    nature: Nature
    person_id: int | None = None
    period: date | None = None  # first day of the month the amount belongs to
    reference: int | None = None  # the care line, debit or payment that it comes from


@dataclass(frozen=True, slots=True)
class Entry:
    """A balanced set of legs with its label; the database refuses it if the legs do not sum to zero."""

    kind: str
    label: str
    perimeter_id: int
    booked_on: date
    legs: tuple[Leg, ...]
