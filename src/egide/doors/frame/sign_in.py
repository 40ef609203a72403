"""Signing in and out. Too many wrong passwords lock the account for a while (axes)."""

from __future__ import annotations

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from egide.doors.frame.demo_accounts import demo_accounts


@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Shows the form, or opens the session and goes where the person wanted to go."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if not url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        wanted = ""
    if request.method != "POST":
        return _form(request, {"next": wanted})
    username = request.POST.get("username", "").strip()
    user = authenticate(request, username=username, password=request.POST.get("password", ""))
    if user is None:
        locked = AxesProxyHandler.is_locked(request, {"username": username})
        return _form(request, {"error": _locked() if locked else _wrong(), "username": username, "next": wanted}, 422)
    login(request, user)
    return redirect(wanted or reverse(settings.LOGIN_REDIRECT_URL))


def _form(request: HttpRequest, context: dict[str, object], status: int = 200) -> HttpResponse:
    return render(request, "frame/sign_in.html", {**context, "demo_accounts": demo_accounts()}, status=status)


def _wrong() -> dict[str, str]:
    return {
        "message": _("Identifiant ou mot de passe inconnu."),
        "remedy": _("Vérifiez la saisie ; après huit essais, l’accès est suspendu un quart d’heure."),
    }


def _locked() -> dict[str, str]:
    return {
        "message": _("Trop d’essais : cet accès est suspendu un quart d’heure."),
        "remedy": _("Réessayez ensuite, ou demandez un nouveau mot de passe à votre responsable."),
    }


@require_POST
def sign_out(request: HttpRequest) -> HttpResponseBase:
    """Closes the session."""
    logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)
