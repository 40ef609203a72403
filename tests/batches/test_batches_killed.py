"""A batch killed at any moment loses nothing and doubles nothing: run again, it ends as if it had never stopped."""

from __future__ import annotations

import contextlib
import errno
import os
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import psycopg
import pytest
import worker
from django.conf import settings
from django.db import OperationalError, connection, connections

from egide.benefits.jobs import reading as benefits_reading
from egide.benefits.jobs.paying import pay
from egide.benefits.jobs.reading import read_file
from egide.doors.commands.check import find
from egide.exchanges.acts import Arrival, receive
from egide.installation import create_database, drop_database
from egide.journal.facts import Context
from egide.journal.queries import system_context
from egide.journal.scope import reading
from egide.journal.sealing import seal
from egide.kernel.errors import Refusal
from egide.postgres import Cluster
from egide.premiums import jobs as premiums
from egide.premiums.jobs import call_month
from people.families import (
    CROWN,
    Care,
    Member,
    a_family,
    care_bytes,
    care_rows,
    enrolled,
    one,
    posted_by_line,
    received_care,
    rows,
)

NOVEMBER, CARE_DAY = date(2015, 11, 1), "2015-12-15"
EVERYONE = (1, 2, 3)


@pytest.fixture(autouse=True)
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few lines make several slices here; the worker uses the same sizes."""
    monkeypatch.setattr(benefits_reading, "_LINES_PER_SLICE", worker.LINES_PER_SLICE)
    monkeypatch.setattr(premiums, "_ENROLMENTS_PER_SLICE", worker.ENROLMENTS_PER_SLICE)
    monkeypatch.setenv("EGIDE_TODAY", CARE_DAY)


def _use(name: str) -> None:
    for alias in ("default", "owner"):
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name


@dataclass(frozen=True)
class Base:
    """A small portfolio, ready: eight families, a care file received and not yet read; copies of it are made to be broken."""

    cluster: Cluster
    name: str
    file_id: int
    people: tuple[Member, ...]

    @property
    def admin(self) -> str:
        """Where databases are made and dropped."""
        return self.cluster.url("egide_owner", "postgres")

    @contextlib.contextmanager
    def copy(self) -> Iterator[str]:
        """A copy of the base, current inside the block."""
        before = connections["default"].settings_dict["NAME"]
        name = f"{self.name}_{uuid.uuid4().hex[:6]}"
        _use(self.name)
        create_database(self.admin, name, template=self.name)
        _use(name)
        try:
            yield name
        finally:
            _use(before)
            drop_database(self.admin, name)


@pytest.fixture(scope="module")
def base(server: Cluster) -> Iterator[Base]:
    """Eight families of the delegate; 23 lines of care, of which three cannot be used; their file waits."""
    before = connections["default"].settings_dict["NAME"]
    name = f"egide_killed_{uuid.uuid4().hex[:8]}"
    admin = server.url("egide_owner", "postgres")
    create_database(admin, name, template="egide_template")
    _use(name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EGIDE_TODAY", "2015-10-05")
        system = system_context()
        families = [a_family(1) for _ in range(8)]
        for family in families:
            enrolled(system, family, starts_on=NOVEMBER)
        patch.setenv("EGIDE_TODAY", CARE_DAY)
        sent: list[dict[str, object]] = []
        for family in families:
            cares = [Care(family[0]), Care(family[1], **CROWN)]  # type: ignore[arg-type]
            sent += care_rows(cares, family[0].nir, start=len(sent) + 1)
        first = families[0]
        lens = {"act": "LEN", "base": 0, "amo": 0, "withheld": 0}
        more = [
            Care(first[0], **lens, charged=8000),  # type: ignore[arg-type]
            Care(first[0], **lens, charged=6000),  # type: ignore[arg-type]
            Care(first[0], **lens, charged=8000, operation="A", invoice=17),  # type: ignore[arg-type]
            Care(families[1][0], invoice=3),
            Care(first[0], "QZZ"),
            Care(first[0], nir="1010175001001"),
            Care(first[1], on=date(2015, 1, 5)),
        ]
        sent += care_rows(more, first[0].nir, start=17)
        for row in sent[20:21]:
            row["nir"], row["nir_key"] = families[1][0].nir, sent[2]["nir_key"]
        file = received_care(system, care_bytes(sent), perimeter=2)
    yield Base(server, name, file.pk, tuple(first))
    _use(before)
    drop_database(admin, name)


def killed(base: Base, database: str, place: str, *job: str) -> subprocess.CompletedProcess[str]:
    """The job in a process of its own, killed at that place; its session on the server is over when this returns."""
    root = Path(__file__).resolve().parents[2]
    environment = os.environ | {"PYTHONPATH": str(root / "src"), "EGIDE_TODAY": CARE_DAY}
    connections.close_all()
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(Path(worker.__file__)), database, place, *job],
        env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    with psycopg.connect(base.admin, autocommit=True) as admin:
        for _ in range(600):
            # A server that was computing for the dead learns of it at its next word; its locks are held until then.
            if not admin.execute("SELECT 1 FROM pg_stat_activity WHERE datname = %s", [database]).fetchone():
                break
            admin.execute("SELECT pg_sleep(0.05)")
    return done


@dataclass(frozen=True)
class State:
    """All that a batch may leave, as far as money and lines are concerned."""

    accounts: tuple[object, ...]
    lines: tuple[object, ...]
    rejects: tuple[object, ...]
    files: tuple[object, ...]
    debits: tuple[object, ...]
    call: tuple[object, ...]


def state() -> State:
    """What the current database holds."""
    with reading(EVERYONE, health=True):
        return State(
            tuple(
                rows(
                    """SELECT a.kind, a.enrolment_id, a.detail, l.nature, l.person_id, l.period, sum(l.amount_cents)::bigint
                       FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id GROUP BY 1, 2, 3, 4, 5, 6
                       HAVING sum(l.amount_cents) <> 0 ORDER BY 1, 2, 3, 4, 5, 6"""
                )
            ),
            tuple(sorted(posted_by_line().items())),
            tuple(rows("SELECT line_no, position, code FROM exchanges_reject ORDER BY 1, 2, 3")),
            tuple(
                rows(
                    "SELECT format, state, lines, posted, ignored, rejected FROM exchanges_file ORDER BY format, lines"
                )
            ),
            tuple(rows("SELECT enrolment_id, month, amount_cents, sequence FROM premiums_debit ORDER BY 1, 2")),
            tuple(rows("SELECT month, stage, enrolments, called_cents FROM premiums_call ORDER BY 1")),
        )


def false_sentences() -> list[str]:
    """The sentences of the house that do not hold, once what is committed was sealed, as a command does at its end."""
    seal()
    return [f"{finding.name}: {finding.first}" for finding in find() if finding.count]


def entries() -> int:
    """How many entries there are."""
    with reading(EVERYONE, health=True):
        return int(one("SELECT count(*) FROM ledger_entry"))


def read_it(base: Base) -> object:
    """The settlement of the care file."""
    return read_file(system_context(), base.file_id)


def call_it(_: Base) -> object:
    """The call of November."""
    return call_month(system_context(), NOVEMBER, perimeter_id=2)


Job = tuple[str, Callable[[Base], object], Callable[[Base], tuple[str, ...]]]
JOBS: dict[str, Job] = {
    "care": ("care", read_it, lambda base: ("read", str(base.file_id))),
    "call": ("call", call_it, lambda _: ("call", NOVEMBER.isoformat())),
}
_done: dict[str, State] = {}


def uninterrupted(base: Base, what: str) -> State:
    """What the job leaves when nothing stops it; computed once."""
    if what not in _done:
        with base.copy():
            JOBS[what][1](base)
            assert false_sentences() == []
            _done[what] = state()
    return _done[what]


def test_the_portfolio_makes_several_slices(base: Base) -> None:
    """The proof is worth something only if there are slices to be killed between, and every kind of line."""
    done = uninterrupted(base, "care")
    (care,) = [file for file in done.files if file[0] == "noemie.care"]  # type: ignore[index]
    assert care[1:] == ("read", 23, 19, 1, 3)  # type: ignore[index]
    assert {code for _, _, code in done.rejects} == {"act.unknown", "person.unknown", "cover.none"}  # type: ignore[misc]
    called = uninterrupted(base, "call")
    assert called.call == ((NOVEMBER, "debited", 8, sum(cents for *_, cents, _ in called.debits)),)  # type: ignore[misc]
    assert len(called.debits) == 8


_PLACES = [
    ("care", "progress:1"), ("care", "write:1"), ("care", "write:2"), ("care", "write:3"), ("care", "write:4"),
    ("care", "write:5"),
    ("call", "write:1"), ("call", "write:2"), ("call", "write:3"), ("call", "write:4"), ("call", "write:5"),
    ("call", "progress:4"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "place"), _PLACES)
def test_killed_anywhere_a_batch_converges(base: Base, what: str, place: str) -> None:
    """Kill -9 before each commit: the next run ends with the same books, to the cent, and a third posts nothing."""
    expected = uninterrupted(base, what)
    _, job, words = JOBS[what]
    with base.copy() as name:
        dead = killed(base, name, place, *words(base))
        assert dead.returncode == -9, dead.stderr
        with reading(EVERYONE, health=True):
            assert not rows("SELECT entry_id FROM ledger_line GROUP BY 1 HAVING sum(amount_cents) <> 0")
        if what == "care" or place != "progress:4":
            assert state() != expected
        job(base)
        assert state() == expected
        assert false_sentences() == []
        posted = entries()
        job(base)
        assert (state(), entries()) == (expected, posted)


@pytest.mark.parametrize(
    ("what", "began", "subject"), [("care", "benefits.start", "file"), ("call", "premium.open", "premium_call")]
)
def test_a_batch_begins_with_an_act_of_its_own(base: Base, what: str, began: str, subject: str) -> None:
    """What a batch takes before its first slice (line numbers, the month) is journaled, once, whatever is run again."""
    with base.copy():
        for _ in range(2):
            JOBS[what][1](base)
        with reading(EVERYONE, health=True):
            assert rows("SELECT subject_kind FROM journal_act WHERE kind = %s", began) == [(subject,)]


def test_killed_at_every_run_a_batch_still_ends(base: Base) -> None:
    """Killed again and again, each time after one more slice, a reading goes forward and ends."""
    expected = uninterrupted(base, "care")
    with base.copy() as name:
        for _ in range(10):
            run = killed(base, name, "write:2", "read", str(base.file_id))
            if run.returncode == 0:
                break
            assert run.returncode == -9, run.stderr
        else:
            pytest.fail("the reading never ended")
        assert state() == expected
        assert false_sentences() == []


def test_a_killed_command_is_taken_up_by_the_same_command(base: Base, tmp_path: Path) -> None:
    """The file is received, the reading is killed: the same words again finish the work, and say what was done."""
    with base.copy() as name:
        with reading(EVERYONE, health=True):
            sha = one("SELECT sha256 FROM exchanges_file WHERE id = %s", base.file_id)
        from egide.journal import store

        path = tmp_path / "SOINS.noe"
        path.write_bytes(store.load(sha))
        dead = killed(base, name, "write:3", "command", "benefits", "read", str(path))
        assert dead.returncode == -9, dead.stderr
        again = killed(base, name, "never", "command", "benefits", "read", str(path))
        assert again.returncode == 0, again.stderr
        assert "19 pris, 1 ignorés, 3 rejetés" in again.stdout
        assert state() == uninterrupted(base, "care")


def test_a_payment_killed_on_its_way_pays_once(base: Base) -> None:
    """Before its commit nothing is paid; run again, each member is paid once."""
    with base.copy() as name:
        read_it(base)
        dead = killed(base, name, "write:1", "pay")
        assert dead.returncode == -9, dead.stderr
        with reading(EVERYONE, health=True):
            assert one("SELECT count(*) FROM benefits_payment") == 0
        count, cents = pay(system_context(), perimeter_id=2)
        assert count == 8
        assert pay(system_context(), perimeter_id=2) == (0, 0)
        with reading(EVERYONE, health=True):
            assert one("SELECT sum(amount_cents)::bigint FROM benefits_payment") == cents
        assert false_sentences() == []


# ---- what changes between two runs


def test_someone_enrolled_between_two_runs_loses_no_line(base: Base) -> None:
    """A stranger of the first run who is known at the second: the line is posted or rejected, never dropped."""
    with base.copy() as name:
        people = a_family(0)
        system = system_context()
        sent = [Care(people[0], invoice=n, reference=f"T{n:09d}") for n in range(1, 9)]
        known = care_rows([Care(base.people[0], "CS", invoice=n) for n in range(50, 60)], base.people[0].nir, start=50)
        file = received_care(system, care_bytes([*care_rows(sent, people[0].nir), *known]))
        dead = killed(base, name, "write:4", "read", str(file.pk))
        assert dead.returncode == -9, dead.stderr
        # Two slices of three are done: the stranger's enrolment is made to fall in the first of them.
        while enrolled(system, a_family(0), starts_on=NOVEMBER).pk % 3 != 2:
            pass
        assert enrolled(system, people, starts_on=NOVEMBER).pk % 3 == 0
        outcome = read_file(system, file.pk)
        assert outcome.lines == len(sent) + len(known)
        assert false_sentences() == []


def test_someone_enrolled_between_two_calls_is_called(base: Base) -> None:
    """The portfolio grows between a killed call and its second run: nobody is left out."""
    with base.copy() as name:
        dead = killed(base, name, "write:3", "call", NOVEMBER.isoformat())
        assert dead.returncode == -9, dead.stderr
        system = system_context()
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("EGIDE_TODAY", "2015-10-20")
            for _ in range(3):
                enrolled(system, a_family(0), starts_on=NOVEMBER)
        call_month(system, NOVEMBER, perimeter_id=2)
        assert false_sentences() == []
        with reading(EVERYONE, health=True):
            assert one("SELECT count(*) FROM premiums_debit") == 11


# ---- a full disk, a lost connection, two at once


def full(*_: object) -> None:
    """What a full disk says."""
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_told_and_loses_nothing(base: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be kept is refused before anything is recorded; once there is room, the same work goes through."""
    content = b"bytes that nobody has sent yet " + uuid.uuid4().bytes
    arrival = Arrival("noemie.care", "scheme", "PLEIN.noe", content, 1)
    with base.copy():
        system = system_context()
        before = _kept()
        with monkeypatch.context() as broken:
            broken.setattr("egide.journal.store.os.fsync", full)
            with pytest.raises(Refusal) as refused:
                receive(system, arrival)
        assert (refused.value.code, "disque" in refused.value.message) == ("store.full", True)
        with reading(EVERYONE, health=True):
            assert not rows("SELECT 1 FROM exchanges_file WHERE name = 'PLEIN.noe'")
        assert _kept() == before, "what a full disk cut short must not stay there"
        assert receive(system, arrival).state == "received"


