"""What a folder of doors declares about itself, once: its addresses, its words, and what it gives to the shared screens."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.urls import URLPattern
from django.utils.functional import Promise
from ninja import Router

from egide.doors.frame.access import PageRequest
from egide.exchanges.queries import FileRow, RejectRow
from egide.journal.facts import Context
from egide.journal.permissions import Permission
from egide.work.job_queries import JobRow

Word = str | Promise
Tables = Mapping[str, Mapping[str, Word]]
Shape = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Section:
    """An entry of the menu: the name of its address, who sees it, its key after « g », and its place."""

    name: str
    label: Word
    icon: str
    key: str
    needs: tuple[Permission, ...]
    place: int


@dataclass(frozen=True, slots=True)
class SubjectPage:
    """Where a kind of subject is looked at: its word, its icon, and its address from its identifier and label.

    ``works_at`` is where an item about it is worked on, by its identifier
    and the kind of the item, when it is not the page of the item. ``answer`` is the key under
    which an act that made or changed one tells it, so that a request served before leads there. One of ``needs`` opens it.
    """

    kind: str
    word: Word
    icon: str = "file-earmark-text"
    url: Callable[[int, str], str] | None = None
    works_at: Callable[[int, str], str] | None = None
    answer: str = ""
    needs: tuple[Permission, ...] = (Permission.READ,)


@dataclass(frozen=True, slots=True)
class Why:
    """One kind of « Pourquoi ? »: who may ask (``needs``, or one of ``also``), and the reasons from a key."""

    kind: str
    needs: Permission
    explain: Callable[[PageRequest, str], Shape | None]
    also: tuple[Permission, ...] = ()


@dataclass(frozen=True, slots=True)
class Launch:
    """One thing that can be launched from the screen: its words, what it shows before, and what it asks for.

    ``fields`` asks what the preview needs; with ``asks_again`` a refusal is shown there, above what was asked. ``ask`` gives
    the work asked for, or the address of what is to be looked at before anything is asked for.
    """

    word: str
    job: str
    title: Word
    lead: Word
    button: Word
    icon: str
    preview: Callable[[PageRequest], list[Shape]]
    ask: Callable[[PageRequest], JobRow | str]
    fields: Callable[[PageRequest, str], list[Shape]] | None = None
    asks_again: bool = False
    offered: bool = True


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the record of a member: who sees it, its template, and what it shows of these enrolments and persons."""

    name: str
    needs: Permission
    template: str
    shape: Callable[[PageRequest, Sequence[int], Sequence[int]], Shape | None]
    place: int


@dataclass(frozen=True, slots=True)
class Reading:
    """How the lines of a kind of file are shown, and those that can be taken again once their cause is mended.

    ``lines`` gives a page of those of one outcome (posted or ignored) and whether there are more; ``set_aside`` counts the
    ignored by reason; ``title`` tells a refused line by what it was; ``actions`` are what may be done with the file now;
    ``mends`` are the codes of rejects that ``recycle`` takes again.
    """

    format: str
    lines: Callable[[int, str, int, int], tuple[list[Shape], bool]] | None = None
    set_aside: Callable[[int], list[Shape]] | None = None
    title: Callable[[RejectRow], str] | None = None
    actions: Callable[[PageRequest, FileRow], list[Shape]] | None = None
    mends: frozenset[str] = frozenset()
    recycle: Callable[[Context, Sequence[int]], int] | None = None
    needs: Permission = Permission.EXCHANGES


@dataclass(frozen=True, slots=True)
class Home:
    """A block of the page of the day: its template, what it shows now, its place, and whether it stands in the narrow column.

    One of ``needs`` opens it, none of ``but``: who may do more has another block. A shape of None shows nothing today; its
    ``primary`` is offered as the one main act of the page, the first block's.
    """

    name: str
    needs: tuple[Permission, ...]
    template: str
    shape: Callable[[PageRequest], Shape | None]
    place: int
    but: tuple[Permission, ...] = ()
    side: bool = False


@dataclass(frozen=True, slots=True)
class QuickAct:
    """An act offered on the page of the day."""

    label: Word
    page: str
    icon: str
    needs: Permission
    key: str = ""


@dataclass(frozen=True, slots=True)
class Door:
    """One folder of doors, as the frame and the desk may know it."""

    name: str
    urls: tuple[URLPattern, ...] = ()
    api: Router | None = None
    words: Tables = field(default_factory=dict)
    sections: tuple[Section, ...] = ()
    subjects: tuple[SubjectPage, ...] = ()
    why: tuple[Why, ...] = ()
    launches: tuple[Launch, ...] = ()
    panels: tuple[Panel, ...] = ()
    readings: tuple[Reading, ...] = ()
    homes: tuple[Home, ...] = ()
    quick_acts: tuple[QuickAct, ...] = ()
    warm: tuple[Callable[[], object], ...] = ()
