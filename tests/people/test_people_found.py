"""People: known once, found by whatever is said on the telephone, each with an account and a mandate of their own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.db import transaction

from egide.journal.facts import Context
from egide.journal.scope import set_perimeters
from egide.kernel.errors import Refusal
from egide.people.account_acts import sign_mandate
from egide.people.acts import NewPerson, add_person, known_person
from egide.people.address_acts import Address, new_household
from egide.people.models import BankAccount, Mandate, Person
from egide.people.search import Sought, people_like, too_long, understand
from people.families import Member, enrolled, iban_of, nir_of

BIRTH = date(1947, 8, 9)
NIR = nir_of(woman=True, birth=BIRTH, serial=610_000)


@pytest.mark.parametrize(
    ("typed",                          "kind",             "value"),
    [
        ("Éléonore Château-Gaillard",   Sought.NAME,        "eleonore chateau gaillard"),
        ("d’Hérouville",                Sought.NAME,        None),
        ("09/08/1947",                  Sought.BIRTH_DATE,  "1947-08-09"),
        ("9.8.1947",                    Sought.BIRTH_DATE,  "1947-08-09"),
        ("31/02/1947",                  Sought.NOTHING,     None),
        ("06 12 34 56 78",              Sought.PHONE,       "0612345678"),
        ("+33 6 12 34 56 78",           Sought.PHONE,       "0612345678"),
        ("Ida@X.Invalid",               Sought.EMAIL,       "ida@x.invalid"),
        (NIR,                           Sought.NIR,         NIR),
        (f"{NIR[:1]} {NIR[1:3]} {NIR[3:5]} {NIR[5:7]} {NIR[7:10]} {NIR[10:]} 12", Sought.NIR, NIR),
        ("1234",                        Sought.IBAN,        "1234"),
        (iban_of(77),                   Sought.IBAN,        iban_of(77)),
        ("100000042",                   Sought.NUMBER,      "100000042"),
        ("45000",                       Sought.NUMBER,      "45000"),
        ("09-08-1947",                  Sought.BIRTH_DATE,  "1947-08-09"),
        ("9 8 1947",                    Sought.BIRTH_DATE,  "1947-08-09"),
        ("09/08/47",                    Sought.BIRTH_DATE,  "1947-08-09"),
        ("09081947",                    Sought.BIRTH_DATE,  "1947-08-09"),
        ("1947-08-09",                  Sought.BIRTH_DATE,  "1947-08-09"),
        ("9 août 1947",                 Sought.BIRTH_DATE,  "1947-08-09"),
        ("1er AOUT 1947",               Sought.BIRTH_DATE,  "1947-08-01"),
        ("31021947",                    Sought.NOTHING,     None),
        ("x",                           Sought.NOTHING,     "x"),
        ("",                            Sought.NOTHING,     ""),
        ("%_'; --",                     Sought.NOTHING,     ""),
    ],
)  # fmt: skip
def test_the_box_understands_what_is_typed(typed: str, kind: Sought, value: str | None) -> None:
    """The form of the text says what is sought; nobody chooses a kind in a list."""
    asked = understand(typed)
    assert asked.kind == kind
    if value is not None:
        assert asked.value == value


@pytest.mark.parametrize(
    ("typed",                    "name",          "born"),
    [
        ("Martin 09/08/1947",     "martin",        BIRTH),
        ("Martin Luc 9 août 1947", "martin luc",   BIRTH),
        ("09081947 le gall",      "le gall",       BIRTH),
        ("Château-Gaillard 1947-08-09", "chateau gaillard", BIRTH),
        ("Martin 45000",          "martin 45000",  None),
        ("Mars Martin 1947",      "mars martin 1947", None),
    ],
)  # fmt: skip
def test_a_name_and_a_date_are_told_apart(typed: str, name: str, born: date | None) -> None:
    """Whatever the order and the spelling of the day."""
    asked = understand(typed)
    assert (asked.kind, asked.value, asked.born) == (Sought.NAME, name, born)


@pytest.mark.parametrize(
    ("typed",                                 "kind"),
    [
        ("de la fontaine jean pierre luc",     Sought.NAME),
        ("de la fontaine jean pierre luc guy", Sought.NOTHING),
        ("martin " * 300,                      Sought.NOTHING),
        ("a b c d e f g 09/08/1947",           Sought.NOTHING),
        ("x" * 100,                            Sought.NAME),
        ("x" * 2050,                           Sought.NOTHING),
        ("x@y.fr" * 400,                       Sought.NOTHING),
        ("FR76 3000 6000 0112 3456 7890 189",  Sought.IBAN),
        ("1 47 08 45 234 001 23",              Sought.NIR),
    ],
)  # fmt: skip
def test_what_is_too_long_is_not_sought(typed: str, kind: Sought) -> None:
    """Six words and a hundred letters, which numbers written in groups are not counted by; it is said to be too long."""
    assert understand(typed).kind is kind
    assert too_long(typed) is (kind is Sought.NOTHING)


@pytest.fixture
def ida(db: None, system: Context, today: Callable[[str], None]) -> Person:
    """Someone whose name no one else bears, in the perimeter of the first delegate."""
    today("2015-10-05")
    member = Member("member", "Éléonore", BIRTH, NIR, last_name="Château-Gaillard")
    enrolment = enrolled(
        system, [member], starts_on=date(2015, 11, 1), phone="0699887766", email="eleonore@chateau.invalid"
    )
    return Person.objects.get(pk=enrolment.member_id)


@pytest.mark.parametrize(
    "typed",
    ["chateau", "eleonore chat", "gaillard eleonore", "0699887766", "eleonore@chateau.invalid", NIR, "09/08/1947"],
)
def test_a_person_is_found_by_whatever_they_say(ida: Person, typed: str) -> None:
    """Without accents, in any order of words, by phone, mail, number or date of birth."""
    assert ida.pk in [found.id for found in people_like(understand(typed))]


def test_a_person_is_found_by_the_end_of_their_account(ida: Person) -> None:
    """The last four characters of the account are enough, and the whole account too."""
    account = BankAccount.objects.get(person=ida)
    for typed in (account.iban[-4:], account.iban):
        assert ida.pk in [found.id for found in people_like(understand(typed))]


def test_nobody_is_found_in_another_perimeter(ida: Person) -> None:
    """The same search gives nothing to the other delegate."""
    set_perimeters((3,))
    for typed in ("chateau", NIR, "0699887766", "09/08/1947"):
        assert ida.pk not in [found.id for found in people_like(understand(typed))]


def test_one_person_is_one_row(ida: Person) -> None:
    """The same number, day and rank in one perimeter is the same person, whatever the spelling of the day."""
    new = NewPerson("Chateau Gaillard", "Eleonore", BIRTH, 1, NIR, NIR)
    known = known_person(ida.perimeter_id, new)
    assert known is not None and known.pk == ida.pk
    twin = NewPerson("Château-Gaillard", "Jumelle", BIRTH, 2, "", NIR)
    assert known_person(ida.perimeter_id, twin) is None
    assert add_person(ida.household, twin).pk != ida.pk


@pytest.mark.parametrize(
    "wrong",
    [
        NewPerson("X", "Y", BIRTH, 1, "", "12345"),
        NewPerson("X", "Y", BIRTH, 0, "", NIR),
        NewPerson("X", "Y", BIRTH, 12, "", NIR),
    ],
)
def test_an_impossible_person_is_refused_in_words(ida: Person, wrong: NewPerson) -> None:
    """What the database refuses reaches the screen with its field and what to check."""
    with pytest.raises(Refusal) as refused, transaction.atomic():
        add_person(ida.household, wrong, where="persons-2")
    assert (refused.value.code, refused.value.where) == ("people.person", "persons-2")


@pytest.mark.requirement("S003-107")
def test_a_mandate_is_signed_once_for_an_enrolment(ida: Person) -> None:
    """The same signature gives the same mandate and the same account; another day, another mandate."""
    signed = {"iban": iban_of(88), "bic": "", "holder": "Ida", "enrolment_number": "000000042"}
    first = sign_mandate(ida, signed_on=date(2015, 10, 1), **signed)
    assert sign_mandate(ida, signed_on=date(2015, 10, 1), **signed).pk == first.pk
    later = sign_mandate(ida, signed_on=date(2016, 10, 1), **signed)
    assert later.rum != first.rum
    assert Mandate.objects.filter(bank_account__person=ida, bank_account__iban=iban_of(88)).count() == 2
    assert BankAccount.objects.filter(person=ida, iban=iban_of(88)).count() == 1


def test_an_address_without_a_postcode_is_refused(db: None) -> None:
    """The database itself keeps letters deliverable."""
    with pytest.raises(Exception, match="people_household_postcode"), transaction.atomic():
        new_household(2, Address("1 rue X", "4500", "Orléans"))
