"""« Pourquoi ? »: one address for the reasons of any amount or date, as a panel or as a page.

A kind names what is explained, a key names which one; each trade declares its kinds (``Door.why``). What is explained is
always what stands beside the question.
"""

from __future__ import annotations

from django.http import Http404, HttpResponse

from egide.doors.frame.access import PageRequest, allowed, needs
from egide.doors.frame.opened import whys
from egide.doors.frame.shell import fragment, show
from egide.journal.permissions import every_permission


@needs(*every_permission())
def why(request: PageRequest, kind: str, key: str) -> HttpResponse:
    """The reasons of one thing; absent, forbidden and malformed are the same answer."""
    asked = whys().get(kind)
    if asked is None or not any(allowed(request, one) for one in (asked.needs, *asked.also)):
        raise Http404
    found = asked.explain(request, key)
    if found is None:
        raise Http404
    if request.htmx:
        return fragment(request, "desk/why/_why.html", {"why": found})
    return show(request, "desk/why.html", {"why": found})
