"""Reads of the journal: who the system is, the acts of a file, the broken links of the chain."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.db.models import Max, Q

from egide.journal.facts import Actor, Channel, Context, Role
from egide.journal.models import Act, Perimeter


def system_context(channel: Channel = Channel.COMMAND, *, key: str | None = None) -> Context:
    """The context of a command or a night job: it may do everything, on every perimeter, and says so in the journal."""
    perimeters = tuple(Perimeter.objects.values_list("pk", flat=True))
    return Context(Actor(label="Égide", role=Role.SYSTEM, perimeters=perimeters), channel, key=key)


def acts_on(subject_kind: str, subject_id: int, *, limit: int = 50) -> list[Act]:
    """The acts on one file, the latest first."""
    return list(Act.objects.filter(subject_kind=subject_kind, subject_id=subject_id).order_by("-id")[:limit])


def broken_links(at_most: int = 5) -> list[int]:
    """Positions where the chain does not hold; none when nobody touched the journal behind its door."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT act_position FROM journal_broken_links(%s)", [at_most])
        return [row[0] for row in cursor.fetchall()]


def last_position() -> int:
    """The last position of the journal that this transaction sees: a follower starts from there."""
    return Act.objects.aggregate(last=Max("position"))["last"] or 0


def subjects_since(position: int, *, kinds: tuple[str, ...], subject_kind: str) -> list[int]:
    """The files touched after a position by acts of these families, each once: what a follower must look at again."""
    families = Q()
    for kind in kinds:
        families |= Q(kind__startswith=kind)
    found = Act.objects.filter(families, position__gt=position, subject_kind=subject_kind)
    return sorted(set(found.values_list("subject_id", flat=True)))


def perimeter_names(perimeters: Sequence[int]) -> list[tuple[int, str]]:
    """These perimeters in their order, each with the name of who manages it."""
    return [(one.pk, str(one)) for one in Perimeter.objects.filter(pk__in=list(perimeters))]
