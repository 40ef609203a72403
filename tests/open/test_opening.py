"""The house refuses to open on a declaration that leads nowhere, says nothing, or stands twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from egide import house
from egide.doors.frame import opened
from egide.doors.frame.door import Door, QuickAct, Reading, Section, SubjectPage
from egide.doors.frame.opened import NotReady
from egide.journal.followers import Follow
from egide.journal.permissions import Permission
from egide.journal.trade import Format, ItemKind, JobKind, PaperKind, SubjectKind, Trade

READ = (Permission.READ,)


@pytest.fixture
def opens(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Trade, Door], None]]:
    """Opens the house with one more trade and one more door."""
    trades, doors = house.trades(), house.doors()

    def forget() -> None:
        for table in vars(opened).values():
            if callable(getattr(table, "cache_clear", None)):
                table.cache_clear()

    def tried(trade: Trade, door: Door) -> None:
        monkeypatch.setattr(house, "trades", lambda: (*trades, trade))
        monkeypatch.setattr(house, "doors", lambda: (*doors, door))
        monkeypatch.setattr(house, "follows", lambda: tuple(one for each in (*trades, trade) for one in each.follows))
        forget()
        opened.check()

    yield tried
    forget()


def nothing(*_: object) -> None:
    """What nobody will call."""


TRADE, DOOR = Trade("toys"), Door("toys")
NO_SUCH = Permission("toyz")


def test_a_house_as_it_stands_opens(opens: Callable[[Trade, Door], None]) -> None:
    """An empty trade changes nothing."""
    opens(TRADE, DOOR)


@pytest.mark.parametrize(
    ("trade", "door", "said"),
    [
        (replace(TRADE, items=(ItemKind("toy", Permission.READ),)), DOOR, "items: toy has no word"),
        (replace(TRADE, subjects=(SubjectKind("toy"),)), DOOR, "subjects: toy has no page"),
        (replace(TRADE, subjects=(SubjectKind("toy", parent="enrolment"),)),
         replace(DOOR, subjects=(SubjectPage("toy", "Jouet"),)), "toy has a parent, and no query"),
        (replace(TRADE, follows=(Follow("enrollment", nothing),)), DOOR, "nobody declares enrollment"),
        (replace(TRADE, items=(ItemKind("toy", NO_SUCH),)), replace(DOOR, words={"items": {"toy": "Jouet"}}), "toyz"),
        (replace(TRADE, quiet=("toy.nothing",)), DOOR, "toy.nothing is no act"),
        (replace(TRADE, papers=(PaperKind("statement", health=False),)), DOOR, "statement is declared 2 times"),
        (replace(TRADE, formats=(Format("toys", "bank", "in", False, 1, "no.job"),)),
         replace(DOOR, words={"formats": {"toys": "Jouets"}}), "is read by no job no.job"),
        (replace(TRADE, jobs=(JobKind("benefits.pay", Permission.READ, nothing),)), DOOR, "benefits.pay is declared twice"),
        (TRADE, replace(DOOR, readings=(Reading("no.format"),)), "no.format is no format"),
        (TRADE, replace(DOOR, sections=(Section("toys", "Jouets", "book", "a", READ, 1),)), "keys of the menu: a"),
        (TRADE, replace(DOOR, quick_acts=(QuickAct("Jouer", "today", "book", NO_SUCH),)), "toyz"),
    ],
)  # fmt: skip
def test_a_faulty_declaration_keeps_it_shut(
    opens: Callable[[Trade, Door], None], trade: Trade, door: Door, said: str
) -> None:
    """Each mistake is said with its code, before anyone is let in."""
    with pytest.raises(NotReady, match=said.replace(".", r"\.")):
        opens(trade, door)
