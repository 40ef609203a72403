"""The partner simulator: the same seed tells the same story, whatever the order and the size of the files."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import polars as pl
import pytest
from care_frames import HEADER, act, frame

from egide.exchanges import simulator
from egide.exchanges.codecs.bank_returns import REASONS, read_returns
from egide.exchanges.codecs.care_line_write import REQUIRED
from egide.exchanges.codecs.care_lines import read_care_lines
from egide.exchanges.codecs.noemie_envelope import Envelope
from egide.exchanges.codecs.noemie_return_codes import Outcome
from egide.exchanges.codecs.noemie_rights import Movement, RightsMovement, read_answers, write_movements
from egide.exchanges.codecs.sepa_debit import Debit, DebitHeader, Sequence, write_debits
from egide.kernel.identifiers import nir_key

OURS = Envelope("MU", "99999999", "SI", "00999000", "99999999", "0001EG", date(2026, 3, 1), exchange_type="MV")


def _movements(count: int) -> list[RightsMovement]:
    numbers = [str(1_800_175_000_000 + number) for number in range(count)]
    kinds = list(Movement)
    return [
        RightsMovement(
            f"{at:08d}", nir, nir_key(nir), "EXEMPLE", "ALIX", date(1980, 1, 1), 1, kinds[at % 3], "01",
            date(2026, 1, 1), date(2026, 12, 31), "EXEMPLE", "ALIX",
        )
        for at, nir in enumerate(numbers)
    ]  # fmt: skip


@pytest.mark.requirement("S003-052", "S003-053")
def test_the_scheme_answers_every_movement_the_same_way_each_time() -> None:
    """Each movement has one answer of its own kind; the share of rejects is about the one asked for."""
    sent = _movements(1000)
    data = simulator.answer_movements(write_movements(OURS, sent), seed=7, reject_share_bp=1000)
    assert data == simulator.answer_movements(write_movements(OURS, sent), seed=7, reject_share_bp=1000)
    answers = read_answers(data).records
    assert [answer.movement for answer in answers] == sent
    rejected = sum(answer.outcome is Outcome.REJECTED for answer in answers)
    assert 60 <= rejected <= 140
    acquitted = {
        (answer.movement.movement, answer.return_code) for answer in answers if answer.outcome is Outcome.ACQUITTED
    }
    assert acquitted == {(Movement.CREATE, "33"), (Movement.CHANGE, "32"), (Movement.CANCEL, "34")}


def test_an_answer_does_not_depend_on_its_neighbours() -> None:
    """Sent alone or among a thousand, a movement gets the same answer."""
    sent = _movements(50)
    together = read_answers(simulator.answer_movements(write_movements(OURS, sent), 7, 3000)).records
    alone = [read_answers(simulator.answer_movements(write_movements(OURS, [one]), 7, 3000)).records[0] for one in sent]
    assert list(together) == alone


def test_impossible_movements_are_rejected_for_what_they_are() -> None:
    """A missing birth date is code 01; an end before the start is code 08."""
    one = _movements(1)[0]
    sent = [replace(one, birth_date=None), replace(one, end=date(2025, 1, 1))]
    answers = read_answers(simulator.answer_movements(write_movements(OURS, sent), 1, 0)).records
    assert [answer.return_code for answer in answers] == ["01", "08"]


def _care(count: int) -> pl.DataFrame:
    return frame(*(act(reference=f"{at:010d}", invoice_no=f"{at:09d}") for at in range(count)))


def test_a_frame_of_required_columns_is_enough() -> None:
    """The generator gives what it knows; the other zones take their documented defaults."""
    few = _care(50).select(REQUIRED)
    lines = read_care_lines(simulator.scheme_care_file(few, HEADER, seed=3, reversal_share_bp=5000)).lines
    assert lines["operation"].value_counts().sort("operation")["operation"].to_list() == ["A", "N"]
    assert lines.filter(pl.col("operation") == "N")["reference"].to_list() == few["reference"].to_list()
    assert lines["oc_number"].unique().to_list() == ["0099999999"]


def test_the_scheme_reverses_and_spoils_a_share_of_its_lines() -> None:
    """Reversals name the line they cancel; spoiled lines are rejected, and the file is still accepted."""
    data = simulator.scheme_care_file(_care(400), HEADER, seed=3, reversal_share_bp=1000, spoiled_share_bp=500)
    read = read_care_lines(data)
    reversed_acts = read.lines.filter(pl.col("operation") == "A")
    assert 20 <= len(reversed_acts) <= 60
    originals = _care(400)["reference"].implode()
    assert reversed_acts["reversed_reference"].is_in(originals).all()
    assert set(read.faults["code"]) == {"care.nir_key"}
    assert 5 <= len(read.faults) <= 45
    assert data == simulator.scheme_care_file(_care(400), HEADER, seed=3, reversal_share_bp=1000, spoiled_share_bp=500)


def test_the_bank_returns_a_share_of_the_debits() -> None:
    """Returned orders keep their reference, amount and mandate, with a known reason."""
    iban = "FR7630006000011234567890189"
    header = DebitHeader("MSG1", datetime.fromisoformat("2026-03-01T08:00:00"), "Mutuelle", iban, "FR72ZZZ123456")
    debits = [
        Debit(
            f"E{at}", f"RUM{at}", date(2025, 1, 1), 1000 + at, "Alix", iban, "Cotisation",
            Sequence.RECURRENT, date(2026, 3, 5),
        )
        for at in range(1000)
    ]  # fmt: skip
    data = simulator.answer_debits(write_debits(header, debits), seed=5, return_share_bp=300)
    assert data == simulator.answer_debits(write_debits(header, debits), seed=5, return_share_bp=300)
    told, read = read_returns(data)
    assert told.original_message_id == "MSG1"
    assert told.created_at == datetime.fromisoformat("2026-03-07T09:00:00")
    assert 10 <= len(read.records) <= 55
    by_key = {each.end_to_end_id: each for each in debits}
    assert all(by_key[each.end_to_end_id].amount_cents == each.amount_cents for each in read.records)
    assert {each.reason_code for each in read.records} <= set(REASONS)
    assert read_returns(simulator.answer_debits(write_debits(header, debits), 5, 0))[1].records == ()
