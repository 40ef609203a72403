"""The partners played by Égide itself: a compulsory scheme and a bank, deterministic from a seed.

Each answer depends only on the seed and on the line it answers, so that the order of the lines and the size
of the file change nothing: the demo, the tests and the bench always tell the same story.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from hashlib import blake2b

import polars as pl

from egide.exchanges.codecs.bank_returns import DebitReturn, ReturnHeader, write_returns
from egide.exchanges.codecs.care_line_fields import BENEFICIARY
from egide.exchanges.codecs.care_line_write import DEFAULTS, write_care_lines
from egide.exchanges.codecs.noemie_envelope import LENGTH_DIGITS, Envelope
from egide.exchanges.codecs.noemie_rights import (
    Movement,
    RightsAnswer,
    RightsMovement,
    answer_with,
    read_movements,
    write_answers,
)
from egide.exchanges.codecs.sepa_debit import read_debits

WHOLE_BP = 10_000

# How often each reason comes back, in 1/10,000: a plausible mix for the demo, not a statistic.
_REJECT_CODES = (
    ("18", 3500),
    ("20", 2000),
    ("31", 1500),
    ("21", 1200),
    ("16", 800),
    ("08", 600),
    ("35", 400),
)
_REPORTED_CODES = (("27", 5000), ("53", 3000), ("38", 2000))
_ACQUITTED_CODES = {Movement.CREATE: "33", Movement.CHANGE: "32", Movement.CANCEL: "34"}
_RETURN_CODES = (
    ("AM04", 6800), ("AC04", 900), ("MS03", 700), ("MS02", 500), ("MD01", 450), ("AC01", 350), ("AC06", 200),
    ("MD07", 100),
)  # fmt: skip


def draw(seed: int, *parts: object) -> int:
    """Return a number in 0 to 9,999 that depends only on the seed and the parts."""
    text = "|".join((str(seed), *(str(part) for part in parts)))
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") % WHOLE_BP


def answer_movements(data: bytes, seed: int, reject_share_bp: int, reported_share_bp: int = 0) -> bytes:
    """Return the scheme's answers to a file of movements; shares are in 1/10,000 of the movements.

    Whatever the draw, a missing birth date is code 01 and an end before the start code 08.
    """
    envelope, read = read_movements(data)
    answers = [
        _answer(movement, seed, reject_share_bp=reject_share_bp, reported_share_bp=reported_share_bp)
        for movement in read.records
    ]
    return write_answers(envelope.answer(file_id=envelope.file_id), answers)


def _answer(movement: RightsMovement, seed: int, *, reject_share_bp: int, reported_share_bp: int) -> RightsAnswer:
    who = (movement.nir, movement.birth_date, movement.birth_rank, movement.movement, movement.start)
    luck = draw(seed, "movement", *who)
    if movement.birth_date is None:
        return answer_with(movement, "01")
    if movement.end is not None and movement.start is not None and movement.end < movement.start:
        return answer_with(movement, "08")
    if luck < reject_share_bp:
        return answer_with(movement, _pick(_REJECT_CODES, draw(seed, "reject", *who)))
    if luck < reject_share_bp + reported_share_bp:
        return answer_with(movement, _pick(_REPORTED_CODES, draw(seed, "report", *who)))
    return answer_with(movement, _ACQUITTED_CODES[movement.movement])


def scheme_care_file(
    frame: pl.DataFrame,
    header: Envelope,
    *,
    seed: int = 0,
    reversal_share_bp: int = 0,
    spoiled_share_bp: int = 0,
) -> bytes:
    """Return the care file that the scheme would send for a frame of acts (see `write_care_lines`).

    A share of the acts is reversed at the end of the file; a share of the physical lines gets a wrong key, so
    that rejects can be shown.  Totals stay exact: the file itself is accepted.
    """
    if reversal_share_bp:
        frame = frame.with_columns(
            DEFAULTS[name].alias(name) for name in ("operation", "reversed_reference") if name not in frame.columns
        )
        frame = pl.concat([frame, _reversals(frame, seed, reversal_share_bp)])
    data = write_care_lines(frame, header)
    return _spoiled(data, seed, spoiled_share_bp) if spoiled_share_bp else data


def _reversals(frame: pl.DataFrame, seed: int, share_bp: int) -> pl.DataFrame:
    chosen = [draw(seed, "reversal", reference) < share_bp for reference in frame["reference"]]
    reversed_acts = frame.filter(pl.Series(chosen, dtype=pl.Boolean) & (frame["operation"] == "N"))
    return reversed_acts.with_columns(
        pl.lit("A").alias("operation"),
        pl.col("reference").alias("reversed_reference"),
        ("R" + pl.col("reference").str.slice(-9)).alias("reference"),
    )


def _spoiled(data: bytes, seed: int, share_bp: int) -> bytes:
    key = BENEFICIARY["nir_key"]
    start = LENGTH_DIGITS + key.start - 1
    lines = data.split(b"\n")
    for at, line in enumerate(lines):
        if line[LENGTH_DIGITS : LENGTH_DIGITS + 1] == b"2" and draw(seed, "spoil", at) < share_bp:
            wrong = int(line[start : start + key.length]) % 97 + 1
            lines[at] = line[:start] + b"%02d" % wrong + line[start + key.length :]
    return b"\n".join(lines)


def answer_debits(data: bytes, seed: int, return_share_bp: int, answered_at: datetime | None = None) -> bytes:
    """Return the bank's report on a debit file; the share is in 1/10,000 of the orders.

    Without ``answered_at`` the bank answers two days after the last collection, at nine.
    """
    sent = read_debits(data)
    last = max(debit.collection_on for debit in sent.debits) + timedelta(days=2)
    returns = [
        DebitReturn(
            end_to_end_id=debit.end_to_end_id,
            original_payment_id=debit.payment_id,
            mandate_reference=debit.mandate_reference,
            amount_cents=debit.amount_cents,
            reason_code=_pick(_RETURN_CODES, draw(seed, "reason", debit.end_to_end_id)),
            collection_on=debit.collection_on,
            debtor_iban=debit.debtor_iban,
            original_message_id=sent.header.message_id,
        )
        for debit in sent.debits
        if draw(seed, "return", debit.end_to_end_id) < return_share_bp
    ]
    header = ReturnHeader(
        message_id=f"RET-{sent.header.message_id}"[:35],
        created_at=answered_at or datetime.combine(last, time(9)),
        original_message_id=sent.header.message_id,
        original_message_name=sent.header.schema.value,
    )
    return write_returns(header, returns)


def _pick(weighted: tuple[tuple[str, int], ...], luck: int) -> str:
    """Return the code whose slice of 0 to 9,999 holds the number; weights add up to 10,000."""
    for code, weight in weighted:
        if luck < weight:
            return code
        luck -= weight
    raise AssertionError("the weights of a draw must add up to 10,000")