def _kept() -> set[str]:
    return {path.name for path in (Path(settings.HOME) / "files").rglob("*") if path.is_file()}


def test_a_call_on_a_full_disk_is_finished_later(base: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    """Posted but not asked from the bank: the next run asks, once, and ends as if nothing had happened."""
    with base.copy():
        with monkeypatch.context() as broken:
            broken.setattr("egide.journal.store.os.fsync", full)
            with pytest.raises(Refusal) as refused:
                call_it(base)
        assert refused.value.code == "store.full"
        with reading(EVERYONE, health=True):
            assert one("SELECT count(*) FROM premiums_debit") == 0
        call_it(base)
        assert state() == uninterrupted(base, "call")
        assert false_sentences() == []


@pytest.mark.parametrize("what", ["care", "call"])
def test_a_lost_connection_stops_clearly_and_the_next_run_converges(base: Base, what: str) -> None:
    """The server goes away between two slices: the job stops with the database's own error, and is run again."""
    with base.copy():
        system = system_context()
        told: list[str] = []

        def cut(said: str) -> None:
            told.append(said)
            if "tranche 1/" in said:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_backend_pid()")
                    (mine,) = cursor.fetchone()
                with connections["owner"].cursor() as cursor:
                    cursor.execute("SELECT pg_terminate_backend(%s)", [mine])

        with pytest.raises(OperationalError, match=r"terminat|closed|lost"):
            if what == "care":
                read_file(system, base.file_id, progress=cut)
            else:
                call_month(system, NOVEMBER, perimeter_id=2, progress=cut)
        assert any("tranche 1/" in said for said in told)
        connection.close()
        JOBS[what][1](base)
        assert state() == uninterrupted(base, what)
        assert false_sentences() == []


@pytest.mark.parametrize("what", ["care", "call"])
def test_the_same_batch_does_not_run_twice_at_once(base: Base, what: str) -> None:
    """The second is refused at once, told that the first is running; afterwards it may run."""
    with base.copy():
        system = system_context()
        held, go = threading.Event(), threading.Event()
        faults: list[BaseException] = []

        def wait(_: str) -> None:
            held.set()
            go.wait(30)

        def first() -> None:
            try:
                _run(what, system, base, wait)
            except BaseException as fault:  # noqa: BLE001 - told by the test
                faults.append(fault)
            finally:
                connections.close_all()

        thread = threading.Thread(target=first)
        thread.start()
        assert held.wait(30)
        try:
            with pytest.raises(Refusal) as refused:
                _run(what, system, base, lambda _: None)
            assert refused.value.code == "batch.running"
        finally:
            go.set()
            thread.join(60)
        assert faults == []
        _run(what, system, base, lambda _: None)
        assert state() == uninterrupted(base, what)
        assert false_sentences() == []


def _run(what: str, system: Context, base: Base, progress: Callable[[str], None]) -> None:
    if what == "care":
        read_file(system, base.file_id, progress=progress)
    else:
        call_month(system, NOVEMBER, perimeter_id=2, progress=progress)
