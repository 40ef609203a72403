"""A worked case may stand anywhere: a product owner keeps drafts outside the book."""

from __future__ import annotations

import shutil
from pathlib import Path

from egide.rules.books import load_book
from egide.rules.worked_cases import read_cases

_BOOK = Path(__file__).resolve().parents[2] / "books" / "horizon_sante_2026"


def test_a_case_outside_the_book_is_read(tmp_path: Path) -> None:
    """The same file read from another folder gives the same cases, under its own name."""
    outside = shutil.copy(_BOOK / "cas" / "soins.toml", tmp_path / "essai.toml")
    book = load_book(_BOOK)
    inside = read_cases(book, _BOOK / "cas" / "soins.toml")
    found = read_cases(book, Path(outside))
    assert [case.expected for case in found] == [case.expected for case in inside]
    assert {case.file for case in found} == {"essai.toml"}
