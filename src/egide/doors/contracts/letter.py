"""A letter to a member, written freely: seen as it will be printed, then kept and ready to send."""

from __future__ import annotations

import base64
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from egide.contracts.acts.letters import plain_letter, write_letter
from egide.contracts.queries import EnrolmentRow, enrolment_by_number
from egide.documents.rendering import render
from egide.documents.scans import media_type, page_images
from egide.doors.frame.access import PageRequest, needs
from egide.doors.frame.shell import error_of, show
from egide.journal import clock
from egide.journal.permissions import Permission
from egide.kernel.errors import Refusal


@needs(Permission.CONTACT)
def letter(request: PageRequest, number: str) -> HttpResponseBase:
    """Shows the letter being written; previews its pages, or keeps it."""
    enrolment = enrolment_by_number(number)
    if request.method != "POST":
        return _show(request, enrolment, "", "")
    subject, prose = request.POST.get("subject", ""), request.POST.get("prose", "").replace("\r\n", "\n")
    try:
        if request.POST.get("act") == "confirm":
            write_letter(request.context, enrolment.pk, subject=subject, prose=prose)
            messages.success(request, _("Courrier gardé au dossier : ouvrez-le depuis les pièces pour l’imprimer."))
            return redirect("member", number)
        pdf = render(plain_letter(enrolment, subject=subject, prose=prose), issued_on=clock.today())
    except Refusal as refusal:
        return _show(request, enrolment, subject, prose, refusal=refusal)
    return _show(request, enrolment, subject, prose, pdf=pdf)


def _show(
    request: PageRequest,
    enrolment: EnrolmentRow,
    subject: str,
    prose: str,
    *,
    pdf: bytes = b"",
    refusal: Refusal | None = None,
) -> HttpResponse:
    error = {refusal.where: f"{refusal.message} {refusal.remedy}"} if refusal else {}
    hint = _("Une ligne vide sépare les paragraphes ; **gras**, - liste.")
    context: dict[str, Any] = {
        "who": str(enrolment.member),
        "number": enrolment.number,
        "member_url": reverse("member", args=[enrolment.number]),
        "form_key": str(uuid.uuid4()),
        "errors": [error_of(refusal)] if refusal else [],
        "fields": [
            {"name": "subject", "label": _("Objet"), "kind": "text", "width": "full", "required": True,
             "value": subject, "error": error.get("subject", "")},
            {"name": "prose", "label": _("Texte"), "kind": "textarea", "width": "full", "required": True,
             "value": prose, "error": error.get("prose", ""), "hint": hint},
        ],
        "sheets": [_inline(image) for image in page_images(pdf)] if pdf else [],
    }  # fmt: skip
    return show(request, "contracts/letter.html", context, nav="enrolments", status=422 if refusal else 200)


def _inline(image: bytes) -> str:
    """A page as an image inside the page: what is not kept has no address."""
    return f"data:{media_type(image)};base64,{base64.b64encode(image).decode()}"
