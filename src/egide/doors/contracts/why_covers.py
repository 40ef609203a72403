"""Reasons of a cover: why a person is covered from one day to another."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import connection
from django.utils.translation import gettext as _

from egide.doors.desk.reasons import why_sentences
from egide.doors.frame import words
from egide.doors.frame.access import PageRequest
from egide.doors.frame.shell import Shape
from egide.journal.queries import ActRow, acts_about
from egide.kernel.text import elided

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
