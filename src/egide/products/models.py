"""Tables of products: each published version of a rule book, whole and immutable."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class ProductVersion(models.Model):
    """A published rule book: its files as they were, under the digest that every amount it decides will carry."""

    code = models.TextField()
    version = models.DateField()
    title = models.TextField()
    insurer = models.TextField()
    digest = models.CharField(max_length=64, unique=True)
    files = models.JSONField()
    published_on = models.DateField()
    act_id = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "version"], name="products_version_once"),
        ]
        ordering: ClassVar = ["code", "version"]
