"""Reasons of a cover: why a person is covered from one day to another."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.utils.translation import gettext as _

from egide.doors.desk.reasons import why_sentences
from egide.doors.frame import words
from egide.doors.frame.access import PageRequest
from egide.doors.frame.shell import Shape
from egide.doors.member.member_reads import texts
from egide.kernel.text import elided

_COVER = """
-- A cover, its person, its enrolment, and the reasons written when it was validated.
SELECT p.first_name, c.link, lower(c.period), upper(c.period), e.number,
  (SELECT a.reasons FROM journal_act a WHERE a.subject_kind = 'enrolment' AND a.subject_id = e.id
     AND a.kind IN ('enrolment.validate', 'endorsement.add_person') ORDER BY a.id LIMIT 1)
FROM contracts_cover c JOIN people_person p ON p.id = c.person_id JOIN contracts_enrolment e ON e.id = c.enrolment_id
WHERE c.id = %s
"""


def cover(request: PageRequest, key: str) -> Shape | None:  # noqa: ARG001
    """Why a person is covered from one day to another."""
    if not key.isdecimal():
        return None
    with connection.cursor() as cursor:
        cursor.execute(_COVER, [int(key)])
        row = cursor.fetchone()
    if row is None:
        return None
    name, link, start, end, number, reasons = row
    until = _("jusqu’au %(day)s") % {"day": words.day(end - timedelta(days=1))} if end else _("sans date de fin")
    said = _("%(who)s (%(link)s) est couvert par l’adhésion %(number)s depuis le %(start)s, %(until)s.") % {
        "who": name,
        "link": words.said(words.LINKS, link).lower(),
        "number": number,
        "start": words.day(start),
        "until": until,
    }
    return why_sentences(elided(_("Couverture de %(who)s") % {"who": name}), start, "jour", [said, *texts(reasons)])
