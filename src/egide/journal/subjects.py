"""What belongs to what: from some subjects, all those below them, of every kind that a trade declares.

A page that shows what is in progress, what was done or what was written about a member asks for what belongs to the persons;
a trade that moves in is in the answer because it declared where its subjects belong (``SubjectKind``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from django.db import connection

from egide.house import trades
from egide.journal.trade import SubjectKind

Belonging = Mapping[str, Sequence[int]]


@cache
def kinds() -> Mapping[str, SubjectKind]:
    """Every kind of subject of the house."""
    return {kind.code: kind for trade in trades() for kind in trade.subjects}


@cache
def quiet_acts() -> tuple[str, ...]:
    """The acts that tell nothing to who looks at a subject."""
    return tuple(act for trade in trades() for act in trade.quiet)


def belonging_to(subjects: Belonging) -> dict[str, list[int]]:
    """These subjects and all that belongs to them, kind by kind: one query for each kind that has a parent among them."""
    found = {kind: list(identifiers) for kind, identifiers in subjects.items()}
    waiting = [kind for kind in kinds().values() if kind.among]
    with connection.cursor() as cursor:
        while ready := [kind for kind in waiting if kind.parent in found]:
            for kind in ready:
                waiting.remove(kind)
                cursor.execute(kind.among, [found[kind.parent]])
                mine = {row[0] for row in cursor.fetchall()} | set(found.get(kind.code, ()))
                found[kind.code] = sorted(mine)
    return found


def pairs(subjects: Belonging) -> tuple[list[str], list[int]]:
    """Kinds and identifiers side by side, for a query that unnests them together."""
    flat = [(kind, identifier) for kind, identifiers in subjects.items() for identifier in identifiers]
    return [kind for kind, _ in flat], [identifier for _, identifier in flat]
