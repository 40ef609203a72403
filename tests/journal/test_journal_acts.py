"""The one door of every write: who may pass, what it leaves behind, and what a repeated request gets."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection, connections, transaction

from egide.contracts.acts.forms import save_form, validate_form
from egide.contracts.acts.papers import ask_papers, papers_received
from egide.house import RIGHTS
from egide.journal import clock
from egide.journal.acts import AlreadyDone, fingerprint, perform
from egide.journal.facts import Actor, Channel, Context, Role
from egide.journal.models import Act
from egide.journal.permissions import Permission, every_permission, may
from egide.journal.queries import acts_on, key_used
from egide.journal.scope import reading
from egide.kernel.errors import Refusal
from journal.older_acts import older_act
from people.families import a_family, at, content_of, iban_of, one, received_form, rows

P = Permission


def do(context: Context, given: object = "x", *, subject: int = 1, needs: Permission = P.READ) -> int:
    """The smallest act there is; returns its number."""
    with perform(context, "proof", needs=needs, given=given) as act:
        act.on("proof", subject, f"Preuve {subject}", 1)
        act.outcome = {"said": str(given)}
    return act.id


_DESK = {P.READ, P.READ_HEALTH, P.ENROL, P.ENDORSE, P.PREMIUMS, P.BENEFITS, P.EXCHANGES, P.CONTACT}


@pytest.mark.requirement("S003-221")
@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (Role.ADMINISTRATOR, _DESK),
        (Role.ADVISER,       {P.READ, P.READ_HEALTH, P.CONTACT}),
        (Role.TEAM_LEADER,   _DESK | {P.STEER, P.MEASURE}),
        (Role.DIRECTOR,      {P.READ, P.STEER, P.AUDIT, P.MEASURE}),
        (Role.AUDITOR,       {P.READ, P.AUDIT}),
        (Role.DELEGATE,      {P.READ, P.ENROL, P.ENDORSE, P.CONTACT, P.MEASURE}),
        (Role.PRODUCT_OWNER, {P.PRODUCTS}),
        (Role.OPERATOR,      {P.OPERATE, P.EXCHANGES}),
        (Role.SYSTEM,        set(every_permission())),
    ],
)  # fmt: skip
def test_a_role_passes_the_door_only_with_its_permissions(db: None, role: Role, allowed: set[Permission]) -> None:
    """An act is done when the role carries its permission; otherwise it is refused and nothing is written."""
    passed = set()
    for needs in every_permission():
        before = Act.objects.count()
        try:
            do(at(role), needs=needs)
            passed.add(needs)
            assert Act.objects.count() == before + 1
        except Refusal as refusal:
            assert (refusal.code, refusal.where) == ("journal.permission", "proof")
            assert Act.objects.count() == before
        assert may(role, needs) == (needs in passed)
    assert passed == allowed


def test_every_role_is_in_the_table() -> None:
    """A new role without a line in the table of permissions would fail at its first act: none is forgotten."""
    assert {role for roles in RIGHTS.values() for role in roles} == {role.value for role in Role} - {Role.SYSTEM.value}


@pytest.mark.requirement("S003-202")
def test_each_act_leaves_one_line_with_its_dates(db: None, today: Callable[[str], None]) -> None:
    """Every act is traced once: on which file, received when, due when, done when, by whom, through which channel."""
    today("2015-10-05")
    who = at(Role.ADMINISTRATOR, label="Alix Bernard")
    family = a_family(1)
    wrong = content_of(family, wished=date(2015, 11, 1), signed=False)
    right = content_of(family, wished=date(2015, 11, 1))
    seen = list(Act.objects.filter(parent_id=None).values_list("kind", flat=True))

    def lines() -> list[Act]:
        """The acts done since the last time, without those that happened inside one of them."""
        fresh = Act.objects.filter(parent_id=None).order_by("id")[len(seen) :]
        seen.extend(act.kind for act in fresh)
        return list(fresh)

    form = received_form(who)
    (received,) = lines()
    assert (received.actor_label, received.channel, received.subject_kind) == ("Alix Bernard", "screen", "form")
    assert received.due_on == date(2015, 10, 7)
    assert received.received_at <= received.done_at
    form = save_form(who, form.pk, revision=0, content=wrong)
    ask_papers(who, form.pk, revision=1, letter=b"%PDF letter", pages=1)
    today("2015-10-08")
    papers_received(who, form.pk, scan=b"%PDF papers", pages=1)
    form = save_form(who, form.pk, revision=1, content=right)
    enrolment = validate_form(who, form.pk, revision=2)
    assert [act.kind for act in lines()] == [
        "enrolment.save", "enrolment.ask_papers", "enrolment.papers_received", "enrolment.save", "enrolment.validate",
    ]  # fmt: skip
    (validated,) = acts_on("enrolment", enrolment.pk)
    assert validated.outcome["number"] == enrolment.number
    assert validated.due_on is not None
    assert validated.done_on <= validated.due_on
    assert [act.kind for act in acts_on("form", form.pk)][-1] == "enrolment.receive"


def test_an_act_inside_an_act_names_its_parent(db: None) -> None:
    """A line says of which act it is a part; the key of the request belongs to the outer one only."""
    who = at(Role.ADMINISTRATOR, key="k-outer")
    with perform(who, "proof.outer", needs=P.READ, given=1) as outer:
        inner = do(who, given=2)
        outer.on("proof", 1, "Preuve", 1)
    assert Act.objects.get(pk=inner).parent_id == outer.id
    assert Act.objects.get(pk=outer.id).parent_id is None
    assert rows("SELECT kind, act_id FROM journal_key WHERE key = 'k-outer'") == [("proof.outer", outer.id)]


def test_nothing_is_left_after_an_exception(db: None) -> None:
    """An act that fails on its way leaves neither its writes, nor its line, nor its key: it can be asked again."""
    who = at(Role.ADMINISTRATOR, key="k-fails")
    before = Act.objects.count()
    with (
        pytest.raises(ZeroDivisionError),
        perform(who, "proof", needs=P.READ, given=1) as act,
        connection.cursor() as cursor,
    ):
        act.on("proof", 1, "Preuve", 1)
        cursor.execute("INSERT INTO people_team (name, site, region) VALUES ('proof', 'x', 'national')")
        raise ZeroDivisionError
    assert Act.objects.count() == before
    assert one("SELECT count(*) FROM people_team WHERE name = 'proof'") == 0
    assert one("SELECT count(*) FROM journal_key WHERE key = 'k-fails'") == 0
    do(who, given=1)


def test_an_act_that_says_nothing_of_its_file_is_not_written(db: None) -> None:
    """An act without a subject is a fault of the code: it stops, and nothing is kept."""
    before = Act.objects.count()
    with pytest.raises(AssertionError, match="never said"), perform(at(Role.SYSTEM), "proof", needs=P.READ, given=1):
        pass
    assert Act.objects.count() == before


@pytest.mark.parametrize(
    ("again",                               "expected"),
    [
        ({"given": {"a": 1, "b": 2}},        "already done"),
        ({"given": {"b": 2, "a": 1}},        "already done"),  # the order of the fields is not the request
        ({"given": {"a": 1, "b": 3}},        "journal.key_reused"),
        ({"given": {"a": 1}},                "journal.key_reused"),
        ({"given": {"a": 1, "b": 2}, "kind": "proof.other"}, "journal.key_reused"),
        ({"given": {"a": 1, "b": 2}, "label": "Bruno"},      "done"),  # a key belongs to who sends it
        ({"given": {"a": 1, "b": 2}, "key": "k-2"},          "done"),
    ],
)  # fmt: skip
def test_a_key_serves_one_request(db: None, again: dict[str, object], expected: str) -> None:
    """The same key with the same input answers what was done the first time; with other input it is refused."""
    first = do(at(Role.ADMINISTRATOR, key="k-1", label="Alix"), given={"a": 1, "b": 2})
    who = at(Role.ADMINISTRATOR, key=str(again.get("key", "k-1")), label=str(again.get("label", "Alix")))
    before = Act.objects.count()
    try:
        with perform(who, str(again.get("kind", "proof")), needs=P.READ, given=again["given"]) as act:
            act.on("proof", 1, "Preuve", 1)
        got = "done"
    except AlreadyDone as done:
        got = "already done"
        assert (done.act_id, done.outcome) == (first, {"said": "{'a': 1, 'b': 2}"})
    except Refusal as refusal:
        got = refusal.code
    assert got == expected
    assert Act.objects.count() == before + (expected == "done")


_KEYS = [
    # who sent it first,        who sends it again,         what they get
    ((7, "Alix Bernard"),       (7, "Alix Bernard"),        "already done"),
    ((7, "Alix Bernard"),       (7, "Alix Martin"),         "already done"),  # a new name is not a new person
    ((7, "Alix Bernard"),       (8, "Alix Bernard"),        "done"),          # two people of one name never meet
    ((None, "Égide"),           (None, "Égide"),            "already done"),
    ((None, "Égide"),           (7, "Alix Bernard"),        "done"),
    ((None, "Alix Bernard"),    (7, "Alix Bernard"),        "already done"),  # a key of before people had numbers here
]  # fmt: skip


@pytest.mark.parametrize(("first", "again", "expected"), _KEYS)
def test_a_key_belongs_to_the_person_not_to_their_name(
    db: None, first: tuple[int | None, str], again: tuple[int | None, str], expected: str
) -> None:
    """A person is known by their number, a job by its label; keys kept under a name alone go on answering."""

    def send(who: tuple[int | None, str]) -> str:
        try:
            do(Context(Actor(who[1], Role.ADMINISTRATOR, (1,), id=who[0]), Channel.API, key="k-own"))
        except AlreadyDone:
            return "already done"
        return "done"

    assert send(first) == "done"
    assert key_used(Actor(again[1], Role.ADMINISTRATOR, (1,), id=again[0]), "k-own") == (expected == "already done")
    assert send(again) == expected


def test_older_keys_are_given_to_who_used_them(empty_database: str) -> None:
    """The migration reads the owner of each key in its act; a job's stay a job's, and a word used twice stays readable."""
    call_command("migrate", "journal", "0003", database="owner", verbosity=0)
    people = ((7, "Alix Bernard"), (7, "Alix Martin"), (None, "Égide"))
    acts = [older_act(actor_id=number, actor=label) for number, label in people]
    call_command("migrate", "journal", "0001", database="owner", verbosity=0)
    for (_number, label), act in zip(people, acts, strict=True):
        with connections["owner"].cursor() as cursor:
            cursor.execute(
                "INSERT INTO journal_key (actor, key, kind, input_hash, act_id, outcome)"
                " VALUES (%s, 'k', 'proof', %s, %s, '{}')",
                [label, fingerprint("x"), act],
            )
    call_command("migrate", "journal", database="owner", verbosity=0)
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT actor, actor_id FROM journal_key WHERE key = 'k' ORDER BY id")
        assert cursor.fetchall() == [("Alix Bernard", 7), ("Alix Martin", None), ("Égide", None)]
    for number, label in people:
        with pytest.raises(AlreadyDone):
            do(Context(Actor(label, Role.ADMINISTRATOR, (1,), id=number), Channel.API, key="k"))


def test_equal_facts_have_one_fingerprint() -> None:
    """The hash of a request depends on what is asked, not on how the facts are carried."""
    assert fingerprint({"a": date(2015, 1, 1), "b": b"x"}) == fingerprint({"b": b"x", "a": "2015-01-01"})
    assert fingerprint([1, 2]) != fingerprint([2, 1])
    assert fingerprint({3, 1, 2}) == fingerprint({1, 2, 3})
    assert fingerprint(b"x") != fingerprint(b"y")


def test_two_requests_with_one_key_at_the_same_moment_are_done_once(database: str) -> None:
    """On two connections at once, the second waits for the first, then gets its answer."""
    began = threading.Barrier(2)
    said: list[str] = []

    def ask() -> None:
        try:
            began.wait(10)
            do(at(Role.ADMINISTRATOR, key="k-both"))
            said.append("done")
        except AlreadyDone:
            said.append("already done")
        finally:
            connections.close_all()

    both = [threading.Thread(target=ask) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join(30)
    assert sorted(said) == ["already done", "done"]
    with reading((1,)):
        assert Act.objects.filter(kind="proof").count() == 1


@pytest.mark.requirement("S003-226")
@pytest.mark.parametrize(
    "table", ["journal_act", "journal_key", "ledger_entry", "ledger_line", "ledger_account", "benefits_care_line",
              "benefits_posting", "products_productversion"]
)  # fmt: skip
@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"])
def test_what_is_posted_cannot_be_changed_by_the_application(db: None, table: str, statement: str) -> None:
    """The application's role holds no right to change or remove what is posted, written or published."""
    column = {"journal_key": "key", "products_productversion": "title"}.get(table, "perimeter_id")
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table, column, column))


