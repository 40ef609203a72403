"""The latest reimbursements as the telephone page lists them. Health data: shown to those who need it only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from egide.benefits.facts import CareLineFacts, IgnoredLine
from egide.benefits.movements import BenefitLine
from egide.benefits.papers.statement import act_labels
from egide.benefits.standing import taken_back_by
from egide.doors.benefits.words import FAMILIES
from egide.doors.frame import words
from egide.doors.frame.shell import Shape, ref, state
from egide.doors.member.member_reads import posted_days


def payment_rows(lines: Sequence[CareLineFacts], names: Mapping[int, str]) -> list[Shape]:
    """One row per care line: what was spent, what the scheme and we paid, what is left."""
    days = posted_days([line.id for line in lines])
    reversed_by = taken_back_by([line.id for line in lines])
    return [
        {
            "paid_on": days.get(line.id),
            "care_on": line.care_on,
            "care": care_name(line),
            "person": names.get(line.person_id, ""),
            "expense_cents": sign(line) * line.charged_cents,
            "compulsory_cents": compulsory_cents(line),
            "paid_cents": line.posted_cents,
            "left_cents": left_cents(line),
            "paid_why": ref("soin", line.id),
            "to": _("à l’adhérent") if line.posted_cents else "",
            "url": reverse("care-line", args=[line.id]),
            "state": line_state(line, reversed_=line.id in reversed_by, moved=line.id in days),
        }
        for line in lines
    ]


def care_name(line: CareLineFacts | IgnoredLine | BenefitLine) -> str:
    """What the care is called: its act, else its family."""
    return act_labels().get(line.act_code) or words.said(FAMILIES, line.family)


def sign(line: CareLineFacts) -> int:
    """A reversal takes back what it names."""
    return -1 if line.operation == "A" else 1


def compulsory_cents(line: CareLineFacts) -> int:
    """What the compulsory scheme really paid: its part less what it withheld."""
    return sign(line) * (line.amo_cents - line.withheld_cents)


def left_cents(line: CareLineFacts) -> int:
    """What stays with the member, withheld contributions included."""
    return sign(line) * line.charged_cents - compulsory_cents(line) - line.posted_cents


def line_state(line: CareLineFacts, *, reversed_: bool, moved: bool) -> Shape | None:
    """A badge only where something must be said; ``moved``: something was posted, even if nothing of it is left."""
    if line.operation == "A":
        return state(_("Annulation"), "neutral")
    if reversed_:
        return state(_("Annulé"), "neutral")
    if line.posted_cents == 0 and moved:
        return state(_("Repris"), "warn")
    if line.posted_cents == 0:
        return state(_("Rien à notre charge"), "neutral")
    return None
