"""Two pieces of a batch at a time: while one waits for the database, the other computes. Each has its own connection."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

_AT_ONCE = 2  # one computes, one writes; more would only hold more memory

Piece = TypeVar("Piece")
Result = TypeVar("Result")


def side_by_side(work: Callable[[Piece], Result], pieces: Iterable[Piece]) -> Generator[Result, None, None]:
    """Does ``work`` on pieces that write no common row, two at a time; yields the results in the order of the pieces.

    Pieces are made as they are needed. A failure is raised at its turn: what was begun ends, the rest is not begun. Inside
    a transaction (a dry run) they are done one by one, because another connection would not see what it holds.
    """
    if connection.in_atomic_block:
        yield from map(work, pieces)
        return
    begun: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="lane") as lanes:
        try:
            for piece in pieces:
                begun.append(lanes.submit(_alone, work, piece))
                if len(begun) > _AT_ONCE:
                    yield begun.popleft().result()
            while begun:
                yield begun.popleft().result()
        finally:
            lanes.shutdown(wait=True, cancel_futures=True)


def _alone(work: Callable[[Piece], Result], piece: Piece) -> Result:
    try:
        return work(piece)
    finally:
        connection.close()  # the connection of this thread
