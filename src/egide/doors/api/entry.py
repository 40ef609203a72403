"""How a machine enters: a bearer token, one transaction limited to its perimeters, an idempotency key on every write.

Refusals answer ``application/problem+json`` with ``code``, ``message``, ``remedy`` and ``where``. Absent and forbidden give the
same 404. The same key with the same input answers what was done the first time; with another input, 409.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, cast

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import HttpBearer

from egide.doors.api.tokens import user_of
from egide.doors.frame.nul import refuse_nul
from egide.journal.acts import AlreadyDone
from egide.journal.facts import Channel, Context
from egide.journal.permissions import Permission, may
from egide.journal.scope import set_scope
from egide.kernel.errors import Refusal
from egide.people.queries import UserRow, actor_of

KEY = "Idempotency-Key"
_CONFLICTS = ("journal.key_reused", "exchanges.duplicate", "enrolment.already_received")
_LONGEST_KEY = 200


class ApiRequest(HttpRequest):
    """A request whose token was accepted; ``context`` is what acts need to know of it."""

    auth: UserRow
    context: Context


class Bearer(HttpBearer):
    """``Authorization: Bearer <token>``, the token given by ``egide api token``."""

    def authenticate(self, request: HttpRequest, token: str) -> UserRow | None:  # noqa: ARG002
        """The person of the token, or nobody."""
        return user_of(token)


api = NinjaAPI(
    title="Égide",
    version="1",
    description="Mêmes lectures et mêmes actes que les pages. Montants en centimes entiers, taux en dix-millièmes, dates ISO.",
    auth=Bearer(),
    docs_url=None,
    urls_namespace="api",
)


def operation(*permissions: Permission, writes: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Runs an operation inside the perimeters of its token; a write needs its idempotency key.

    Everything is one transaction: a refusal leaves nothing behind.
    """

    def guard(view: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            entered = cast(ApiRequest, request)
            with transaction.atomic():
                actor = actor_of(entered.auth)
                if not any(may(actor.role, permission) for permission in permissions):
                    raise absent(request.path)
                entered.context = Context(actor, Channel.API, key=_key(request) if writes else None)
                set_scope(actor)
                refuse_nul(request)
                return view(entered, *args, **kwargs)

        # The framework reads the types of the operation: names must be resolved where the operation is written.
        guarded.__signature__ = inspect.signature(view, eval_str=True)  # type: ignore[attr-defined]
        return guarded

    return guard


def _key(request: HttpRequest) -> str:
    key = request.headers.get(KEY, "").strip()
    if not key or len(key) > _LONGEST_KEY:
        raise Refusal(
            "api.key",
            f"L’en-tête {KEY} manque ou dépasse {_LONGEST_KEY} caractères.",
            "Envoyez une clé de votre choix, unique par demande : elle rend la reprise sans risque.",
            KEY,
        )
    return key


def absent(where: str) -> Refusal:
    """The same answer for absent and forbidden."""
    return Refusal(
        "api.not_found", "Cette ressource n’existe pas ou ne vous est pas ouverte.", "Vérifiez l’adresse.", where
    )


def status_of(code: str) -> int:
    """The HTTP status of a refusal."""
    if code.endswith(("not_found", "journal.permission", "none_in_force")):
        return 404
    if code in _CONFLICTS or code.endswith("_meanwhile") or code.endswith("already_done"):
        return 409
    return 400 if code in ("api.key", "request.nul") else 422


def problem(status: int, *, code: str, message: str, remedy: str, where: str = "") -> HttpResponse:
    """A refusal as problem JSON."""
    return JsonResponse(
        {"code": code, "message": message, "remedy": remedy, "where": where},
        status=status,
        content_type="application/problem+json",
        json_dumps_params={"ensure_ascii": False},
    )


@api.exception_handler(Refusal)
def refused(_request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """A refusal of ours."""
    return problem(
        status_of(refusal.code), code=refusal.code, message=refusal.message, remedy=refusal.remedy, where=refusal.where
    )


@api.exception_handler(AlreadyDone)
def already_done(_request: HttpRequest, done: AlreadyDone) -> HttpResponse:
    """The same request again: what was answered the first time, marked as such."""
    answer = JsonResponse(done.outcome, status=200)
    answer["Idempotent-Replayed"] = "true"
    return answer


@api.exception_handler(ValidationError)
def misread(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    """An input that does not have the published shape."""
    first = error.errors[0]
    where = ".".join(str(part) for part in first.get("loc", ()))
    return problem(
        422, code="api.input", message=str(first.get("msg", "")), remedy="Suivez /api/openapi.json.", where=where
    )


@api.exception_handler(AuthenticationError)
def unknown(_request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    """No token, or one that no longer opens."""
    return problem(
        401,
        code="api.token",
        message="Le jeton manque ou n’ouvre plus.",
        remedy="Demandez-en un : egide api token ADRESSE.",
    )


@api.exception_handler(HttpError)
def other(_request: HttpRequest, error: HttpError) -> HttpResponse:
    """Any other refusal of the framework."""
    return problem(error.status_code, code="api.http", message=str(error), remedy="Suivez /api/openapi.json.")
