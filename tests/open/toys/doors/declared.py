"""The commands of toys, declared without loading what they run."""

from __future__ import annotations

import argparse

from egide.doors.commands.command import Command


def _toys(command: argparse.ArgumentParser) -> None:
    command.add_subparsers(dest="what", required=True).add_parser("list", help="dit les jouets")


COMMANDS = (Command("toys", "jouets offerts", _toys, "egide.doors.toys.commands"),)
