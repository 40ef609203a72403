"""Batches from the screen: a file is received and read, a month called, payments sent, each shown before and followed after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from python_calamine import CalamineWorkbook

from contracts.sheets import child, holder, sheet
from egide.doors.frame import opened
from egide.doors.worker import Stop, do_next
from egide.exchanges.codecs.bank_returns import DebitReturn, ReturnHeader, write_returns
from egide.exchanges.codecs.noemie_rights import answer_with, read_movements, write_answers
from egide.exchanges.models import File
from egide.journal import clock, store
from egide.journal.facts import Context
from egide.journal.permissions import Permission
from egide.journal.queries import system_context
from egide.journal.scope import set_perimeters
from egide.journal.trade import Ending, JobKind
from egide.premiums.jobs import call_month
from egide.work.asking import job_kinds
from pages.reading_pages import errors_of, hidden, links_of, text_of
from people.families import Care, Member, a_family, care_bytes, care_rows, enrolled, enrolled_by_form, one, rows

NOVEMBER = date(2015, 11, 1)
RECEIVE = "/fichiers/recevoir"


@pytest.fixture(autouse=True)
def december(centre, today: Callable[[str], None]) -> None:  # type: ignore[no-untyped-def]
    """A Tuesday of December 2015."""
    today("2015-12-15")


@pytest.fixture
def desk(centre) -> Client:  # type: ignore[no-untyped-def]
    """The administrator's browser."""
    return centre.client("administrator")


@pytest.fixture
def families(system: Context, today: Callable[[str], None]) -> list[str]:
    """Two families of the delegate, enrolled since November: the numbers of their insured."""
    today("2015-10-05")
    made = [a_family(1) for _ in range(2)]
    for family in made:
        enrolled(system, family, starts_on=NOVEMBER)
    today("2015-12-15")
    return [family[0].nir for family in made]


def sent(browser: Client, content: bytes, name: str = "fichier.dat", **changes: str) -> HttpResponse:
    """The answer to a file sent from the page."""
    page = browser.get(RECEIVE)
    posted = {"form_key": hidden(page, "form_key"), "format": "auto", "perimeter": "2"} | changes
    return browser.post(RECEIVE, posted | {"file": SimpleUploadedFile(name, content)})  # type: ignore[arg-type]


def followed(browser: Client, answer: HttpResponse) -> str:
    """The words of the page of the work that an answer leads to, once a worker did it."""
    assert (answer.status_code, "/travaux/" in answer.url) == (302, True)  # type: ignore[attr-defined]
    while do_next(Stop()):
        pass
    return text_of(browser.get(answer.url))  # type: ignore[attr-defined]


def launched(browser: Client, what: str, **values: str) -> HttpResponse:
    """The answer to what is launched under this word."""
    return browser.post(f"/travaux/{what}", values)


def test_a_table_of_enrolments_is_received_read_and_its_refused_lines_come_back(desk: Client, today) -> None:  # type: ignore[no-untyped-def]
    """Recognised, kept, read by a work; the sound family is enrolled, the refused lines can be corrected and sent again."""
    today("2026-10-05")
    sound, wrong = holder("F1"), holder("F2", iban="FR7600000000000000000000000")
    page = followed(desk, sent(desk, sheet(sound, child(sound), wrong, child(wrong)), "adhesions.csv"))
    assert "Terminé" in page and "1 adhésion prise, 2 lignes refusées." in page.replace("\xa0", " ")
    file = File.objects.get(name="adhesions.csv")
    assert (file.state, file.posted, file.rejected) == ("read", 2, 2)
    shown = desk.get(f"/fichiers/{file.pk}")
    assert "Lignes refusées, à corriger" in text_of(shown)
    report = desk.get(f"/fichiers/{file.pk}/lignes-refusees")
    table = CalamineWorkbook.from_filelike(BytesIO(report.content)).get_sheet_by_index(0).to_python()
    assert len(table) == 3 and table[1][0] == "F2" and "FR7600000000000000000000000" in table[1]
    assert "IBAN" in str(table[1][-2]) and "adhesions-rejets.xlsx" in report["Content-Disposition"]
    model = desk.get("/fichiers/modele")
    assert CalamineWorkbook.from_filelike(BytesIO(model.content)).sheet_names[0] == "Adhésions"


