"""One item of work: what it is, its clock, who holds it; to take it, give it back or hand it over to a colleague."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from egide.doors.desk.holding import holders
from egide.doors.desk.today import item_deadline, item_url
from egide.doors.frame import words
from egide.doors.frame.access import PageRequest, needs
from egide.doors.frame.shell import Shape, error_of, show
from egide.journal.facts import Actor
from egide.journal.permissions import Permission
from egide.kernel.errors import Refusal
from egide.people.queries import colleagues_of
from egide.work.acts import finish, give_back, hand_over, take_item
from egide.work.acts import take_next as act_take_next
from egide.work.kinds import by_hand, may_work
from egide.work.queries import ItemRow, find_item


@needs(Permission.READ, Permission.EXCHANGES)
def item(request: PageRequest, item_id: int) -> HttpResponseBase:
    """Shows the item; a POST changes who holds it, or says why it could not."""
    found = find_item(item_id)
    if found is None:
        raise Http404
    if request.method != "POST":
        return _show(request, found)
    try:
        match request.POST.get("act"):
            case "take":
                take_item(request.context, item_id)
                return redirect(item_url(request, found))
            case "give_back":
                give_back(request.context, item_id)
                messages.success(request, _("Dossier remis dans la file."))
            case "hand_over":
                colleague = _chosen(request)
                hand_over(request.context, item_id, to=colleague)
                messages.success(request, _("Dossier passé à %(who)s.") % {"who": colleague.label})
            case "finish":
                finish(request.context, item_id, reason=request.POST.get("reason", ""))
                messages.success(request, _("Dossier terminé ; la raison est au journal."))
            case _:
                raise Http404
    except Refusal as refusal:
        return _show(request, find_item(item_id) or found, [refusal])
    return redirect(_next(request))


@require_POST
@needs(Permission.READ, Permission.EXCHANGES)
def take_next(request: PageRequest) -> HttpResponseBase:
    """Takes the most urgent item that nobody holds, and opens it."""
    try:
        return redirect(item_url(request, act_take_next(request.context)))
    except Refusal as refusal:
        if refusal.code != "work.none_free":
            raise
        messages.info(request, f"{refusal.message} {refusal.remedy}")
        return redirect("today")


def _chosen(request: PageRequest) -> Actor:
    chosen = request.POST.get("colleague", "")
    for colleague in colleagues_of(request.context.actor.team_id):
        if str(colleague.id) == chosen:
            return colleague
    raise Refusal("work.colleague", _("Le collègue manque."), _("Choisissez-le dans la liste."), "colleague")


def _next(request: PageRequest) -> str:
    wanted = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours else reverse("today")


def _show(request: PageRequest, found: ItemRow, refusals: Sequence[Refusal] = ()) -> HttpResponse:
    holder = holders(request, [found])[found.pk]
    context = {
        "item": {
            "title": found.title,
            "kind": words.said(words.ITEMS, found.kind),
            "received_on": found.received_at.date(),
            "deadline": item_deadline(found) if found.state != "done" else {"done": True, "due_on": found.due_on},
            "url": "" if (place := item_url(request, found)) == reverse("item", args=[found.pk]) else place,
            "done": found.state == "done",
            "lines": found.detail.get("lines", []),
            "member_url": reverse("member", args=[found.detail["number"]]) if found.detail.get("number") else "",
        },
        "can_finish": _may_finish(request, found),
        "reason": request.POST.get("reason", ""),
        "holder": holder,
        "colleague": _colleague_field(request, found, refusals) if holder["can_give"] else None,
        "errors": [error_of(refusal) for refusal in refusals],
        "form_key": str(uuid.uuid4()),
    }
    return show(request, "desk/item.html", context, nav="today", status=422 if refusals else 200)


def _may_finish(request: PageRequest, found: ItemRow) -> bool:
    """What no other act ends is ended here, by whoever holds it, or by anyone who may do it when nobody does."""
    return (
        found.kind in by_hand()
        and found.state != "done"
        and may_work(request.context.actor, found.kind, found.perimeter_id)
        and found.assignee_id in (None, request.context.actor.id)
    )


def _colleague_field(request: PageRequest, found: ItemRow, refusals: Sequence[Refusal]) -> Shape | None:
    """Those of the team who may do this work, in order of name; None when there is nobody else."""
    able = [
        (str(one.id), one.label)
        for one in colleagues_of(request.context.actor.team_id)
        if one.id != found.assignee_id and may_work(one, found.kind, found.perimeter_id)
    ]
    if not able:
        return None
    return {
        "name": "colleague",
        "label": _("Passer à"),
        "kind": "select",
        "required": True,
        "options": [("", _("Choisissez")), *able],
        "value": request.POST.get("colleague", ""),
        "error": next((one.message for one in refusals if one.where == "colleague"), ""),
    }
