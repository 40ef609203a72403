"""Care lines from the compulsory scheme: bytes to a column frame, one row per act, a million in seconds.

`read_care_lines` reads chunks of lines with Polars; what it cannot accept goes one record at a time through
`care_line_check`, which names the field and its position.  A bad line never stops the others; a file whose
envelope cannot be trusted is refused whole.  Format: `care_line_fields` and docs/codecs.md (house format).
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import polars as pl

from egide.exchanges.codecs import care_line_check as check
from egide.exchanges.codecs import care_line_columns as columns
from egide.exchanges.codecs import care_line_totals as totals_of_file
from egide.exchanges.codecs import noemie_envelope as envelope_of
from egide.exchanges.codecs.care_line_columns import LINES_SCHEMA
from egide.exchanges.codecs.care_line_fields import ACT, BENEFICIARY, REFERENCE, STAY, STRIDE
from egide.exchanges.codecs.care_line_write import CareTotals, write_care_lines
from egide.exchanges.codecs.care_receipt import Receipt, Verdict, read_receipt, receipt_of, write_receipt
from egide.exchanges.codecs.faults import Fault
from egide.exchanges.codecs.fields import Layout
from egide.exchanges.codecs.noemie_envelope import CLOSING, LENGTH_DIGITS, OPENING, Envelope

__all__ = [
    "LINES_SCHEMA",
    "CareLineRead",
    "CareTotals",
    "Receipt",
    "Verdict",
    "read_care_lines",
    "read_receipt",
    "receipt_of",
    "write_care_lines",
    "write_receipt",
]

CHUNK_BYTES = 8 * 1024 * 1024

FAULTS_SCHEMA: dict[str, pl.DataType] = {
    "line_no": pl.Int32(),
    "position": pl.Int32(),
    "act_no": pl.Int16(),
    "field": pl.String(),
    "code": pl.String(),
    "message": pl.String(),
    "remedy": pl.String(),
    "excerpt": pl.String(),
    "effect": pl.String(),
}


@dataclass(frozen=True, slots=True)
class CareLineRead:
    """What a care file holds: the acts that can be used, the faults of the others, the header, the totals.

    ``lines`` follows `LINES_SCHEMA` (cents are Int64, `coefficient` is in hundredths, `rate_bp` in 1/10,000;
    amounts are positive, operation "A" reverses them).  ``faults`` follows `FAULTS_SCHEMA`; every act of the
    file is in ``lines`` or under a fault with effect REFUSED, whose ``act_no`` is 0 for a line that could not be
    cut into acts.  ``totals`` are those declared by the trailer.  ``line_count`` is counted on the file before
    anything is decided: its acts, and its lines that could not be cut.
    """

    lines: pl.DataFrame
    faults: pl.DataFrame
    header: Envelope
    totals: CareTotals
    line_count: int


def read_care_lines(data: bytes | Path) -> CareLineRead:
    """Return the care lines of a file, given as bytes or as a path (then mapped, not loaded).

    Raises Refusal, with line and position, for a file that is empty, of another format or encoding, cut
    before its trailer, or whose counts or totals disagree with its content: nothing of it is used.
    """
    with _mapped(data) as source:
        return _read(source)


@contextmanager
def _mapped(data: bytes | Path) -> Iterator[bytes | mmap.mmap]:
    if isinstance(data, bytes):
        yield data
        return
    with data.open("rb") as file:
        if data.stat().st_size == 0:
            yield b""
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            yield mapped


def _read(source: bytes | mmap.mmap) -> CareLineRead:
    envelope_of.refuse_unreadable(source[:4096])
    end = len(source)
    while end and source[end - 1] in b"\r\n\x1a ":
        end -= 1
    first_end = source.find(b"\n", 0, end)
    last_start = source.rfind(b"\n", 0, end) + 1
    header_line = _text(source[: first_end if first_end >= 0 else end])
    header = envelope_of.read_header(header_line, references=(REFERENCE,))
    trailer_line = _text(source[last_start:end])

    reading = _Reading(header.file_date)
    line_no = 2
    if first_end >= 0:
        for chunk in _chunks(source, first_end + 1, last_start):
            line_no += reading.take(chunk, line_no)
    declared, raw_totals = envelope_of.read_trailer(trailer_line, line_no=line_no, header=header)
    envelope_of.refuse_count(declared=declared, found=line_no, line_no=line_no)
    totals = totals_of_file.declared_totals(raw_totals, line_no)

    lines = pl.concat(reading.frames) if reading.frames else pl.DataFrame(schema=LINES_SCHEMA)
    lines = reading.without_repeats(lines)
    oc_number, invoices = totals_of_file.check_lots(lines, reading.marks, reading.salvaged, line_no)
    reading.faults.extend(totals_of_file.check_totals(lines, totals, reading.salvaged, line_no))
    faults = pl.DataFrame(
        [_row(each) for each in sorted(reading.faults, key=lambda f: (f.line_no, f.position))],
        schema=FAULTS_SCHEMA,
        orient="row",
    )
    totals = replace(totals, invoice_count=invoices)
    return CareLineRead(lines, faults, replace(header, oc_number=oc_number), totals, reading.line_count)


def _row(fault: Fault) -> tuple[int, int, int, str, str, str, str, str, str]:
    return (
        fault.line_no, fault.position, max(0, (fault.position - LENGTH_DIGITS - 1) // STRIDE), fault.field, fault.code,
        fault.message, fault.remedy, fault.excerpt, fault.effect.value,
    )  # fmt: skip


# ---- bytes to chunks of lines

# Controls and bytes above 127 become "?", so that one byte stays one character and no check lets them by.
_PLAIN = bytes(b if b in (10, 13) or 32 <= b < 127 else 63 for b in range(256))


def _text(raw: bytes) -> str:
    return raw.translate(_PLAIN).decode("ascii").strip("\r\n")


def _chunks(source: bytes | mmap.mmap, start: int, stop: int) -> Iterator[bytes]:
    while start < stop:
        end = stop if stop - start <= CHUNK_BYTES else source.rfind(b"\n", start, start + CHUNK_BYTES) + 1
        if end <= start:
            end = (source.find(b"\n", start, stop) + 1) or stop
        yield source[start:end]
        start = end


def _lines_of(chunk: bytes) -> pl.Series:
    if not chunk.isascii() or any(control in chunk for control in (b"\x00", b"\x01", b"\t")):
        chunk = chunk.translate(_PLAIN)
    frame = pl.read_csv(chunk, has_header=False, separator="\x01", quote_char=None, schema={"raw": pl.String})
    return frame["raw"].fill_null("")


# ---- one reading


class _Reading:
    """What has been read so far: frames of good acts, faults, lots, and the amounts of the refused acts."""

    def __init__(self, file_date: date) -> None:
        self.file_date = file_date
        self.frames: list[pl.DataFrame] = []
        self.faults: list[Fault] = []
        self.marks: list[tuple[int, str]] = []
        self.salvaged: list[check.Salvage] = []
        self.line_count = 0

    def take(self, chunk: bytes, first_line_no: int) -> int:
        """Read one chunk of whole lines and return how many there were."""
        raw = _lines_of(chunk)
        length = pl.col("raw").str.len_bytes()
        frame = pl.DataFrame({"raw": raw}).with_columns(
            pl.int_range(first_line_no, first_line_no + len(raw), dtype=pl.Int32).alias("line_no"),
            pl.col("raw").str.slice(LENGTH_DIGITS, 3).alias("entity"),
            ((length.cast(pl.Int64) - LENGTH_DIGITS) // STRIDE - 1).alias("acts"),
            (
                (pl.col("raw").str.slice(0, LENGTH_DIGITS))
                == (length.cast(pl.Int64) - LENGTH_DIGITS).cast(pl.String).str.zfill(LENGTH_DIGITS)
            ).alias("sized"),
        )
        marked = pl.col("entity").is_in([OPENING.name, CLOSING.name])
        self.marks.extend(frame.filter(marked).select("line_no", "raw").iter_rows())
        whole = (
            pl.col("sized")
            & (pl.col("entity").str.slice(0, 1) == "2")
            & ((length.cast(pl.Int64) - LENGTH_DIGITS) % STRIDE == 0)
            & (pl.col("acts") >= 1)
            & (pl.col("raw").str.slice(LENGTH_DIGITS + STRIDE - 1, 1) == "@")
        )
        frame = frame.with_columns(whole.fill_null(value=False).alias("whole"))
        for line_no, line in frame.filter(~marked & ~pl.col("whole")).select("line_no", "raw").iter_rows():
            self.faults.append(check.line_fault(line_no, line))
            self.salvaged.append(check.Salvage(line_no, None))
            self.line_count += 1
        invoices = frame.filter(pl.col("whole")).select("line_no", "raw", "acts")
        self._take_invoices(invoices)
        return len(raw)

    def _take_invoices(self, invoices: pl.DataFrame) -> None:
        invoices = invoices.with_columns(columns.invoice_columns(self.file_date))
        invoices = invoices.with_columns(columns.invoice_good().alias("good"))
        for line_no, line in invoices.filter(~pl.col("good")).select("line_no", "raw").iter_rows():
            self.faults.extend(check.invoice_faults(line_no, line))
            self.salvaged.append(check.salvage_line(line_no, line))
        good = invoices.filter(pl.col("good"))
        self.line_count += invoices.height - good.height + int(good["acts"].sum())
        birth = columns.cut(BENEFICIARY["birth_date"], LENGTH_DIGITS)
        odd = good.filter(pl.col("birth_date").is_null() & (birth != "000000")).select("line_no", "raw")
        self.faults.extend(check.odd_birth(line_no, line) for line_no, line in odd.iter_rows())

        acts = (
            good.drop("good")
            .with_columns(pl.int_ranges(1, pl.col("acts") + 1, dtype=pl.Int16).alias("act_no"))
            .explode("act_no")
            .with_columns((LENGTH_DIGITS + STRIDE * pl.col("act_no").cast(pl.Int32)).alias("position"))
            .with_columns(pl.col("raw").str.slice(pl.col("position"), STRIDE), pl.col("position") + 1)
            .with_columns((pl.col("raw").str.slice(0, 1) == STAY.name).alias("is_stay"))
        )
        kinds = [self._take_acts(acts.filter(~pl.col("is_stay")), ACT)]
        if acts["is_stay"].any():
            kinds.append(self._take_acts(acts.filter(pl.col("is_stay")), STAY))
        read = pl.concat(kinds)
        read = read.sort("line_no", "act_no") if len(kinds) > 1 else read
        # Slices of strings keep the raw text of the chunk alive: a copy through Arrow's own format lets it go.
        copy = read.write_ipc_stream(None, compat_level=pl.CompatLevel.oldest())
        copy.seek(0)
        self.frames.append(pl.read_ipc_stream(copy))

    def _take_acts(self, acts: pl.DataFrame, layout: Layout) -> pl.DataFrame:
        closed = (pl.col("raw").str.slice(0, 1) == layout.name) & pl.col("raw").str.ends_with("@")
        acts = acts.with_columns(columns.act_columns(layout))
        acts = acts.with_columns((columns.act_good(layout, self.file_date) & closed).alias("good"))
        bad = acts.filter(~pl.col("good")).select("line_no", "position", "operation", "raw")
        for line_no, position, operation, record in bad.iter_rows():
            self.faults.extend(check.act_faults(line_no, position, record, self.file_date))
            self.salvaged.append(check.salvage_act(line_no, record, operation))
        return acts.filter(pl.col("good")).select(pl.col(name).cast(kind) for name, kind in LINES_SCHEMA.items())

    def without_repeats(self, lines: pl.DataFrame) -> pl.DataFrame:
        """Refuse the second of two acts that carry the same reference: paying twice is the worst fault."""
        first = lines["reference"].is_first_distinct()
        if first.all():
            return lines
        for row in lines.filter(~first).iter_rows(named=True):
            self.faults.append(check.repeated(row["line_no"], row["position"]))
            sign = -1 if row["operation"] == "A" else 1
            amounts = (row["charged_cents"], row["amo_cents"], row["amc_requested_cents"])
            self.salvaged.append(check.Salvage(row["line_no"], check.Amounts(1, *(sign * each for each in amounts))))
        return lines.filter(first)
