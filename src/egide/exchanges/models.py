"""Tables of exchanges: every file in or out, kept raw under its fingerprint, and every line that was refused."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class File(models.Model):
    """A file received or sent. Its bytes are in the store, named by their SHA-256; the row never changes owner."""

    direction = models.TextField()
    format = models.TextField()
    partner = models.TextField()
    name = models.TextField()
    sha256 = models.CharField(max_length=64)
    size_bytes = models.BigIntegerField()
    perimeter = models.ForeignKey("journal.Perimeter", on_delete=models.PROTECT)
    received_at = models.DateTimeField()
    state = models.TextField(default="received")
    stage = models.SmallIntegerField(default=0)  # chunks done, for a reading that was interrupted
    lines = models.BigIntegerField(default=0)
    posted = models.BigIntegerField(default=0)
    ignored = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)
    refusal = models.JSONField(default=dict)
    endings_kept = models.BooleanField(default=False, db_default=False)  # read since the end of each line is kept
    health = models.BooleanField()  # what its bytes tell; the database shows the row to nobody else

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(direction__in=("in", "out")), name="exchanges_file_direction"),
            models.CheckConstraint(
                condition=Q(state__in=("received", "reading", "read", "refused", "sent", "answered")),
                name="exchanges_file_state",
            ),
            models.UniqueConstraint(fields=["direction", "format", "sha256"], name="exchanges_file_once"),
            models.CheckConstraint(
                condition=~Q(state="read") | Q(lines=models.F("posted") + models.F("ignored") + models.F("rejected")),
                name="exchanges_file_every_line_ends_somewhere",
            ),
        ]


class Line(models.Model):
    """How one line ended when it was not refused: taken, or set aside with the reason. Written by the act that did it.

    The reader of care keeps its own, act by act; this table is for the formats whose lines are few.
    """

    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="ended_lines")
    perimeter = models.ForeignKey("journal.Perimeter", on_delete=models.PROTECT)
    line_no = models.BigIntegerField()
    part = models.IntegerField(default=0)
    ending = models.TextField()
    code = models.TextField(default="", blank=True)
    message = models.TextField(default="", blank=True)
    health = models.BooleanField()  # as its file

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["file", "line_no", "part"], name="exchanges_line_ends_once"),
            models.CheckConstraint(
                condition=Q(ending="posted", code="", message="")
                | (Q(ending="ignored") & ~Q(code="") & ~Q(message="")),
                name="exchanges_line_ignored_says_why",
            ),
        ]


class Reject(models.Model):
    """A line that could not be used: where it stands, why, what to do; never dropped, closed by an act."""

    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="rejects")
    perimeter = models.ForeignKey("journal.Perimeter", on_delete=models.PROTECT)
    line_no = models.BigIntegerField()
    part = models.IntegerField(default=0, db_default=0)  # which of the things that the line holds; 0: the whole line
    position = models.IntegerField(default=0)
    field = models.TextField(default="")
    code = models.TextField()
    message = models.TextField()
    remedy = models.TextField()
    content = models.JSONField(default=dict)
    state = models.TextField(default="open")
    person_id = models.BigIntegerField(null=True)
    health = models.BooleanField()  # as its file

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=("open", "recycled", "closed")), name="exchanges_reject_state"
            ),
            models.UniqueConstraint(
                fields=["file", "line_no", "part", "position", "code"], name="exchanges_reject_once"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["code"], condition=Q(state="open"), name="exchanges_reject_cause")]
