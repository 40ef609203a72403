"""The lines of a file by outcome: those posted, with their amount and reasons; those rejected, with what mends them."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from egide.benefits.decisions.refusals import IGNORED
from egide.benefits.facts import IgnoredLine
from egide.benefits.papers import act_labels
from egide.benefits.queries import ignored_lines, ignored_reasons, lines_of_file
from egide.contracts.decisions.reading import parse_day
from egide.doors.benefits.member_care import care_name
from egide.doors.frame.shell import Shape, ref, state
from egide.exchanges.queries import FileRow, RejectRow, rejects_of_file
from egide.people.queries import people_with_ids


def file_rows(file: FileRow, outcome: str, *, offset: int, limit: int, health: bool) -> tuple[list[Shape], bool]:
    """A page of lines of one outcome, and whether there are more. Care itself is shown to those who need it."""
    if outcome == "rejected":
        found = rejects_of_file(file.pk, offset=offset, limit=limit + 1)
        return [_reject(one, health=health) for one in found[:limit]], len(found) > limit
    if file.format != "noemie.care" or not health:
        return [], False
    if outcome == "ignored":
        set_aside = ignored_lines(file.pk, offset=offset, limit=limit + 1)
        return _ignored(set_aside[:limit]), len(set_aside) > limit
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
            "why": ref("soin", line.id),
        }
        for line in lines[:limit]
    ]
    return rows, len(lines) > limit


def ignored_because(file: FileRow) -> list[Shape]:
    """How many lines of a care file were set aside, for each reason."""
    if not file.ignored or file.format != "noemie.care":
        return []
    return [{"count": count, "reason": IGNORED[code].message} for code, count in ignored_reasons(file.pk)]


def _ignored(lines: Sequence[IgnoredLine]) -> list[Shape]:
    names = _names(sorted({line.person_id for line in lines}))
    return [
        {
            "number": line.line_no,
            "outcome": state(_("Ignorée"), "neutral"),
            "title": care_name(line) if line.repeats_id else _("Ligne répétée"),
            "person": names.get(line.person_id, ""),
            "reason": f"{IGNORED[line.code].message} {IGNORED[line.code].remedy}",
            "next_url": reverse("care-line", args=[line.repeats_id]) if line.repeats_id else "",
            "next_label": _("Voir la ligne qu’elle répète"),
        }
        for line in lines
    ]


def _names(person_ids: Sequence[int]) -> dict[int, str]:
    return {one.id: f"{one.first_name} {one.last_name}" for one in people_with_ids(person_ids)}


def _reject(one: RejectRow, *, health: bool) -> Shape:
    code, care_on = str(one.content.get("act_code") or ""), parse_day(str(one.content.get("care_date") or ""))
    place = _("Position %(n)s") % {"n": one.position} if one.position else one.field or _("Ligne")
    return {
        "number": one.line_no,
        "outcome": state(_("Rejetée"), "late") if one.state == "open" else state(_("Traitée"), "neutral"),
        "title": act_labels().get(code, code) if code and health else place,
        "person": f"{care_on:%d/%m/%Y} · {place}" if care_on and health else "",
        "url": reverse("reject", args=[one.pk]),
        "reason": one.message,
        "next_url": reverse("reject", args=[one.pk]) if one.state == "open" else "",
        "next_label": _("Traiter"),
    }
