"""Moves a toy trade into a copy of the house, as a person would: its package, its folder of doors, and the fewest edits."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOYS = Path(__file__).parent / "toys"


@dataclass(frozen=True, slots=True)
class Edit:
    """One place of the house that a trade edits when it moves in: a file, what stands there, what stands there after."""

    file: str
    before: str
    after: str


EDITS = (
    Edit(
        ".importlinter",
        "    egide.benefits | egide.premiums\n",
        "    egide.toys\n    egide.benefits | egide.premiums\n",
    ),
    Edit("src/egide/house.py", '"premiums", "benefits")', '"premiums", "benefits", "toys")'),
    Edit(
        "src/egide/house.py",
        '    "operate": ',
        '    "toys":        ("administrator",),\n    "operate": ',
    ),
    Edit(
        "docs/maison.md",
        "   benefits ║ premiums ",
        "   toys                    jouets\n     │\n   benefits ║ premiums ",
    ),
    Edit("docs/glossary.md", "|---|---|---|\n", "|---|---|---|\n| jouet | toy | what a member is given |\n"),
)


def move_in(place: Path) -> Path:
    """A copy of the house under ``place`` with the toys in it; returns its folder."""
    house = place / "house"
    ignored = shutil.ignore_patterns("__pycache__")
    for folder in ("src", "docs", "books", "reference"):
        shutil.copytree(ROOT / folder, house / folder, ignore=ignored)
    shutil.copy(ROOT / ".importlinter", house)
    shutil.copytree(TOYS / "package", house / "src/egide/toys", ignore=ignored)
    shutil.copytree(TOYS / "doors", house / "src/egide/doors/toys", ignore=ignored)
    for edit in EDITS:
        path = house / edit.file
        text = path.read_text(encoding="utf-8")
        if text.count(edit.before) != 1:
            raise AssertionError(f"{edit.file}: « {edit.before.strip()} » should stand there once")
        path.write_text(text.replace(edit.before, edit.after), encoding="utf-8")
    return house
