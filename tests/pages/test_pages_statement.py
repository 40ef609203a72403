"""The statement of a transfer is printed from the member's page, once, and opens for those who may read it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from egide.benefits.jobs.paying import pay
from egide.benefits.models import Payment
from egide.contracts.models import Enrolment
from egide.documents.models import Document
from egide.journal.facts import Context
from egide.journal.models import Act
from pages.reading_pages import links_of, text_of
from people.families import Care, a_family, enrolled, settled


@pytest.fixture
def paid(db: None, system: Context, today: Callable[[str], None]) -> Enrolment:
    """A family whose visit was reimbursed by a transfer, and whose statement waits."""
    today("2015-10-05")
    people = a_family(0)
    family = enrolled(system, people, starts_on=date(2015, 10, 1))
    today("2016-01-11")
    settled(system, [Care(people[0])], people[0].nir)
    pay(system, perimeter_id=2)
    return family


def test_a_statement_is_printed_once_and_opens(centre, paid: Enrolment) -> None:  # type: ignore[no-untyped-def]
    """One press prints and opens it; from then on the page links to it, and a second press prints nothing."""
    client = centre.client("administrator")
    payment = Payment.objects.get(enrolment=paid)
    here = f"/virements/{payment.pk}/releve"
    page = client.get(f"/adherents/{paid.number}")
    assert "Imprimer le relevé" in text_of(page) and here in page.content.decode()
    places = [client.post(here, given)["Location"] for given in ({"form_key": "k"}, {"form_key": "k"}, {})]
    document = Document.objects.get(kind="statement", subject_id=paid.pk)
    assert places == [f"/documents/{document.pk}"] * 3
    opened = client.get(places[0])
    assert (opened["Content-Type"], opened.content[:4]) == ("application/pdf", b"%PDF")
    page = client.get(f"/adherents/{paid.number}")
    assert places[0] in links_of(page, "/documents/") and "Imprimer le relevé" not in text_of(page)
    told = Act.objects.filter(kind="benefits.statement").latest("pk")
    assert (told.subject_kind, told.subject_id) == ("enrolment", paid.pk)


@pytest.mark.parametrize(
    ("role",         "shown",                          "status"),
    [
        ("team_leader",  "Imprimer le relevé",           302),
        ("adviser",      "relevé pas encore imprimé",    404),
        ("auditor",      "",                             404),  # no care is shown to them
        ("delegate",     "",                             404),
    ],
)  # fmt: skip
def test_who_prints_a_statement(centre, paid: Enrolment, role: str, shown: str, status: int) -> None:  # type: ignore[no-untyped-def]
    """Those who pay benefits; the others see that it waits, or nothing of care at all."""
    client = centre.client(role)
    page = text_of(client.get(f"/adherents/{paid.number}"))
    assert shown in page and ("relevé" in page) is bool(shown)
    payment = Payment.objects.filter(enrolment=paid).first()
    assert client.post(f"/virements/{payment.pk if payment else 1}/releve").status_code == status
