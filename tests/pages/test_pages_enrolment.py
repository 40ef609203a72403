"""From the queue to the enrolment, at the screen: nothing typed is lost, everything is told, nothing is done twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from egide.contracts.models import AskedPaper, Enrolment, EnrolmentForm
from egide.documents.models import Document
from egide.journal import store
from egide.journal.facts import Context
from egide.journal.models import Act
from egide.journal.scope import set_perimeters
from egide.work.models import Item
from egide.work.queries import clock_of
from pages.reading_pages import a_pdf, as_posted, errors_of, hidden, links_of, text_of, words_of_pdf
from people.families import a_family, content_of, one, received_form

NOVEMBER = date(2015, 11, 1)


@pytest.fixture(autouse=True)
def autumn(centre, today: Callable[[str], None]) -> None:  # type: ignore[no-untyped-def]
    """The story begins on a Monday of October 2015."""
    today("2015-10-05")


@pytest.fixture
def client(centre) -> Client:  # type: ignore[no-untyped-def]
    """The gestionnaire's browser."""
    return centre.client("administrator")


@pytest.fixture
def form(system: Context) -> EnrolmentForm:
    """A form as the post brought it this morning."""
    return received_form(system)


def press(client: Client, form: EnrolmentForm, act: str, content: dict, **more: str):  # type: ignore[no-untyped-def, type-arg]
    """Opens the form, types the content, presses a button."""
    page = client.get(f"/adhesions/{form.pk}")
    given = {**as_posted(content), "revision": hidden(page, "revision"), "form_key": hidden(page, "form_key")}
    return client.post(f"/adhesions/{form.pk}", {**given, "act": act, **more})


@pytest.mark.requirement("S003-163")
def test_a_received_form_waits_in_the_queue_with_its_deadline(client: Client, form: EnrolmentForm) -> None:
    """Two working days from its reception, counted before one's eyes; one key opens it."""
    page = client.get("/")
    assert "07/10/2015" in text_of(page) and "2 j ouvrés" in text_of(page)
    assert f"/adhesions/{form.pk}" in links_of(page, "/adhesions/")
    opened = text_of(client.get(f"/adhesions/{form.pk}"))
    assert "délai de 2 jours ouvrés" in opened and errors_of(client.get(f"/adhesions/{form.pk}")) == ""


@pytest.mark.requirement("S002-005")
def test_what_is_wrong_is_told_field_by_field_and_nothing_is_lost(client: Client, form: EnrolmentForm) -> None:
    """A saved form says beside each field what to mend, and shows again what was typed."""
    content = content_of(a_family(1), wished=NOVEMBER, iban="FR76 3000 6000 0112 3456 7890 188", postcode="4500")
    assert press(client, form, "save", content).status_code == 302
    page = client.get(f"/adhesions/{form.pk}")
    said = errors_of(page)
    assert "IBAN est faux" in said and "code postal compte cinq chiffres" in said
    assert "FR76 3000 6000 0112 3456 7890 188" in page.content.decode()
    assert 'href="#id_iban"' in page.content.decode() and 'id="id_iban"' in page.content.decode()


def test_validating_what_is_incomplete_keeps_it_and_says_why(client: Client, form: EnrolmentForm) -> None:
    """The button may always be pressed: what was typed is kept, and the first obstacles are listed."""
    content = content_of(a_family(1), wished=NOVEMBER, formula="")
    answer = press(client, form, "validate", content)
    assert (answer.status_code, "Formule : à renseigner" in errors_of(answer)) == (422, True)
    form.refresh_from_db()
    assert (form.state, form.content["city"]) == ("received", "Orléans")


def test_two_people_on_one_form_never_overwrite_each_other(centre, client: Client, form: EnrolmentForm) -> None:  # type: ignore[no-untyped-def]
    """The second to save sees what the first wrote beside what they typed, and may then keep theirs."""
    content = content_of(a_family(0), wished=NOVEMBER)
    late = client.get(f"/adhesions/{form.pk}")
    press(centre.client("team_leader"), form, "save", content | {"city": "Olivet"})
    given = {**as_posted(content), "revision": hidden(late, "revision"), "act": "save"}
    answer = client.post(f"/adhesions/{form.pk}", given)
    assert (answer.status_code, "Un collègue a enregistré" in errors_of(answer)) == (422, True)
    assert "votre collègue a écrit « Olivet », vous « Orléans »" in text_of(answer)
    again = {**given, "revision": hidden(answer, "revision")}
    assert client.post(f"/adhesions/{form.pk}", again).status_code == 302
    form.refresh_from_db()
    assert form.content["city"] == "Orléans"


