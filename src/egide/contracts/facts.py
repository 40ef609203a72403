"""What a candidate asks for, what the form lacks, and what an enrolment is once decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ArrivalChannel(StrEnum):
    """The way by which a paper reached the centre."""

    MAIL = "mail"
    EMAIL = "email"
    COUNTER = "counter"
    PORTAL = "portal"


class Severity(StrEnum):
    """What an issue does to the file: nothing but a warning, a paper to ask for, or a field to correct."""

    WARNING = "warning"
    MISSING = "missing"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Issue:
    """Something missing or contradictory in a form: the field, why, what to do, and the paper that would settle it."""

    field: str
    code: str
    message: str
    remedy: str
    severity: Severity = Severity.WRONG
    paper: str = ""


@dataclass(frozen=True, slots=True)
class Certificate:
    """An ACS certificate as it reads (S003-044); the amount is for a year, in cents."""

    file_holder: str
    certificate_holder: str
    agreed_on: date
    valid_until: date
    amount_cents: int
    nature: str = "acs"


@dataclass(frozen=True, slots=True)
class PersonAsked:
    """A person named on the form. ``nir`` is the own number, 13 characters; empty for a child without one."""

    link: str
    last_name: str
    first_name: str
    birth_date: date
    birth_rank: int
    nir: str
    insured_nir: str
    student: bool
    certificate: Certificate | None
    school_certificate: bool = False


@dataclass(frozen=True, slots=True)
class EnrolmentAsked:
    """A complete request: everything an enrolment needs, checked."""

    product_code: str
    formula: str
    scheme: str
    wished_start: date
    signed_on: date
    received_on: date
    line1: str
    postcode: str
    city: str
    phone: str
    email: str
    iban: str
    bic: str
    holder: str
    persons: tuple[PersonAsked, ...]


@dataclass(frozen=True, slots=True)
class FormRead:
    """What reading a form gives: the request when it is complete, and every issue, in the order of the form."""

    asked: EnrolmentAsked | None
    issues: tuple[Issue, ...]

    @property
    def blocking(self) -> tuple[Issue, ...]:
        """The issues that stop the validation."""
        return tuple(issue for issue in self.issues if issue.severity is not Severity.WARNING)

    @property
    def papers(self) -> tuple[Issue, ...]:
        """The papers to ask the member for."""
        return tuple(issue for issue in self.issues if issue.paper)


@dataclass(frozen=True, slots=True)
class PaperAsked:
    """A paper that a candidate is asked for: its name, and the issue that it settles, « free » when it is none of them."""

    title: str
    code: str = "free"


@dataclass(frozen=True, slots=True)
class EffectDate:
    """The start date kept for an enrolment, with its reasons; ``differs`` when it is not the wished one (S003-041)."""

    starts_on: date
    ends_on: date | None
    differs: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CoverFacts:
    """One person's cover as the premium and benefit rules need it."""

    cover_id: int
    enrolment_id: int
    perimeter_id: int
    person_id: int
    first_name: str
    last_name: str
    birth_date: date
    link: str
    student: bool
    starts_on: date
    ends_on: date | None
    since: date
    aid_acs_cents: int
    aid_other_cents: int


@dataclass(frozen=True, slots=True)
class EnrolmentFacts:
    """One enrolment and its covers, as known now."""

    id: int
    number: str
    perimeter_id: int
    product_code: str
    formula: str
    scheme: str
    starts_on: date
    ends_on: date | None
    covers: tuple[CoverFacts, ...]
    concluded_on: date | None = None


class EndorsementKind(StrEnum):
    """The changes that an endorsement can make."""

    ADD_PERSON = "add_person"
    REMOVE_PERSON = "remove_person"
    TERMINATE = "terminate"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class EndorsementAsked:
    """A dated change of an enrolment: a person to add (``person``) or to remove (``person_id``), or its end.

    ``reason`` is why, in the member's words; ``cause`` is what the règlement tells apart when an enrolment ends;
    ``agreement`` is the reference of the insurer's agreement to a change told too late.
    """

    kind: EndorsementKind
    event_on: date
    received_on: date
    person: PersonAsked | None = None
    person_id: int | None = None
    reason: str = ""
    cause: str = "demande"
    agreement: str = ""


@dataclass(frozen=True, slots=True)
class EndorsementPlan:
    """An enrolment before and after an endorsement, the day it takes effect, and its reasons in French."""

    before: EnrolmentFacts
    after: EnrolmentFacts
    effect_on: date
    reasons: tuple[str, ...]
