"""Rights told to the compulsory scheme: every movement leaves once, every answer comes back to its own movement."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from egide.contracts.asked import change
from egide.contracts.facts import EndorsementAsked, EndorsementKind
from egide.contracts.jobs import read_answers, resend, send_rights
from egide.contracts.models import Enrolment, RightsMovement
from egide.exchanges.acts import Arrival, receive
from egide.exchanges.codecs.noemie_rights import Movement, read_movements
from egide.exchanges.models import File, Reject
from egide.exchanges.simulator import answer_movements
from egide.journal import store
from egide.journal.facts import Context
from egide.journal.scope import set_perimeters
from egide.kernel.errors import Refusal
from egide.people.acts import set_rights_numbers
from egide.people.facts import RightsNumbers
from egide.people.models import Organisation
from egide.work.models import Item
from people.families import a_family, enrolled, one, rows

START, END = date(2015, 11, 1), date(2016, 11, 1)
ALL = 10_000


@pytest.fixture
def family(db: None, system: Context, today: Callable[[str], None]) -> Enrolment:
    """A family of three whose rights wait to be told; nothing else waits."""
    today("2015-10-05")
    RightsMovement.objects.filter(state="to_send").update(state="acquitted")
    return enrolled(system, a_family(1), starts_on=START)


def answered(system: Context, file: File, *, rejected_bp: int = 0, reported_bp: int = 0) -> dict[str, int]:
    """What the scheme answers, received and read."""
    content = answer_movements(store.load(file.sha256), 7, rejected_bp, reported_bp)
    return read_answers(system, receive(system, Arrival("noemie.answers", "scheme", "RETOUR.noe", content, 2)))


def states(enrolment: Enrolment) -> list[tuple[str, str]]:
    """The state and the return code of each movement of an enrolment."""
    return rows(
        """SELECT m.state, m.return_code FROM contracts_rightsmovement m JOIN contracts_cover c ON c.id = m.cover_id
           WHERE c.enrolment_id = %s ORDER BY m.id""",
        enrolment.pk,
    )  # type: ignore[return-value]


@pytest.mark.requirement("S003-047", "S003-048", "S003-050", "S003-052")
def test_rights_go_out_and_come_back_acquitted(family: Enrolment, system: Context) -> None:
    """One movement per person, with the last day inside; acquitted, nothing waits any more."""
    file = send_rights(system, perimeter_id=2)
    assert file is not None
    assert (file.direction, file.format, file.lines) == ("out", "noemie.rights", 3)
    sent = read_movements(store.load(file.sha256))[1].records
    assert {(move.movement, move.start, move.end) for move in sent} == {(Movement.CREATE, START, date(2016, 10, 31))}
    assert {move.birth_date for move in sent} == {date(1975, 3, 12), date(1978, 7, 2), date(2003, 5, 5)}
    assert states(family) == [("sent", "")] * 3
    assert answered(system, file) == {"acquitted": 3, "reported": 0, "rejected": 0, "unknown": 0}
    assert states(family) == [("acquitted", "33")] * 3
    assert send_rights(system, perimeter_id=2) is None


@pytest.mark.requirement("S003-053")
def test_a_rejected_movement_becomes_work(family: Enrolment, system: Context) -> None:
    """Each reject names the person and the scheme's reason, with two days to mend it; nothing is lost."""
    file = send_rights(system, perimeter_id=2)
    assert file is not None
    assert answered(system, file, rejected_bp=ALL)["rejected"] == 3
    found = states(family)
    assert {state for state, _ in found} == {"rejected"}
    items = Item.objects.filter(kind="rights_reject", state="open").order_by("subject_id")
    assert len(items) == 3
    assert sorted(item.detail["code"] for item in items) == sorted(code for _, code in found)
    assert items[0].due_on == date(2015, 10, 7)
    assert "Luc Martin" in items[0].title


