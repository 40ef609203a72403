"""A child told late: every euro is shown before it moves, and exactly those euros move."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from egide.contracts.models import AidCertificate, Cover, Enrolment
from egide.journal.facts import Context
from egide.journal.models import Act
from egide.kernel.money import format_eur
from egide.premiums.jobs import call_month
from egide.premiums.queries import balance_cents
from pages.reading_pages import errors_of, hidden, links_of, text_of
from people.families import a_family, enrolled, one

BIRTH = {
    "kind": "add_person", "link": "child", "last_name": "Martin", "first_name": "Ève", "birth_date": "2015-11-15",
    "birth_rank": "1", "received_on": "2016-01-10", "event_on": "", "nir": "",
}  # fmt: skip


@pytest.fixture
def family(centre, system: Context, today: Callable[[str], None]) -> Enrolment:  # type: ignore[no-untyped-def]
    """A couple covered since October, called up to January; it is the 11th of January 2016."""
    today("2015-10-05")
    row = enrolled(system, a_family(0), starts_on=date(2015, 10, 1))
    for month in (date(2015, 10, 1), date(2015, 11, 1), date(2015, 12, 1), date(2016, 1, 1)):
        call_month(system, month, perimeter_id=2)
    today("2016-01-11")
    return row


@pytest.fixture
def client(centre) -> Client:  # type: ignore[no-untyped-def]
    """The gestionnaire's browser."""
    return centre.client("administrator")


def asked(client: Client, row: Enrolment, given: dict[str, str], act: str, **headers: str):  # type: ignore[no-untyped-def]
    """Opens the endorsement, types it, presses a button."""
    page = client.get(f"/adherents/{row.number}/avenant?kind={given['kind']}")
    secret = {"revision": hidden(page, "revision"), "form_key": hidden(page, "form_key"), "act": act}
    return client.post(f"/adherents/{row.number}/avenant", {**given, **secret}, headers=headers or None)


def test_the_preview_shows_every_euro_and_keeps_nothing(client: Client, family: Enrolment) -> None:
    """Month before, month after, each difference on what was already called; nothing is written."""
    acts = Act.objects.count()
    answer = asked(client, family, BIRTH, "preview", **{"HX-Request": "true"})
    said = text_of(answer)
    assert answer.status_code == 200 and "Effet au 15 novembre 2015" in said
    assert "Cotisation d’Ève, novembre 2015" in said and "débité de" in said
    assert (Act.objects.count(), Cover.objects.filter(enrolment=family).count()) == (acts, 2)
    links = links_of(answer, "/pourquoi/")
    assert links
    for link in links:
        assert client.get(link, headers={"HX-Request": "true"}).status_code == 200, link


def test_exactly_what_was_shown_is_posted(client: Client, family: Enrolment) -> None:
    """The confirmation moves the account by the very amount of the preview, once, and follows at once."""
    before = balance_cents(family.pk)
    said = text_of(asked(client, family, BIRTH, "preview", **{"HX-Request": "true"}))
    answer = asked(client, family, BIRTH, "confirm")
    assert (answer.status_code, answer["Location"]) == (302, f"/adherents/{family.number}")
    moved = balance_cents(family.pk) - before
    shown = re.search(r"débité de ([\d   ]+,\d\d) €", said)
    assert moved > 0 and shown and shown[1].strip() == re.sub(r"\s", " ", format_eur(moved)).removesuffix(" €")
    assert "Ève Martin" in text_of(client.get(answer["Location"]))
    assert one("SELECT count(*) FROM documents_document WHERE subject_id = %s AND kind = 'schedule'", family.pk) >= 1


def test_a_preview_grown_old_is_shown_again_before_it_is_confirmed(client: Client, family: Enrolment) -> None:
    """When the enrolment changed in between, nothing is written and the new effects are shown."""
    page = client.get(f"/adherents/{family.number}/avenant")
    asked(client, family, BIRTH, "confirm")
    late = {**BIRTH, "first_name": "Noé", "revision": hidden(page, "revision"), "act": "confirm"}
    answer = client.post(f"/adherents/{family.number}/avenant", late)
    assert (answer.status_code, "a changé depuis" in errors_of(answer)) == (422, True)
    assert "Effet au 15 novembre 2015" in text_of(answer)
    assert Cover.objects.filter(enrolment=family).count() == 3


WRONG = (
    ({"first_name": ""}, "Prénom : à renseigner"),
    ({"birth_date": "2015-13-45"}, "n’est pas une date"),
    ({"birth_date": "2014-01-02"}, "plus de douze mois"),
    ({"received_on": "2016-02-01"}, "reçue demain"),
    ({"link": ""}, "Lien avec l’adhérent : à préciser"),
    ({"link": "spouse", "nir": "1750375056001"}, "sans sa clé"),
    ({"kind": "remove_person", "person_id": "", "event_on": "2016-02-01"}, "Personne à radier : à choisir"),
    ({"kind": "terminate", "event_on": ""}, "Date de fin : à renseigner"),
    ({"kind": "terminate", "event_on": "2016-12-01"}, "se termine le 1er octobre 2016"),
)


@pytest.mark.parametrize(("changes", "expected"), WRONG)
def test_what_makes_no_sense_is_refused_with_its_reason(
    client: Client, family: Enrolment, changes: dict[str, str], expected: str
) -> None:
    """The refusal names the field and what to do; the typed values stay."""
    answer = asked(client, family, BIRTH | changes, "preview")
    assert answer.status_code == 422
    assert expected in errors_of(answer)
    assert "2016-01-10" in answer.content.decode() or "received_on" in changes


def test_a_removal_and_a_termination_give_back_what_is_no_longer_due(client: Client, family: Enrolment) -> None:
    """Ending shows its credit and its rights before it is confirmed."""
    spouse = Cover.objects.get(enrolment=family, link="spouse")
    leaving = {
        "kind": "remove_person",
        "person_id": str(spouse.person_id),
        "event_on": "2015-12-01",
        "received_on": "2016-01-10",
    }
    said = text_of(asked(client, family, leaving, "preview", **{"HX-Request": "true"}))
    assert "crédité de" in said and "Droits de Zoé fermés" in said
    ending = {"kind": "terminate", "event_on": "2016-02-01", "received_on": "2016-01-10"}
    said = text_of(asked(client, family, ending, "preview", **{"HX-Request": "true"}))
    assert "Résiliation au 1er février 2016" in said and "Aucun mois déjà appelé ne change" in said
    assert asked(client, family, ending, "confirm").status_code == 302


def test_an_adviser_cannot_amend(centre, family: Enrolment) -> None:  # type: ignore[no-untyped-def]
    """The page does not exist for those who may not do it."""
    assert centre.client("adviser").get(f"/adherents/{family.number}/avenant").status_code == 404


def test_a_certificate_is_kept_as_it_reads(client: Client, family: Enrolment) -> None:
    """Whose file and whose aid are two names, both typed from the paper; neither is guessed (S003-044)."""
    aid = {"amount": "100,00", "agreed_on": "2015-11-02", "valid_until": "2016-11-01", "event_on": "2015-12-01"}
    answer = asked(client, family, BIRTH | aid, "confirm")
    assert answer.status_code == 422 and "2 points sont à corriger Titulaire du dossier" in errors_of(answer)
    asked(client, family, BIRTH | aid | {"file_holder": "Luc Martin", "certificate_holder": "Ève Martin"}, "confirm")
    kept = AidCertificate.objects.get(enrolment=family, person__first_name="Ève")
    assert (kept.file_holder, kept.certificate_holder) == ("Luc Martin", "Ève Martin")
