"""What is said of a file before it is read: who waits for it, under which kind of work, and how one of its lines ended."""

from __future__ import annotations

from dataclasses import dataclass

# A received file waits in the queue under the kind of work that reading it is (``work.facts`` says who may do it).
READING_OF = {
    "noemie.care": "care_file",
    "pain.002": "bank_file",
    "noemie.answers": "rights_file",
    "enrolment.sheet": "enrolments_file",
}
READING_OF_OTHERS = "unknown_file"


@dataclass(frozen=True, slots=True)
class Ended:
    """How one line of a file ended when it was not refused: taken, or set aside for a reason told in words."""

    line_no: int
    part: int = 0
    code: str = ""  # why it was set aside; nothing when it was taken
    message: str = ""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many lines of a file its reader took and set aside, counted on the rows that it keeps of them."""

    posted: int = 0
    ignored: int = 0


def reading_of(file_format: str) -> str:
    """The kind of work that reading a file of this format is."""
    return READING_OF.get(file_format, READING_OF_OTHERS)
