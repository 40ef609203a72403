"""A child told late: every euro is shown before it moves, and exactly those euros move."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from django.test import Client

from egide.contracts.models import AidCertificate, Cover, Enrolment
from egide.journal.facts import Context
from egide.journal.models import Act
from egide.kernel.identifiers import nir_key
from egide.kernel.money import format_eur
from egide.premiums.jobs import call_month
from egide.premiums.queries import balance_cents
from pages.reading_pages import errors_of, hidden, links_of, text_of
from people.families import Care, Member, a_family, enrolled, one, rows, settled

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


@pytest.mark.requirement("S003-103")
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
    ({"birth_date": "2014-01-02"}, "plus de 12 mois"),
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
    assert "10/01/2016" in answer.content.decode() or "received_on" in changes


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


def test_an_enrolment_is_given_up_from_the_screen(
    client: Client, centre, system: Context, today: Callable[[str], None]
) -> None:  # type: ignore[no-untyped-def]
    """Within the delay of the règlement the member page offers it; everything is shown before, and nothing stands after."""
    today("2015-10-05")
    row = enrolled(system, [replace(one_, aid="") for one_ in a_family(0)], starts_on=date(2015, 11, 1))
    call_month(system, date(2015, 11, 1), perimeter_id=2)
    before = balance_cents(row.pk)
    today("2015-11-04")
    page = client.get(f"/adherents/{row.number}")
    assert "Dernier jour pour renoncer" in text_of(page)
    assert f"/adherents/{row.number}/avenant?kind=withdraw" in links_of(page, "/adherents/")
    given_up = {"kind": "withdraw", "received_on": "2015-11-03", "reason": "Changement d’avis"}
    said = text_of(asked(client, row, given_up, "preview", **{"HX-Request": "true"}))
    assert "annulée depuis son début" in said and "crédité de" in said and "Droits de Luc, Zoé fermés" in said
    shown = re.search(r"crédité de ([\d   ]+,\d\d) €", said)
    assert balance_cents(row.pk) == before, "a preview moves nothing"
    assert asked(client, row, given_up, "confirm").status_code == 302
    given_back = before - balance_cents(row.pk)
    assert (
        given_back > 0 and shown and shown[1].strip() == re.sub(r"\s", " ", format_eur(given_back)).removesuffix(" €")
    )
    after = text_of(client.get(f"/adherents/{row.number}"))
    assert "Demande reçue le 03/11/2015 : Changement d’avis" in re.sub(r"\s", " ", after)
    assert "Renoncer" not in after
    late = enrolled(system, a_family(0), starts_on=date(2015, 12, 1))
    today("2015-12-05")  # received the day before, it is handled today: the way stays open a week, the act judges
    assert "Renoncer" in text_of(client.get(f"/adherents/{late.number}"))
    today("2015-12-15")
    assert "Renoncer" not in text_of(client.get(f"/adherents/{late.number}"))
    refused = asked(client, late, given_up | {"received_on": "2015-12-05"}, "preview")
    assert (refused.status_code, "après le délai" in errors_of(refused)) == (422, True)


def test_a_change_told_too_late_has_a_way_out(client: Client, family: Enrolment) -> None:
    """The refusal asks for the insurer's agreement, the field is there, and with its reference the change is made."""
    late = BIRTH | {"birth_date": "2014-12-02", "event_on": "2014-12-02"}
    answer = asked(client, family, late, "preview")
    assert (answer.status_code, 'name="agreement"' in answer.content.decode()) == (422, True)
    assert "Accord de l’assureur" in errors_of(answer)
    assert asked(client, family, late | {"agreement": "UMH-2016-12"}, "confirm").status_code == 302
    assert one("SELECT agreement FROM contracts_endorsement WHERE enrolment_id = %s", family.pk) == "UMH-2016-12"


@pytest.mark.parametrize(
    ("changes",                                                                     "said"),
    [
        ({"birth_date": "1992-02-03", "student": "on", "event_on": "2016-01-01"},    "certificat de scolarité"),
        ({"link": "spouse", "birth_date": "1980-02-03", "nir": "281037500100155", "event_on": "2016-01-01"}, "naissance en 81"),
    ],
)  # fmt: skip
def test_what_is_not_proved_stops_an_addition(
    client: Client, family: Enrolment, changes: dict[str, str], said: str
) -> None:
    """A student of 23 without proof, a number that contradicts the birth: refused, with the box that says it was checked."""
    given = BIRTH | changes
    if given["nir"]:
        given["nir"] = given["nir"][:13] + nir_key(given["nir"][:13])
    answer = asked(client, family, given, "preview")
    assert (answer.status_code, said in errors_of(answer)) == (422, True)
    proved = asked(client, family, given | {"school": "on", "nir_checked": "on"}, "preview")
    assert proved.status_code == 200


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


