"""``/sante``: says whether the application and its database answer, to whoever watches over the installation."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse


def health(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 - the address takes no input
    """200 when the database answers, 503 with the reason otherwise; nothing about anyone."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError as error:
        return JsonResponse({"database": "absent", "reason": type(error).__name__}, status=503)
    return JsonResponse({"database": "ok"})
