"""The house as its doors see it once it is open: words, subjects, reasons and jobs by their code.

Each table is checked when the house opens: a code declared twice, or declared by a trade and called nothing by any door, is a
fault of ours, said with its place before anyone is let in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, TypeVar

from egide import house
from egide.doors.frame.door import Door, Launch, Reading, SubjectPage, Why, Word
from egide.journal.trade import Format, ItemKind, JobKind, SubjectKind

Declared = TypeVar("Declared")


class NotReady(Exception):
    """The house cannot open as it is declared: what is wrong, and where to mend it."""


def check() -> None:
    """Refuses to open a house where something is declared twice, or where a code has no word."""
    named: Mapping[str, Iterable[str]] = {
        "items": items(),
        "jobs": jobs(),
        "formats": formats(),
        "natures": (nature for trade in house.trades() for nature in trade.natures),
        "partners": {one.partner for one in formats().values()},
    }
    silent = [f"{table} : {code}" for table, codes in named.items() for code in codes if code not in words(table)]
    silent += [f"subjects : {code}" for code in kinds_of_subject() if code not in subjects()]
    silent += [f"jobs : {one.read_by}" for one in formats().values() if one.read_by and one.read_by not in jobs()]
    silent += [f"items : {one.item}" for one in formats().values() if one.item and one.item not in items()]
    silent += [f"jobs : {one.job}" for one in launches().values() if one.job not in jobs()]
    if silent:
        raise NotReady("Give each its word in the words.py of its door, or its page in door.py: " + "; ".join(silent))
    whys()


@cache
def doors() -> tuple[Door, ...]:
    """Every door, in the order of the house."""
    return house.doors()


@cache
def words(table: str) -> Mapping[str, Word]:
    """What the doors call one kind of code, all together."""
    return _once(table, ((code, word) for door in doors() for code, word in door.words.get(table, {}).items()))


@cache
def subjects() -> Mapping[str, SubjectPage]:
    """Where each kind of subject is looked at."""
    return _by("subjects", (one for door in doors() for one in door.subjects), lambda one: one.kind)


@cache
def whys() -> Mapping[str, Why]:
    """Each kind of « Pourquoi ? »."""
    return _by("why", (one for door in doors() for one in door.why), lambda one: one.kind)


@cache
def launches() -> Mapping[str, Launch]:
    """What can be launched from the screen, by the word of its address."""
    return _by("launches", (one for door in doors() for one in door.launches), lambda one: one.word)


@cache
def readings() -> Mapping[str, Reading]:
    """How the lines of each kind of file are shown."""
    return _by("readings", (one for door in doors() for one in door.readings), lambda one: one.format)


def reading_of(code: str) -> Reading | None:
    """Who takes again a line refused for this cause, once it is mended; None when nothing outside the file mends it."""
    return next((one for one in readings().values() if code in one.mends), None)


@cache
def kinds_of_subject() -> Mapping[str, SubjectKind]:
    """Each kind of subject that a trade declares."""
    return _by("subjects", (one for trade in house.trades() for one in trade.subjects), lambda one: one.code)


@cache
def items() -> Mapping[str, ItemKind]:
    """Each kind of thing that waits for a person."""
    return _by("items", (one for trade in house.trades() for one in trade.items), lambda one: one.code)


@cache
def jobs() -> Mapping[str, JobKind]:
    """Each kind of long work."""
    return _by("jobs", (one for trade in house.trades() for one in trade.jobs), lambda one: one.code)


@cache
def formats() -> Mapping[str, Format]:
    """Each kind of file."""
    return _by("formats", (one for trade in house.trades() for one in trade.formats), lambda one: one.code)


def _by(table: str, found: Iterable[Declared], code: Callable[[Declared], str]) -> Mapping[str, Declared]:
    return _once(table, ((code(one), one) for one in found))


def _once(table: str, pairs: Iterable[tuple[str, Any]]) -> Mapping[str, Any]:
    seen: dict[str, Any] = {}
    for code, value in pairs:
        if code in seen:
            raise NotReady(f"{table} : {code} is declared twice. Keep the one of the trade that owns it.")
        seen[code] = value
    return seen
