"""What a file leaves to do stands in the queue of those who may do it, and leaves it with the last of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from contracts.sheets import holder, sheet
from egide.benefits.jobs.reading import read_file, recycle
from egide.contracts.asked import import_enrolments
from egide.contracts.jobs import read_answers
from egide.contracts.models import Enrolment
from egide.doors.commands.check import find
from egide.exchanges.acts import Arrival, receive, turn_down_file
from egide.exchanges.asked import ignore_reject
from egide.exchanges.models import File, Reject
from egide.journal.facts import Context, Role
from egide.journal.permissions import Permission
from egide.journal.scope import set_perimeters
from egide.kernel.errors import Refusal
from egide.premiums.jobs import call_month
from egide.premiums.models import Debit
from egide.premiums.return_jobs import record_returns
from egide.work.acts import finish, take_next
from egide.work.asking import start_again
from egide.work.job_acts import NewJob, ask, end_refused
from egide.work.models import Item
from people.families import Care, a_family, at, care_bytes, care_rows, enrolled, one, received_care, settled
from people.returns import report

NOVEMBER = date(2015, 11, 1)


@pytest.fixture(autouse=True)
def winter(db: None, today: Callable[[str], None]) -> None:
    """A day of December."""
    today("2015-12-15")


def state_of(kind: str, subject_id: int) -> str:
    """Where the work of a kind on a subject stands: nothing when there never was any."""
    item = Item.objects.filter(kind=kind, subject_id=subject_id).order_by("-id").first()
    return item.state if item else ""


def sound() -> None:
    """The check of the whole base has nothing to say."""
    assert [(finding.name, finding.first) for finding in find() if finding.count] == []


_WAITING: list[tuple[str, str, Role, bool]] = [
    # the format          the work           who                 may take it
    ("noemie.care",       "care_file",       Role.ADMINISTRATOR, True),
    ("noemie.care",       "care_file",       Role.OPERATOR,      False),
    ("pain.002",          "bank_file",       Role.ADMINISTRATOR, True),
    ("pain.002",          "bank_file",       Role.OPERATOR,      False),
    ("enrolment.sheet",   "enrolments_file", Role.DELEGATE,      False),
    ("noemie.answers",    "rights_file",     Role.TEAM_LEADER,   True),
    ("another.format",    "unknown_file",    Role.TEAM_LEADER,   True),
]  # fmt: skip


@pytest.mark.parametrize(("form", "kind", "role", "able"), _WAITING)
def test_a_received_file_waits_for_who_may_read_it(form: str, kind: str, role: Role, able: bool) -> None:
    """The operator receives; the file stands in the queue, with a due date, of those whose work it is to read it."""
    file = receive(at(Role.OPERATOR), Arrival(form, "scheme", "A.noe", b"bytes", 2))
    set_perimeters((1, 2, 3), health=True)
    item = Item.objects.get(kind=kind, subject_kind="file", subject_id=file.pk)
    assert (item.state, item.due_on) == ("open", date(2015, 12, 16))
    who = at(role)
    person = replace(who, actor=replace(who.actor, id=one("SELECT min(id) FROM people_user")))
    if able:
        assert take_next(person).pk == item.pk
        return
    with pytest.raises(Refusal) as refused:
        take_next(person)
    assert refused.value.code == "work.none_free"


def test_a_file_read_or_refused_leaves_the_queue(system: Context) -> None:
    """Read, refused by its reader or turned down by someone: nobody waits for it any more."""
    people = a_family(0)
    read = received_care(system, care_bytes(care_rows([Care(people[0])], people[0].nir)))
    read_file(system, read.pk)
    spoilt = received_care(system, b"no file of care")
    with pytest.raises(Refusal):
        read_file(system, spoilt.pk)
    turned_down = received_care(system, b"sent by mistake")
    turn_down_file(at(Role.TEAM_LEADER), turned_down.pk, reason="Envoyé par erreur")
    assert [state_of("care_file", file.pk) for file in (read, spoilt, turned_down)] == ["done"] * 3
    turned_down.refresh_from_db()
    assert (turned_down.state, "Envoyé par erreur" in turned_down.refusal["message"]) == ("refused", True)
    sound()


@pytest.mark.parametrize(("reason", "code"), [(" ", "exchanges.reason"), ("Deux fois", "exchanges.not_waiting")])
def test_a_file_is_turned_down_once_with_a_reason(system: Context, reason: str, code: str) -> None:
    """Neither without a reason, nor when it waits no more."""
    file = received_care(system, b"bytes")
    if code == "exchanges.not_waiting":
        turn_down_file(system, file.pk, reason="Une fois")
    with pytest.raises(Refusal) as refused:
        turn_down_file(system, file.pk, reason=reason)
    assert refused.value.code == code


_READERS: dict[str, tuple[str, Callable[[Context, File], object]]] = {
    "noemie.care":     ("care.read",         lambda who, file: read_file(who, file.pk)),
    "pain.002":        ("bank.returns",      lambda who, file: record_returns(who, file.pk)),
    "noemie.answers":  ("rights.answers",    read_answers),
    "enrolment.sheet": ("enrolments.import", lambda who, file: import_enrolments(who, file.pk)),
}  # fmt: skip


@pytest.mark.parametrize("form", _READERS)
@pytest.mark.parametrize("late", [False, True], ids=["turned down before", "turned down as it is read"])
def test_a_file_that_someone_turned_down_is_read_by_nobody(system: Context, form: str, late: bool) -> None:
    """Neither by a job asked before, nor by one started again: the reason is said, nothing of it is taken."""
    code, reader = _READERS[form]
    content = {"enrolment.sheet": sheet(holder("M1")), "pain.002": report([_unknown_debit()])}.get(form, b"bytes")
    file = receive(system, Arrival(form, "scheme", "a.csv", content, 2))
    job = ask(system, NewJob(code, "Lecture", 2, "file", file.pk, {"file": file.pk}), needs=Permission.EXCHANGES)
    stale = File.objects.get(pk=file.pk)
    turn_down_file(system, file.pk, reason="Envoyé par erreur")
    enrolments = Enrolment.objects.count()
    with pytest.raises(Refusal) as refused:
        reader(system, stale if late else File.objects.get(pk=file.pk))
    assert refused.value.code == "exchanges.turned_down"
    end_refused(system, job.pk, refused.value)
    with pytest.raises(Refusal) as again:
        start_again(system, job.pk)
    assert (again.value.code, again.value.message) == ("exchanges.turned_down", refused.value.message)
    file.refresh_from_db()
    assert (file.state, file.posted, file.refusal["code"]) == ("refused", 0, "exchanges.turned_down")
    assert (Enrolment.objects.count(), Reject.objects.filter(file=file).count()) == (enrolments, 0)
    sound()


_MAY_TURN_DOWN: list[tuple[str, Role, bool]] = [
    ("enrolment.sheet", Role.OPERATOR,      False),
    ("pain.002",        Role.OPERATOR,      False),
    ("noemie.answers",  Role.OPERATOR,      True),
    ("pain.002",        Role.ADMINISTRATOR, True),
]  # fmt: skip


@pytest.mark.parametrize(("form", "role", "able"), _MAY_TURN_DOWN)
def test_a_file_is_turned_down_by_who_may_read_it(system: Context, form: str, role: Role, able: bool) -> None:
    """Whoever may not do the work that its reading is may not sweep it away."""
    file = receive(system, Arrival(form, "scheme", "A.noe", b"bytes", 2))
    if able:
        assert turn_down_file(at(role), file.pk, reason="Envoyé par erreur").state == "refused"
        return
    with pytest.raises(Refusal) as refused:
        turn_down_file(at(role), file.pk, reason="Envoyé par erreur")
    assert refused.value.code == "journal.permission"


def _unknown_debit() -> Debit:
    unknown = Debit(amount_cents=1000)
    unknown.enrolment = Enrolment(number="999999999")
    return unknown


def _care_rejects(system: Context) -> File:
    people = a_family(0)
    file, _ = settled(system, [Care(people[0], invoice=1), Care(people[0], invoice=2)], people[0].nir)
    return file


def _bank_rejects(system: Context) -> File:
    file = receive(system, Arrival("pain.002", "bank", "RETOUR.xml", report([_unknown_debit()]), 2))
    record_returns(system, file.pk)
    return file


def _sheet_rejects(system: Context) -> File:
    file = receive(system, Arrival("enrolment.sheet", "delegate", "a.csv", sheet(holder("M1", formula="z")), 2))
    import_enrolments(system, file.pk)
    return file


@pytest.mark.parametrize("refused", [_care_rejects, _bank_rejects, _sheet_rejects])
def test_ignoring_the_last_reject_ends_the_work_of_its_file(
    system: Context, refused: Callable[[Context], File]
) -> None:
    """One item for all the rejects of a file, open until the last is ended, closed by the very act that ends it."""
    file = refused(system)
    waiting = list(Reject.objects.filter(file=file, state="open").order_by("id"))
    assert Item.objects.filter(kind="rejects", subject_id=file.pk).count() == 1
    for reject in waiting:
        assert state_of("rejects", file.pk) == "open"
        ignore_reject(system, reject.pk, reason="Rapproché à la main")
    assert state_of("rejects", file.pk) == "done"
    assert Item.objects.get(kind="rejects", subject_id=file.pk).due_on == one(
        "SELECT due_on FROM journal_act WHERE kind = 'exchanges.close_reject' AND subject_id = %s", waiting[-1].pk
    )
    sound()


def test_recycling_the_last_reject_ends_the_work_of_its_file(system: Context, today: Callable[[str], None]) -> None:
    """One ignored, the other taken again: the work ends with the last, whichever way."""
    today("2015-12-15")
    people = a_family(0)
    file, _ = settled(
        system, [Care(people[0], invoice=1, on=date(2015, 8, 3)), Care(people[0], invoice=2)], people[0].nir
    )
    early, late = Reject.objects.filter(file=file).order_by("line_no")
    ignore_reject(system, early.pk, reason="Avant l’adhésion")
    enrolled(system, people, starts_on=NOVEMBER)
    assert state_of("rejects", file.pk) == "open"
    assert recycle(system, [late.pk]) == 1
    assert state_of("rejects", file.pk) == "done"
    sound()


def test_the_work_of_a_file_lasts_while_a_line_that_one_does_not_see_is_open(
    system: Context, today: Callable[[str], None]
) -> None:
    """A file speaks of the members of two delegates: who sees one of them ends their line, not the work of the other."""
    today("2015-10-05")
    ours, theirs = a_family(0), a_family(0)
    enrolled(system, ours, starts_on=NOVEMBER)
    enrolled(system, theirs, starts_on=NOVEMBER, perimeter=3)
    today("2015-12-15")
    early = date(2015, 8, 3)
    file, _ = settled(system, [Care(ours[0], on=early), Care(theirs[0], on=early, nir=theirs[0].nir)], ours[0].nir)
    by_perimeter = {reject.perimeter_id: reject for reject in Reject.objects.filter(file=file)}
    assert (file.perimeter_id, sorted(by_perimeter)) == (1, [2, 3])
    ignore_reject(at(Role.ADMINISTRATOR, perimeters=(1, 2)), by_perimeter[2].pk, reason="Avant l’adhésion")
    set_perimeters((1, 2, 3))
    assert state_of("rejects", file.pk) == "open"
    ignore_reject(at(Role.ADMINISTRATOR, perimeters=(1, 3)), by_perimeter[3].pk, reason="Avant l’adhésion")
    set_perimeters((1, 2, 3))
    assert state_of("rejects", file.pk) == "done"


def test_a_reject_out_of_sight_is_not_ended(system: Context) -> None:
    """Another delegate's line does not exist: the answer is that of an absent one."""
    file = _sheet_rejects(system)
    reject = Reject.objects.filter(file=file).first()
    assert reject is not None
    with pytest.raises(Refusal) as refused:
        ignore_reject(at(Role.ADMINISTRATOR, perimeters=(3,)), reject.pk, reason="Non")
    assert refused.value.code == "exchanges.reject_done"


