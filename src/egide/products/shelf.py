"""The rule books that come with the house: folders, read as they are, before they are published."""

from __future__ import annotations

from pathlib import Path

BOOKS = Path(__file__).resolve().parents[3] / "books"


def house_books() -> list[Path]:
    """The folders of the house's books, in order of name."""
    return sorted(path for path in BOOKS.iterdir() if (path / "reglement.md").exists())
