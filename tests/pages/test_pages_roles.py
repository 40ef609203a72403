"""What each role is shown is what it may do: no link or button leads to a closed door, and a reader types nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.http import HttpResponse

from egide.benefits.jobs.paying import pay
from egide.contracts.acts.papers import ask_papers
from egide.contracts.jobs import read_answers, send_rights
from egide.exchanges.acts import Arrival, receive
from egide.exchanges.simulator import answer_movements
from egide.journal import store
from egide.journal.facts import Context
from egide.premiums.jobs import call_month
from egide.work.asking import ask_of_perimeter
from pages.crawling import Page, walk
from pages.reading_pages import text_of
from people.families import Care, a_family, content_of, enrolled, received_care, received_form, settled

ROLES = (
    "administrator", "adviser", "team_leader", "director", "auditor", "delegate", "product_owner", "operator",
)  # fmt: skip
READERS = ("adviser", "director", "auditor")


@pytest.fixture
def busy(centre, system: Context, today: Callable[[str], None]) -> None:  # type: ignore[no-untyped-def]
    """A centre with something of each kind, in two perimeters: forms, members, calls, care, rejects, refused rights, works."""
    today("2015-10-05")
    families = {2: a_family(1), 3: a_family(1)}
    for perimeter, people in families.items():
        enrolled(system, people, starts_on=date(2015, 10, 1), perimeter=perimeter)
        call_month(system, date(2015, 10, 1), perimeter_id=perimeter)
    file = send_rights(system, perimeter_id=2)
    assert file is not None
    content = answer_movements(store.load(file.sha256), 7, 10_000)
    read_answers(system, receive(system, Arrival("noemie.answers", "scheme", "RETOUR.noe", content, 2)))
    today("2016-01-11")
    stranger = a_family(0)[0]
    settled(system, [Care(families[2][0]), Care(families[3][0]), Care(stranger)], families[2][0].nir)
    pay(system, perimeter_id=2)
    received_care(system, b"0128000SI not read yet")
    for perimeter in (2, 3):
        waits = received_form(system, perimeter=perimeter)
        ask_papers(system, waits.pk, revision=waits.revision, letter=b"%PDF letter", pages=1)
        people = a_family(0)
        received_form(system, perimeter=perimeter, content=content_of(people, wished=date(2016, 2, 1)))
    ask_of_perimeter(centre.context("team_leader"), "benefits.pay", title="Essai", perimeter_id=3)


@pytest.mark.parametrize("role", ROLES)
def test_no_link_and_no_button_leads_to_a_closed_door(centre, busy: None, role: str) -> None:  # type: ignore[no-untyped-def]
    """Every address shown to a role answers, and every button offered may be pressed."""
    steps = list(walk(centre.client(role), role))
    assert len(steps) > 5
    assert [str(step) for step in steps if step.status in (403, 404, 405) or step.status >= 500] == []


@pytest.mark.parametrize("role", READERS)
def test_who_only_reads_types_nothing_on_a_form(centre, busy: None, role: str) -> None:  # type: ignore[no-untyped-def]
    """The form of an enrolment is shown to a reader without an input, a button or a form that a post would refuse."""
    client = centre.client(role)
    rows = [link for link in Page(client.get("/adhesions")).links if link.startswith("/adhesions/")]
    assert rows
    for link in rows:
        page = Page(client.get(link))
        posting = [form for form in page.forms if form.method == "post" and "/deconnexion" not in form.action]
        assert [(form.action, form.buttons, form.typed) for form in posting if "i18n" not in form.action] == []


CLOSED = ("/nulle-part", "/adherents/999999999", "/soins/999999", "/fichiers/999999", "/semaine/2015")


@pytest.mark.parametrize("role", ROLES)
def test_a_missing_page_keeps_the_menu_of_the_role(centre, role: str) -> None:  # type: ignore[no-untyped-def]
    """Who is lost has their own sections at hand, and nothing else."""
    client = centre.client(role)
    menu = menu_of(client.get("/", follow=True))
    assert menu
    for path in CLOSED:
        answer = client.get(path)
        assert (answer.status_code, menu_of(answer)) == (404, menu), path
        assert "ne vous est pas ouverte" in text_of(answer)


def menu_of(answer: HttpResponse) -> list[str]:
    """The addresses of the menu that a page shows."""
    listed = re.search(r'<ul class="nav-list">.*?</ul>', answer.content.decode(), re.DOTALL)
    return re.findall(r'href="([^"]+)"', listed[0]) if listed else []


@pytest.mark.parametrize(("role", "searches"), [(one, one not in ("product_owner", "operator")) for one in ROLES])
def test_the_search_box_is_for_who_may_search(centre, role: str, searches: bool) -> None:  # type: ignore[no-untyped-def]
    """No box that answers « absent » to every name."""
    client = centre.client(role)
    page = client.get("/", follow=True).content.decode()
    assert ('id="finder"' in page, client.get("/recherche?q=ma").status_code) == (searches, 200 if searches else 404)


def test_an_accident_keeps_the_menu_and_asks_nothing_of_the_base(centre, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    """The base may be what broke: the page of an accident is made of what the request already knows."""
    from django.db import connection

    from egide.doors.contracts import enrolments

    client = centre.client("administrator")
    client.raise_request_exception = False
    asked: list[str] = []

    def broken(*_: object, **__: object) -> None:
        connection.execute_wrappers.append(lambda execute, sql, *rest: asked.append(sql) or execute(sql, *rest))
        raise RuntimeError

    monkeypatch.setattr(enrolments, "forms_in", broken)
    try:
        answer = client.get("/adhesions")
    finally:
        connection.execute_wrappers.clear()
    read = [sql for sql in asked if not sql.startswith(("SAVEPOINT", "ROLLBACK", "RELEASE"))]
    assert (answer.status_code, read) == (500, [])
    assert "Une erreur de notre côté" in text_of(answer) and "/adhesions" in Page(answer).links


def test_a_form_of_another_session_is_refused_in_words(centre) -> None:  # type: ignore[no-untyped-def]
    """A page left open too long says what to do, in the frame of the house."""
    from django.test import Client

    from egide.people.queries import user_by_role

    client = Client(enforce_csrf_checks=True)
    client.force_login(user_by_role("administrator"), backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post("/dossiers/suivant", {"form_key": "k"})
    assert answer.status_code == 403
    assert "Rien n’a été enregistré" in text_of(answer) and "/adhesions" in Page(answer).links


def test_a_delegate_sees_its_own_week_and_no_other(centre, busy: None) -> None:  # type: ignore[no-untyped-def]
    """Flows and delays of its perimeter only: two forms received, where the centre has four and the rest."""
    delegate, leader = (text_of(centre.client(role).get("/semaine")) for role in ("delegate", "director"))
    assert "2 reçus" in delegate and "2 reçus" not in leader
    assert "La semaine" in text_of(centre.client("delegate").get("/"))
