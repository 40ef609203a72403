"""The published books as one page needs them: their versions read once, whatever the number of rows that name one."""

from __future__ import annotations

from datetime import date

from egide.kernel.errors import Refusal
from egide.products.queries import published_book, versions
from egide.rules.books import Book


class Shelf:
    """Finds the book in force for a product and a day without asking the database again."""

    def __init__(self) -> None:
        self._versions = sorted(versions(), key=lambda one: one.version)

    def on(self, code: str, day: date) -> Book:
        """The book in force, else the first to come; Refusal when the product was never published."""
        own = [one for one in self._versions if one.code == code]
        begun = [one for one in own if one.version <= day]
        if not own:
            raise Refusal("products.not_found", "Ce produit n’est pas publié.", "Publiez son livre de règles.", code)
        return published_book((begun[-1:] or own[:1])[0].digest)

    def formula(self, code: str, formula: str, day: date) -> str:
        """What a formula is called."""
        return dict(self.on(code, day).formulas).get(formula, formula)
