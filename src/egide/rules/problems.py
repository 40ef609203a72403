"""Every fault of a rule book names its file, its line, what is wrong and the remedy; all are told together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from egide.kernel.errors import Refusal


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something is written: file name inside the book, line and column from 1."""

    file: str
    line: int
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: ``file`` and ``line`` (from 1; 0 = the whole file), ``message`` and ``remedy`` in French."""

    file: str
    line: int
    message: str
    remedy: str
    column: int = 0

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        if self.column:
            where += f":{self.column}"
        return f"{where} : {self.message} {self.remedy}"


class BookProblems(Refusal):
    """The refusal of a whole book; ``problems`` holds every fault, in reading order."""

    problems: tuple[Problem, ...]

    def __init__(self, book: str, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (p.file, p.line, p.column)))
        count = len(self.problems)
        told = "\n".join(f"  {problem}" for problem in self.problems)
        super().__init__(
            "book.problems",
            f"Le livre de règles comporte {count} erreur{'s' if count > 1 else ''} :\n{told}\n",
            "Corrigez-les, puis relancez la vérification.",
            book,
        )


class Fault(Exception):
    """A fault found while reading one definition; the reader collects it and goes on with the next one."""

    def __init__(self, place: Place, message: str, remedy: str) -> None:
        super().__init__(message)
        self.problem = Problem(place.file, place.line, message, remedy, place.column)


def problem_at(place: Place, message: str, remedy: str) -> Problem:
    """Make a problem at a place."""
    return Problem(place.file, place.line, message, remedy, place.column)


def did_you_mean(name: str, known: Iterable[str], otherwise: str) -> str:
    """Return the remedy for an unknown name: the nearest known names, or ``otherwise``."""
    near = get_close_matches(name, sorted(set(known)), n=2, cutoff=0.6)
    if not near:
        return otherwise
    return "Vouliez-vous écrire " + " ou ".join(f"« {word} »" for word in near) + " ?"
