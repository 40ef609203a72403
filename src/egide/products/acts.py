"""Publication: a rule book that passes every check becomes a version that nobody can change."""

from __future__ import annotations

from pathlib import Path

from egide.journal import clock
from egide.journal.acts import perform
from egide.journal.facts import Context
from egide.journal.permissions import Permission
from egide.kernel.errors import Refusal
from egide.products.models import ProductVersion
from egide.rules.books import BookProblems, load_book
from egide.rules.publication import check_book


def publish(context: Context, folder: Path) -> ProductVersion:
    """Publishes the rule book of a folder, or returns the version already published with the same content.

    Raises BookProblems when a check fails, Refusal when this version exists with other content: a published text never
    changes, a new date makes a new version.
    """
    book = load_book(folder)
    known = ProductVersion.objects.filter(digest=book.digest).first()
    if known:
        return known
    problems = check_book(book)
    if problems:
        raise BookProblems(book.code, problems)
    if ProductVersion.objects.filter(code=book.code, version=book.version).exists():
        raise Refusal(
            code="products.already_published",
            where=f"{folder.name}",
            message=f"La version du {book.version:%d/%m/%Y} de ce produit est déjà publiée, avec un autre texte.",
            remedy="Donnez une nouvelle date de version : un texte publié ne change plus.",
        )
    with perform(context, "products.publish", needs=Permission.PRODUCTS, given=book.digest) as act:
        version = ProductVersion.objects.create(
            code=book.code,
            version=book.version,
            title=book.title,
            insurer=book.insurer,
            digest=book.digest,
            files={
                str(path.relative_to(folder)): path.read_text(encoding="utf-8")
                for path in sorted(folder.rglob("*"))
                if path.is_file()
            },
            published_on=clock.today(),
            act_id=act.id,
        )
        act.on(
            "product", version.pk, f"{book.title}, version du {book.version:%d/%m/%Y}", context.actor.first_perimeter
        )
        act.because(f"Livre publié sous l’empreinte {book.digest[:12]} : toutes les vérifications sont passées.")
    return version
