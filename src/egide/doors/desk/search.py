"""The one search box: answers as one types, and a full page of results."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from egide.doors.desk.search_reads import COUNTED, Found, Hit, find
from egide.doors.frame.access import PageRequest, needs
from egide.doors.frame.shell import fragment, show
from egide.journal.permissions import Permission
from egide.people.search import MOST_LETTERS, MOST_WORDS, too_long

QUICK, FULL = 8, COUNTED


@needs(Permission.READ)
def search(request: PageRequest) -> HttpResponse:
    """People (and forms by number) that answer the text; a single certain answer to Enter opens at once."""
    text = request.GET.get("q", "").strip()
    quick = request.GET.get("quick") == "1"
    limit = QUICK if quick else FULL
    found = find(text, limit=limit, actor_id=request.context.actor.id) if text else Found([], 0, bounded=False)
    context = {
        "q": text,
        "quick": quick,
        "total": found.total,
        "bounded": found.bounded,
        "results": [_shape(hit) for hit in found.hits],
        "truncated": found.bounded or found.total > len(found.hits),
        "hint": _hint(text) if text and not found.hits else "",
    }
    if request.htmx:
        return fragment(request, "desk/search/_results.html", context)
    if len(found.hits) == 1 and found.hits[0].certain:
        return redirect(found.hits[0].url)
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
    if too_long(text):
        return _(
            "Tapez au plus %(letters)s caractères et %(words)s mots : le nom, le prénom et la ville suffisent."
        ) % {
            "letters": MOST_LETTERS,
            "words": MOST_WORDS,
        }
    if len(text) < 2:
        return _("Tapez au moins deux lettres.")
    return _(
        "Essayez le nom comme il se prononce, le nom et la ville, la date de naissance (05/10/1975), le numéro d’adhérent, "
        "les dix chiffres du téléphone ou les quatre derniers de l’IBAN."
    )
