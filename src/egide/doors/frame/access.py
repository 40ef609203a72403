"""Who may pass the door of the pages: a signed-in person, inside one transaction limited to their perimeters.

Everything a page reads and writes happens in that transaction. A refused act is rolled back by itself, so that the page can
still show why; an error of ours rolls everything back. Absent and forbidden give the same answer.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Concatenate, ParamSpec, cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.middleware import HtmxDetails

from egide.journal.acts import AlreadyDone
from egide.journal.facts import Channel, Context
from egide.journal.permissions import Permission, may
from egide.journal.scope import set_scope
from egide.kernel.errors import Refusal
from egide.people.queries import UserRow, entering

P = ParamSpec("P")
NO_SUCH = (".not_found", ".line_not_found", ".none_in_force")
OPEN_DOORS = ("/sante", "/connexion", "/static/", "/i18n/", "/api/")


class PageRequest(HttpRequest):
    """A request inside the house: someone is signed in, and what an act must know about them is ready."""

    user: UserRow
    context: Context
    team_name: str
    htmx: HtmxDetails


View = Callable[Concatenate[PageRequest, P], HttpResponseBase]


class AccessMiddleware:
    """Puts each request of a signed-in person in one transaction limited to their perimeters."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(OPEN_DOORS):
            return self.get_response(request)
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        with transaction.atomic():
            _enter(cast(PageRequest, request))
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A refusal is an answer, not an accident; a request served before leads to what it did."""
        if isinstance(exception, AlreadyDone):
            return redirect(outcome_url(exception.outcome), permanent=False)
        if not isinstance(exception, Refusal) or not hasattr(request, "context"):
            return None
        from egide.doors.frame.lost import not_found  # noqa: PLC0415 - so does the page of what is absent
        from egide.doors.frame.shell import show  # noqa: PLC0415 - the frame needs this module

        if exception.code.endswith(NO_SUCH):
            return not_found(request)

        back = request.headers.get("Referer") if request.method == "POST" else None
        return show(
            cast(PageRequest, request),
            "frame/refusal.html",
            {"refusal": exception, "back_url": back or request.path},
            status=422,
        )


def _to_sign_in(request: HttpRequest) -> HttpResponseBase:
    if request.headers.get("HX-Request"):
        away = HttpResponse(status=204)
        away["HX-Redirect"] = reverse(settings.LOGIN_URL)
        return away
    return redirect_to_login(request.get_full_path(), reverse(settings.LOGIN_URL))


def _enter(request: PageRequest) -> None:
    actor, request.team_name = entering(request.user)
    key = request.POST.get("form_key") or None if request.method == "POST" else None
    request.context = Context(actor, Channel.SCREEN, key=key)
    set_scope(actor)


def needs(*permissions: Permission) -> Callable[[View[P]], View[P]]:
    """Opens a view to roles that carry one of these permissions; to others the page does not exist."""

    def guard(view: View[P]) -> View[P]:
        @functools.wraps(view)
        def guarded(request: PageRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not any(allowed(request, permission) for permission in permissions):
                raise Http404
            return view(request, *args, **kwargs)

        return guarded

    return guard


def allowed(request: PageRequest, permission: Permission) -> bool:
    """True when the signed-in person's role carries the permission."""
    return may(request.context.actor.role, permission)


def outcome_url(outcome: Mapping[str, object]) -> str:
    """Where a request that was already served ended: the page of what its act made, the highest floor first, else the day's."""
    from egide.doors.frame.opened import subjects  # noqa: PLC0415 - doors are declared with this module's types

    for page in reversed(tuple(subjects().values())):
        told = outcome.get(page.answer) if page.answer else None
        if told is not None and page.url is not None:
            return page.url(int(str(told)) if str(told).isdecimal() else 0, str(told))
    return reverse("today")
