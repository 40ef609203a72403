"""The character U+0000, which no name and no number holds and the base does not keep: stopped at the door, and said."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from egide.doors.frame.access import PageRequest
from egide.doors.frame.lost import not_found
from egide.doors.frame.shell import show
from egide.kernel.errors import Refusal

NUL = "\0"
API = "/api/"  # it answers by itself, once it knows who asks


def refuse_nul(request: HttpRequest) -> None:
    """Refuses a request whose path, query, form or JSON body holds U+0000."""
    if _holds(request.path) or _holds(request.GET) or _holds(request.POST) or _in_json(request):
        raise Refusal(
            code="request.nul",
            where=request.path.replace(NUL, ""),
            message="Cette demande contient un caractère nul, qu’aucun texte ne peut contenir.",
            remedy="Ôtez-le : retapez le texte au lieu de le coller, ou reprenez l’adresse depuis une page.",
        )


def _holds(given: object) -> bool:
    if isinstance(given, str):
        return NUL in given
    if isinstance(given, dict):
        values = given.lists() if hasattr(given, "lists") else given.items()
        return any(_holds(name) or _holds(value) for name, value in values)
    return isinstance(given, list) and any(_holds(one) for one in given)


def _in_json(request: HttpRequest) -> bool:
    if request.content_type != "application/json":
        return False
    if b"\\u0000" not in request.body and b"\0" not in request.body:
        return False
    try:
        return _holds(json.loads(request.body))
    except ValueError:  # no JSON at all: who reads it says so
        return False


class NulMiddleware:
    """Answers a page's request that holds U+0000 with what to do, before anything reads it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(API):
            return self.get_response(request)
        try:
            refuse_nul(request)
        except Refusal as refusal:
            if not hasattr(request, "context"):
                return not_found(request)
            told = {"refusal": refusal, "back_url": "/"}
            return show(cast(PageRequest, request), "frame/refusal.html", told, status=400)
        return self.get_response(request)
