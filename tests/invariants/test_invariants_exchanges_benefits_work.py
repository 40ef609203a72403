"""Each invariant of exchanges, benefits and work is broken by hand, as the owner of the schema, and the check names it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connections, transaction

from egide.benefits.jobs.paying import pay
from egide.benefits.jobs.reading import read_file
from egide.contracts.acts.papers import ask_papers
from egide.exchanges.acts import Arrival, receive
from egide.exchanges.codecs.bank_returns import DebitReturn, ReturnHeader, write_returns
from egide.exchanges.models import File
from egide.journal.queries import system_context
from egide.journal.scope import set_perimeters
from egide.postgres import Cluster
from egide.premiums.jobs import call_month
from egide.premiums.models import Debit
from egide.premiums.return_jobs import record_returns
from egide.work.models import Item
from invariants.breaking import lived_base, spoken, spoken_after
from people.families import (
    CROWN,
    GLASSES,
    Care,
    a_family,
    care_bytes,
    care_rows,
    content_of,
    enrolled,
    received_care,
    received_form,
    rows,
)

NOVEMBER = date(2015, 11, 1)

# A care line on which something is posted.
_A_LINE = (
    "(SELECT id FROM benefits_care_line l "
    "WHERE EXISTS (SELECT 1 FROM benefits_posting p WHERE p.care_line_id = l.id) LIMIT 1)"
)
_BROKEN: list[tuple[str, str, str]] = [
    # the invariant that must speak     what is broken                          how
    ("exchanges.every_line_ends",       "a count that has no row",
     "UPDATE exchanges_file SET posted = posted + 1, rejected = rejected - 1 WHERE format = 'pain.002'"),
    ("exchanges.every_line_ends",       "a row of a taken line is lost",
     "DELETE FROM exchanges_line WHERE ending = 'posted'"),
    ("exchanges.every_line_ends",       "a row of an ignored line is lost",
     "DELETE FROM exchanges_line WHERE ending = 'ignored'"),
    ("exchanges.every_line_ends",       "a reject is lost",
     "DELETE FROM exchanges_reject WHERE file_id = (SELECT id FROM exchanges_file WHERE format = 'pain.002')"),
    ("exchanges.every_line_ends",       "a reject of a care file is lost",
     "DELETE FROM exchanges_reject WHERE file_id IN (SELECT id FROM exchanges_file WHERE format = 'noemie.care')"),
    ("exchanges.line_ends_once",        "a taken line is rejected too",
     """INSERT INTO exchanges_reject (file_id, perimeter_id, line_no, part, position, field, code, message, remedy,
          content, state, health)
        SELECT file_id, perimeter_id, line_no, part, 0, '', 'x', 'x', 'x', '{}', 'closed', true FROM exchanges_line LIMIT 1"""),
    ("exchanges.rejects_in_queue",      "the rejects of a file are forgotten",
     "UPDATE work_item SET state = 'done', closed_at = now() WHERE kind = 'rejects'"),
    ("exchanges.rejects_in_queue",      "the work of a file outlives its last reject",
     "UPDATE exchanges_reject SET state = 'closed'"),
    ("exchanges.received_in_queue",     "a received file is forgotten",
     "UPDATE work_item SET state = 'done', closed_at = now() WHERE kind = 'care_file' AND state = 'open'"),
    ("exchanges.received_in_queue",     "a file that was read still waits",
     "UPDATE work_item SET state = 'open', closed_at = NULL WHERE kind = 'bank_file'"),
    ("work.somebody_may",               "a kind of work that nobody may do",
     "UPDATE work_item SET kind = 'nobody' WHERE kind = 'returned_debit'"),
    ("work.pause_agrees",               "a stopped clock has no reason",
     "DELETE FROM work_pause"),
    ("work.pause_agrees",               "a running clock has one",
     "UPDATE work_item SET state = 'open', due_on = received_at::date + 9 WHERE state = 'paused'"),
    ("work.due_after_reception",        "a limit before its beginning",
     "UPDATE work_item SET due_on = received_at::date - 2 WHERE kind = 'returned_debit'"),
    ("work.due_after_reception",        "an end before the beginning",
     "UPDATE work_item SET closed_at = received_at - interval '1 day' WHERE kind = 'bank_file'"),
    ("benefits.lines_equal_ledger",     "a posting of another amount",
     "UPDATE benefits_posting SET amount_cents = amount_cents + 1 WHERE care_line_id = A_LINE"),
    ("benefits.payments_posted",        "a payment of another amount",
     "UPDATE benefits_payment SET amount_cents = amount_cents + 1"),
    ("benefits.never_above_expense",    "more than what was left to pay",
     "UPDATE benefits_care_line SET charged_cents = amo_cents WHERE operation = 'N' AND id NOT IN "
     "(SELECT reverses_id FROM benefits_care_line WHERE reverses_id IS NOT NULL)"),
    ("benefits.never_above_expense",    "less than nothing",
     "UPDATE benefits_posting SET amount_cents = -1 WHERE care_line_id = A_LINE"),
    ("benefits.reversed_lines_are_zero", "a reversed line still costs",
     """DELETE FROM benefits_posting WHERE amount_cents < 0"""),
    ("benefits.reversed_once",          "a reversal before its line",
     "UPDATE benefits_care_line SET reverses_id = id WHERE operation = 'A'"),
    ("benefits.files_complete",         "a count of ignored acts that has no row",
     "UPDATE exchanges_file SET ignored = ignored + 1, posted = posted - 1 WHERE format = 'noemie.care' AND posted > 0"),
    ("benefits.files_complete",         "an ignored act is lost",
     "DELETE FROM benefits_ignored_line"),
    ("benefits.files_complete",         "a taken act is lost",
     "DELETE FROM benefits_care_line WHERE operation = 'A'"),
    ("benefits.ignored_apart",          "a taken act is ignored too",
     """INSERT INTO benefits_ignored_line (file_id, line_no, act_no, perimeter_id, person_id, code, repeats_id)
        SELECT file_id, line_no, act_no, perimeter_id, person_id, 'line.duplicate', id FROM benefits_care_line LIMIT 1"""),
    ("benefits.ignored_apart",          "a taken act is rejected too",
     """INSERT INTO exchanges_reject (file_id, perimeter_id, line_no, part, position, field, code, message, remedy,
          content, state, health)
        SELECT file_id, perimeter_id, line_no, act_no, 0, '', 'x', 'x', 'x', '{}', 'closed', true
        FROM benefits_care_line LIMIT 1"""),
    ("benefits.line_once",              "an act is counted twice",
     """INSERT INTO benefits_care_line SELECT (jsonb_populate_record(l, jsonb_build_object('id',
          nextval('benefits_care_line_id_seq'), 'line_no', 999))).* FROM benefits_care_line l
        WHERE operation = 'N' AND NOT EXISTS (SELECT 1 FROM benefits_care_line r WHERE r.reverses_id = l.id) LIMIT 1"""),
    ("benefits.posted_equals_due",      "an act is posted for another amount than the book's",
     "UPDATE benefits_posting SET amount_cents = amount_cents - 1 WHERE care_line_id = A_LINE"),
    ("benefits.counters_equal_lines",   "a ceiling is used for nothing",
     "UPDATE benefits_counter SET used = used + 1 WHERE used > 0"),
]  # fmt: skip


def _bank(debits: list[Debit]) -> None:
    """A report with one return to post, one line that announces none, and one of nobody."""
    orders = [f"{one.enrolment.number}-201511" for one in debits]
    returns = [
        DebitReturn(reference, "P1", "EG", one.amount_cents, "AM04", date(2015, 11, 5))
        for reference, one in zip([*orders[:2], "999999999-201511"], debits, strict=True)
    ]
    content = write_returns(ReturnHeader("RET1", datetime(2015, 11, 9, 9), "EG201511"), returns)
    content = content.replace(b"RJCT</TxSts>", b"ACCP</TxSts>", 1).replace(b">RJCT</D", b">PDNG</D")
    record_returns(system_context(), receive(system_context(), Arrival("pain.002", "bank", "R.xml", content, 2)).pk)


def _live() -> None:
    """Families enrolled, called, returned by the bank, cared for, paid, taken back; and what waits for someone."""
    system = system_context()
    os.environ["EGIDE_TODAY"] = "2015-10-05"
    people = [a_family(1) for _ in range(3)]
    for family in people:
        enrolled(system, family, starts_on=NOVEMBER)
    form = received_form(system, content=content_of(a_family(0), wished=NOVEMBER, signed=False))
    ask_papers(system, form.pk, revision=form.revision, letter=b"%PDF letter", pages=1)
    call_month(system, NOVEMBER, perimeter_id=2)
    os.environ["EGIDE_TODAY"] = "2015-11-09"
    with transaction.atomic():
        set_perimeters((1, 2, 3))
        debits = list(Debit.objects.select_related("enrolment").order_by("id"))
    _bank(debits)
    os.environ["EGIDE_TODAY"] = "2015-12-15"
    head, nir = people[0][0], people[0][0].nir
    visit, crown = Care(head), Care(people[0][1], **CROWN)  # type: ignore[arg-type]
    stranger = a_family(0)[0]
    glasses = Care(people[0][1], **GLASSES)  # type: ignore[arg-type]
    _read([visit, crown, Care(stranger, nir=stranger.nir), glasses], nir)
    pay(system, perimeter_id=2)
    back = replace(visit, operation="A", invoice=1, reference="A000000001")
    _read([back, replace(crown, invoice=2, reference="B000000001")], nir, start=5)
    receive(system, Arrival("noemie.care", "scheme", "WAITS.noe", b"not read yet", 2))


def _read(cares: list[Care], nir: str, *, start: int = 1) -> None:
    system = system_context()
    read_file(system, received_care(system, care_bytes(care_rows(cares, nir, start=start))).pk)


@pytest.fixture(scope="module")
def lived(server: Cluster) -> Iterator[None]:
    """A base of its own where all of this happened."""
    with lived_base(server, _live):
        yield


def test_a_base_that_nobody_broke_has_nothing_to_say(lived: None) -> None:
    """Every kind of thing that the invariants speak of is there, and all of them hold."""
    assert spoken() == set()
    with transaction.atomic():
        assert sorted(File.objects.filter(direction="in").values_list("format", "state")) == [
            ("noemie.care", "read"), ("noemie.care", "read"), ("noemie.care", "received"), ("pain.002", "read"),
        ]  # fmt: skip
        assert rows("SELECT sum(ignored), sum(rejected) FROM exchanges_file WHERE direction = 'in'") == [(2, 2)]


@pytest.mark.parametrize(("name", "what", "how"), _BROKEN, ids=[f"{row[0]}, {row[1]}" for row in _BROKEN])
def test_the_check_names_what_was_broken(lived: None, name: str, what: str, how: str) -> None:
    """One sentence at a time is made false by hand: the check of the whole base says which."""
    assert name in spoken_after([how.replace("A_LINE", _A_LINE)])


_AS_BEFORE = [
    # Counts and no rows of lines, rejects that do not say their act, and a queue that only care files reached.
    "DELETE FROM exchanges_line",
    "DELETE FROM benefits_ignored_line",
    "UPDATE exchanges_reject SET part = 0",
    "UPDATE exchanges_file SET endings_kept = false",
    "DELETE FROM work_item WHERE subject_kind = 'file'",
]


def test_a_base_from_before_the_ends_of_lines_has_nothing_to_say(lived: None) -> None:
    """Moving up loses nothing: what older files leave to do is in the queue, and no sentence accuses what was well done."""
    moved = import_module("egide.exchanges.migrations.0005_waiting_files")
    with transaction.atomic():
        parts = rows("SELECT id, part FROM exchanges_reject ORDER BY id")
        with connections["default"].cursor() as cursor:
            for statement in _AS_BEFORE:
                cursor.execute(statement)
            assert {"exchanges.rejects_in_queue", "exchanges.received_in_queue"} <= spoken()
            cursor.execute(moved.ACT_OF_A_REJECT)
        with connections["default"].schema_editor() as editor:
            moved.fill_the_queue(apps, editor)
        assert spoken() == set()
        assert rows("SELECT id, part FROM exchanges_reject ORDER BY id") == parts
        queue = Item.objects.filter(subject_kind="file").order_by("kind").values_list("kind", "state")
        assert list(queue) == [("care_file", "open"), ("rejects", "open"), ("rejects", "open")]
        transaction.set_rollback(True)
