"""Files in and out: kept raw and counted once, then read at our pace; every refused line becomes a reject."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from dataclasses import field as made_by

from django.db import IntegrityError, transaction

from egide.exchanges.kinds import carries_health
from egide.exchanges.models import File, Reject
from egide.journal import clock, store
from egide.journal.acts import Record, perform
from egide.journal.facts import Context
from egide.journal.permissions import Permission
from egide.journal.scope import health_open, reading_as
from egide.kernel.errors import Refusal


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file as it reached us: which format it claims, who sent it, its name and its bytes."""

    format: str
    partner: str
    name: str
    content: bytes
    perimeter_id: int


@dataclass(frozen=True, slots=True)
class Fault:
    """Why one line was refused: its place in the file, a stable code, and what to do. ``content`` helps to mend it."""

    line_no: int
    code: str
    message: str
    remedy: str
    position: int = 0
    field: str = ""
    content: dict[str, object] = made_by(default_factory=dict)
    perimeter_id: int | None = None
    person_id: int | None = None


def receive(context: Context, arrival: Arrival) -> File:
    """Keeps a file before anything is decided. The same bytes received again are refused, and nothing is doubled."""
    if not arrival.content:
        raise Refusal(
            code="exchanges.empty",
            where=arrival.name,
            message="Ce fichier est vide.",
            remedy="Demandez à l’expéditeur de l’émettre de nouveau.",
        )
    digest = store.keep(arrival.content)
    given = {"format": arrival.format, "sha256": digest}
    # Whoever brings a file may not be who reads it: it is kept first, then it is there for those who may see it.
    with perform(context, "exchanges.receive", needs=Permission.EXCHANGES, given=given) as act, health_open():
        try:
            with transaction.atomic():
                file = File.objects.create(
                    direction="in",
                    format=arrival.format,
                    partner=arrival.partner,
                    name=arrival.name,
                    sha256=digest,
                    size_bytes=len(arrival.content),
                    perimeter_id=arrival.perimeter_id,
                    received_at=context.received_at or clock.now(),
                    health=carries_health(arrival.format),
                )
        except IntegrityError as error:
            raise already_received(arrival, digest) from error
        act.on("file", file.pk, file.name, file.perimeter_id)
        act.outcome = {"file": file.pk, "size_bytes": file.size_bytes}
    return file


def take_up(context: Context, arrival: Arrival) -> File:
    """The file of an arrival: the one already received when its reading was interrupted, else received now."""
    with reading_as(context.actor), health_open():
        digest = hashlib.sha256(arrival.content).hexdigest()
        known = File.objects.filter(
            direction="in", format=arrival.format, sha256=digest, state__in=("received", "reading")
        ).first()
    return known or receive(context, arrival)


def already_received(arrival: Arrival, digest: str) -> Refusal:
    """The refusal of a file whose bytes we already hold, naming the first reception."""
    known = File.objects.filter(direction="in", format=arrival.format, sha256=digest).first()
    when = f" le {known.received_at:%d/%m/%Y} sous le nom « {known.name} »" if known else ""
    return Refusal(
        code="exchanges.duplicate",
        where=arrival.name,
        message=f"Ce fichier a déjà été reçu{when} ; rien n’a été compté deux fois.",
        remedy="S’il s’agit d’un nouvel envoi, vérifiez auprès de l’expéditeur que son contenu a bien changé.",
    )


def send(record: Record, arrival: Arrival, *, lines: int) -> File:
    """Keeps a file that we emit, inside the act that made it; the same content is emitted once."""
    file, _ = File.objects.get_or_create(
        direction="out",
        format=arrival.format,
        sha256=store.keep(arrival.content),
        defaults={
            "partner": arrival.partner,
            "name": arrival.name,
            "size_bytes": len(arrival.content),
            "perimeter_id": arrival.perimeter_id,
            "received_at": clock.now(),
            "health": carries_health(arrival.format),
            "state": "sent",
            "lines": lines,
            "posted": lines,
        },
    )
    record.because(f"Fichier {file.name} émis ({lines} lignes).")
    return file


def refuse_file(context: Context, file: File, refusal: Refusal) -> None:
    """Marks a file as unusable, with the place, the cause and the remedy; its bytes stay."""
    with perform(context, "exchanges.refuse", needs=Permission.EXCHANGES, given=[file.pk, refusal.code]) as act:
        file.state = "refused"
        file.refusal = {
            "code": refusal.code,
            "where": refusal.where,
            "message": refusal.message,
            "remedy": refusal.remedy,
        }
        file.save()
        act.on("file", file.pk, file.name, file.perimeter_id)
        act.because(str(refusal))


def lock_file(file_id: int) -> File:
    """The file of a reading in progress, held until the end of the act so that no other reading meets it."""
    return File.objects.select_for_update().get(pk=file_id)


def start_reading(file: File, *, lines: int) -> None:
    """Says that the reading of a file began, and how many lines it holds."""
    File.objects.filter(pk=file.pk).update(state="reading", lines=lines)


def close_file(file: File, *, posted: int, rejected: int, ignored: int = 0) -> None:
    """Ends the reading of a file: every line is in one of the three counts, the database checks that they add up."""
    file.state = "read"
    file.lines = posted + ignored + rejected
    file.posted, file.ignored, file.rejected = posted, ignored, rejected
    file.save()


def add_rejects(file: File, faults: Iterable[Fault]) -> int:
    """Records refused lines and returns how many were given.

    A line refused twice for the same cause is recorded once; one that was recycled and fails again is open again.
    """
    rows = [
        Reject(
            file=file,
            perimeter_id=fault.perimeter_id or file.perimeter_id,
            line_no=fault.line_no,
            position=fault.position,
            field=fault.field,
            code=fault.code,
            message=fault.message,
            remedy=fault.remedy,
            content=fault.content,
            person_id=fault.person_id,
            health=file.health,
        )
        for fault in faults
    ]
    Reject.objects.bulk_create(
        rows,
        batch_size=5000,
        update_conflicts=True,
        unique_fields=["file", "line_no", "position", "code"],
        update_fields=["state", "perimeter", "person_id"],
    )
    return len(rows)


def recycle_rejects(context: Context, file_id: int, reject_ids: Sequence[int]) -> File:
    """Puts open rejects of a file back to be read again; those that fail again will be open again."""
    with perform(context, "exchanges.recycle", needs=Permission.EXCHANGES, given=[file_id, sorted(reject_ids)]) as act:
        file = lock_file(file_id)
        count = Reject.objects.filter(file=file, pk__in=list(reject_ids), state="open").update(state="recycled")
        file.state = "reading"
        file.save(update_fields=["state"])
        act.on("file", file.pk, file.name, file.perimeter_id)
        act.because(f"{count} rejets recyclés.")
    return file


def close_reject(context: Context, reject: Reject, *, recycled: bool, reason: str) -> None:
    """Ends a reject: recycled when it was corrected and taken again, closed with a reason otherwise."""
    with perform(context, "exchanges.close_reject", needs=Permission.EXCHANGES, given=[reject.pk, reason]) as act:
        reject.state = "recycled" if recycled else "closed"
        reject.save()
        act.on("reject", reject.pk, f"{reject.file.name}, ligne {reject.line_no}", reject.perimeter_id)
        act.because(reason)
