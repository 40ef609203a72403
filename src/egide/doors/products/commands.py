"""``egide books``: check a rule book, explain a case, print the notice; no database is needed, except to publish."""

from __future__ import annotations

import argparse
import json
from datetime import date
from pathlib import Path

from egide.documents.rendering import render
from egide.kernel.errors import Refusal
from egide.products.papers.notice import notice_of
from egide.products.shelf import BOOKS, house_books
from egide.rules.books import load_book
from egide.rules.publication import check_folder
from egide.rules.telling import tell
from egide.rules.worked_cases import play, read_cases


def run(options: argparse.Namespace) -> int:
    """Does one thing with a book."""
    acts = {"check": _check, "explain": _explain, "publish": _publish, "notice": _notice}
    return acts[options.what](options)


def folder_of(named: Path) -> Path:
    """A rule book's folder: the path given, or the name of one of the house's books."""
    found = named if named.is_dir() else BOOKS / named
    if not found.is_dir():
        known = ", ".join(sorted(path.name for path in BOOKS.iterdir() if path.is_dir()))
        raise Refusal("books.folder", "Ce livre n’existe pas.", f"Livres de la maison : {known}.", str(named))
    return found


def _check(options: argparse.Namespace) -> int:
    broken = 0
    for folder in [folder_of(named) for named in options.folders] or house_books():
        problems = check_folder(folder)
        broken += bool(problems)
        print(f"{folder.name} : {'publiable' if not problems else f'{len(problems)} problèmes'}")
        for problem in problems:
            print(f"  {problem}")
    return 1 if broken else 0


def _explain(options: argparse.Namespace) -> int:
    book = load_book(folder_of(options.book))
    for case in read_cases(book, options.case):
        reader = play(book, case)
        steps = {name: reader.step(name) for name in case.expected}
        if options.json:
            print(json.dumps({name: step.as_dict() for name, step in steps.items()}, ensure_ascii=False, indent=2))
            continue
        print(f"{case.title}\n")
        for step in steps.values():
            print("\n".join(tell(step)) + "\n")
    return 0


def _publish(options: argparse.Namespace) -> int:
    from egide.journal.queries import system_context  # noqa: PLC0415 - Django must be ready first
    from egide.products.acts import publish  # noqa: PLC0415

    context = system_context()
    if not context.actor.perimeters:
        raise Refusal(
            "books.no_organisation",
            "Aucun organisme n’est enregistré : un livre est publié dans un centre.",
            "Enregistrez l’assureur : egide centre insurer.",
            str(options.book),
        )
    version = publish(context, folder_of(options.book))
    print(f"{version.title}, version du {version.version:%d/%m/%Y} : publiée")
    return 0


def _notice(options: argparse.Namespace) -> int:
    book = load_book(folder_of(options.book))
    options.output.write_bytes(render(notice_of(book), issued_on=max(book.version, date(2015, 1, 1))))
    print(f"{options.output} : {book.title}, version du {book.version:%d/%m/%Y}")
    return 0
