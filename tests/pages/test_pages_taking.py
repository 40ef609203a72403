"""Who holds what: an item is taken once, given back or handed over, and shown so; nobody is counted."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client

from egide.contracts.models import EnrolmentForm
from egide.journal.facts import Context
from egide.journal.models import Act
from egide.journal.scope import set_perimeters
from egide.people.models import User
from egide.people.queries import user_by_role
from egide.work.acts import take_item
from egide.work.models import Item
from pages.reading_pages import errors_of, text_of
from people.families import received_form


@pytest.fixture(autouse=True)
def autumn(centre, today: Callable[[str], None]) -> None:  # type: ignore[no-untyped-def]
    """A Monday of October 2015."""
    today("2015-10-05")


@pytest.fixture
def item(system: Context) -> Item:
    """A form that waits in everyone's queue."""
    return item_of(received_form(system))


def item_of(form: EnrolmentForm) -> Item:
    """The work of a form."""
    return Item.objects.get(kind="enrolment", subject_id=form.pk)


def press(client: Client, item: Item, act: str, **more: object) -> HttpResponse:
    """Presses a button of an item's page."""
    return client.post(f"/dossiers/{item.pk}", {"act": act, **more})  # type: ignore[return-value]


def colleague(role: str = "administrator", *, team_of: str = "administrator") -> User:
    """Someone else of the team of a role."""
    team = user_by_role(team_of).team
    return User.objects.create(email=f"{role}@x.invalid", full_name="Ali Benani", role=role, team=team)


def test_what_is_taken_is_shown_to_all_and_opens(centre, item: Item) -> None:  # type: ignore[no-untyped-def]
    """One press takes the file and opens it; everyone sees by whom, and the journal tells it."""
    mine, others = centre.client("administrator"), centre.client("team_leader")
    assert press(mine, item, "take")["Location"] == f"/adhesions/{item.subject_id}"
    for place in ("/", "/adhesions", f"/adhesions/{item.subject_id}", f"/dossiers/{item.pk}"):
        assert "par vous" in text_of(mine.get(place)) or "Vous tenez" in text_of(mine.get(place)), place
        assert "Sonia Marchetti" in text_of(others.get(place)), place
    told = Act.objects.get(kind="work.take")
    assert (told.subject_kind, told.subject_id, told.actor_label) == ("form", item.subject_id, "Sonia Marchetti")


def test_what_a_colleague_holds_is_not_taken(centre, item: Item) -> None:  # type: ignore[no-untyped-def]
    """The second to come is told, with what to do; nothing changes hands."""
    press(centre.client("administrator"), item, "take")
    answer = press(centre.client("team_leader"), item, "take")
    assert (answer.status_code, "Un collègue traite déjà ce dossier" in errors_of(answer)) == (422, True)
    item.refresh_from_db()
    assert item.assignee_id == user_by_role("administrator").pk


@pytest.mark.parametrize(
    ("address",                "sees_free", "sees_mine"),
    [
        ("/",                    True,  True),
        ("/?qui=libres",         True,  False),
        ("/?qui=miens",          False, True),
        ("/adhesions?qui=libres", True,  False),
        ("/adhesions?qui=miens", False, True),
    ],
)  # fmt: skip
def test_the_queue_shows_what_is_free_or_mine(  # type: ignore[no-untyped-def]
    centre, system: Context, address: str, sees_free: bool, sees_mine: bool
) -> None:
    """Two filters, and no list of anyone else's."""
    free, mine = item_of(received_form(system)), item_of(received_form(system))
    take_item(centre.context("administrator"), mine.pk)
    page = centre.client("administrator").get(address).content.decode().split("recent-title")[0]
    seen = tuple(f'row-link" href="/adhesions/{one.subject_id}"' in page for one in (free, mine))
    assert seen == (sees_free, sees_mine)


