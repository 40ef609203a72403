"""The house stays open: the screens that serve every trade know none."""

from __future__ import annotations

from collections.abc import Iterator

from tidy_rules import imports
from tidy_sources import Module, Offence, house, module_of, nothing

from egide.house import DOORS, TRADES

SHARED = ("egide.doors.frame.", "egide.doors.desk.")


def known_trades(module: Module) -> Iterator[Offence]:
    """Imports of a trade, or of another folder of doors, in a screen that serves them all."""
    if not module.name.startswith(SHARED):
        return
    foreign = {f"egide.{trade}" for trade in TRADES} | {f"egide.doors.{door}" for door in DOORS if door != "desk"}
    for node, name in imports(module):
        parts = name.split(".")
        if {".".join(parts[:2]), ".".join(parts[:3])} & foreign:
            yield Offence(module.path, getattr(node, "lineno", 0), f"import {name}")


def test_the_shared_screens_know_no_trade() -> None:
    """The frame and the desk are fed by what trades declare: one that names a trade must be edited for the next."""
    found = [offence for module in house() for offence in known_trades(module)]
    nothing(found, "Let the trade declare it (doors/frame/door.py, journal/trade.py) and read it from frame/opened.py.")


def test_a_screen_that_names_a_trade_is_found() -> None:
    """The rule sees a trade's package and its doors, and lets the common ground pass."""
    text = (
        "from egide.contracts.queries import find_form\nfrom egide.doors.premiums import account\nimport egide.work\n"
    )
    found = [one.what for one in known_trades(module_of("egide.doors.desk.today", text))]
    assert found == ["import egide.contracts.queries", "import egide.doors.premiums"]
