"""The command line: one parser, each command a function; what it cannot do it says as where, why and what next."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec
from types import TracebackType

import psycopg

from egide.doors.commands.command import Command
from egide.doors.commands.declared import COMMANDS
from egide.house import DOORS
from egide.installation import home, migrate, open_installation
from egide.kernel.errors import Refusal
from egide.logs import places


def main(arguments: Sequence[str]) -> int:
    """Runs one command and returns its exit code: 0 done, 1 refused or something is wrong, 2 not understood."""
    options = _parser().parse_args(arguments)
    sys.excepthook = _say_where
    try:
        if options.needs_database:
            return _with_database(options)
        return _run(options)
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
                return _run(options)
            finally:
                seal()  # what this command committed, done or refused
        except OperationalError as lost:
            return _lost(lost)


def declared() -> Iterator[Command]:
    """Every command: those of the house, then those that each door declares beside itself."""
    yield from COMMANDS
    for door in DOORS:
        if find_spec(f"egide.doors.{door}.declared"):
            yield from import_module(f"egide.doors.{door}.declared").COMMANDS


def _run(options: argparse.Namespace) -> int:
    """The command's own module, imported once Django is ready."""
    return int(import_module(options.module).run(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="egide", description="Égide, l’outil du centre de gestion.")
    groups = parser.add_subparsers(title="commandes", required=True, metavar="COMMANDE")
    for command in declared():
        named = groups.add_parser(command.word, help=command.about, description=command.about)
        command.declare(named)
        named.set_defaults(module=command.module, needs_database=command.needs_database)
    return parser
