"""What the search box finds: persons, each with the enrolment under which they are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _

from egide.doors.frame import words
from egide.doors.frame.shell import Shape, state
from egide.journal import clock
from egide.kernel.formats import format_date_short
from egide.people.queries import PersonFound, people_with_ids
from egide.people.search import Answer, Asked, Rank, Sought, answers, understand

COUNTED = 100  # beyond, a search is told to be more precise


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
    enrolment_id: int
    number: str
    link: str
    starts_on: date
    ends_on: date | None
    covered: bool


_KNOWN = """
-- The best enrolment of each person: one that covers them today, else the latest to begin.
SELECT DISTINCT ON (c.person_id) c.person_id, e.id, e.number, c.link, lower(c.period), upper(c.period), c.period @> %s::date
FROM contracts_cover c JOIN contracts_enrolment e ON e.id = c.enrolment_id
WHERE c.person_id = ANY (%s) AND NOT c.cancelled
ORDER BY c.person_id, (c.period @> %s::date) DESC, lower(c.period) DESC
"""

_NUMBERED = """
-- The members of enrolments whose number begins so.
SELECT member_id FROM contracts_enrolment WHERE number ~>=~ %s AND number ~<~ %s ORDER BY number USING ~<~ LIMIT %s
"""


_LAST_ACTS = """
-- On each of these enrolments, the last act of this person, then the last act of anyone, over a month.
SELECT e.id, max(a.id) FILTER (WHERE a.actor_id = %s), max(a.id)
FROM unnest(%s::bigint[]) AS e(id) JOIN LATERAL (SELECT id, actor_id FROM journal_act
  WHERE subject_kind = 'enrolment' AND subject_id = e.id AND done_on >= %s AND actor_id IS NOT NULL
  ORDER BY id DESC LIMIT 20) AS a ON true
GROUP BY e.id
"""


@dataclass(frozen=True, slots=True)
class Found:
    """The answers shown, how many there are in all, and whether that is only the least there are."""

    hits: list[Hit]
    total: int
    bounded: bool


def find(text: str, *, limit: int, actor_id: int | None = None) -> Found:
    """The persons that answer, at most ``limit``, the best first; among those found as well, who was last dealt with."""
    asked = understand(text)
    answered = _answers(text, asked)
    known = known_by([one.id for one in answered])
    answered = [one for one in answered if one.id in known]
    total, bounded = min(len(answered), COUNTED), len(answered) > COUNTED
    shown = _last_dealt_with(answered[:COUNTED], known, actor_id)[:limit]
    people = {one.id: one for one in people_with_ids([one.id for one in shown])}
    alone = total == 1 and asked.kind in (Sought.NUMBER, Sought.NIR, Sought.PHONE, Sought.EMAIL)
    hits = [_hit(people[one.id], known[one.id], asked, one.rank, certain=alone) for one in shown]
    return Found(hits, total, bounded)


def _answers(text: str, asked: Asked) -> list[Answer]:
    """By the enrolment's number, else by what people know of persons; eight digits that are nobody's birth may begin one."""
    if asked.kind is Sought.NUMBER and (numbered := _numbered(asked.value)):
        return numbered
    found = answers(asked, limit=COUNTED + 1)
    digits = text.strip()
    return found or (_numbered(digits) if asked.kind is Sought.BIRTH_DATE and digits.isdecimal() else [])


def _last_dealt_with(answered: Sequence[Answer], known: Mapping[int, Known], actor_id: int | None) -> list[Answer]:
    """In the same rank, first whom this person dealt with last, then whom anyone did: who called calls again."""
    if actor_id is None or len(answered) < 2:
        return list(answered)
    enrolments = sorted({known[one.id].enrolment_id for one in answered})
    with connection.cursor() as cursor:
        cursor.execute(_LAST_ACTS, [actor_id, enrolments, clock.today() - timedelta(days=31)])
        last = {row[0]: (row[1] or 0, row[2] or 0) for row in cursor.fetchall()}

    def key(one: Answer) -> tuple[int, int, int]:
        own, anyone = last.get(known[one.id].enrolment_id, (0, 0))
        return (one.rank, -own, -anyone)

    return sorted(answered, key=key)


def known_by(person_ids: Sequence[int]) -> dict[int, Known]:
    """The enrolment by which each of these persons is known."""
    if not person_ids:
        return {}
    today = clock.today()
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [today, list(person_ids), today])
        return {row[0]: Known(*row) for row in cursor.fetchall()}


def _numbered(digits: str) -> list[Answer]:
    with connection.cursor() as cursor:
        cursor.execute(_NUMBERED, [digits, digits + ":", COUNTED + 1])  # « : » follows « 9 »
        members = dict.fromkeys(row[0] for row in cursor.fetchall())
    return [Answer(member, Rank.EXACT) for member in members]


def _hit(person: PersonFound, known: Known, asked: Asked, rank: Rank, *, certain: bool) -> Hit:
    born = format_date_short(person.birth_date)
    detail = f"{words.said(words.LINKS, known.link)}, {born}, {person.city}"
    return Hit(
        url=reverse("member", args=[known.number]),
        name=f"{person.last_name} {person.first_name}",
        number=known.number,
        detail=detail,
        matched=_matched(person, asked, rank),
        icon="person",
        certain=certain,
        state=_state(known),
    )


def _matched(person: PersonFound, asked: Asked, rank: Rank) -> str:
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
            return {Rank.SOUND: _("se prononce de même"), Rank.NEAR: _("s’écrit presque ainsi")}.get(rank, "")


def _state(known: Known) -> Shape:
    if known.covered:
        return state(_("Couverture en cours"), "ok")
    if known.starts_on > clock.today():
        return state(_("À venir"), "info")
    return state(_("Terminé"), "neutral")
