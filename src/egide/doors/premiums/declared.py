"""The commands of premiums, declared without loading what they run."""

from __future__ import annotations

import argparse

from egide.doors.commands.command import Command, month, readable


def _premiums(command: argparse.ArgumentParser) -> None:
    what = command.add_subparsers(dest="what", required=True, metavar="ACTE")
    call = what.add_parser("call", help="appelle un mois")
    call.add_argument("month", type=month, metavar="AAAA-MM")
    call.add_argument("--dry-run", action="store_true", help="même chemin, rien n’est gardé")
    returns = what.add_parser("returns", help="impute un fichier de rejets de prélèvement")
    returns.add_argument("file", type=readable)


COMMANDS = (
    Command("premiums", "appels de cotisations et retours de prélèvements", _premiums, "egide.doors.premiums.commands"),
)
