"""A known person who enrols again: one household, the address of the new form, and what was known before kept by day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from django.test import override_settings

from egide.contracts.acts.endorsements import endorse
from egide.contracts.facts import EndorsementAsked, EndorsementKind, PersonAsked
from egide.contracts.models import Enrolment
from egide.journal.facts import Context
from egide.journal.models import Act
from egide.journal.scope import set_perimeters
from egide.people.acts import Identity, correct_identity
from egide.people.address_acts import Address, address_on, identity_on
from egide.people.models import Household, HouseholdPast, Person, PersonPast
from egide.people.papers import letter_frame
from people.families import Member, a_family, enrolled, nir_of, one

MOVED = {"line1": "8 quai Neuf", "postcode": "37000", "city": "Tours"}
FIRST, AGAIN = date(2015, 11, 1), date(2016, 12, 1)


@pytest.fixture
def luc(db: None, system: Context, today: Callable[[str], None]) -> Enrolment:
    """A couple and a child enrolled in 2015 for a year, in Orléans; it is now November 2016."""
    today("2015-10-05")
    row = enrolled(system, a_family(1), starts_on=FIRST, phone="0612345678", email="luc@x.invalid")
    today("2016-11-10")
    return row


def again(system: Context, row: Enrolment, *more: Member, **changes: str) -> Enrolment:
    """The same member and spouse sign a new form, with newcomers."""
    zoe = Person.objects.get(first_name="Zoé", household=row.member.household)
    known = [
        Member(link, who.first_name, who.birth_date, who.nir) for link, who in (("member", row.member), ("spouse", zoe))
    ]
    return enrolled(system, [*known, *more], starts_on=AGAIN, **(MOVED | changes))


def test_who_enrols_again_has_their_letters_at_the_new_address(system: Context, luc: Enrolment) -> None:
    """No orphan household: the new address, telephone and e-mail replace the old ones, for the whole household."""
    households = Household.objects.count()
    row = again(system, luc, phone="0700000000")
    assert (row.member_id, Household.objects.count()) == (luc.member_id, households)
    assert letter_frame(row.member, row.number)["addressee"] == ("Luc Martin", "8 quai Neuf", "37000 Tours")
    home = Household.objects.get(pk=luc.member.household_id)
    assert (home.phone, home.email) == ("0700000000", "luc@x.invalid"), "what a form leaves blank is not forgotten"
    assert {person.household_id for person in Person.objects.filter(last_name="Martin", pk__gte=luc.member_id)} == {
        home.pk
    }


def test_the_address_of_a_day_stays_answerable(system: Context, luc: Enrolment, today: Callable[[str], None]) -> None:
    """What was known on a day is read again after a move, and after another on the same day."""
    again(system, luc)
    assert address_on(luc.member_id, date(2016, 11, 9)).line1 == "3 rue des Lilas"
    assert address_on(luc.member_id, date(2016, 11, 10)).line1 == "8 quai Neuf"
    past = HouseholdPast.objects.get(household_id=luc.member.household_id)
    act = Act.objects.get(pk=past.act_id)
    assert (past.line1, past.until_on, act.kind) == ("3 rue des Lilas", date(2016, 11, 10), "enrolment.proof")
    assert "Coordonnées changées : adresse, code postal, ville." in act.reasons
    assert not any("Lilas" in said or "Neuf" in said for said in act.reasons), "the journal says what, not where"


def test_the_same_form_again_changes_nothing(system: Context, luc: Enrolment) -> None:
    """The same address is no move."""
    again(system, luc, line1="3 rue des Lilas", postcode="45000", city="Orléans")
    assert (HouseholdPast.objects.count(), PersonPast.objects.count()) == (0, 0)


def test_a_new_child_joins_the_household_and_the_page_of_the_member(
    system: Context, luc: Enrolment, centre: object
) -> None:
    """A child who comes with the second form lives with the member, and stands on their page."""
    row = again(system, luc, Member("child", "Nino", date(2016, 6, 1), aid=""))
    nino = Person.objects.get(first_name="Nino")
    assert nino.household_id == luc.member.household_id
    with override_settings(ALLOWED_HOSTS=["testserver"]):
        page = centre.client("administrator").get(f"/adherents/{row.number}")  # type: ignore[attr-defined]
    assert "Nino Martin" in page.content.decode()


def test_who_has_an_enrolment_of_their_own_keeps_their_address(system: Context, luc: Enrolment) -> None:
    """A spouse who signed a contract of her own, still running, is not moved by what the member signs."""
    zoe = Person.objects.get(first_name="Zoé", household=luc.member.household)
    Enrolment.objects.filter(pk=luc.pk).update(ends_on=date(2016, 11, 1))
    enrolled(system, [Member("member", "Zoé", zoe.birth_date, zoe.nir)], starts_on=date(2016, 11, 1))
    luc.member.refresh_from_db()
    alone = [Member("member", "Luc", luc.member.birth_date, luc.member.nir)]
    row = enrolled(system, alone, starts_on=AGAIN, **MOVED)
    zoe.refresh_from_db()
    assert (zoe.household.line1, row.member.household.line1) == ("3 rue des Lilas", "8 quai Neuf")
    assert address_on(row.member_id, date(2016, 11, 9)).line1 == "3 rue des Lilas"


def test_an_added_person_who_was_known_joins_the_household(system: Context, luc: Enrolment) -> None:
    """A child already known elsewhere lives with the member once an endorsement adds it."""
    serial_nir = nir_of(woman=False, birth=date(1980, 1, 1), serial=712_345)
    other = enrolled(
        system,
        [Member("member", "Paul", date(1980, 1, 1), serial_nir), Member("child", "Lou", date(2010, 2, 3), aid="")],
        starts_on=date(2015, 11, 1),
        line1="1 place Haute",
    )
    lou = Person.objects.get(first_name="Lou")
    row = again(system, luc)
    asked = PersonAsked("child", "Martin", "Lou", lou.birth_date, 1, "", lou.insured_nir, False, None)
    Enrolment.objects.filter(pk=other.pk).update(ends_on=date(2016, 11, 1))
    one(
        "UPDATE contracts_cover SET period = daterange('2015-11-01', '2016-11-01') WHERE person_id = %s RETURNING 1",
        lou.pk,
    )
    wanted = EndorsementAsked(EndorsementKind.ADD_PERSON, AGAIN, date(2016, 11, 10), asked)
    endorse(system, row.pk, wanted, revision=row.revision)
    lou.refresh_from_db()
    assert lou.household_id == luc.member.household_id
    assert address_on(lou.pk, date(2016, 11, 1)) == Address("1 place Haute", "45000", "Orléans")


def test_a_corrected_identity_keeps_the_former_one(system: Context, luc: Enrolment) -> None:
    """Who someone was known to be on a day is answerable after the correction."""
    was = luc.member
    asked = Identity("Martin", "Lucien", was.birth_date, was.birth_rank, was.insured_nir)
    correct_identity(system, was.pk, asked)
    correct_identity(system, was.pk, replace(asked))
    assert (identity_on(was.pk, date(2016, 1, 1)).first_name, PersonPast.objects.count()) == ("Luc", 1)
    assert identity_on(was.pk, date(2016, 11, 10)).first_name == "Lucien"


def test_history_is_of_a_perimeter(system: Context, luc: Enrolment) -> None:
    """Former addresses and identities are seen by those who see the person, and by nobody else."""
    again(system, luc)
    correct_identity(
        system, luc.member_id,
        Identity("Martin", "Lucien", luc.member.birth_date, luc.member.birth_rank, luc.member.insured_nir),
    )  # fmt: skip
    set_perimeters((3,))
    assert (HouseholdPast.objects.count(), PersonPast.objects.count()) == (0, 0)
