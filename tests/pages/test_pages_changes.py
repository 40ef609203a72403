"""From the member's page: an address, an account, a letter; each is previewed, confirmed, kept, and its past stays."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from egide.benefits.jobs.paying import pay
from egide.contracts.models import Enrolment
from egide.documents.models import Document
from egide.documents.queries import document_with_bytes
from egide.exchanges.models import File
from egide.journal import store
from egide.journal.facts import Context
from egide.journal.models import Act
from egide.journal.scope import set_perimeters
from egide.people.account_acts import mandate_on
from egide.people.address_acts import address_on
from egide.people.models import Mandate, Person
from egide.premiums.jobs import call_month
from pages.reading_pages import errors_of, hidden, text_of
from people.families import Care, Member, a_family, enrolled, iban_of, settled

NEW = {"line1": "8 quai Neuf", "postcode": "37000", "city": "Tours", "phone": "0700000000", "email": ""}


@pytest.fixture
def row(centre, system: Context, today: Callable[[str], None]) -> Enrolment:  # type: ignore[no-untyped-def]
    """A couple covered since October 2015, on a day of November."""
    today("2015-10-05")
    made = enrolled(system, a_family(0), starts_on=date(2015, 10, 1), email="luc@x.invalid")
    today("2015-11-10")
    return made


@pytest.fixture
def client(centre) -> Client:  # type: ignore[no-untyped-def]
    """The gestionnaire's browser."""
    return centre.client("administrator")


def pressed(client: Client, page: str, given: dict[str, object], act: str):  # type: ignore[no-untyped-def]
    """Opens a page, types, presses a button; what the page hides goes back with it."""
    shown = client.get(page)
    sent = ("form_key", "revision", *(f"known-{one}" for one in NEW))
    names = [name for name in sent if f'name="{name}"' in shown.content.decode()]
    return client.post(page, {**{name: hidden(shown, name) for name in names}, **given, "act": act})


def test_an_address_is_changed_as_previewed(client: Client, row: Enrolment) -> None:
    """Who follows is chosen; the effects are told first; the former address stays with its day and its author."""
    page = f"/adherents/{row.number}/adresse"
    assert page in client.get(f"/adherents/{row.number}").content.decode()
    zoe = Person.objects.get(first_name="Zoé", household=row.member.household)
    acts = Act.objects.count()
    said = text_of(pressed(client, page, NEW, "preview"))
    assert "Zoé Martin : l’ancienne adresse est gardée" in said and "Le courriel connu est effacé" in said
    assert Act.objects.count() == acts
    assert pressed(client, page, NEW, "confirm").status_code == 302
    zoe.refresh_from_db()
    assert (address_on(row.member_id, date(2015, 11, 10)).line1, zoe.household.line1) == (
        "8 quai Neuf",
        "3 rue des Lilas",
    )
    assert address_on(row.member_id, date(2015, 11, 9)).email == "luc@x.invalid"
    assert "3 rue des Lilas" in text_of(client.get(page))
    act = Act.objects.get(kind="person.move")
    assert "Coordonnées" not in act.subject_label and not any("quai" in said for said in act.reasons)


def test_everyone_may_move_together(client: Client, row: Enrolment) -> None:
    """When all follow, the household itself has the new address."""
    zoe = Person.objects.get(first_name="Zoé", household=row.member.household)
    pressed(client, f"/adherents/{row.number}/adresse", {**NEW, "movers": [zoe.pk]}, "confirm")
    zoe.refresh_from_db()
    assert (zoe.household_id, zoe.household.line1) == (row.member.household_id, "8 quai Neuf")


@pytest.mark.parametrize(("changes", "said"), [({"postcode": "45"}, "code postal"), ({"line1": ""}, "adresse")])
def test_an_address_that_no_letter_reaches_is_refused(
    client: Client, row: Enrolment, changes: dict[str, str], said: str
) -> None:
    """Nothing is written, what was typed stays, the field says what to do."""
    answer = pressed(client, f"/adherents/{row.number}/adresse", NEW | changes, "confirm")
    assert answer.status_code == 422 and said in errors_of(answer) and "0700000000" in answer.content.decode()


def test_a_changed_account_serves_the_next_debit_and_the_next_payment(
    client: Client, row: Enrolment, system: Context, today: Callable[[str], None]
) -> None:
    """The former mandate is revoked and kept with its day; money moves on the new account from then on (S003-107)."""
    old, page = row.mandate, f"/adherents/{row.number}/compte-bancaire"
    new = {"iban": iban_of(987_654), "holder": "Luc Martin", "signed_on": "2015-11-09"}
    assert old.rum in text_of(client.get(page))
    said = text_of(pressed(client, page, new, "preview"))
    assert new["iban"][-4:] in said and "est révoqué" in said and Mandate.objects.filter(replaces=old).count() == 0
    assert pressed(client, page, new, "confirm").status_code == 302
    old.refresh_from_db()
    row.refresh_from_db()
    assert (old.revoked_on, row.mandate.replaces, row.mandate.bank_account.iban) == (
        date(2015, 11, 10),
        old,
        new["iban"],
    )
    assert mandate_on(row.mandate, date(2015, 11, 9)) == old
    assert Act.objects.get(pk=row.mandate.act_id).kind == "enrolment.account"
    assert Document.objects.filter(subject_id=row.pk, kind="account").count() == 1
    call_month(system, date(2015, 12, 1), perimeter_id=2)
    debits = File.objects.filter(format="pain.008").latest("pk")
    content = store.load(debits.sha256).decode()
    assert new["iban"] in content and old.bank_account.iban not in content and row.mandate.rum in content
    luc = Member("member", "Luc", row.member.birth_date, row.member.nir)
    settled(system, [Care(luc, on=date(2015, 11, 5))], row.member.nir)
    pay(system, perimeter_id=2)
    transfers = store.load(File.objects.filter(format="pain.001").latest("pk").sha256).decode()
    assert new["iban"] in transfers and old.bank_account.iban not in transfers


