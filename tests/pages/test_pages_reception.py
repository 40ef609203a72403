"""The mail at the screen: a paper is kept with its clock, once; what is wrong is said beside what was typed."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from egide.contracts.models import EnrolmentForm
from egide.documents.models import Document
from egide.documents.safety import MAX_BYTES
from egide.journal import clock
from egide.journal.facts import Context
from egide.journal.models import Act
from egide.work.models import Item
from pages.reading_pages import as_posted, errors_of, hidden, links_of, text_of
from people.families import a_family, content_of, received_form

HERE = "/adhesions/recevoir"


@pytest.fixture(autouse=True)
def autumn(centre, today: Callable[[str], None]) -> None:  # type: ignore[no-untyped-def]
    """A Wednesday of October 2015."""
    today("2015-10-07")


@pytest.fixture
def client(centre) -> Client:  # type: ignore[no-untyped-def]
    """The gestionnaire's browser."""
    return centre.client("administrator")


def pdf(title: str, pages: int = 1) -> bytes:
    """A sane PDF of blank pages; another title gives other bytes."""
    made = pikepdf.Pdf.new()
    for _page in range(pages):
        made.add_blank_page()
    made.docinfo["/Title"] = title
    out = io.BytesIO()
    made.save(out, deterministic_id=True)
    return out.getvalue()


def upload(content: bytes) -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile("scan.pdf", content, content_type="application/pdf")


def asked(content: bytes | None, **changes: str) -> dict[str, object]:
    """A reception as the page posts it."""
    given = {
        "product": "proxime_sante", "perimeter": "2", "received_on": "2015-10-05", "channel": "email",
        "who": "Marie Dupont", "act": "receive",
    } | changes  # fmt: skip
    return given | ({"scan": upload(content)} if content is not None else {})


def test_two_clicks_receive_a_paper_of_the_day_once(client: Client) -> None:
    """Received today, the hour is not part of what was asked: the second click leads to the form of the first."""
    given = asked(pdf("B", 1), received_on=clock.today().isoformat())
    given["form_key"] = hidden(client.get(HERE), "form_key")
    places = [client.post(HERE, given | {"scan": upload(pdf("B", 1))})["Location"] for _click in range(2)]
    assert places[0] == places[1] and places[0].startswith("/adhesions/")
    assert EnrolmentForm.objects.count() == 1


@pytest.mark.requirement("S003-031", "S004-023")
def test_a_received_paper_opens_as_a_form_with_its_clock(client: Client) -> None:
    """Kept whole, dated of its reception, due two working days later; the form is there to fill."""
    page = client.get(HERE)
    given = asked(pdf("A", 3)) | {"form_key": hidden(page, "form_key")}
    answer = client.post(HERE, given, follow=True)
    form = EnrolmentForm.objects.latest("pk")
    assert answer.redirect_chain[-1][0] == f"/adhesions/{form.pk}"
    assert "reçu le 5 octobre 2015, par courriel" in text_of(answer)
    assert (form.received_on, form.perimeter_id, form.state) == (date(2015, 10, 5), 2, "received")
    paper = Document.objects.get(subject_kind="form", subject_id=form.pk)
    assert (paper.made_on, paper.pages, paper.received) == (date(2015, 10, 5), 3, True)
    item = Item.objects.get(subject_kind="form", subject_id=form.pk)
    assert (item.title, item.due_on) == ("Bulletin d’adhésion de Marie Dupont", date(2015, 10, 7))
    again = client.post(HERE, given | {"scan": upload(pdf("A", 3))})
    assert again["Location"] == f"/adhesions/{form.pk}"
    assert EnrolmentForm.objects.count() == 1


def test_the_same_paper_again_leads_to_its_form(centre, client: Client) -> None:  # type: ignore[no-untyped-def]
    """Whoever receives it again, another day and under another name, finds the form that holds it."""
    client.post(HERE, asked(pdf("B")))
    form = EnrolmentForm.objects.latest("pk")
    other = centre.client("team_leader").post(HERE, asked(pdf("B"), who="M. Dupont", received_on=""))
    assert other.status_code == 422
    other = centre.client("team_leader").post(HERE, asked(pdf("B"), who="M. Dupont"), follow=True)
    assert other.redirect_chain[-1][0] == f"/adhesions/{form.pk}"
    assert "déjà été reçu le 05/10/2015" in text_of(other)
    assert EnrolmentForm.objects.count() == 1


