"""The API door: the same acts under a token, safe to send again, with refusals that a program can act upon."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from egide.contracts.models import Enrolment, EnrolmentForm
from egide.documents.scans import page_png
from egide.doors.api.tokens import token_for, user_of
from egide.journal.facts import Context
from egide.kernel.errors import Refusal
from egide.people.models import Team, User
from egide.people.queries import user_by_role
from egide.premiums.jobs import call_month
from egide.work.models import Item
from people.families import Care, a_family, care_bytes, care_rows, content_of, enrolled, one, received_form, settled


@pytest.fixture(autouse=True)
def autumn(centre, today: Callable[[str], None]) -> None:  # type: ignore[no-untyped-def]
    """A Monday of October 2015."""
    today("2015-10-05")


class Machine:
    """A program with a token."""

    def __init__(self, role: str) -> None:
        self._client = Client()
        self._headers = {"Authorization": f"Bearer {token_for(user_by_role(role).email)}"}

    def get(self, path: str, **query: str) -> Any:
        return self._client.get(f"/api{path}", query, headers=self._headers)

    def send(self, method: str, path: str, body: Mapping[str, Any], *, key: str = "") -> Any:
        headers = {**self._headers, **({"Idempotency-Key": key} if key else {})}
        return self._client.generic(method, f"/api{path}", json.dumps(body), "application/json", headers=headers)

    def upload(self, path: str, body: Mapping[str, Any], *, key: str) -> Any:
        return self._client.post(f"/api{path}", body, headers={**self._headers, "Idempotency-Key": key})


def test_nobody_enters_without_a_token(db: None) -> None:
    """The answer says how to get one."""
    answer = Client().get("/api/search?q=martin")
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    assert answer.json()["code"] == "api.token"


def test_a_token_ends_with_its_account_and_with_its_password(db: None) -> None:
    """A stolen token is ended by changing the password; a closed account has none."""
    user = user_by_role("administrator")
    token = token_for(user.email)
    assert user_of(token) == user
    assert user_of(token + "x") is None
    user.set_password("un autre mot de passe")
    user.save()
    assert user_of(token) is None
    User.objects.filter(pk=user.pk).update(is_active=False)
    with pytest.raises(Refusal, match="Aucun compte actif"):
        token_for(user.email)


def test_the_contract_is_published(db: None) -> None:
    """Every operation is described, with its shapes, for tools to read."""
    contract = Client().get("/api/openapi.json").json()
    assert contract["openapi"].startswith("3.")
    assert {
        "/api/search", "/api/members/{number}", "/api/members/{number}/account", "/api/forms", "/api/forms/{form_id}",
        "/api/forms/{form_id}/validate", "/api/members/{number}/endorsements/preview",
        "/api/members/{number}/endorsements", "/api/care-lines/{line_id}", "/api/files", "/api/week", "/api/books",
    } <= set(contract["paths"])  # fmt: skip


def test_the_contract_reads_as_a_page(db: None) -> None:
    """Every operation of the contract is on the page, which runs no script."""
    page = Client().get("/api/docs")
    assert page.status_code == 200
    for path in Client().get("/api/openapi.json").json()["paths"]:
        assert path in page.content.decode(), path


def test_a_form_becomes_an_enrolment(system: Context) -> None:
    """Saved then validated: the same enrolment as at the desk, in cents and ISO dates."""
    machine = Machine("administrator")
    form = received_form(system)
    content = content_of(a_family(1), wished=date(2015, 11, 1))
    saved = machine.send("PUT", f"/forms/{form.pk}", {"revision": 0, "content": content}, key="save-1")
    assert (saved.status_code, saved.json()) == (200, {"form": form.pk, "revision": 1})
    assert machine.get(f"/forms/{form.pk}").json()["issues"] == []
    made = machine.send("POST", f"/forms/{form.pk}/validate", {"revision": 1}, key="validate-1")
    number = made.json()["number"]
    member = machine.get(f"/members/{number}").json()
    assert (member["starts_on"], member["ends_on"], len(member["covers"])) == ("2015-11-01", "2016-11-01", 3)
    account = machine.get(f"/members/{number}/account").json()
    assert (account["balance_cents"], len(account["schedule"])) == (0, 12)


def test_the_same_request_again_answers_the_same_and_does_nothing(system: Context) -> None:
    """A program that lost the answer sends again: one enrolment, one answer."""
    machine = Machine("administrator")
    form = received_form(system, content=content_of(a_family(0), wished=date(2015, 11, 1)))
    answers = [machine.send("POST", f"/forms/{form.pk}/validate", {"revision": 1}, key="v") for _time in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert answers[1]["Idempotent-Replayed"] == "true"
    assert Enrolment.objects.count() == 1


def test_the_same_key_for_something_else_is_refused(system: Context) -> None:
    """A key belongs to one request."""
    machine = Machine("administrator")
    first, second = received_form(system), received_form(system)
    body = {"revision": 0, "content": {"city": "Orléans"}}
    assert machine.send("PUT", f"/forms/{first.pk}", body, key="k").status_code == 200
    refused = machine.send("PUT", f"/forms/{second.pk}", body, key="k")
    assert (refused.status_code, refused.json()["code"]) == (409, "journal.key_reused")


ENDING = {"kind": "terminate", "received_on": "2015-10-05", "revision": 0}
REFUSED = (
    # what is sent                                                      status code
    (("PUT", "/forms/{form}", {"revision": 0, "content": {}}, ""), 400, "api.key"),
    (("PUT", "/forms/{form}", {"revision": 7, "content": {}}, "a"), 409, "enrolment.edited_meanwhile"),
    (("PUT", "/forms/{form}", {"revision": "x"}, "b"), 422, "api.input"),
    (("PUT", "/forms/999999", {"revision": 0, "content": {}}, "c"), 404, "enrolment.not_found"),
    (("POST", "/forms/{form}/validate", {"revision": 0}, "d"), 422, "form.missing"),
    (("POST", "/members/999999999/endorsements", ENDING, "e"), 404, "enrolment.not_found"),
)  # fmt: skip


@pytest.mark.parametrize(("sent", "status", "code"), REFUSED)
def test_a_refusal_says_what_where_and_what_to_do(system: Context, sent: Any, status: int, code: str) -> None:
    """Every refusal is problem JSON with its code, message, remedy and place."""
    method, path, body, key = sent
    form = received_form(system)
    answer = Machine("administrator").send(method, path.format(form=form.pk), body, key=key)
    told = answer.json()
    assert (answer.status_code, told["code"], answer["Content-Type"]) == (status, code, "application/problem+json")
    assert told["message"] and told["remedy"] and set(told) == {"code", "message", "remedy", "where"}


FORBIDDEN = (
    ("adviser", "GET", "/files"),
    ("director", "GET", "/care-lines/1"),
    ("operator", "GET", "/search?q=a"),
    ("auditor", "GET", "/week"),
)


@pytest.mark.parametrize(("role", "method", "path"), FORBIDDEN)
def test_forbidden_is_absent(centre, role: str, method: str, path: str) -> None:  # type: ignore[no-untyped-def]
    """A token opens what its person may open, and nothing is said of the rest."""
    answer = Machine(role).send(method, path, {})
    assert (answer.status_code, answer.json()["code"]) == (404, "api.not_found")


def test_an_endorsement_is_previewed_then_confirmed(system: Context, today) -> None:  # type: ignore[no-untyped-def]
    """The euros of the preview are those of the account afterwards."""
    row = enrolled(system, a_family(0), starts_on=date(2015, 10, 1))
    call_month(system, date(2015, 10, 1), perimeter_id=2)
    call_month(system, date(2015, 11, 1), perimeter_id=2)
    today("2015-11-20")
    machine = Machine("administrator")
    child = {
        "kind": "add_person",
        "last_name": "Martin",
        "first_name": "Ève",
        "birth_date": "2015-10-20",
        "received_on": "2015-11-19",
    }
    preview = machine.send("POST", f"/members/{row.number}/endorsements/preview", child)
    shown = sum(move["cents"] for move in preview.json()["moves"])
    before = machine.get(f"/members/{row.number}").json()
    confirmed = machine.send(
        "POST", f"/members/{row.number}/endorsements", {**child, "revision": before["revision"]}, key="e1"
    )
    assert (confirmed.status_code, confirmed.json()["effect_on"]) == (200, "2015-10-20")
    after = machine.get(f"/members/{row.number}").json()
    assert after["balance_cents"] - before["balance_cents"] == shown > 0


def test_a_care_line_is_explained_as_data(system: Context, today) -> None:  # type: ignore[no-untyped-def]
    """The tree of reasons travels whole: value, unit, sentence, article, inputs."""
    people = a_family(0)
    enrolled(system, people, starts_on=date(2015, 10, 1))
    today("2016-01-11")
    settled(system, [Care(people[0])], people[0].nir)
    line = one("SELECT id FROM benefits_care_line")
    told = Machine("adviser").get(f"/care-lines/{line}").json()
    assert told["why"]["value"] == told["posted_cents"] and told["why"]["inputs"] and told["why"]["article"]


def test_a_program_asks_what_was_known(system: Context, today) -> None:  # type: ignore[no-untyped-def]
    """The API answers what was known on a day about another, to who may see the enrolment."""
    today("2015-10-05")
    number = enrolled(system, a_family(0), starts_on=date(2015, 11, 1)).number
    path = f"/members/{number}/known"
    told = Machine("adviser").get(path, on="2015-11-15", known_on="2015-10-05").json()
    assert sorted(one["link"] for one in told["covers"]) == ["member", "spouse"]
    before = Machine("adviser").get(path, on="2015-11-15", known_on="2015-10-04").json()
    assert before == {"covers": [], "certificates": []}
    assert Machine("operator").get(path, on="2015-11-15", known_on="2015-10-05").status_code == 404


def test_a_file_is_received_once(system: Context, today) -> None:  # type: ignore[no-untyped-def]
    """The same bytes under another key are refused, naming the first reception."""
    people = a_family(0)
    enrolled(system, people, starts_on=date(2015, 10, 1))
    today("2016-01-11")
    machine, content = Machine("operator"), care_bytes(care_rows([Care(people[0])], people[0].nir))

    def upload(key: str) -> Any:
        sent = SimpleUploadedFile("soins.noe", content)
        return machine.upload("/files", {"format": "noemie.care", "perimeter_id": 1, "content": sent}, key=key)

    first, again = upload("f1"), upload("f2")
    assert (first.status_code, again.status_code) == (200, 409)
    assert again.json()["code"] == "exchanges.duplicate"
    assert machine.get("/files").json() == []  # it tells of health: who brought it does not see it
    assert Machine("administrator").get("/files").json()[0]["id"] == first.json()["file"]


@pytest.mark.requirement("S001-024")
def test_a_form_is_received_with_its_scan(centre) -> None:  # type: ignore[no-untyped-def]
    """A hostile scan is refused; a sane one starts the clock."""
    machine = Machine("administrator")
    body = {"product_code": "proxime_sante", "title": "Bulletin reçu par le portail", "perimeter_id": 2}
    refused = machine.upload("/forms", {**body, "scan": SimpleUploadedFile("a.pdf", b"MZ")}, key="r1")
    assert refused.status_code == 422
    made = machine.upload("/forms", {**body, "scan": SimpleUploadedFile("a.pdf", _pdf())}, key="r2")
    assert made.status_code == 200
    assert machine.get(f"/forms/{made.json()['form']}").json()["state"] == "received"


@pytest.mark.parametrize("channel", ["portal", "mail", "email", "counter"])
def test_a_form_keeps_the_way_by_which_it_came_and_the_holidays_of_its_team(centre, channel: str) -> None:  # type: ignore[no-untyped-def]
    """A partner that scans the post says so; the clock runs on the calendar of the team that receives, as at the screen."""
    team = user_by_role("administrator").team
    Team.objects.filter(pk=team.pk).update(region="alsace_moselle")
    body = {"product_code": "proxime_sante", "title": "Bulletin", "perimeter_id": 2, "channel": channel}
    made = Machine("administrator").upload("/forms", {**body, "scan": SimpleUploadedFile("a.pdf", _pdf())}, key="c1")
    form = EnrolmentForm.objects.get(pk=made.json()["form"])
    item = Item.objects.get(kind="enrolment", subject_id=form.pk)
    assert (form.channel, item.region, item.team_id) == (channel, "alsace_moselle", team.pk)


def _pdf() -> bytes:
    import io

    import pikepdf

    pdf, out = pikepdf.new(), io.BytesIO()
    pdf.add_blank_page(page_size=(595, 842))
    pdf.save(out)
    assert page_png(out.getvalue(), 1)
    return out.getvalue()


def test_a_book_explains_any_case(centre) -> None:  # type: ignore[no-untyped-def]
    """A partner asks the rule book itself, without copying it."""
    machine = Machine("product_owner")
    book = next(one for one in machine.get("/books").json() if one["code"] == "proxime_sante")
    told = machine.get(f"/books/{book['digest']}").json()
    assert any(rule["name"] == "rembourse" for rule in told["rules"])
    missing = machine.send("POST", f"/books/{book['digest']}/explain", {"rule": "rembourse", "facts": {}})
    assert (missing.status_code, missing.json()["code"]) == (422, "rules.fact")
    unknown = machine.send("POST", f"/books/{book['digest']}/explain", {"rule": "x", "facts": {}})
    assert unknown.status_code == 422
    assert machine.get("/books/inconnu").status_code == 404


ODD = (
    {"persons": "Martin"},
    {"persons": [None, 3, {"certificate": "oui", "birth_date": ["1975"]}], "formula": {"a": 1}},
    {"persons": [{"link": "member", "birth_date": "2000-02-31"}], "pages": [1], "confidence": "forte", "iban": 12},
    {
        "formula": "b",
        "persons": [{"link": "member", "birth_date": "1850-01-01", "certificate": {"amount": "1 000 000"}}],
    },
)


@pytest.mark.parametrize("content", ODD)
def test_what_a_program_sends_never_breaks_the_desk(centre, system: Context, content: dict[str, Any]) -> None:  # type: ignore[no-untyped-def]
    """Anything that is not a form reads as an incomplete one, on the page as in the API."""
    form = received_form(system)
    machine = Machine("administrator")
    assert machine.send("PUT", f"/forms/{form.pk}", {"revision": 0, "content": content}, key="odd").status_code == 200
    assert machine.get(f"/forms/{form.pk}").json()["issues"]
    client = centre.client("administrator")
    page = client.get(f"/adhesions/{form.pk}")
    assert page.status_code == 200
    answer = client.post(f"/adhesions/{form.pk}", {"act": "ask_papers", "revision": "1"})
    assert answer.status_code in (302, 422)


@pytest.mark.parametrize("typed", ["martin " * 300, "x" * 2050])
def test_a_search_too_long_is_refused(typed: str) -> None:
    """Neither sought for half a minute nor an accident: what may be asked is said."""
    answer = Machine("administrator").get("/search", q=typed)
    assert (answer.status_code, answer.json()["code"]) == (422, "search.too_long")


_SENT: list[tuple[str, int, bytes, int, str]] = [
    # claimed            whose     its content            the status  the code
    ("auto",              99,       b"<?xml nothing",      404,        "api.not_found"),
    ("auto",              999_999,  b"<?xml nothing",      404,        "api.not_found"),
    ("auto",              2,        b"like nothing known", 422,        "file.unknown"),
    ("pain.002",          2,        b"PK\x03\x04 a table", 422,        "file.other_kind"),
    ("another.format",    2,        b"PK\x03\x04 a table", 422,        "file.other_kind"),
]  # fmt: skip


@pytest.mark.parametrize(("claimed", "perimeter", "content", "status", "code"), _SENT)
def test_a_file_is_taken_for_what_it_is(claimed: str, perimeter: int, content: bytes, status: int, code: str) -> None:
    """Whose it is must be one's own, its content must be known, and be what it is said to be."""
    sent = SimpleUploadedFile("a.bin", content)
    body = {"format": claimed, "perimeter_id": perimeter, "content": sent}
    answer = Machine("operator").upload("/files", body, key="file")
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_the_sender_of_a_file_is_that_of_its_format() -> None:
    """Whatever a program says of it."""
    sent = SimpleUploadedFile("a.csv", b"nom;prenom\n")
    body = {"partner": "bank", "perimeter_id": 2, "content": sent}
    assert Machine("administrator").upload("/files", body, key="file").status_code == 200
    told = Machine("administrator").get("/files").json()[0]
    assert (told["format"], told["partner"]) == ("enrolment.sheet", "delegate")


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_week_of_no_year_of_ours_is_refused(day: str) -> None:
    """An absurd day is no accident."""
    answer = Machine("team_leader").get("/week", day=day)
    assert (answer.status_code, answer.json()["code"]) == (422, "week.day")


def test_the_nul_character_is_refused_wherever_it_is() -> None:
    """In the path, the query, a form or a JSON body: a problem that says what to do, never an accident."""
    machine = Machine("administrator")
    sent = SimpleUploadedFile("a.csv", b"nom;prenom\n")
    answers = [
        machine.get("/search", q="mar\0tin"),
        machine.get("/members/1%00/account"),
        machine.upload("/files", {"format": "au\0to", "perimeter_id": 2, "content": sent}, key="a"),
        machine.send("PUT", "/forms/1", {"revision": 0, "content": {"persons": [{"last_name": "a\0"}]}}, key="b"),
    ]
    told = [(one.status_code, one["Content-Type"], one.json()["code"]) for one in answers]
    assert told == [(400, "application/problem+json", "request.nul")] * 4
