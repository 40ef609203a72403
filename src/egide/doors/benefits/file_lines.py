"""The lines of a care file by outcome: those posted, with their amount and reasons, and those set aside."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from egide.benefits.decisions.refusals import IGNORED
from egide.benefits.facts import IgnoredLine
from egide.benefits.papers.statement import act_labels
from egide.benefits.queries import ignored_lines, ignored_reasons, lines_of_file
from egide.doors.benefits.member_care import care_name
from egide.doors.frame.access import PageRequest, allowed
from egide.doors.frame.shell import Shape, day_in, ref, state
from egide.exchanges.queries import FileRow, RejectRow, count_open_rejects
from egide.journal.permissions import Permission
from egide.people.queries import people_with_ids


def care_rows(file_id: int, outcome: str, offset: int, limit: int) -> tuple[list[Shape], bool]:
    """A page of the care lines posted or set aside, and whether there are more."""
    if outcome == "ignored":
        set_aside = ignored_lines(file_id, offset=offset, limit=limit + 1)
        return _ignored(set_aside[:limit]), len(set_aside) > limit
    lines = lines_of_file(file_id, offset=offset, limit=limit + 1)
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


def reject_title(one: RejectRow) -> str:
    """The care that a refused line tells: the act by its name, and its day."""
    code, care_on = str(one.content.get("act_code") or ""), day_in(str(one.content.get("care_date") or ""))
    name = act_labels().get(code, code)
    return _("%(act)s du %(day)s") % {"act": name, "day": f"{care_on:%d/%m/%Y}"} if name and care_on else name


def file_actions(request: PageRequest, file: FileRow) -> list[Shape]:
    """The open rejects of a care file are taken again, all at once."""
    if not allowed(request, Permission.BENEFITS) or not count_open_rejects(file.pk):
        return []
    url = f"{reverse('work-new', args=['rejets'])}?file={file.pk}"
    return [{"url": url, "label": _("Reprendre les rejets ouverts"), "icon": "arrow-repeat"}]


def ignored_because(file_id: int) -> list[Shape]:
    """How many lines of a care file were set aside, for each reason."""
    return [{"count": count, "reason": IGNORED[code].message} for code, count in ignored_reasons(file_id)]


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
