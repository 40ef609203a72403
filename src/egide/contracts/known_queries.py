"""Two times: what was known on one day of the covers and certificates of another. Lines are written by the database itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection


@dataclass(frozen=True, slots=True)
class KnownCover:
    """A cover as it was known: the act that wrote it so is None for what was there before acts were kept with it."""

    cover_id: int
    person_id: int
    link: str
    student: bool
    starts_on: date
    ends_on: date | None
    act_id: int | None


@dataclass(frozen=True, slots=True)
class KnownCertificate:
    """An aid certificate that had been received."""

    certificate_id: int
    person_id: int
    amount_cents: int
    act_id: int | None


_COVERS = """
-- Of each cover, the last thing known on the first day; kept when it then held on the second.
SELECT cover_id, person_id, link, student, lower(period), upper(period), act_id FROM (
  SELECT DISTINCT ON (cover_id) * FROM contracts_cover_known
  WHERE enrolment_id = %s AND known_on <= %s ORDER BY cover_id, known_on DESC, id DESC) AS last
WHERE NOT cancelled AND period @> %s::date ORDER BY cover_id
"""

_CERTIFICATES = """
SELECT a.id, a.person_id, a.amount_cents, k.act_id FROM contracts_aidcertificate a
JOIN contracts_certificate_known k ON k.certificate_id = a.id
WHERE a.enrolment_id = %s AND k.known_on <= %s AND %s::date BETWEEN a.agreed_on AND a.valid_until ORDER BY a.id
"""


def covers_known(enrolment_id: int, *, known_on: date, on: date) -> list[KnownCover]:
    """Who was thought covered on a day, at the end of another: backdated changes made since are not there."""
    with connection.cursor() as cursor:
        cursor.execute(_COVERS, [enrolment_id, known_on, on])
        return [KnownCover(*row) for row in cursor.fetchall()]


def certificates_known(enrolment_id: int, *, known_on: date, on: date) -> list[KnownCertificate]:
    """The aid certificates in force on a day that had been received at the end of another."""
    with connection.cursor() as cursor:
        cursor.execute(_CERTIFICATES, [enrolment_id, known_on, on])
        return [KnownCertificate(*row) for row in cursor.fetchall()]
