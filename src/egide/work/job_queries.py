"""Reads of long work: one, the latest, those that wait for a worker, and what one person may be told in the header."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from django.db.models import Count, Q

from egide.journal import clock
from egide.kernel.errors import Refusal
from egide.work.models import Job

# The row that reads give: floors above name its type from here, and leave the table to this one.
JobRow: TypeAlias = Job
UNDER_WAY = ("waiting", "running")


@dataclass(frozen=True, slots=True)
class Mine:
    """Of the works that one person asked for: how many are under way, how many ended since a moment, how many badly."""

    under_way: int
    ended: int
    stopped: int


def job(job_id: int) -> Job:
    """One work; the same refusal when it is absent and when it may not be seen."""
    found = Job.objects.select_related("perimeter").filter(pk=job_id).first()
    if found is None:
        raise Refusal(
            code="work.not_found",
            where=str(job_id),
            message="Ce travail n’existe pas ou ne vous est pas accessible.",
            remedy="Choisissez-le dans la liste des travaux.",
        )
    return found


def jobs(*, asked_by_id: int | None = None, under_way: bool = False, offset: int = 0, limit: int = 50) -> list[Job]:
    """The latest works asked for; those of one person, or those under way, if asked."""
    found = Job.objects.select_related("perimeter").order_by("-asked_at", "-id")
    if asked_by_id is not None:
        found = found.filter(asked_by_id=asked_by_id)
    if under_way:
        found = found.filter(state__in=UNDER_WAY)
    return list(found[offset : offset + limit])


def job_about(kinds: Iterable[str], subject_kind: str, subject_id: int) -> Job | None:
    """The latest work of these kinds on one subject."""
    found = Job.objects.filter(kind__in=list(kinds), subject_kind=subject_kind, subject_id=subject_id)
    return found.order_by("-asked_at", "-id").first()


def mine(asked_by_id: int, *, since: datetime) -> Mine:
    """What the header tells a person of the works that they asked for."""
    ended = Q(ended_at__gt=since)
    found = Job.objects.filter(asked_by_id=asked_by_id).aggregate(
        under_way=Count("id", filter=Q(state__in=UNDER_WAY)),
        ended=Count("id", filter=ended),
        stopped=Count("id", filter=ended & Q(state__in=("refused", "failed"))),
    )
    return Mine(**found)


def to_do() -> list[int]:
    """Works that a worker may take, the oldest first: those that wait, and those whose worker may have died."""
    due = Q(not_before__isnull=True) | Q(not_before__lte=clock.now())
    waiting = Job.objects.filter(Q(state="running") | (Q(state="waiting") & due))
    return list(waiting.order_by("id").values_list("id", flat=True))
