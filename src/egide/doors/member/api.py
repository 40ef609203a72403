"""A member by the API: an enrolment, who it covers, its balance."""

from __future__ import annotations

from datetime import date
from typing import Any

from ninja import Router, Schema

from egide.contracts.known_queries import certificates_known, covers_known
from egide.contracts.queries import enrolment_by_number, enrolment_facts
from egide.doors.api.entry import ApiRequest, operation
from egide.journal.permissions import Permission
from egide.premiums.queries import balance_cents

router = Router()


class CoverOut(Schema):
    """One person covered, from a day to another (excluded)."""

    cover_id: int
    person_id: int
    first_name: str
    last_name: str
    birth_date: date
    link: str
    starts_on: date
    ends_on: date | None


class MemberOut(Schema):
    """An enrolment as known now; ``revision`` is asked back by an endorsement."""

    number: str
    member: str
    product: str
    formula: str
    scheme: str
    starts_on: date
    ends_on: date | None
    revision: int
    balance_cents: int
    covers: list[CoverOut]


@router.get("/members/{number}", response=MemberOut, tags=["adhérents"])
@operation(Permission.READ)
def member(request: ApiRequest, number: str) -> dict[str, Any]:  # noqa: ARG001
    """An enrolment, its covers and its balance (positive: the member owes)."""
    enrolment = enrolment_by_number(number)
    facts = enrolment_facts(enrolment.pk)
    return {
        "number": number,
        "member": str(enrolment.member),
        "product": enrolment.product_code,
        "formula": enrolment.formula,
        "scheme": enrolment.scheme,
        "starts_on": enrolment.starts_on,
        "ends_on": enrolment.ends_on,
        "revision": enrolment.revision,
        "balance_cents": balance_cents(enrolment.pk),
        "covers": facts.covers,
    }


class KnownCoverOut(Schema):
    """A cover as it was known, and the act that made it so."""

    person_id: int
    link: str
    student: bool
    starts_on: date
    ends_on: date | None
    act_id: int | None


class KnownCertificateOut(Schema):
    """An aid certificate that had been received."""

    person_id: int
    amount_cents: int
    act_id: int | None


class KnownOut(Schema):
    """What was known of an enrolment, at the end of one day, about another day."""

    covers: list[KnownCoverOut]
    certificates: list[KnownCertificateOut]


@router.get("/members/{number}/known", response=KnownOut, tags=["adhérents"])
@operation(Permission.READ)
def known(request: ApiRequest, number: str, known_on: date, on: date) -> dict[str, Any]:  # noqa: ARG001
    """Who was thought covered, and which aids were in force, on a day (``on``) as it was known on another (``known_on``)."""
    enrolment = enrolment_by_number(number)
    return {
        "covers": covers_known(enrolment.pk, known_on=known_on, on=on),
        "certificates": certificates_known(enrolment.pk, known_on=known_on, on=on),
    }
