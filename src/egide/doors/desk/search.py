"""The one search box: answers as one types, and a full page of results."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from egide.doors.desk.search_reads import Hit, find
from egide.doors.frame.access import PageRequest, needs
from egide.doors.frame.shell import fragment, show
from egide.journal.permissions import Permission

QUICK, FULL = 8, 50


@needs(Permission.READ)
def search(request: PageRequest) -> HttpResponse:
    """People (and forms by number) that answer the text; a single certain answer to Enter opens at once."""
    text = request.GET.get("q", "").strip()
    quick = request.GET.get("quick") == "1"
    limit = QUICK if quick else FULL
    hits, more = find(text, limit=limit) if text else ([], False)
    context = {
        "q": text,
        "quick": quick,
        "total": len(hits),
        "results": [_shape(hit) for hit in hits],
        "truncated": more,
        "hint": _hint(text) if text and not hits else "",
    }
    if request.htmx:
        return fragment(request, "desk/search/_results.html", context)
    if len(hits) == 1 and hits[0].certain:
        return redirect(hits[0].url)
    return show(request, "desk/search.html", context)


def _shape(hit: Hit) -> dict[str, object]:
    return {
        "url": hit.url,
        "name": hit.name,
        "number": hit.number,
        "detail": hit.detail,
        "matched": hit.matched,
        "state": hit.state,
        "icon": hit.icon,
    }


def _hint(text: str) -> str:
    if len(text) < 2:
        return _("Tapez au moins deux lettres.")
    return _(
        "Essayez le début du nom, le numéro d’adhérent, les dix chiffres du téléphone, les quatre derniers de l’IBAN "
        "ou la date de naissance (05/10/1975)."
    )
