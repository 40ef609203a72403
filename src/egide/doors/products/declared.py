"""The commands of products, declared without loading what they run."""

from __future__ import annotations

import argparse
from pathlib import Path

from egide.doors.commands.command import Command


def _books(command: argparse.ArgumentParser) -> None:
    what = command.add_subparsers(dest="what", required=True, metavar="ACTE")
    check = what.add_parser("check", help="prouve qu’un livre peut être publié")
    check.add_argument("folders", nargs="*", type=Path, metavar="DOSSIER")
    case = what.add_parser("explain", help="explique un cas")
    case.add_argument("book", type=Path, metavar="LIVRE")
    case.add_argument("case", type=Path, metavar="CAS.toml")
    case.add_argument("--json", action="store_true")
    publish = what.add_parser("publish", help="publie un livre : il s’applique dès sa date de version")
    publish.add_argument("book", type=Path, metavar="LIVRE")
    publish.set_defaults(needs_database=True)
    notice = what.add_parser("notice", help="imprime la notice")
    notice.add_argument("book", type=Path, metavar="LIVRE")
    notice.add_argument("-o", "--output", type=Path, required=True, metavar="FICHIER.pdf")


COMMANDS = (
    Command(
        "books",
        "livres de règles : vérifier, expliquer, imprimer, publier",
        _books,
        "egide.doors.products.commands",
        needs_database=False,
    ),
)
