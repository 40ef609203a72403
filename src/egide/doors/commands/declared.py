"""The commands of the house itself, declared without loading what they run; each trade declares its own beside its doors."""

from __future__ import annotations

import argparse
import os

from egide.doors.commands.command import Command


def _serve(command: argparse.ArgumentParser) -> None:
    command.add_argument("--port", type=int, default=8000)
    command.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1), help="processus (2)")
    command.add_argument(
        "--no-worker", dest="worker", action="store_false", help="sans le travailleur à côté (voir works)"
    )


def _works(command: argparse.ArgumentParser) -> None:
    command.add_argument("--once", action="store_true", help="fait ce qui attend, puis s’arrête")
    command.add_argument("--beside", type=int, metavar="PROCESSUS", help="s’arrête avec ce processus, qui l’a lancé")


def _demo(command: argparse.ArgumentParser) -> None:
    command.add_argument("--members", type=int, default=2000, help="adhérents à fabriquer (2000)")
    command.add_argument("--port", type=int, default=8000)
    command.add_argument("--check", action="store_true", help="fait tout dans un dossier temporaire, puis dit le bilan")
    command.add_argument("--no-serve", action="store_true", help="prépare le centre sans le servir")
    command.add_argument(
        "--no-worker", dest="worker", action="store_false", help="sans le travailleur à côté (voir works)"
    )


def _check(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true")


def _bench(command: argparse.ArgumentParser) -> None:
    what = command.add_subparsers(dest="what", required=True, metavar="MESURE")
    for name, option, default in (
        ("benefits", "--lines", 1_000_000),
        ("premiums", "--enrolments", 340_000),
        ("pages", "--members", 340_000),
        ("documents", "--papers", 400),
    ):
        bench = what.add_parser(name)
        bench.add_argument(option, dest="size", type=int, default=default)
        bench.add_argument("--json", action="store_true")


def _bench_step(command: argparse.ArgumentParser) -> None:
    command.add_argument("what")
    command.add_argument("step", choices=("prepare", "measure"))
    command.add_argument("size", type=int)


def _api(command: argparse.ArgumentParser) -> None:
    what = command.add_subparsers(dest="what", required=True, metavar="ACTE")
    token = what.add_parser("token", help="donne un jeton d’API à un utilisateur")
    token.add_argument("email")


COMMANDS = (
    Command("serve", "sert les pages et l’API", _serve, "egide.doors.commands.serve"),
    Command("works", "fait les travaux demandés à l’écran, jusqu’à interruption", _works, "egide.doors.commands.works"),
    Command(
        "demo",
        "prépare le centre de démonstration et le sert",
        _demo,
        "egide.doors.commands.demo",
        needs_database=False,
    ),
    Command("check", "vérifie que tout ce qui doit être vrai l’est", _check, "egide.doors.commands.check"),
    Command(
        "bench", "mesure la vitesse sur un vrai serveur", _bench, "egide.doors.commands.bench", needs_database=False
    ),
    Command(
        "bench-step", "une étape de mesure, dans son propre processus", _bench_step, "egide.doors.commands.bench_step"
    ),
    Command("api", "jetons de l’API", _api, "egide.doors.commands.api"),
)