CARES = (
    (date(2015, 11, 10), 0),
    (date(2015, 12, 10), 1),
    (date(2015, 12, 20), 1),
)  # the day, and whether after the end


@pytest.fixture
def treated(system: Context, family: Enrolment) -> dict[int, int]:
    """Care of the spouse, one before December and two after, reimbursed: what is posted on each line."""
    cover = Cover.objects.get(enrolment=family, link="spouse")
    who = Member("spouse", "Zoé", cover.person.birth_date, cover.person.nir)
    settled(system, [Care(who, on=day) for day, _after in CARES], who.nir)
    return posted_on_lines(family)


def posted_on_lines(family: Enrolment) -> dict[int, int]:
    """What the books hold for each care line of an enrolment."""
    return {
        line: int(cents)
        for line, cents in rows(
            "SELECT care_line_id, sum(amount_cents) FROM benefits_posting WHERE enrolment_id = %s GROUP BY 1", family.pk
        )
    }


@pytest.mark.parametrize(
    ("kind", "on", "taken_back"),
    [("remove_person", "2015-12-01", 2), ("terminate", "2015-12-01", 2), ("terminate", "2016-01-01", 0)],
)
def test_the_care_that_is_shown_is_the_care_that_is_taken_back(
    client: Client, family: Enrolment, treated: dict[int, int], kind: str, on: str, taken_back: int
) -> None:
    """Each line with its euros before the confirmation; the same euros in the books and at the account after it."""
    spouse = Cover.objects.get(enrolment=family, link="spouse")
    ending = {"kind": kind, "person_id": str(spouse.person_id), "event_on": on, "received_on": "2016-01-10"}
    answer = asked(client, family, ending, "preview", **{"HX-Request": "true"})
    shown = {int(line): cents_of(said) for line, said in _CARE_ROW.findall(answer.content.decode())}
    assert len(shown) == taken_back and ("seront repris" in text_of(answer)) is (taken_back > 0)
    asked(client, family, ending, "confirm")
    after = posted_on_lines(family)
    assert {line: after[line] - cents for line, cents in treated.items() if after[line] != cents} == shown
    assert all(cents < 0 for cents in shown.values())
    account = client.get(f"/adherents/{family.number}/compte").content.decode()
    back = [(int(line), cents_of(said)) for line, said in _CARE_ROW.findall(account)]
    assert set(shown.items()) <= set(back)
    assert any(cents < 0 for _line, cents in back) is (taken_back > 0)


_CARE_ROW = re.compile(
    r'<tr>(?:<td[^>]*>[^<]*</td>)?<th scope="row"><a class="row-link" href="/soins/(\d+)">.*?</th>(<td.*?</td>)',
    re.DOTALL,
)


def cents_of(cell: str) -> int:
    """The cents of an amount as a page writes it, with its sign."""
    said = re.sub(r"<[^>]+>|\s", "", cell)
    found = re.search(r"([−-]?)([\d]+),(\d\d)", said)
    assert found, cell
    return (-1 if found[1] else 1) * (int(found[2]) * 100 + int(found[3]))


def test_who_reads_no_care_is_told_its_euros_only(centre, system: Context, today: Callable[[str], None]) -> None:  # type: ignore[no-untyped-def]
    """A delegate ends an enrolment: the total taken back is said, no care is named."""
    today("2015-10-05")
    people = a_family(0)
    row = enrolled(system, people, starts_on=date(2015, 10, 1), perimeter=3)
    today("2016-01-11")
    settled(system, [Care(people[0], on=date(2015, 12, 10))], people[0].nir)
    ending = {"kind": "terminate", "event_on": "2015-12-01", "received_on": "2016-01-10"}
    delegate = centre.client("delegate")
    said = text_of(asked(delegate, row, ending, "preview", **{"HX-Request": "true"}))
    assert "seront repris" in said and "pas ouvert à votre rôle" in said and "/soins/" not in said
    assert "Prestations" not in text_of(delegate.get(f"/adherents/{row.number}/compte"))
