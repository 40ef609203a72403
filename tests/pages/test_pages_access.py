"""The door of the pages: who enters, what each role sees, and one answer for absent and forbidden."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from egide.benefits.jobs.paying import issue_statements, pay
from egide.contracts.acts.forms import validate_form
from egide.contracts.asked import change
from egide.contracts.facts import EndorsementAsked, EndorsementKind
from egide.demo.centre import DEMO_ACCOUNTS, DEMO_PASSWORD
from egide.documents.models import Document
from egide.journal.facts import Context, Role
from egide.journal.scope import set_perimeters
from egide.premiums.jobs import follow
from pages.reading_pages import errors_of, links_of, text_of
from people.families import Care, a_family, at, content_of, enrolled, one, received_form, rows, settled

PAGES = (
    "/", "/recherche", "/adhesions", "/fichiers", "/rejets", "/produits", "/semaine", "/journal",
    "/produits/horizon_sante", "/adhesions/1", "/adherents/100000001", "/documents/1", "/pourquoi/delai/1", "/soins/1",
)  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_every_page_asks_who_is_there(db: None, path: str) -> None:
    """Nobody reads anything without signing in, and then comes back where they wanted to go."""
    answer = Client().get(path)
    assert (answer.status_code, answer["Location"]) == (302, f"/connexion?next={path}")


def test_a_panel_asked_after_the_session_ended_leads_to_the_sign_in(db: None) -> None:
    """A fragment never shows the sign-in page inside a panel: the whole page goes there."""
    answer = Client().get("/pourquoi/delai/1", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/connexion")


ROLES = (
    # role            today adh. files rejects products week journal
    ("administrator", (200, 200, 200, 200, 200, 404, 404)),
    ("adviser", (200, 200, 404, 404, 200, 404, 404)),
    ("team_leader", (200, 200, 200, 200, 200, 200, 200)),
    ("director", (200, 200, 404, 404, 200, 200, 200)),
    ("auditor", (200, 200, 404, 404, 200, 404, 200)),
    ("delegate", (200, 200, 404, 404, 200, 200, 404)),
    ("product_owner", (200, 404, 404, 404, 200, 404, 404)),
    ("operator", (200, 404, 200, 200, 404, 404, 404)),
)


@pytest.mark.parametrize(("role", "expected"), ROLES)
def test_each_role_sees_its_pages_and_no_other(centre, role: str, expected: tuple[int, ...]) -> None:  # type: ignore[no-untyped-def]
    """A page without the permission does not exist for that person."""
    client = centre.client(role)
    paths = ("/", "/adhesions", "/fichiers", "/rejets", "/produits", "/semaine", "/journal")
    assert tuple(client.get(path).status_code for path in paths) == expected


def test_absent_and_out_of_reach_are_one_answer(centre, system: Context, today) -> None:  # type: ignore[no-untyped-def]
    """A delegate learns nothing of another's member, not even that they exist."""
    today("2015-10-05")
    elsewhere = enrolled(system, a_family(), starts_on=date(2015, 10, 1), perimeter=2)
    client = centre.client("delegate")
    hidden_one = client.get(f"/adherents/{elsewhere.number}")
    absent = client.get("/adherents/999999999")
    assert (hidden_one.status_code, absent.status_code) == (404, 404)
    assert text_of(hidden_one) == text_of(absent)
    assert links_of(client.get(f"/recherche?q={elsewhere.number}"), "/adherents/") == []


@pytest.mark.requirement("S001-058")
def test_health_data_is_for_those_who_need_it(centre, system: Context, today) -> None:  # type: ignore[no-untyped-def]
    """A director reads a member's page without what they were reimbursed for."""
    today("2015-10-05")
    family = enrolled(system, a_family(), starts_on=date(2015, 10, 1))
    for role, sees in (("adviser", True), ("director", False)):
        page = text_of(centre.client(role).get(f"/adherents/{family.number}"))
        assert ("Derniers remboursements" in page) is sees
        assert ("Plafonds et forfaits" in page) is sees


_HEALTH_PAGES = (
    # role            care  why  statement file reject
    ("administrator", (200, 200, 200, 200, 200)),
    ("adviser",       (200, 200, 200, 404, 404)),
    ("team_leader",   (200, 200, 200, 200, 200)),
    ("director",      (404, 404, 404, 404, 404)),
    ("auditor",       (404, 404, 404, 404, 404)),
    ("delegate",      (404, 404, 404, 404, 404)),
    ("product_owner", (404, 404, 404, 404, 404)),
    ("operator",      (404, 404, 404, 404, 404)),
)  # fmt: skip


