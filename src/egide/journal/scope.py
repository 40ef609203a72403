"""What a transaction may see and write: the perimeters, and whether health is among it. The database holds it to that."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator

from django.db import connection, transaction

from egide.journal.facts import Actor
from egide.journal.permissions import Permission, may


def set_scope(actor: Actor) -> None:
    """Limits the current transaction to what a person or a job may see."""
    set_perimeters(actor.perimeters, health=may(actor.role, Permission.READ_HEALTH))


def set_perimeters(perimeters: Iterable[int], *, health: bool = False) -> None:
    """Limits the current transaction to these perimeters, without health unless told; none at all: nothing is seen."""
    text = ",".join(str(int(perimeter)) for perimeter in perimeters)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('egide.perimeters', %s, true), set_config('egide.health', %s, true)",
            [text, _said(health)],
        )


def widen(perimeter: int) -> None:
    """Adds to the current transaction a perimeter that was opened in it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT set_config('egide.perimeters',
                 concat_ws(',', NULLIF(current_setting('egide.perimeters', true), ''), %s::text), true)""",
            [int(perimeter)],
        )


@contextlib.contextmanager
def reading(perimeters: Iterable[int], *, health: bool = False) -> Iterator[None]:
    """A transaction that only reads, limited to these perimeters; without health unless told."""
    with transaction.atomic():
        set_perimeters(perimeters, health=health)
        yield


@contextlib.contextmanager
def reading_as(actor: Actor) -> Iterator[None]:
    """A transaction that only reads, limited to what a person or a job may see."""
    with transaction.atomic():
        set_scope(actor)
        yield


@contextlib.contextmanager
def health_open() -> Iterator[None]:
    """Inside the block, in the same perimeters, health is there whoever acts; then it is as before.

    For what the house must do right whoever asked: keep what arrives, follow a contract, count. Never to show a row.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(current_setting('egide.health', true), '')")
        (before,) = cursor.fetchone()
        cursor.execute("SELECT set_config('egide.health', 'on', true)")
        yield  # an exception rolls back to here, and the setting with it
        cursor.execute("SELECT set_config('egide.health', %s, true)", [before])


def _said(health: bool) -> str:
    return "on" if health else ""
