"""Care files: a column frame goes through a file unchanged, and what is damaged is told at its place."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from care_frames import CORSICAN, HEADER, NIR, act, frame
from hypothesis import given, settings
from hypothesis import strategies as st

from egide.exchanges.codecs.care_line_check import BASKETS
from egide.exchanges.codecs.care_lines import (
    LINES_SCHEMA,
    Verdict,
    read_care_lines,
    read_receipt,
    receipt_of,
    write_care_lines,
    write_receipt,
)
from egide.exchanges.codecs.noemie_envelope import Envelope
from egide.kernel.errors import Refusal

_CENTS = st.integers(0, 999_999)
_FLAGS = st.booleans()


@st.composite
def acts(draw: st.DrawFn, number: int) -> dict[str, Any]:
    stay = draw(_FLAGS)
    operation = draw(st.sampled_from("NNNA"))
    return act(
        reference=f"{number:010d}",
        reversed_reference="0000099999" if operation == "A" else "",
        nir=draw(st.sampled_from([NIR, CORSICAN, "2690499351234"])),
        beneficiary_rank=draw(st.integers(1, 20)),
        birth_date=draw(st.dates(date(1927, 1, 1), date(2026, 3, 1))),
        birth_rank=draw(st.integers(1, 9)),
        invoice_no=draw(st.from_regex(r"[A-Z0-9]{1,9}", fullmatch=True)),
        operation=operation,
        stay_start=draw(st.none() | st.dates(date(2020, 1, 1), date(2026, 3, 1))),
        is_stay=stay,
        act_code=draw(st.sampled_from(["CS", "G", "PF0", "FJ", "OPT"])),
        care_date=draw(st.dates(date(2020, 1, 1), date(2026, 3, 15))),
        quantity=draw(st.integers(1, 99)),
        coefficient=draw(st.integers(0, 99_999)),
        unit_price_cents=draw(_CENTS),
        base_cents=draw(_CENTS),
        rate_bp=draw(st.integers(0, 100)) * 100,
        amo_cents=draw(_CENTS),
        charged_cents=draw(_CENTS),
        amc_requested_cents=draw(_CENTS),
        withheld_cents=draw(_CENTS),
        tariff_agreement=draw(_FLAGS),
        care_path=draw(_FLAGS),
        basket=draw(st.sampled_from(BASKETS)),
        executant="" if stay else draw(st.sampled_from(["", "01", "36"])),
    )


@st.composite
def frames(draw: st.DrawFn) -> pl.DataFrame:
    count = draw(st.integers(1, 12))
    return frame(*(draw(acts(number)) for number in range(count)))


@settings(max_examples=60, deadline=None)
@given(frames())
def test_a_frame_goes_through_a_file_unchanged(sent: pl.DataFrame) -> None:
    """Every act sent is read with the same values, in the same order, in the promised types."""
    read = read_care_lines(write_care_lines(sent, HEADER))
    assert read.faults.is_empty()
    assert dict(read.lines.schema) == LINES_SCHEMA
    shared = [name for name in sent.columns if name in LINES_SCHEMA]
    expected = sent.select(pl.col(name).cast(LINES_SCHEMA[name]) for name in shared)
    assert read.lines.select(shared).equals(expected)
    assert read.totals.act_count == len(sent)


_DATA = write_care_lines(
    frame(
        act(),
        act(reference="0000000002", act_code="PF0", basket="RAC0"),
        act(reference="0000000003", invoice_no="000000002", is_stay=True, executant="", act_code="FJ"),
        act(reference="0000000004", invoice_no="000000003", operation="A", reversed_reference="0000000001"),
    ),
    HEADER,
)


@settings(max_examples=400, deadline=None)
@given(
    line=st.integers(3, 5),
    position=st.integers(5, 4 + 129 * 2),
    character=st.sampled_from(" 0195AZOé@+-\x00\x01\t?"),
)
def test_the_fast_reader_and_the_explaining_one_agree(line: int, position: int, character: str) -> None:
    """Whatever character is changed, each act is read or refused with a named reason: none is lost."""
    lines = _DATA.split(b"\n")
    changed = bytearray(lines[line - 1])
    changed[min(position, len(changed)) - 1] = character.encode("latin-1")[0]
    lines[line - 1] = bytes(changed)
    try:
        read = read_care_lines(b"\n".join(lines))
    except Refusal as refused:
        # A changed amount that is still a number can only be seen by the totals.
        assert refused.code in ("care.total", "care.lot_amount")
        return
    refused_lines = set(read.faults.filter(pl.col("effect") == "REFUSED")["line_no"])
    acts_of = {3: 2, 4: 1, 5: 1}
    for number, count in acts_of.items():
        kept = len(read.lines.filter(pl.col("line_no") == number))
        assert kept == count or number in refused_lines
    assert "care.unreadable" not in set(read.faults["code"])


def _changed(line: int, start: int, new: bytes, data: bytes = _DATA) -> bytes:
    lines = data.split(b"\n")
    lines[line - 1] = lines[line - 1][: start - 1] + new + lines[line - 1][start - 1 + len(new) :]
    return b"\n".join(lines)


def _without(line: int) -> bytes:
    lines = _DATA.split(b"\n")
    return b"\n".join(lines[: line - 1] + lines[line:])


@pytest.mark.parametrize(
    ("line", "start", "new", "code", "position", "kept"),
    [
        (3, 29, b"99", "care.nir_key", 29, 2),
        (3, 16, b"9", "care.nir", 16, 2),
        (3, 43, b"X", "care.operation", 43, 2),
        (3, 1, b"0386", "care.length", 1, 2),
        (3, 5, b"3", "care.record_type", 5, 2),
        (3, 133, b" ", "care.delimiter", 133, 2),
        (3, 262, b" ", "care.delimiter", 262, 3),
        (3, 134, b"5", "care.record_type", 134, 3),
        (3, 203, b"261301", "care.care_date", 203, 3),
        (3, 203, b"261231", "care.future", 203, 3),
        (3, 209, b"  ", "care.act_code", 209, 3),
        (3, 214, b"00", "care.quantity", 214, 3),
        (3, 238, b"101", "care.rate", 238, 3),
        (3, 241, b"12 45", "care.amo", 241, 3),
        (3, 155, b"X", "care.tariff_agreement", 155, 3),
        (3, 157, b"BIDON", "care.basket", 157, 3),
        (3, 264, b"0000000001", "care.repeated", 264, 3),
        (4, 177, b"000000", "care.care_date", 177, 3),
    ],
)  # fmt: skip
def test_a_bad_line_is_told_at_its_place_and_stops_no_other(
    *, line: int, start: int, new: bytes, code: str, position: int, kept: int
) -> None:
    """A refused line or act gives line, position, reason and remedy; the others are read."""
    read = read_care_lines(_changed(line, start, new))
    refused = read.faults.filter(pl.col("effect") == "REFUSED").row(0, named=True)
    assert (refused["line_no"], refused["code"], refused["position"]) == (line, code, position)
    assert refused["message"].endswith(".") and refused["remedy"]
    assert len(read.lines) == kept


@pytest.mark.requirement("S003-048")
@pytest.mark.parametrize(
    ("data", "code", "where"),
    [
        (b"", "file.empty", "ligne 1"),
        (b"PK\x03\x04 zip", "file.format", "ligne 1, position 1"),
        (_DATA.decode().encode("utf-16"), "file.encoding", "ligne 1, position 1"),
        (_DATA[:900], "noemie.cut", "ligne 5"),
        (b"\n".join(_DATA.split(b"\n")[:-2]), "noemie.cut", "ligne 6"),
        (_without(4), "noemie.physical_count", "ligne 6, position 60"),
        (_changed(1, 66, b"929"), "noemie.reference", "ligne 1, position 66"),
        (_changed(2, 5, b"011"), "care.lot", "ligne 6, position 1"),
        (_changed(6, 27, b"00000009"), "care.lot_count", "ligne 6, position 27"),
        (_changed(6, 35, b"00000000009"), "care.lot_amount", "ligne 6, position 35"),
        (_changed(7, 68, b"0000000009"), "care.total", "ligne 7, position 68"),
        (_changed(7, 78, b"0000000000009"), "care.total", "ligne 7, position 78"),
        (_changed(7, 92, b"    "), "care.total_missing", "ligne 7, position 92"),
        (_changed(3, 241, b"0009999"), "care.lot_amount", "ligne 6, position 35"),
        (_changed(3, 248, b"00099999"), "care.total", "ligne 7, position 78"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_trusted_is_refused_whole(data: bytes, code: str, where: str) -> None:
    """Cut, foreign or unbalanced files are refused with place and remedy: money is never used in doubt."""
    with pytest.raises(Refusal) as refused:
        read_care_lines(data)
    assert (refused.value.code, refused.value.where) == (code, where)


def test_totals_stay_verified_through_refused_lines() -> None:
    """A refused act whose amounts are readable still counts: an altered amount elsewhere is still seen."""
    bad_key = _changed(3, 29, b"99")
    assert len(read_care_lines(bad_key).lines) == 2
    with pytest.raises(Refusal) as refused:
        read_care_lines(_changed(4, 235, b"00099999", data=bad_key))
    assert refused.value.code == "care.total"


def test_a_gap_that_cannot_be_verified_is_reported() -> None:
    """When a line hides its amounts, the gap with the totals is told instead of refusing the file."""
    read = read_care_lines(_changed(3, 241, b"12 45"))
    assert "care.total_gap" in set(read.faults["code"])


def test_a_birth_date_out_of_the_calendar_is_kept_and_reported() -> None:
    """People without a known month of birth are paid like the others: the date is simply absent."""
    read = read_care_lines(_changed(4, 100, b"800001"))
    assert (len(read.lines), set(read.faults["effect"])) == (4, {"REPORTED"})
    assert read.lines.filter(pl.col("line_no") == 4)["birth_date"].to_list() == [None]


def test_messages_hold_no_health_data() -> None:
    """A fault may be shown to anyone who follows the flow: neither number, act nor amount is in it."""
    faults = read_care_lines(_changed(3, 29, b"99")).faults
    told = " ".join(str(value) for row in faults.iter_rows() for value in row)
    assert NIR not in told and "CS" not in told.replace("ACS", "")


def test_bytes_and_path_read_the_same(tmp_path: Path) -> None:
    """A file on disk is mapped, not loaded, and gives the same lines; so do Windows line ends."""
    path = tmp_path / "soins.txt"
    path.write_bytes(_DATA)
    lines = read_care_lines(_DATA).lines
    assert read_care_lines(path).lines.equals(lines)
    assert read_care_lines(_DATA.replace(b"\n", b"\r\n")).lines.equals(lines)


def test_an_invoice_of_many_acts_is_cut_into_lines_that_fit() -> None:
    """The length has four digits: 200 acts of one invoice take three physical records."""
    sent = frame(*(act(reference=f"{number:010d}") for number in range(200)))
    read = read_care_lines(write_care_lines(sent, HEADER))
    assert read.lines["line_no"].unique().to_list() == [3, 4, 5]
    assert read.lines["reference"].to_list() == sent["reference"].to_list()


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"amo_cents": -1}, "enregistrement 4, colonne amo_cents"),
        ({"amo_cents": 10_000_000}, "enregistrement 4, colonne amo_cents"),
        ({"rate_bp": 6550}, "enregistrement 4, colonne rate_bp"),
        ({"act_code": None}, "enregistrement 4, colonne act_code"),
        ({"invoice_no": "1234567890"}, "enregistrement 2, colonne invoice_no"),
    ],
)
def test_what_does_not_fit_is_never_written(change: dict[str, Any], where: str) -> None:
    """A value that would be cut or lost is refused with its record and column."""
    with pytest.raises(Refusal) as refused:
        write_care_lines(frame(act(), act(reference="2", **change)), HEADER)
    assert (refused.value.code, refused.value.where) == ("care.unwritable", where)


@pytest.mark.requirement("S003-052")
def test_a_receipt_says_what_was_refused_and_why() -> None:
    """The sender learns what was accepted, and each refused line with its reason."""
    read = read_care_lines(_changed(3, 203, b"261301"))
    receipt = receipt_of(read)
    assert (receipt.verdict, receipt.accepted, receipt.refused) == (Verdict.PARTIAL, 3, 1)
    back = read_receipt(write_receipt(_receipt_envelope(), receipt))
    assert (back.verdict, back.accepted, back.refused) == (Verdict.PARTIAL, 3, 1)
    assert [(each.line_no, each.position, each.code) for each in back.reasons] == [(3, 203, "care.care_date")]
    assert receipt_of(read_care_lines(_DATA)).verdict is Verdict.ACCEPTED


def test_a_cut_receipt_is_refused() -> None:
    """A receipt is a proof: cut, it proves nothing."""
    data = write_receipt(_receipt_envelope(), receipt_of(read_care_lines(_DATA)))
    with pytest.raises(Refusal, match="coupé"):
        read_receipt(data[:-140])


def _receipt_envelope() -> Envelope:
    return replace(HEADER.answer(file_id="0001DC"), reference="EGA")


def test_a_hundred_thousand_lines_are_read_in_a_breath() -> None:
    """The promise is a million lines in four seconds; a tenth of it must stay far under one."""
    number = pl.int_range(100_000, eager=True)
    many = pl.DataFrame({"n": number}).select(
        pl.col("n").cast(pl.String).str.zfill(10).alias("reference"),
        pl.col("n").cast(pl.String).str.zfill(9).alias("invoice_no"),
        **{name: pl.lit(value) for name, value in act().items() if name not in ("reference", "invoice_no")},
    )
    data = write_care_lines(many, HEADER)
    start = time.perf_counter()
    assert len(read_care_lines(data).lines) == 100_000
    assert time.perf_counter() - start < 2
