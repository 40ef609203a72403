"""The queue at the screen: what waits is seen with a word of the trade, ended with a reason, and the next is one key away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from egide.contracts.jobs import read_answers, send_rights
from egide.contracts.models import EnrolmentForm, RightsMovement
from egide.exchanges.acts import Arrival, receive
from egide.exchanges.codecs.noemie_rights import answer_with, read_movements, write_answers
from egide.exchanges.models import File, Reject
from egide.journal import store
from egide.journal.facts import Context, Role
from egide.journal.scope import set_perimeters
from egide.premiums.jobs import call_month
from egide.premiums.models import Debit
from egide.premiums.return_jobs import record_returns
from egide.work.models import Item
from pages.reading_pages import as_posted, errors_of, hidden, links_of, text_of
from people.families import Care, a_family, at, content_of, enrolled, received_care, received_form, settled
from people.returns import report

NOVEMBER = date(2015, 11, 1)


@pytest.fixture(autouse=True)
def autumn(centre, today: Callable[[str], None]) -> None:  # type: ignore[no-untyped-def]
    """The story begins on a Monday of October 2015."""
    today("2015-10-05")


@pytest.fixture
def client(centre) -> Client:  # type: ignore[no-untyped-def]
    """The gestionnaire's browser."""
    return centre.client("administrator")


def key_of(page) -> str:  # type: ignore[no-untyped-def]
    """The key of the first form of a page."""
    return hidden(page, "form_key")


def all_seen() -> None:
    """The test sees every perimeter again after a page."""
    set_perimeters((1, 2, 3))


def test_after_a_validation_the_next_file_is_one_key_away(client: Client, system: Context) -> None:
    """The confirmation stays, with the next file of the queue beside it; pressed, it is taken and opened."""
    done = received_form(system, content=content_of(a_family(0), wished=NOVEMBER))
    waits = received_form(system)
    page = client.get(f"/adhesions/{done.pk}")
    given = {**as_posted(done.content), "revision": hidden(page, "revision"), "form_key": key_of(page)}
    landed = client.post(f"/adhesions/{done.pk}", {**given, "act": "validate"}, follow=True)
    said = text_of(landed)
    assert "Adhésion" in said and "créée" in said
    assert "Dossier suivant" in said and 'data-key="n"' in landed.content.decode()
    taken = client.post("/dossiers/suivant", {"form_key": "next-1"})
    assert taken["Location"] == f"/adhesions/{waits.pk}"


@pytest.mark.parametrize(
    ("act",     "state",     "word"),
    [
        ("refuse",  "refused",   "Refusé"),
        ("abandon", "abandoned", "Abandonné"),
    ],
)  # fmt: skip
def test_a_form_is_turned_down_at_the_screen(client: Client, system: Context, act: str, state: str, word: str) -> None:
    """Without a reason nothing is done; with one the form leaves the queue, and the list « Refusé » shows it and says which."""
    form = received_form(system)
    after = received_form(system)
    page = client.get(f"/adhesions/{form.pk}")
    given = {"revision": hidden(page, "revision"), "act": act}
    refused = client.post(f"/adhesions/{form.pk}", {**given, "reason": "", "form_key": "k1"})
    assert (refused.status_code, "La raison manque" in errors_of(refused)) == (422, True)
    landed = client.post(
        f"/adhesions/{form.pk}", {**given, "reason": "Habite hors de France", "form_key": "k2"}, follow=True
    )
    assert "la raison est au journal" in text_of(landed) and "Habite hors de France" in text_of(landed)
    assert "Dossier suivant" in text_of(landed) and landed.content.decode().count('data-key="n"') == 1
    assert client.post("/dossiers/suivant", {"form_key": "n"})["Location"] == f"/adhesions/{after.pk}"
    listed = client.get("/adhesions?state=refused")
    assert f"/adhesions/{form.pk}" in links_of(listed, "/adhesions/") and word in text_of(listed)
    all_seen()
    assert EnrolmentForm.objects.get(pk=form.pk).state == state


def test_what_the_operator_received_is_in_the_queue_of_those_who_read(client: Client, today) -> None:  # type: ignore[no-untyped-def]
    """Named with a word of the trade, it leads to its page, where it is read, or refused with a reason."""
    today("2015-12-15")
    file = receive(at(Role.OPERATOR), Arrival("noemie.care", "scheme", "SOINS.noe", b"bytes", 2))
    page = client.get("/")
    assert "Fichier de soins à lire" in text_of(page)
    assert f"/fichiers/{file.pk}" in links_of(page, "/fichiers/")
    opened = client.get(f"/fichiers/{file.pk}")
    assert "Lire ce fichier" in text_of(opened) and "attend d’être lu" in text_of(opened)
    refused = client.post(f"/fichiers/{file.pk}", {"reason": " ", "form_key": "k1"})
    assert (refused.status_code, "La raison manque" in errors_of(refused)) == (422, True)
    done = client.post(f"/fichiers/{file.pk}", {"reason": "Envoyé deux fois", "form_key": "k2"}, follow=True)
    assert "Refusé par le centre : Envoyé deux fois" in text_of(done)
    assert "Fichier de soins à lire" not in text_of(client.get("/"))


