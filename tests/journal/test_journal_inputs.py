"""What acts were asked to do is kept beside them: whole, for who may see it, and as the chain sealed it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

import pytest
from django.db import ProgrammingError, connection, transaction

from egide.house import RIGHTS
from egide.journal.acts import fingerprint, perform
from egide.journal.facts import Role
from egide.journal.models import Act
from egide.journal.permissions import Permission
from egide.journal.queries import input_of
from egide.journal.scope import set_perimeters
from people.families import at, one

NEVER_OPEN = {Permission.BENEFITS, Permission.READ, Permission.READ_HEALTH, Permission.EXCHANGES, Permission.CONTACT}


@dataclass(frozen=True)
class Asked:
    """A request of every shape."""

    name: str
    on: date
    scan: bytes
    which: frozenset[int]


ASKED = Asked("Élise « O'Neil »", date(2015, 10, 5), b"%PDF", frozenset({3, 1, 2}))


def do(needs: Permission, given: object = ASKED, *, role: Role = Role.SYSTEM) -> int:
    """The smallest act there is; returns its number."""
    with perform(at(role), "proof", needs=needs, given=given) as act:
        act.on("proof", 1, "Preuve", 1)
    return act.id


def test_what_was_asked_reads_again_and_fits_its_hash(db: None) -> None:
    """Bytes stand by their digest, sets in order; what is kept gives the hash that the journal seals."""
    act = do(Permission.ENROL)
    kept = input_of(act)
    assert kept == {
        "name": "Élise « O'Neil »",
        "on": "2015-10-05",
        "scan": hashlib.sha256(b"%PDF").hexdigest(),
        "which": [1, 2, 3],
    }
    assert fingerprint(kept) == fingerprint(ASKED) == Act.objects.get(pk=act).input_hash


@pytest.mark.parametrize("needs", [Permission(code) for code in RIGHTS])
def test_an_input_tells_of_health_unless_declared_otherwise(db: None, needs: Permission) -> None:
    """Who may not see health meets only the inputs of acts that are declared open; whoever acted, all is kept."""
    act = do(needs)
    set_perimeters((1,))
    assert (input_of(act) is None) is (needs in NEVER_OPEN)
    set_perimeters((1,), health=True)
    assert input_of(act) is not None
    set_perimeters((2,), health=True)
    assert input_of(act) is None


def test_an_input_is_kept_out_of_sight_of_who_gave_it(db: None) -> None:
    """A delegate who asks for what may touch care leaves a trace that they do not read."""
    act = do(Permission.READ, role=Role.DELEGATE)
    assert one("SELECT count(*) FROM journal_input WHERE act_id = %s", act) == 0
    set_perimeters((1,), health=True)
    assert one("SELECT count(*) FROM journal_input WHERE act_id = %s", act) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO journal_input VALUES (1, 1, false, '{}')",
        "UPDATE journal_input SET given = '{}'",
        "DELETE FROM journal_input",
        "SELECT journal_keep_input(1, 3::smallint, false, '{}', NULL)",  # not its perimeter
    ],
)
def test_inputs_are_kept_by_the_door_alone(db: None, statement: str) -> None:
    """The application changes and removes none, and adds none outside its perimeters."""
    set_perimeters((1,), health=True)
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|row-level security"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_the_act_under_way_is_known_to_the_database(db: None) -> None:
    """Inside an act of an act, the inner one; then the outer one again; outside, none."""
    with perform(at(Role.SYSTEM), "proof", needs=Permission.READ, given=1) as outer:
        outer.on("proof", 1, "Preuve", 1)
        assert one("SELECT egide_act()") == outer.id
        with perform(at(Role.SYSTEM), "proof.inner", needs=Permission.READ, given=2) as inner:
            inner.on("proof", 1, "Preuve", 1)
            assert one("SELECT egide_act()") == inner.id
        assert one("SELECT egide_act()") == outer.id
        with pytest.raises(ZeroDivisionError), perform(at(Role.SYSTEM), "x", needs=Permission.READ, given=2):
            raise ZeroDivisionError
        assert one("SELECT egide_act()") == outer.id
    assert one("SELECT egide_act()") is None
