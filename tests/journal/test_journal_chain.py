"""The chain of the journal: made after the acts, without making anyone wait, and whoever touches it is found."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection, connections, transaction

from egide.journal.acts import perform
from egide.journal.facts import Context, Role
from egide.journal.invariants import INVARIANTS, Finding, examine
from egide.journal.models import Act, Seal
from egide.journal.permissions import Permission
from egide.journal.queries import positions_of
from egide.journal.scope import reading
from egide.journal.sealing import BrokenLink, broken_links, seal, sealing_beside, unsealed
from journal.older_acts import older_act
from people.families import at, one, rows

WHO = at(Role.SYSTEM)


def do(subject: int, *, context: Context = WHO) -> int:
    """The smallest act there is; returns its number."""
    with perform(context, "proof", needs=Permission.READ, given=subject) as act:
        act.on("proof", subject, f"Preuve {subject}", 1)
        act.because("parce que")
    return act.id


def owner_says(statement: str, **values: object) -> int:
    """What the owner of the schema does behind the door; how many rows it touched."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


@pytest.fixture
def held_open(database: str) -> Iterator[Callable[[], int]]:
    """An act that another connection began, with an act inside it already written; calling it lets it commit."""
    written, go_on = threading.Event(), threading.Event()
    numbers: list[int] = []

    def hold() -> None:
        try:
            with perform(WHO, "proof.long", needs=Permission.READ, given=0) as act:
                numbers.append(act.id)
                act.on("proof", 100, "Preuve 100", 1)
                do(101)
                written.set()
                go_on.wait(60)
        finally:
            connections.close_all()

    def let_go() -> int:
        go_on.set()
        thread.join(60)
        return numbers[0]

    thread = threading.Thread(target=hold)
    thread.start()
    assert written.wait(60)
    yield let_go
    let_go()


def test_two_writers_never_wait_for_each_other(held_open: Callable[[], int]) -> None:
    """While one act stays open, lines written, another is done, committed and sealed: the database would refuse to wait."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '1s'")
    before = Seal.objects.order_by("-position").values_list("position", flat=True).first() or 0
    quick = do(1)
    assert seal() == 1
    assert positions_of([quick]) == {quick: before + 1}
    assert broken_links() == []


def test_no_committed_act_is_forgotten_whatever_its_number(held_open: Callable[[], int]) -> None:
    """An act that began first and commits last is sealed after those with larger numbers, and the chain holds."""
    later = [do(number) for number in (1, 2)]
    seal()
    first = held_open()
    assert first < min(later)
    assert unsealed().count == 2
    assert seal() == 2
    with reading((1,)):
        acts = list(Act.objects.values_list("pk", flat=True))
        assert set(positions_of(acts)) == set(acts)
    assert positions_of([first])[first] > positions_of(later)[later[-1]]
    assert (broken_links(), unsealed().count, unsealed().since) == ([], 0, None)


def test_one_seals_at_a_time_and_the_other_goes_on(database: str) -> None:
    """A sealer never waits for another: it leaves the tail to who has it, and takes it at its next turn."""
    do(1)
    with transaction.atomic(using="owner"):
        with connections["owner"].cursor() as cursor:
            cursor.execute("SELECT journal_seal_committed(10)")
            assert cursor.fetchone() == (1,)
        assert seal() == 0
        transaction.set_rollback(True, using="owner")
    assert unsealed().count == 1
    assert seal() == 1


def test_nobody_seals_inside_a_transaction(db: None) -> None:
    """Seals are not held until the end of a page: what is being written waits for its commit."""
    do(1)
    assert seal() == 0


def test_what_anyone_commits_is_sealed_beside(database: str) -> None:
    """Beside a worker the tail of the chain goes away by itself."""
    with sealing_beside():
        numbers = [do(number) for number in range(3)]
    assert set(positions_of(numbers)) == set(numbers)


_TAMPERING = [
    # what is done behind the door,                                                     where it is found, as what
    ("UPDATE journal_act SET actor_label = 'x' WHERE id = %(middle)s",                         "middle", "changed"),
    ("UPDATE journal_act SET outcome = '{\"cents\": 1}' WHERE id = %(middle)s",                "middle", "changed"),
    ("UPDATE journal_act SET reasons = '[]' WHERE id = %(middle)s",                            "middle", "changed"),
    ("UPDATE journal_act SET received_at = received_at - interval '1 day' WHERE id = %(middle)s", "middle", "changed"),
    ("UPDATE journal_act SET due_on = '2030-01-01' WHERE id = %(middle)s",                     "middle", "changed"),
    ("UPDATE journal_act SET subject_id = 9 WHERE id = %(middle)s",                            "middle", "changed"),
    ("UPDATE journal_act SET perimeter_id = 3 WHERE id = %(middle)s",                          "middle", "changed"),
    ("UPDATE journal_act SET team_id = 4, actor_id = NULL WHERE id = %(middle)s",              "middle", "changed"),
    ("UPDATE journal_seal SET hash = sha256('x') WHERE act_id = %(middle)s",                   "middle", "changed"),
    ("UPDATE journal_seal SET act_id = 0 WHERE act_id = %(middle)s",                           "middle", "missing"),
    ("DELETE FROM journal_act WHERE id = %(middle)s",                                          "middle", "missing"),
    ("DELETE FROM journal_act WHERE id = %(last)s",                                            "last",   "missing"),
    ("DELETE FROM journal_seal WHERE act_id = %(middle)s",                                     "after",  "cut"),
    ("DELETE FROM journal_seal WHERE act_id = %(last)s",                                       "last",   "cut"),
    ("WITH gone AS (DELETE FROM journal_seal WHERE act_id = %(last)s) DELETE FROM journal_act WHERE id = %(last)s",
                                                                                               "last",   "cut"),
    ("UPDATE journal_act SET actor_label = 'x' WHERE id = %(waiting)s",                        None,     "changed"),
    ("DELETE FROM journal_act WHERE id = %(waiting)s",                                         None,     "missing"),
    ("DELETE FROM journal_unsealed WHERE act_id = %(waiting)s",                                None,     "forgotten"),
]  # fmt: skip


@pytest.mark.requirement("S003-226")
def test_whoever_touches_the_journal_behind_its_door_is_found(database: str) -> None:
    """A changed, removed or cut line is found at its place, sealed or still waiting, even under the owner's role."""
    sealed = [do(number, context=at(Role.SYSTEM)) for number in range(5)]
    seal()
    acts = {"middle": sealed[2], "after": sealed[3], "last": sealed[4], "waiting": do(5)}
    places = positions_of(acts.values())
    assert broken_links() == []
    for statement, where, fault in _TAMPERING:
        with transaction.atomic(using="owner"):
            assert owner_says(statement, **acts) == 1, statement
            with connections["owner"].cursor() as cursor:
                cursor.execute("SELECT act_position, fault FROM journal_broken_links(10)")
                assert (places[acts[where]] if where else None, fault) in cursor.fetchall(), statement
            transaction.set_rollback(True, using="owner")
    assert broken_links() == []


