"""Reasons of what is already in the books: a clock, a cover, an act."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import connection
from django.utils.translation import gettext as _

from egide.doors.desk.reasons import why_sentences
from egide.doors.frame import words
from egide.doors.frame.access import PageRequest
from egide.doors.frame.shell import Shape
from egide.journal import clock
from egide.journal.queries import ActRow, acts_about, find_act
from egide.kernel.text import elided
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


_COVER = """
-- A cover, its person, its enrolment.
SELECT p.first_name, c.link, lower(c.period), upper(c.period), e.number, e.id, e.starts_on, e.ends_on
FROM contracts_cover c JOIN people_person p ON p.id = c.person_id JOIN contracts_enrolment e ON e.id = c.enrolment_id
WHERE c.id = %s
"""
_ENDS = ("endorsement.remove_person", "endorsement.terminate")


def cover(request: PageRequest, key: str) -> Shape | None:  # noqa: ARG001
    """Why a person is covered from one day to another: what opened the cover, and what ended it if anything did."""
    if not key.isdecimal():
        return None
    with connection.cursor() as cursor:
        cursor.execute(_COVER, [int(key)])
        row = cursor.fetchone()
    if row is None:
        return None
    name, link, start, end, number, enrolment_id, starts_on, ends_on = row
    until = _("jusqu’au %(day)s") % {"day": words.day(end - timedelta(days=1))} if end else _("sans date de fin")
    said = _("%(who)s (%(link)s), adhésion %(number)s : couverture depuis le %(start)s, %(until)s.") % {
        "who": name,
        "link": words.said(words.LINKS, link).lower(),
        "number": number,
        "start": words.day(start),
        "until": until,
    }
    acts = acts_about([("enrolment", enrolment_id)])
    opening = [
        one
        for one in acts
        if (
            one.kind.startswith("enrolment.")
            if start == starts_on
            else one.kind == "endorsement.add_person" and _of_day(one, start)
        )
    ]
    ending = [one for one in acts if one.kind in _ENDS and end and _of_day(one, end)]
    reasons = [str(reason) for one in (*opening[:1], *ending) for reason in one.reasons]
    if end and not ending and end == ends_on:
        reasons.append(_("L’adhésion se termine ce jour-là."))
    return why_sentences(elided(_("Couverture de %(who)s") % {"who": name}), start, "jour", [said, *reasons])


def _of_day(act: ActRow, day: date) -> bool:
    """True when an endorsement took effect on a day."""
    return str(act.outcome.get("effect_on", "")) == day.isoformat()


def act(request: PageRequest, key: str) -> Shape | None:  # noqa: ARG001
    """The reasons written with an act of the journal."""
    found = find_act(int(key)) if key.isdecimal() else None
    if found is None:
        return None
    return why_sentences(
        words.said(words.ACTS, found.kind), found.done_at, "instant", list(found.reasons), sentence=found.subject_label
    )
