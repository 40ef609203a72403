"""What the search box finds: persons, each with the enrolment under which they are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _

from egide.doors.frame import words
from egide.doors.frame.shell import Shape, state
from egide.journal import clock
from egide.kernel.formats import format_date_short
from egide.people.queries import Asked, PersonFound, Sought, people_like, people_with_ids, understand


@dataclass(frozen=True, slots=True)
class Hit:
    """One answer: where it leads, who it is, what told it; ``certain`` when the text names it exactly."""

    url: str
    name: str
    number: str
    detail: str
    matched: str
    icon: str
    certain: bool
    state: Shape | None


@dataclass(frozen=True, slots=True)
class Known:
    """The enrolment by which a person is known: the current one, else the latest."""

    person_id: int
    number: str
    link: str
    starts_on: date
    ends_on: date | None
    covered: bool


_KNOWN = """
-- The best enrolment of each person: one that covers them today, else the latest to begin.
SELECT DISTINCT ON (c.person_id) c.person_id, e.number, c.link, lower(c.period), upper(c.period), c.period @> %s::date
FROM contracts_cover c JOIN contracts_enrolment e ON e.id = c.enrolment_id
WHERE c.person_id = ANY (%s) AND NOT c.cancelled
ORDER BY c.person_id, (c.period @> %s::date) DESC, lower(c.period) DESC
"""

_NUMBERED = """
-- The members of enrolments whose number begins so.
SELECT member_id FROM contracts_enrolment WHERE number ~>=~ %s AND number ~<~ %s ORDER BY number USING ~<~ LIMIT %s
"""


def find(text: str, *, limit: int) -> tuple[list[Hit], bool]:
    """The persons that answer, at most ``limit``, and whether there are more."""
    asked = understand(text)
    people = _numbered(asked, limit + 1) if asked.kind is Sought.NUMBER else people_like(asked, limit=limit + 1)
    more, people = len(people) > limit, people[:limit]
    known = known_by([person.id for person in people])
    alone = len(people) == 1 and asked.kind in (Sought.NUMBER, Sought.NIR, Sought.PHONE, Sought.EMAIL)
    return [_hit(person, known[person.id], asked, certain=alone) for person in people if person.id in known], more


def known_by(person_ids: Sequence[int]) -> dict[int, Known]:
    """The enrolment by which each of these persons is known."""
    if not person_ids:
        return {}
    today = clock.today()
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [today, list(person_ids), today])
        return {row[0]: Known(*row) for row in cursor.fetchall()}


def _numbered(asked: Asked, limit: int) -> list[PersonFound]:
    with connection.cursor() as cursor:
        cursor.execute(_NUMBERED, [asked.value, asked.value + ":", limit])  # « : » follows « 9 »
        return people_with_ids([row[0] for row in cursor.fetchall()])


def _hit(person: PersonFound, known: Known, asked: Asked, *, certain: bool) -> Hit:
    born = format_date_short(person.birth_date)
    detail = f"{words.said(words.LINKS, known.link)}, {born}, {person.city}"
    return Hit(
        url=reverse("member", args=[known.number]),
        name=f"{person.last_name} {person.first_name}",
        number=known.number,
        detail=detail,
        matched=_matched(person, asked),
        icon="person",
        certain=certain,
        state=_state(known),
    )


def _matched(person: PersonFound, asked: Asked) -> str:
    """What was recognised, when the line does not show it already."""
    match asked.kind:
        case Sought.PHONE:
            return person.phone
        case Sought.EMAIL:
            return person.email
        case Sought.IBAN:
            return _("IBAN finissant par %(tail)s") % {"tail": asked.value[-4:]}
        case Sought.NIR:
            return _("numéro de sécurité sociale")
        case _:
            return ""


def _state(known: Known) -> Shape:
    if known.covered:
        return state(_("Couvert"), "ok")
    if known.starts_on > clock.today():
        return state(_("À venir"), "info")
    return state(_("Terminé"), "neutral")
