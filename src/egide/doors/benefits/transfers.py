"""Transfers before they leave: payees, count, total, account and day on one page; what is confirmed is what it shows."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from egide.benefits.asked import ask_payment
from egide.benefits.jobs.proposing import confirm, propose
from egide.benefits.queries import ProposalRow, proposal, proposed_lines, unpayable
from egide.doors.frame.access import PageRequest, needs
from egide.doors.frame.sheets import Cents, sheet
from egide.doors.frame.shell import Shape, error_of, page_number, page_shape, show, state
from egide.journal.permissions import Permission
from egide.journal.queries import perimeter_names
from egide.kernel.errors import Refusal

SIZE = 50
_CHANGED = "benefits.changed_meanwhile"


@needs(Permission.BENEFITS)
def transfers(request: PageRequest, proposal_id: int) -> HttpResponseBase:
    """The list as it was proposed; a POST confirms it and asks for its payment, or shows what is due now instead."""
    found = _found(proposal_id)
    if request.method == "POST":
        return _confirm(request, found)
    if request.GET.get("export") == "xlsx":
        return _export(found)
    return _show(request, found)


def _found(proposal_id: int) -> ProposalRow:
    found = proposal(proposal_id)
    if found is None:
        raise Http404
    return found


def _confirm(request: PageRequest, found: ProposalRow) -> HttpResponseBase:
    try:
        with transaction.atomic():
            confirmed = confirm(request.context, found.pk, shown=request.POST.get("shown", ""))
            asked = ask_payment(request.context, confirmed)
    except Refusal as refusal:
        if refusal.code != _CHANGED:
            return _show(request, _found(found.pk), refusal)
        return _show(request, propose(request.context, perimeter_id=found.perimeter_id), refusal)
    return redirect("work", asked.pk)


def _show(request: PageRequest, found: ProposalRow, refusal: Refusal | None = None) -> HttpResponse:
    number = page_number(request) if request.method == "GET" else 1
    lines = proposed_lines(found.pk, offset=(number - 1) * SIZE, limit=SIZE + 1)
    base = reverse("transfers", args=[found.pk])
    apart, apart_cents = unpayable(found.perimeter_id)
    context = {
        "proposal": _shape(found),
        "rows": [
            {
                "number": one.number,
                "name": one.member,
                "holder": one.holder if one.holder != one.member else "",
                "iban": f"{one.iban[:2]}•• •••• {one.iban[-4:]}",
                "cents": one.amount_cents,
                "url": reverse("member", args=[one.number]),
            }
            for one in lines[:SIZE]
        ],
        "page": page_shape(base, {}, number=number, size=SIZE, shown=len(lines[:SIZE]), more=len(lines) > SIZE),
        "apart": {"count": apart, "cents": apart_cents} if apart else None,
        "export_url": f"{base}?export=xlsx",
        "errors": [error_of(refusal)] if refusal else [],
        "form_key": str(uuid.uuid4()),
        "back_url": reverse("works"),
    }
    return show(request, "benefits/transfers.html", context, nav="works", status=422 if refusal else 200)


def _shape(found: ProposalRow) -> Shape:
    return {
        "url": reverse("transfers", args=[found.pk]),
        "perimeter": perimeter_names([found.perimeter_id])[found.perimeter_id],
        "transfers": found.transfers,
        "total_cents": found.total_cents,
        "debtor": found.debtor_name,
        "debtor_iban": f"{found.debtor_iban[:4]} •••• •••• {found.debtor_iban[-4:]}",
        "execution_on": found.execution_on,
        "shown": found.fingerprint,
        "proposed_by": found.proposed_by,
        "proposed_at": found.proposed_at,
        "confirmed_by": found.confirmed_by,
        "confirmed_at": found.confirmed_at,
        "open": found.state == "proposed",
        "state": _state(found),
        "file_url": reverse("file", args=[found.file_id]) if found.file_id else "",
    }


def _state(found: ProposalRow) -> Shape:
    return {
        "proposed": state(_("À confirmer"), "warn"),
        "confirmed": state(_("Confirmée"), "info"),
        "paid": state(_("Payée"), "ok"),
        "outdated": state(_("Remplacée"), "neutral"),
    }[found.state]


def _export(found: ProposalRow) -> HttpResponse:
    head = [_("Adhésion"), _("Adhérent"), _("Titulaire du compte"), _("IBAN"), _("Montant"), _("Date du virement")]
    rows = (
        [one.number, one.member, one.holder, one.iban, Cents(one.amount_cents), found.execution_on]
        for one in proposed_lines(found.pk)
    )
    return sheet(f"virements_{found.pk}", head, rows)
