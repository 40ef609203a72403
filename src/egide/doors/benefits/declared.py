"""The commands of benefits, declared without loading what they run."""

from __future__ import annotations

import argparse

from egide.doors.commands.command import Command, readable


def _benefits(command: argparse.ArgumentParser) -> None:
    what = command.add_subparsers(dest="what", required=True, metavar="ACTE")
    read = what.add_parser("read", help="reçoit et traite un fichier de soins")
    read.add_argument("file", type=readable)
    pay = what.add_parser("pay", help="émet les virements dus")
    pay.add_argument("--dry-run", action="store_true", help="montre la liste, le compte et la date, rien ne part")
    recycle = what.add_parser(
        "recycle", help="reprend les rejets ouverts d’un fichier de soins, une fois leur cause corrigée"
    )
    recycle.add_argument("file", type=int, metavar="NUMÉRO")
    statements = what.add_parser("statements", help="imprime les relevés des virements qui n’en ont pas encore")
    statements.add_argument("--limit", type=int, help="au plus tant par périmètre")


COMMANDS = (Command("benefits", "lecture des soins et virements", _benefits, "egide.doors.benefits.commands"),)
