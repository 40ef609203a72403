"""Tables of the ledger. Entries and lines are partitioned by month, insert-only, and balanced by the database."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from egide.ledger.facts import AccountKind


class Account(models.Model):
    """A ledger account: of one enrolment when ``enrolment_id`` is set, of the perimeter otherwise."""

    kind = models.TextField()
    perimeter = models.ForeignKey("journal.Perimeter", on_delete=models.PROTECT)
    enrolment_id = models.BigIntegerField(default=0)
    detail = models.TextField(default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["enrolment_id", "kind", "perimeter", "detail"], name="ledger_account_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in AccountKind]),
                name="ledger_account_kind_known",
            ),
        ]


class EntryRow(models.Model):
    """A posted entry. Its lines sum to zero."""

    id = models.BigIntegerField(primary_key=True)
    booked_on = models.DateField()
    act_id = models.BigIntegerField()
    kind = models.TextField()
    label = models.TextField()
    perimeter_id = models.SmallIntegerField()

    class Meta:
        managed = False
        db_table = "ledger_entry"


class LineRow(models.Model):
    """One posted line: a signed amount on an account."""

    id = models.BigIntegerField(primary_key=True)
    entry_id = models.BigIntegerField()
    booked_on = models.DateField()
    account_id = models.BigIntegerField()
    perimeter_id = models.SmallIntegerField()
    amount_cents = models.BigIntegerField()
    nature = models.TextField()
    person_id = models.BigIntegerField(null=True)
    period = models.DateField(null=True)
    reference = models.BigIntegerField(null=True)
    parts = models.JSONField(null=True)  # what of it belongs to others: cents by the detail of their account

    class Meta:
        managed = False
        db_table = "ledger_line"
