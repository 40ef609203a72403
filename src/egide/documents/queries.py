"""Reads of documents: those of a file, and the bytes of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from egide.documents.acts import printed
from egide.documents.models import Document
from egide.kernel.errors import Refusal

# The row that reads give: floors above name its type from here, and leave the tables to this one.
DocumentRow: TypeAlias = Document


def documents_on(subject_kind: str, subject_id: int) -> list[DocumentRow]:
    """The documents of one file, in the order in which they were kept."""
    return list(Document.objects.filter(subject_kind=subject_kind, subject_id=subject_id).order_by("pk"))


def find_document(document_id: int) -> DocumentRow | None:
    """A document without its bytes; None when it is absent and when it is out of reach: nobody learns which."""
    return Document.objects.filter(pk=document_id).first()


def documents_of(subjects: Sequence[tuple[str, int]]) -> list[Document]:
    """The documents of several files, the latest first."""
    found: list[Document] = []
    for kind, identifier in subjects:
        found.extend(Document.objects.filter(subject_kind=kind, subject_id=identifier))
    return sorted(found, key=lambda document: (document.made_on, document.pk), reverse=True)


def subjects_told(kind: str, title: str, enrolment_ids: Sequence[int]) -> set[int]:
    """Those of these enrolments that a letter of this kind and title was already issued to."""
    told = Document.objects.filter(kind=kind, title=title, subject_kind="enrolment", subject_id__in=enrolment_ids)
    return set(told.values_list("subject_id", flat=True))


def received_with(content_sha256: str, *, kind: str, subject_kind: str) -> Document | None:
    """The paper of a kind already received with these very bytes, the first one; none among those that may not be seen."""
    same = Document.objects.filter(sha256=content_sha256, kind=kind, subject_kind=subject_kind, received=True)
    return same.order_by("pk").first()


def document_with_bytes(document_id: int) -> tuple[Document, bytes]:
    """A document and its content; the same refusal when it does not exist and when it may not be seen."""
    document = find_document(document_id)
    if document is None:
        raise Refusal(
            code="documents.not_found",
            where=str(document_id),
            message="Ce document n’existe pas ou ne vous est pas accessible.",
            remedy="Revenez au dossier et choisissez un document de sa liste.",
        )
    return document, printed(document)
