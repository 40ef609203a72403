"""Reads of toys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from egide.toys.models import Toy

ToyRow: TypeAlias = Toy


def toys(enrolment_ids: Sequence[int] | None = None) -> list[ToyRow]:
    """The toys of these enrolments, or all those that may be seen."""
    found = Toy.objects.order_by("pk")
    return list(found if enrolment_ids is None else found.filter(enrolment_id__in=list(enrolment_ids)))


def find_toy(toy_id: int) -> ToyRow | None:
    """One toy; None when it is absent and when it is out of reach."""
    return Toy.objects.filter(pk=toy_id).first()
