"""The lines of a file by outcome: those posted, with their amount and reasons; those rejected, with what mends them."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from egide.benefits.queries import lines_of_file
from egide.doors.pages.frame import Shape, ref, state
from egide.doors.pages.member_care import care_name
from egide.exchanges.queries import FileRow, RejectRow, rejects_of_file
from egide.people.queries import people_with_ids


def file_rows(file: FileRow, outcome: str, *, offset: int, limit: int, health: bool) -> tuple[list[Shape], bool]:
    """A page of lines of one outcome, and whether there are more. Care itself is shown to those who need it."""
    if outcome == "rejected":
        found = rejects_of_file(file.pk, offset=offset, limit=limit + 1)
        return [_reject(one) for one in found[:limit]], len(found) > limit
    if file.format != "noemie.care" or not health:
        return [], False
    lines = lines_of_file(file.pk, offset=offset, limit=limit + 1)
    names = _names(sorted({line.person_id for line in lines}))
    rows = [
        {
            "number": line.line_no,
            "outcome": state(_("Comptabilisée"), "ok"),
            "title": care_name(line),
            "person": names.get(line.person_id, ""),
            "url": reverse("care-line", args=[line.id]),
            "cents": line.posted_cents,
            "why": ref("soin", line.id) if line.operation == "N" else None,
        }
        for line in lines[:limit]
    ]
    return rows, len(lines) > limit


def _names(person_ids: Sequence[int]) -> dict[int, str]:
    return {one.id: f"{one.first_name} {one.last_name}" for one in people_with_ids(person_ids)}


def _reject(one: RejectRow) -> Shape:
    return {
        "number": one.line_no,
        "outcome": state(_("Rejetée"), "late") if one.state == "open" else state(_("Traitée"), "neutral"),
        "title": _("Position %(n)s") % {"n": one.position} if one.position else one.field or _("Ligne"),
        "url": reverse("reject", args=[one.pk]),
        "reason": one.message,
        "next_url": reverse("reject", args=[one.pk]) if one.state == "open" else "",
        "next_label": _("Traiter"),
    }
