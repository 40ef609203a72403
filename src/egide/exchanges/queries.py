"""Reads of exchanges: files with their counts, rejects grouped by cause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from django.db.models import BigIntegerField, Count, Max, Min, Q, QuerySet, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from egide.exchanges.facts import Counted
from egide.exchanges.models import File, Line, Reject
from egide.journal.facts import Context
from egide.journal.scope import health_open, reading_as
from egide.kernel.errors import Refusal

# The rows that reads give: floors above name their types from here, and leave the tables to this one.
FileRow: TypeAlias = File
RejectRow: TypeAlias = Reject


@dataclass(frozen=True, slots=True)
class Cause:
    """Rejects that share a cause: how many, in how many files, and what mends them."""

    code: str
    message: str
    remedy: str
    count: int
    files: int
    first_id: int
    charged_cents: int | None  # of the care told by these lines; None when none of them tells an amount


def files(*, limit: int = 100) -> list[File]:
    """The latest files, in and out."""
    return list(File.objects.select_related("perimeter").order_by("-received_at", "-id")[:limit])


def files_by_way(way: str) -> QuerySet[FileRow]:
    """The files « in », « out » or « refused », or all of them, the latest first; read by pages, never whole."""
    found = File.objects.order_by("-received_at", "-id")
    if way in ("in", "out"):
        return found.filter(direction=way)
    return found.filter(state="refused") if way == "refused" else found


def find_file(file_id: int) -> FileRow | None:
    """A file in or out; None when it is absent and when it is out of reach: nobody learns which."""
    return File.objects.filter(pk=file_id).first()


def causes(*, file_id: int | None = None) -> list[Cause]:
    """Open rejects, of one file if asked, grouped by cause, the most frequent first."""
    rejects = Reject.objects.filter(state="open")
    found = (
        (rejects.filter(file_id=file_id) if file_id else rejects)
        .values("code")
        .annotate(
            count=Count("id"),
            files=Count("file", distinct=True),
            first_id=Min("id"),
            message=Max("message"),
            remedy=Max("remedy"),
            charged_cents=Sum(Cast(KeyTextTransform("charged_cents", "content"), BigIntegerField())),
        )
        .order_by("-count")
    )
    return [Cause(**row) for row in found]


def open_rejects(*, code: str | None = None, file_id: int | None = None, limit: int = 200) -> list[Reject]:
    """Open rejects, of one cause or one file if asked."""
    rejects = Reject.objects.filter(state="open").select_related("file")
    if code:
        rejects = rejects.filter(code=code)
    if file_id:
        rejects = rejects.filter(file_id=file_id)
    return list(rejects.order_by("file_id", "line_no", "id")[:limit])


def rejects_of_file(file_id: int, *, offset: int = 0, limit: int = 50) -> list[RejectRow]:
    """The rejects of one file, open or closed, in its order."""
    return list(Reject.objects.filter(file_id=file_id).order_by("line_no", "id")[offset : offset + limit])


def find_reject(reject_id: int) -> RejectRow | None:
    """A reject with its file; None when it is absent and when it is out of reach: nobody learns which."""
    return Reject.objects.select_related("file").filter(pk=reject_id).first()


def rejects_with_ids(reject_ids: Sequence[int]) -> list[RejectRow]:
    """These rejects with their files, those that may be seen."""
    return list(Reject.objects.select_related("file").filter(pk__in=list(reject_ids)).order_by("pk"))


def next_reject(reject: RejectRow) -> RejectRow | None:
    """The open reject of the same cause that comes after this one, in the order of the bench; after the last, the first."""
    others = Reject.objects.filter(state="open", code=reject.code).exclude(pk=reject.pk)
    others = others.order_by("file_id", "line_no", "id")
    same_file, same_line = Q(file_id=reject.file_id), Q(line_no=reject.line_no, pk__gt=reject.pk)
    after = Q(file_id__gt=reject.file_id) | same_file & (Q(line_no__gt=reject.line_no) | same_line)
    return others.filter(after).first() or others.first()


def oldest_reject_at() -> datetime | None:
    """When the file of the oldest open reject was received."""
    oldest = (
        Reject.objects.filter(state="open").order_by("file__received_at").values_list("file__received_at", flat=True)
    )
    return oldest.first()


def file_to_read(context: Context, file_id: int) -> File:
    """A received file, as seen from a context; the same refusal when it is absent and when it may not be seen."""
    return _file(context, file_id, "in")


def refuse_refused(file: FileRow) -> None:
    """Refuses to read a file that was refused, by someone or by its reader, with the words it was refused with."""
    if file.state == "refused":
        said = file.refusal
        raise Refusal(code=said["code"], where=said["where"], message=said["message"], remedy=said["remedy"])


def may_still_be_read(given: Mapping[str, int]) -> None:
    """Refuses to start again the reading of a file that was refused since it was asked."""
    file = File.objects.select_for_update().filter(pk=given["file"]).first()
    if file is not None:
        refuse_refused(file)


def file_sent(context: Context, file_id: int) -> File:
    """A file that we emitted, as seen from a context; the same refusal when it is absent and when it may not be seen."""
    return _file(context, file_id, "out")


def _file(context: Context, file_id: int, direction: str) -> File:
    with reading_as(context.actor):
        file = File.objects.filter(pk=file_id, direction=direction).first()
    if file is None:
        raise Refusal(
            code="exchanges.not_found",
            where=str(file_id),
            message="Ce fichier n’existe pas ou ne vous est pas accessible.",
            remedy="Choisissez-le dans la liste des fichiers.",
        )
    return file


def reserved() -> tuple[int, int]:
    """How many files, and how many open rejects, carry health and are not shown to who may not see it: counts only."""
    with health_open():
        return File.objects.filter(health=True).count(), Reject.objects.filter(health=True, state="open").count()


def rejected_places(file_id: int) -> list[tuple[int, int]]:
    """Where in a file stand its rejects, open or closed: line and part, once per place; a recycled one is none."""
    standing = Reject.objects.filter(file_id=file_id).exclude(state="recycled")
    return list(standing.values_list("line_no", "part").distinct())


def count_rejected(file_id: int) -> int:
    """How many lines of a file stand rejected, however many faults each has."""
    return len(rejected_places(file_id))


def ended_lines(file_id: int) -> Counted:
    """How many lines of a file were taken and set aside, counted on what was kept of each."""
    endings = dict(Line.objects.filter(file_id=file_id).values_list("ending").annotate(Count("id")))
    return Counted(posted=endings.get("posted", 0), ignored=endings.get("ignored", 0))


def ignored_of_file(file_id: int) -> list[tuple[int, str]]:
    """The lines of a file that were set aside, in its order, each with the reason in words."""
    aside = Line.objects.filter(file_id=file_id, ending="ignored").order_by("line_no", "part")
    return list(aside.values_list("line_no", "message"))


def rejects_of(file_id: int) -> list[Reject]:
    """Every reject of a file, in the order of its lines, whatever became of it."""
    return list(Reject.objects.filter(file_id=file_id).order_by("line_no", "position", "id"))


def recyclable(reject_ids: Sequence[int]) -> dict[int, list[int]]:
    """The open rejects of care files among these, by file: those that a second reading may take."""
    found: dict[int, list[int]] = {}
    chosen = Reject.objects.filter(pk__in=list(reject_ids), state="open", file__format="noemie.care")
    for file_id, reject_id in chosen.values_list("file_id", "id"):
        found.setdefault(file_id, []).append(reject_id)
    return found


def count_open_rejects(file_id: int) -> int:
    """How many rejects of a file wait for someone."""
    return Reject.objects.filter(file_id=file_id, state="open").count()
