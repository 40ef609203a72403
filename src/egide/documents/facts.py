"""The frozen facts of every letter: what is printed is decided before, nothing is computed by a template.

Amounts are integer cents (``…_cents``), days are ``date``.  Facts that do not add up cannot be built: each
class refuses, with a :class:`Refusal`, a line whose parts are not its whole.  Bank accounts enter already
masked, so that no template can ever print a full IBAN.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from egide.kernel.errors import Refusal


class FactsRefusal(Refusal):
    """Facts that contradict themselves: the letter is not printed."""


def must_add_up(parts_cents: int, whole_cents: int, where: str) -> None:
    """Refuse facts whose parts do not sum to the whole, naming the place and both amounts in cents."""
    if parts_cents != whole_cents:
        raise FactsRefusal(
            "documents.sum",
            f"les montants à imprimer ne se recoupent pas ({parts_cents} centimes contre {whole_cents}).",
            "Le courrier n'est pas émis : vérifiez l'écriture d'où viennent ces montants.",
            where,
        )


@dataclass(frozen=True, slots=True)
class MaskedIban:
    """The country and the last four characters of an IBAN: all that a letter may show of an account."""

    country: str
    last4: str


def mask_iban(iban: str) -> MaskedIban:
    """Keep of an IBAN only what a letter may show; spaces are ignored, the key is not checked here."""
    compact = "".join(iban.split()).upper()
    if len(compact) < 15:
        raise FactsRefusal(
            "documents.iban",
            "l'IBAN est trop court pour être masqué.",
            "Vérifiez le compte bancaire.",
            "iban",
        )
    return MaskedIban(compact[:2], compact[-4:])


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Who writes: shown at the head and the foot of every paper, with the insurer that bears the risk."""

    name: str
    address: tuple[str, ...]
    phone: str
    email: str
    legal: tuple[str, ...]
    insurer: str
    tagline: str = ""
    website: str = ""
    complaints: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """The person or team a member may reach about this very letter."""

    team: str
    phone: str
    email: str
    name: str = ""
    hours: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """One line of « Vos références »."""

    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """The frame common to all letters: house, window address (seven lines at most), references, contact."""

    house: House
    addressee: tuple[str, ...]
    contact: Contact
    enrolment_number: str
    place: str
    references: tuple[Reference, ...] = ()
    salutation: str = "Madame, Monsieur,"

    def __post_init__(self) -> None:
        if not 2 <= len(self.addressee) <= 7:
            raise FactsRefusal(
                "documents.address",
                f"l'adresse a {len(self.addressee)} lignes.",
                "La fenêtre de l'enveloppe en montre de deux à sept : corrigez l'adresse.",
                "addressee",
            )


# ── Schedule (échéancier) ────────────────────────────────────────────────────────────────────────────────


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
    """One due date: gross, ACS aid, other aids, amount to pay."""

    due_on: date
    gross_cents: int
    acs_cents: int
    other_aids_cents: int
    to_pay_cents: int

    def __post_init__(self) -> None:
        parts = self.acs_cents + self.other_aids_cents + self.to_pay_cents
        must_add_up(parts, self.gross_cents, f"échéance du {self.due_on:%d/%m/%Y}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonReasons:
    """« Pourquoi ? » for one person: sentences already told by the rule book."""

    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """How the member pays; mandate reference (RUM) and creditor identifier when by direct debit."""

    mode: str
    frequency: str
    iban: MaskedIban | None = None
    rum: str = ""
    creditor_name: str = ""
    creditor_identifier: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule(Letter):
    """The schedule of premiums of one enrolment over one period, with its reasons in an annex."""

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

    def __post_init__(self) -> None:
        Letter.__post_init__(self)
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

    product: str
    period_label: str
    due_on: date
    lines: tuple[PremiumLine, ...]
    payment: Payment

    @property
    def to_pay_cents(self) -> int:
        return sum(line.amount_cents for line in self.lines)


# ── Enrolment ────────────────────────────────────────────────────────────────────────────────────────────


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

    request_label: str
    received_on: date
    paused_since: date
    working_days_left: int
    papers: tuple[MissingPaper, ...]
    reply_address: tuple[str, ...]
    sorting_code: str
    reply_before: date | None = None
    without_reply: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonEffect:
    """From when to when one person is covered; ``why`` is required when the date is not the wished one."""

    name: str
    wished_on: date
    effect_on: date
    last_day: date
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

    product: str
    formula: str
    accepted_on: date
    persons: tuple[PersonEffect, ...]
    yearly_to_pay_cents: int
    withdrawal_until: date
    next_steps: tuple[str, ...] = ()
    enclosures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changes, before and after, in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyMove:
    """One due amount moved by an endorsement, with its reason."""

    label: str
    before_cents: int
    after_cents: int
    reason: str

    @property
    def difference_cents(self) -> int:
        return self.after_cents - self.before_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class EndorsementLetter(Letter):
    """An endorsement: what changes, from when, and every euro it moves."""

    title: str
    effect_on: date
    asked_on: date
    changes: tuple[Change, ...]
    moves: tuple[MoneyMove, ...]
    settlement: str
    mentions: tuple[str, ...] = ()

    @property
    def before_cents(self) -> int:
        return sum(move.before_cents for move in self.moves)

    @property
    def after_cents(self) -> int:
        return sum(move.after_cents for move in self.moves)

    @property
    def difference_cents(self) -> int:
        return self.after_cents - self.before_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainLetter(Letter):
    """Any other letter of the charter: a subject, markdown prose, and key facts in a framed table."""

    subject: str
    prose: str
    key_facts: tuple[Reference, ...] = ()
    sent_as: str = ""
    enclosures: tuple[str, ...] = ()
