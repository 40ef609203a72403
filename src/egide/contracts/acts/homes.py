"""The persons of a form, known ones found first: they live where the form says, and letters follow them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from egide.contracts.facts import EnrolmentAsked, PersonAsked
from egide.contracts.models import Enrolment
from egide.journal import clock
from egide.journal.acts import Record
from egide.people.acts import NewPerson, add_person, known_person
from egide.people.address_acts import Address, house, join, new_household
from egide.people.queries import HouseholdRow, PersonRow, living_in


def people_at_home(record: Record, perimeter_id: int, asked: EnrolmentAsked) -> list[PersonRow]:
    """The persons of a form in its order, all in the household of the member, at the address of the form.

    A known person brings their household up to date. Whoever has a running enrolment of their own keeps the address
    that it gave: what another person signs does not move their letters.
    """
    found = [known_person(perimeter_id, _new(each)) for each in asked.persons]
    address = Address(asked.line1, asked.postcode, asked.city, asked.phone, asked.email)
    member = found[0]
    if member is None:
        home = new_household(perimeter_id, address)
        others = _alone(one.pk for one in found if one)
    else:
        others = _alone({*living_in(member.household_id), *(one.pk for one in found if one)} - {member.pk})
        home = house(
            record, [member, *(one for one in found[1:] if one and one.pk not in others)], address, apart=others
        )
    people = []
    for place, (known, each) in enumerate(zip(found, asked.persons, strict=True)):
        if known and known.pk not in others:
            join(record, known, home)
        people.append(known or add_person(home, _new(each), where=f"persons-{place}"))
    return people


def person_joining(record: Record, home: HouseholdRow, asked: PersonAsked) -> PersonRow:
    """The person that an endorsement adds, in the household of the member unless their own enrolment says otherwise."""
    new = _new(asked)
    known = known_person(home.perimeter_id, new)
    if known is None:
        return add_person(home, new, where="person")
    if not _alone([known.pk]):
        join(record, known, home)
    return known


def _alone(person_ids: Iterable[int]) -> set[int]:
    """Those of these persons who have a running enrolment of their own."""
    running = Enrolment.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=clock.today()))
    return set(running.filter(member_id__in=list(person_ids)).values_list("member_id", flat=True))


def _new(person: PersonAsked) -> NewPerson:
    return NewPerson(
        last_name=person.last_name,
        first_name=person.first_name,
        birth_date=person.birth_date,
        birth_rank=person.birth_rank,
        nir=person.nir,
        insured_nir=person.insured_nir,
    )
