"""What files carry. A format that nobody named here is taken to carry health: openness is declared, never secrecy."""

from __future__ import annotations

OPEN_FORMATS = frozenset(
    {
        "enrolment.sheet",
        "noemie.answers",  # what the scheme says of a movement of rights: identities, no care
        "noemie.rights",
        "pain.001",  # amounts and accounts, no care
        "pain.002",
        "pain.008",
    }
)


def carries_health(file_format: str) -> bool:
    """True unless the format is known to carry none: its file and its rejects are then for those who may see health."""
    return file_format not in OPEN_FORMATS
