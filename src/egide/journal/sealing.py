"""The chain of the journal is made after the acts: whoever is free seals what is committed, and no act waits for it."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, connection

LATE_AFTER_MINUTES = 5  # between two acts of a long batch, or until the next command after a kill
_AT_ONCE = 2_000
_EVERY_SECONDS = 0.5

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tail:
    """The acts that wait for their seal: how many, and since when the oldest does."""

    count: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """A place where the journal is not what its door left; ``position`` is None for an act that waits for its seal."""

    position: int | None
    act_id: int | None
    fault: str  # changed, missing, cut, forgotten


def seal() -> int:
    """Seals every committed act that has no seal, and tells how many; none when another session is at it.

    Inside a transaction it does nothing: the seals would be held until its end, and everyone's with them.
    """
    if connection.in_atomic_block:
        return 0
    sealed = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT journal_seal_committed(%s)", [_AT_ONCE])
            count = int(cursor.fetchone()[0])
            sealed += count
            if count < _AT_ONCE:
                return sealed


def unsealed() -> Tail:
    """How long the tail of the chain is, over all perimeters."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), min(since) FROM journal_unsealed")
        return Tail(*cursor.fetchone())


def broken_links(at_most: int = 5) -> list[BrokenLink]:
    """Where the journal does not hold; nowhere when nobody touched it behind its door, sealed or not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT act_position, act_id, fault FROM journal_broken_links(%s)", [at_most])
        return [BrokenLink(*row) for row in cursor.fetchall()]


@contextlib.contextmanager
def sealing_beside() -> Iterator[None]:
    """Inside the block, and at its end, what anyone commits is sealed within a second, on a connection of its own."""
    over = threading.Event()
    sealer = threading.Thread(target=_seal_until, args=[over], name="sealer", daemon=True)
    sealer.start()
    try:
        yield
    finally:
        over.set()
        sealer.join()


def _seal_until(over: threading.Event) -> None:
    last = False
    while not last:
        last = over.wait(_EVERY_SECONDS)
        try:
            seal()
        except DatabaseError as lost:
            # Acts keep waiting where they are; the next turn, or the next process, takes them.
            log.error("sealing: %s, trying again", type(lost).__name__)
            connection.close()
    connection.close()
