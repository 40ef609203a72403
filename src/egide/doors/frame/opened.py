"""The house as its doors see it once it is open: words, subjects, reasons and jobs by their code.

Each table is checked when the house opens: a code declared twice, or declared by a trade and called nothing by any door, is a
fault of ours, said with its place before anyone is let in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, TypeVar

from egide import house
from egide.doors.frame.door import Door, Launch, Reading, SubjectPage, Why, Word
from egide.journal.trade import Format, ItemKind, JobKind, SubjectKind

Declared = TypeVar("Declared")


class NotReady(Exception):
    """The house cannot open as it is declared: what is wrong, and where to mend it."""


def check() -> None:
    """Refuses to open a house where something is declared twice, leads nowhere, or has no word."""
    silent = [*_without_word(), *_leading_nowhere(), *_twice()]
    if silent:
        raise NotReady("Mend these in the trade.py, door.py or words.py that declares them: " + "; ".join(silent))


def _without_word() -> Iterator[str]:
    """Codes that a trade declares and that no door names."""
    named: Mapping[str, Iterable[str]] = {
        "items": items(),
        "jobs": jobs(),
        "formats": formats(),
        "natures": (nature for trade in house.trades() for nature in trade.natures),
        "partners": {one.partner for one in formats().values()},
    }
    for table, codes in named.items():
        yield from (f"{table}: {code} has no word" for code in codes if code not in words(table))
    yield from (f"subjects: {code} has no page" for code in kinds_of_subject() if code not in subjects())


def _leading_nowhere() -> Iterator[str]:
    """Names that a declaration gives and that nothing answers to."""
    kinds, acts = kinds_of_subject(), words("acts")
    for one in formats().values():
        if one.read_by and one.read_by not in jobs():
            yield f"formats: {one.code} is read by no job {one.read_by}"
        if one.item and one.item not in items():
            yield f"formats: {one.code} waits in no item {one.item}"
    yield from (
        f"launches: {one.word} asks for no job {one.job}" for one in launches().values() if one.job not in jobs()
    )
    yield from (f"readings: {code} is no format" for code in readings() if code not in formats())
    for kind in kinds.values():
        if kind.parent and not kind.among:
            yield f"subjects: {kind.code} has a parent, and no query to find it from there"
    yield from (f"follows: nobody declares {follow.of}" for follow in house.follows() if follow.of not in kinds)
    quiet = (act for trade in house.trades() for act in trade.quiet)
    yield from (f"quiet: {act} is no act" for act in quiet if act not in acts)
    yield from (f"rights: {right} is in no line of house.RIGHTS" for right in _rights() if right not in house.RIGHTS)


def _rights() -> Iterator[str]:
    """Every right that something declared asks for."""
    for kind in items().values():
        yield from (kind.needs, *kind.also)
    yield from (kind.needs for kind in jobs().values())
    yield from (asked.needs for asked in whys().values())
    yield from (reading.needs for reading in readings().values())
    for page in subjects().values():
        yield from page.needs
    for door in doors():
        yield from (panel.needs for panel in door.panels)
        yield from (act.needs for act in door.quick_acts)
        for section in door.sections:
            yield from section.needs


def _twice() -> Iterator[str]:
    """Codes that two declarations claim, where one would silently win."""
    every: Mapping[str, Iterable[str]] = {
        "papers": (kind.code for trade in house.trades() for kind in trade.papers),
        "invariants": (one.name for trade in house.trades() for one in trade.invariants),
        "keys of the menu": (section.key for door in doors() for section in door.sections),
        "answers": (page.answer for page in subjects().values() if page.answer),
        "rejects": (code for reading in readings().values() for code in reading.mends),
    }
    for table, codes in every.items():
        counted = Counter(codes)
        yield from (f"{table}: {code} is declared {count} times" for code, count in counted.items() if count > 1)


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
