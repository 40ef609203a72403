"""The demonstration's centre, its portfolio and its mail stand in a real base, once, whatever the number of calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import polars as pl
import pytest
from demo_samples import ACS_DAY, PERIMETERS, TODAY, portfolio
from django.contrib.auth.hashers import check_password
from django.db import connection

from egide.contracts.acts import bulk
from egide.contracts.acts.forms import read_saved, save_form, validate_form
from egide.contracts.models import AidCertificate, Cover, Enrolment, EnrolmentForm, RightsMovement
from egide.demo.centre import DEMO_ACCOUNTS, DEMO_PASSWORD, HOUSES, found
from egide.demo.forms import queue, story_content
from egide.demo.portfolio import generate
from egide.demo.story import receive_story_forms
from egide.documents.queries import document_with_bytes, documents_of
from egide.documents.safety import safe_pdf
from egide.journal.acts import perform
from egide.journal.facts import Channel, Context, Role
from egide.journal.models import Act
from egide.journal.permissions import Permission
from egide.journal.queries import system_context
from egide.kernel.errors import Refusal
from egide.kernel.identifiers import check_creditor_identifier, check_iban, check_siren, make_rum
from egide.ledger.models import Account
from egide.people.models import Mandate, Organisation, Person, User
from egide.work.models import Item

Today = Callable[[str], None]


def _load(members: int, **options: str) -> int:
    frames = generate(members, 11, ACS_DAY, PERIMETERS)
    with perform(system_context(Channel.BATCH), "demo.populate", needs=Permission.ENROL, given=members) as act:
        act.on("demo", members, "essai", 1)
        return bulk.enrol_frames(act, frames, **options)


def test_founding_twice_changes_nothing(db: None) -> None:
    """The second call finds the same perimeters and teams, and leaves no act."""
    acts, users = Act.objects.count(), User.objects.count()
    once, again = found(system_context()), found(system_context())
    assert once == again
    assert (Act.objects.count(), User.objects.count()) == (acts, users)
    assert list(once.perimeters.values()) == [1, 2, 3]


def test_one_account_for_each_role(db: None) -> None:
    """Every role but the system's can be tried, with the password shown, and sees what its team sees."""
    assert {account.role for account in DEMO_ACCOUNTS} == set(Role) - {Role.SYSTEM}
    for account in DEMO_ACCOUNTS:
        user = User.objects.get(email=account.email)
        assert user.role == account.role
        assert check_password(DEMO_PASSWORD, user.password)
        assert user.email.endswith("@demo.invalid")
    delegate = User.objects.get(role=Role.DELEGATE)
    assert delegate.team is not None
    assert [each.pk for each in delegate.team.perimeters.all()] == [3]
    assert delegate.team.region == "alsace_moselle"


def test_numbers_of_the_houses_are_valid(db: None) -> None:
    """Files for the bank and the scheme can be made in their name."""
    for house in HOUSES:
        organisation = Organisation.objects.get(siren=house.siren)
        assert check_siren(organisation.siren)
        assert check_creditor_identifier(organisation.creditor_identifier)
        assert check_iban(organisation.iban).bic == organisation.bic


def test_a_portfolio_is_written_whole(db: None, today: Today) -> None:
    """Each enrolment gets its covers, certificates, mandate, rights movements and accounts, and the keys hold."""
    today(ACS_DAY.isoformat())
    assert _load(40, rights_state="acquitted") == 40
    frames = generate(40, 11, ACS_DAY, PERIMETERS)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    persons = frames.persons.height
    assert (Enrolment.objects.count(), Person.objects.count(), Cover.objects.count()) == (40, persons, persons)
    assert AidCertificate.objects.count() == persons
    assert set(RightsMovement.objects.values_list("state", "movement")) == {("acquitted", "create")}
    assert RightsMovement.objects.filter(person_id__isnull=False).count() == persons
    assert Account.objects.exclude(enrolment_id=0).count() == 80
    for enrolment in Enrolment.objects.select_related("member", "mandate__bank_account"):
        mandate = enrolment.mandate
        assert mandate is not None
        assert mandate.bank_account.person_id == enrolment.member_id
        assert mandate.rum == make_rum("EG", enrolment.number, mandate.signed_on.strftime("%y%m%d"))
        members = [cover for cover in enrolment.covers.all() if cover.link == "member"]
        assert [cover.person_id for cover in members] == [enrolment.member_id]
        assert members[0].period.lower == enrolment.starts_on
        assert members[0].period.upper == enrolment.ends_on


