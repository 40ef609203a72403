"""Receiving a file at the screen: recognised, kept as it is, then read by a work."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from egide.doors.desk.intake import AUTO, arrival_of, ask_reading, receive_file, received_formats
from egide.doors.frame import words
from egide.doors.frame.access import PageRequest, allowed, needs
from egide.doors.frame.shell import Shape, error_of, show
from egide.exchanges.acts import Arrival
from egide.exchanges.queries import file_to_read, find_file
from egide.journal.permissions import Permission
from egide.journal.queries import perimeter_names
from egide.kernel.errors import Refusal


@needs(Permission.EXCHANGES)
def receive(request: PageRequest) -> HttpResponseBase:
    """The file to receive and whose it is; a POST keeps it, asks for its reading, and leads to that work."""
    if request.method != "POST":
        return _show(request)
    try:
        file, asked = receive_file(request.context, _arrival(request))
    except Refusal as refusal:
        return _show(request, refusal)
    if asked is None:
        messages.info(request, _("Fichier reçu et conservé. Sa lecture attend une personne habilitée."))
        return redirect("file", file.pk) if find_file(file.pk) else redirect("files")
    return redirect("work", asked.pk)


def _arrival(request: PageRequest) -> Arrival:
    sent = request.FILES.get("file")
    if sent is None:
        raise Refusal("file.none", _("Aucun fichier n’est joint."), _("Choisissez le fichier à recevoir."), "file")
    perimeter = request.POST.get("perimeter", "")
    if perimeter not in {str(one) for one in request.context.actor.perimeters}:
        raise Refusal("file.perimeter", _("L’organisme manque."), _("Choisissez-le dans la liste."), "perimeter")
    return arrival_of(sent, chosen=request.POST.get("format", AUTO), perimeter_id=int(perimeter))


def _show(request: PageRequest, refusal: Refusal | None = None) -> HttpResponse:
    named = list(perimeter_names(request.context.actor.perimeters).items())
    kinds = [(AUTO, _("La reconnaître"))] + [
        (one.code, words.said(words.FORMATS, one.code)) for one in received_formats()
    ]
    where = refusal.where if refusal else ""

    def field(name: str, **more: object) -> Shape:
        error = refusal.message if refusal and where == name else ""
        return {"name": name, "required": True, "value": request.POST.get(name, ""), "error": error, **more}

    context = {
        "fields": [
            field("format", label=_("Nature"), kind="select", options=kinds),
            field("perimeter", label=_("Organisme"), kind="select", options=named, width="l"),
        ],
        "file_error": refusal.message if refusal and where not in ("format", "perimeter") else "",
        "errors": [error_of(refusal)] if refusal else [],
        "enrols": allowed(request, Permission.ENROL),
        "form_key": str(uuid.uuid4()),
    }
    return show(request, "desk/file_receive.html", context, nav="files", status=422 if refusal else 200)


@needs(Permission.EXCHANGES)
def read(request: PageRequest, file_id: int) -> HttpResponseBase:
    """Asks for the reading of a file that was received and still waits."""
    if request.method != "POST":
        return redirect("file", file_id)
    return redirect("work", ask_reading(request.context, file_to_read(request.context, file_id)).pk)
