"""Reads of people: who acts and what their team opens to them; persons by number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from django.db import connection

from egide.journal.facts import Actor, Role
from egide.kernel.errors import Refusal
from egide.people.facts import RightsNumbers
from egide.people.models import Household, Mandate, Organisation, Person, Team, User

# The row that reads give: floors above name its type from here, and leave the tables to this one.
UserRow: TypeAlias = User
PersonRow: TypeAlias = Person
HouseholdRow: TypeAlias = Household
MandateRow: TypeAlias = Mandate


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


_FOUND = """
-- Persons by number, with the address that tells them apart.
SELECT p.id, p.household_id, p.last_name, p.first_name, p.birth_date, h.city, h.phone, h.email
FROM people_person p JOIN people_household h ON h.id = p.household_id
"""
_ORDER = " ORDER BY p.sort_key, p.birth_date LIMIT %s"


def living_in(household_id: int) -> set[int]:
    """The persons who live in a household."""
    return set(Person.objects.filter(household_id=household_id).values_list("pk", flat=True))


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


def who_lives_with(person_id: int) -> list[PersonFound]:
    """Everyone of a person's household, themselves too, in order of name."""
    home = "WHERE p.household_id = (SELECT household_id FROM people_person WHERE id = %s)"
    return _people(_FOUND + home + _ORDER, [person_id, 50])


@dataclass(frozen=True, slots=True)
class FormerAddress:
    """An address that a person had, until when, and who changed it."""

    line1: str
    postcode: str
    city: str
    phone: str
    email: str
    until_on: date
    by: str


_FORMER = """
-- Addresses that a person's household had, and households that the person left, the latest first, with who changed them.
SELECT x.line1, x.postcode, x.city, x.phone, x.email, x.until_on, COALESCE(a.actor_label, '')
FROM (
  SELECT h.line1, h.postcode, h.city, h.phone, h.email, h.until_on, h.act_id
  FROM people_householdpast h JOIN people_person p ON p.household_id = h.household_id WHERE p.id = %(person)s
  UNION ALL
  SELECT h.line1, h.postcode, h.city, h.phone, h.email, w.until_on, w.act_id
  FROM people_personpast w JOIN people_person p ON p.id = w.person_id AND p.household_id <> w.household_id
  JOIN people_household h ON h.id = w.household_id WHERE w.person_id = %(person)s) x
LEFT JOIN journal_act a ON a.id = x.act_id
ORDER BY x.until_on DESC, x.act_id DESC LIMIT 12
"""


def past_addresses(person_id: int) -> list[FormerAddress]:
    """The addresses that a person had before, the latest first."""
    with connection.cursor() as cursor:
        cursor.execute(_FORMER, {"person": person_id})
        return [FormerAddress(*row) for row in cursor.fetchall()]
