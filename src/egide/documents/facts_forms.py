"""The frozen facts of papers that are not letters: notice d'information, enrolment form, ACS certificate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from egide.documents.facts import FactsRefusal, House

# ── Notice d'information ─────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Prose:
    """A clause of the rule book, in markdown (paragraphs, lists, emphasis, tables, headings; no HTML)."""

    markdown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A large table given as rows; every row is as wide as the header."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    source: str = ""

    def __post_init__(self) -> None:
        for number, row in enumerate(self.rows, 1):
            if len(row) != len(self.header):
                raise FactsRefusal(
                    "documents.grid",
                    f"la ligne {number} a {len(row)} cases pour {len(self.header)} colonnes.",
                    "Complétez la grille avant d'imprimer la notice.",
                    self.title,
                )


@dataclass(frozen=True, slots=True)
class RuleSentence:
    """One rule told in French, and its formula as the rule book writes it (may be empty)."""

    name: str
    sentence: str
    formula: str = ""


@dataclass(frozen=True, slots=True)
class RuleBox:
    """« Encadré de calcul » : the rules that compute the clause just above."""

    rules: tuple[RuleSentence, ...]


ArticlePart = Prose | Grid | RuleBox


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article; ``chapter`` opens a new chapter when it differs from that of the article before."""

    number: str
    title: str
    parts: tuple[ArticlePart, ...]
    chapter: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBookNotice:
    """The printed notice: the same text as the engine's, with the version and the digest that prove it."""

    house: House
    title: str
    product: str
    version_on: date
    digest: str
    articles: tuple[Article, ...]
    subtitle: str = ""


# ── Enrolment form ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPerson:
    """One person as written on the form; texts are kept as written, mistakes included."""

    last_name: str
    first_name: str
    birth_date: str
    nir: str
    relationship: str = ""
    scheme: str = "Général"
    has_certificate: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledForm:
    """What a hand wrote on a form.

    ``struck`` maps a field name (``birth_date``, ``formula``, ``wished_on``, ``iban``) to a former value that
    was crossed out, which makes the form non compliant (« ni rature, ni surcharge »); an empty ``signature``
    is an unsigned form.  ``stamped_on`` prints the mail room's reception stamp.
    """

    member: FormPerson
    title: str
    address: tuple[str, ...]
    phone: str
    email: str
    beneficiaries: tuple[FormPerson, ...]
    formula: str
    wished_on: str
    frequency: str
    iban: str
    bic: str
    account_holder: str
    signed_at: str
    signed_on: str
    signature: str
    struck: tuple[tuple[str, str], ...] = ()
    stamped_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentForm:
    """The paper enrolment form of one product, blank or filled by hand (demonstrations, training)."""

    house: House
    product: str
    edition: str
    contract_number: str
    formulas: tuple[str, ...]
    frequencies: tuple[str, ...]
    enclosures: tuple[str, ...]
    creditor_identifier: str
    reply_address: tuple[str, ...]
    declarations: tuple[str, ...]
    filled: FilledForm | None = None

    def __post_init__(self) -> None:
        if self.filled is not None and len(self.filled.beneficiaries) > 4:
            raise FactsRefusal(
                "documents.form",
                "le bulletin ne prévoit que quatre bénéficiaires.",
                "Utilisez un second bulletin pour les personnes suivantes.",
                "beneficiaries",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class AcsCertificate:
    """An ACS certificate (attestation de droit) of one person, as a fund would issue it: a specimen, for
    demonstrations and training only."""

    fund: str
    fund_address: tuple[str, ...]
    file_number: str
    holder: str
    beneficiary: str
    birth_date: date
    nir: str
    agreed_on: date
    last_day: date
    aid_cents: int
    age_band: str
    addressee: tuple[str, ...]