RIB = "Relevé d’identité bancaire (RIB) et mandat de prélèvement signé"
SIGNED = "Bulletin d’adhésion daté et signé"


def ask(client: Client, form: EnrolmentForm, content: dict[str, Any], act: str = "send", **given: object):  # type: ignore[no-untyped-def]
    """Keeps the form, opens the request for papers as a browser shows it, presses one of its buttons."""
    assert press(client, form, "ask_papers", content)["Location"] == f"/adhesions/{form.pk}/pieces"
    page = client.get(f"/adhesions/{form.pk}/pieces")
    typed = {"revision": hidden(page, "revision"), "answer_by": "2015-11-04", "act": act}
    return client.post(f"/adhesions/{form.pk}/pieces", {**typed, **given})


@pytest.mark.requirement("S003-038")
def test_asking_for_papers_stops_the_clock_with_a_letter(client: Client, form: EnrolmentForm) -> None:
    """The clock stops, the letter is a PDF on the file, and the papers that come start it again."""
    content = content_of(a_family(0), wished=NOVEMBER, iban="")
    assert ask(client, form, content, paper=[RIB]).status_code == 302
    page = text_of(client.get(f"/adhesions/{form.pk}"))
    assert "En pause" in page and "reprend à la réception de la dernière pièce demandée" in page
    letter = Document.objects.get(subject_kind="form", subject_id=form.pk, kind="missing_papers")
    assert store.load(letter.sha256).startswith(b"%PDF")
    assert client.get(f"/documents/{letter.pk}")["Content-Type"] == "application/pdf"
    scan = SimpleUploadedFile("rib.pdf", store.load(letter.sha256), content_type="application/pdf")
    given = {"act": "receive", "scan": scan, "paper": [RIB]}
    assert client.post(f"/adhesions/{form.pk}", given).status_code == 302
    assert Item.objects.get(subject_kind="form", subject_id=form.pk).state == "open"


def test_a_request_for_papers_is_seen_before_it_leaves(client: Client, form: EnrolmentForm) -> None:
    """The papers are chosen, one may be written freely, a day is given; the letter is shown, and nothing is kept by looking."""
    content = content_of(a_family(0), wished=NOVEMBER, iban="", signed=False)
    acts = Act.objects.filter(kind="enrolment.ask_papers")
    letter = ask(client, form, content, "letter", paper=[RIB], free="Copie du jugement d’adoption")
    said = words_of_pdf(letter.content)
    assert letter["Content-Type"] == "application/pdf" and acts.count() == 0
    assert "Relevé d’identité bancaire" in said and "jugement d’adoption" in said and "4 novembre 2015" in said
    assert "à renseigner" not in said and "compte à débiter" in said
    assert "daté et signé" not in said, "what is not chosen is not asked for"
    page = client.get(f"/adhesions/{form.pk}/pieces")
    assert "livret de famille" in text_of(page) and "pièce d’identité" in text_of(page)
    family = "Copie du livret de famille"
    assert ask(client, form, content, paper=[RIB, family]).status_code == 302
    asked = AskedPaper.objects.filter(form=form).order_by("id").values_list("title", "answer_by", "received_on")
    assert list(asked) == [(RIB, date(2015, 11, 4), None), (family, date(2015, 11, 4), None)]


@pytest.mark.parametrize(
    ("given",                                        "said"),
    [
        ({"paper": [RIB], "answer_by": ""},            "La date de réponse manque"),
        ({"paper": [RIB], "answer_by": "2015-10-05"},  "qui n’est pas à venir"),
        ({"paper": []},                                "Aucune pièce n’est choisie"),
    ],
)  # fmt: skip
def test_a_request_that_makes_no_sense_is_refused(
    client: Client, form: EnrolmentForm, given: dict[str, object], said: str
) -> None:
    """Nothing leaves without a paper, nor without a day to come by which to answer."""
    answer = ask(client, form, content_of(a_family(0), wished=NOVEMBER, iban=""), **given)
    assert (answer.status_code, said in errors_of(answer)) == (422, True)
    assert not AskedPaper.objects.exists()


