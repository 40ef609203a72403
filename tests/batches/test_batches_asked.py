"""Long work asked for by someone: it goes on without them, survives its worker, is never done twice, and says how it ended."""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
import worker as worker_process
from django.db import OperationalError, ProgrammingError, connections

from egide.benefits.queries import lines_of_file
from egide.doors import worker
from egide.doors.commands.works import beside
from egide.doors.desk.intake import ask_reading, receive_file
from egide.doors.worker import Stop, do_next, work
from egide.exchanges.acts import Arrival
from egide.exchanges.models import File
from egide.journal.facts import Channel, Context, Role
from egide.journal.locks import only_one
from egide.journal.permissions import Permission
from egide.journal.queries import perimeter_codes
from egide.journal.scope import reading
from egide.journal.trade import Ending, JobKind
from egide.kernel.errors import Refusal
from egide.kernel.progress import Progress, Told
from egide.people.acts import NewTeam, NewUser, add_team, add_user
from egide.people.models import User
from egide.people.queries import actor_with_id
from egide.postgres import Cluster
from egide.premiums.asked import ask_call
from egide.work.asking import ask_of_perimeter, job_kinds, start_again
from egide.work.job_queries import JobRow, job
from egide.work.running import next_job
from people.families import Care, a_family, at, care_bytes, care_rows, enrolled, one, received_care, rows

if TYPE_CHECKING:
    from conftest import Desk

DAY, NOVEMBER = "2015-12-15", date(2015, 11, 1)
EVERYONE = (1, 2, 3)
SECRET = "1 84 12 75 110 005 42"


