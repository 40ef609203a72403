"""What the pages that ask for long work read from a request: a number, a perimeter among those of the person."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404

from egide.doors.frame.access import PageRequest
from egide.work.asking import ask_of_perimeter
from egide.work.job_queries import JobRow


def number_in(request: PageRequest, name: str) -> int:
    """A whole number of the form or of the address; absent and malformed are the same answer."""
    text = request.POST.get(name) or request.GET.get(name) or ""
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise Http404
    return int(text)


def revision_in(request: PageRequest) -> int:
    """The revision that the page was read at, none when it says none; 404 when it is no number."""
    return number_in(request, "revision") if request.POST.get("revision") else 0


def perimeter_in(request: PageRequest) -> int:
    """The perimeter chosen in the form, one of this person's."""
    found = number_in(request, "value")
    if found not in request.context.actor.perimeters:
        raise Http404
    return found


def of_perimeter(job: str, title: str) -> Callable[[PageRequest], JobRow]:
    """Asks for a work that concerns the whole perimeter chosen."""

    def ask(request: PageRequest) -> JobRow:
        return ask_of_perimeter(request.context, job, title=title, perimeter_id=perimeter_in(request))

    return ask
