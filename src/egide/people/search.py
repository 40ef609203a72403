"""The one search box: what the text means, and the persons who answer, the best first.

The text decides what is sought. Names are found as written, then by their sound, then nearly as written; the keys and their
indexes stand in the database (migration 0005), which also keeps the search within the perimeters of who asks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum

from django.db import connection

from egide.journal import clock
from egide.kernel.text import search_key
from egide.people.queries import PersonFound, people_with_ids


class Sought(StrEnum):
    """What the text of the box looks like."""

    NAME = "name"
    NUMBER = "number"
    PHONE = "phone"
    EMAIL = "email"
    NIR = "nir"
    IBAN = "iban"
    BIRTH_DATE = "birth_date"
    NOTHING = "nothing"


class Rank(IntEnum):
    """How a person was found, the surest first."""

    EXACT = 1
    WORDS = 2
    PLACE = 3
    SOUND = 4
    NEAR = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """The text of the box once understood: what it is, its canonical value, and the birth date typed with a name."""

    kind: Sought
    value: str
    born: date | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One person who answers, and how."""

    id: int
    rank: Rank


_NIR = re.compile(r"[1-478]\d{4}(?:\d{2}|2[AB])\d{6}(?:\d{2})?")
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("janvier janv", "fevrier fevr fev", "mars", "avril avr", "mai", "juin", "juillet juil", "aout", "septembre sept",
         "octobre oct", "novembre nov", "decembre dec"), start=1,
    )
    for name in names.split()
}  # fmt: skip
_FIGURES = re.compile(
    r"(?<!\d)(\d{1,2})\s*([/.\-])\s*(\d{1,2})\s*\2\s*(\d{4}|\d{2})(?!\d)|(?<!\S)(\d{1,2}) (\d{1,2}) (\d{4})(?!\S)"
)
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_TOGETHER = re.compile(r"(?<!\S)(\d{2})(\d{2})((?:19|20)\d{2})(?!\S)")
_IN_WORDS = re.compile(r"(?<!\S)(\d{1,2})(?:er)? ([a-z]+)\.? (\d{4})(?!\S)")


MOST_LETTERS, MOST_WORDS = 100, 6


def too_long(text: str) -> bool:
    """True when more is typed than the box seeks: the words of a name are compared with each name of the base."""
    return len(text) > MOST_LETTERS or (understand(text).kind is Sought.NOTHING and _words(text) > MOST_WORDS)


def _words(name: str) -> int:
    return len(search_key(name).split())


def understand(text: str) -> Asked:
    """What is sought: the form of the text decides, a name when nothing else fits.

    4 digits are the end of an IBAN; 5 to 9 an enrolment number or its beginning; 10 with a leading 0 a phone number;
    13 or 15 characters a social-security number; a date, as the French write it or not, a birth date, alone or with a name.
    More than ``MOST_LETTERS`` letters, or a name of more than ``MOST_WORDS`` words, is nothing that we seek.
    """
    if len(text) > MOST_LETTERS:
        return Asked(Sought.NOTHING, "")
    bare = re.sub(r"[\s.\-]", "", text).upper()
    if "@" in text:
        return Asked(Sought.EMAIL, text.strip().lower())
    if _NIR.fullmatch(bare):
        return Asked(Sought.NIR, bare[:13])
    if _IBAN.fullmatch(bare):
        return Asked(Sought.IBAN, bare)
    dated, rest = _date_in(text)
    if dated:
        day = _day(*dated)
        if day is None:
            return Asked(Sought.NOTHING, text.strip())
        name = search_key(rest)
        if _words(rest) > MOST_WORDS:
            return Asked(Sought.NOTHING, name)
        return Asked(Sought.NAME, name, day) if name else Asked(Sought.BIRTH_DATE, day.isoformat())
    digits = bare.removeprefix("+")
    if digits.isascii() and digits.isdigit():
        return _digits(digits)
    name = search_key(text)
    return Asked(Sought.NAME if len(name) >= 2 and _words(text) <= MOST_WORDS else Sought.NOTHING, name)


