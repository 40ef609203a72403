"""The letters that acts issue: each is written at its moment, says what was decided, and opens from the member's page."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from egide.contracts.asked import change, enrol
from egide.contracts.facts import EndorsementAsked, EndorsementKind, PersonAsked
from egide.contracts.models import Enrolment
from egide.contracts.queries import enrolment_facts, enrolment_with_member
from egide.documents.acts import print_waiting
from egide.documents.models import Document
from egide.documents.queries import document_with_bytes
from egide.journal.facts import Channel, Context
from egide.kernel.errors import Refusal
from egide.kernel.money import format_eur
from egide.premiums.jobs import call_month
from egide.premiums.notice_jobs import issue_notice
from egide.premiums.papers.schedule import schedule_paper
from egide.premiums.queries import balance_cents, schedule_of
from people.families import MONDAY, a_family, content_of, enrolled, received_form

NOVEMBER = date(2015, 11, 1)


def words(pdf: bytes) -> str:
    """The text of a PDF, its spaces made ordinary."""
    text = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True).stdout  # noqa: S607
    return " ".join(text.decode().split())


def letters(enrolment: Enrolment) -> dict[str, Document]:
    """The latest letter of each kind on an enrolment."""
    found = Document.objects.filter(subject_kind="enrolment", subject_id=enrolment.pk).order_by("pk")
    return {document.kind: document for document in found}


@pytest.fixture
def family(centre, today: Callable[[str], None]) -> Enrolment:  # type: ignore[no-untyped-def]
    """A couple who wished for October, and whose file was complete in October."""
    today(MONDAY.isoformat())
    desk = centre.context("administrator")
    form = received_form(desk, content=content_of(a_family(0), wished=date(2015, 10, 1)))
    return enrol(desk, form.pk, revision=form.revision)


@pytest.mark.requirement("S003-041")
def test_an_enrolment_is_confirmed_in_writing(family: Enrolment) -> None:
    """The letter says when the cover starts and why not on the wished day; the card and the schedule go with it."""
    found = letters(family)
    assert set(found) == {"acceptance", "card", "schedule"}
    said = words(document_with_bytes(found["acceptance"].pk)[1])
    assert "Votre adhésion est confirmée" in said and family.number in said
    assert "1er novembre 2015 au lieu du 1er octobre 2015" in said
    assert "Dossier complet le 5 octobre 2015" in said
    card = words(document_with_bytes(found["card"].pk)[1])
    assert "Luc Martin" in card and "Zoé Martin" in card and "01/11/2015" in card and "31/10/2016" in card


def test_an_endorsement_is_told_in_writing(centre, family: Enrolment, today: Callable[[str], None]) -> None:  # type: ignore[no-untyped-def]
    """Who joined, from when and why; a new card for everyone; the schedule shows every euro moved on called months."""
    desk = centre.context("administrator")
    call_month(centre.context("team_leader"), NOVEMBER, perimeter_id=2)
    today("2015-11-20")
    before = letters(family)
    child = PersonAsked("child", "Martin", "Ève", date(2015, 11, 15), 1, "", "", False, None)
    asked = EndorsementAsked(EndorsementKind.ADD_PERSON, date(2015, 11, 15), date(2015, 11, 19), child)
    change(desk, family.pk, asked, revision=0)
    found = letters(family)
    assert {kind for kind in found if before.get(kind) != found[kind]} == {"endorsement", "card", "schedule"}
    said = words(document_with_bytes(found["endorsement"].pk)[1])
    assert "arrivée d’Ève" in said and "demande du 19 novembre 2015" in said and "15 novembre 2015" in said
    assert "Ève Martin" in words(document_with_bytes(found["card"].pk)[1])
    schedule = words(document_with_bytes(found["schedule"].pk)[1])
    assert "Ce qui change sur les mois déjà appelés" in schedule and "Ève, novembre 2015" in schedule


@pytest.mark.parametrize(
    ("kind",                       "event",            "scheduled"),
    [
        (EndorsementKind.WITHDRAW,  NOVEMBER,           False),
        (EndorsementKind.TERMINATE, NOVEMBER,           False),  # on its first day
        (EndorsementKind.TERMINATE, date(2015, 12, 1),  True),
    ],
)  # fmt: skip
def test_a_letter_encloses_the_schedule_that_is_issued(  # type: ignore[no-untyped-def]
    centre, family: Enrolment, kind: EndorsementKind, event: date, scheduled: bool
) -> None:
    """Nothing is said to be joined that is not; without a schedule, the letter says where what was debited goes."""
    call_month(centre.context("team_leader"), NOVEMBER, perimeter_id=2)
    before = letters(family)
    change(centre.context("administrator"), family.pk, EndorsementAsked(kind, event, MONDAY), revision=0)
    found = letters(family)
    assert (found["schedule"] != before["schedule"]) is scheduled
    said = words(document_with_bytes(found["endorsement"].pk)[1])
    assert ("échéancier de cotisations mis à jour" in said) is scheduled
    assert ("échéancier joint" in said) is scheduled
    assert ("au crédit de votre compte" in said) is not scheduled
    assert (balance_cents(family.pk) < 0) is not scheduled


def test_a_batch_keeps_facts_and_prints_on_demand(system: Context, db: None, today: Callable[[str], None]) -> None:
    """A letter of a batch is kept as what it says; opened, it is printed once as of its day, then never changes."""
    today(MONDAY.isoformat())
    batch = replace(system, channel=Channel.BATCH)
    row = enrolled(batch, a_family(0), starts_on=NOVEMBER)
    letter = letters(row)["acceptance"]
    assert (letter.sha256, letter.pages) == ("", 0)
    today("2015-12-01")
    first, pdf = document_with_bytes(letter.pk)
    assert "le 5 octobre 2015" in words(pdf) and first.pages == 1
    again, same = document_with_bytes(letter.pk)
    assert (again.sha256, same) == (first.sha256, pdf)
    waiting = Document.objects.filter(sha256="").count()
    assert (print_waiting(), print_waiting()) == (waiting - 1, 0)


def test_who_pays_without_debit_is_sent_a_notice(centre, family: Enrolment, system: Context) -> None:  # type: ignore[no-untyped-def]
    """The call of a month writes to whom nobody debits, once; others may ask for it on their file."""
    assert "premium_notice" not in letters(family)
    other = enrolled(system, a_family(0), starts_on=NOVEMBER)
    Enrolment.objects.filter(pk=other.pk).update(mandate=None)
    for _twice in range(2):
        call_month(system, NOVEMBER, perimeter_id=2)
    found = Document.objects.filter(kind="premium_notice")
    assert [document.subject_id for document in found] == [other.pk]
    said = words(document_with_bytes(found[0].pk)[1])
    assert "novembre 2015" in said and "Aide ACS de Luc, déduite" in said and "Virement ou chèque" in said
    asked = issue_notice(centre.context("adviser"), family.pk, NOVEMBER)
    assert "5 novembre 2015" in words(document_with_bytes(asked.pk)[1])
    with pytest.raises(Refusal, match="Rien n’est à payer"):
        issue_notice(system, family.pk, date(2017, 1, 1))


def test_the_schedule_of_a_couple_explains_the_whole_year(family: Enrolment) -> None:
    """Each amount with its months; they add up to the first page to the cent; debit days stand; two pages."""
    schedule = letters(family)["schedule"]
    _, pdf = document_with_bytes(schedule.pk)
    said = words(pdf)
    assert schedule.pages == 2
    assert "5 novembre 2015" in said and "7 décembre 2015" in said  # the 5th is a Saturday
    paper = schedule_paper(
        enrolment_with_member(family.pk), enrolment_facts(family.pk), schedule_of(family.pk, around=NOVEMBER)
    )
    for person, told in zip(paper.persons, paper.reasons, strict=True):
        assert told.total_cents == person.to_pay_cents == sum(one.total_cents for one in told.amounts)
        assert sum(one.months for one in told.amounts) == 12
        assert format_eur(person.to_pay_cents).replace("\N{NO-BREAK SPACE}", " ") in said
