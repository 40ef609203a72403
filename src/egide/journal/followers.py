"""What follows an act: a trade declares what it follows, an act says what it touched, and nobody calls up.

The follower of an act is carried out in its transaction, as a child of it, in the order of the declarations, which is that of
the floors. What nobody follows at once is not lost: touches are kept with their act, and a batch finds them there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, TypeVar

from egide.journal.facts import Context

Given = ParamSpec("Given")
Result = TypeVar("Result")
Touched = Mapping[tuple[str, int], int]  # what was touched, by kind and identifier, with its perimeter


@dataclass(frozen=True, slots=True)
class Follow:
    """What a trade does when an act touched something: the kind of thing, and what is done, as acts, with those touched.

    A follower may touch in its turn what the next ones follow: a person's enrolments, from the person.
    """

    of: str
    run: Callable[[Context, Sequence[int]], None]


_in_force: ContextVar[tuple[Follow, ...]] = ContextVar("egide_follows", default=())


def carry_out(
    follows: tuple[Follow, ...],
    act: Callable[Concatenate[Context, Given], Result],
    context: Context,
    *args: Given.args,
    **kwargs: Given.kwargs,
) -> Result:
    """Carries out an act with all that follows it: both are written, or neither. Each act of an import is followed alone."""
    token = _in_force.set(follows)
    try:
        return act(context, *args, **kwargs)
    finally:
        _in_force.reset(token)


def follow_through(context: Context, touched: Touched) -> None:
    """Runs the followers in force on what an act touched; ``touched`` may grow on the way."""
    for follow in _in_force.get():
        mine = sorted(identifier for kind, identifier in touched if kind == follow.of)
        if mine:
            follow.run(context, mine)
