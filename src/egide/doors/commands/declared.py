"""The commands and their options, declared without loading what they run."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

Declare = Callable[[argparse.ArgumentParser], None]


def month(text: str) -> date:
    """A month typed as AAAA-MM."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"« {text} » n’est pas un mois ; écrivez AAAA-MM.") from error


def readable(text: str) -> str:
    """The path of a file that is there; anything else is told before work begins."""
    if not Path(text).is_file():
        raise argparse.ArgumentTypeError(f"« {text} » n’est pas un fichier ; vérifiez son chemin.")
    return text


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


def _premiums(command: argparse.ArgumentParser) -> None:
    what = command.add_subparsers(dest="what", required=True, metavar="ACTE")
    call = what.add_parser("call", help="appelle un mois")
    call.add_argument("month", type=month, metavar="AAAA-MM")
    call.add_argument("--dry-run", action="store_true", help="même chemin, rien n’est gardé")
    returns = what.add_parser("returns", help="impute un fichier de rejets de prélèvement")
    returns.add_argument("file", type=readable)


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


def _exchanges(command: argparse.ArgumentParser) -> None:
    what = command.add_subparsers(dest="what", required=True, metavar="ACTE")
    rights = what.add_parser("rights", help="écrit le fichier des mouvements de droits à envoyer")
    rights.add_argument("-o", "--output", required=True)
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


def _api(command: argparse.ArgumentParser) -> None:
    what = command.add_subparsers(dest="what", required=True, metavar="ACTE")
    token = what.add_parser("token", help="donne un jeton d’API à un utilisateur")
    token.add_argument("email")


# The word of each role on the command line: the parser must know them before Django is there.
ROLES = {
    "gestionnaire": "administrator",
    "conseiller": "adviser",
    "responsable": "team_leader",
    "direction": "director",
    "auditeur": "auditor",
    "delegataire": "delegate",
    "produits": "product_owner",
    "exploitation": "operator",
}


def _centre(command: argparse.ArgumentParser) -> None:
    what = command.add_subparsers(dest="what", required=True, metavar="ACTE")
    for kind, about in (("insurer", "enregistre un assureur"), ("delegate", "enregistre un délégataire")):
        organisation = what.add_parser(kind, help=about)
        organisation.add_argument("code", help="son code, court, qui ne change plus")
        organisation.add_argument("--name", required=True)
        organisation.add_argument("--siren", required=True)
        for option in ("--address", "--phone", "--email"):
            organisation.add_argument(option, default="", help="tel qu’imprimé sur les courriers")
        organisation.add_argument("--creditor", default="", help="identifiant de créancier SEPA (ICS)")
        organisation.add_argument("--iban", default="", help="compte qui prélève et paie")
        if kind == "delegate":
            organisation.add_argument("--insurer", default="", help="code de son assureur, s’il y en a plusieurs")
    team = what.add_parser("team", help="ouvre une équipe")
    team.add_argument("name")
    team.add_argument("--site", required=True)
    team.add_argument("--region", default="national", help="national, ou alsace_moselle : ses jours fériés")
    team.add_argument("--organisation", action="append", required=True, metavar="CODE", help="à répéter")
    user = what.add_parser("user", help="ouvre un compte et montre son mot de passe une fois")
    user.add_argument("email")
    user.add_argument("--name", required=True)
    user.add_argument("--role", required=True, choices=ROLES)
    user.add_argument("--team", required=True)
    change = what.add_parser("change", help="change le rôle ou l’équipe d’un compte")
    change.add_argument("email")
    change.add_argument("--role", choices=ROLES)
    change.add_argument("--team")
    for parser in (user, change):
        parser.add_argument("--site", default="", help="si deux équipes portent ce nom")
    for name, about in (
        ("password", "donne un nouveau mot de passe, montré une fois"),
        ("close", "ferme un compte"),
        ("reopen", "rouvre un compte"),
    ):
        what.add_parser(name, help=about).add_argument("email")
    what.add_parser("list", help="dit les organismes, les équipes et les comptes")


DECLARED: tuple[tuple[str, str, Declare, bool], ...] = (
    ("serve", "sert les pages et l’API", _serve, True),
    ("works", "fait les travaux demandés à l’écran, jusqu’à interruption", _works, True),
    ("demo", "prépare le centre de démonstration et le sert", _demo, False),
    ("check", "vérifie que tout ce qui doit être vrai l’est", _check, True),
    ("bench", "mesure la vitesse sur un vrai serveur", _bench, False),
    ("bench-step", "une étape de mesure, dans son propre processus", _bench_step, True),
    ("premiums", "appels de cotisations et retours de prélèvements", _premiums, True),
    ("benefits", "lecture des soins et virements", _benefits, True),
    ("exchanges", "mouvements de droits et imports", _exchanges, True),
    ("centre", "organismes, équipes et comptes", _centre, True),
    ("api", "jetons de l’API", _api, True),
)
