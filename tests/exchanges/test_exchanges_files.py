"""Files in and out: kept once, refused with their first reception, every reject ended by an act."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction

from egide.exchanges.acts import Arrival, Fault, add_rejects, close_reject, receive, refuse_file, send, take_up
from egide.exchanges.models import File, Reject
from egide.exchanges.queries import causes, file_to_read, open_rejects
from egide.journal import store
from egide.journal.acts import perform
from egide.journal.facts import Context, Role
from egide.journal.models import Act
from egide.journal.permissions import Permission
from egide.kernel.errors import Refusal
from people.families import at, one


def arrival(
    content: bytes = b"some bytes", *, name: str = "A.noe", form: str = "noemie.care", perimeter: int = 2
) -> Arrival:
    """A file as it comes."""
    return Arrival(form, "scheme", name, content, perimeter)


@pytest.fixture(autouse=True)
def winter(db: None, today: Callable[[str], None]) -> None:
    """A day of December."""
    today("2015-12-15")


def test_a_file_is_kept_with_its_fingerprint(system: Context) -> None:
    """The bytes are in the store under their hash, and the row says when, from whom and how long it is."""
    file = receive(system, arrival())
    assert store.load(file.sha256) == b"some bytes"
    assert (file.state, file.size_bytes, file.direction) == ("received", 10, "in")
    assert Act.objects.get(kind="exchanges.receive", subject_id=file.pk).outcome["file"] == file.pk


@pytest.mark.parametrize(
    ("again",                                  "code"),
    [
        (arrival(),                             "exchanges.duplicate"),
        (arrival(name="B.noe"),                 "exchanges.duplicate"),
        (arrival(b"other bytes"),               ""),
        (arrival(form="noemie.answers"),        ""),  # the same bytes in another flow are read by other eyes
        (arrival(b""),                          "exchanges.empty"),
    ],
)  # fmt: skip
def test_the_same_bytes_are_received_once(system: Context, again: Arrival, code: str) -> None:
    """A second arrival is recognised by its content, not by its name, and told with the first."""
    receive(system, arrival())
    if not code:
        assert receive(system, again).pk
        return
    with pytest.raises(Refusal) as refused:
        receive(system, again)
    assert refused.value.code == code
    assert File.objects.filter(direction="in").count() == 1


def test_an_interrupted_file_is_taken_up_not_received_again(system: Context) -> None:
    """Until it is read, the same bytes give the same file; once read, they are a duplicate."""
    first = take_up(system, arrival())
    assert take_up(system, arrival()).pk == first.pk
    File.objects.filter(pk=first.pk).update(state="read")
    with pytest.raises(Refusal) as refused:
        take_up(system, arrival())
    assert refused.value.code == "exchanges.duplicate"


def test_the_same_content_is_emitted_once(system: Context) -> None:
    """Two runs that write the same bytes give one outgoing file, with its lines."""
    with perform(system, "proof", needs=Permission.EXCHANGES, given=0) as act:
        act.on("proof", 1, "Preuve", 2)
        first, second = (send(act, arrival(form="pain.001"), lines=3) for _ in range(2))
    assert first.pk == second.pk
    assert (first.direction, first.state, first.lines, first.posted) == ("out", "sent", 3, 3)


def test_rejects_are_grouped_by_cause_and_ended_by_an_act(system: Context) -> None:
    """The same cause of many lines is mended once; each reject ends recycled or closed, with a reason in the journal."""
    file = receive(system, arrival())
    faults = [Fault(line, "act.unknown", "Code inconnu.", "Ajoutez-le.") for line in (3, 4, 5)]
    add_rejects(file, [*faults, Fault(6, "cover.none", "Pas couvert.", "Vérifiez.")])
    add_rejects(file, faults)  # told twice, kept once
    assert [(cause.code, cause.count) for cause in causes()][:2] == [("act.unknown", 3), ("cover.none", 1)]
    mended, closed = open_rejects(code="act.unknown", file_id=file.pk)[:2]
    close_reject(system, mended.pk, recycled=True, reason="Code ajouté.")
    close_reject(system, closed.pk, recycled=False, reason="Hors garantie.")
    assert list(Reject.objects.filter(file=file).order_by("id").values_list("state", flat=True)) == [
        "recycled", "closed", "open", "open",
    ]  # fmt: skip
    assert len(open_rejects(file_id=file.pk)) == 2
    assert Act.objects.filter(kind="exchanges.close_reject").count() == 2


def test_a_refused_file_keeps_its_reason(system: Context) -> None:
    """Place, cause and remedy stay on the file, for whoever asks later."""
    file = receive(system, arrival())
    refuse_file(system, file, Refusal("care.total", "Total faux.", "Redemandez-le.", "ligne 9"))
    file.refresh_from_db()
    assert file.state == "refused"
    assert file.refusal == {
        "code": "care.total", "where": "ligne 9", "message": "Total faux.", "remedy": "Redemandez-le.",
    }  # fmt: skip


def test_a_read_file_accounts_for_every_line(system: Context) -> None:
    """The database refuses a file « read » whose lines are not all posted, ignored or rejected."""
    file = receive(system, arrival())
    with pytest.raises(IntegrityError, match="every_line_ends_somewhere"), transaction.atomic():
        File.objects.filter(pk=file.pk).update(state="read", lines=10, posted=8, ignored=1)
    File.objects.filter(pk=file.pk).update(state="read", lines=10, posted=8, ignored=1, rejected=1)


@pytest.mark.parametrize(
    ("perimeters", "seen"),
    [
        ((2,),       True),
        ((1, 2),     True),
        ((3,),       False),
        ((),         False),
    ],
)  # fmt: skip
def test_a_file_is_read_inside_its_perimeter(system: Context, perimeters: tuple[int, ...], seen: bool) -> None:
    """A file of another delegate is as absent as none."""
    file = receive(system, arrival())
    context = at(Role.ADMINISTRATOR, perimeters=perimeters)
    if seen:
        assert file_to_read(context, file.pk).pk == file.pk
        return
    with pytest.raises(Refusal) as refused:
        file_to_read(context, file.pk)
    assert refused.value.code == "exchanges.not_found"


def test_nothing_is_recorded_when_the_role_may_not(system: Context) -> None:
    """An adviser who drops a file is refused, and no row tells otherwise."""
    before = one("SELECT count(*) FROM exchanges_file")
    with pytest.raises(Refusal) as refused:
        receive(at(Role.ADVISER), arrival())
    assert refused.value.code == "journal.permission"
    assert one("SELECT count(*) FROM exchanges_file") == before
