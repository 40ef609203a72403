"""No transfer leaves in one click: the list is shown, what is confirmed is what was shown, and both names are kept."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Callable
from datetime import date
from io import BytesIO

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from python_calamine import CalamineWorkbook

from egide.benefits.models import Payment, Proposal
from egide.contracts.models import Enrolment
from egide.doors.benefits import commands as command
from egide.doors.worker import Stop, do_next
from egide.exchanges.codecs.sepa_credit import read_credits
from egide.exchanges.models import File
from egide.journal import store
from egide.journal.facts import Context
from egide.people.models import Mandate
from pages.reading_pages import errors_of, hidden, links_of, text_of
from people.families import Care, Member, a_family, enrolled, one, rows, settled

LAUNCH = "/travaux/virements"


@pytest.fixture
def desk(centre) -> Client:  # type: ignore[no-untyped-def]
    """The administrator's browser."""
    return centre.client("administrator")


@pytest.fixture
def families(centre, system: Context, today: Callable[[str], None]) -> list[tuple[Enrolment, list[Member]]]:  # type: ignore[no-untyped-def]
    """Two families of the delegate, each owed one visit, on a Tuesday of December 2015."""
    today("2015-10-05")
    made = [(enrolled(system, people, starts_on=date(2015, 11, 1)), people) for people in (a_family(0), a_family(0))]
    today("2015-12-15")
    for _row, people in made:
        visited(system, people, date(2015, 12, 10))
    return made


def visited(system: Context, people: list[Member], on: date) -> None:
    """One more visit of the member, read from a file of the scheme: 6,90 € are due."""
    settled(system, [Care(people[0], on=on, invoice=on.toordinal())], people[0].nir)


def listed(browser: Client) -> HttpResponse:
    """The list of transfers of the delegate, asked from the launch page."""
    page = browser.get(LAUNCH)
    key = re.search(r'name="form_key" value="([^"]+-2)"', page.content.decode())
    assert key, text_of(page)
    answer = browser.post(LAUNCH, {"value": "2", "form_key": key[1]})
    assert answer.status_code == 302 and answer["Location"].startswith("/virements/listes/")
    return browser.get(answer["Location"])


def confirmed(browser: Client, page: HttpResponse, address: str = "") -> HttpResponse:
    """The answer to the confirmation of a list as it is shown."""
    action = address or re.search(r'action="(/virements/listes/\d+)"', page.content.decode())[1]  # type: ignore[index]
    return browser.post(
        action, {"shown": hidden(page, "shown"), "form_key": hidden(page, "form_key"), "act": "confirm"}
    )


def done(browser: Client, answer: HttpResponse) -> HttpResponse:
    """The page of the work that a confirmation leads to, once a worker did it."""
    assert (answer.status_code, "/travaux/" in answer["Location"]) == (302, True), errors_of(answer)
    while do_next(Stop()):
        pass
    return browser.get(answer["Location"])


def test_the_list_shows_all_that_will_leave_and_nothing_leaves(desk: Client, families: list) -> None:  # type: ignore[type-arg]
    """Payees, how many, how much, the account to debit, the day; asking for the list pays nobody."""
    page = listed(desk)
    said = text_of(page)
    assert "2 virements pour 13,80 €" in said and "Compte débité" in said and "15 décembre 2015" in said
    account = one("SELECT iban FROM people_organisation WHERE perimeter_id = 2 AND kind <> 'partner'")
    assert f"{account[:4]} •••• •••• {account[-4:]}" in said
    for row, _people in families:
        assert row.number in said and f"/adherents/{row.number}" in links_of(page, "/adherents/")
    assert Payment.objects.count() == 0 and not File.objects.filter(format="pain.001").exists()
    export = desk.get(links_of(page, "/virements/listes/")[0])
    table = CalamineWorkbook.from_filelike(BytesIO(export.content)).get_sheet_by_index(0).to_python()
    assert [line[0] for line in table[1:]] == [row.number for row, _people in families]
    assert [line[4] for line in table[1:]] == [6.9, 6.9]


def test_what_is_confirmed_is_what_leaves_and_the_file_is_one_click_away(centre, desk: Client, families: list) -> None:  # type: ignore[no-untyped-def, type-arg]
    """One file with those very transfers; who proposed and who confirmed are kept; a second confirmation pays nothing."""
    page = listed(desk)
    leader = centre.client("team_leader")
    answer = confirmed(leader, page)
    ended = done(leader, answer)
    file = File.objects.get(format="pain.001")
    assert f"/fichiers/{file.pk}" in links_of(ended, "/fichiers/")
    paid = {(order.creditor_iban, order.amount_cents) for order in read_credits(store.load(file.sha256)).credits}
    shown = rows(
        "SELECT b.iban, t.amount_cents FROM benefits_proposedtransfer t JOIN people_bankaccount b ON b.id = t.bank_account_id"
    )
    assert paid == set(shown) and len(paid) == 2
    kept = Proposal.objects.get()
    names = {role: centre.context(role).actor.label for role in ("administrator", "team_leader")}
    assert (kept.state, kept.proposed_by, kept.confirmed_by) == ("paid", names["administrator"], names["team_leader"])
    assert confirmed(leader, page).status_code == 302
    late = desk.post(f"/virements/listes/{kept.pk}", {"shown": kept.fingerprint, "form_key": "x", "act": "confirm"})
    assert (late.status_code, "déjà payée" in errors_of(late)) == (422, True)
    while do_next(Stop()):
        pass
    assert Payment.objects.count() == 2 and f"/fichiers/{file.pk}" in links_of(late, "/fichiers/")


