"""The acknowledgement of a received care file: how many acts were accepted, which lines were not and why.

House format (entities 910 and 920 in a NOEMIE envelope): no public source describes the real one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

import polars as pl

from egide.exchanges.codecs import noemie_envelope as envelope_of
from egide.exchanges.codecs.care_line_fields import RECEIPT, RECEIPT_REASON
from egide.exchanges.codecs.faults import Effect
from egide.exchanges.codecs.latin import to_sepa_text
from egide.exchanges.codecs.noemie_envelope import DELIMITER, LENGTH_DIGITS, OPENING, Envelope
from egide.kernel.errors import Refusal

if TYPE_CHECKING:
    from egide.exchanges.codecs.care_lines import CareLineRead

RECEIPT_REFERENCE = "EGA"


class Verdict(StrEnum):
    """What became of a file: used whole, used but for some lines, or not used at all."""

    ACCEPTED = "A"
    PARTIAL = "P"
    REFUSED = "R"


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """One reason of refusal; line 0 is the file itself."""

    line_no: int
    position: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What we answer to the sender of a file: the file, the verdict, the counts and the reasons."""

    file_id: str
    file_date: date
    verdict: Verdict
    accepted: int
    refused: int
    reasons: tuple[RefusedLine, ...] = ()


def receipt_of(read: CareLineRead) -> Receipt:
    """Return the acknowledgement of a file that was read: refused counts the faults that refuse."""
    refused = read.faults.filter(pl.col("effect") == Effect.REFUSED.value)
    reasons = tuple(RefusedLine(*row) for row in refused.select("line_no", "position", "code", "message").iter_rows())
    missing = read.totals.act_count - len(read.lines)
    verdict = Verdict.PARTIAL if reasons else Verdict.ACCEPTED
    return Receipt(read.header.file_id, read.header.file_date, verdict, len(read.lines), missing, reasons)


def write_receipt(envelope: Envelope, receipt: Receipt) -> bytes:
    """Return the acknowledgement file; messages are sent without accents and cut at 160 characters."""
    lines = [
        envelope_of.write_header(envelope),
        envelope_of.physical(OPENING.build(oc_number=envelope.oc_number) + DELIMITER),
        envelope_of.physical(
            RECEIPT.build(
                file_id=receipt.file_id,
                file_date=f"{receipt.file_date:%y%m%d}",
                verdict=receipt.verdict.value,
                accepted=str(receipt.accepted),
                refused=str(receipt.refused),
            )
            + DELIMITER
        ),
    ]
    lines.extend(
        envelope_of.physical(
            RECEIPT_REASON.build(
                line_no=str(each.line_no),
                position=str(each.position),
                code=each.code[: RECEIPT_REASON["code"].length],
                message=to_sepa_text(each.message, RECEIPT_REASON["message"].length, "message"),
            )
            + DELIMITER
        )
        for each in receipt.reasons
    )
    lines.append(envelope_of.physical(envelope_of.closing("01", count=len(lines) - 2) + DELIMITER))
    lines.append(envelope_of.write_trailer(envelope, physical_count=len(lines) + 1))
    return ("\n".join(lines) + "\n").encode("latin-1")


def read_receipt(data: bytes) -> Receipt:
    """Return the acknowledgement read from a file; raises Refusal when it is cut or of another format."""
    envelope_of.refuse_unreadable(data)
    lines = data.decode("latin-1").rstrip("\r\n").splitlines()
    header = envelope_of.read_header(lines[0], references=(RECEIPT_REFERENCE,))
    declared, _ = envelope_of.read_trailer(lines[-1], line_no=len(lines), header=header)
    envelope_of.refuse_count(declared=declared, found=len(lines), line_no=len(lines))
    heads: list[dict[str, str]] = []
    reasons: list[RefusedLine] = []
    for line_no, line in enumerate(lines[1:-1], start=2):
        entity = line[LENGTH_DIGITS:].removesuffix(DELIMITER)
        try:
            if entity[:3] == RECEIPT.name:
                heads.append(RECEIPT.cut(entity))
            elif entity[:3] == RECEIPT_REASON.name:
                raw = RECEIPT_REASON.cut(entity)
                reasons.append(RefusedLine(int(raw["line_no"]), int(raw["position"]), raw["code"], raw["message"]))
        except ValueError as error:
            raise _unreadable(line_no) from error
    if len(heads) != 1:
        raise _unreadable(3)
    head = heads[0]
    try:
        return Receipt(
            head["file_id"],
            envelope_of.yymmdd(head["file_date"]),
            Verdict(head["verdict"]),
            int(head["accepted"]),
            int(head["refused"]),
            tuple(reasons),
        )
    except ValueError as error:
        raise _unreadable(3) from error


def _unreadable(line_no: int) -> Refusal:
    return Refusal(
        "receipt.unreadable",
        "L’acquittement n’est pas lisible.",
        "Redemandez l’acquittement au partenaire.",
        where=f"ligne {line_no}",
    )