def test_the_parts_of_a_large_table_are_reached_through_it_only(db: None) -> None:
    """A partition carries no policy: the application cannot even read one, nor the head of the chain."""
    do(at(Role.SYSTEM))
    parts = [
        name
        for (name,) in rows(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE c.relkind = 'r'"
        )
    ]
    assert f"journal_act_{clock.today():%Y%m}" in parts
    for table in [*parts, "journal_head"]:
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"SELECT 1 FROM {table}")  # noqa: S608


@pytest.mark.parametrize(
    ("received",              "kept_as"),
    [
        (None,                 "the moment it began"),
        (timedelta(days=-3),   "what was said"),
        (timedelta(days=3),    "what was said"),  # a clock ahead of ours: done is never before received
    ],
)  # fmt: skip
def test_an_act_is_never_done_before_it_was_received(db: None, received: timedelta | None, kept_as: str) -> None:
    """A request may reach the centre days before the act; the journal keeps both moments, in order."""
    said = clock.now() + received if received else None
    context = Context(Actor("Alix", Role.ADMINISTRATOR, (1,)), Channel.MAIL, received_at=said)
    began: datetime = clock.now()
    act = Act.objects.get(pk=do(context))
    assert act.received_at <= act.done_at
    assert act.received_at == said if kept_as == "what was said" else began <= act.received_at


def test_the_clock_of_the_house_refuses_a_day_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistyped EGIDE_TODAY stops with its remedy: it never falls back on another day."""
    monkeypatch.setenv("EGIDE_TODAY", "05/10/2015")
    with pytest.raises(Refusal) as refused:
        clock.today()
    assert (refused.value.code, refused.value.where) == ("clock.today", "EGIDE_TODAY")


def test_account_numbers_of_the_proofs_are_sound() -> None:
    """The builders of these tests give accounts that the house accepts."""
    from egide.kernel.identifiers import check_iban

    assert check_iban(iban_of(7)).compact == iban_of(7)
