"""Rights files: what is written is read back, what is damaged is refused at its place."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egide.exchanges.codecs.faults import Effect
from egide.exchanges.codecs.noemie_envelope import Envelope
from egide.exchanges.codecs.noemie_return_codes import RETURN_CODES, Outcome
from egide.exchanges.codecs.noemie_rights import (
    Movement,
    RightsAnswer,
    RightsMovement,
    answer_with,
    read_answers,
    read_movements,
    write_answers,
    write_movements,
)
from egide.kernel.errors import Refusal
from egide.kernel.identifiers import nir_key

# Written by ourselves on the model of the only public sample, of which no copy may be kept here (docs/codecs.md).
SAMPLE = (Path(__file__).parent / "data" / "noemie_929_synthetic.txt").read_bytes()
ENVELOPE = Envelope(
    "SI", "00999000", "MU", "00000099999999", "99999999", "0001VS", date(2026, 1, 2), sender_program="NOE929"
)
_NAMES = st.from_regex(r"[A-Z]([A-Z'-]{0,10}[A-Z])?", fullmatch=True)
_NIRS = st.integers(1_000_000_000_000, 2_999_999_999_999).map(str)


@st.composite
def movements(draw: st.DrawFn) -> RightsMovement:
    nir = draw(_NIRS)
    start = draw(st.dates(date(2000, 1, 1), date(2050, 1, 1)))
    return RightsMovement(
        reference=draw(st.from_regex(r"[A-Z0-9]{0,8}", fullmatch=True)),
        nir=nir,
        key=nir_key(nir),
        last_name=draw(_NAMES),
        first_name=draw(_NAMES),
        birth_date=draw(st.none() | st.dates(date(1927, 1, 1), date(2026, 1, 1))),
        birth_rank=draw(st.integers(1, 9)),
        movement=draw(st.sampled_from(Movement)),
        contract_type=draw(st.sampled_from(["01", "85", "87", "88"])),
        start=start,
        end=draw(st.none() | st.dates(start, date(2060, 1, 1))),
        holder_last_name=draw(_NAMES),
        holder_first_name=draw(_NAMES),
    )


@pytest.mark.requirement("S003-013", "S003-052")
def test_our_own_sample_is_read_field_by_field_and_written_byte_for_byte() -> None:
    """The sample that we wrote reads as what it says, and writing it back changes nothing; it proves no conformity."""
    read = read_answers(SAMPLE)
    assert read.faults == ()
    (answer,) = read.records
    assert (answer.return_code, answer.outcome) == ("33", Outcome.ACQUITTED)
    assert answer.movement.birth_date == date(1980, 1, 1)
    assert (answer.movement.start, answer.movement.end) == (date(2026, 1, 1), date(2026, 12, 31))
    assert write_answers(ENVELOPE, read.records) == SAMPLE


@settings(max_examples=40, deadline=None)
@given(st.lists(movements(), max_size=60))
def test_movements_come_back_as_they_were_sent(sent: list[RightsMovement]) -> None:
    """Everything that is sent is read by the scheme, in order, whatever the number of physical records."""
    envelope, read = read_movements(write_movements(ENVELOPE, sent))
    assert (list(read.records), read.faults) == (sent, ())
    assert envelope.file_id == ENVELOPE.file_id


@pytest.mark.requirement("S003-014", "S003-053")
@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(movements(), st.sampled_from(sorted(RETURN_CODES))), max_size=40))
def test_answers_come_back_with_their_reason(sent: list[tuple[RightsMovement, str]]) -> None:
    """Each answer keeps its movement, its code, its class and its label."""
    answers = [answer_with(movement, code) for movement, code in sent]
    read = read_answers(write_answers(ENVELOPE, answers))
    assert list(read.records) == answers
    assert all(fault.effect is Effect.REPORTED for fault in read.faults)


def test_a_crowd_under_one_number_is_split_into_records_that_fit() -> None:
    """A physical record never exceeds the 9,999 characters that its length can tell."""
    one = read_answers(SAMPLE).records[0]
    data = write_answers(ENVELOPE, [one] * 200)
    assert max(map(len, data.splitlines())) <= 10_003
    assert read_answers(data).records == (one,) * 200


def _line(data: bytes, number: int, change: tuple[bytes, bytes]) -> bytes:
    lines = data.split(b"\n")
    lines[number - 1] = lines[number - 1].replace(*change, 1)
    return b"\n".join(lines)


@pytest.mark.requirement("S003-048")
@pytest.mark.parametrize(
    ("damaged", "code", "where"),
    [
        (b"", "file.empty", "ligne 1"),
        (b"  \n ", "file.empty", "ligne 1"),
        (SAMPLE.decode().encode("utf-16"), "file.encoding", "ligne 1, position 1"),
        (b"\xef\xbb\xbf" + SAMPLE, "file.encoding", "ligne 1, position 1"),
        (b"%PDF-1.7 something", "file.format", "ligne 1, position 1"),
        (SAMPLE.decode().encode("cp500"), "file.format", "ligne 1, position 1"),
        (SAMPLE[:300], "noemie.cut", "ligne 2"),
        (SAMPLE[:133], "noemie.cut", "ligne 1"),
        (SAMPLE[:-20], "noemie.envelope_length", "ligne 3, position 1"),
        (_line(SAMPLE, 1, (b"260102929", b"261302929")), "noemie.file_date", "ligne 1, position 60"),
        (_line(SAMPLE, 1, (b"929 ", b"578 ")), "noemie.reference", "ligne 1, position 66"),
        (_line(SAMPLE, 3, (b"00000003", b"00000004")), "noemie.physical_count", "ligne 3, position 60"),
        (_line(SAMPLE, 3, (b"0001VS", b"0002VS")), "noemie.trailer_identity", "ligne 3, position 54"),
        (_line(SAMPLE, 2, (b"0412", b"0413")), "noemie.length", "ligne 2, position 1"),
        (_line(SAMPLE, 2, (b"0000000300", b"0000000200")), "noemie.level_count", "ligne 2, position 353"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_trusted_is_refused_whole(damaged: bytes, code: str, where: str) -> None:
    """A cut, altered or foreign file is refused with its place and a remedy; nothing of it is used."""
    with pytest.raises(Refusal) as refused:
        read_answers(damaged)
    assert (refused.value.code, refused.value.where) == (code, where)
    assert refused.value.remedy


@pytest.mark.parametrize(
    ("change", "code", "position"),
    [
        ((b"@120990101801", b"@120993102801"), "rights.birth_date", 112),
        ((b"C012026010120261231", b"C012026130120261231"), "rights.start", 180),
        ((b"C012026010120261231", b"C012026010120269931"), "rights.end", 188),
        ((b"C012026010120261231", b"X012026010120261231"), "rights.movement", 177),
        ((b"     33C", b"     99C"), "rights.return_code", 247),
        ((b"@14099", b"@14199"), "rights.entity", 164),
    ],
)
def test_a_bad_field_is_a_fault_at_its_place(change: tuple[bytes, bytes], code: str, position: int) -> None:
    """A bad entity leaves the file readable: the fault gives line, position, reason and remedy."""
    read = read_answers(_line(SAMPLE, 2, change))
    assert read.records == ()
    first = read.faults[0]
    assert (first.line_no, first.position, first.code) == (2, position, code)
    assert first.message and first.remedy


def test_faults_never_repeat_what_the_line_says() -> None:
    """An excerpt is a shape: names and numbers of people must not reach a log."""
    read = read_answers(_line(SAMPLE, 2, (b"@120990101801EXEMPLE", b"@12099AB01801EXEMPLE")))
    told = " ".join(f"{fault.message} {fault.excerpt}" for fault in read.faults)
    assert "AB0180" not in told
    assert "AA9999" in told


def test_a_value_that_does_not_fit_is_refused() -> None:
    """Nothing is cut in silence: a reference of nine characters is refused with the field."""
    one = read_answers(SAMPLE).records[0].movement
    too_long = RightsMovement(**{**_fields(one), "reference": "123456789"})
    with pytest.raises(Refusal) as refused:
        write_movements(ENVELOPE, [too_long])
    assert (refused.value.code, refused.value.where) == ("codec.too_long", "reference")


def _fields(movement: RightsMovement) -> dict[str, object]:
    return {name: getattr(movement, name) for name in RightsMovement.__dataclass_fields__}


def test_every_known_code_has_one_class() -> None:
    """The 62 codes of the source: 3 acquitted, 37 rejected, the others reported."""
    counts = dict.fromkeys(Outcome, 0)
    for outcome, _ in RETURN_CODES.values():
        counts[outcome] += 1
    assert counts == {Outcome.ACQUITTED: 3, Outcome.REPORTED: 22, Outcome.REJECTED: 37}
    assert isinstance(answer_with(read_answers(SAMPLE).records[0].movement, "18"), RightsAnswer)
