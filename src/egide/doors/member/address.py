"""The address of a member changes: who moves with them, what follows, then the confirmation; former addresses stay."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from egide.contracts.queries import EnrolmentRow, enrolment_by_number
from egide.doors.frame.access import PageRequest, needs
from egide.doors.frame.shell import Shape, error_of, show
from egide.journal.permissions import Permission
from egide.kernel.errors import Refusal
from egide.people.address_acts import Address, address_of, change_address, refuse_address
from egide.people.queries import past_addresses, who_lives_with

_FIELDS = (
    ("line1", _("Adresse"), "text", "full"),
    ("postcode", _("Code postal"), "text", "xs"),
    ("city", _("Ville"), "text", "m"),
    ("phone", _("Téléphone"), "tel", "s"),
    ("email", _("Courriel"), "email", "m"),
)


@needs(Permission.CONTACT)
def address(request: PageRequest, number: str) -> HttpResponseBase:
    """Shows the address and who lives there; previews the change, or confirms it as previewed."""
    enrolment = enrolment_by_number(number)
    now = address_of(enrolment.member.household)
    if request.method != "POST":
        return _show(request, enrolment, now, known=now, movers=None)
    wanted = Address(**{name: request.POST.get(name, "").strip() for name, *_rest in _FIELDS})
    known = Address(**{name: request.POST.get(f"known-{name}", "") for name, *_rest in _FIELDS})
    movers = {int(one) for one in request.POST.getlist("movers") if one.isdecimal()}
    try:
        refuse_address(wanted)
        if request.POST.get("act") != "confirm":
            return _show(request, enrolment, wanted, known=now, movers=movers, preview=True)
        change_address(request.context, enrolment.member_id, wanted, movers=movers, known=known)
    except Refusal as refusal:
        return _show(request, enrolment, wanted, known=now, movers=movers, refusals=[refusal])
    messages.success(request, _("Coordonnées changées : les prochains courriers partent à la nouvelle adresse."))
    return redirect("member", number)


def _show(
    request: PageRequest,
    enrolment: EnrolmentRow,
    wanted: Address,
    *,
    known: Address,
    movers: set[int] | None,
    refusals: Sequence[Refusal] = (),
    preview: bool = False,
) -> HttpResponse:
    errors = {one.where: f"{one.message} {one.remedy}" for one in refusals}
    others = [one for one in who_lives_with(enrolment.member_id) if one.id != enrolment.member_id]
    context: dict[str, Any] = {
        "who": str(enrolment.member),
        "number": enrolment.number,
        "member_url": reverse("member", args=[enrolment.number]),
        "form_key": str(uuid.uuid4()),
        "errors": [error_of(one) for one in refusals],
        "fields": [_field(name, label, kind, width, wanted, errors) for name, label, kind, width in _FIELDS],
        "known": [(f"known-{name}", getattr(known, name)) for name, *_rest in _FIELDS],
        "others": [
            {"id": one.id, "name": f"{one.first_name} {one.last_name}", "moves": movers is None or one.id in movers}
            for one in others
        ],
        "preview": _effects(known, wanted, others, movers or set()) if preview else None,
        "past": past_addresses(enrolment.member_id),
    }
    return show(request, "member/address.html", context, nav="enrolments", status=422 if refusals else 200)


def _field(name: str, label: str, kind: str, width: str, wanted: Address, errors: Mapping[str, str]) -> Shape:
    required = name in ("line1", "postcode", "city")
    return {
        "name": name, "label": str(label), "kind": kind, "width": width, "required": required,
        "value": getattr(wanted, name), "error": errors.get(name, ""),
    }  # fmt: skip


def _effects(known: Address, wanted: Address, others: Sequence[Any], movers: set[int]) -> Shape:
    staying = [f"{one.first_name} {one.last_name}" for one in others if one.id not in movers]
    said = [_("Les courriers et les relevés à venir partent à la nouvelle adresse ; ceux déjà émis ne changent pas.")]
    if staying:
        said.append(_("%(who)s : l’ancienne adresse est gardée, dans un foyer à part.") % {"who": ", ".join(staying)})
    if known.phone and not wanted.phone:
        said.append(_("Le téléphone connu est effacé."))
    if known.email and not wanted.email:
        said.append(_("Le courriel connu est effacé."))
    said.append(_("L’adresse d’avant reste lisible, avec le jour du changement et son auteur."))
    rows = [
        {"label": str(label), "before": getattr(known, name) or "–", "after": getattr(wanted, name) or "–"}
        for name, label, *_rest in _FIELDS
        if getattr(known, name) != getattr(wanted, name)
    ]
    return {"rows": rows, "said": said}
