"""Files in and out: kept raw and counted once, then read at our pace; every refused line becomes a reject.

What waits for someone stands in their queue: a file until it is read or refused, the rejects of a file until the last ends.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from dataclasses import field as made_by

from django.db import IntegrityError, transaction

from egide.exchanges.facts import Counted, Ended
from egide.exchanges.kinds import carries_health, reading_of
from egide.exchanges.models import File, Line, Reject
from egide.exchanges.queries import count_open_rejects, count_rejected, ended_lines, refuse_refused
from egide.journal import clock, store
from egide.journal.acts import Record, perform
from egide.journal.facts import Context
from egide.journal.permissions import Permission, may
from egide.journal.scope import health_open, reading_as
from egide.kernel.errors import Refusal
from egide.kernel.formats import format_count
from egide.work.acts import NewItem, close_if_open, open_item
from egide.work.kinds import needed


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
    """Why one line was refused: its place in the file, a stable code, and what to do. ``content`` helps to mend it.

    ``part`` tells apart the things that one line holds; two faults of one part are one refused line.
    """

    line_no: int
    code: str
    message: str
    remedy: str
    position: int = 0
    field: str = ""
    part: int = 0
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
        _await(act, file, reading_of(file.format), file.name, limit="FILE_READING")
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
        act.on("file", file.pk, file.name, file.perimeter_id)
        refuse_refused(lock_file(file.pk))  # someone turned it down meanwhile: their reason stands
        file.state = "refused"
        file.refusal = {
            "code": refusal.code,
            "where": refusal.where,
            "message": refusal.message,
            "remedy": refusal.remedy,
        }
        file.save()
        close_if_open(act, reading_of(file.format), "file", file.pk)
        act.because(str(refusal))


def turn_down_file(context: Context, file_id: int, *, reason: str) -> File:
    """Someone refuses a file that waits to be read, with the reason: it will not be read, its bytes stay.

    For those who may do the work that its reading is, and no one else.
    """
    with perform(context, "exchanges.refuse", needs=Permission.EXCHANGES, given=[file_id, reason]) as act:
        file = File.objects.select_for_update().filter(pk=file_id).first()
        if file is None:
            raise Refusal(
                code="exchanges.not_found",
                where=str(file_id),
                message="Ce fichier n’existe pas ou ne vous est pas accessible.",
                remedy="Revenez à la liste des fichiers.",
            )
        act.on("file", file.pk, file.name, file.perimeter_id)
        if not all(may(context.actor.role, one) for one in needed()[reading_of(file.format)]):
            raise Refusal(
                code="journal.permission",
                where=file.name,
                message=f"Votre rôle ({context.actor.role}) ne permet pas de refuser un fichier de cette nature.",
                remedy="Demandez-le à un collègue dont c’est le travail de le lire, ou voyez votre responsable d’équipe.",
            )
        if file.direction != "in" or file.state != "received":
            raise Refusal(
                code="exchanges.not_waiting",
                where=file.name,
                message="Ce fichier n’attend plus d’être lu.",
                remedy="Voyez son état sur sa page ; les lignes refusées se traitent au banc des rejets.",
            )
        if not reason.strip():
            raise Refusal(
                code="exchanges.reason",
                where="reason",
                message="La raison manque.",
                remedy="Dites pourquoi ce fichier ne sera pas lu.",
            )
        file.state = "refused"
        file.refusal = {
            "code": "exchanges.turned_down",
            "where": "",
            "message": f"Refusé par le centre : {reason.strip()}",
            "remedy": "S’il le faut, demandez à l’expéditeur un fichier corrigé.",
        }
        file.save()
        close_if_open(act, reading_of(file.format), "file", file.pk)
        act.outcome = {"file": file.pk}
        act.because(reason.strip())
    return file


def _await(record: Record, file: File, kind: str, title: str, *, limit: str) -> None:
    """Puts a file in the queue of those who may do what it waits for, until the day that the table of limits gives."""
    open_item(
        record,
        NewItem(
            kind=kind,
            title=title,
            perimeter_id=file.perimeter_id,
            subject_kind="file",
            subject_id=file.pk,
            received_at=file.received_at,
            limit=limit,
        ),
    )


def lock_file(file_id: int) -> File:
    """The file of a reading in progress, held until the end of the act so that no other reading meets it."""
    return File.objects.select_for_update().get(pk=file_id)


def lock_to_read(file_id: int) -> File:
    """The file of a reading in progress, held; Refusal, the one it had, when it was refused: nothing of it is taken."""
    file = lock_file(file_id)
    refuse_refused(file)
    return file


def start_reading(file: File, *, lines: int) -> None:
    """Says that the reading of a file began, and how many lines it holds: nobody turns it down from now on."""
    lock_to_read(file.pk)
    File.objects.filter(pk=file.pk).update(state="reading", lines=lines)


def keep_endings(file: File, ended: Iterable[Ended]) -> None:
    """Keeps how lines ended, in the act that took them or set them aside: a line ends once."""
    Line.objects.bulk_create(
        (
            Line(
                file=file,
                perimeter_id=file.perimeter_id,
                line_no=one.line_no,
                part=one.part,
                ending="ignored" if one.code else "posted",
                code=one.code,
                message=one.message,
                health=file.health,
            )
            for one in ended
        ),
        batch_size=5000,
    )


def close_file(record: Record, file: File, *, lines: int, elsewhere: Counted | None = None) -> None:
    """Ends the reading of a file of ``lines`` lines, once each is found taken, set aside or rejected.

    The three are counted on their rows, and ``elsewhere`` on those that the reader keeps in its own tables; nothing is
    deduced. Raises Refusal when they are not the lines of the file. The item of its reading ends, that of its rejects
    follows them.
    """
    kept, own = ended_lines(file.pk), elsewhere or Counted()
    file.lines, file.posted, file.ignored = lines, kept.posted + own.posted, kept.ignored + own.ignored
    file.rejected = count_rejected(file.pk)
    if lines != file.posted + file.ignored + file.rejected:
        raise Refusal(
            code="exchanges.lines_lost",
            where=file.name,
            message=(
                f"Ce fichier contient {format_count(lines, 'ligne', 'lignes')} ; {file.posted} prises, "
                f"{file.ignored} ignorées et {file.rejected} rejetées ne font pas ce compte."
            ),
            remedy="Le fichier est gardé entier : relancez sa lecture ; si l’écart demeure, prévenez l’exploitant.",
        )
    file.state, file.endings_kept = "read", True
    file.save()
    close_if_open(record, reading_of(file.format), "file", file.pk)
    _follow_rejects(record, file)


def _follow_rejects(record: Record, file: File) -> None:
    """One item for all the rejects of a file, open while one of them is."""
    waiting = count_open_rejects(file.pk)
    if waiting:
        title = f"{format_count(waiting, 'rejet', 'rejets')} à traiter dans {file.name}"
        _await(record, file, "rejects", title, limit="REJECT_WORK")
    else:
        close_if_open(record, "rejects", "file", file.pk)


def add_rejects(file: File, faults: Iterable[Fault]) -> int:
    """Records refused lines and returns how many were given.

    A line refused twice for the same cause is recorded once; one that was recycled and fails again is open again.
    """
    rows = [
        Reject(
            file=file,
            perimeter_id=fault.perimeter_id or file.perimeter_id,
            line_no=fault.line_no,
            part=fault.part,
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
        unique_fields=["file", "line_no", "part", "position", "code"],
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


def close_reject(context: Context, reject_id: int, *, recycled: bool, reason: str) -> File:
    """Ends a reject: recycled when it was corrected and taken again, closed with a reason otherwise.

    The last one of a file ends the work that they gave, in the same act. Returns the file.
    """
    with perform(context, "exchanges.close_reject", needs=Permission.EXCHANGES, given=[reject_id, reason]) as act:
        seen = Reject.objects.select_related("file")  # a line whose file is out of reach is out of reach
        held = seen.select_for_update(of=("self",)).filter(pk=reject_id).first()
        if held is None or held.state != "open":
            raise Refusal(
                code="exchanges.reject_done",
                where=str(reject_id),
                message="Ce rejet est déjà traité, ou ne vous est pas accessible.",
                remedy="Passez au rejet suivant du banc.",
            )
        file = lock_file(held.file_id)  # whoever ends another reject of it waits, then sees this one ended
        held.state = "recycled" if recycled else "closed"
        held.save(update_fields=["state"])
        _follow_rejects(act, file)
        act.on("reject", held.pk, f"{file.name}, ligne {held.line_no}", held.perimeter_id)
        act.outcome = {"file": file.pk}
        act.because(reason)
    return file
