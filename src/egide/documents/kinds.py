"""What papers tell. A kind that nobody named here is taken to tell of health: openness is declared, never secrecy."""

from __future__ import annotations

OPEN_PAPERS = frozenset({"enrolment_form", "missing_papers", "papers", "schedule"})


def carries_health(kind: str) -> bool:
    """True unless papers of this kind are known to tell nothing of anyone's health."""
    return kind not in OPEN_PAPERS