def test_a_returned_debit_is_told_on_its_item_and_ended_with_what_was_done(
    client: Client,
    system: Context,
    today,  # type: ignore[no-untyped-def]
) -> None:
    """The item says which month came back and why, leads to the member, and ends with a sentence of the person."""
    enrolment = enrolled(system, a_family(1), starts_on=NOVEMBER)
    call_month(system, NOVEMBER, perimeter_id=2)
    today("2015-11-09")
    file = receive(
        system, Arrival("pain.002", "bank", "R.xml", report(list(Debit.objects.select_related("enrolment"))), 2)
    )
    record_returns(system, file.pk)
    item = Item.objects.get(kind="returned_debit")
    queue = client.get("/")
    assert f"Prélèvement rejeté à traiter : adhésion {enrolment.number}" in text_of(queue)
    page = client.get(f"/dossiers/{item.pk}")
    said = text_of(page)
    assert "Novembre 2015" in said and "provision insuffisante" in said
    assert f"/adherents/{enrolment.number}" in links_of(page, "/adherents/")
    refused = client.post(f"/dossiers/{item.pk}", {"act": "finish", "reason": "", "form_key": "k1"})
    assert refused.status_code == 422
    landed = client.post(
        f"/dossiers/{item.pk}", {"act": "finish", "reason": "Paiera par carte", "form_key": "k2"}, follow=True
    )
    assert "Dossier terminé" in text_of(landed)
    assert "Paiera par carte" in text_of(client.get(f"/adherents/{enrolment.number}"))


def test_a_refused_movement_that_needs_nothing_is_ended_with_a_reason(client: Client, system: Context) -> None:
    """From the movement's page, one may end its work without sending it again."""
    enrolled(system, a_family(0), starts_on=NOVEMBER)
    sent = send_rights(system, perimeter_id=2)
    assert sent is not None
    envelope, read = read_movements(store.load(sent.sha256))
    answers = write_answers(envelope.answer(file_id="000042"), [answer_with(one, "18") for one in read.records])
    read_answers(system, receive(system, Arrival("noemie.answers", "scheme", "R.noe", answers, 2)))
    movement = RightsMovement.objects.filter(state="rejected").first()
    assert movement is not None
    item = Item.objects.get(kind="rights_reject", subject_id=movement.pk)
    page = client.get(f"/droits/{movement.pk}")
    assert f"/dossiers/{item.pk}" in links_of(page, "/dossiers/")
    landed = client.post(
        f"/dossiers/{item.pk}", {"act": "finish", "reason": "Droits ouverts ailleurs", "form_key": "k"}, follow=True
    )
    assert "Dossier terminé" in text_of(landed)


def test_the_last_ignored_line_offers_the_next_file(client: Client, system: Context, today) -> None:  # type: ignore[no-untyped-def]
    """The work of the file is over: the bench confirms it, and what comes next is one key away."""
    today("2015-12-15")
    people = a_family(0)
    file, _ = settled(system, [Care(people[0])], people[0].nir)
    reject = Reject.objects.get(file=file)
    Reject.objects.filter(pk=reject.pk).update(perimeter_id=2)
    landed = client.post(
        f"/rejets/{reject.pk}", {"act": "ignore", "reason": "Inconnu ici", "form_key": "k"}, follow=True
    )
    assert "Ligne ignorée" in text_of(landed) and "Dossier suivant" in text_of(landed)
    all_seen()
    assert Item.objects.get(kind="rejects", subject_id=file.pk).state == "done"


def test_an_unread_file_is_not_turned_down_by_who_may_not(centre) -> None:  # type: ignore[no-untyped-def]
    """The page of files does not exist for those who do not exchange any."""
    all_seen()
    file = received_care(at(Role.OPERATOR), b"bytes", perimeter=2)
    answer = centre.client("adviser").post(f"/fichiers/{file.pk}", {"reason": "Non", "form_key": "k"})
    assert answer.status_code == 404
    set_perimeters((1, 2, 3), health=True)
    assert File.objects.get(pk=file.pk).state == "received"