@pytest.mark.requirement("S000-027")
def test_the_next_file_is_the_most_urgent_that_nobody_holds(
    centre,
    system: Context,
    today: Callable[[str], None],  # type: ignore[no-untyped-def]
) -> None:
    """Each press takes another file; when none is left it says so, and one's own is offered."""
    first = item_of(received_form(system))
    today("2015-10-06")
    second = item_of(received_form(system))
    client, other = centre.client("administrator"), centre.client("team_leader")
    assert client.post("/dossiers/suivant")["Location"] == f"/adhesions/{first.subject_id}"
    assert other.post("/dossiers/suivant")["Location"] == f"/adhesions/{second.subject_id}"
    assert "Aucun dossier libre" in text_of(client.post("/dossiers/suivant", follow=True))
    assert "Reprendre mon dossier" in text_of(client.get("/"))
    assert client.get("/dossiers/suivant").status_code == 405


@pytest.mark.parametrize("role", ["adviser", "director", "auditor"])
def test_who_works_on_no_file_is_told_that_none_is_free(centre, system: Context, role: str) -> None:  # type: ignore[no-untyped-def]
    """A role that takes no file gets a sentence, whatever waits for others."""
    form = received_form(system)
    answer = centre.client(role).post("/dossiers/suivant", {"form_key": "k"}, follow=True)
    assert (answer.status_code, item_of(form).assignee_id) == (200, None)
    assert "Aucun dossier libre" in answer.content.decode()


@pytest.mark.parametrize("waiting", [1, 2])
def test_a_double_click_takes_one_file(centre, system: Context, waiting: int) -> None:  # type: ignore[no-untyped-def]
    """The second press of the same button leads to what the first took, even when it was the last."""
    for _form in range(waiting):
        received_form(system)
    client = centre.client("administrator")
    places = [client.post("/dossiers/suivant", {"form_key": "k"})["Location"] for _click in range(2)]
    assert places[0] == places[1]
    assert Item.objects.exclude(assignee_id=None).count() == 1


@pytest.mark.requirement("S000-030")
@pytest.mark.parametrize(
    ("role",          "act",         "status"),
    [
        ("administrator", "give_back", 302),  # who holds it
        ("team_leader",   "give_back", 302),  # their leader: someone may be away
        ("delegate",      "give_back", 404),  # outside its perimeter, it does not exist
        ("adviser",       "take",      422),  # not their work
    ],
)  # fmt: skip
def test_who_may_put_a_file_back(centre, item: Item, role: str, act: str, status: int) -> None:  # type: ignore[no-untyped-def]
    """Whoever holds it, and a team leader; nobody else."""
    press(centre.client("administrator"), item, "take")
    assert press(centre.client(role), item, act).status_code == status
    set_perimeters((1, 2, 3))
    item.refresh_from_db()
    assert (item.assignee_id is None) is (status == 302)


def test_a_file_goes_to_a_colleague_who_can_do_it(centre, item: Item) -> None:  # type: ignore[no-untyped-def]
    """Handed over within the team, to someone whose role allows the work; the list offers nobody else."""
    able, unable = colleague(), colleague("adviser")
    client = centre.client("administrator")
    press(client, item, "take")
    page = text_of(client.get(f"/dossiers/{item.pk}"))
    assert "Ali Benani" in page
    refused = press(client, item, "hand_over", colleague=unable.pk)
    assert (refused.status_code, "pas de votre équipe" in errors_of(refused)) == (422, True)
    missing = press(client, item, "hand_over", colleague=user_by_role("team_leader").pk)
    assert (missing.status_code, "collègue manque" in errors_of(missing)) == (422, True)
    assert press(client, item, "hand_over", colleague=able.pk).status_code == 302
    item.refresh_from_db()
    assert item.assignee_id == able.pk
    late = press(client, item, "hand_over", colleague=user_by_role("auditor").pk)
    assert (late.status_code, "Vous ne tenez pas" in errors_of(late)) == (422, True)


def test_a_finished_file_is_taken_by_nobody(centre, item: Item) -> None:  # type: ignore[no-untyped-def]
    """The page of a closed item says so and offers nothing."""
    Item.objects.filter(pk=item.pk).update(state="done", closed_at=item.received_at)
    client = centre.client("administrator")
    assert "terminé" in text_of(client.get(f"/dossiers/{item.pk}"))
    assert "déjà terminé" in errors_of(press(client, item, "take"))
    assert client.get("/dossiers/999999").status_code == 404
