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
    """These subjects and all that belongs to them, kind by kind: one query for each level of what belongs to what."""
    found = {kind: list(identifiers) for kind, identifiers in subjects.items()}
    waiting = [kind for kind in kinds().values() if kind.among]
    while ready := [kind for kind in waiting if kind.parent in found]:
        waiting = [kind for kind in waiting if kind not in ready]
        asked = " UNION ALL ".join(f"SELECT %s::text, id FROM ({kind.among}) AS found(id)" for kind in ready)  # noqa: S608
        given = [value for kind in ready for value in (kind.code, found[kind.parent])]
        with connection.cursor() as cursor:
            cursor.execute(asked, given)
            rows = cursor.fetchall()
        for kind in ready:
            mine = {identifier for code, identifier in rows if code == kind.code}
            found[kind.code] = sorted(mine | set(found.get(kind.code, ())))
    return found


def pairs(subjects: Belonging) -> tuple[list[str], list[int]]:
    """Kinds and identifiers side by side, for a query that unnests them together."""
    flat = [(kind, identifier) for kind, identifiers in subjects.items() for identifier in identifiers]
    return [kind for kind, _ in flat], [identifier for _, identifier in flat]
