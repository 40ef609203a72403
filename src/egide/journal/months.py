"""Partitions by month are made before they are needed, by the first act of a process in a month."""

from __future__ import annotations

from datetime import date

from django.db import connection

_ready: set[tuple[str, date]] = set()  # by database: a process may look at several in its life


def months_ready(day: date) -> None:
    """Makes the partitions of this month and of the next one; nothing inside a transaction, which may hold a table."""
    known = (str(connection.settings_dict["NAME"]), day.replace(day=1))
    if known in _ready or connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT egide_months(%s)", [day])
    _ready.add(known)
