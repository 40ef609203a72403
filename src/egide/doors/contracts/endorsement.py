"""An endorsement: the change typed on the left, every euro and right it moves on the right, then the confirmation."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from egide.contracts.asked import change
from egide.contracts.decisions.endorsement import plan
from egide.contracts.queries import EnrolmentRow, book_of_change, enrolment_by_number, enrolment_facts, product_terms
from egide.doors.contracts.endorsement_fields import Content, kind_of, read, sections, typed
from egide.doors.contracts.endorsement_preview import numbered, preview
from egide.doors.frame.access import PageRequest, allowed, needs
from egide.doors.frame.asking import revision_in
from egide.doors.frame.drafts import forget, remember
from egide.doors.frame.shell import Shape, error_of, fragment, show
from egide.journal import clock
from egide.journal.permissions import Permission
from egide.kernel.errors import Refusal
from egide.products.queries import book_for


@needs(Permission.ENDORSE)
def endorsement(request: PageRequest, number: str) -> HttpResponseBase:
    """Shows the form of one kind of change; previews it, or confirms it as previewed."""
    enrolment = enrolment_by_number(number)
    if request.method != "POST":
        content = {
            "kind": kind_of(request.GET.get("kind")).value,
            "received_on": clock.today().isoformat(),
            "link": "child",
        }
        if content["kind"] == "add_person":
            content["last_name"] = enrolment.member.last_name
        return _show(request, enrolment, content, revision=enrolment.revision)
    content = typed(request.POST)
    revision = revision_in(request)
    if request.POST.get("act") == "confirm":
        return _confirm(request, enrolment, content, revision)
    shape, refusals = _effects(request, enrolment, content)
    remember(request, f"endorsement-{number}", content)
    if request.htmx:
        context = {"preview": shape, "errors": [error_of(one) for one in refusals]}
        return fragment(request, "contracts/endorsement/_preview.html", context, status=422 if refusals else 200)
    return _show(request, enrolment, content, revision=revision, shape=shape, refusals=refusals)


def _effects(request: PageRequest, enrolment: EnrolmentRow, content: Content) -> tuple[Shape | None, Sequence[Refusal]]:
    facts = enrolment_facts(enrolment.pk)
    asked, refusals = read(content, today=clock.today())
    if asked is None:
        return None, refusals
    try:
        planned = numbered(plan(facts, asked, book=book_of_change(facts, asked)))
        return preview(enrolment.number, planned, health=allowed(request, Permission.READ_HEALTH)), []
    except Refusal as refusal:
        return None, [refusal]


def _confirm(request: PageRequest, enrolment: EnrolmentRow, content: Content, revision: int) -> HttpResponseBase:
    asked, refusals = read(content, today=clock.today())
    if asked is None:
        return _show(request, enrolment, content, revision=revision, refusals=refusals)
    try:
        decided = change(request.context, enrolment.pk, asked, revision=revision)
    except Refusal as refusal:
        enrolment.refresh_from_db()
        shape, _others = _effects(request, enrolment, content)
        return _show(request, enrolment, content, revision=enrolment.revision, shape=shape, refusals=[refusal])
    forget(request, f"endorsement-{enrolment.number}")
    messages.success(request, _("Avenant enregistré, effet au %(day)s.") % {"day": f"{decided.effect_on:%d/%m/%Y}"})
    return redirect("member", enrolment.number)


def _show(
    request: PageRequest,
    enrolment: EnrolmentRow,
    content: Content,
    *,
    revision: int,
    shape: Shape | None = None,
    refusals: Sequence[Refusal] = (),
) -> HttpResponse:
    facts = enrolment_facts(enrolment.pk)
    book = book_for(enrolment.product_code, max(enrolment.starts_on, clock.today()))
    terms = product_terms(enrolment.product_code, enrolment.starts_on)
    context: dict[str, Any] = {
        "enrolment": {
            "number": enrolment.number,
            "who": str(enrolment.member),
            "member_url": reverse("member", args=[enrolment.number]),
            "product": book.title,
            "formula": dict(book.formulas).get(enrolment.formula, enrolment.formula),
        },
        "form_key": str(uuid.uuid4()),
        "errors": [error_of(one) for one in refusals],
        "sections": sections(
            content,
            facts,
            revision=revision,
            errors={one.where: f"{one.message} {one.remedy}" for one in refusals},
            aid=terms.certificates_required,
            book=book,
        ),
        "preview": shape,
    }
    return show(request, "contracts/endorsement.html", context, nav="enrolments", status=422 if refusals else 200)