@pytest.mark.requirement("S003-038", "S000-026")
def test_one_of_two_papers_does_not_start_the_clock(client: Client, form: EnrolmentForm, today) -> None:  # type: ignore[no-untyped-def]
    """Each paper has its state; the clock starts with the last, whole, and the paused file shows no delay meanwhile."""
    content = content_of(a_family(0), wished=date(2015, 12, 1), iban="", signed=False)
    today("2015-10-12")  # already late when it is read: it never was complete
    assert ask(client, form, content, paper=[RIB, SIGNED]).status_code == 302
    today("2015-10-20")
    first = {"act": "receive", "scan": SimpleUploadedFile("a.pdf", a_pdf("RIB")), "paper": [RIB]}
    answer = client.post(f"/adhesions/{form.pk}", first, follow=True)
    said = text_of(answer)
    item = Item.objects.get(subject_kind="form", subject_id=form.pk)
    assert (item.state, item.due_on) == ("paused", None)
    found = clock_of(item, list(item.pauses.all()), date(2015, 10, 20))
    assert (found.paused, found.late_days, found.remaining_days) == (True, 0, 2)
    assert "Il en manque encore" in said and "en retard de" not in said
    assert f"{RIB} Demandée" not in said and "réponse attendue avant le 04/11/2015" in said
    today("2015-10-22")
    last = {"act": "receive", "scan": SimpleUploadedFile("b.pdf", a_pdf("signed")), "paper": [SIGNED]}
    client.post(f"/adhesions/{form.pk}", last)
    item.refresh_from_db()
    assert (item.state, item.complete_on, item.due_on) == ("open", date(2015, 10, 22), date(2015, 10, 26))
    form.refresh_from_db()
    assert form.state == "received"


def test_another_paper_leaves_the_file_incomplete(client: Client, form: EnrolmentForm) -> None:
    """What was not asked for is kept, and the clock still waits for what was."""
    ask(client, form, content_of(a_family(0), wished=NOVEMBER, iban=""), paper=[RIB])
    other = {"act": "receive", "scan": SimpleUploadedFile("a.pdf", a_pdf("other"))}
    client.post(f"/adhesions/{form.pk}", other)
    assert Item.objects.get(subject_kind="form", subject_id=form.pk).state == "paused"
    assert Document.objects.filter(subject_kind="form", subject_id=form.pk, received=True, kind="papers").count() == 1


def test_a_hostile_upload_is_refused(client: Client, form: EnrolmentForm) -> None:
    """A file that is not a sane PDF is refused with what to do."""
    ask(client, form, content_of(a_family(0), wished=NOVEMBER, iban=""), paper=[RIB])
    scan = SimpleUploadedFile("rib.pdf", b"MZ\x90", content_type="application/pdf")
    answer = client.post(f"/adhesions/{form.pk}", {"act": "receive", "scan": scan})
    assert (answer.status_code, bool(errors_of(answer))) == (422, True)


@pytest.mark.requirement("S003-099", "S003-010")
def test_every_amount_of_the_preview_says_why(client: Client, form: EnrolmentForm) -> None:
    """The premium is shown before anything is kept, and each amount opens its reasons, ready to read aloud."""
    content = content_of(a_family(3), wished=NOVEMBER)
    page = client.get(f"/adhesions/{form.pk}")
    given = {**as_posted(content), "revision": hidden(page, "revision"), "act": "preview"}
    preview = client.post(f"/adhesions/{form.pk}", given, headers={"HX-Request": "true"})
    assert preview.status_code == 200 and "Échéancier" in text_of(preview)
    reasons = links_of(preview, "/pourquoi/")
    assert len(reasons) > 20
    for link in reasons:
        panel = client.get(link, headers={"HX-Request": "true"})
        assert (panel.status_code, "À dire au téléphone" in text_of(panel)) == (200, True), link
    form.refresh_from_db()
    assert form.content == {}, "a preview keeps nothing"


