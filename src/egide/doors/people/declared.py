"""The commands of the centre, declared without loading what they run."""

from __future__ import annotations

import argparse

from egide.doors.commands.command import Command

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
        _rights_numbers(organisation, required=False)
        if kind == "delegate":
            organisation.add_argument("--insurer", default="", help="code de son assureur, s’il y en a plusieurs")
    rights = what.add_parser("rights", help="enregistre les numéros sous lesquels un organisme annonce ses droits")
    rights.add_argument("code", help="code de l’organisme")
    _rights_numbers(rights, required=True)
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


def _rights_numbers(command: argparse.ArgumentParser, *, required: bool) -> None:
    command.add_argument(
        "--amc", default="", required=required, help="numéro d’organisme complémentaire, huit chiffres"
    )
    command.add_argument(
        "--sender", default="", required=required, help="identifiant d’émetteur convenu avec la caisse"
    )
    command.add_argument("--recipient", default="", required=required, help="identifiant du destinataire")


COMMANDS = (Command("centre", "organismes, équipes et comptes", _centre, "egide.doors.people.commands"),)
