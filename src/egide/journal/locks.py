"""Named locks: a batch runs once at a time, and two writers of one due never cross.

The lock of a batch dies with its connection; what an act holds of a due goes with its transaction.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator

from django.db import connection

from egide.journal.store import in_trial
from egide.kernel.errors import Refusal

_ATTEMPTS = 16
_PAUSE_SECONDS = 0.2
_STRIPES = 64  # two acts at the same instant on different files meet once in as many times; a batch holds them all


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


def hold(due: str, owners: Iterable[int]) -> None:
    """Until the end of the transaction, this act alone decides and posts the due of these owners.

    Whatever is read after this line is what the last one to hold them left. Always taken in one order, so that two acts
    never wait for each other: all the owners of an act at once, and a lower floor's due before a higher one's.
    """
    with connection.cursor() as cursor:
        for stripe in sorted({owner % _STRIPES for owner in owners}):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s), %s)", [due, stripe])


def hold_all(due: str) -> None:
    """The same for a slice of a batch, on everybody: slices share no owner and go together, acts wait for their end.

    A trial holds nobody up: it is rolled back whatever it saw.
    """
    if in_trial():
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock_shared(hashtext(%s), stripe) FROM generate_series(0, %s) AS stripe",
            [due, _STRIPES - 1],
        )
