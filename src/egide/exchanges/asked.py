"""What people ask of exchanges at the bench of rejects."""

from __future__ import annotations

from django.db import connection

from egide.exchanges.acts import close_reject
from egide.exchanges.queries import find_reject
from egide.journal.facts import Context
from egide.journal.queries import over_everyone
from egide.journal.scope import reading_as, set_scope


def ignore_reject(context: Context, reject_id: int, *, reason: str) -> None:
    """Ends a reject without taking it, with the reason; its file waits no more once none is left, in any perimeter."""
    with reading_as(context.actor):
        found = find_reject(reject_id)
    wide = over_everyone(context) if found is not None else context
    close_reject(wide, reject_id, recycled=False, reason=reason)
    if connection.in_atomic_block:
        set_scope(context.actor)  # the rest of a page's transaction sees what it saw before
