"""Tables of the journal: perimeters, acts, the seals that chain them, idempotency keys.

``journal_act`` is partitioned by month and made in SQL (see ``migrations``): its rows are only ever inserted. The database
seals each once it is committed; nobody else may write a seal.
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


class Input(models.Model):
    """What an act was asked to do; bytes stand by their digest. It is there for who may see health, unless declared open."""

    act_id = models.BigIntegerField(primary_key=True)
    perimeter_id = models.SmallIntegerField()
    health = models.BooleanField()
    given = models.JSONField()

    class Meta:
        managed = False
        db_table = "journal_input"


class Seal(models.Model):
    """The link of one act in the chain: its place, and the hash that holds the one before it and all that the act says."""

    position = models.BigIntegerField(primary_key=True)
    act_id = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "journal_seal"


class Unsealed(models.Model):
    """An act that waits for its seal, with the hash of what it says, taken down when it was written."""

    act_id = models.BigIntegerField(primary_key=True)
    since = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "journal_unsealed"


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
