"""Named locks: a batch runs once at a time, whoever starts it, and its lock dies with its connection."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from django.db import connection

from egide.kernel.errors import Refusal

_ATTEMPTS = 16
_PAUSE_SECONDS = 0.2


@contextlib.contextmanager
def only_one(name: str) -> Iterator[None]:
    """Holds a lock of the database's session; refused when another process still holds it after a few seconds.

    The server needs a moment to notice that a killed process is gone: the wait is for it, not for a living batch.
    """
    for attempt in range(_ATTEMPTS):
        if _take(name):
            break
        if attempt == _ATTEMPTS - 1:
            raise Refusal(
                code="batch.running",
                where=name,
                message="Ce traitement est déjà en cours.",
                remedy="Attendez qu’il se termine : son avancement est affiché dans les fichiers et les appels.",
            )
        time.sleep(_PAUSE_SECONDS)
    try:
        yield
    finally:
        _give_back(name)


@contextlib.contextmanager
def if_free(name: str) -> Iterator[bool]:
    """Holds the lock when nobody does, without waiting; tells whether it is held inside the block."""
    held = _take(name)
    try:
        yield held
    finally:
        if held:
            _give_back(name)


def _take(name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [name])
        return bool(cursor.fetchone()[0])


def _give_back(name: str) -> None:
    """A connection lost on the way took the lock with it: there is then nothing to give back."""
    if connection.connection is not None and not connection.connection.closed:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [name])
