"""Everything the telephone page shows of a member, in a fixed number of queries whatever the household."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from egide.journal.subjects import Belonging, pairs, quiet_acts

_HOUSEHOLD = """
-- The persons of a household with each of their covers (persons never covered come once, without one), and those who live
-- elsewhere but are covered by an enrolment of the household: of them, nothing but that cover.
WITH enrolled AS (
  SELECT e.id FROM people_person m JOIN contracts_enrolment e ON e.member_id = m.id WHERE m.household_id = %(household)s),
shown AS (
  SELECT id AS person_id, true AS lives_here FROM people_person WHERE household_id = %(household)s
  UNION
  SELECT c.person_id, false FROM contracts_cover c JOIN people_person p ON p.id = c.person_id
  WHERE c.enrolment_id IN (SELECT id FROM enrolled) AND NOT c.cancelled
    AND c.period && daterange(%(day)s, NULL) AND p.household_id <> %(household)s)
SELECT p.id, p.first_name, p.last_name, p.birth_date, c.id, c.link, lower(c.period), upper(c.period), c.since,
  e.id, e.number, e.product_code, e.formula, e.scheme, e.starts_on, e.ends_on, e.revision,
  e.member_id IS NOT DISTINCT FROM p.id, p.nir, shown.lives_here
FROM shown JOIN people_person p ON p.id = shown.person_id
LEFT JOIN contracts_cover c ON c.person_id = p.id AND NOT c.cancelled
  AND (shown.lives_here OR c.enrolment_id IN (SELECT id FROM enrolled))
LEFT JOIN contracts_enrolment e ON e.id = c.enrolment_id
ORDER BY (c.period @> %(day)s::date) DESC NULLS LAST, array_position(ARRAY['member', 'spouse', 'child'], c.link),
  p.birth_date, p.id, lower(c.period) DESC
"""


@dataclass(frozen=True, slots=True)
class CoverRow:
    """A person of the household and one of their covers, if any."""

    person_id: int
    first_name: str
    last_name: str
    birth_date: date
    cover_id: int | None
    link: str | None
    starts_on: date | None
    ends_on: date | None
    since: date | None
    enrolment_id: int | None
    number: str | None
    product_code: str | None
    formula: str | None
    scheme: str | None
    enrolment_starts_on: date | None
    enrolment_ends_on: date | None
    revision: int | None
    is_member: bool
    nir: str
    lives_here: bool

    @property
    def name(self) -> str:
        """First name, last name."""
        return f"{self.first_name} {self.last_name}"

    def covers(self, day: date) -> bool:
        """True when this cover holds on a day."""
        return self.starts_on is not None and self.starts_on <= day and (self.ends_on is None or day < self.ends_on)


def household(household_id: int, day: date) -> list[CoverRow]:
    """The persons of a household and their covers: those that hold on a day first, the member before the others."""
    with connection.cursor() as cursor:
        cursor.execute(_HOUSEHOLD, {"household": household_id, "day": day})
        return [CoverRow(*row) for row in cursor.fetchall()]


_ONE_COVER = """
-- One cover that stands, with its person and its enrolment.
SELECT p.id, p.first_name, p.last_name, p.birth_date, c.id, c.link, lower(c.period), upper(c.period), c.since,
  e.id, e.number, e.product_code, e.formula, e.scheme, e.starts_on, e.ends_on, e.revision,
  e.member_id IS NOT DISTINCT FROM p.id, p.nir, true
FROM contracts_cover c JOIN people_person p ON p.id = c.person_id JOIN contracts_enrolment e ON e.id = c.enrolment_id
WHERE c.id = %s AND NOT c.cancelled
"""


def cover_row(cover_id: int) -> CoverRow | None:
    """One cover with its person; None when it is absent and when it is out of reach: nobody learns which."""
    with connection.cursor() as cursor:
        cursor.execute(_ONE_COVER, [cover_id])
        row = cursor.fetchone()
    return CoverRow(*row) if row else None


_ITEMS = """
-- Open work about these subjects.
SELECT i.id FROM work_item i JOIN unnest(%s::text[], %s::bigint[]) AS wanted(kind, id)
  ON i.subject_kind = wanted.kind AND i.subject_id = wanted.id
WHERE i.state <> 'done' ORDER BY i.due_on NULLS LAST LIMIT 20
"""


def open_items(subjects: Belonging) -> list[int]:
    """The numbers of the open work items about these subjects."""
    with connection.cursor() as cursor:
        cursor.execute(_ITEMS, pairs(subjects))
        return [row[0] for row in cursor.fetchall()]


_TIMELINE = """
-- What was done on these subjects, the latest first; following acts say nothing new.
SELECT a.id, a.kind, a.subject_kind, a.subject_id, a.subject_label, a.actor_label, a.channel, a.done_at, a.reasons
FROM journal_act a JOIN unnest(%s::text[], %s::bigint[]) AS wanted(kind, id)
  ON a.subject_kind = wanted.kind AND a.subject_id = wanted.id
WHERE a.kind <> ALL (%s) ORDER BY a.id DESC LIMIT 15
"""


@dataclass(frozen=True, slots=True)
class Done:
    """One act as the timeline tells it."""

    id: int
    kind: str
    subject_kind: str
    subject_id: int
    label: str
    by: str
    channel: str
    at: date
    reasons: list[str]


def timeline(subjects: Belonging) -> list[Done]:
    """The latest acts on these subjects."""
    with connection.cursor() as cursor:
        cursor.execute(_TIMELINE, [*pairs(subjects), list(quiet_acts())])
        return [Done(*(*told, texts(reasons))) for *told, reasons in cursor.fetchall()]


def texts(value: object) -> list[str]:
    """The sentences of a jsonb list, decoded or not."""
    found = json.loads(value) if isinstance(value, str) else value
    return [str(one) for one in found] if isinstance(found, list) else []


_POSTED = """
-- When each of these care lines was last posted.
SELECT care_line_id, max(booked_on) FROM benefits_posting WHERE care_line_id = ANY (%s) GROUP BY care_line_id
"""


def posted_days(line_ids: Sequence[int]) -> dict[int, date]:
    """The day of the last posting of each care line."""
    if not line_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_POSTED, [list(line_ids)])
        return dict(cursor.fetchall())


_PAPERS = """
-- Papers of these subjects.
SELECT d.id, d.title, d.made_on, d.received, d.kind FROM documents_document d
JOIN unnest(%s::text[], %s::bigint[]) AS wanted(kind, id) ON d.subject_kind = wanted.kind AND d.subject_id = wanted.id
ORDER BY d.id DESC LIMIT 12
"""


@dataclass(frozen=True, slots=True)
class Paper:
    """A document of the file."""

    id: int
    title: str
    made_on: date
    received: bool
    kind: str


def papers(subjects: Belonging) -> list[Paper]:
    """The latest documents of these subjects."""
    with connection.cursor() as cursor:
        cursor.execute(_PAPERS, pairs(subjects))
        return [Paper(*row) for row in cursor.fetchall()]


_CERTIFICATES = """
SELECT a.person_id, p.first_name, a.valid_until, a.amount_cents FROM contracts_aidcertificate a
JOIN people_person p ON p.id = a.person_id WHERE a.enrolment_id = ANY (%s) AND a.nature = 'acs' ORDER BY a.valid_until
"""


def certificates(enrolment_ids: Sequence[int]) -> list[tuple[int, str, date, int]]:
    """The aid certificates of these enrolments: person, first name, last day, cents a year."""
    with connection.cursor() as cursor:
        cursor.execute(_CERTIFICATES, [list(enrolment_ids)])
        return list(cursor.fetchall())
