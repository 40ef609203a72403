"""Tables of work: items waiting for someone, and the clock events that start, pause and stop their time limit."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Item(models.Model):
    """Something a person must do: what, on which file, since when, until when, and by whom."""

    kind = models.TextField()
    title = models.TextField()
    perimeter = models.ForeignKey("journal.Perimeter", on_delete=models.PROTECT)
    team_id = models.IntegerField(null=True)
    assignee_id = models.BigIntegerField(null=True)
    subject_kind = models.TextField()
    subject_id = models.BigIntegerField()
    detail = models.JSONField(default=dict)  # causes and places for the screen, never health data
    received_at = models.DateTimeField()
    limit_days = models.SmallIntegerField()
    limit_unit = models.TextField(default="working")
    region = models.TextField(default="national")
    due_on = models.DateField(null=True)  # null while the clock is paused
    state = models.TextField(default="open")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=("open", "paused", "done")), name="work_item_state"),
            models.CheckConstraint(
                condition=Q(state="paused", due_on__isnull=True) | Q(state__in=("open", "done"), due_on__isnull=False),
                name="work_item_due_unless_paused",
            ),
            models.CheckConstraint(
                condition=Q(state="done", closed_at__isnull=False) | (~Q(state="done") & Q(closed_at__isnull=True)),
                name="work_item_closed_when_done",
            ),
            models.UniqueConstraint(
                fields=["kind", "subject_kind", "subject_id"],
                condition=~Q(state="done"),
                name="work_item_open_once_per_subject",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["perimeter", "due_on"], condition=Q(state="open"), name="work_item_queue"),
            models.Index(fields=["subject_kind", "subject_id"], name="work_item_subject"),
        ]


class Pause(models.Model):
    """A time when the clock stood still, and why."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="pauses")
    perimeter = models.ForeignKey("journal.Perimeter", on_delete=models.PROTECT)
    start = models.DateField()
    end = models.DateField(null=True)
    reason = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(end__isnull=True) | Q(end__gte=models.F("start")), name="work_pause_order"
            ),
            models.UniqueConstraint(fields=["item"], condition=Q(end__isnull=True), name="work_pause_one_at_a_time"),
        ]