def test_a_late_acquittal_answers_a_rejected_movement(family: Enrolment, system: Context) -> None:
    """The scheme may reject, then accept the same movement: the last answer stands."""
    file = send_rights(system, perimeter_id=2)
    assert file is not None
    answered(system, file, rejected_bp=ALL)
    assert answered(system, file)["acquitted"] == 3
    assert states(family) == [("acquitted", "33")] * 3


def test_a_reported_movement_is_neither_lost_nor_mended(family: Enrolment, system: Context) -> None:
    """A remark of the scheme is kept on the movement and asks for no work."""
    file = send_rights(system, perimeter_id=2)
    assert file is not None
    assert answered(system, file, reported_bp=ALL)["reported"] == 3
    assert {state for state, _ in states(family)} == {"reported"}
    assert not Item.objects.filter(kind="rights_reject").exists()


def test_an_answer_to_nothing_becomes_a_reject(family: Enrolment, system: Context) -> None:
    """An answer to a movement already acquitted, or never sent, is kept as a reject with what to do."""
    file = send_rights(system, perimeter_id=2)
    assert file is not None
    answered(system, file)
    assert answered(system, file, rejected_bp=ALL)["unknown"] == 3
    assert states(family) == [("acquitted", "33")] * 3
    rejects = Reject.objects.filter(code="rights.unknown")
    assert len(rejects) == 3
    assert all(reject.remedy for reject in rejects)
    answers = File.objects.filter(format="noemie.answers").order_by("-id").first()
    assert answers is not None
    assert (answers.lines, answers.posted, answers.rejected) == (3, 0, 3)


def test_the_same_answers_twice_change_nothing(family: Enrolment, system: Context) -> None:
    """The same file is refused at reception; reading a file already read does nothing."""
    file = send_rights(system, perimeter_id=2)
    assert file is not None
    answered(system, file, rejected_bp=ALL)
    with pytest.raises(Refusal) as refused:
        answered(system, file, rejected_bp=ALL)
    assert refused.value.code == "exchanges.duplicate"
    answers = File.objects.get(format="noemie.answers")
    assert read_answers(system, answers) == {}
    assert Item.objects.filter(kind="rights_reject").count() == 3


@pytest.mark.requirement("S003-058")
def test_an_endorsement_tells_the_scheme(family: Enrolment, system: Context) -> None:
    """A removal goes out as a change with its last day, an addition as a creation."""
    first = send_rights(system, perimeter_id=2)
    assert first is not None
    answered(system, first)
    child = one("SELECT person_id FROM contracts_cover WHERE enrolment_id = %s AND link = 'child'", family.pk)
    gone = EndorsementAsked(EndorsementKind.REMOVE_PERSON, date(2016, 1, 20), date(2015, 10, 5), person_id=child)
    change(system, family.pk, gone, revision=0)
    file = send_rights(system, perimeter_id=2)
    assert file is not None
    (move,) = read_movements(store.load(file.sha256))[1].records
    assert (move.movement, move.start, move.end) == (Movement.CHANGE, START, date(2016, 1, 19))
    assert answered(system, file)["acquitted"] == 1


