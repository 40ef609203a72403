"""Tables of premiums: the monthly calls with their stages, and the direct debits they gave rise to."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Call(models.Model):
    """The call of one month for one perimeter: how far it went, and what it called."""

    month = models.DateField()
    perimeter = models.ForeignKey("journal.Perimeter", on_delete=models.PROTECT, db_constraint=False)
    stage = models.TextField(default="open")
    chunks_done = models.SmallIntegerField(default=0)
    enrolments = models.BigIntegerField(default=0)
    called_cents = models.BigIntegerField(default=0)
    debit_file_id = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["month", "perimeter"], name="premiums_call_once"),
            models.CheckConstraint(condition=Q(stage__in=("open", "posted", "debited")), name="premiums_call_stage"),
        ]


class Debit(models.Model):
    """One direct debit asked from a member's bank for one month."""

    enrolment = models.ForeignKey("contracts.Enrolment", on_delete=models.PROTECT)
    perimeter = models.ForeignKey("journal.Perimeter", on_delete=models.PROTECT, db_constraint=False)
    mandate = models.ForeignKey("people.Mandate", on_delete=models.PROTECT)
    month = models.DateField()
    due_on = models.DateField()
    amount_cents = models.BigIntegerField()
    sequence = models.CharField(max_length=4)
    file_id = models.BigIntegerField(null=True)
    returned_on = models.DateField(null=True)
    return_code = models.CharField(max_length=4, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="premiums_debit_amount"),
            models.CheckConstraint(condition=Q(sequence__in=("FRST", "RCUR")), name="premiums_debit_sequence"),
            models.UniqueConstraint(fields=["enrolment", "month"], name="premiums_debit_once_a_month"),
        ]
