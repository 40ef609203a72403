"""A paper arrives: the scan of an enrolment form is kept, its clock starts, and the form is there to fill."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime, time

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from egide.contracts.acts.forms import receive_form
from egide.contracts.acts.reception import AlreadyReceived, ReceivedForm
from egide.contracts.facts import ArrivalChannel
from egide.doors.contracts.paper_in import paper_in
from egide.doors.contracts.words import ARRIVALS
from egide.doors.frame import words
from egide.doors.frame.access import PageRequest, needs
from egide.doors.frame.shell import Shape, day_in, error_of, show
from egide.journal import clock
from egide.journal.permissions import Permission
from egide.journal.queries import perimeter_names
from egide.kernel.errors import Refusal
from egide.people.queries import region_of
from egide.products.queries import versions

_OPENING = time(9)  # a paper of an earlier day is taken as there when that day's work began


@needs(Permission.ENROL)
def reception(request: PageRequest) -> HttpResponseBase:
    """Shows what a reception needs; a POST receives the form and opens it, or leads to the one already received."""
    if request.method != "POST":
        return _show(request, _asked(request))
    asked = _asked(request)
    try:
        made = receive_form(request.context, _received(request, asked))
    except AlreadyReceived as known:
        messages.info(request, known.message)
        return redirect("enrolment", known.form_id)
    except Refusal as refusal:
        return _show(request, asked, [refusal])
    messages.success(request, _("Bulletin reçu : son délai court. Recopiez-le à côté du papier."))
    return redirect("enrolment", made.pk)


def _asked(request: PageRequest) -> dict[str, str]:
    """What is on the form: typed, else what is most likely."""
    products = list(_products())
    perimeters = list(_perimeters(request))
    given = request.POST if request.method == "POST" else {}
    return {
        "product": given.get("product", products[0] if len(products) == 1 else ""),
        "perimeter": given.get("perimeter", str(perimeters[0]) if len(perimeters) == 1 else ""),
        "received_on": given.get("received_on", clock.today().isoformat()),
        "channel": given.get("channel", ArrivalChannel.MAIL.value),
        "who": given.get("who", ""),
    }


def _received(request: PageRequest, asked: dict[str, str]) -> ReceivedForm:
    """What was asked, checked one field after the other; the scan is read last."""
    if asked["product"] not in _products():
        raise Refusal("reception.product", _("Le produit manque."), _("Choisissez celui du bulletin."), "product")
    if not asked["perimeter"].isdecimal():
        raise Refusal("reception.perimeter", _("L’organisme manque."), _("Choisissez celui du bulletin."), "perimeter")
    day = day_in(asked["received_on"])
    if day is None:
        raise Refusal(
            "reception.received_on", _("La date de réception manque."), _("Écrivez-la comme 05/10/2026."), "received_on"
        )
    if asked["channel"] not in set(ArrivalChannel):
        raise Refusal("reception.channel", _("Le canal d’arrivée manque."), _("Choisissez-le."), "channel")
    scan, pages = paper_in(request, "scan")
    who = " ".join(asked["who"].split())
    team = request.context.actor.team_id
    return ReceivedForm(
        perimeter_id=int(asked["perimeter"]),
        product_code=asked["product"],
        received_at=_moment(day),
        title=f"Bulletin d’adhésion de {who}" if who else f"Bulletin d’adhésion reçu le {day:%d/%m/%Y}",
        scan=scan,
        pages=pages,
        region=region_of(team),
        team_id=team,
        channel=ArrivalChannel(asked["channel"]),
    )


def _moment(day: date) -> datetime:
    return clock.now() if day == clock.today() else datetime.combine(day, _OPENING, tzinfo=clock.PARIS)


def _products() -> dict[str, str]:
    """The products that have begun, each under its latest title."""
    return {one.code: one.title for one in versions() if one.version <= clock.today()}


def _perimeters(request: PageRequest) -> dict[int, str]:
    return perimeter_names(request.context.actor.perimeters)


def _show(request: PageRequest, asked: dict[str, str], refusals: Sequence[Refusal] = ()) -> HttpResponse:
    wrong = {refusal.where: refusal.message for refusal in refusals}
    context = {
        "fields": [{**one, "error": wrong.get(one["name"], "")} for one in _fields(request, asked)],
        "scan_error": wrong.get("scan", ""),
        "choose_again": bool(refusals) and bool(request.FILES.get("scan")),
        "errors": [error_of(refusal) for refusal in refusals],
        "form_key": str(uuid.uuid4()),
        "waiting_url": f"{reverse('enrolments')}?state=waiting",
    }
    return show(request, "contracts/reception.html", context, nav="enrolments", status=422 if refusals else 200)


def _fields(request: PageRequest, asked: dict[str, str]) -> list[Shape]:
    choose = ("", _("Choisissez"))
    perimeters = [(str(key), name) for key, name in _perimeters(request).items()]
    fields: list[Shape] = [
        {"name": "product", "label": _("Produit"), "kind": "select", "options": [choose, *_products().items()]},
        {"name": "perimeter", "label": _("Organisme"), "kind": "select", "options": [choose, *perimeters]},
        {
            "name": "received_on",
            "label": _("Reçu le"),
            "kind": "date",
            "width": "s",
            "hint": _("Le jour où le papier est arrivé au centre : le délai court depuis ce jour."),
        },
        {
            "name": "channel",
            "label": _("Canal d’arrivée"),
            "kind": "select",
            "width": "s",
            "options": [(way.value, words.said(ARRIVALS, way.value)) for way in ArrivalChannel],
        },
        {
            "name": "who",
            "label": _("Nom lu sur le bulletin"),
            "width": "full",
            "hint": _("Il nomme le dossier dans la file, jusqu’à sa saisie."),
        },
    ]
    return [{"required": one["name"] != "who", **one, "value": asked[one["name"]]} for one in fields]
