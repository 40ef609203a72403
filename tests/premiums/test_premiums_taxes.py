"""Taxes are decided, not derived from a change: whatever the way, each ends at the cent where the straight way ends."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import date

import polars as pl
import pytest
from django.core.management import call_command
from django.db import connections, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from egide.journal.facts import Context
from egide.journal.invariants import examine
from egide.journal.scope import reading
from egide.premiums.decisions import DUE_SCHEMA, counterparts, difference, member_lines
from egide.premiums.invariants import INVARIANTS
from egide.premiums.jobs import audit, call_month, follow
from people.families import a_family, enrolled, one, rows

MONTH = date(2015, 11, 1)
Said = dict[int, tuple[int, int, int]]  # by person: gross, first tax, second tax


def due(said: Said) -> pl.DataFrame:
    """What a book decides, as the frame that the difference reads."""
    lines = [
        (1, person, MONTH, nature, detail, cents)
        for person, (gross, first, second) in said.items()
        for nature, detail, cents in (("premium", "", gross), ("tax", "t1", first), ("tax", "t2", second))
        if cents
    ]
    return pl.DataFrame(lines, schema=DUE_SCHEMA, orient="row")


class Books:
    """The accounts that the lines of the changes make, read again as the ledger is read."""

    def __init__(self) -> None:
        self.member: Counter[tuple[int, str, str]] = Counter()
        self.others: Counter[tuple[str, str]] = Counter()

    def post(self, changes: pl.DataFrame) -> None:
        """Adds the lines of an entry, which balances."""
        lines, sides = member_lines(changes), counterparts(changes)
        assert int(lines["change_cents"].sum()) + int(sides["amount_cents"].sum()) == 0
        assert (lines["change_cents"] != 0).all()
        for line in lines.iter_rows(named=True):
            self.member[line["person_id"], line["nature"], ""] += line["change_cents"]
            for tax, cents in json.loads(line["parts"] or "{}").items():
                self.member[line["person_id"], "tax", tax] += cents
        for side in sides.iter_rows(named=True):
            self.others[side["kind"], side["detail"]] += side["amount_cents"]

    def posted(self) -> pl.DataFrame:
        """What stands, in the shape of the query."""
        lines = [(1, person, MONTH, nature, detail, cents) for (person, nature, detail), cents in self.member.items()]
        return pl.DataFrame(lines, schema=DUE_SCHEMA, orient="row")


@st.composite
def decided(draw: st.DrawFn) -> Said:
    """Two people at most, any gross, any taxes that it contains: rates change, free people, people gone."""
    said = {}
    for person in draw(st.sets(st.integers(1, 2))):
        gross = draw(st.integers(0, 5000))
        first = draw(st.integers(0, gross // 2))
        said[person] = (gross, first, draw(st.integers(0, gross // 2)))
    return said


@given(steps=st.lists(decided(), min_size=1, max_size=6))
@settings(deadline=None, max_examples=150)
def test_any_way_ends_where_the_straight_way_ends(steps: list[Said]) -> None:
    """After each change every account stands where one posting would have put it, per tax, and doing again posts nothing."""
    books = Books()
    for said in steps:
        books.post(difference(due(said), books.posted()))
        assert difference(due(said), books.posted()).is_empty()
        straight = Books()
        straight.post(difference(due(said), pl.DataFrame(schema=DUE_SCHEMA)))
        assert +books.member == +straight.member
        assert {k: v for k, v in books.others.items() if v} == {k: v for k, v in straight.others.items() if v}


def test_five_euros_up_then_down_leave_the_taxes_where_they_were() -> None:
    """30.00 € of which 3.51 € of tax; 35.00 € and back: the tax moves as much down as up."""
    books = Books()
    moved = []
    for gross, tax in ((3000, 351), (3500, 410), (3000, 351)):
        before = books.others["tax", "t1"]
        books.post(difference(due({1: (gross, tax, 0)}), books.posted()))
        moved.append(before - books.others["tax", "t1"])
    assert moved == [351, 59, -59]


@pytest.fixture
def called(database: str, system: Context, today: Callable[[str], None]) -> list[int]:
    """Two families whose first two months are called, on a base that lasts; their numbers."""
    today("2015-10-05")
    families = [enrolled(system, a_family(children), starts_on=MONTH).pk for children in (1, 3)]
    for month in (MONTH, date(2016, 1, 1)):
        call_month(system, month, perimeter_id=2)
    return families


def told(context: Context) -> dict[str, int]:
    """What the check of premiums says is wrong."""
    with reading(context.actor.perimeters):
        return {found.name: found.count for found in [*examine(INVARIANTS), *audit(context)] if found.count}


_SPOILS = [
    (
        "UPDATE ledger_line SET parts = jsonb_set(parts, '{taxe_cmu_mois}', '1') "
        "WHERE id = (SELECT min(id) FROM ledger_line WHERE parts ? 'taxe_cmu_mois')",
        "premiums.taxes_inside_premiums",
    ),
    (
        "UPDATE ledger_line SET parts = NULL WHERE id = (SELECT min(id) FROM ledger_line WHERE parts IS NOT NULL)",
        "premiums.taxes_inside_premiums",
    ),
    (
        "UPDATE ledger_line SET amount_cents = amount_cents + 1 WHERE id = (SELECT min(l.id) FROM ledger_line l "
        "JOIN ledger_account a ON a.id = l.account_id AND a.kind = 'premiums')",
        "premiums.gross_is_shared",
    ),
]


def test_the_check_speaks_when_taxes_are_broken(called: list[int], system: Context) -> None:
    """Each sentence on taxes is false on a base where a hand moved them, and the audit decides each tax again."""
    assert told(system) == {}
    for spoil, expected in _SPOILS:
        with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
            cursor.execute(spoil)
            assert cursor.rowcount == 1
            found = set()
            for invariant in INVARIANTS:
                cursor.execute(f"SELECT count(*) FROM ({invariant.offenders_sql}) AS offenders")  # noqa: S608
                if cursor.fetchone()[0]:
                    found.add(invariant.name)
            assert found == {expected}
            transaction.set_rollback(True, using="owner")
    with connections["owner"].cursor() as cursor:
        cursor.execute(_SPOILS[0][0])
    assert set(told(system)) == {"premiums.taxes_inside_premiums", "premiums.posted_equals_due"}


def test_what_was_posted_before_says_its_taxes(called: list[int], system: Context) -> None:
    """The migration shares the taxes of each entry between its premiums: no amount moves, and what is a cent off follows."""
    with reading(system.actor.perimeters):
        before = rows("SELECT id, account_id, amount_cents FROM ledger_line ORDER BY id")
    call_command("migrate", "ledger", "0001", database="owner", verbosity=0)
    call_command("migrate", "ledger", database="owner", verbosity=0)
    with reading(system.actor.perimeters):
        assert rows("SELECT id, account_id, amount_cents FROM ledger_line ORDER BY id") == before
        assert one("SELECT count(*) FROM ledger_line WHERE parts IS NOT NULL") == 2 * 8
    assert set(told(system)) <= {"premiums.posted_equals_due"}
    follow(system, called)
    assert told(system) == {}


def test_taxes_alone_are_taken_back_and_posted_again(called: list[int], system: Context) -> None:
    """A tax that was a cent off is put right inside its premium: the member owes what they owed."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "UPDATE ledger_line SET parts = jsonb_set(parts, '{taxe_tsa_mois}', to_jsonb((parts->>'taxe_tsa_mois')::int + 1)) "
            "WHERE id = (SELECT min(id) FROM ledger_line WHERE parts ? 'taxe_tsa_mois') RETURNING amount_cents"
        )
        gross = cursor.fetchone()[0]
    follow(system, called)
    with reading(system.actor.perimeters):
        moved = rows(
            "SELECT a.kind, l.amount_cents, l.parts->>'taxe_tsa_mois' FROM ledger_line l JOIN ledger_account a "
            "ON a.id = l.account_id WHERE l.entry_id = (SELECT max(id) FROM ledger_entry) ORDER BY 1, 2"
        )
    assert moved == [("member", -gross, None), ("member", gross, "-1"), ("premiums", -1, None), ("tax", 1, None)]
    assert "premiums.posted_equals_due" not in told(system)
