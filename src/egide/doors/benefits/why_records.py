"""Reasons of what benefits posted: a care line, a ceiling."""

from __future__ import annotations

from django.db import connection
from django.utils.translation import gettext as _

from egide.benefits.queries import care_line as read_line
from egide.benefits.queries import explain_line, lives
from egide.doors.benefits.ceilings import limits_of
from egide.doors.benefits.member_care import care_name
from egide.doors.benefits.words import FAMILIES
from egide.doors.desk.reasons import part, why_rule, why_sentences
from egide.doors.frame import words
from egide.doors.frame.access import PageRequest
from egide.doors.frame.shell import Shape
from egide.journal import clock
from egide.kernel.money import format_eur
from egide.products.queries import book_for


def care(request: PageRequest, key: str) -> Shape | None:  # noqa: ARG001
    """Why a care line was paid what it was, with the ceilings as they stood before it."""
    if not key.isdecimal():
        return None
    line = read_line(int(key))
    title = _("%(care)s du %(day)s") % {"care": care_name(line), "day": words.day(line.care_on)}
    if line.operation == "A":
        reason = _("La caisse a annulé la ligne d’origine : son montant est repris en entier.")
        return why_sentences(title, line.posted_cents, "eur", [reason])
    return why_rule(title, explain_line(line.id), book_for(_product_of(line.enrolment_id), line.care_on.replace(day=1)))


def _product_of(enrolment_id: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT product_code FROM contracts_enrolment WHERE id = %s", [enrolment_id])
        return str(cursor.fetchone()[0])


_USED = "SELECT used FROM benefits_counter WHERE product_code = %s AND counter = %s AND key = %s"

_CONSUMED = """
-- The care that consumed a ceiling: what was posted on the lines of the same person and family in the same year.
SELECT l.care_on, l.act_code, l.family, sum(p.amount_cents)::bigint FROM benefits_care_line l
JOIN benefits_posting p ON p.care_line_id = l.id
WHERE l.person_id = %s AND l.family = %s AND l.care_on >= %s AND l.care_on < %s
GROUP BY l.id, l.care_on, l.act_code, l.family HAVING sum(p.amount_cents) <> 0 ORDER BY l.care_on, l.id
"""


def ceiling(request: PageRequest, key: str) -> Shape | None:  # noqa: ARG001
    """What remains of a ceiling: its limit by the rule book, and the care that used it."""
    line_text, _sep, counter = key.partition(".")
    if not line_text.isdecimal():
        return None
    line = read_line(int(line_text))
    mine = lives([line.enrolment_id])
    found = [one for one in limits_of(mine.filter(mine["line_id"] == line.id)) if one.counter == counter]
    if not found:
        return None
    limit = found[0]
    rule = limit.book.rules[counter]
    with connection.cursor() as cursor:
        cursor.execute(_USED, [limit.book.code, counter, limit.key])
        used = int((cursor.fetchone() or (0,))[0])
        year = line.care_on.replace(month=1, day=1)
        cursor.execute(_CONSUMED, [line.person_id, line.family, year, year.replace(year=year.year + 1)])
        consumed = cursor.fetchall()
    left = limit.limit - used
    eur = rule.type.name == "montant"

    def shown(value: int) -> str:
        return format_eur(value) if eur else str(value)

    said = _("Limite « %(label)s » : il reste %(left)s sur %(limit)s, %(used)s déjà utilisés.")
    sentence = said % {"label": rule.label, "left": shown(left), "limit": shown(limit.limit), "used": shown(used)}
    tree: Shape = {
        "sentence": sentence,
        "value": left,
        "unit": "eur" if eur else "nombre",
        "article": {"label": rule.article},
        "inputs": [
            part(_("%(care)s du %(day)s") % {"care": words.said(FAMILIES, family), "day": f"{on:%d/%m/%Y}"}, cents)
            for on, _code, family, cents in consumed
        ],
    }
    return {
        "title": rule.label.capitalize(),
        "value": left,
        "unit": tree["unit"],
        "spoken": sentence,
        "tree": tree,
        "known_on": clock.today(),
    }
