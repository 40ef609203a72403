"""The letters that acts issue: each is written at its moment, says what was decided, and opens from the member's page."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from egide.contracts.facts import EndorsementAsked, EndorsementKind, PersonAsked
from egide.contracts.models import Enrolment
from egide.documents.acts import print_waiting
from egide.documents.models import Document
from egide.documents.queries import document_with_bytes
from egide.doors.following import change, enrol
from egide.journal.facts import Channel, Context
from egide.premiums.jobs import call_month
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
