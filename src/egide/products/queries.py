"""Reads of products: the published rule books, loaded once per digest and kept in memory."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

from egide.kernel.errors import Refusal
from egide.products.models import ProductVersion
from egide.rules.books import Book, load_book

# The row that reads give: floors above name its type from here, and leave the tables to this one.
VersionRow: TypeAlias = ProductVersion


def versions() -> list[VersionRow]:
    """Every published version, by product then date, without its text, which is as long as a book."""
    return list(ProductVersion.objects.defer("files"))


def book_for(code: str, on: date) -> Book:
    """The rule book of a product in force on a day: its latest version begun by then."""
    begun = ProductVersion.objects.filter(code=code, version__lte=on).order_by("-version")
    digest = begun.values_list("digest", flat=True).first()
    if digest is None:
        raise none_in_force(code, on)
    return published_book(digest)


def books_of(code: str) -> Callable[[date], Book]:
    """The same for many days of one product: its versions are read once, each day then picks its own."""
    known = list(ProductVersion.objects.filter(code=code).order_by("version").values_list("version", "digest"))

    def on(day: date) -> Book:
        digest = next((digest for version, digest in reversed(known) if version <= day), None)
        if digest is None:
            raise none_in_force(code, day)
        return published_book(digest)

    return on


def none_in_force(code: str, on: date) -> Refusal:
    """The refusal of a day that no published version covers."""
    return Refusal(
        code="products.none_in_force",
        where=code,
        message=f"Aucune version de ce produit n’est en vigueur au {on:%d/%m/%Y}.",
        remedy="Publiez son livre de règles, ou corrigez la date.",
    )


@lru_cache(maxsize=64)
def published_book(digest: str) -> Book:
    """The book published under a digest, rebuilt from the files kept at publication."""
    version = ProductVersion.objects.get(digest=digest)
    with tempfile.TemporaryDirectory(prefix="egide-book-") as folder:
        root = Path(folder) / version.code
        for name, text in version.files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        return load_book(root)


def text_of(digest: str) -> str:
    """The text of a published book, as it was written."""
    files = ProductVersion.objects.values_list("files", flat=True).get(digest=digest)
    return str(files["reglement.md"])


def version_ids(digests: Sequence[str]) -> dict[str, int]:
    """The identifier of each of these published books."""
    return dict(ProductVersion.objects.filter(digest__in=list(digests)).values_list("digest", "id"))


def book_of_version(version_id: int) -> Book:
    """The rule book published under an identifier: the one that an amount names as having decided it."""
    return published_book(ProductVersion.objects.values_list("digest", flat=True).get(pk=version_id))


def open_books() -> None:
    """Reads every published book into memory, so that nobody waits for it in front of a page."""
    for digest in ProductVersion.objects.values_list("digest", flat=True):
        published_book(digest)
