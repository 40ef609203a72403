"""The bank account of an enrolment changes: what the next debit and payment will use, then the confirmation."""

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

from egide.contracts.account_queries import accounts_of
from egide.contracts.acts.accounts import NewAccount, change_account
from egide.contracts.decisions.reader import parse_day
from egide.contracts.queries import EnrolmentRow, enrolment_by_number
from egide.doors.frame.access import PageRequest, needs
from egide.doors.frame.asking import revision_in
from egide.doors.frame.shell import Shape, error_of, show
from egide.journal import clock
from egide.journal.permissions import Permission
from egide.kernel.errors import Refusal
from egide.kernel.identifiers import check_iban


@needs(Permission.ENDORSE)
def account_change(request: PageRequest, number: str) -> HttpResponseBase:
    """Shows the account that stands and those before it; previews the change, or confirms it."""
    enrolment = enrolment_by_number(number)
    if request.method != "POST":
        holder = str(enrolment.member)
        return _show(request, enrolment, {"holder": holder, "signed_on": clock.today().isoformat()})
    typed = {name: request.POST.get(name, "").strip() for name in ("iban", "holder", "signed_on")}
    revision = revision_in(request)
    try:
        asked = _asked(typed)
        if request.POST.get("act") != "confirm":
            return _show(request, enrolment, typed, asked=asked)
        change_account(request.context, enrolment.pk, asked, revision=revision)
    except Refusal as refusal:
        enrolment.refresh_from_db()
        return _show(request, enrolment, typed, refusals=[refusal])
    messages.success(request, _("Compte changé : l’ancien mandat est révoqué, une lettre le dit à l’adhérent."))
    return redirect("member", number)


def _asked(typed: dict[str, str]) -> NewAccount:
    iban = check_iban(typed["iban"]).compact
    day = parse_day(typed["signed_on"])
    if day is None:
        raise Refusal(
            "form.date",
            _("Mandat signé le : ce n’est pas une date."),
            _("Écrivez jour/mois/année, par exemple 05/10/2015."),
            "signed_on",
        )
    return NewAccount(iban, typed["holder"], day)


def _show(
    request: PageRequest,
    enrolment: EnrolmentRow,
    typed: dict[str, str],
    *,
    asked: NewAccount | None = None,
    refusals: Sequence[Refusal] = (),
) -> HttpResponse:
    errors = {_where(one): f"{one.message} {one.remedy}" for one in refusals}
    context: dict[str, Any] = {
        "who": str(enrolment.member),
        "number": enrolment.number,
        "member_url": reverse("member", args=[enrolment.number]),
        "form_key": str(uuid.uuid4()),
        "revision": enrolment.revision,
        "errors": [error_of(one) for one in refusals],
        "fields": [
            _field("iban", "IBAN", "text", "l", typed, errors),
            _field("holder", _("Titulaire du compte"), "text", "m", typed, errors),
            _field("signed_on", _("Mandat signé le"), "date", "s", typed, errors),
        ],
        "preview": _effects(enrolment, asked) if asked else None,
        "accounts": accounts_of(enrolment.pk),
    }
    return show(request, "contracts/account_change.html", context, nav="enrolments", status=422 if refusals else 200)


def _where(refusal: Refusal) -> str:
    return refusal.where if refusal.where in ("iban", "holder", "signed_on") else "iban"


def _field(name: str, label: str, kind: str, width: str, typed: dict[str, str], errors: dict[str, str]) -> Shape:
    value: object = typed.get(name, "")
    day = parse_day(str(value)) if kind == "date" else None
    return {
        "name": name, "label": label, "kind": kind if kind != "date" or day else "text", "width": width,
        "required": True, "value": day or value, "error": errors.get(name, ""),
    }  # fmt: skip


def _effects(enrolment: EnrolmentRow, asked: NewAccount) -> Shape:
    former = enrolment.mandate
    said = [
        _("Le prochain prélèvement et le prochain remboursement utilisent le compte finissant par %(tail)s.")
        % {"tail": asked.iban[-4:]}
    ]
    if former:
        tail = former.bank_account.tail
        said.append(
            _("Le mandat %(rum)s (compte finissant par %(tail)s) est révoqué.") % {"rum": former.rum, "tail": tail}
        )
        said.append(_("Un prélèvement déjà transmis à la banque reste fait sur l’ancien compte."))
    said.append(_("Une lettre le dit à l’adhérent, à l’adresse connue, et à celle d’il y a un mois si elle a changé."))
    said.append(_("Qui l’a changé et quand reste écrit."))
    return {"said": said}