def test_what_is_sealed_after_a_touch_stays_found(database: str) -> None:
    """Touching an act before its seal does not make the seal agree: it holds what the act said when it was written."""
    act = do(1)
    owner_says("UPDATE journal_act SET actor_label = 'x' WHERE id = %(act)s", act=act)
    seal()
    assert broken_links() == [BrokenLink(positions_of([act])[act], act, "changed")]


def test_a_field_cannot_move_into_the_next(database: str) -> None:
    """Who acted cannot be moved unseen: each field is sealed with its length, and nothing is not an empty text."""
    act = do(1)
    seal()
    moves = (
        "UPDATE journal_act SET kind = 'proof|pro', subject_kind = 'of' WHERE id = %(act)s",
        "UPDATE journal_act SET actor_id = 7, team_id = NULL, parent_id = NULL WHERE id = %(act)s",
        "UPDATE journal_act SET parent_id = 7, actor_id = NULL WHERE id = %(act)s",
    )
    found = set()
    for move in moves:
        with transaction.atomic(using="owner"):
            owner_says(move, act=act)
            with connections["owner"].cursor() as cursor:
                cursor.execute("SELECT encode(journal_content(a), 'hex') FROM journal_act a WHERE id = %s", [act])
                found.add(cursor.fetchone()[0])
            transaction.set_rollback(True, using="owner")
    assert len(found) == len(moves)
    assert one("SELECT journal_fields('a|', 'b') <> journal_fields('a', '|b')") is True
    assert one("SELECT journal_fields('', NULL) <> journal_fields(NULL, '')") is True


def test_the_application_writes_no_seal(db: None) -> None:
    """The application reads the chain; only the database makes it."""
    for statement in (
        "INSERT INTO journal_seal VALUES (10000, 1, '2015-10-05', 2, sha256('x'))",
        "UPDATE journal_seal SET hash = sha256('x')",
        "DELETE FROM journal_seal",
        "INSERT INTO journal_unsealed VALUES (1, '2015-10-05', sha256('x'))",
        "DELETE FROM journal_unsealed",
        "UPDATE journal_unsealed SET content = sha256('x')",
        "SELECT * FROM journal_head",
    ):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def findings() -> dict[str, Finding]:
    """What the check says of the journal."""
    return {found.name: found for found in examine(INVARIANTS)}


def test_the_check_speaks_when_the_sealer_has_stopped(database: str) -> None:
    """An act that waits for its seal is no fault for a few minutes; then the check says which, and since when."""
    act = do(1)
    assert findings()["journal.sealed"].count == 0
    owner_says("UPDATE journal_unsealed SET since = '2020-02-03 10:11+01'")
    found = findings()["journal.sealed"]
    assert (found.count, found.first) == (1, (f"acte {act} depuis 03/02/2020 10:11",))
    seal()
    assert findings()["journal.sealed"].count == 0


def test_the_check_speaks_when_the_chain_is_broken(database: str) -> None:
    """Each place is named as people can look for it."""
    act = do(1)
    owner_says("DELETE FROM journal_act WHERE id = %(act)s", act=act)
    assert findings()["journal.chain"].first == (f"acte {act} : disparu",)
    seal()
    place = positions_of([act])[act]
    assert findings()["journal.chain"].first == (f"n° {place} : disparu",)


def test_the_chain_of_before_goes_on(empty_database: str) -> None:
    """The migration gives each act of before its seal: same place, same hash, proved again; new acts follow."""
    call_command("migrate", "journal", "0003", database="owner", verbosity=0)
    old = [older_act(number) for number in range(4)]
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT id, position, hash FROM journal_act ORDER BY position")
        links = cursor.fetchall()
    call_command("migrate", "journal", database="owner", verbosity=0)
    assert [
        (act, place, bytes(link)) for act, place, link in rows("SELECT act_id, position, hash FROM journal_seal")
    ] == [(act, place, bytes(link)) for act, place, link in links]
    assert (broken_links(), unsealed().count) == ([], 0)
    new = do(9)
    assert seal() == 1
    assert positions_of([*old, new]) == {**{act: place for act, place, _ in links}, new: len(old) + 1}
    owner_says("UPDATE journal_act SET actor_label = 'x' WHERE id = %(act)s", act=old[1])
    assert broken_links() == [BrokenLink(2, old[1], "changed")]
