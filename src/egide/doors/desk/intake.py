"""Files that come in: kept first, then read by the job that their format names."""

from __future__ import annotations

from dataclasses import replace

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from egide.doors.frame import words
from egide.doors.frame.opened import formats, jobs
from egide.exchanges.acts import Arrival, take_up
from egide.exchanges.codecs.recognised import recognise
from egide.exchanges.queries import FileRow
from egide.journal.facts import Context
from egide.journal.permissions import may
from egide.journal.trade import Format
from egide.kernel.errors import Refusal
from egide.work.job_acts import NewJob, ask
from egide.work.job_queries import JobRow

MEGABYTE = 1024 * 1024
AUTO = "auto"


def received_formats() -> list[Format]:
    """The kinds of file that someone reads, in the order of the house."""
    return [one for one in formats().values() if one.read_by]


def recognised(name: str, content: bytes) -> str:
    """The format of a file, by the trade that claims it, else by the shared codecs; Refusal when nobody knows it."""
    claimed = (one.code for one in received_formats() if one.recognises and one.recognises(name, content))
    return next(claimed, None) or recognise(name, content)


def arrival_of(sent: UploadedFile[bytes], *, chosen: str, perimeter_id: int) -> Arrival:
    """What was sent, as the house takes it: its format told by its content, its sender by its format.

    Refuses what is too large, what nobody knows, and what looks like another format than the one chosen.
    """
    _refuse_oversize(sent.size or 0, chosen)
    content = sent.read()
    name = (sent.name or "sans nom")[:120]
    found = recognised(name, content)
    if chosen not in (AUTO, found):
        raise Refusal(
            "file.other_kind",
            _("Ce fichier ressemble à « %(found)s », pas à ce que vous avez choisi.")
            % {"found": words.said(words.FORMATS, found)},
            _("Laissez Égide le reconnaître, ou choisissez l’autre nature."),
            "format",
        )
    _refuse_oversize(len(content), found)
    return Arrival(found, formats()[found].partner, name, content, perimeter_id)


def _refuse_oversize(size: int, kind: str) -> None:
    most = max(one.largest_bytes for one in received_formats() if kind == one.code or kind not in formats())
    if size > most:
        raise Refusal(
            "file.size",
            _("Ce fichier dépasse %(most)s Mo.") % {"most": most // MEGABYTE},
            _("Demandez-le en plusieurs fichiers."),
            "file",
        )


def may_read(context: Context, code: str) -> bool:
    """True when this person may ask for the reading of such a file."""
    known = formats().get(code)
    return known is not None and bool(known.read_by) and may(context.actor.role, jobs()[known.read_by].needs)


def receive_file(context: Context, arrival: Arrival) -> tuple[FileRow, JobRow | None]:
    """Keeps a file, then asks for its reading, in one transaction; without the right to read it, it only waits."""
    with transaction.atomic():
        file = take_up(context, arrival)
        if not may_read(context, arrival.format):
            return file, None
        return file, ask_reading(replace(context, key=None), file)


def ask_reading(context: Context, file: FileRow) -> JobRow:
    """Asks for the reading of a received file."""
    known = formats().get(file.format)
    if known is None or not known.read_by or file.state not in ("received", "reading"):
        raise Refusal(
            code="works.nothing_to_read",
            where=file.name,
            message="Ce fichier n’est pas un fichier reçu qui attend d’être lu.",
            remedy="Voyez son état dans la liste des fichiers.",
        )
    new = NewJob(known.read_by, f"Lecture de {file.name}", file.perimeter_id, "file", file.pk, {"file": file.pk})
    return ask(context, new, needs=jobs()[known.read_by].needs)
