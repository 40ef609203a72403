"""Rights told to the compulsory scheme: what was sent, acknowledged or refused and why; a refused one leaves again."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from egide.contracts.asked import resend_rights
from egide.contracts.queries import Movement, movement_told, movements_in
from egide.doors.contracts.words import MOVEMENT_STATES, MOVEMENTS
from egide.doors.desk.holding import holders
from egide.doors.desk.today import item_deadline
from egide.doors.frame import words
from egide.doors.frame.access import PageRequest, allowed, needs
from egide.doors.frame.shell import Shape, day_in, error_of, filters, page_number, page_shape, show, state
from egide.exchanges.codecs.noemie_return_codes import RETURN_CODES
from egide.journal.permissions import Permission
from egide.journal.queries import acts_on
from egide.kernel.errors import Refusal
from egide.kernel.identifiers import check_nir, nir_key
from egide.people.acts import Identity
from egide.work.queries import open_items_about

SIZE = 50
_RANKS = [(str(rank), str(rank)) for rank in range(1, 10)]


@needs(Permission.READ, Permission.EXCHANGES)
def rights(request: PageRequest) -> HttpResponse:
    """Movements in one state, those refused first."""
    wanted = request.GET.get("etat", "rejected")
    wanted = wanted if wanted in MOVEMENT_STATES else "rejected"
    number = page_number(request)
    found = movements_in(wanted, offset=(number - 1) * SIZE, limit=SIZE + 1)
    shown = found[:SIZE]
    items = open_items_about("movement", [one.id for one in shown])
    held = holders(request, items)
    base = reverse("rights")
    by_subject = {item.subject_id: {"holder": held[item.pk], "deadline": item_deadline(item)} for item in items}
    context = {
        "filters": filters(
            base, "etat", wanted, [(code, label, None) for code, (label, _tone) in MOVEMENT_STATES.items()]
        ),
        "rows": [{**movement_shape(request, one), **by_subject.get(one.id, {})} for one in shown],
        "page": page_shape(base, {"etat": wanted}, number=number, size=SIZE, shown=len(shown), more=len(found) > SIZE),
        "form_key": str(uuid.uuid4()),
        "rejects_url": reverse("rejects") if allowed(request, Permission.EXCHANGES) else "",
    }
    return show(request, "contracts/rights.html", context, nav="rejects")


def movement_shape(request: PageRequest, one: Movement) -> Shape:
    """A movement as lists show it: for whom, what, when, and what the scheme answered."""
    label, tone = MOVEMENT_STATES[one.state]
    answered = RETURN_CODES.get(one.return_code)
    return {
        "id": one.id,
        "url": reverse("right", args=[one.id]),
        "who": one.name,
        "number": one.number,
        "member_url": reverse("member", args=[one.number]) if allowed(request, Permission.READ) else "",
        "what": words.said(MOVEMENTS, one.movement),
        "starts_on": one.starts_on,
        "ends_on": one.ends_on,
        "state": state(label, tone),
        "code": one.return_code,
        "answer": answered[1] if answered else "",
        "file": one.file_name or "",
        "file_url": reverse("file", args=[one.file_id])
        if one.file_id and allowed(request, Permission.EXCHANGES)
        else "",
        "sent_at": one.sent_at,
    }


@needs(Permission.READ, Permission.EXCHANGES)
def right(request: PageRequest, movement_id: int) -> HttpResponseBase:
    """One movement: what was told, what was answered; a POST corrects the identity if need be, and sends it again."""
    found = movement_told(movement_id)
    if found is None:
        raise Http404
    typed = _typed(request, found)
    if request.method != "POST":
        return _show(request, found, typed)
    try:
        corrected = _corrected(found, typed) if allowed(request, Permission.ENDORSE) else None
        resend_rights(request.context, movement_id, corrected=corrected)
    except Refusal as refusal:
        return _show(request, found, typed, [refusal])
    messages.success(request, _("Le mouvement repart avec le prochain fichier."))
    return redirect("right", movement_id)


def _typed(request: PageRequest, found: Movement) -> dict[str, str]:
    known = {
        "last_name": found.last_name,
        "first_name": found.first_name,
        "birth_date": found.birth_date.isoformat(),
        "birth_rank": str(found.birth_rank),
        "insured_nir": found.insured_nir + nir_key(found.insured_nir),
    }
    return {name: request.POST.get(name, value) for name, value in known.items()}


def _corrected(found: Movement, typed: Mapping[str, str]) -> Identity | None:
    """The identity as typed, once each field is right; None when it is the one already known."""
    for name in ("last_name", "first_name"):
        if not typed[name].strip():
            raise Refusal("rights.name", _("Le nom et le prénom sont nécessaires."), _("Renseignez-les."), name)
    born = day_in(typed["birth_date"])
    if born is None:
        raise Refusal(
            "rights.birth_date",
            _("La date de naissance manque."),
            _("Recopiez-la de l’attestation vitale."),
            "birth_date",
        )
    if (typed["birth_rank"], typed["birth_rank"]) not in _RANKS:
        raise Refusal("rights.birth_rank", _("Le rang de naissance manque."), _("Choisissez-le."), "birth_rank")
    try:
        nir = check_nir(typed["insured_nir"]).number
    except Refusal as refusal:
        raise Refusal(refusal.code, refusal.message, refusal.remedy, "insured_nir") from refusal
    identity = Identity(
        last_name=typed["last_name"].strip(),
        first_name=typed["first_name"].strip(),
        birth_date=born,
        birth_rank=int(typed["birth_rank"]),
        insured_nir=nir,
    )
    known = Identity(found.last_name, found.first_name, found.birth_date, found.birth_rank, found.insured_nir)
    return None if identity == known else identity


def _told(found: Movement) -> Shape:
    return {"nir": found.insured_nir, "born_on": found.birth_date, "rank": found.birth_rank}


def _show(
    request: PageRequest, found: Movement, typed: Mapping[str, str], refusals: Sequence[Refusal] = ()
) -> HttpResponse:
    items = open_items_about("movement", [found.id])
    open_ = found.state == "rejected"
    context = {
        "right": movement_shape(request, found),
        "told": _told(found) if allowed(request, Permission.READ) else None,
        "refused": open_,
        "fields": _fields(typed, refusals) if open_ and allowed(request, Permission.ENDORSE) else [],
        "can_resend": open_ and allowed(request, Permission.EXCHANGES),
        "holder": holders(request, items)[items[0].pk] if items else None,
        "deadline": item_deadline(items[0]) if items else None,
        "item_url": reverse("item", args=[items[0].pk]) if items else "",
        "history": [
            {
                "at": act.done_at,
                "title": f"{words.said(words.ACTS, act.kind)} : {' '.join(act.reasons)}",
                "by": act.actor_label,
            }
            for act in acts_on("movement", found.id, limit=10)
        ],
        "errors": [error_of(one) for one in refusals],
        "form_key": str(uuid.uuid4()),
    }
    return show(request, "contracts/right.html", context, nav="rejects", status=422 if refusals else 200)


def _fields(typed: Mapping[str, str], refusals: Sequence[Refusal]) -> list[Shape]:
    wrong = {one.where: one.message for one in refusals}
    fields: list[Shape] = [
        {"name": "last_name", "label": _("Nom")},
        {"name": "first_name", "label": _("Prénom")},
        {"name": "birth_date", "label": _("Date de naissance"), "kind": "date", "width": "s"},
        {"name": "birth_rank", "label": _("Rang de naissance"), "kind": "select", "options": _RANKS, "width": "xs"},
        {
            "name": "insured_nir",
            "label": _("Numéro de sécurité sociale, avec sa clé"),
            "hint": _("Celui sous lequel les droits sont ouverts."),
        },
    ]
    return [
        {**one, "required": True, "value": typed[one["name"]], "error": wrong.get(one["name"], "")} for one in fields
    ]
