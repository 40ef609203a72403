"""Products by the API: the published books, and a case explained."""

from __future__ import annotations

from typing import Any

from ninja import Router, Schema

from egide.doors.api.entry import ApiRequest, operation
from egide.journal.permissions import Permission
from egide.kernel.errors import Refusal
from egide.products.queries import published_book, versions
from egide.rules.books import Book
from egide.rules.case import explain
from egide.rules.kinds import Value, read_value

router = Router()


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
