"""Reasons of what every trade has: a clock, an act of the journal."""

from __future__ import annotations

from django.utils.translation import gettext as _

from egide.doors.desk.reasons import why_sentences
from egide.doors.frame import words
from egide.doors.frame.access import PageRequest
from egide.doors.frame.shell import Shape
from egide.journal import clock
from egide.journal.queries import find_act
from egide.kernel.time_limits import Deadline
from egide.work.queries import clock_of, find_item


def clock_of_item(request: PageRequest, key: str) -> Shape | None:  # noqa: ARG001
    """Why a file is due on its day: the rule, the start, the pauses, the calendar."""
    item = find_item(int(key)) if key.isdecimal() else None
    if item is None:
        return None
    found: Deadline = clock_of(item, list(item.pauses.all()), clock.today())
    title = _("Échéance : %(title)s") % {"title": item.title}
    return why_sentences(
        title, found.due_on or _("en pause"), "jour" if found.due_on else "texte", found.reasons, sentence=found.words()
    )


def act(request: PageRequest, key: str) -> Shape | None:  # noqa: ARG001
    """The reasons written with an act of the journal."""
    found = find_act(int(key)) if key.isdecimal() else None
    if found is None:
        return None
    return why_sentences(
        words.said(words.ACTS, found.kind), found.done_at, "instant", list(found.reasons), sentence=found.subject_label
    )
