"""The pages of what went wrong, inside the frame when someone is signed in: absent, forbidden, expired, our own accident."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from egide.doors.frame.access import PageRequest
from egide.doors.frame.shell import menu


def not_found(request: HttpRequest, exception: BaseException | None = None) -> HttpResponse:  # noqa: ARG001 - Django names it
    """Absent and forbidden are one answer, with the menu of who asked."""
    return _page(request, "404.html", 404)


def forbidden(request: HttpRequest, exception: BaseException | None = None) -> HttpResponse:  # noqa: ARG001 - Django names it
    """The same words under another status: nobody learns whether the page exists."""
    return _page(request, "403.html", 403)


def expired(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's reason is for developers
    """A form whose secret is no longer that of the session: nothing was done, the page is to be opened again."""
    return _page(request, "403_expired.html", 403)


def accident(request: HttpRequest) -> HttpResponse:
    """An error of ours. The base may be what broke: nothing is asked of it."""
    return _page(request, "500.html", 500)


def _page(request: HttpRequest, template: str, status: int) -> HttpResponse:
    inside = hasattr(request, "context") and hasattr(request, "team_name")
    frame = "frame/base.html" if inside else "frame/door.html"
    shell = menu(cast(PageRequest, request)) if inside else {}
    return render(request, template, {"frame": frame, "shell": shell}, status=status)
