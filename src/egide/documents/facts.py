"""The frozen facts of every letter: what is printed is decided before, nothing is computed by a template.

Amounts are integer cents (``…_cents``), days are ``date``.  Facts that do not add up cannot be built: each
class refuses, with a :class:`Refusal`, a line whose parts are not its whole.  Bank accounts enter already
masked, so that no template can ever print a full IBAN.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol

from egide.kernel.errors import Refusal


@dataclass(frozen=True, slots=True)
class Paper:
    """How facts of one kind are printed: their template, the title of the document, the fact that singles it out."""

    template: Path
    title: str
    named_by: str


class Printable(Protocol):
    """Facts that say how they are printed."""

    PAPER: ClassVar[Paper]


class Markdown(str):
    """Prose to lay out: the template receives its tree."""

    __slots__ = ()


class QrCode(str):
    """What a QR code says: the template receives its drawing."""

    __slots__ = ()


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
class PlainLetter(Letter):
    """Any other letter of the charter: a subject, markdown prose, and key facts in a framed table."""

    PAPER: ClassVar = Paper(Path(__file__).parent / "templates" / "plain_letter.typ", "Courrier", "subject")

    subject: str
    prose: str
    key_facts: tuple[Reference, ...] = ()
    sent_as: str = ""
    enclosures: tuple[str, ...] = ()

    @property
    def blocks(self) -> Markdown:
        return Markdown(self.prose)
