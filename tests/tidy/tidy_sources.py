"""The house's own source as the tidy tests read it: modules with their tree, and one way to complain."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "egide"
_NOT_OURS = {
    ".git",
    ".venv",
    ".egide",
    "build",
    ".hypothesis",
    ".mypy_cache",
    ".ruff_cache",
    ".import_linter_cache",
    "__pycache__",
}


@dataclass(frozen=True, slots=True)
class Module:
    """One Python file: its dotted name, its place from the root, its text and its tree."""

    name: str
    path: str
    text: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """The room inside the package: ``decisions`` for ``egide.contracts.decisions.effect``."""
        parts = self.name.split(".")
        return parts[2] if len(parts) > 2 else ""


@dataclass(frozen=True, slots=True)
class Offence:
    """A place that breaks a rule, and what stands there."""

    path: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}"


def module_of(name: str, text: str) -> Module:
    """A module from its name and text, as if it stood in the house."""
    return Module(name, "src/" + name.replace(".", "/") + ".py", text, ast.parse(text))


@cache
def house() -> tuple[Module, ...]:
    """Every module of the house but its migrations, in order of path."""
    return tuple(_read(path) for path in sorted(SOURCE.rglob("*.py")) if "migrations" not in path.parts)


@cache
def migrations() -> tuple[Module, ...]:
    """Every migration, in order of path: they import, but keep their own style."""
    return tuple(_read(path) for path in sorted(SOURCE.glob("*/migrations/*.py")))


def _read(path: Path) -> Module:
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    text = path.read_text(encoding="utf-8")
    return Module(name, path.relative_to(ROOT).as_posix(), text, ast.parse(text))


@cache
def packages() -> tuple[str, ...]:
    """The packages that stand on a floor: the folders of ``src/egide``."""
    return tuple(sorted(path.parent.name for path in SOURCE.glob("*/__init__.py")))


def kept_files() -> Iterator[Path]:
    """Every file that belongs to the project, and none that a run left behind."""
    waiting = [ROOT]
    while waiting:
        for path in sorted(waiting.pop().iterdir()):
            if path.name in _NOT_OURS or path.is_symlink():
                continue
            if path.is_dir():
                waiting.append(path)
            else:
                yield path


def nothing(offences: Iterable[Offence], remedy: str) -> None:
    """Fails with every place and the remedy, when there is a place."""
    found = [str(offence) for offence in offences]
    if found:
        raise AssertionError(remedy + "\n  " + "\n  ".join(found))
