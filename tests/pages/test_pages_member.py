"""Answering the telephone: found from anything the caller says, told on one page, explained to the cent."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from egide.contracts.asked import change
from egide.contracts.facts import EndorsementAsked, EndorsementKind, PersonAsked
from egide.contracts.models import Enrolment
from egide.documents.models import Document
from egide.journal.facts import Context
from egide.people.models import BankAccount, Household, Person
from egide.people.search import Sought, understand
from egide.premiums.jobs import call_month
from pages.reading_pages import links_of, text_of
from people.families import CROWN, Care, Member, a_family, enrolled, nir_of, one, settled

OCTOBER = date(2015, 10, 1)


@dataclass(frozen=True)
class Caller:
    """A family enrolled, its premiums called, its care paid."""

    row: Enrolment
    people: list[Member]


@pytest.fixture
def caller(db: None, system: Context, today: Callable[[str], None]) -> Caller:
    """The Martin family in January 2016: a month called, a visit and two crowns settled."""
    today("2015-10-05")
    people = a_family(1)
    row = enrolled(system, people, starts_on=OCTOBER, formula="c")
    Household.objects.filter(pk=row.member.household_id).update(
        phone="06 11 22 33 44", email="Luc.Martin@exemple.invalid"
    )
    call_month(system, OCTOBER, perimeter_id=2)
    today("2016-01-11")
    cares = [Care(people[0]), Care(people[0], **CROWN, on=date(2015, 12, 14)), Care(people[1], on=date(2015, 12, 15))]
    settled(system, cares, people[0].nir)
    return Caller(row, people)


UNDERSTOOD = (
    ("Martin", Sought.NAME, "martin"),
    ("  Élodie  d’Œuvre ", Sought.NAME, "elodie d oeuvre"),
    ("m", Sought.NOTHING, "m"),
    ("1 75 03 75 056 001", Sought.NIR, "1750375056001"),
    ("175037505600104", Sought.NIR, "1750375056001"),
    ("2 84 07 2A 482 113", Sought.NIR, "284072A482113"),
    ("06 11 22 33 44", Sought.PHONE, "0611223344"),
    ("+33 6 11 22 33 44", Sought.PHONE, "0611223344"),
    ("061122", Sought.PHONE, "061122"),
    ("100000197", Sought.NUMBER, "100000197"),
    ("10000", Sought.NUMBER, "10000"),
    ("5721", Sought.IBAN, "5721"),
    ("FR76 3000 6000 0112 3456 7890 189", Sought.IBAN, "FR7630006000011234567890189"),
    ("luc@exemple.fr", Sought.EMAIL, "luc@exemple.fr"),
    ("12/03/1975", Sought.BIRTH_DATE, "1975-03-12"),
    ("5.10.1975", Sought.BIRTH_DATE, "1975-10-05"),
    ("31/02/1975", Sought.NOTHING, "31/02/1975"),
)


@pytest.mark.parametrize(("text", "kind", "value"), UNDERSTOOD)
def test_the_box_understands_what_is_typed(text: str, kind: Sought, value: str) -> None:
    """The form of the text decides what is sought; nobody chooses a field."""
    asked = understand(text)
    assert (asked.kind, asked.value) == (kind, value)


FIND: dict[str, Callable[[Caller], str]] = {
    "start of name": lambda _: "mart",
    "first and last name": lambda _: "luc martin",
    "accents do not count": lambda _: "MARTIN Zoe",
    "number": lambda caller: caller.row.number,
    "start of number": lambda caller: caller.row.number[:6],
    "phone": lambda _: "0611223344",
    "e-mail": lambda _: "luc.martin@",
    "social-security number": lambda caller: caller.people[0].nir,
    "end of IBAN": lambda caller: BankAccount.objects.get(person=caller.row.member).tail,
    "birth date": lambda _: "12/03/1975",
}


@pytest.mark.parametrize("way", FIND)
def test_a_person_is_found_from_anything_they_say(centre, caller: Caller, way: str) -> None:  # type: ignore[no-untyped-def]
    """One box, as one types, whatever the caller knows of themselves."""
    client = centre.client("adviser")
    text = FIND[way](caller)
    quick = client.get("/recherche", {"q": text, "quick": "1"}, headers={"HX-Request": "true"})
    assert f"/adherents/{caller.row.number}" in links_of(quick, "/adherents/"), text
    assert "<html" not in quick.content.decode()


def test_a_certain_answer_opens_at_once(centre, caller: Caller) -> None:  # type: ignore[no-untyped-def]
    """Enter on an exact number opens the page itself."""
    answer = centre.client("adviser").get("/recherche", {"q": caller.row.number})
    assert (answer.status_code, answer["Location"]) == (302, f"/adherents/{caller.row.number}")


def test_nothing_found_says_what_to_try(centre, caller: Caller) -> None:  # type: ignore[no-untyped-def]
    """An empty answer helps."""
    page = text_of(centre.client("adviser").get("/recherche", {"q": "zzzz"}))
    assert "Rien ne correspond" in page and "quatre derniers de l’IBAN" in page


def test_one_page_answers_the_telephone(centre, caller: Caller) -> None:  # type: ignore[no-untyped-def]
    """Who is covered and how, what was paid, what the account says, what remains of a ceiling, what comes next."""
    page = text_of(centre.client("adviser").get(f"/adherents/{caller.row.number}"))
    for said in (
        "Luc Martin",
        "Zoé Martin",
        "Enfant0 Martin",
        "Proxime Santé",
        "Consultation",
        "Compte cotisant",
        "Et ensuite",
    ):
        assert said in page, said


_COMING = (
    # on this day,  what falls due next,               what is debited next
    ("2016-01-01",  ("1er janvier 2016", "56,37 €"),   ("5 janvier 2016", "56,37 €")),
    ("2016-01-03",  ("1er février 2016", "56,38 €"),   ("5 janvier 2016", "56,37 €")),
    ("2016-01-05",  ("1er février 2016", "56,38 €"),   ("5 janvier 2016", "56,37 €")),
    ("2016-01-06",  ("1er février 2016", "56,38 €"),   ("5 février 2016", "56,38 €")),
    ("2016-09-03",  None,                              ("5 septembre 2016", "56,37 €")),
    ("2016-09-20",  None,                              None),
)  # fmt: skip


@pytest.mark.parametrize(("day", "due", "debited"), _COMING)
def test_the_next_instalment_and_the_next_debit_are_told(  # type: ignore[no-untyped-def]
    centre,
    caller: Caller,
    today: Callable[[str], None],
    day: str,
    due: tuple[str, str] | None,
    debited: tuple[str, str] | None,
) -> None:
    """What falls due next and what the bank takes next, each on its day, with the cents of its own month."""
    today(day)
    page = text_of(centre.client("adviser").get(f"/adherents/{caller.row.number}"))
    falls = re.search(r"Prochaine échéance le (.+?) : (.+? €)", page)
    taken = re.search(r"Et ensuite (\S+ \S+ \d{4}) Prélèvement de (.+? €)", page)
    assert (falls and falls.groups(), taken and taken.groups()) == (due, debited)


def test_every_why_of_the_page_answers(centre, caller: Caller) -> None:  # type: ignore[no-untyped-def]
    """Each amount and date opens its reasons, as a panel and as a page."""
    client = centre.client("adviser")
    pages = [client.get(f"/adherents/{caller.row.number}"), client.get(f"/adherents/{caller.row.number}/compte")]
    links = {link for page in pages for link in links_of(page, "/pourquoi/")}
    assert {link.split("/")[2] for link in links} >= {"soin", "couverture", "solde", "cotisation", "echeance"}
    for link in links:
        assert client.get(link, headers={"HX-Request": "true"}).status_code == 200, link
        assert "Les raisons, pas à pas" in text_of(client.get(link)), link


@pytest.mark.parametrize(
    "link",
    ["soin/x", "soin/999999", "plafond/1", "delai/0", "couverture/0", "acte/x", "cotisation/1.2", "echeance/x.2015-10",
     "apercu/1.0.annee.du", "effet/0", "avenant/100000001.2015-10", "inconnu/1"],
)  # fmt: skip
def test_a_malformed_or_absent_reason_does_not_exist(centre, link: str) -> None:  # type: ignore[no-untyped-def]
    """Absent, forbidden and malformed are one answer."""
    assert centre.client("administrator").get(f"/pourquoi/{link}").status_code == 404


def test_the_page_asks_the_database_little_whatever_the_household(centre, caller: Caller, system: Context) -> None:  # type: ignore[no-untyped-def]
    """No query in a loop: a family of six costs what a couple costs."""
    client = centre.client("adviser")
    larger = enrolled(system, a_family(6), starts_on=OCTOBER, formula="c")
    counts = []
    for number in (caller.row.number, larger.number):
        client.get(f"/adherents/{number}")  # books are read once and kept
        with CaptureQueriesContext(connection) as asked:
            client.get(f"/adherents/{number}")
        counts.append(len(asked))
    assert max(counts) <= 24, counts


def test_the_record_tells_nothing_of_another_s_contract(centre, system: Context) -> None:  # type: ignore[no-untyped-def]
    """A child once covered by Paul joins Luc's contract: of Paul's, neither number, paper, account nor act is shown."""
    luc = enrolled(system, a_family(0), starts_on=OCTOBER)
    born = date(1980, 1, 1)
    paul = Member("member", "Paul", born, nir_of(woman=False, birth=born, serial=712_345), last_name="Autre")
    lou = Member("child", "Lou", date(2010, 2, 3), "", last_name="Autre")
    other = enrolled(system, [paul, lou], starts_on=OCTOBER, line1="1 place Haute")
    who = Person.objects.get(first_name="Lou")
    gone = EndorsementAsked(EndorsementKind.REMOVE_PERSON, date(2015, 11, 1), OCTOBER, person_id=who.pk)
    change(system, other.pk, gone, revision=other.revision)
    asked = PersonAsked("child", "Autre", "Lou", who.birth_date, 1, "", who.insured_nir, False, None)
    joins = EndorsementAsked(EndorsementKind.ADD_PERSON, date(2015, 11, 1), OCTOBER, asked)
    change(system, luc.pk, joins, revision=luc.revision)
    page = centre.client("adviser").get(f"/adherents/{luc.number}").content.decode()
    papers = Document.objects.filter(subject_kind="enrolment", subject_id=other.pk)
    assert papers.exists() and not [one.pk for one in papers if f"/documents/{one.pk}" in page]
    assert "départ de Lou" not in page and "Lou" in page


def test_a_care_line_tells_who_paid_what_and_why(centre, caller: Caller) -> None:  # type: ignore[no-untyped-def]
    """Spent = compulsory scheme + ours + left, and the clauses that decided our part are under it."""
    client = centre.client("adviser")
    line = one("SELECT id FROM benefits_care_line WHERE act_code = 'SPR'")
    page = text_of(client.get(f"/soins/{line}"))
    assert "600,00 €" in page and "75,25 €" in page and "Article" in page and "Écritures" in page
    assert client.get("/soins/999999").status_code == 404


def test_the_account_exports_as_shown(centre, caller: Caller) -> None:  # type: ignore[no-untyped-def]
    """Every list goes to a spreadsheet."""
    client = centre.client("adviser")
    page = text_of(client.get(f"/adherents/{caller.row.number}/compte"))
    assert "octobre 2015" in page
    assert client.get(f"/adherents/{caller.row.number}/compte?export=xlsx").content[:2] == b"PK"


def test_names_are_escaped(centre, caller: Caller) -> None:  # type: ignore[no-untyped-def]
    """What people typed is text, never a part of the page."""
    Person.objects.filter(pk=caller.row.member_id).update(first_name="<script>x</script>")
    page = centre.client("adviser").get(f"/adherents/{caller.row.number}").content.decode()
    assert "<script>x" not in page and "&lt;script&gt;x" in page
