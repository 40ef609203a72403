"""The records that a person opened lately, held in their session for themselves alone: what the last callers asked."""

from __future__ import annotations

from egide.doors.frame.access import PageRequest, allowed
from egide.doors.frame.shell import Shape
from egide.journal import clock
from egide.journal.permissions import Permission

_KEPT = 8


def saw(request: PageRequest, url: str, title: str, detail: str) -> None:
    """Puts a record first in the list of who answers callers; opened twice in a row, nothing is written."""
    if not allowed(request, Permission.CONTACT) or allowed(request, Permission.ENROL):
        return
    kept = [one for one in request.session.get("seen", []) if one["url"] != url]
    if len(kept) == len(request.session.get("seen", [])) or request.session["seen"][0]["url"] != url:
        at = clock.now().strftime("%H:%M")
        request.session["seen"] = [{"url": url, "title": title, "detail": detail, "at": at}, *kept][:_KEPT]


def seen(request: PageRequest) -> list[Shape]:
    """The latest first."""
    return list(request.session.get("seen", []))
