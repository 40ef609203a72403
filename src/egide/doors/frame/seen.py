"""The records that a person opened lately, held in their session for themselves alone: what the last callers asked."""

from __future__ import annotations

from egide.doors.frame.access import PageRequest
from egide.doors.frame.shell import Shape
from egide.journal import clock

_KEPT = 8


def saw(request: PageRequest, url: str, title: str, detail: str) -> None:
    """Puts a record first in the list; opened twice in a row, nothing is written."""
    kept = [one for one in request.session.get("seen", []) if one["url"] != url]
    if len(kept) == len(request.session.get("seen", [])) or request.session["seen"][0]["url"] != url:
        at = clock.now().strftime("%H:%M")
        request.session["seen"] = [{"url": url, "title": title, "detail": detail, "at": at}, *kept][:_KEPT]


def seen(request: PageRequest) -> list[Shape]:
    """The latest first."""
    return list(request.session.get("seen", []))
