"""Bearer tokens: signed, dated, tied to an active person; a changed password or a closed account ends them."""

from __future__ import annotations

from datetime import timedelta

from django.core import signing

from egide.kernel.errors import Refusal
from egide.people.queries import UserRow, active_user, active_user_at

_SALT = "egide.api.token"
LIFE = timedelta(days=90)


def token_for(email: str) -> str:
    """A token for the person of this address, good for ``LIFE``. Refusal when nobody active has it."""
    user = active_user_at(email)
    if user is None:
        raise Refusal(
            "api.no_user",
            "Aucun compte actif ne porte cette adresse.",
            "Vérifiez l’adresse, ou créez le compte.",
            email,
        )
    return signing.dumps({"user": user.pk, "stamp": _stamp(user)}, salt=_SALT, compress=True)


def user_of(token: str) -> UserRow | None:
    """The person of a token; None when it is forged, too old, or its person may no longer sign in."""
    try:
        told = signing.loads(token, salt=_SALT, max_age=LIFE)
    except signing.BadSignature:
        return None
    user = active_user(told["user"])
    return user if user and told["stamp"] == _stamp(user) else None


def _stamp(user: UserRow) -> str:
    return user.get_session_auth_hash()[:24]