@pytest.mark.requirement("S002-006")
def test_a_preview_that_cannot_be_made_says_what_it_needs(client: Client, form: EnrolmentForm) -> None:
    """Without a formula there is no premium, and the page says so."""
    page = client.get(f"/adhesions/{form.pk}")
    given = {"revision": hidden(page, "revision"), "act": "preview"}
    answer = client.post(f"/adhesions/{form.pk}", given, headers={"HX-Request": "true"})
    assert (answer.status_code, "Renseignez la formule" in text_of(answer)) == (422, True)


@pytest.mark.requirement("S003-102", "S002-005")
def test_validating_makes_the_enrolment_and_all_that_follows(client: Client, form: EnrolmentForm) -> None:
    """Covers, account, schedule, mandate, rights movements and journal are there when the page comes back."""
    answer = press(client, form, "validate", content_of(a_family(2), wished=NOVEMBER))
    row = Enrolment.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/adherents/{row.number}")
    page = client.get(answer["Location"])
    assert "Adhésion validée" in text_of(page) and "Échéancier du 05/10/2015" in text_of(page)
    assert one("SELECT count(*) FROM contracts_cover WHERE enrolment_id = %s", row.pk) == 4
    assert one("SELECT count(*) FROM contracts_rightsmovement") == 4
    assert one("SELECT count(*) FROM ledger_account WHERE kind = 'member' AND enrolment_id = %s", row.pk) == 1
    assert row.mandate_id is not None
    journal = text_of(client.get(f"/journal?subject=enrolment:{row.pk}"))
    assert "Adhésion validée" in journal and "Sonia Marchetti" in journal


@pytest.mark.parametrize("changed", [{}, {"phone": "06 39 98 00 01"}], ids=["as saved", "typed since"])
def test_a_double_click_makes_one_enrolment(client: Client, form: EnrolmentForm, changed: dict[str, str]) -> None:
    """The same key with the same input answers what was done the first time, even when it kept something typed since."""
    content = content_of(a_family(0), wished=NOVEMBER)
    press(client, form, "save", content)
    page = client.get(f"/adhesions/{form.pk}")
    given = {**as_posted(content | changed), "revision": hidden(page, "revision"), "form_key": hidden(page, "form_key")}
    answers = [client.post(f"/adhesions/{form.pk}", {**given, "act": "validate"}) for _click in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert Enrolment.objects.count() == 1


def test_a_person_is_added_and_removed_without_losing_the_rest(client: Client, form: EnrolmentForm) -> None:
    """The two buttons keep what was typed."""
    content = content_of(a_family(1), wished=NOVEMBER)
    press(client, form, "add:people", content)
    form.refresh_from_db()
    assert [person["link"] for person in form.content["persons"]] == ["member", "spouse", "child", "child"]
    press(client, form, "remove:1", form.content)
    form.refresh_from_db()
    assert [person["link"] for person in form.content["persons"]] == ["member", "child", "child"]
    assert form.content["city"] == "Orléans"


@pytest.mark.parametrize(("role", "expected"), [("adviser", 404), ("director", 404), ("delegate", 404)])
def test_only_those_who_enrol_may_write(centre, form: EnrolmentForm, role: str, expected: int) -> None:  # type: ignore[no-untyped-def]
    """An adviser reads the form and cannot change it; another's delegate does not even see it."""
    answer = centre.client(role).post(f"/adhesions/{form.pk}", {"act": "save", "revision": "0"})
    set_perimeters((1, 2, 3))
    assert (answer.status_code, Act.objects.filter(kind="enrolment.save").count()) == (expected, 0)


def test_an_enrolled_form_is_only_read(client: Client, form: EnrolmentForm) -> None:
    """Once validated the form is a record: its buttons are gone."""
    press(client, form, "validate", content_of(a_family(0), wished=NOVEMBER))
    page = client.get(f"/adhesions/{form.pk}").content.decode()
    assert 'value="validate"' not in page and 'value="ask_papers"' not in page


def test_the_list_of_forms_by_state_and_as_a_spreadsheet(client: Client, form: EnrolmentForm) -> None:
    """Each state has its list; a list goes to a spreadsheet as shown."""
    assert f"Bulletin {form.pk}" in text_of(client.get("/adhesions"))
    assert f"Bulletin {form.pk}" not in text_of(client.get("/adhesions?state=waiting"))
    sheet = client.get("/adhesions?state=received&export=xlsx")
    assert sheet["Content-Type"].endswith("spreadsheetml.sheet") and sheet.content[:2] == b"PK"