def test_a_changed_account_is_told_where_the_member_lived_a_month_before(client: Client, row: Enrolment) -> None:
    """Moving someone does not hide it from them; what is typed as a holder is read as typed, on one line."""
    assert pressed(client, f"/adherents/{row.number}/adresse", NEW, "confirm").status_code == 302
    holder = "Luc d’Arc_*M*\n\n# Rien [ici](http://x.invalid)"
    new = {"iban": iban_of(987_654), "holder": holder, "signed_on": "2015-11-09"}
    assert pressed(client, f"/adherents/{row.number}/compte-bancaire", new, "confirm").status_code == 302
    told = []
    for kept in Document.objects.filter(subject_id=row.pk, kind="account").order_by("pk"):
        pdf = document_with_bytes(kept.pk)[1]
        said = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True).stdout  # noqa: S607
        told.append(" ".join(said.decode().split()))
    assert ["8 quai Neuf" in one for one in told] == [True, False]
    assert ["3 rue des Lilas" in one for one in told] == [False, True]
    assert all("Luc d’Arc_*M* # Rien [ici](http://x.invalid) qui finit par" in one for one in told)


def test_the_same_account_is_no_change(client: Client, row: Enrolment) -> None:
    """An IBAN already in use, or a signature to come, is refused with what to check."""
    page = f"/adherents/{row.number}/compte-bancaire"
    same = {"iban": row.mandate.bank_account.iban, "holder": "Luc Martin", "signed_on": "2015-11-09"}
    assert "déjà le compte" in errors_of(pressed(client, page, same, "confirm"))
    later = {"iban": iban_of(5), "holder": "Luc Martin", "signed_on": "2015-11-11"}
    assert "dans l’avenir" in errors_of(pressed(client, page, later, "confirm"))
    row.mandate.refresh_from_db()
    assert row.mandate.revoked_on is None


def test_a_letter_is_seen_before_it_is_kept(client: Client, row: Enrolment) -> None:
    """The preview is the printed page; confirmed, the letter opens from the member's page; its text is in no journal."""
    page = f"/adherents/{row.number}/courrier"
    typed = {"subject": "Votre demande de délai", "prose": "Nous acceptons **trois mois** secrets."}
    shown = pressed(client, page, typed, "preview")
    assert 'src="data:image/' in shown.content.decode() and not Document.objects.filter(kind="letter").exists()
    assert pressed(client, page, typed, "confirm").status_code == 302
    kept = Document.objects.get(kind="letter", subject_id=row.pk)
    assert "Votre demande de délai" in text_of(client.get(f"/adherents/{row.number}"))
    assert client.get(f"/documents/{kept.pk}").content.startswith(b"%PDF")
    assert "secrets" not in str(Act.objects.get(pk=kept.act_id).reasons)
    assert "L’objet manque" in errors_of(pressed(client, page, typed | {"subject": ""}, "confirm"))


def test_a_letter_has_a_length(client: Client, row: Enrolment) -> None:
    """Four pages at most: beyond, nothing is drawn, and what to do is said."""
    page = f"/adherents/{row.number}/courrier"
    typed = {"subject": "Votre demande", "prose": "a " * 4001}
    for act in ("preview", "confirm"):
        assert "plusieurs lettres" in errors_of(pressed(client, page, typed, act))
    assert not Document.objects.filter(kind="letter").exists()


def test_a_free_letter_of_who_sees_care_is_for_who_sees_care(centre, system: Context, row: Enrolment) -> None:  # type: ignore[no-untyped-def]
    """What an adviser writes may tell of care: the delegate does not open it; what the delegate writes, both read."""
    theirs, kept = enrolled(system, a_family(0), starts_on=row.starts_on, perimeter=3), {}
    for role in ("adviser", "delegate"):
        typed = {"subject": f"De {role}", "prose": "Votre dossier."}
        writer = centre.client(role)
        assert pressed(writer, f"/adherents/{theirs.number}/courrier", typed, "confirm").status_code == 302
        set_perimeters((1, 2, 3), health=True)
        kept[role] = Document.objects.get(kind="letter", title=f"De {role}").pk
    seen = {
        (reader, writer): centre.client(reader).get(f"/documents/{kept[writer]}").status_code
        for reader in ("adviser", "delegate")
        for writer in ("adviser", "delegate")
    }
    assert seen == {
        ("adviser", "adviser"): 200,
        ("adviser", "delegate"): 200,
        ("delegate", "delegate"): 200,
        ("delegate", "adviser"): 404,
    }


def test_an_auditor_changes_nothing(centre, row: Enrolment) -> None:  # type: ignore[no-untyped-def]
    """Who may only look is offered none of it, and gets the page of absent things."""
    auditor = centre.client("auditor")
    shown = auditor.get(f"/adherents/{row.number}").content.decode()
    for page in ("adresse", "compte-bancaire", "courrier"):
        assert f"/adherents/{row.number}/{page}" not in shown
        assert auditor.get(f"/adherents/{row.number}/{page}").status_code == 404
