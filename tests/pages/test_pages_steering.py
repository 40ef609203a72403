"""Steering and proof: the week by team, the journal and its chain, files and rejects, the books as they read."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from egide.benefits.asked import recycle_rejects
from egide.benefits.jobs.reading import read_file
from egide.contracts.acts.forms import validate_form
from egide.contracts.acts.papers import ask_papers, papers_received
from egide.exchanges.models import Reject
from egide.journal.facts import Context
from egide.journal.scope import set_perimeters
from egide.work.delays import delays
from pages.reading_pages import errors_of, hidden, links_of, text_of
from people.families import (
    Care,
    a_family,
    care_bytes,
    care_rows,
    content_of,
    enrolled,
    received_care,
    received_form,
    settled,
)


@pytest.fixture(autouse=True)
def autumn(centre, today: Callable[[str], None]) -> None:  # type: ignore[no-untyped-def]
    """A Monday of October 2015."""
    today("2015-10-05")


@pytest.mark.requirement("S002-030")
def test_the_week_shows_flows_and_delays_by_team_never_by_person(centre, system: Context, today) -> None:  # type: ignore[no-untyped-def]
    """A director sees what will be late; no name of a person is on the page."""
    done = received_form(system, content=content_of(a_family(0), wished=date(2015, 11, 1)))
    received_form(system)
    today("2015-10-06")
    validate_form(system, done.pk, revision=done.revision)
    today("2015-10-09")
    page = text_of(centre.client("director").get("/semaine"))
    assert "du 5 au 11 octobre 2015" in page and "Adhésion" in page
    assert "2 reçus" in page and "1 faits" in page and "1 en retard" in page and "1 j" in page
    assert "Sonia" not in page
    assert "Semaine suivante" not in page
    assert "Semaine suivante" in text_of(centre.client("director").get("/semaine?semaine=2015-09-28"))


@pytest.mark.requirement("S003-162")
def test_nine_in_ten_is_one_figure_for_the_page_the_api_and_the_sheet(centre, system: Context, today) -> None:  # type: ignore[no-untyped-def]
    """Received on a Thursday, incomplete until the next Thursday, done the Monday after: two working days everywhere."""
    today("2015-10-08")
    form = received_form(system, content=content_of(a_family(0), wished=date(2015, 12, 1), iban=""))
    ask_papers(system, form.pk, revision=1, letter=b"%PDF letter", pages=1)
    today("2015-10-15")
    papers_received(system, form.pk, scan=b"%PDF rib", pages=1)
    complete = content_of(a_family(0), wished=date(2015, 12, 1))
    today("2015-10-19")
    validate_form(system, form.pk, revision=1, content=complete)
    director = centre.client("director")
    page = text_of(director.get("/semaine"))
    assert "Adhésion 1 2 j 2 j 2 j" in page
    (told,) = delays(date(2015, 10, 19))
    assert (told.kind, told.closed, told.days_90, told.in_time) == ("enrolment", 1, 2, 1)
    content = director.get("/semaine?export=xlsx").content
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert ["Adhésion", 1, 2, 2, 2, 1] in [row[:6] for row in rows]


def test_the_journal_reads_and_proves_itself(centre, system: Context) -> None:  # type: ignore[no-untyped-def]
    """One act, one line; the chain is checked on request; a file's own acts are open to whoever reads it."""
    form = received_form(system)
    auditor = centre.client("auditor")
    page = auditor.get("/journal?chaine=1")
    assert "Bulletin reçu" in text_of(page) and "Chaîne intacte" in text_of(page)
    assert "Bulletin reçu" not in text_of(auditor.get("/journal?kind=products.publish")).split("Filtrer")[-1]
    assert auditor.get("/journal?export=xlsx").content[:2] == b"PK"
    assert "Bulletin reçu" in text_of(centre.client("administrator").get(f"/journal?subject=form:{form.pk}"))
    links = links_of(page, "/pourquoi/acte/")
    assert links
    for link in links:
        assert auditor.get(link).status_code == 200


@pytest.fixture
def file_with_a_reject(system: Context, today):  # type: ignore[no-untyped-def]
    """A care file of two lines, one of someone nobody knows."""
    people, stranger = a_family(0), a_family(0)[0]
    enrolled(system, people, starts_on=date(2015, 10, 1))
    today("2016-01-11")
    file = received_care(system, care_bytes(care_rows([Care(people[0]), Care(stranger)], people[0].nir)))
    read_file(system, file.pk)
    return file


def test_every_line_of_a_file_is_found_by_its_outcome(centre, file_with_a_reject) -> None:  # type: ignore[no-untyped-def]
    """Lines = posted + ignored + rejected, each opens; the bytes as received come back."""
    client = centre.client("administrator")
    page = client.get(f"/fichiers/{file_with_a_reject.pk}")
    assert "Aucune personne connue" in text_of(page)
    posted = client.get(f"/fichiers/{file_with_a_reject.pk}?issue=posted")
    assert len(links_of(posted, "/soins/")) == 1
    assert file_with_a_reject.name in text_of(client.get("/fichiers?way=in"))
    raw = client.get(f"/fichiers/{file_with_a_reject.pk}?brut=1")
    assert b"".join(raw.streaming_content).startswith(b"0128000SI")
    operator = centre.client("operator")
    assert links_of(operator.get(f"/fichiers/{file_with_a_reject.pk}?issue=posted"), "/soins/") == []
    assert operator.get(f"/fichiers/{file_with_a_reject.pk}?brut=1").status_code == 404


