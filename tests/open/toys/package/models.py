"""The table of toys."""

from __future__ import annotations

from django.db import models


class Toy(models.Model):
    """A toy given with an enrolment."""

    enrolment_id = models.BigIntegerField()
    name = models.TextField()
    price_cents = models.BigIntegerField()
    perimeter = models.ForeignKey("journal.Perimeter", on_delete=models.PROTECT)
