"""The books balance because the database refuses anything else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import polars as pl
import pytest
from django.db import IntegrityError, connection, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from egide.journal.acts import Record, perform
from egide.journal.facts import Context
from egide.journal.invariants import examine
from egide.journal.permissions import Permission
from egide.journal.scope import reading
from egide.ledger.acts import ENTRY_SCHEMA, LINE_SCHEMA, account_of, open_accounts, post, post_frame
from egide.ledger.facts import AccountKind, Entry, Leg, Nature
from egide.ledger.invariants import INVARIANTS
from egide.ledger.models import Account
from people.families import one, rows

DAY = date(2015, 11, 5)
many = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
cents = st.integers(-(10**12), 10**12)


@contextmanager
def posting(system: Context) -> Iterator[Record]:
    """An act that posts, undone at the end."""
    with transaction.atomic():
        with perform(system, "proof", needs=Permission.PREMIUMS, given=0) as act:
            act.on("proof", 1, "Preuve", 2)
            yield act
        transaction.set_rollback(True)


def legs_of(amounts: list[int]) -> tuple[Leg, ...]:
    """One leg per amount, on two accounts in turn."""
    kinds = (AccountKind.MEMBER, AccountKind.PREMIUMS)
    return tuple(
        Leg(account_of(kinds[place % 2], 2, enrolment_id=1 - place % 2), amount, Nature.PREMIUM)
        for place, amount in enumerate(amounts)
    )


@given(amounts=st.lists(cents, min_size=1, max_size=12))
@many
def test_the_database_accepts_an_entry_only_when_it_balances(db: None, system: Context, amounts: list[int]) -> None:
    """Any legs at all: a sum of zero is posted as it is, any other sum is refused whole by the database."""
    with posting(system) as act:
        before = one("SELECT count(*) FROM ledger_line")
        entry = Entry("proof", "Preuve", 2, DAY, legs_of(amounts))
        if sum(amounts) == 0:
            (number,) = post(act, [entry])
            kept = [amount for (amount,) in rows("SELECT amount_cents FROM ledger_line WHERE entry_id = %s", number)]
            assert sorted(kept) == sorted(amount for amount in amounts if amount)
        else:
            with pytest.raises(IntegrityError, match="not balanced"), transaction.atomic():
                post(act, [entry])
            assert one("SELECT count(*) FROM ledger_line") == before


@given(amounts=st.lists(cents, min_size=1, max_size=8), wrong=st.integers(-(10**6), 10**6).filter(bool))
@many
def test_one_wrong_entry_refuses_the_whole_batch(db: None, system: Context, amounts: list[int], wrong: int) -> None:
    """Entries are posted together or not at all: a sound one never hides an unbalanced one."""
    sound = [*amounts, -sum(amounts)]
    # The gaps of two wrong entries may cancel out: each entry is looked at by itself.
    batch = [Entry("proof", "Preuve", 2, DAY, legs_of(each)) for each in (sound, [*sound, wrong], [*sound, -wrong])]
    with posting(system) as act:
        before = one("SELECT count(*) FROM ledger_entry")
        with pytest.raises(IntegrityError, match="not balanced"), transaction.atomic():
            post(act, batch)
        assert one("SELECT count(*) FROM ledger_entry") == before


@given(batch=st.lists(st.lists(cents, min_size=1, max_size=6), min_size=1, max_size=6))
@many
def test_a_frame_of_entries_keeps_each_entry_apart(db: None, system: Context, batch: list[list[int]]) -> None:
    """Many entries posted at once keep their own lines, their day and their act, in the order of the frame."""
    member, other = account_of(AccountKind.MEMBER, 2, enrolment_id=1), account_of(AccountKind.PREMIUMS, 2)
    entries = pl.DataFrame(
        [(number, DAY, "proof", f"n°{number}", 2) for number in range(len(batch))], schema=ENTRY_SCHEMA, orient="row"
    )
    lines = pl.DataFrame(
        [
            (number, account, amount, "premium", None, None, None)
            for number, amounts in enumerate(batch)
            for account, amount in [*((member, each) for each in amounts), (other, -sum(amounts))]
        ],
        schema=LINE_SCHEMA,
        orient="row",
    )
    with posting(system) as act:
        given_ids = post_frame(act, entries, lines)
        for number, amounts in enumerate(batch):
            (identifier,) = given_ids.filter(pl.col("entry") == number)["entry_id"].to_list()
            assert rows("SELECT label, act_id, booked_on FROM ledger_entry WHERE id = %s", identifier) == [
                (f"n°{number}", act.id, DAY)
            ]
            kept = rows(
                "SELECT amount_cents FROM ledger_line WHERE entry_id = %s AND account_id = %s", identifier, member
            )
            assert sorted(amount for (amount,) in kept) == sorted(amount for amount in amounts if amount)


@pytest.mark.parametrize(
    ("statement",                                                                                     "constraint"),
    [
        ("UPDATE ledger_line SET amount_cents = 1",                                                    "denied"),
        ("DELETE FROM ledger_line",                                                                    "denied"),
        ("INSERT INTO ledger_line (entry_id, booked_on, account_id, perimeter_id, amount_cents, nature)"
         " VALUES (1, '2015-11-05', 1, 2, 0, 'x')",                                                    "not_zero"),
        ("INSERT INTO ledger_line (entry_id, booked_on, account_id, perimeter_id, amount_cents, nature)"
         " VALUES (1, '2015-11-05', 1, 2, 5, 'x')",                                                    "not balanced"),
        ("INSERT INTO ledger_line (entry_id, booked_on, account_id, perimeter_id, amount_cents, nature, period)"
         " VALUES (1, '2015-11-05', 1, 2, 5, 'x', '2015-11-02')",                                      "is_a_month"),
        ("INSERT INTO ledger_account (kind, perimeter_id, enrolment_id, detail) VALUES ('pocket', 2, 0, '')", "kind_known"),
    ],
)  # fmt: skip
def test_the_database_refuses_nonsense(db: None, statement: str, constraint: str) -> None:
    """Nothing is changed, removed, empty, lopsided, astride two months, or on an account that does not exist."""
    with pytest.raises(Exception, match=constraint), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_an_account_is_opened_once(db: None) -> None:
    """An account is known by its kind, its enrolment and its detail: asking again gives the same one."""
    first = account_of(AccountKind.TAX, 2, detail="taxe_tsa_mois")
    assert account_of(AccountKind.TAX, 2, detail="taxe_tsa_mois") == first
    assert account_of(AccountKind.TAX, 3, detail="taxe_tsa_mois") != first
    for _ in range(2):
        open_accounts([AccountKind.MEMBER, AccountKind.BENEFITS_DUE], [2, 2], [777, 778])
    assert Account.objects.filter(enrolment_id__in=(777, 778)).count() == 4


_SPOILS = [
    ("UPDATE ledger_line SET amount_cents = amount_cents + 1 WHERE id = (SELECT max(id) FROM ledger_line)", "ledger.balanced"),
    ("DELETE FROM ledger_line WHERE id = (SELECT max(id) FROM ledger_line)",               "ledger.balanced"),
    ("DELETE FROM ledger_entry WHERE id = (SELECT max(id) FROM ledger_entry)",             "ledger.entries_have_lines"),
    ("UPDATE ledger_line SET account_id = 0 WHERE id = (SELECT max(id) FROM ledger_line)", "ledger.accounts_known"),
    ("UPDATE ledger_entry SET act_id = 0 WHERE id = (SELECT max(id) FROM ledger_entry)",   "ledger.acts_known"),
]  # fmt: skip


def test_the_check_finds_what_an_owner_spoils(database: str, system: Context) -> None:
    """Books altered behind the application's back are found by the check of the house, and named."""
    with perform(system, "proof", needs=Permission.PREMIUMS, given=0) as act:
        act.on("proof", 1, "Preuve", 2)
        post(act, [Entry("proof", "Preuve", 2, DAY, legs_of([500, -500]))])
    with reading((1, 2, 3), health=True):
        assert all(finding.count == 0 for finding in examine(INVARIANTS))
    for spoil, expected in _SPOILS:
        with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
            cursor.execute(spoil)
            assert cursor.rowcount == 1
            found = set()
            for invariant in INVARIANTS:
                cursor.execute(f"SELECT count(*) FROM ({invariant.offenders_sql}) AS offenders")  # noqa: S608
                if cursor.fetchone()[0]:
                    found.add(invariant.name)
            assert expected in found
            transaction.set_rollback(True, using="owner")