def test_what_cannot_be_received_is_told_on_the_page(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hostile, empty, too large, of another kind, without a name in our list: refused clearly, nothing kept, nothing lost."""
    known = opened.formats()
    monkeypatch.setitem(known, "enrolment.sheet", replace(known["enrolment.sheet"], largest_bytes=1000))  # type: ignore[arg-type]
    camt = b'<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"/>'
    entity = (
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>'
        b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.03"/>'
    )
    debit = b'<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.008.001.02"/>'
    cases: list[tuple[bytes, str, dict[str, str], str]] = [
        (b"  \n ", "vide.csv", {}, "vide"),
        (b"%PDF-1.7 x", "facture.pdf", {}, "ne ressemble à aucun"),
        (b"\x7fELF\x02", "programme", {}, "ne ressemble à aucun"),
        (b"a;b\n" * 500, "gros.csv", {}, "dépasse 0 Mo"),
        (camt, "releve.xml", {}, "ISO 20022"),
        (entity, "rejets.xml", {}, "DTD"),
        (debit, "prlv.xml", {}, "pain.008.001.02"),
        (b"a;b\n", "tableau.csv", {"format": "noemie.care"}, "ressemble à « Tableau d’adhésions »"),
        (b"a;b\n", "tableau.csv", {"perimeter": "999"}, "L’organisme manque"),
    ]
    before = one("SELECT count(*) FROM exchanges_file")
    for content, name, changes, told in cases:
        answer = sent(desk, content, name, **changes)
        assert (answer.status_code, told in errors_of(answer)) == (422, True), (name, errors_of(answer))
    nothing = desk.post(RECEIVE, {"form_key": "x", "format": "auto", "perimeter": "2"})
    assert (nothing.status_code, "Aucun fichier n’est joint" in errors_of(nothing)) == (422, True)
    assert one("SELECT count(*) FROM exchanges_file") == before
    assert one("SELECT count(*) FROM work_job") == 0


def test_a_file_that_its_reader_refuses_says_so_on_the_work_and_on_the_file(desk: Client) -> None:
    """Kept first: what cannot be read at all stays, refused, with where, why and what next."""
    page = followed(desk, sent(desk, b"nom;prenom\nA;B\n", "autre.csv"))
    assert "Refusé" in page and "intitulés" in page and "Reprenez la première ligne du modèle fourni." in page
    file = File.objects.get(name="autre.csv")
    assert file.state == "refused" and "intitulés" in text_of(desk.get(f"/fichiers/{file.pk}"))


def test_care_is_received_read_and_its_duplicate_told(desk: Client, families: list[str]) -> None:
    """The file is recognised by its content; the same bytes again are told, with the day and the name of the first."""
    content = care_bytes([row for rank, nir in enumerate(families, start=1) for row in _cares(nir, rank)])
    answer = sent(desk, content, "SOINS.noe")
    page = followed(desk, answer).replace("\xa0", " ")
    assert "3 actes lus, 2 pris, 0 ignoré, 1 rejeté." in page and "Les rejets à traiter" in page
    again = sent(desk, content, "COPIE.noe")
    assert again.status_code == 422
    assert "déjà été reçu le 15/12/2015 sous le nom « SOINS.noe »" in errors_of(again)
    file = File.objects.get(name="SOINS.noe")
    assert f"/travaux/rejets?file={file.pk}" in links_of(desk.get(f"/fichiers/{file.pk}"), "/travaux")
    before = text_of(desk.get(f"/travaux/rejets?file={file.pk}"))
    assert "Rejets ouverts 1" in before
    page = followed(desk, launched(desk, "rejets", value=str(file.pk)))
    assert "0 acte repris sur 1 rejet." in page.replace("\xa0", " ")


def _cares(nir: str, rank: int) -> list[dict[str, object]]:
    found = rows("SELECT first_name, birth_date FROM people_person WHERE nir = %s", nir)[0]
    member = Member(link="member", first_name=found[0], birth=found[1], nir=nir)
    cares = [Care(member)] + ([Care(member, "QZZ")] if rank == 2 else [])
    return care_rows(cares, nir, start=rank * 10)


def test_reading_waits_for_someone_allowed(centre, desk: Client, families: list[str]) -> None:  # type: ignore[no-untyped-def]
    """An operator may receive a care file and not see it: it is kept, and the desk reads it from its page."""
    operator = centre.client("operator")
    content = care_bytes(_cares(families[0], 1))
    answer = sent(operator, content, "SOINS2.noe")
    set_perimeters((1, 2, 3), health=True)
    file = File.objects.get(name="SOINS2.noe")
    assert (answer.status_code, answer.url, file.state) == (302, "/fichiers", "received")  # type: ignore[attr-defined]
    assert "Sa lecture attend une personne habilitée" in text_of(operator.get("/fichiers"))
    assert operator.get(f"/fichiers/{file.pk}").status_code == 404
    assert "Lire ce fichier" in text_of(desk.get(f"/fichiers/{file.pk}"))
    page = desk.post(f"/fichiers/{file.pk}/lire", {"form_key": "lire-1"})
    assert "Un travail est en cours sur ce fichier" in text_of(desk.get(f"/fichiers/{file.pk}"))
    assert "1 acte lu, 1 pris" in followed(desk, page).replace("\xa0", " ")


def test_a_month_is_called_from_its_figures(desk: Client, families: list[str]) -> None:
    """The trial shows what the call would do and keeps nothing; the call does just that, and its file is one click away."""
    assert "Voir les chiffres" in text_of(desk.get("/travaux/appel"))
    asked = launched(desk, "appel", act="try", month="2015-12-01", value="2")
    trial = followed(desk, asked)
    called = one("SELECT (figures->>'called_cents')::bigint FROM work_job")
    assert called > 0 and "Rien n’est encore gardé" in trial and "Appeler décembre 2015" in trial
    assert "Prélèvement le 29/12/2015 : le jour annoncé, le 07/12/2015, ne peut plus être présenté" in trial
    assert one("SELECT count(*) FROM premiums_call") == 0
    number = asked.url.rpartition("/")[2]  # type: ignore[attr-defined]
    page = followed(desk, launched(desk, "appel", act="call", trial=number))
    assert "2 adhésions pour" in page.replace("\xa0", " ") and "Le fichier émis" in page
    assert rows("SELECT month, called_cents FROM premiums_call") == [(date(2015, 12, 1), called)]
    wrong = launched(desk, "appel", act="try", month="2031-01-01", value="2")
    assert (wrong.status_code, "pas dans la liste" in errors_of(wrong)) == (422, True)
    unasked = launched(desk, "appel", act="call", trial="999999")
    assert unasked.status_code == 404


def test_debits_that_are_not_those_of_the_trial_are_not_asked_of_the_bank(
    desk: Client, families: list[str], system: Context
) -> None:
    """Someone enrolled between the trial and the call: the month is called, nothing is debited, a new trial shows it."""
    trial = launched(desk, "appel", act="try", month="2015-12-01", value="2")
    followed(desk, trial)
    enrolled(system, a_family(0), starts_on=date(2015, 12, 1))
    number = trial.url.rpartition("/")[2]  # type: ignore[attr-defined]
    page = followed(desk, launched(desk, "appel", act="call", trial=number))
    assert "Les prélèvements ont changé depuis l’essai : 2 pour" in page and "rien n’est demandé à la banque" in page
    assert not File.objects.filter(format="pain.008").exists()
    again = launched(desk, "appel", act="try", month="2015-12-01", value="2")
    followed(desk, again)
    number = again.url.rpartition("/")[2]  # type: ignore[attr-defined]
    page = followed(desk, launched(desk, "appel", act="call", trial=number))
    assert "3 prélèvements pour" in page.replace("\xa0", " ") and File.objects.get(format="pain.008").lines == 3


def test_debits_returned_by_the_bank_are_received_from_the_screen(desk: Client, families: list[str]) -> None:
    """A pain.002 is recognised, read, and its returns posted."""
    call_month(system_context(), NOVEMBER, perimeter_id=2)
    number, cents = rows("SELECT e.number, d.amount_cents FROM premiums_debit d JOIN contracts_enrolment e "
                         "ON e.id = d.enrolment_id ORDER BY d.id LIMIT 1")[0]  # fmt: skip
    header = ReturnHeader("RET1", clock.now().replace(microsecond=0, tzinfo=None), "EG1")
    returned = DebitReturn(f"{number}-201511", "L1", "EG-1", cents, "AM04", NOVEMBER)
    page = followed(desk, sent(desk, write_returns(header, [returned]), "rejets.xml"))
    assert "1 prélèvement rejeté imputé." in page.replace("\xa0", " ")


def test_rights_are_sent_and_their_answers_received(desk: Client, system: Context, today) -> None:  # type: ignore[no-untyped-def]
    """The preview counts what waits; the answers of the scheme come back by the same page as any file."""
    today("2015-10-05")
    enrolled_by_form(system, a_family(1), wished=NOVEMBER)
    today("2015-12-15")
    waiting = one("SELECT count(*) FROM contracts_rightsmovement WHERE state = 'to_send'")
    assert waiting > 0 and f"Mouvements en attente {waiting}" in text_of(desk.get("/travaux/droits"))
    page = followed(desk, launched(desk, "droits", value="2"))
    assert f"{waiting} mouvements écrits." in page.replace("\xa0", " ")
    assert "Rien à faire" in text_of(desk.get("/travaux/droits"))
    out = File.objects.get(format="noemie.rights")
    envelope, read = read_movements(store.load(out.sha256))
    answers = [answer_with(one_, "01") for one_ in read.records]
    page = followed(desk, sent(desk, write_answers(envelope.answer(file_id="000042"), answers), "REPONSES.noe"))
    assert "Terminé" in page and File.objects.get(name="REPONSES.noe").state == "read"


def test_what_one_may_not_launch_does_not_exist(centre) -> None:  # type: ignore[no-untyped-def]
    """A page that a role may not use answers as if it were not there; so does another's perimeter."""
    cases = (
        ("adviser", "/travaux", 404), ("delegate", "/travaux/virements", 404), ("auditor", "/travaux/appel", 404),
        ("operator", "/travaux/virements", 404), ("operator", "/travaux/droits", 200), ("operator", "/travaux", 200),
        ("administrator", "/travaux/inconnu", 404), ("administrator", "/travaux/424242", 404),
        ("product_owner", RECEIVE, 404), ("administrator", "/travaux/rejets", 404),
    )  # fmt: skip
    for role, path, status in cases:
        assert centre.client(role).get(path).status_code == status, (role, path)
    assert launched(centre.client("administrator"), "virements", value="77").status_code == 404


def test_the_page_of_a_work_asks_again_only_while_it_runs(desk: Client) -> None:
    """It polls while the work is under way, answers nothing when nothing changed, and stops when it ended."""
    answer = launched(desk, "droits", value="2")
    page = desk.get(answer.url)  # type: ignore[attr-defined]
    polled = [line.partition('hx-get="')[2].partition('"')[0] for line in page.content.decode().splitlines()
              if "hx-get=" in line and "/travaux/" in line and "?vu=" in line]  # fmt: skip
    assert len(polled) == 1 and 'aria-live="polite"' in page.content.decode()
    assert desk.get(polled[0], headers={"HX-Request": "true"}).status_code == 204
    do_next(Stop())
    ended = desk.get(polled[0], headers={"HX-Request": "true"})
    assert "Terminé" in text_of(ended) and "hx-trigger" not in ended.content.decode()


def test_the_header_tells_what_is_under_way_and_what_ended(centre, desk: Client) -> None:  # type: ignore[no-untyped-def]
    """A discreet mark for the one who asked, until they looked; nothing for the others."""
    assert "travail" not in _mark(desk)
    launched(desk, "droits", value="2")
    assert "1 travail en cours" in _mark(desk) and "travail" not in _mark(centre.client("team_leader"))
    assert "1 travail en cours" in text_of(desk.get("/adhesions"))
    do_next(Stop())
    assert "1 travail terminé" in _mark(desk)
    assert "hx-trigger" not in desk.get("/travaux/marque").content.decode()
    desk.get("/travaux")
    assert "travail" not in _mark(desk)


def _mark(browser: Client) -> str:
    return text_of(browser.get("/travaux/marque"))


def test_a_work_that_failed_is_started_again_from_its_page(
    centre, desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    """A plain sentence and a reference, no detail of ours; one button starts it again; twice pressed is once."""

    def broken(*_: object) -> Ending:
        raise ValueError("MARTIN Paul 1 84 12 75 110 005 42")

    answer = launched(desk, "droits", value="2")
    with monkeypatch.context() as bug:
        bug.setitem(job_kinds(), "rights.send", JobKind("rights.send", Permission.EXCHANGES, broken))
        page = followed(desk, answer)
    assert "En échec" in page and "Une erreur imprévue a arrêté ce travail." in page and "MARTIN" not in page
    assert "1 travail arrêté" in _mark(centre.client("administrator"))
    shown = desk.get(answer.url)  # type: ignore[attr-defined]
    again = {"act": "again", "form_key": hidden(shown, "form_key")}
    assert desk.post(answer.url, again).status_code == 302  # type: ignore[attr-defined]
    assert "Terminé" in followed(desk, desk.post(answer.url, again))  # type: ignore[attr-defined]
    late = desk.post(answer.url, {"act": "again", "form_key": "autre"})  # type: ignore[attr-defined]
    assert (late.status_code, "pas arrêté" in errors_of(late)) == (422, True)