def test_a_reject_is_closed_with_its_reason(centre, file_with_a_reject) -> None:  # type: ignore[no-untyped-def]
    """It says what is wrong, what is kept, what to do; ignoring it asks why, and the journal keeps the reason."""
    client = centre.client("administrator")
    (link,) = [one for one in links_of(client.get("/rejets"), "/rejets/") if one.removeprefix("/rejets/").isdigit()]
    page = client.get(link)
    assert "Ce qui ne va pas" in text_of(page) and "La ligne telle que reçue" in text_of(page)
    assert client.post(link, {"act": "ignore", "reason": ""}).status_code == 422
    given = {"act": "ignore", "reason": "Affilié ailleurs", "form_key": hidden(page, "form_key")}
    assert client.post(link, given).status_code == 302
    assert Reject.objects.get().state == "closed"
    assert "Affilié ailleurs" in text_of(client.get(link))
    assert errors_of(client.get(link)) == ""


def test_a_reject_reads_in_words_and_care_is_for_those_who_need_it(  # type: ignore[no-untyped-def]
    centre, file_with_a_reject
) -> None:
    """The line is told in French with what it cost; the operator of the exchanges sees its place and cause, no care."""
    bench, line = "/rejets", f"/rejets/{Reject.objects.get(file=file_with_a_reject).pk}"
    told = [text_of(centre.client("administrator").get(one)) for one in (bench, line)]
    assert "23,00" in told[0] and "Dépense 23,00" in told[1] and "Numéro de rattachement" in told[1]
    for one in (bench, line):
        seen = text_of(centre.client("operator").get(one))
        assert "Aucune personne connue" in seen
        assert not any(word in seen for word in (" du 08/12/2015", "Date des soins", "Recycler"))


def test_a_reject_is_taken_again_only_by_who_may_and_sees_it(  # type: ignore[no-untyped-def]
    centre, system: Context, file_with_a_reject
) -> None:
    """Neither the operator, who decides no benefit, nor someone of another perimeter, whatever number they send."""
    reject = Reject.objects.get(file=file_with_a_reject)
    for address, given in ((f"/rejets/{reject.pk}", {}), ("/rejets", {"item": reject.pk})):
        assert centre.client("operator").post(address, {"act": "recycle", **given}).status_code == 404
    elsewhere = replace(system, actor=replace(system.actor, perimeters=(3,)))
    assert recycle_rejects(elsewhere, [reject.pk]) == 0
    set_perimeters((1, 2, 3))
    reject.refresh_from_db()
    assert (reject.state, centre.client("administrator").get("/rejets?file=²").status_code) == ("open", 200)


def test_a_line_is_taken_again_from_its_reject(centre, system: Context, today: Callable[[str], None]) -> None:  # type: ignore[no-untyped-def]
    """Nothing changes while its cause stands; once the person is enrolled, the line goes the way of its file."""
    today("2015-12-15")
    people = a_family(0, serial=73_000)
    file, _ = settled(system, [Care(people[0], on=date(2015, 12, 1))], people[0].nir)
    reject = Reject.objects.get(file=file)
    client = centre.client("administrator")
    for mended in (False, True):
        if mended:
            enrolled(system, people, starts_on=date(2015, 11, 1))
        given = {"act": "recycle", "form_key": hidden(client.get(f"/rejets/{reject.pk}"), "form_key")}
        assert client.post(f"/rejets/{reject.pk}", given).status_code == 302
        file.refresh_from_db()
        assert (file.posted, file.rejected) == ((1, 0) if mended else (0, 1))
        reject = Reject.objects.filter(file=file).latest("pk")
    assert reject.state == "recycled"


@pytest.mark.parametrize("code", ["proxime_sante", "horizon_sante"])
def test_a_book_reads_with_the_rules_that_compute_it(centre, code: str) -> None:  # type: ignore[no-untyped-def]
    """Articles, rules and grids of one text; every link inside the page leads somewhere on it."""
    page = centre.client("product_owner").get(f"/produits/{code}")
    html = page.content.decode()
    assert "Article 1" in text_of(page) and any(said in text_of(page) for said in ("En vigueur", "À venir"))
    anchors = links_of(page, "#")
    assert len(anchors) > 20
    for anchor in anchors:
        assert anchor == "#" or f'id="{anchor[1:]}"' in html, anchor


CASES = (
    ("soin", {"depense": "25,00"}, 200, "rembourse"),
    ("soin", {"depense": "abc"}, 200, "dépense"),
    ("beneficiaire", {}, 200, "cotisation"),
)


@pytest.mark.parametrize(("scope", "typed", "status", "expected"), CASES)
def test_the_calculator_answers_as_one_types(
    centre, scope: str, typed: dict[str, str], status: int, expected: str
) -> None:  # type: ignore[no-untyped-def]
    """A plain case is answered at once with its reasons; a wrong fact says which and why."""
    client = centre.client("product_owner")
    answer = client.get("/produits/proxime_sante/calcul", {"calcul": scope, **typed}, headers={"HX-Request": "true"})
    assert (answer.status_code, expected in text_of(answer).lower()) == (status, True), text_of(answer)


def test_the_calculator_works_without_script(centre) -> None:  # type: ignore[no-untyped-def]
    """The same address without htmx is the whole page, filled."""
    page = centre.client("product_owner").get("/produits/proxime_sante/calcul", {"calcul": "soin", "depense": "31,00"})
    assert page.status_code == 200 and 'value="31,00"' in page.content.decode()
