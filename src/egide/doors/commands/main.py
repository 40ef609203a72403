"""The command line: one parser, each command a function; what it cannot do it says as where, why and what next."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from types import TracebackType

import psycopg

from egide.doors.commands import books
from egide.doors.commands.declared import DECLARED
from egide.installation import home, migrate, open_installation
from egide.kernel.errors import Refusal
from egide.logs import places

Command = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str]) -> int:
    """Runs one command and returns its exit code: 0 done, 1 refused or something is wrong, 2 not understood."""
    options = _parser().parse_args(arguments)
    sys.excepthook = _say_where
    try:
        if options.needs_database:
            return _with_database(options)
        return int(options.run(options))
    except Refusal as refusal:
        print(f"Refusé. {refusal}", file=sys.stderr)
        return 1
    except psycopg.OperationalError as lost:
        return _lost(lost)
    except KeyboardInterrupt:
        print("Interrompu : ce qui est fait est gardé, relancez pour continuer.", file=sys.stderr)
        return 130


def _say_where(kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    """The last word on an error nobody foresaw: its kind and place. Its text may quote a row, and terminals are kept too."""
    told = "\n  ".join(places(error))
    print(f"Erreur imprévue, {kind.__name__} :\n  {told}\nCe qui était fait est gardé.", file=sys.stderr)


def _lost(error: Exception) -> int:
    detail = str(error).strip().splitlines()
    print(
        f"La base de données ne répond plus ({detail[0] if detail else 'connexion perdue'}). "
        "Ce qui était fait est gardé : vérifiez le serveur, puis relancez la même commande.",
        file=sys.stderr,
    )
    return 1


def _with_database(options: argparse.Namespace) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "egide.settings")
    with open_installation(home()):
        import django  # noqa: PLC0415 - Django reads its settings here, once the installation is open

        django.setup()
        migrate()
        from django.db import OperationalError  # noqa: PLC0415

        from egide.journal.sealing import seal  # noqa: PLC0415

        try:
            try:
                return int(options.run(options))
            finally:
                seal()  # what this command committed, done or refused
        except OperationalError as lost:
            return _lost(lost)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="egide", description="Égide, l’outil du centre de gestion.")
    groups = parser.add_subparsers(title="commandes", required=True, metavar="COMMANDE")
    books.add_to(groups)
    for name, about, declare, needs_database in DECLARED:
        command = groups.add_parser(name, help=about, description=about)
        declare(command)
        command.set_defaults(run=_runner(name), needs_database=needs_database)
    return parser


def _runner(name: str) -> Command:
    """The command's own module, imported once Django is ready."""

    def run(options: argparse.Namespace) -> int:
        return int(import_module(f"egide.doors.commands.{name.replace('-', '_')}").run(options))

    return run