def _date_in(text: str) -> tuple[tuple[int, int, int] | None, str]:
    """The first date that a text holds, as (day, month, year), and the text without it."""
    for pattern in (_ISO, _FIGURES, _TOGETHER):
        found = pattern.search(text.strip())
        if found:
            parts = [int(part) for part in found.groups() if part and part.isdigit()]
            day, month, year = reversed(parts) if pattern is _ISO else parts
            return (day, month, _century(year)), f"{text.strip()[: found.start()]} {text.strip()[found.end() :]}"
    words = " ".join(re.split(r"[\s]+", search_key(text)))
    found = _IN_WORDS.search(words)
    if found and found[2] in _MONTHS:
        return (int(found[1]), _MONTHS[found[2]], int(found[3])), f"{words[: found.start()]} {words[found.end() :]}"
    return None, text


def _century(year: int) -> int:
    """Two figures are a year of this century when it has come, else of the last."""
    if year > 99:
        return year
    this = clock.today().year
    return year + this // 100 * 100 - (100 if year > this % 100 else 0)


def _digits(digits: str) -> Asked:
    phone = "0" + digits[2:] if digits.startswith("33") and len(digits) == 11 else digits
    if len(digits) == 4:
        return Asked(Sought.IBAN, digits)
    if phone.startswith("0") and not phone.startswith("00") and 6 <= len(phone) <= 10:
        return Asked(Sought.PHONE, phone)
    return Asked(Sought.NUMBER if 4 < len(digits) <= 12 else Sought.NOTHING, digits)


def _day(day: int, month: int, year: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


_BY_NAME = "SELECT found_id, found_rank FROM people_found(%s, %s, %s, %s)"
_PERSONS = "SELECT p.id FROM people_person p "
_ORDER = " ORDER BY p.sort_key, p.birth_date LIMIT %s"
_BY = {
    Sought.PHONE: "WHERE p.id = ANY (ARRAY(SELECT people_found_by_contact('phone', %s, %s)))",
    Sought.EMAIL: "WHERE p.id = ANY (ARRAY(SELECT people_found_by_contact('email', %s, %s)))",
    Sought.NIR: "WHERE p.insured_nir = %s OR p.nir = %s",
    Sought.IBAN: "WHERE p.id IN (SELECT person_id FROM people_bankaccount WHERE tail = %s AND (%s = '' OR iban = %s))",
    Sought.BIRTH_DATE: "WHERE p.birth_date = %s",
}


def answers(asked: Asked, *, limit: int = 20) -> list[Answer]:
    """Who answers, the best first, at most ``limit``.

    An enrolment number is not ours to know; five digits may also be a postal code.
    """
    value = asked.value
    if asked.kind is Sought.NAME or (asked.kind is Sought.NUMBER and len(value) == 5):
        return _named(value, asked.born, limit)
    if asked.kind not in _BY:
        return []
    parameters: dict[Sought, list[str | int | date]] = {
        Sought.PHONE: [value, limit],
        Sought.EMAIL: [value, limit],
        Sought.NIR: [value, value],
        Sought.IBAN: [value[-4:], value if len(value) > 4 else "", value],
        Sought.BIRTH_DATE: [value],
    }
    with connection.cursor() as cursor:
        cursor.execute(_PERSONS + _BY[asked.kind] + _ORDER, [*parameters[asked.kind], limit])
        return [Answer(row[0], Rank.EXACT) for row in cursor.fetchall()]


def _named(text: str, born: date | None, limit: int) -> list[Answer]:
    words = re.sub(r"[^a-z0-9]+", " ", text).split()
    if not words:
        return []
    variants = [" ".join(words), *(" ".join(_joined(words, place)) for place in range(len(words) - 1))]
    with connection.cursor() as cursor:
        cursor.execute(_BY_NAME, [" ".join(words), variants, born, limit])
        return [Answer(person_id, Rank(rank)) for person_id, rank in cursor.fetchall()]


def _joined(words: Sequence[str], place: int) -> list[str]:
    """The words with one and the next written together: « le gall » is also « legall »."""
    return [*words[:place], words[place] + words[place + 1], *words[place + 2 :]]


def people_like(asked: Asked, *, limit: int = 20) -> list[PersonFound]:
    """The persons that answer, the best first; at most ``limit``."""
    found = [one.id for one in answers(asked, limit=limit)]
    by_id = {one.id: one for one in people_with_ids(found)}
    return [by_id[one] for one in found]
