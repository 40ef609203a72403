"""Reads of people: who acts and what their team opens to them; who is found by the one search box."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeAlias

from django.db import connection

from egide.journal.facts import Actor, Role
from egide.kernel.errors import Refusal
from egide.kernel.text import search_key
from egide.people.facts import RightsNumbers
from egide.people.models import Organisation, Person, Team, User

# The row that reads give: floors above name its type from here, and leave the tables to this one.
UserRow: TypeAlias = User


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


@dataclass(frozen=True, slots=True)
class Asked:
    """The text of the box once understood: what it is, and its canonical value."""

    kind: Sought
    value: str


@dataclass(frozen=True, slots=True)
class PersonFound:
    """One person found, with what tells them apart on the telephone."""

    id: int
    household_id: int
    last_name: str
    first_name: str
    birth_date: date
    city: str
    phone: str
    email: str


_NIR = re.compile(r"[1-478]\d{4}(?:\d{2}|2[AB])\d{6}(?:\d{2})?")
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_BORN = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})")


def understand(text: str) -> Asked:
    """What is sought: the form of the text decides, a name when nothing else fits.

    4 digits are the end of an IBAN; 5 to 9 an enrolment number or its beginning; 10 with a leading 0 a phone number;
    13 or 15 characters a social-security number; a date with its day first a birth date.
    """
    bare = re.sub(r"[\s.\-]", "", text).upper()
    born = _BORN.fullmatch(text.strip())
    if born:
        day = _day(*(int(part) for part in born.groups()))
        return Asked(Sought.BIRTH_DATE, day.isoformat()) if day else Asked(Sought.NOTHING, text.strip())
    if "@" in text:
        return Asked(Sought.EMAIL, text.strip().lower())
    if _NIR.fullmatch(bare):
        return Asked(Sought.NIR, bare[:13])
    if _IBAN.fullmatch(bare):
        return Asked(Sought.IBAN, bare)
    digits = bare.removeprefix("+")
    if digits.isascii() and digits.isdigit():
        return _digits(digits)
    name = search_key(text)
    return Asked(Sought.NAME if len(name) >= 2 else Sought.NOTHING, name)


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


_FOUND = """
-- Persons by number, with the address that tells them apart.
SELECT p.id, p.household_id, p.last_name, p.first_name, p.birth_date, h.city, h.phone, h.email
FROM people_person p JOIN people_household h ON h.id = p.household_id
"""
_ORDER = " ORDER BY p.sort_key, p.birth_date LIMIT %s"

_BY = {
    Sought.NAME: "WHERE p.id = ANY (ARRAY(SELECT people_found_by_name(%s, %s, %s)))",
    Sought.PHONE: "WHERE p.id = ANY (ARRAY(SELECT people_found_by_contact('phone', %s, %s)))",
    Sought.EMAIL: "WHERE p.id = ANY (ARRAY(SELECT people_found_by_contact('email', %s, %s)))",
    Sought.NIR: "WHERE p.insured_nir = %s OR p.nir = %s",
    Sought.IBAN: "WHERE p.id IN (SELECT person_id FROM people_bankaccount WHERE tail = %s AND (%s = '' OR iban = %s))",
    Sought.BIRTH_DATE: "WHERE p.birth_date = %s",
}


def people_like(asked: Asked, *, limit: int = 20) -> list[PersonFound]:
    """The persons that answer, in order of name; at most ``limit``. An enrolment number is not ours to know."""
    if asked.kind not in _BY:
        return []
    value = asked.value
    parameters: dict[Sought, list[Any]] = {
        Sought.NAME: [value, [f"% {word}%" for word in value.split()], limit],
        Sought.PHONE: [value, limit],
        Sought.EMAIL: [value, limit],
        Sought.NIR: [value, value],
        Sought.IBAN: [value[-4:], value if len(value) > 4 else "", value],
        Sought.BIRTH_DATE: [value],
    }
    return _people(_FOUND + _BY[asked.kind] + _ORDER, [*parameters[asked.kind], limit])


def people_with_ids(person_ids: Sequence[int]) -> list[PersonFound]:
    """These persons, in order of name."""
    return _people(_FOUND + "WHERE p.id = ANY (%s)" + _ORDER, [list(person_ids), len(person_ids)])


def _people(statement: str, parameters: Sequence[Any]) -> list[PersonFound]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [PersonFound(*row) for row in cursor.fetchall()]


_TEAM = """
-- The team of a person: its name and the perimeters it opens.
SELECT t.name, array_agg(p.perimeter_id ORDER BY p.perimeter_id) FILTER (WHERE p.perimeter_id IS NOT NULL)
FROM people_team t LEFT JOIN people_team_perimeters p ON p.team_id = t.id WHERE t.id = %s GROUP BY t.name
"""


def entering(user: User) -> tuple[Actor, str]:
    """A person as the journal knows them, and the name of their team; without a team they see nothing."""
    with connection.cursor() as cursor:
        cursor.execute(_TEAM, [user.team_id])
        name, perimeters = cursor.fetchone() or ("", None)
    return Actor(user.full_name, Role(user.role), tuple(perimeters or ()), id=user.pk, team_id=user.team_id), name


def actor_of(user: User) -> Actor:
    """A person as the journal knows them: their role, and the perimeters that their team opens."""
    return entering(user)[0]


def active_user(user_id: int) -> UserRow | None:
    """The person of a number, if they may sign in."""
    return User.objects.filter(pk=user_id, is_active=True).first()


def active_user_at(email: str) -> UserRow | None:
    """The person of an address, whatever its capitals, if they may sign in."""
    return User.objects.filter(email__iexact=email, is_active=True).first()


def active_emails(among: Iterable[str]) -> set[str]:
    """Those of these addresses whose person may sign in."""
    return set(User.objects.filter(email__in=list(among), is_active=True).values_list("email", flat=True))


def actor_with_id(user_id: int) -> Actor:
    """A person as the journal knows them today; refused when they may no longer come in."""
    found = active_user(user_id)
    if found is None:
        raise Refusal(
            "people.no_user",
            "La personne qui l’a demandé n’a plus de compte actif.",
            "Demandez-le de nouveau sous votre nom.",
            str(user_id),
        )
    return actor_of(found)


def colleagues_of(team_id: int | None) -> list[Actor]:
    """The active people of a team, in order of name."""
    found = User.objects.filter(team_id=team_id, is_active=True).order_by("full_name") if team_id else ()
    return [actor_of(user) for user in found]


def user_names(user_ids: Iterable[int | None]) -> dict[int, str]:
    """The names of these users; who was closed keeps their name."""
    wanted = {user_id for user_id in user_ids if user_id is not None}
    return dict(User.objects.filter(pk__in=wanted).values_list("pk", "full_name")) if wanted else {}


@dataclass(frozen=True, slots=True)
class TeamTold:
    """A team, with the codes of the organisations that it opens."""

    id: int
    name: str
    site: str
    region: str
    perimeters: tuple[str, ...]


def teams() -> list[TeamTold]:
    """Every team, in order of name."""
    found = Team.objects.prefetch_related("perimeters").order_by("name", "site")
    return [
        TeamTold(one.pk, one.name, one.site, one.region, tuple(each.code for each in one.perimeters.all()))
        for one in found
    ]


def team_named(name: str, *, site: str = "") -> TeamTold:
    """The team of a name, on a site when two sites have one so named."""
    found = [one for one in teams() if one.name == name and site in ("", one.site)]
    if len(found) != 1:
        known = ", ".join(f"{one.name} ({one.site})" for one in teams())
        raise Refusal(
            "people.team_not_found",
            "Aucune équipe ne porte ce nom, ou plusieurs le portent.",
            f"Équipes : {known or 'aucune'}.",
            name,
        )
    return found[0]


def organisations() -> list[tuple[str, str, str]]:
    """Every organisation with a perimeter: its code, its kind, its name."""
    found = Organisation.objects.filter(perimeter__isnull=False).order_by("perimeter_id", "pk")
    return list(found.values_list("perimeter__code", "kind", "name"))


def rights_sender(perimeter_id: int) -> RightsNumbers | None:
    """The numbers of the organisation that manages a perimeter; None until they are recorded."""
    found = Organisation.objects.filter(perimeter_id=perimeter_id).exclude(kind="partner").order_by("kind").first()
    if found is None or not found.amc_number:
        return None
    return RightsNumbers(found.amc_number, found.rights_sender, found.rights_recipient)


def users() -> list[User]:
    """Everyone who has an account, closed ones too, in order of name."""
    return list(User.objects.select_related("team").order_by("full_name", "pk"))


def region_of(team_id: int | None) -> str:
    """The region whose public holidays a team keeps; the national ones without a team."""
    team = Team.objects.filter(pk=team_id).first() if team_id else None
    return team.region if team else "national"


def user_by_role(role: str) -> User:
    """The first active person of a role."""
    found = User.objects.filter(role=role, is_active=True).order_by("pk").first()
    if found is None:
        raise Refusal("people.no_user", f"Personne n’a le rôle « {role} ».", "Créez un compte de ce rôle.", role)
    return found


def names_of(person_ids: Iterable[int]) -> dict[int, str]:
    """The first and last name of these persons."""
    return {person.pk: str(person) for person in Person.objects.filter(pk__in=list(person_ids))}
