"""Documents kept on a file: what came in on paper, what was made and sent. Always inside an act, save their printing."""

from __future__ import annotations

from datetime import date

from egide.documents.facts import Printable
from egide.documents.kinds import carries_health
from egide.documents.models import Document, Print
from egide.documents.rendering import inputs_of, print_inputs, render, template_name
from egide.documents.safety import safe_pdf
from egide.journal import clock, store
from egide.journal.acts import Record
from egide.journal.facts import Channel

_BY_BATCH = (Channel.BATCH, Channel.FILE, Channel.COMMAND)


def keep_document(
    record: Record,
    content: bytes,
    *,
    kind: str,
    title: str,
    subject: tuple[str, int],
    perimeter_id: int,
    pages: int,
    received: bool = False,
    on: date | None = None,
    health: bool | None = None,
) -> Document:
    """Keeps a PDF and ties it to a file; the same bytes on the same file are kept once.

    ``on`` is the day it reached the centre or was made, today unless told; ``health`` that of its kind, unless told.
    """
    document, _ = Document.objects.get_or_create(
        subject_kind=subject[0],
        subject_id=subject[1],
        kind=kind,
        sha256=store.keep(content),
        defaults={
            "title": title,
            "perimeter_id": perimeter_id,
            "pages": pages,
            "received": received,
            "made_on": on or clock.today(),
            "act_id": record.id,
            "health": carries_health(kind) if health is None else health,
        },
    )
    return document


def issue(
    record: Record,
    paper: Printable,
    *,
    kind: str,
    title: str,
    subject: tuple[str, int],
    perimeter_id: int,
    health: bool | None = None,
) -> Document:
    """Issues a letter on a file: its facts are kept by the act, and say for ever what was told.

    What a person does is printed at once, so that what cannot be printed stops the act where it can be mended. A batch
    keeps facts only: thousands of letters are not drawn inside its transactions. The same facts on the same day are
    one letter. ``health`` is that of its kind, unless told.
    """
    now = record.context.channel not in _BY_BATCH
    pdf = render(paper, issued_on=clock.today()) if now else b""
    document, _ = Document.objects.get_or_create(
        subject_kind=subject[0],
        subject_id=subject[1],
        kind=kind,
        facts_sha256=store.keep(inputs_of(paper).encode()),
        made_on=clock.today(),
        defaults={
            "title": title,
            "perimeter_id": perimeter_id,
            "template": template_name(paper),
            "sha256": store.keep(pdf) if now else "",
            "pages": safe_pdf(pdf).pages if now else 0,
            "received": False,
            "act_id": record.id,
            "health": carries_health(kind) if health is None else health,
        },
    )
    return document


def printed(document: Document) -> bytes:
    """The bytes of a document; a letter known by its facts alone is printed once, as of the day it was issued."""
    if not document.sha256:
        made = Print.objects.filter(document=document).first() or _print(document)
        document.sha256, document.pages = made.sha256, made.pages
    return store.load(document.sha256)


def _print(document: Document) -> Print:
    """Two who open it at once make the same bytes, and keep one print."""
    facts = store.load(document.facts_sha256).decode()
    pdf = print_inputs(document.template, facts, issued_on=document.made_on)
    made, _ = Print.objects.get_or_create(
        document=document,
        defaults={"perimeter_id": document.perimeter_id, "sha256": store.keep(pdf), "pages": safe_pdf(pdf).pages},
    )
    return made


def print_waiting(*, limit: int = 200) -> int:
    """Prints the letters that batches left as facts, the oldest first; returns how many."""
    waiting = list(Document.objects.filter(sha256="", print=None).order_by("pk")[:limit])
    for document in waiting:
        printed(document)
    return len(waiting)
