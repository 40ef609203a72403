"""Rights at the screen: what the scheme was told, what it refused and why, and a refused movement sent again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from egide.contracts.jobs import read_answers, send_rights
from egide.contracts.models import Enrolment, RightsMovement
from egide.exchanges.acts import Arrival, receive
from egide.exchanges.codecs.noemie_rights import read_movements
from egide.exchanges.simulator import answer_movements
from egide.journal import store
from egide.journal.facts import Context
from egide.journal.models import Act
from egide.kernel.identifiers import nir_key
from egide.people.models import Person
from egide.work.models import Item
from pages.reading_pages import errors_of, links_of, text_of
from people.families import a_family, enrolled, one

START = date(2015, 11, 1)


@pytest.fixture
def refused(db: None, system: Context, today: Callable[[str], None]) -> Enrolment:
    """A family of three whose rights the scheme refused, all of them."""
    today("2015-10-05")
    RightsMovement.objects.filter(state="to_send").update(state="acquitted")
    family = enrolled(system, a_family(1), starts_on=START)
    file = send_rights(system, perimeter_id=2)
    assert file is not None
    content = answer_movements(store.load(file.sha256), 7, 10_000)
    read_answers(system, receive(system, Arrival("noemie.answers", "scheme", "RETOUR.noe", content, 2)))
    return family


@pytest.fixture
def client(centre) -> Client:  # type: ignore[no-untyped-def]
    """The gestionnaire's browser."""
    return centre.client("administrator")


def member_movement(family: Enrolment) -> RightsMovement:
    """The refused movement of the member."""
    return RightsMovement.objects.get(person=family.member, cover__enrolment=family)


def typed(person: Person, **changes: str) -> dict[str, str]:
    """The identity as its form shows it."""
    return {
        "last_name": person.last_name, "first_name": person.first_name, "birth_date": person.birth_date.isoformat(),
        "birth_rank": str(person.birth_rank), "insured_nir": person.insured_nir + nir_key(person.insured_nir),
        "act": "resend",
    } | changes  # fmt: skip


@pytest.mark.requirement("S003-053")
def test_what_was_refused_is_shown_with_its_reason(client: Client, refused: Enrolment) -> None:
    """On the bench of rejects, in the list of movements and on the member's page, each leads to the movement."""
    movement = member_movement(refused)
    here = f"/droits/{movement.pk}"
    for place in ("/rejets", "/droits", f"/adherents/{refused.number}", "/"):
        assert here in links_of(client.get(place), "/droits/"), place
    page = text_of(client.get(here))
    assert f"Code {movement.return_code}" in page and "Refusé" in page and "DROITS_20151005" in page
    assert text_of(client.get("/droits?etat=acquitted")).count("Luc Martin") == 0


@pytest.mark.requirement("S003-054")
def test_a_refused_movement_leaves_again_as_it_was(client: Client, system: Context, refused: Enrolment) -> None:
    """One press: it waits for the next file, its work is done, and a second press changes nothing."""
    movement = member_movement(refused)
    given = typed(refused.member) | {"form_key": "k"}
    for _click in range(2):
        assert client.post(f"/droits/{movement.pk}", given)["Location"] == f"/droits/{movement.pk}"
    movement.refresh_from_db()
    assert (movement.state, movement.return_code) == ("to_send", "")
    assert Item.objects.get(subject_kind="movement", subject_id=movement.pk).state == "done"
    assert not Act.objects.filter(kind="person.correct").exists()
    answer = client.post(f"/droits/{movement.pk}", typed(refused.member))
    assert (answer.status_code, "pas un mouvement refusé" in errors_of(answer)) == (422, True)
    assert send_rights(system, perimeter_id=2) is not None


@pytest.mark.requirement("S003-054")
def test_a_refused_identity_is_corrected_and_told_again(client: Client, system: Context, refused: Enrolment) -> None:
    """The corrected birth date goes out with the movement, and the premiums follow the age."""
    movement = member_movement(refused)
    due = "SELECT coalesce(sum(amount_cents), 0) FROM ledger_line WHERE nature = 'premium'"
    before = one(due)
    answer = client.post(f"/droits/{movement.pk}", typed(refused.member, birth_date="1950-03-12", first_name="Lucien"))
    assert answer.status_code == 302
    person = Person.objects.get(pk=refused.member_id)
    assert (person.first_name, person.birth_date, person.sort_key) == ("Lucien", date(1950, 3, 12), "martin lucien")
    told = Act.objects.get(kind="person.correct")
    assert told.reasons == ["Corrigé : prénom, date de naissance."]
    file = send_rights(system, perimeter_id=2)
    assert file is not None
    (sent,) = read_movements(store.load(file.sha256))[1].records
    assert sent.birth_date == date(1950, 3, 12)
    assert Act.objects.filter(kind="premium.follow").count() >= 2
    assert one(due) == before  # nothing was called yet: what is due later follows the new age


@pytest.mark.parametrize(
    ("field",        "value",              "said"),
    [
        ("last_name",   " ",                 "nom et le prénom"),
        ("birth_date",  "31/02/1975",        "date de naissance manque"),
        ("birth_rank",  "12",                "rang"),
        ("insured_nir", "175034500000199",   "sécurité sociale"),
        ("insured_nir", "",                  "15"),
    ],
)  # fmt: skip
def test_a_wrong_correction_is_told_and_kept(
    client: Client, refused: Enrolment, field: str, value: str, said: str
) -> None:
    """Nothing leaves, nothing typed is lost."""
    movement = member_movement(refused)
    answer = client.post(f"/droits/{movement.pk}", typed(refused.member, **{field: value, "first_name": "Lucien"}))
    assert (answer.status_code, said in errors_of(answer)) == (422, True), errors_of(answer)
    assert 'value="Lucien"' in answer.content.decode()
    movement.refresh_from_db()
    assert movement.state == "rejected"


@pytest.mark.parametrize(
    ("role", "sees", "sends"),
    [("adviser", 200, 422), ("operator", 200, 302), ("delegate", 404, 404), ("product_owner", 404, 404)],
)
def test_who_sees_and_who_resends(centre, refused: Enrolment, role: str, sees: int, sends: int) -> None:  # type: ignore[no-untyped-def]
    """Whoever runs exchanges resends; whoever reads sees; another delegate finds nothing."""
    movement = member_movement(refused)
    client = centre.client(role)
    assert client.get(f"/droits/{movement.pk}").status_code == sees
    assert client.post(f"/droits/{movement.pk}", typed(refused.member)).status_code == sends