def test_a_list_grown_old_is_shown_again_before_it_is_confirmed(desk: Client, families: list, system: Context) -> None:  # type: ignore[type-arg]
    """More became due since it was shown: nothing leaves, the page says what changed and shows the list of now."""
    page = listed(desk)
    visited(system, families[0][1], date(2015, 12, 11))
    again = confirmed(desk, page)
    assert again.status_code == 422
    said = errors_of(again)
    assert "la liste montrait 2 virements pour 13,80 €, il est dû maintenant 2 virements pour 20,70 €" in said
    assert "Rien n’est parti" in said and "2 virements pour 20,70 €" in text_of(again)
    assert Payment.objects.count() == 0
    done(desk, confirmed(desk, again))
    assert sum(Payment.objects.values_list("amount_cents", flat=True)) == 2070


CHANGES: dict[str, str] = {
    "the account of a member": "UPDATE people_bankaccount SET iban = 'FR7630006000011234567890189' WHERE id = "
    "(SELECT min(bank_account_id) FROM benefits_proposedtransfer)",
    "the account debited": "UPDATE people_organisation SET iban = 'FR7630006000011234567890189' WHERE perimeter_id = 2",
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_same_total_to_someone_else_is_not_what_was_shown(desk: Client, families: list, change: str) -> None:  # type: ignore[type-arg]
    """Neither the payee's account nor ours may change between the eye and the hand."""
    page = listed(desk)
    with connection.cursor() as cursor:
        cursor.execute(CHANGES[change])
    answer = confirmed(desk, page)
    assert (answer.status_code, "n’est plus le même" in errors_of(answer)) == (422, True)
    assert Payment.objects.count() == 0


def test_what_changed_before_the_worker_came_does_not_leave(desk: Client, families: list, system: Context) -> None:  # type: ignore[type-arg]
    """Confirmed, then more is due: the work is refused, says why, and leads to the list of now."""
    answer = confirmed(desk, listed(desk))
    visited(system, families[0][1], date(2015, 12, 11))
    ended = done(desk, answer)
    assert "Refusé" in text_of(ended) and "a changé depuis que la liste a été montrée" in text_of(ended)
    assert LAUNCH in links_of(ended, "/travaux/") and Payment.objects.count() == 0
    done(desk, confirmed(desk, listed(desk)))
    assert [one_.state for one_ in Proposal.objects.order_by("pk")] == ["outdated", "paid"]


def test_the_next_day_is_another_list(desk: Client, families: list, today: Callable[[str], None]) -> None:  # type: ignore[type-arg]
    """The day of the transfers was shown: confirmed the day after, it would be another."""
    page = listed(desk)
    today("2015-12-16")
    answer = confirmed(desk, page)
    assert answer.status_code == 422 and "16 décembre 2015" in text_of(answer)


def test_a_member_without_an_account_is_told(desk: Client, families: list) -> None:  # type: ignore[type-arg]
    """What cannot leave is not passed over: how many, and how much."""
    row = families[0][0]
    Enrolment.objects.filter(pk=row.pk).update(mandate=None)
    said = text_of(listed(desk))
    assert "1 virement pour 6,90 €" in said and "1 adhérent n’a pas de compte bancaire connu : 6,90 €" in said
    assert Mandate.objects.exists()


@pytest.mark.parametrize(
    ("role", "status"), [("adviser", 404), ("auditor", 404), ("operator", 404), ("team_leader", 200)]
)
def test_a_list_is_seen_by_those_who_pay(centre, desk: Client, families: list, role: str, status: int) -> None:  # type: ignore[no-untyped-def, type-arg]
    """To the others, and for a list that does not exist, the page is absent."""
    listed(desk)
    found = Proposal.objects.get()
    assert centre.client(role).get(f"/virements/listes/{found.pk}").status_code == status
    assert desk.get("/virements/listes/999999").status_code == 404


def test_the_command_shows_the_same_and_sends_nothing(
    centre, families: list, capsys: pytest.CaptureFixture[str]
) -> None:  # type: ignore[no-untyped-def, type-arg]
    """``benefits pay --dry-run``: each transfer, the total, the account, the day."""
    assert command.run(Namespace(what="pay", dry_run=True)) == 0
    said = re.sub(r"\s+", " ", capsys.readouterr().out)
    assert "Périmètre 2 : 2 virements pour 13,80 € (essai, rien ne part)" in said and "virements du 15/12/2015" in said
    assert all(row.number in said for row, _people in families)
    assert Payment.objects.count() == 0 and Proposal.objects.count() == 0
