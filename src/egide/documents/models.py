"""Tables of documents: what was received on paper and what was sent, each kept once by its fingerprint."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Document(models.Model):
    """A PDF on a file: its bytes are in the store, its subject says which file it belongs to."""

    kind = models.TextField()
    title = models.TextField()
    perimeter = models.ForeignKey("journal.Perimeter", on_delete=models.PROTECT)
    subject_kind = models.TextField()
    subject_id = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    pages = models.SmallIntegerField()
    received = models.BooleanField()
    made_on = models.DateField()
    act_id = models.BigIntegerField()
    health = models.BooleanField()  # what the paper tells; the database shows the row to nobody else

    class Meta:
        indexes: ClassVar = [models.Index(fields=["subject_kind", "subject_id"], name="documents_subject")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject_kind", "subject_id", "kind", "sha256"], name="documents_kept_once")
        ]
