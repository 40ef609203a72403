"""Reads: people, a member with what they are covered for, their account, a care line explained, the week, the books."""

from __future__ import annotations

from datetime import date
from typing import Any

from ninja import Router, Schema

from egide.benefits.queries import care_line
from egide.benefits.standing import posted_on_line, tell_line
from egide.contracts.queries import enrolment_by_number, enrolment_facts
from egide.doors.api.entry import ApiRequest, operation
from egide.doors.desk.search_reads import find
from egide.journal import clock
from egide.journal.permissions import Permission
from egide.kernel.errors import Refusal
from egide.premiums.queries import account, balance_cents, schedule_of
from egide.products.queries import published_book, versions
from egide.rules.books import Book
from egide.rules.case import explain
from egide.rules.kinds import Value, read_value
from egide.work.queries import delays, week

router = Router()
_MOST = 100


class Hit(Schema):
    """One person found, with the number of the enrolment that tells who they are."""

    number: str
    name: str
    detail: str


class Found(Schema):
    """What a search gives; ``more`` when there are others."""

    results: list[Hit]
    more: bool


@router.get("/search", response=Found, tags=["adhérents"])
@operation(Permission.READ)
def search(request: ApiRequest, q: str, limit: int = 20) -> dict[str, Any]:  # noqa: ARG001
    """Find people by name, number, phone, e-mail, social-security number, end of IBAN or birth date."""
    hits, more = find(q, limit=max(1, min(limit, _MOST)))
    return {"results": [{"number": hit.number, "name": hit.name, "detail": hit.detail} for hit in hits], "more": more}


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


class LineOut(Schema):
    """A line of the member account, signed (debit positive), with its running balance."""

    entry_id: int
    booked_on: date
    label: str
    nature: str
    period: date | None
    person_id: int | None
    amount_cents: int
    balance_cents: int


class InstalmentOut(Schema):
    """One month of the schedule, as decided now."""

    month: date
    due_on: date
    gross_cents: int
    aid_cents: int
    to_pay_cents: int


class AccountOut(Schema):
    """A member account, the latest line first, and the schedule of the running contract year."""

    number: str
    balance_cents: int
    lines: list[LineOut]
    schedule: list[InstalmentOut]


@router.get("/members/{number}/account", response=AccountOut, tags=["cotisations"])
@operation(Permission.READ)
def member_account(request: ApiRequest, number: str, limit: int = 400) -> dict[str, Any]:  # noqa: ARG001
    """The account of an enrolment and its schedule."""
    enrolment = enrolment_by_number(number)
    lines = account(enrolment.pk, limit=max(1, min(limit, 5_000)))
    ended = enrolment.ends_on is not None and enrolment.ends_on <= enrolment.starts_on
    schedule = None if ended else schedule_of(enrolment.pk, around=max(clock.today(), enrolment.starts_on))
    return {
        "number": number,
        "balance_cents": lines[0].balance_cents if lines else 0,
        "lines": lines,
        "schedule": schedule.instalments if schedule else [],
    }


@router.get("/care-lines/{line_id}", tags=["prestations"])
@operation(Permission.READ_HEALTH)
def care(request: ApiRequest, line_id: int) -> dict[str, Any]:  # noqa: ARG001
    """A care line with each amount posted on it, and the tree of reasons of what stands: none where the clauses of the book
    do not give it any more (taken back by the scheme, or out of cover since)."""
    line = care_line(line_id)
    posted = posted_on_line(line_id)
    told = tell_line(line_id, posted).step if line.operation == "N" else None
    return {
        "id": line.id,
        "care_on": line.care_on,
        "act_code": line.act_code,
        "family": line.family,
        "charged_cents": line.charged_cents,
        "base_cents": line.base_cents,
        "rate_bp": line.rate_bp,
        "amo_cents": line.amo_cents,
        "withheld_cents": line.withheld_cents,
        "posted_cents": line.posted_cents,
        "reverses_id": line.reverses_id,
        "postings": [
            {"booked_on": one.booked_on, "amount_cents": one.amount_cents, "act_id": one.act_id} for one in posted
        ],
        "why": told.as_dict() if told is not None and told.value == line.posted_cents else None,
    }


@router.get("/week", tags=["pilotage"])
@operation(Permission.STEER)
def this_week(request: ApiRequest, day: date | None = None) -> dict[str, Any]:  # noqa: ARG001
    """Flows by team over a week, and the delay kept for nine acts in ten."""
    asked = day or clock.today()
    return {"teams": week(asked), "delays": delays(asked)}


@router.get("/books", tags=["produits"])
@operation(Permission.READ, Permission.PRODUCTS)
def books(request: ApiRequest) -> list[dict[str, Any]]:  # noqa: ARG001
    """Every published version of every product."""
    return [
        {"code": one.code, "version": one.version, "title": one.title, "insurer": one.insurer, "digest": one.digest}
        for one in versions()
    ]


@router.get("/books/{digest}", tags=["produits"])
@operation(Permission.READ, Permission.PRODUCTS)
def book(request: ApiRequest, digest: str) -> dict[str, Any]:  # noqa: ARG001
    """A published version: its articles, the facts it asks for, the rules it can explain."""
    found = _book(digest)
    return {
        "code": found.code,
        "version": found.version,
        "articles": [
            {"number": one.number, "title": one.title, "prose": one.prose, "rules": one.rules} for one in found.articles
        ],
        "entries": [
            {
                "name": one.name,
                "scopes": one.scopes,
                "type": one.type.name,
                "choices": one.type.choices,
                "label": one.label,
            }
            for one in found.entries.values()
        ],
        "rules": [
            {"name": one.name, "scope": one.scope, "type": one.type.name, "label": one.label}
            for one in found.rules.values()
        ],
    }


class CaseIn(Schema):
    """A situation to explain: the rule asked, and the facts written as in a worked case (« 25,00 », « oui », 2026-01-31)."""

    rule: str
    facts: dict[str, str]


@router.post("/books/{digest}/explain", tags=["produits"])
@operation(Permission.READ, Permission.PRODUCTS)
def explain_case(request: ApiRequest, digest: str, case: CaseIn) -> dict[str, Any]:  # noqa: ARG001
    """What a rule gives in one situation, with its reasons. Nothing is written: no key is needed."""
    found = _book(digest)
    facts: dict[str, Value] = {}
    for name, text in case.facts.items():
        entry = found.entries.get(name)
        if entry is None:
            raise Refusal("rules.fact", f"Le livre ne demande pas « {name} ».", "Voir « entries ».", name)
        facts[name] = read_value(text.removesuffix("%").strip(), entry.type)
    return explain(found, case.rule, facts).as_dict()


def _book(digest: str) -> Book:
    known = next((one.digest for one in versions() if one.digest == digest), None)
    if known is None:
        raise Refusal("products.not_found", "Aucun livre publié ne porte cette empreinte.", "Voir /api/books.", digest)
    return published_book(known)
