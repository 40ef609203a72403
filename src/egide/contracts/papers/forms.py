"""The frozen facts of papers that members send: enrolment form, ACS certificate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import ClassVar

from egide.documents.facts import FactsRefusal, House, Paper

_HERE = Path(__file__).parent


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

    PAPER: ClassVar = Paper(_HERE / "enrolment_form.typ", "Bulletin d'adhésion", "product")

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

    PAPER: ClassVar = Paper(_HERE / "acs_certificate.typ", "Attestation de droit", "file_number")

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
