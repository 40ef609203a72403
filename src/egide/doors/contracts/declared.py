"""The commands of contracts, declared without loading what they run."""

from __future__ import annotations

import argparse

from egide.doors.commands.command import Command, readable


def _exchanges(command: argparse.ArgumentParser) -> None:
    what = command.add_subparsers(dest="what", required=True, metavar="ACTE")
    rights = what.add_parser("rights", help="écrit les fichiers des mouvements de droits à envoyer, un par organisme")
    rights.add_argument("-o", "--output", required=True, metavar="DOSSIER")
    answers = what.add_parser("answers", help="lit les réponses du régime obligatoire")
    answers.add_argument("file", type=readable)
    resend = what.add_parser("resend", help="renvoie un mouvement de droits refusé, une fois corrigé")
    resend.add_argument("movement", type=int)
    template = what.add_parser("template", help="écrit le modèle d’import d’adhésions")
    template.add_argument("-o", "--output", required=True)
    enrolments = what.add_parser("enrolments", help="importe un tableau d’adhésions")
    enrolments.add_argument("file", type=readable)
    enrolments.add_argument("--perimeter", type=int, required=True)
    enrolments.add_argument("--rejects", help="où écrire les lignes refusées, à corriger et renvoyer")


COMMANDS = (Command("exchanges", "mouvements de droits et imports", _exchanges, "egide.doors.contracts.commands"),)
