"""Tables of work: items waiting for someone with the events of their clocks, and long work with how far it is."""

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
    complete_on = models.DateField()  # the day of the complete file: its limit runs from the next
    limit_code = models.TextField()  # the line of reference/time_limits.csv that imposes the limit
    limit_days = models.SmallIntegerField()
    limit_unit = models.TextField(default="working")
    region = models.TextField(default="national")
    due_on = models.DateField(null=True)  # null while the clock is paused
    state = models.TextField(default="open")
    closed_at = models.DateTimeField(null=True)
    health = models.BooleanField()  # what its title and its subject tell; the database shows the row to nobody else

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
    """A time when a file was known to be incomplete, and what it lacked."""

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


class Job(models.Model):
    """Long work that someone asked for: what, on which file, by whom, how far it is, and how it ended."""

    kind = models.TextField()
    title = models.TextField()
    perimeter = models.ForeignKey("journal.Perimeter", on_delete=models.PROTECT)
    subject_kind = models.TextField()
    subject_id = models.BigIntegerField()
    given = models.JSONField(default=dict)  # what the work needs to start: identifiers and days, never health data
    asked_by_id = models.BigIntegerField(null=True)  # null for a command
    asked_by = models.TextField()
    asked_at = models.DateTimeField()
    state = models.TextField(default="waiting")
    attempts = models.SmallIntegerField(default=0)  # starts that nobody stopped on purpose
    not_before = models.DateTimeField(null=True)
    told = models.TextField(default="")
    steps_done = models.BigIntegerField(null=True)
    steps_total = models.BigIntegerField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    outcome = models.TextField(default="")
    figures = models.JSONField(default=dict)  # counts and cents of the outcome, for the screen
    refusal = models.JSONField(default=dict)  # where, why and what next, for work refused or failed

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=("waiting", "running", "done", "refused", "failed")), name="work_job_state"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("waiting", "running"), ended_at__isnull=True)
                | Q(state__in=("done", "refused", "failed"), ended_at__isnull=False),
                name="work_job_ended_when_over",
            ),
            models.CheckConstraint(
                condition=(Q(state__in=("refused", "failed")) & ~Q(refusal={}))
                | (~Q(state__in=("refused", "failed")) & Q(refusal={})),
                name="work_job_says_why_it_stopped",
            ),
            models.CheckConstraint(
                condition=Q(steps_done__isnull=True, steps_total__isnull=True)
                | Q(steps_done__gte=0, steps_done__lte=models.F("steps_total")),
                name="work_job_steps_within",
            ),
            models.UniqueConstraint(
                fields=["kind", "perimeter", "subject_kind", "subject_id"],
                condition=Q(state__in=("waiting", "running")),
                name="work_job_once_at_a_time",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["id"], condition=Q(state__in=("waiting", "running")), name="work_job_to_do"),
            models.Index(fields=["asked_by_id", "-id"], name="work_job_asked_by"),
        ]
