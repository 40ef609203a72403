"""« Pourquoi ? »: one address for the reasons of any amount or date, as a panel or as a page.

A kind names what is explained, a key names which one: ``soin`` a care line, ``cotisation`` one line of an account,
``mois`` what a month of it comes to, ``echeance`` an instalment, ``solde`` a balance, ``plafond`` a ceiling, ``delai`` a
clock, ``couverture`` a cover, ``acte`` a line of the journal, ``apercu`` and ``effet`` a form not yet enrolled,
``avenant`` and ``avenant-effet`` a change being prepared. What is explained is always what stands beside the question.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpResponse

from egide.doors.benefits import why_care, why_records
from egide.doors.frame.access import PageRequest, allowed, needs
from egide.doors.frame.shell import Shape, fragment, show
from egide.doors.premiums import why_posted, why_premiums
from egide.journal.permissions import Permission

Explainer = Callable[[PageRequest, str], Shape | None]

KINDS: dict[str, tuple[Permission, Explainer]] = {
    "soin": (Permission.READ_HEALTH, why_care.care),
    "plafond": (Permission.READ_HEALTH, why_care.ceiling),
    "delai": (Permission.READ, why_records.clock_of_item),
    "couverture": (Permission.READ, why_records.cover),
    "acte": (Permission.READ, why_records.act),
    "solde": (Permission.READ, why_premiums.balance),
    "echeance": (Permission.READ, why_premiums.instalment),
    "cotisation": (Permission.READ, why_posted.line),
    "mois": (Permission.READ, why_posted.month_balance),
    "apercu": (Permission.READ, why_premiums.of_form),
    "effet": (Permission.READ, why_premiums.effect_of_form),
    "avenant": (Permission.ENDORSE, why_premiums.of_endorsement),
    "avenant-effet": (Permission.ENDORSE, why_premiums.effect_of_endorsement),
}


@needs(*Permission)
def why(request: PageRequest, kind: str, key: str) -> HttpResponse:
    """The reasons of one thing; absent, forbidden and malformed are the same answer."""
    permission, explainer = KINDS.get(kind, (None, None))
    if permission is None or explainer is None or not allowed(request, permission):
        raise Http404
    found = explainer(request, key)
    if found is None:
        raise Http404
    if request.htmx:
        return fragment(request, "desk/why/_why.html", {"why": found})
    return show(request, "desk/why.html", {"why": found})
