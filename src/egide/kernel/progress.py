"""What long work says of itself: a sentence for people and, where it is known, how far it is."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str], None]


class Told(str):
    """A sentence of progress that knows how many steps are done out of how many; read anywhere as the sentence."""

    __slots__ = ("done", "total")
    done: int
    total: int

    def __new__(cls, sentence: str, *, done: int, total: int) -> Told:
        """Steps are whole numbers, never more done than there are."""
        told = super().__new__(cls, sentence)
        told.done, told.total = min(done, total), total
        return told
