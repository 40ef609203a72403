"""Documents kept on a file: what came in on paper, what was made and sent. Always inside an act."""

from __future__ import annotations

from datetime import date

from egide.documents.kinds import carries_health
from egide.documents.models import Document
from egide.journal import clock, store
from egide.journal.acts import Record


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
) -> Document:
    """Keeps a PDF and ties it to a file; the same bytes on the same file are kept once.

    ``on`` is the day it reached the centre or was made, today unless told.
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
            "health": carries_health(kind),
        },
    )
    return document
