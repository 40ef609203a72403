"""From the received form to the enrolment: kept, asked about, validated once, never overwritten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.db import transaction

from egide.contracts.acts.forms import read_saved, save_form, validate_form
from egide.contracts.acts.papers import ask_papers, papers_received
from egide.contracts.asked import enrol as enrol_at_desk
from egide.contracts.invariants import INVARIANTS
from egide.contracts.models import AidCertificate, Cover, Enrolment, EnrolmentForm, RightsMovement
from egide.documents.queries import document_with_bytes, documents_of
from egide.journal import store
from egide.journal.acts import AlreadyDone
from egide.journal.facts import Context, Role
from egide.journal.invariants import examine
from egide.journal.models import Act
from egide.kernel.errors import Refusal
from egide.people.models import BankAccount, Mandate, Person
from egide.work.models import Item
from people.families import MONDAY, Member, a_family, at, content_of, enrolled, nir_of, one, received_form, rows

NOVEMBER = date(2015, 11, 1)


@pytest.fixture(autouse=True)
def autumn(db: None, today: Callable[[str], None]) -> None:
    """Stories begin on a Monday of October 2015."""
    today(MONDAY.isoformat())


@pytest.mark.requirement("S003-031", "S003-057")
def test_a_received_form_is_kept_before_anything_is_decided(system: Context) -> None:
    """The scan is kept whole, its day of reception too, and its clock runs from it."""
    form = received_form(system)
    (document,) = documents_of([("form", form.pk)])
    assert (document.received, document.kind, document.pages) == (True, "enrolment_form", 2)
    assert store.load(document.sha256).startswith(b"%PDF")
    item = Item.objects.get(subject_kind="form", subject_id=form.pk)
    assert (form.received_on, item.due_on, item.state) == (MONDAY, date(2015, 10, 7), "open")
    assert (form.state, form.content) == ("received", {})


@pytest.mark.requirement("S003-038", "S000-026")
def test_asking_for_papers_stops_the_clock_and_their_reception_starts_it_again(
    system: Context, today: Callable[[str], None]
) -> None:
    """An incomplete file waits without being late; the letter and the papers are kept on it."""
    content = content_of(a_family(0), wished=NOVEMBER, iban="")
    form = received_form(system, content=content)
    today("2015-10-06")
    read = ask_papers(system, form.pk, revision=1, letter=b"%PDF letter", pages=1)
    item = Item.objects.get(subject_kind="form", subject_id=form.pk)
    form.refresh_from_db()
    assert (form.state, item.state, item.due_on) == ("waiting", "paused", None)
    assert [issue.code for issue in read.papers] == ["form.iban_missing"]
    assert "mandat" in item.pauses.get().reason
    today("2015-10-20")
    papers_received(system, form.pk, scan=b"%PDF rib", pages=1)
    item.refresh_from_db()
    form.refresh_from_db()
    assert (form.state, item.state) == ("received", "open")
    assert (item.complete_on, item.due_on) == (date(2015, 10, 20), date(2015, 10, 22))
    kinds = [document.kind for document in documents_of([("form", form.pk)])]
    assert sorted(kinds) == ["enrolment_form", "missing_papers", "papers"]


def test_nothing_is_asked_when_no_paper_is_missing(system: Context) -> None:
    """A clock is not stopped for a field that the house can correct by itself."""
    form = received_form(system, content=content_of(a_family(0), wished=NOVEMBER, formula=""))
    with pytest.raises(Refusal) as refused:
        ask_papers(system, form.pk, revision=1, letter=b"%PDF", pages=1)
    assert refused.value.code == "enrolment.nothing_to_ask"
    assert Item.objects.get(subject_kind="form", subject_id=form.pk).state == "open"


@pytest.mark.requirement("S003-042", "S003-043", "S003-044", "S003-107", "S001-050")
def test_a_validated_form_creates_everything(system: Context) -> None:
    """Persons, covers with their dates, certificates as they read, account and mandate, movements: all at once."""
    family = a_family(3)
    form = received_form(system, content=content_of(family, wished=NOVEMBER, serial=4321))
    enrolment = validate_form(system, form.pk, revision=1)
    form.refresh_from_db()
    assert (form.state, form.enrolment_id) == ("enrolled", enrolment.pk)
    assert (enrolment.starts_on, enrolment.ends_on) == (NOVEMBER, date(2016, 11, 1))
    assert (enrolment.formula, enrolment.scheme, enrolment.product_version) == ("b", "general", date(2015, 7, 1))
    assert enrolment.number.isdigit()
    covers = list(enrolment.covers.select_related("person").order_by("id"))
    assert [(cover.link, cover.person.first_name) for cover in covers] == [
        ("member", "Luc"), ("spouse", "Zoé"), ("child", "Enfant0"), ("child", "Enfant1"), ("child", "Enfant2"),
    ]  # fmt: skip
    assert {(cover.period.lower, cover.period.upper, cover.since) for cover in covers} == {
        (NOVEMBER, date(2016, 11, 1), NOVEMBER)
    }
    kept = AidCertificate.objects.filter(enrolment=enrolment).order_by("id")
    assert [
        (each.file_holder, each.certificate_holder, each.agreed_on, each.valid_until, each.amount_cents)
        for each in kept
    ] == [
        ("Martin", "Martin", date(2015, 9, 1), date(2016, 8, 31), cents)
        for cents in (20000, 20000, 10000, 10000, 10000)
    ]
    mandate = Mandate.objects.get(pk=enrolment.mandate_id)
    assert (mandate.signed_on, mandate.bank_account.person_id) == (date(2015, 10, 1), enrolment.member_id)
    assert enrolment.number in mandate.rum
    moves = RightsMovement.objects.filter(cover__in=covers).values_list("movement", "state", "starts_on", "ends_on")
    assert list(moves) == [("create", "to_send", NOVEMBER, date(2016, 11, 1))] * 5
    item = Item.objects.get(subject_kind="form", subject_id=form.pk)
    assert item.state == "done"
    assert all(finding.count == 0 for finding in examine(INVARIANTS))


@pytest.mark.parametrize(
    ("asked_on",    "papers_on",   "handled_on",  "starts_on",          "complete"),
    [
        ("",           "",           "2015-11-03", NOVEMBER,            "5 octobre 2015"),
        ("2015-10-06", "2015-10-29", "2015-11-03", NOVEMBER,            "29 octobre 2015"),
        ("2015-10-06", "2015-11-02", "2015-12-04", date(2015, 12, 1),   "2 novembre 2015"),
        ("2015-10-06", "",           "2015-11-03", date(2015, 12, 1),   "3 novembre 2015"),  # told by phone that day
    ],
)  # fmt: skip
@pytest.mark.requirement("S003-037")
def test_our_delay_costs_the_member_nothing(
    system: Context, today: Callable[[str], None],
    asked_on: str, papers_on: str, handled_on: str, starts_on: date, complete: str,
) -> None:  # fmt: skip
    """The cover starts after the day the file was complete, not after the day someone handled it; the reason says so."""
    family = a_family(0)
    form = received_form(
        system, content=content_of(family, wished=date(2015, 10, 1), **({"iban": ""} if asked_on else {}))
    )
    if asked_on:
        today(asked_on)
        ask_papers(system, form.pk, revision=1, letter=b"%PDF letter", pages=1)
    if papers_on:
        today(papers_on)
        papers_received(system, form.pk, scan=b"%PDF rib", pages=1)
    today(handled_on)
    form.refresh_from_db()
    content = content_of(family, wished=date(2015, 10, 1))
    enrolment = validate_form(system, form.pk, revision=form.revision, content=content)
    assert enrolment.starts_on == starts_on
    said = one("SELECT reasons FROM journal_act WHERE kind = 'enrolment.validate' ORDER BY id DESC LIMIT 1")
    assert f"Dossier complet le {complete}" in said.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.requirement("S003-102", "S001-018", "S001-019")
def test_an_enrolment_at_the_desk_has_its_schedule_at_once(system: Context) -> None:
    """The screen shows, in the same moment, the account and the schedule with what is to pay."""
    form = received_form(system, content=content_of(a_family(3), wished=NOVEMBER))
    enrolment = enrol_at_desk(system, form.pk, revision=1)
    papers = {paper.kind: paper for paper in documents_of([("enrolment", enrolment.pk)])}
    assert set(papers) == {"acceptance", "card", "schedule"}
    schedule = papers["schedule"]
    assert document_with_bytes(schedule.pk)[1].startswith(b"%PDF")
    assert one("SELECT count(*) FROM ledger_account WHERE enrolment_id = %s AND kind = 'member'", enrolment.pk) == 1
    told = [sentence for act in Act.objects.filter(kind="premium.follow") for sentence in act.reasons]
    assert any("à payer sur 12 mois" in sentence for sentence in told)


@pytest.mark.parametrize("door", [validate_form, enrol_at_desk])
def test_a_form_posted_twice_is_one_enrolment(system: Context, door: Callable[..., Enrolment]) -> None:
    """A double click sends the same key twice: the second answers what the first did."""
    form = received_form(system, content=content_of(a_family(0), wished=NOVEMBER))
    twice = at(Role.ADMINISTRATOR, key="form-7")
    enrolment = door(twice, form.pk, revision=1)
    with pytest.raises(AlreadyDone) as done:
        door(twice, form.pk, revision=1)
    assert done.value.outcome["enrolment"] == enrolment.pk
    with pytest.raises(Refusal) as refused:
        door(at(Role.ADMINISTRATOR, key="form-8"), form.pk, revision=1)
    assert refused.value.code == "enrolment.already_done"
    assert Enrolment.objects.filter(member_id=enrolment.member_id).count() == 1


def test_two_people_on_one_form_never_overwrite_each_other(system: Context) -> None:
    """The second to save, to ask or to validate from an old page is refused, and what the first typed stays."""
    form = received_form(system, content=content_of(a_family(0), wished=NOVEMBER))
    theirs = content_of(a_family(0), wished=NOVEMBER, city="Olivet")
    save_form(system, form.pk, revision=1, content=theirs)
    for late in (
        lambda: save_form(system, form.pk, revision=1, content={}),
        lambda: ask_papers(system, form.pk, revision=1, letter=b"%PDF", pages=1),
        lambda: validate_form(system, form.pk, revision=1),
    ):
        with pytest.raises(Refusal) as refused:
            late()
        assert refused.value.code == "enrolment.edited_meanwhile"
    form.refresh_from_db()
    assert (form.content["city"], form.revision) == ("Olivet", 2)


def test_an_incomplete_form_is_refused_with_its_first_issue(system: Context) -> None:
    """Validation tells the same field and cause as the reading, and writes nothing."""
    people = Person.objects.count()
    form = received_form(system, content=content_of(a_family(0), wished=NOVEMBER, postcode="45"))
    with pytest.raises(Refusal) as refused:
        validate_form(system, form.pk, revision=1)
    assert (refused.value.code, refused.value.where) == ("form.postcode", "postcode")
    assert Person.objects.count() == people
    assert read_saved(form).blocking[0].field == "postcode"


def test_a_form_that_is_absent_or_out_of_reach_gets_one_answer(system: Context) -> None:
    """A form of another delegate is as absent as one that never was."""
    form = received_form(system, perimeter=3, content=content_of(a_family(0), wished=NOVEMBER))
    for identifier in (form.pk, 10**9):
        with pytest.raises(Refusal) as refused:
            save_form(at(Role.DELEGATE, perimeters=(2,)), identifier, revision=1, content={})
        assert refused.value.code == "enrolment.not_found"


def test_a_person_covered_elsewhere_is_refused_by_name(system: Context) -> None:
    """Nobody is covered twice the same day: the refusal names the person and the other enrolment."""
    family = a_family(1)
    first = enrolled(system, family, starts_on=NOVEMBER)
    before = households()
    form = received_form(system, content=content_of(family, wished=date(2016, 1, 1)))
    with pytest.raises(Refusal) as refused:
        validate_form(system, form.pk, revision=1)
    assert (refused.value.code, refused.value.where) == ("cover.overlap", "Luc Martin")
    assert first.number in refused.value.message
    assert households() == before
    again = enrolled(system, family, starts_on=date(2016, 11, 1))
    assert again.member_id == first.member_id


def households() -> int:
    """How many households there are."""
    return int(one("SELECT count(*) FROM people_household"))


def test_the_database_itself_refuses_an_overlap(system: Context) -> None:
    """Even past the acts, two covers of one person on one day are refused by the database."""
    from django.db import IntegrityError
    from django.db.backends.postgresql.psycopg_any import DateRange

    enrolment = enrolled(system, a_family(0), starts_on=NOVEMBER)
    cover = enrolment.covers.order_by("id").first()
    assert cover is not None
    with pytest.raises(IntegrityError, match="contracts_cover_no_overlap"), transaction.atomic():
        Cover.objects.create(
            enrolment=enrolment, person_id=cover.person_id, perimeter_id=2, link="member", since=NOVEMBER,
            period=DateRange(date(2016, 10, 31), None),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("role",             "may"),
    [
        (Role.ADMINISTRATOR, True),
        (Role.DELEGATE,      True),
        (Role.ADVISER,       False),
        (Role.DIRECTOR,      False),
        (Role.AUDITOR,       False),
        (Role.OPERATOR,      False),
    ],
)  # fmt: skip
def test_who_may_enrol(system: Context, role: Role, may: bool) -> None:
    """A role that may not enrol is stopped at the door, from the reception on."""
    if may:
        received_form(at(role))
        return
    with pytest.raises(Refusal) as refused:
        received_form(at(role))
    assert refused.value.code == "journal.permission"
    assert not EnrolmentForm.objects.exists()
    assert not rows("SELECT 1 FROM journal_act WHERE actor_label = %s", str(role))


def test_a_known_person_is_not_doubled(system: Context) -> None:
    """Someone who comes back under the same number, date and rank is the same person, with one account per IBAN."""
    birth = date(1960, 2, 3)
    one_person = [Member("member", "Ida", birth, nir_of(woman=True, birth=birth, serial=77_000))]
    first = enrolled(system, one_person, starts_on=NOVEMBER)
    second = enrolled(system, one_person, starts_on=date(2016, 11, 1))
    assert first.member_id == second.member_id
    assert BankAccount.objects.filter(person_id=first.member_id).count() == 2
    assert first.number != second.number
