"""The one list of the house: its trades in the order of the floors, its doors, and what each role may do.

Names only, so that whoever opens the house decides when it is loaded. What stands here twice, or what a trade declares and no
door has a word for, refuses to open it (see ``opened``).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

if TYPE_CHECKING:
    from egide.doors.frame.door import Door
    from egide.journal.facts import Context
    from egide.journal.followers import Follow
    from egide.journal.trade import Trade

Given = ParamSpec("Given")
Result = TypeVar("Result")

# The common ground, which every trade stands on, then the trades: each is a package and its folder of doors.
GROUND = ("journal", "ledger", "work", "exchanges", "documents", "people", "products")
TRADES = ("contracts", "premiums", "benefits")
DOORS = ("desk", "member", "people", "products", *TRADES)

# Each right, and the roles that have it; the system has them all. A role without a right meets a closed door, said plainly.
RIGHTS = {
    "read":        ("administrator", "adviser", "team_leader", "director", "auditor", "delegate"),
    "read_health": ("administrator", "adviser", "team_leader"),
    "enrol":       ("administrator", "team_leader", "delegate"),
    "endorse":     ("administrator", "team_leader", "delegate"),
    "premiums":    ("administrator", "team_leader"),
    "benefits":    ("administrator", "team_leader"),
    "exchanges":   ("administrator", "team_leader", "operator"),
    "contact":     ("administrator", "adviser", "team_leader", "delegate"),
    "measure":     ("team_leader", "director", "delegate"),
    "steer":       ("team_leader", "director"),
    "audit":       ("director", "auditor"),
    "products":    ("product_owner",),
    "operate":     ("operator",),
}  # fmt: skip


@cache
def trades() -> tuple[Trade, ...]:
    """What each package declares, in the order of the floors."""
    return tuple(import_module(f"egide.{name}.trade").TRADE for name in (*GROUND, *TRADES))


@cache
def doors() -> tuple[Door, ...]:
    """What each folder of doors declares, in the order of the menu."""
    return tuple(import_module(f"egide.doors.{name}.door").DOOR for name in DOORS)


@cache
def follows() -> tuple[Follow, ...]:
    """What follows an act, in the order of the floors."""
    return tuple(follow for trade in trades() for follow in trade.follows)


def followed(
    act: Callable[Concatenate[Context, Given], Result], context: Context, *args: Given.args, **kwargs: Given.kwargs
) -> Result:
    """Carries out an act with all that follows it in the house, in one transaction: both are written, or neither."""
    from egide.journal.followers import carry_out  # noqa: PLC0415 - names first: see above

    return carry_out(follows(), act, context, *args, **kwargs)
