"""Reads of documents: those of a file, and the bytes of one."""

from __future__ import annotations

from collections.abc import Sequence

from egide.documents.models import Document
from egide.journal import store
from egide.kernel.errors import Refusal


def documents_of(subjects: Sequence[tuple[str, int]]) -> list[Document]:
    """The documents of several files, the latest first."""
    found: list[Document] = []
    for kind, identifier in subjects:
        found.extend(Document.objects.filter(subject_kind=kind, subject_id=identifier))
    return sorted(found, key=lambda document: (document.made_on, document.pk), reverse=True)


def received_with(content_sha256: str, *, kind: str, subject_kind: str) -> Document | None:
    """The paper of a kind already received with these very bytes, the first one; none among those that may not be seen."""
    same = Document.objects.filter(sha256=content_sha256, kind=kind, subject_kind=subject_kind, received=True)
    return same.order_by("pk").first()


def document_with_bytes(document_id: int) -> tuple[Document, bytes]:
    """A document and its content; the same refusal when it does not exist and when it may not be seen."""
    document = Document.objects.filter(pk=document_id).first()
    if document is None:
        raise Refusal(
            code="documents.not_found",
            where=str(document_id),
            message="Ce document n’existe pas ou ne vous est pas accessible.",
            remedy="Revenez au dossier et choisissez un document de sa liste.",
        )
    return document, store.load(document.sha256)