def test_a_batch_follows_those_before_it(db: None, today: Today) -> None:
    """Numbers and identifiers come from the same sequences as those of a single form: none is used twice."""
    today(ACS_DAY.isoformat())
    _load(5)
    frames = generate(5, 12, ACS_DAY, PERIMETERS)
    with perform(system_context(Channel.BATCH), "demo.populate", needs=Permission.ENROL, given=2) as act:
        act.on("demo", 2, "essai", 1)
        bulk.enrol_frames(act, frames)
    assert Enrolment.objects.values("number").distinct().count() == Mandate.objects.count() == 10
    assert set(RightsMovement.objects.values_list("state", flat=True)) == {"to_send"}


def test_someone_known_is_refused_and_nothing_is_written(db: None, today: Today) -> None:
    """All or nothing: a batch that meets a person already there leaves no trace."""
    today(ACS_DAY.isoformat())
    _load(5)
    before = Person.objects.count()
    with pytest.raises(Refusal) as refusal:
        _load(6)
    assert refusal.value.code == "bulk.known"
    assert Person.objects.count() == before


def test_a_frame_without_its_columns_is_refused(db: None) -> None:
    """An import that forgets a column is told which one, before anything is written."""
    frames = portfolio(TODAY)
    lame = replace(frames, covers=frames.covers.drop("since"))
    with (
        pytest.raises(Refusal) as refusal,
        perform(system_context(), "demo.populate", needs=Permission.ENROL, given=1) as act,
    ):
        bulk.enrol_frames(act, lame)
    assert (refusal.value.code, refusal.value.where) == ("bulk.columns", "covers")
    assert "since" in refusal.value.message


@pytest.mark.requirement("S003-031")
def test_the_family_s_form_becomes_an_enrolment(db: None, system: Context, today: Today) -> None:
    """Received with its five certificates, typed as it reads, validated: five persons covered in formula B."""
    today(ACS_DAY.isoformat())
    assert receive_story_forms(system) == 13
    assert receive_story_forms(system) == 0
    form = EnrolmentForm.objects.earliest("pk")
    assert (form.product_code, form.content) == ("proxime_sante", {})
    (document,) = documents_of([("form", form.pk)])
    scanned = safe_pdf(document_with_bytes(document.pk)[1])
    assert scanned.image_only
    assert scanned.pages == document.pages == 7
    save_form(system, form.pk, revision=0, content=story_content(ACS_DAY))
    assert read_saved(EnrolmentForm.objects.get(pk=form.pk)).issues == ()
    enrolment = validate_form(system, form.pk, revision=1)
    assert (enrolment.formula, enrolment.starts_on.isoformat()) == ("b", "2015-11-01")
    assert [cover.link for cover in enrolment.covers.order_by("pk")] == ["member", "spouse", "child", "child", "child"]
    amounts = enrolment.certificates.order_by("pk").values_list("amount_cents", flat=True)
    assert list(amounts) == [20_000, 20_000, 10_000, 10_000, 10_000]
    _check_queue()


def _check_queue() -> None:
    """The other forms wait around their deadlines: late, due, to come; a few typed, one of them incomplete."""
    items = Item.objects.filter(kind="enrolment", state="open")
    assert items.count() == 12
    due = {item.due_on for item in items}
    assert min(due) < ACS_DAY < max(due)  # type: ignore[type-var,operator]
    assert {"national", "alsace_moselle"} == set(items.values_list("region", flat=True))
    typed = [read_saved(form) for form in EnrolmentForm.objects.filter(state="received").exclude(content={})]
    assert sorted(len(read.blocking) for read in typed) == [0, 0, 1]


@pytest.mark.parametrize("day", [TODAY, ACS_DAY], ids=["2026", "2015"])
def test_the_mail_is_the_same_for_the_same_day(day: object) -> None:
    """What is written on the forms can be typed by a story, letter for letter."""
    assert isinstance(day, type(TODAY))
    assert story_content(day) == story_content(day)
    assert queue(day) == queue(day)
    family = story_content(day)["persons"]
    assert isinstance(family, list)
    assert [person["link"] for person in family] == ["member", "spouse", "child", "child", "child"]
    assert pl.Series([letter.typed for letter in queue(day)]).sum() == 3
