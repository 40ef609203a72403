"""The journal as it reads: one line per act. The acts of one file are open to whoever reads that file."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from egide.doors.desk.today import subject_url
from egide.doors.frame import words
from egide.doors.frame.access import PageRequest, allowed, needs
from egide.doors.frame.sheets import sheet
from egide.doors.frame.shell import Shape, day_in, page_number, page_shape, ref, show, state
from egide.journal import clock
from egide.journal.permissions import Permission
from egide.journal.queries import ActRow, acts_between, positions_of
from egide.journal.sealing import broken_links, unsealed
from egide.kernel.formats import format_count

SIZE = 50


@needs(Permission.READ, Permission.AUDIT, Permission.STEER)
def journal(request: PageRequest) -> HttpResponse:
    """The acts of a period, a kind or a file, the latest first; the chain is checked on request."""
    subject = request.GET.get("subject", "")
    if not subject and not (allowed(request, Permission.AUDIT) or allowed(request, Permission.STEER)):
        raise Http404
    query = {name: value for name in ("subject", "kind", "since", "until") if (value := request.GET.get(name, ""))}
    acts = _acts(query)
    if request.GET.get("export") == "xlsx":
        return _export(acts[:20_000])
    number = page_number(request)
    first = (number - 1) * SIZE
    found = list(acts[first : first + SIZE + 1])
    base = reverse("journal")
    places = positions_of([act.pk for act in found])
    context = {
        "fields": _fields(query),
        "filters": [
            {"url": f"{base}?{urlencode({**query, 'chaine': 1})}", "label": _("Vérifier la chaîne"), "active": False}
        ],
        "rows": [act_row(request, act, places.get(act.pk)) for act in found[:SIZE]],
        "page": page_shape(base, query, number=number, size=SIZE, shown=len(found[:SIZE]), more=len(found) > SIZE),
        "export_url": f"{base}?{urlencode({**query, 'export': 'xlsx'})}",
        "chain": _chain() if request.GET.get("chaine") else None,
    }
    return show(request, "desk/journal.html", context, nav="journal")


def _acts(query: dict[str, str]) -> QuerySet[ActRow]:
    """All the acts of a file; without one, those of the last month unless another day is asked for."""
    name, _sep, identifier = query.get("subject", "").partition(":")
    subject = (name, int(identifier)) if name and identifier.isdecimal() else None
    since = None if subject else day_in(query.get("since")) or clock.today() - timedelta(days=31)
    return acts_between(since, day_in(query.get("until")), kind=query.get("kind", ""), subject=subject)


def _fields(query: dict[str, str]) -> list[Shape]:
    kinds = [("", _("Tous les actes")), *sorted(words.ACTS.items(), key=lambda pair: str(pair[1]))]
    fields: list[Shape] = [
        {
            "name": "kind",
            "label": _("Acte"),
            "kind": "select",
            "options": kinds,
            "value": query.get("kind", ""),
            "required": True,
        },
        {"name": "since", "label": _("Depuis le"), "kind": "date", "value": query.get("since", ""), "width": "s"},
        {"name": "until", "label": _("Jusqu’au"), "kind": "date", "value": query.get("until", ""), "width": "s"},
    ]
    if query.get("subject"):
        fields.append({"name": "subject", "label": "subject", "kind": "hidden", "value": query["subject"]})
    return fields


def act_row(request: PageRequest, act: ActRow, place: int | None) -> Shape:
    """One act in one line, with its place in the chain."""
    late = act.due_on is not None and act.done_on > act.due_on
    return {
        "at": act.done_at,
        "kind": words.said(words.ACTS, act.kind),
        "subject": act.subject_label,
        "subject_url": subject_url(request, act.subject_kind, act.subject_id, act.subject_label),
        "by": act.actor_label,
        "channel": words.said(words.CHANNELS, act.channel),
        "received_at": act.received_at,
        "due_on": act.due_on,
        "done_at": act.done_at,
        "outcome": state(_("Fait en retard"), "late") if late else state(_("Fait"), "ok"),
        "chain": f"n° {place}" if place else _("à sceller"),
        "why": ref("acte", act.pk) if act.reasons else None,
    }


def _chain() -> Shape:
    broken = broken_links(3)
    if broken:
        places = ", ".join(f"n° {one.position}" if one.position else _("un acte à sceller") for one in broken)
        return {
            "state": state(_("Chaîne rompue"), "late"),
            "detail": _("à cet endroit : %(places)s") % {"places": places},
        }
    detail = _("chaque acte porte l’empreinte du précédent")
    if waiting := unsealed().count:
        detail += _(" ; %(count)s attendent leur sceau") % {"count": format_count(waiting, "acte", "actes")}
    return {"state": state(_("Chaîne intacte"), "ok"), "detail": detail}


def _export(acts: QuerySet[ActRow]) -> HttpResponse:
    head = [
        _("Fait le"),
        _("Acte"),
        _("Dossier"),
        _("Par"),
        _("Canal"),
        _("Reçu le"),
        _("Échéance"),
        _("Raisons"),
        _("Position"),
    ]
    found = list(acts)
    places = positions_of([act.pk for act in found])
    rows = (
        [
            act.done_at,
            words.said(words.ACTS, act.kind),
            act.subject_label,
            act.actor_label,
            words.said(words.CHANNELS, act.channel),
            act.received_at,
            act.due_on,
            " ".join(act.reasons),
            places.get(act.pk),
        ]
        for act in found
    )
    return sheet("journal", head, rows)