@pytest.fixture
def cared_for(centre, system: Context, today) -> tuple[str, ...]:  # type: ignore[no-untyped-def]
    """A life with care paid, told in a statement, and a refused line: the addresses that tell of it."""
    today("2015-10-05")
    family = a_family(0)
    enrolled(system, family, starts_on=date(2015, 11, 1), perimeter=2)
    today("2015-12-15")
    settled(system, [Care(family[0], on=date(2015, 11, 9)), Care(family[0], on=date(2015, 1, 5))], family[0].nir)
    pay(system, perimeter_id=2)
    issue_statements(system, perimeter_id=2)
    line, file = rows("SELECT id, file_id FROM benefits_care_line")[0]
    statement = one("SELECT id FROM documents_document WHERE kind = 'statement'")
    reject = one("SELECT id FROM exchanges_reject")
    return (
        f"/soins/{line}", f"/pourquoi/soin/{line}", f"/documents/{statement}", f"/fichiers/{file}", f"/rejets/{reject}",
    )  # fmt: skip


@pytest.mark.parametrize(("role", "expected"), _HEALTH_PAGES)
def test_each_page_of_health_is_there_or_not_by_role(centre, cared_for, role: str, expected: tuple[int, ...]) -> None:  # type: ignore[no-untyped-def]
    """Care, its reasons, papers, files and rejects: what tells of health does not exist for who may not see it."""
    client = centre.client(role)
    assert tuple(client.get(path).status_code for path in cared_for) == expected


def test_who_may_not_see_care_may_still_change_a_contract(  # type: ignore[no-untyped-def]
    centre, system: Context, today
) -> None:
    """A delegate removes a person before the care that was paid for them: it is taken back to the cent, unseen."""
    today("2015-10-05")
    family = a_family(0)
    enrolment = enrolled(system, family, starts_on=date(2015, 11, 1), perimeter=2)
    today("2015-12-15")
    settled(system, [Care(family[1])], family[0].nir)
    posted = "SELECT sum(amount_cents)::bigint FROM benefits_posting"
    assert one(posted) > 0
    spouse = one("SELECT person_id FROM contracts_cover WHERE enrolment_id = %s AND link = 'spouse'", enrolment.pk)
    gone = EndorsementAsked(EndorsementKind.REMOVE_PERSON, date(2015, 12, 1), date(2015, 12, 15), person_id=spouse)
    change(at(Role.DELEGATE, perimeters=(2,)), enrolment.pk, gone, revision=0)
    assert one("SELECT count(*) FROM benefits_posting") == 0
    set_perimeters((1, 2, 3), health=True)
    assert one(posted) == 0


@pytest.mark.requirement("S003-227")
def test_an_auditor_opens_every_archived_paper_but_those_of_care(centre, system: Context, today) -> None:  # type: ignore[no-untyped-def]
    """In a control, the insurer opens what was archived on an enrolment; statements of care stay shut."""
    today("2015-10-05")
    people = a_family(0)
    form = received_form(system, content=content_of(people, wished=date(2015, 11, 1)))
    enrolment = validate_form(system, form.pk, revision=form.revision)
    follow(system, [enrolment.pk], new_schedule=True)
    today("2016-01-11")
    settled(system, [Care(people[0])], people[0].nir)
    pay(system, perimeter_id=2)
    issue_statements(system, perimeter_id=2)
    opened = {
        document.kind: centre.client("auditor").get(f"/documents/{document.pk}")
        for document in Document.objects.filter(subject_kind__in=("form", "enrolment"))
    }
    assert {kind: answer.status_code for kind, answer in opened.items()} == {
        "acceptance": 200, "card": 200, "enrolment_form": 200, "schedule": 200, "statement": 404,
    }  # fmt: skip


def test_signing_in_and_out(db: None) -> None:
    """The demo accounts are offered; a wrong password says what to do; signing out closes the house."""
    client, account = Client(), DEMO_ACCOUNTS[0]
    page = client.get("/connexion?next=/adhesions")
    assert account.name in text_of(page)
    wrong = client.post("/connexion", {"username": account.email, "password": "non", "next": "/adhesions"})
    assert (wrong.status_code, "inconnu" in errors_of(wrong)) == (422, True)
    right = client.post("/connexion", {"username": account.email, "password": DEMO_PASSWORD, "next": "/adhesions"})
    assert (right.status_code, right["Location"]) == (302, "/adhesions")
    assert client.get("/adhesions").status_code == 200
    client.post("/deconnexion")
    assert client.get("/adhesions").status_code == 302


def test_the_way_back_never_leaves_the_house(db: None) -> None:
    """An address of elsewhere in « next » is ignored."""
    account = DEMO_ACCOUNTS[0]
    form = {"username": account.email, "password": DEMO_PASSWORD, "next": "https://ailleurs.example/"}
    assert Client().post("/connexion", form)["Location"] == "/"


def test_health_of_the_installation(db: None) -> None:
    """Whoever watches learns that the database answers, and nothing else."""
    assert Client().get("/sante").json() == {"database": "ok"}


def test_no_page_runs_a_script_of_its_own(centre) -> None:  # type: ignore[no-untyped-def]
    """The policy of content allows only what the house serves itself."""
    policy = centre.client("administrator").get("/")["Content-Security-Policy"]
    assert "script-src 'self'" in policy and "unsafe" not in policy
