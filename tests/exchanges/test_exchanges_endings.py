"""Every line ends somewhere: counted on what was done of each, for every format of file, and refused when one is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest
from django.db import transaction

from contracts.sheets import child, holder, sheet
from egide.benefits.jobs.reading import read_file
from egide.contracts.asked import import_enrolments
from egide.contracts.jobs import read_answers, send_rights
from egide.doors.commands.check import find
from egide.exchanges.acts import Arrival, close_file, receive
from egide.exchanges.codecs.noemie_envelope import CLOSING, DELIMITER, LENGTH_DIGITS, closing, physical
from egide.exchanges.codecs.noemie_rights import answer_with, read_movements, write_answers
from egide.exchanges.models import File, Line, Reject
from egide.journal import store
from egide.journal.acts import perform
from egide.journal.facts import Context
from egide.journal.permissions import Permission
from egide.kernel.errors import Refusal
from egide.premiums.jobs import call_month
from egide.premiums.models import Debit
from egide.premiums.return_jobs import record_returns
from people.families import Care, a_family, care_bytes, care_rows, enrolled, received_care, rows, settled
from people.returns import report

NOVEMBER = date(2015, 11, 1)


@dataclass(frozen=True)
class Ends:
    """How many lines of a file ended in each way."""

    lines: int
    posted: int
    ignored: int
    rejected: int


def ends(file: File) -> Ends:
    """What the file says of itself once read."""
    file.refresh_from_db()
    assert file.state == "read"
    return Ends(file.lines, file.posted, file.ignored, file.rejected)


def sound() -> None:
    """The check of the whole base has nothing to say."""
    assert [(finding.name, finding.first) for finding in find() if finding.count] == []


@pytest.fixture
def debits(db: None, system: Context, today: Callable[[str], None]) -> list[Debit]:
    """Three debits presented in November."""
    today("2015-10-05")
    for children in (0, 1, 2):
        enrolled(system, a_family(children), starts_on=NOVEMBER)
    call_month(system, NOVEMBER, perimeter_id=2)
    today("2015-11-09")
    return list(Debit.objects.select_related("enrolment").order_by("id"))


_BANK: list[tuple[str, Callable[[bytes], bytes], Ends]] = [
    # what the bank sends                                                                      lines, posted, ignored, rejected
    ("three returns",         lambda c: c,                                                     Ends(3, 3, 0, 0)),
    ("an unknown reason",     lambda c: c.replace(b"AM04", b"ZZ99", 1),                        Ends(3, 3, 0, 0)),
    ("an amount of nobody",   lambda c: c.replace(b"-201511<", b"-201509<", 1),                Ends(3, 2, 0, 1)),
    ("two of them, one line", lambda c: c.replace(b"-201511<", b"-201509<", 2).replace(b"\n", b""), Ends(3, 1, 0, 2)),
    ("one that is accepted",  lambda c: c.replace(b"RJCT</TxSts>", b"ACCP</TxSts>", 1).replace(b">RJCT</D", b">PDNG</D"),
                                                                                               Ends(3, 2, 1, 0)),
]  # fmt: skip


@pytest.mark.parametrize(("what", "change", "expected"), _BANK, ids=[row[0] for row in _BANK])
def test_every_return_of_the_bank_ends_somewhere(
    debits: list[Debit], system: Context, what: str, change: Callable[[bytes], bytes], expected: Ends
) -> None:
    """A return is posted, set aside because it announces none, or rejected; a remark on a posted one adds no line."""
    file = receive(system, Arrival("pain.002", "bank", "RETOUR.xml", change(report(debits)), 2))
    record_returns(system, file.pk)
    assert ends(file) == expected
    assert Line.objects.filter(file=file).count() == expected.posted + expected.ignored
    assert all(line.message for line in Line.objects.filter(file=file, ending="ignored"))
    sound()


def _mute(content: bytes) -> bytes:
    """The same file, right in its counts, where the first movement lost the answer that followed it."""
    lines = content.decode("latin-1").split("\n")
    at = next(at for at, line in enumerate(lines) if "@29099" in line)
    entities = lines[at][LENGTH_DIGITS:].split(DELIMITER)
    place = next(place for place, entity in enumerate(entities) if entity.startswith("29099"))
    close = next(close for close in range(place, len(entities)) if entities[close].startswith(f"{CLOSING.name}02"))
    entities[close] = closing("02", count=int(CLOSING.cut(entities[close])["count"]) - 1)
    del entities[place]
    lines[at] = physical(DELIMITER.join(entities))
    return "\n".join(lines).encode("latin-1")


@pytest.mark.parametrize(
    ("spoil",                      "expected",        "codes"),
    [
        (lambda c: c,              Ends(3, 3, 0, 0),  []),
        (_mute,                    Ends(3, 2, 0, 1),  ["rights.no_return"]),
        (lambda c: c.replace(b"29099", b"29199", 1), Ends(4, 2, 0, 2), ["rights.entity", "rights.no_return"]),
        (lambda c: c.replace(b"14099", b"14199", 1), Ends(4, 2, 0, 2), ["rights.entity", "rights.orphan"]),
    ],
    ids=["whole", "an answer lost", "an answer of another kind", "a movement of another kind"],
)  # fmt: skip
def test_every_movement_that_comes_back_ends_somewhere(
    db: None,
    system: Context,
    today: Callable[[str], None],
    spoil: Callable[[bytes], bytes],
    expected: Ends,
    codes: list[str],
) -> None:
    """The scheme owes an answer to each movement: one that lacks it is told, with the others, and none is dropped."""
    today("2015-10-05")
    enrolled(system, a_family(1), starts_on=NOVEMBER)
    sent = send_rights(system, perimeter_id=2)
    assert sent is not None
    envelope, read = read_movements(store.load(sent.sha256))
    answered = [answer_with(one, code) for one, code in zip(read.records, ("01", "01", "27"), strict=True)]
    content = spoil(write_answers(envelope.answer(file_id="000042"), answered))
    file = receive(system, Arrival("noemie.answers", "scheme", "REPONSES.noe", content, 2))
    read_answers(system, file)
    assert ends(file) == expected
    assert sorted(reject.code for reject in Reject.objects.filter(file=file)) == codes
    sound()


def test_a_row_with_several_faults_is_one_refused_row(db: None, system: Context, today: Callable[[str], None]) -> None:
    """Two wrong cells of one kind on one row are two reasons and one refused row; the other families are in."""
    today("2026-10-05")
    wrong = holder("M1", last_name="", first_name="")
    sound_family = holder("M2")
    content = sheet(wrong, child(wrong), sound_family, child(sound_family))
    file = receive(system, Arrival("enrolment.sheet", "delegate", "a.csv", content, 2))
    import_enrolments(system, file.pk)
    assert ends(file) == Ends(4, 2, 0, 2)
    assert Reject.objects.filter(file=file).count() > 2
    sound()


def test_an_act_with_several_faults_is_one_refused_act(db: None, system: Context, today: Callable[[str], None]) -> None:
    """Two wrong fields of one act are two rejects and one act; what repeats another line is counted where it is kept."""
    today("2015-10-05")
    people = a_family(1)
    enrolled(system, people, starts_on=NOVEMBER)
    today("2015-12-15")
    nir = people[0].nir
    settled(system, [Care(people[0])], nir)
    cares = [Care(people[0]), Care(people[0], on=date(2015, 12, 9)), Care(people[1], invoice=3)]
    content = care_bytes(care_rows(cares, nir))
    third = content.index(b"L000000003")
    broken = content[:third] + b"L0000*0003" + content[third + 10 :]
    date_at = broken.index(b"151210", third)
    file = received_care(system, broken[:date_at] + b"15AA10" + broken[date_at + 6 :])
    read_file(system, file.pk)
    assert ends(file) == Ends(3, 1, 1, 1)
    assert Reject.objects.filter(file=file).count() == 2
    sound()


def test_a_file_that_lost_a_line_is_not_closed(debits: list[Debit], system: Context) -> None:
    """When the ends do not make the lines of the file, its reading is refused, with the counts, and nothing is kept."""
    file = receive(system, Arrival("pain.002", "bank", "RETOUR.xml", report(debits), 2))
    with (
        pytest.raises(Refusal) as refused,
        transaction.atomic(),
        perform(system, "premium.returns", needs=Permission.PREMIUMS, given=file.pk) as act,
    ):
        act.on("file", file.pk, file.name, file.perimeter_id)
        close_file(act, file, lines=3)
    assert refused.value.code == "exchanges.lines_lost"
    file.refresh_from_db()
    assert file.state == "received"
    assert rows("SELECT state FROM work_item WHERE kind = 'bank_file' AND subject_id = %s", file.pk) == [("open",)]
