"""One refusal for the whole house: what is wrong, where, and what to do next.

Nothing here guesses or falls back: code that cannot decide raises a :class:`Refusal`, and the door that
called it shows the three parts to the person.  Other modules subclass it; there is no second hierarchy.
"""

from __future__ import annotations


class Refusal(Exception):
    """A refusal that a person can act upon.

    ``code`` is stable and in English ("nir.key"): tests, APIs and translations rely on it.
    ``message`` says in French what is wrong, ``remedy`` what to do, ``where`` the field, or file and line.
    ``str()`` reads "where : message remedy".
    """

    code: str
    message: str
    remedy: str
    where: str

    def __init__(self, code: str, message: str, remedy: str, where: str = "") -> None:
        if not code or not message or not remedy:
            raise ValueError("a refusal needs a code, a message and a remedy")
        super().__init__(code, message, remedy, where)
        self.code = code
        self.message = message
        self.remedy = remedy
        self.where = where

    def __str__(self) -> str:
        said = f"{self.message} {self.remedy}"
        return f"{self.where}\N{NO-BREAK SPACE}: {said}" if self.where else said

    def at(self, where: str) -> Refusal:
        """Return the same refusal, told from a place (field, file and line); an inner place is kept after
        it.
        """
        place = f"{where}, {self.where}" if self.where else where
        moved: Refusal = self.__class__.__new__(self.__class__)
        moved.__dict__.update(self.__dict__)
        moved.where = place
        moved.args = (self.code, self.message, self.remedy, place)
        moved.__cause__ = self.__cause__
        return moved