def test_a_returned_debit_waits_for_someone_on_its_enrolment(system: Context, today: Callable[[str], None]) -> None:
    """Two months returned before anyone looked are one item, which tells both; it ends with what was done."""
    today("2015-10-05")
    enrolment = enrolled(system, a_family(1), starts_on=NOVEMBER)
    call_month(system, NOVEMBER, perimeter_id=2)
    call_month(system, date(2015, 12, 1), perimeter_id=2)
    today("2015-12-09")
    debits = list(Debit.objects.select_related("enrolment").order_by("month"))
    for place, debit in enumerate(debits):
        content = report([debit]).replace(b"-201511<", f"-{debit.month:%Y%m}<".encode())
        record_returns(system, receive(system, Arrival("pain.002", "bank", f"R{place}.xml", content, 2)).pk)
    item = Item.objects.get(kind="returned_debit")
    assert (item.subject_kind, item.subject_id, item.due_on) == ("enrolment", enrolment.pk, date(2015, 12, 11))
    assert [line.partition(" : ")[0] for line in item.detail["lines"]] == ["Novembre 2015", "Décembre 2015"]
    assert "provision insuffisante" in item.detail["lines"][0]
    with pytest.raises(Refusal) as refused:
        finish(system, item.pk, reason=" ")
    assert refused.value.code == "work.reason"
    finish(system, item.pk, reason="Adhérent appelé, il paiera par carte")
    assert state_of("returned_debit", enrolment.pk) == "done"
    reasons = one("SELECT reasons::text FROM journal_act WHERE kind = 'work.finish'")
    assert "il paiera par carte" in reasons
    sound()


def test_what_its_own_act_ends_is_not_ended_by_hand(system: Context) -> None:
    """Rejects are ended one by one: the item of a file cannot be swept away."""
    file = _sheet_rejects(system)
    with pytest.raises(Refusal) as refused:
        finish(system, Item.objects.get(kind="rejects", subject_id=file.pk).pk, reason="Assez")
    assert refused.value.code == "work.ends_elsewhere"
