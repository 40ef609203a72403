"""What a trade declares about itself, once: frozen types that screens, workers, checks and the demonstration read.

A trade is one package. Its ``trade.py`` holds one ``TRADE``; ``egide.house`` names the packages, in the order of the floors.
Nothing is discovered and nothing registers itself: what is declared twice, or never, refuses to open the house.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from egide.journal.facts import Context
from egide.journal.followers import Follow
from egide.journal.invariants import INVARIANTS, Finding, Invariant
from egide.journal.permissions import Permission
from egide.kernel.progress import Progress

Given = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SubjectKind:
    """A kind of thing that acts are about.

    ``parent`` is the kind that it belongs to; ``among`` finds it from there: a query that takes the identifiers of parents
    (one array) and gives those of this kind. Nobody keeps the link twice, so it cannot be wrong.
    """

    code: str
    parent: str = ""
    among: str = ""


@dataclass(frozen=True, slots=True)
class ItemKind:
    """Something that waits for a person, and what working on it asks for: ``needs``, and each of ``also`` with it.

    What its title and its subject tell is taken for health unless declared otherwise. It ends with the act that does its
    work; ``by_hand`` when no act does: whoever works on it then says so, with the reason.
    """

    code: str
    needs: Permission
    health: bool = True
    also: tuple[Permission, ...] = ()
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class PaperKind:
    """A kind of paper kept on a file, and whether it tells of health: it does unless declared otherwise."""

    code: str
    health: bool = True


@dataclass(frozen=True, slots=True)
class Ending:
    """What a job did: the sentence that people read, and its figures for the screen."""

    outcome: str
    figures: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JobKind:
    """Long work that runs for someone: who may ask for it, and what it does with what it was given.

    ``again`` refuses to start it a second time when what it is about was ended meanwhile.
    """

    code: str
    needs: Permission
    run: Callable[[Context, Given, Progress], Ending]
    again: Callable[[Given], None] | None = None


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: whose it is, its way, the largest we take, whether it carries health, and the job that reads it.

    ``recognises`` tells it from its name and first bytes; without one, the shared codecs do. ``item`` is the kind of work
    that reading it is: a received file waits under it; without one, it waits for whoever receives files.
    """

    code: str
    partner: str
    direction: str
    health: bool
    largest_bytes: int = 0
    read_by: str = ""
    recognises: Callable[[str, bytes], bool] | None = None
    item: str = ""


@dataclass(frozen=True, slots=True)
class Trade:
    """One package of the house, as the others may know it. Codes are those that its tables and acts hold."""

    name: str
    subjects: tuple[SubjectKind, ...] = ()
    items: tuple[ItemKind, ...] = ()
    jobs: tuple[JobKind, ...] = ()
    formats: tuple[Format, ...] = ()
    natures: tuple[str, ...] = ()
    papers: tuple[PaperKind, ...] = ()
    quiet: tuple[str, ...] = ()  # acts that tell nothing to who looks at a subject
    follows: tuple[Follow, ...] = ()
    invariants: tuple[Invariant, ...] = ()
    audits: tuple[Callable[[Context], Iterable[Finding]], ...] = ()


TRADE = Trade("journal", invariants=INVARIANTS)
