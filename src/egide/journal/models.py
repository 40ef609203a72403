"""Tables of the journal: perimeters, acts in a chain, idempotency keys.

``journal_act`` is partitioned by month and made in SQL (see ``migrations``): its rows are only ever inserted, and each
carries the hash of the one before it, set by the database.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Perimeter(models.Model):
    """One insurer and, where the work is delegated, one delegate: the grain of « who sees what »."""

    id = models.SmallAutoField(primary_key=True)
    code = models.CharField(max_length=40, unique=True)
    insurer_name = models.CharField(max_length=120)
    delegate_name = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.delegate_name or self.insurer_name


class Act(models.Model):
    """One business act, as it was done. Never updated: the application role holds no right to."""

    id = models.BigIntegerField(primary_key=True)
    position = models.BigIntegerField()
    kind = models.TextField()
    subject_kind = models.TextField()
    subject_id = models.BigIntegerField()
    subject_label = models.TextField()
    perimeter_id = models.SmallIntegerField()
    parent_id = models.BigIntegerField(null=True)
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.TextField()
    team_id = models.IntegerField(null=True)
    channel = models.TextField()
    received_at = models.DateTimeField()
    due_on = models.DateField(null=True)
    done_at = models.DateTimeField()
    done_on = models.DateField()
    input_hash = models.TextField()
    outcome = models.JSONField()
    reasons = models.JSONField()

    class Meta:
        managed = False
        db_table = "journal_act"


class Key(models.Model):
    """An idempotency key already used: by whom, for which act, with which input, and what it answered.

    A key belongs to a person by their number, so that two people of one name never meet and a new name loses nothing;
    a job has no number, and goes by its label.
    """

    actor = models.TextField()
    actor_id = models.BigIntegerField(null=True)
    key = models.TextField()
    kind = models.TextField()
    input_hash = models.TextField()
    act_id = models.BigIntegerField()
    outcome = models.JSONField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["actor", "key"], condition=Q(actor_id=None), name="journal_key_used_once_by_job"
            ),
            models.UniqueConstraint(
                fields=["actor_id", "key"], condition=Q(actor_id__isnull=False), name="journal_key_used_once_by_person"
            ),
        ]
