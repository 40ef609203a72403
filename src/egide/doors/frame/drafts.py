"""What was typed and not yet kept, held in the session so that « Pourquoi ? » explains the very amounts on screen."""

from __future__ import annotations

from typing import Any

from egide.doors.frame.access import PageRequest

_KEPT = 6


def remember(request: PageRequest, name: str, content: dict[str, Any]) -> None:
    """Holds the latest draft of one page; the oldest pages are forgotten."""
    drafts = dict(request.session.get("drafts", {}))
    drafts.pop(name, None)
    drafts[name] = content
    request.session["drafts"] = dict(list(drafts.items())[-_KEPT:])


def draft(request: PageRequest, name: str) -> dict[str, Any] | None:
    """The draft of a page; None when nothing was typed there."""
    found = request.session.get("drafts", {}).get(name)
    return found if isinstance(found, dict) else None


def forget(request: PageRequest, name: str) -> None:
    """A kept draft is a draft no more."""
    drafts = dict(request.session.get("drafts", {}))
    if drafts.pop(name, None) is not None:
        request.session["drafts"] = drafts
