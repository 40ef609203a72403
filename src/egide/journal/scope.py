"""The perimeters of a transaction: what the database lets it see and write."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator

from django.db import connection, transaction


def set_perimeters(perimeters: Iterable[int]) -> None:
    """Limits the current transaction to these perimeters; none at all means that nothing is seen."""
    text = ",".join(str(int(perimeter)) for perimeter in perimeters)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('egide.perimeters', %s, true)", [text])


def widen(perimeter: int) -> None:
    """Adds to the current transaction a perimeter that was opened in it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT set_config('egide.perimeters',
                 concat_ws(',', NULLIF(current_setting('egide.perimeters', true), ''), %s::text), true)""",
            [int(perimeter)],
        )


@contextlib.contextmanager
def reading(perimeters: Iterable[int]) -> Iterator[None]:
    """A transaction that only reads, limited to these perimeters."""
    with transaction.atomic():
        set_perimeters(perimeters)
        yield