def test_a_cut_file_of_answers_changes_nothing(family: Enrolment, system: Context) -> None:
    """Answers cut on their way are refused whole, with the place; no movement moves."""
    file = send_rights(system, perimeter_id=2)
    assert file is not None
    content = answer_movements(store.load(file.sha256), 7, 0)
    cut = receive(system, Arrival("noemie.answers", "scheme", "COUPE.noe", content[: len(content) // 2], 2))
    with pytest.raises(Refusal) as refused:
        read_answers(system, cut)
    assert refused.value.where
    assert states(family) == [("sent", "")] * 3


@pytest.mark.requirement("S003-054")
def test_a_rejected_movement_leaves_again_once_mended(family: Enrolment, system: Context) -> None:
    """Recycled, it goes with the next file under its own reference, its work is done, and its answer is read."""
    file = send_rights(system, perimeter_id=2)
    assert file is not None
    answered(system, file, rejected_bp=ALL)
    refused = RightsMovement.objects.filter(cover__enrolment=family).order_by("pk")
    for movement in refused:
        resend(system, movement.pk)
    assert not Item.objects.filter(kind="rights_reject").exclude(state="done").exists()
    again = send_rights(system, perimeter_id=2)
    assert again is not None
    assert again.lines == 3
    assert answered(system, again)["acquitted"] == 3
    with pytest.raises(Refusal) as told:
        resend(system, refused[0].pk)
    assert told.value.code == "rights.not_rejected"


def test_each_organisation_sends_its_own_movements_under_its_own_numbers(family: Enrolment, system: Context) -> None:
    """One file per perimeter: nobody downloads the movements of another delegate's members, nor sends in its name."""
    other = enrolled(system, a_family(0), starts_on=START, perimeter=3)
    ours, theirs = send_rights(system, perimeter_id=2), send_rights(system, perimeter_id=3)
    assert ours is not None
    assert theirs is not None
    for file, enrolment, perimeter, number in ((ours, family, 2, "99999002"), (theirs, other, 3, "99999003")):
        envelope, read = read_movements(store.load(file.sha256))
        assert (file.perimeter_id, envelope.oc_number, envelope.sender_id) == (perimeter, number, f"000000{number}")
        known = {
            (last, first)
            for last, first in rows(
                "SELECT p.last_name, p.first_name FROM people_person p JOIN contracts_cover c ON c.person_id = p.id "
                "WHERE c.enrolment_id = %s",
                enrolment.pk,
            )
        }
        assert len(read.records) == len(known) == file.lines
    set_perimeters((3,))
    assert [file.pk for file in File.objects.filter(format="noemie.rights")] == [theirs.pk]
    set_perimeters((1, 2, 3))


def test_no_rights_leave_without_the_numbers_agreed_with_the_scheme(family: Enrolment, system: Context) -> None:
    """Refused before anything is written, with who can mend it; once the numbers are given, the file leaves under them."""
    Organisation.objects.filter(perimeter_id=2).update(amc_number="", rights_sender="", rights_recipient="")
    with pytest.raises(Refusal) as refused:
        send_rights(system, perimeter_id=2)
    assert (refused.value.code, "egide centre rights" in refused.value.remedy) == ("rights.no_number", True)
    assert states(family) == [("to_send", "")] * 3
    set_rights_numbers(system, "rives_de_loire", RightsNumbers("12345678", "75000012345678", "01751000"))
    file = send_rights(system, perimeter_id=2)
    assert file is not None
    envelope = read_movements(store.load(file.sha256))[0]
    assert (envelope.oc_number, envelope.sender_id, envelope.recipient_id) == (
        "12345678",
        "75000012345678",
        "00000001751000",
    )


@pytest.mark.parametrize(
    "numbers", [("1234567", "1", "2"), ("1234567A", "1", "2"), ("12345678", "", "2"), ("12345678", "1" * 15, "2")]
)
def test_numbers_that_cannot_be_are_refused(numbers: tuple[str, str, str]) -> None:
    """Eight digits for the organisation, fourteen at most for each party: anything else is refused before it is sent."""
    with pytest.raises(Refusal) as refused:
        RightsNumbers(*numbers)
    assert refused.value.code == "people.rights_numbers"


def test_numbers_are_those_of_an_organisation_that_exists(db: None, system: Context) -> None:
    """A code that nobody has is refused, and nothing is recorded."""
    with pytest.raises(Refusal) as refused:
        set_rights_numbers(system, "nobody", RightsNumbers("12345678", "1", "2"))
    assert refused.value.code == "people.organisation_unknown"
    assert one("SELECT count(*) FROM people_organisation WHERE amc_number = '12345678'") == 0