@pytest.fixture
def centre(lasting_centre: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The people of the centre, on a base of their own whose day is in December 2015."""
    monkeypatch.setenv("EGIDE_TODAY", DAY)
    return lasting_centre


@pytest.fixture
def care(centre: Desk, system: Context) -> File:
    """Six families of the delegate and a care file of twelve lines, received and not yet read."""
    sent: list[dict[str, object]] = []
    for _ in range(6):
        family = a_family(1)
        enrolled(system, family, starts_on=NOVEMBER)
        sent += care_rows([Care(family[0]), Care(family[1])], family[0].nir, start=len(sent) + 1)
    return received_care(system, care_bytes(sent), perimeter=2)


def now_at(job_id: int) -> JobRow:
    """The work as it is now."""
    with reading(EVERYONE, health=True):
        return job(job_id)


def done_acts(kind: str) -> int:
    """How many acts of a kind the journal holds."""
    with reading(EVERYONE, health=True):
        return int(one("SELECT count(*) FROM journal_act WHERE kind = %s", kind))


def in_its_own_process(server: Cluster, database: str, place: str) -> subprocess.CompletedProcess[str]:
    """``egide works --once`` in a process killed at that place; its session on the server is over when this returns."""
    root = Path(__file__).resolve().parents[2]
    connections.close_all()
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(Path(worker_process.__file__)), database, place, "command", "works", "--once"],
        env=os.environ | {"PYTHONPATH": str(root / "src")}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    with psycopg.connect(server.url("egide_owner", "postgres"), autocommit=True) as admin:
        for _ in range(600):
            if not admin.execute("SELECT 1 FROM pg_stat_activity WHERE datname = %s", [database]).fetchone():
                break
            admin.execute("SELECT pg_sleep(0.05)")
    return done


def test_asking_is_an_act_of_someone_allowed(centre: Desk) -> None:
    """Who asked, for what, is in the journal; a role without the permission asks for nothing; twice is once."""
    asked = ask_of_perimeter(centre.context("administrator"), "rights.send", title="Essai", perimeter_id=2)
    again = ask_of_perimeter(centre.context("team_leader"), "rights.send", title="Essai", perimeter_id=2)
    elsewhere = ask_of_perimeter(centre.context("team_leader"), "rights.send", title="Essai", perimeter_id=3)
    assert (asked.pk == again.pk, asked.pk == elsewhere.pk) == (True, False)
    with reading(EVERYONE, health=True):
        told = rows("SELECT actor_label, subject_kind, subject_id FROM journal_act WHERE kind = 'work.ask' ORDER BY id")
    assert told[0] == ("Sonia Marchetti", "job", asked.pk) and len(told) == 3
    for role in ("adviser", "auditor", "delegate", "director", "product_owner"):
        with pytest.raises(Refusal, match="permet pas"):
            ask_of_perimeter(centre.context(role), "benefits.statements", title="Essai", perimeter_id=2)


def test_work_is_seen_and_asked_inside_its_perimeter_only(centre: Desk) -> None:
    """The database shows a work to those of its perimeter, and refuses one asked for elsewhere."""
    asked = ask_of_perimeter(centre.context("administrator"), "rights.send", title="Essai", perimeter_id=2)
    with reading((3,)), pytest.raises(Refusal) as hidden:
        job(asked.pk)
    with reading((3,)), pytest.raises(Refusal) as absent:
        job(asked.pk + 1000)
    assert (hidden.value.code, hidden.value.message) == (absent.value.code, absent.value.message)
    with pytest.raises(ProgrammingError, match="row-level security"):
        ask_of_perimeter(at(Role.ADMINISTRATOR, perimeters=(3,)), "rights.send", title="Essai", perimeter_id=2)


def test_a_care_file_is_read_for_everyone_whoever_asks(centre: Desk, system: Context) -> None:
    """The scheme's file speaks of every member: nobody in it is a stranger because the one who asked does not see them."""
    sent: list[dict[str, object]] = []
    for perimeter in (2, 3):
        family = a_family(0)
        enrolled(system, family, starts_on=NOVEMBER, perimeter=perimeter)
        sent += care_rows([Care(family[0])], family[0].nir, start=len(sent) + 1)
    file = received_care(system, care_bytes(sent), perimeter=2)
    code = next(code for code, perimeter in perimeter_codes().items() if perimeter == 2)
    team = add_team(system, NewTeam("Soins d’une mutuelle", "Olivet", "national", (code,)))
    new = NewUser("soins@demo.invalid", "Jeanne Autier", Role.ADMINISTRATOR, team)
    asker = actor_with_id(add_user(system, new, password_hash="!"))
    asked = ask_reading(Context(asker, Channel.SCREEN), file)
    work(Stop(), once=True)
    with reading(asker.perimeters, health=True):
        file.refresh_from_db()
        assert (asker.perimeters, file.posted, file.rejected) == ((2,), 2, 0)
        assert job(asked.pk).state == "done"
        assert [line.enrolment_id for line in lines_of_file(file.pk)] == [one("SELECT id FROM contracts_enrolment")]
        by = rows("SELECT DISTINCT actor_label FROM journal_act WHERE kind = 'benefits.take'")
    assert by == [("Jeanne Autier",)]


def test_work_goes_on_without_the_one_who_asked(centre: Desk, care: File) -> None:
    """Asked at the screen, done by a worker as that person, told in French with its figures."""
    asked = ask_reading(centre.context("administrator"), care)
    assert (asked.state, asked.started_at, now_at(asked.pk).outcome) == ("waiting", None, "")
    work(Stop(), once=True)
    ended = now_at(asked.pk)
    assert (ended.state, ended.attempts, ended.steps_done) == ("done", 1, ended.steps_total)
    assert ended.outcome.replace("\xa0", " ").startswith("12 actes lus, 12 pris, 0 ignoré, 0 rejeté.")
    assert ended.asked_at <= ended.started_at <= ended.ended_at  # type: ignore[operator]
    with reading(EVERYONE, health=True):
        by = rows("SELECT DISTINCT actor_label, channel FROM journal_act WHERE kind = 'benefits.take'")
    assert by == [("Sonia Marchetti", "batch")]
    assert do_next(Stop()) is False


@pytest.mark.parametrize("place", ["write:1", "write:2", "write:3"])
def test_work_survives_the_death_of_its_worker(
    server: Cluster, database: str, centre: Desk, care: File, place: str
) -> None:
    """Kill -9 in the middle: the work is still there, the next worker takes it up, and every line is posted once."""
    asked = ask_reading(centre.context("administrator"), care)
    dead = in_its_own_process(server, database, place)
    assert dead.returncode == -9, dead.stderr
    assert (now_at(asked.pk).state, now_at(asked.pk).attempts) == ("running", 1)
    work(Stop(), once=True)
    ended = now_at(asked.pk)
    assert (ended.state, ended.attempts) == ("done", 2)
    with reading(EVERYONE, health=True):
        assert one("SELECT count(*) FROM benefits_care_line") == 12
        assert rows("SELECT state, posted FROM exchanges_file WHERE id = %s", care.pk) == [("read", 12)]
    assert done_acts("work.done") == 1


def test_a_worker_in_its_own_process_does_what_waits(server: Cluster, database: str, centre: Desk, care: File) -> None:
    """``egide works --once`` does everything that waits, the oldest first, and ends well."""
    first = ask_reading(centre.context("administrator"), care)
    second = ask_call(centre.context("team_leader"), date(2015, 12, 1), perimeter_id=2, dry_run=True)
    done = in_its_own_process(server, database, "never")
    assert (done.returncode, done.stderr) == (0, "")
    before, after = now_at(first.pk), now_at(second.pk)
    assert (before.state, after.state) == ("done", "done")
    assert before.ended_at <= after.started_at  # type: ignore[operator]
    assert int(str(after.figures["called_cents"])) > 0
    with reading(EVERYONE, health=True):
        assert one("SELECT count(*) FROM premiums_call") == 0, "a trial keeps nothing"


def test_two_workers_never_have_the_same_work(centre: Desk) -> None:
    """While one worker has a work, another finds nothing to do; work of someone else is free."""
    asked = ask_of_perimeter(centre.context("administrator"), "rights.send", title="Essai", perimeter_id=2)
    found: list[bool] = []

    def another() -> None:
        try:
            found.append(do_next(Stop()))
        finally:
            connections.close_all()

    def wait_for(thread: threading.Thread) -> None:
        thread.start()
        thread.join(30)

    with next_job(EVERYONE) as mine:
        assert mine is not None and mine.pk == asked.pk
        wait_for(threading.Thread(target=another))
        ask_of_perimeter(centre.context("administrator"), "benefits.statements", title="Essai", perimeter_id=2)
        wait_for(threading.Thread(target=another))
    assert found == [False, True]
    assert (now_at(asked.pk).state, done_acts("work.done")) == ("running", 1)
    work(Stop(), once=True)
    assert (now_at(asked.pk).state, done_acts("work.done")) == ("done", 2)


def test_a_worker_asked_to_stop_gives_its_work_back(centre: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopping is clean: at its next step the work waits again, this start not counted, and how far it was is seen."""
    stop, seen = Stop(), []

    def slow(_: Context, __: object, progress: Progress) -> Ending:
        progress(Told("un sur trois", done=1, total=3))
        seen.append(now_at(asked.pk))
        stop.asked.set()
        progress(Told("deux sur trois", done=2, total=3))
        return Ending("jamais dit")

    monkeypatch.setitem(job_kinds(), "rights.send", JobKind("rights.send", Permission.EXCHANGES, slow))
    asked = ask_of_perimeter(centre.context("administrator"), "rights.send", title="Essai", perimeter_id=2)
    work(stop)
    during, after = seen[0], now_at(asked.pk)
    assert (during.state, during.told, during.steps_done, during.steps_total) == ("running", "un sur trois", 1, 3)
    assert (after.state, after.attempts, after.steps_done, after.outcome) == ("waiting", 0, 2, "")


def test_progress_is_seen_from_inside_a_trial(centre: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A trial is one long transaction rolled back: what it tells is seen while it runs all the same."""
    told: list[str] = []
    tell = worker.Teller.tell

    def watched(self: worker.Teller, said: str) -> None:
        tell(self, said)
        watching = threading.Thread(target=lambda: (told.append(now_at(asked.pk).told), connections.close_all()))
        watching.start()
        watching.join(30)

    monkeypatch.setattr(worker.Teller, "tell", watched)
    asked = ask_call(centre.context("administrator"), NOVEMBER, perimeter_id=2, dry_run=True)
    work(Stop(), once=True)
    assert now_at(asked.pk).state == "done"
    assert told and told[0].startswith("tranche 1/1")


def test_a_refusal_is_told_with_where_why_and_what_next(centre: Desk) -> None:
    """A file that cannot be read: the work is refused with the words of the house, and the file says the same."""
    arrival = Arrival("enrolment.sheet", "delegate", "tableau.csv", b"nom;prenom\nA;B\n", 2)
    file, asked = receive_file(centre.context("administrator"), arrival)
    assert asked is not None
    work(Stop(), once=True)
    ended = now_at(asked.pk)
    assert (ended.state, ended.refusal["code"]) == ("refused", "sheet.headings")
    assert all(ended.refusal[part] for part in ("where", "message", "remedy"))
    with reading(EVERYONE, health=True):
        assert rows("SELECT state FROM exchanges_file WHERE id = %s", file.pk) == [("refused",)]


def test_a_failing_work_says_so_without_quoting_anyone(
    centre: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An error of ours: a plain sentence and a reference; no row is quoted, neither on the screen nor in the log."""

    def broken(*_: object) -> Ending:
        raise ValueError(f"row of {SECRET}")

    asked = ask_of_perimeter(centre.context("administrator"), "rights.send", title="Essai", perimeter_id=2)
    other = ask_of_perimeter(centre.context("administrator"), "benefits.statements", title="Essai", perimeter_id=2)
    with monkeypatch.context() as bug, caplog.at_level(logging.DEBUG):
        bug.setitem(job_kinds(), "rights.send", JobKind("rights.send", Permission.EXCHANGES, broken))
        work(Stop(), once=True)
    failed = now_at(asked.pk)
    assert (failed.state, failed.refusal["message"].startswith("Une erreur imprévue")) == ("failed", True)
    assert failed.refusal["where"] in caplog.text and "broken" in caplog.text
    with reading(EVERYONE, health=True):
        kept = str(rows("SELECT j::text FROM work_job j")) + str(rows("SELECT a::text FROM journal_act a"))
    assert SECRET not in kept + caplog.text
    assert now_at(other.pk).state == "done", "one work that fails stops no other"
    with pytest.raises(Refusal, match="permet pas"):
        start_again(centre.context("adviser"), asked.pk)
    start_again(centre.context("team_leader"), asked.pk)
    work(Stop(), once=True)
    mended = now_at(asked.pk)
    assert (mended.state, mended.asked_by, mended.refusal) == ("done", "Hélène Vasseur", {})
    with pytest.raises(Refusal, match="pas arrêté"):
        start_again(centre.context("team_leader"), asked.pk)


def test_work_already_running_elsewhere_waits_its_turn(centre: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command calls the same month: the work is not refused, it says what it waits for, and is done afterwards."""
    monkeypatch.setattr("egide.journal.locks._ATTEMPTS", 1)
    monkeypatch.setattr(worker, "LATER_SECONDS", 0)
    asked = ask_call(centre.context("administrator"), NOVEMBER, perimeter_id=2, dry_run=False)
    with held_elsewhere("premiums.call:2"):
        assert do_next(Stop()) is True
        waiting = now_at(asked.pk)
        assert (waiting.state, waiting.attempts, "déjà en cours" in waiting.told) == ("waiting", 0, True)
    assert do_next(Stop()) is True
    assert now_at(asked.pk).state == "done"


@contextlib.contextmanager
def held_elsewhere(name: str) -> Iterator[None]:
    """Another session holds the lock inside the block."""
    ready, done = threading.Event(), threading.Event()

    def hold() -> None:
        with only_one(name):
            ready.set()
            done.wait(30)
        connections.close_all()

    thread = threading.Thread(target=hold)
    thread.start()
    assert ready.wait(30)
    yield
    done.set()
    thread.join(30)


def test_work_that_keeps_dying_is_stopped(centre: Desk) -> None:
    """A work that takes its worker down every time does not take every worker down for ever."""
    asked = ask_of_perimeter(centre.context("administrator"), "rights.send", title="Essai", perimeter_id=2)
    for _ in range(worker.MOST_STARTS):
        with next_job(EVERYONE) as mine:
            assert mine is not None
    work(Stop(), once=True)
    stopped = now_at(asked.pk)
    assert (stopped.state, "interrompu" in stopped.refusal["message"]) == ("failed", True)


def test_work_of_someone_who_left_is_refused(centre: Desk) -> None:
    """A work is done with the rights of the one who asked, as they are when it is done."""
    asked = ask_of_perimeter(centre.context("administrator"), "rights.send", title="Essai", perimeter_id=2)
    User.objects.filter(pk=asked.asked_by_id).update(is_active=False)
    work(Stop(), once=True)
    assert (now_at(asked.pk).state, now_at(asked.pk).refusal["code"]) == ("refused", "people.no_user")


def test_a_lost_connection_gives_the_work_to_whoever_comes_next(centre: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database goes away in the middle of a work: nothing is told wrong, and the next start does it."""

    def cut(_: Context, __: object, ___: Progress) -> Ending:
        with connections["owner"].cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'egide_app' "
                           "AND datname = current_database()")  # fmt: skip
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT 1")
        return Ending("jamais dit")

    asked = ask_of_perimeter(centre.context("administrator"), "rights.send", title="Essai", perimeter_id=2)
    with monkeypatch.context() as broken, pytest.raises(OperationalError):
        broken.setitem(job_kinds(), "rights.send", JobKind("rights.send", Permission.EXCHANGES, cut))
        work(Stop(), once=True)
    assert now_at(asked.pk).state == "running"
    work(Stop(), once=True)
    assert (now_at(asked.pk).state, now_at(asked.pk).attempts) == ("done", 2)


def test_a_worker_beside_the_server_that_dies_is_replaced(
    server: Cluster, database: str, centre: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``serve`` keeps one worker: killed, another takes its place and does what waits; it ends with the server."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[2] / "src"))
    monkeypatch.setenv("EGIDE_DATABASE_URL", server.url("egide_app", database))
    monkeypatch.setenv("EGIDE_OWNER_DATABASE_URL", server.url("egide_owner", database))
    with beside() as kept:
        first = kept.worker
        first.kill()
        first.wait()
        asked = ask_of_perimeter(centre.context("administrator"), "rights.send", title="Essai", perimeter_id=2)
        with psycopg.connect(server.url("egide_owner", "postgres"), autocommit=True) as admin:
            for _ in range(600):
                if now_at(asked.pk).state == "done":
                    break
                admin.execute("SELECT pg_sleep(0.05)")
        assert (now_at(asked.pk).state, kept.worker.pid == first.pid) == ("done", False)
    assert kept.worker.returncode == 0
