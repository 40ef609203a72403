"""Tables of documents: what was received on paper and what was sent, each kept once by its fingerprint."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Document(models.Model):
    """A PDF on a file: its bytes are in the store, its subject says which file it belongs to.

    A letter of a batch is kept as its facts (``facts_sha256``, with its ``template``) and printed when it is first
    opened, or by ``egide documents print``; until then it has neither bytes nor pages.
    """

    kind = models.TextField()
    title = models.TextField()
    perimeter = models.ForeignKey("journal.Perimeter", on_delete=models.PROTECT)
    subject_kind = models.TextField()
    subject_id = models.BigIntegerField()
    sha256 = models.CharField(max_length=64, blank=True)
    pages = models.SmallIntegerField()
    template = models.TextField(blank=True, db_default="")
    facts_sha256 = models.CharField(max_length=64, blank=True, db_default="")
    received = models.BooleanField()
    made_on = models.DateField()
    act_id = models.BigIntegerField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["subject_kind", "subject_id"], name="documents_subject"),
            models.Index(fields=["perimeter"], condition=Q(sha256=""), name="documents_to_print"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "kind", "sha256"],
                condition=~Q(sha256=""),
                name="documents_kept_once",
            ),
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "kind", "facts_sha256", "made_on"],
                condition=~Q(facts_sha256=""),
                name="documents_issued_once",
            ),
            models.CheckConstraint(
                condition=~Q(sha256="") | (~Q(facts_sha256="") & ~Q(template="")), name="documents_bytes_or_facts"
            ),
        ]


class Print(models.Model):
    """The PDF of a letter that was kept as its facts, made once, when it was first asked for."""

    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="print")
    perimeter = models.ForeignKey("journal.Perimeter", on_delete=models.PROTECT, db_constraint=False)
    sha256 = models.CharField(max_length=64)
    pages = models.SmallIntegerField()