@pytest.mark.parametrize(
    ("content",                       "changes",                        "said"),
    [
        (None,                          {},                               "Aucun fichier"),
        (b"",                           {},                               "vide"),
        (b"MZ\x90 a program",           {},                               "pas un PDF"),
        (b"%PDF-1.7 cut",               {},                               "incomplet"),
        (b"%PDF-" + bytes(MAX_BYTES),   {},                               "20 Mo"),
        (pdf("C"),                      {"received_on": "2015-10-08"},    "dans l’avenir"),
        (pdf("C"),                      {"received_on": "hier"},          "date de réception manque"),
        (pdf("C"),                      {"product": ""},                  "produit manque"),
        (pdf("C"),                      {"product": "horizon_sante"},     "produit manque"),
        (pdf("C"),                      {"received_on": "2015-01-05"},    "Aucune version de ce produit"),
        (pdf("C"),                      {"perimeter": ""},                "organisme manque"),
        (pdf("C"),                      {"perimeter": "99"},              "pas de ceux"),
        (pdf("C"),                      {"channel": "pigeon"},            "canal"),
    ],
)  # fmt: skip
def test_what_cannot_be_received_is_told_and_nothing_typed_is_lost(
    client: Client, content: bytes | None, changes: dict[str, str], said: str
) -> None:
    """The place, the cause and the remedy, on the page, with what was typed; nothing is kept."""
    acts = Act.objects.count()
    answer = client.post(HERE, asked(content, **changes))
    assert (answer.status_code, said in errors_of(answer)) == (422, True), errors_of(answer)
    assert 'value="Marie Dupont"' in answer.content.decode()
    assert (EnrolmentForm.objects.count(), Act.objects.count()) == (0, acts)


@pytest.mark.parametrize(("role", "open_"), [("administrator", True), ("delegate", True), ("adviser", False)])
def test_only_those_who_enrol_receive(centre, role: str, open_: bool) -> None:  # type: ignore[no-untyped-def]
    """The page and its links exist for them alone; a delegate receives for its own members only."""
    client = centre.client(role)
    assert (client.get(HERE).status_code == 200) is open_
    for place in ("/", "/adhesions"):
        assert (HERE in links_of(client.get(place), HERE)) is open_
    if role == "delegate":
        page = client.get(HERE).content.decode()
        assert "Mutuelle de l’Est" in page and "Rives de Loire" not in page


RIB = "Relevé d’identité bancaire (RIB) et mandat de prélèvement signé"


def waiting_form(client: Client, system: Context) -> EnrolmentForm:
    """A form that waits for its bank details since today."""
    content = content_of(a_family(0), wished=date(2015, 11, 1), iban="")
    form = received_form(system, content=content)
    client.post(f"/adhesions/{form.pk}", {**as_posted(content), "act": "ask_papers", "revision": "1"})
    form.refresh_from_db()
    given = {"act": "send", "revision": str(form.revision), "answer_by": "2015-11-04", "paper": [RIB]}
    client.post(f"/adhesions/{form.pk}/pieces", given)
    form.refresh_from_db()
    assert form.state == "waiting"
    return form


def test_the_answer_to_a_letter_ends_the_pause_on_its_day(
    client: Client, system: Context, today: Callable[[str], None]
) -> None:
    """Joined some days after it came: the paper has its name and its date, the clock runs from that date."""
    form = waiting_form(client, system)
    today("2015-10-16")
    page = client.get(f"/adhesions/{form.pk}")
    paper = RIB
    assert paper in text_of(page)
    given = {"act": "receive", "received_on": "2015-10-13", "scan": upload(pdf("RIB")), "paper": [paper]}
    assert client.post(f"/adhesions/{form.pk}", given).status_code == 302
    known = Document.objects.get(subject_kind="form", subject_id=form.pk, kind="papers")
    assert (known.title, known.made_on) == (paper, date(2015, 10, 13))
    item = Item.objects.get(subject_kind="form", subject_id=form.pk)
    assert (item.state, item.pauses.get().end) == ("open", date(2015, 10, 14))
    form.refresh_from_db()
    assert form.state == "received"
    twice = client.post(f"/adhesions/{form.pk}", given | {"scan": upload(pdf("RIB"))})
    assert (twice.status_code, "déjà au dossier" in errors_of(twice)) == (422, True)


def test_a_paper_that_crossed_the_letter_ends_the_pause_at_once(client: Client, system: Context) -> None:
    """It came before the letter left: no pause has negative days."""
    form = waiting_form(client, system)
    given = {"act": "receive", "received_on": "2015-10-06", "scan": upload(pdf("crossed")), "paper": [RIB]}
    assert client.post(f"/adhesions/{form.pk}", given).status_code == 302
    item = Item.objects.get(subject_kind="form", subject_id=form.pk)
    assert (item.state, item.pauses.get().end) == ("open", date(2015, 10, 8))


def test_a_paper_may_come_before_it_is_asked_for(client: Client, system: Context) -> None:
    """A form that is not waiting takes a paper too, and its clock goes on."""
    form = received_form(system)
    due = Item.objects.get(subject_kind="form", subject_id=form.pk).due_on
    given = {"act": "receive", "received_on": "2015-10-07", "scan": upload(pdf("early"))}
    assert client.post(f"/adhesions/{form.pk}", given).status_code == 302
    assert Item.objects.get(subject_kind="form", subject_id=form.pk).due_on == due
    late = client.post(f"/adhesions/{form.pk}", given | {"received_on": "2015-10-09", "scan": upload(pdf("late"))})
    assert (late.status_code, "dans l’avenir" in errors_of(late)) == (422, True)
