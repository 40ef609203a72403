"""``egide centre``: the organisations, teams and people of the centre, each change an act of the journal."""

from __future__ import annotations

import argparse
import secrets

from django.contrib.auth.hashers import make_password

from egide.doors.people.declared import ROLES
from egide.journal.facts import Context, Role
from egide.journal.queries import system_context
from egide.people.acts import (
    NewOrganisation,
    NewTeam,
    NewUser,
    add_organisation,
    add_team,
    add_user,
    change_user,
    close_user,
    new_password,
    reopen_user,
    set_rights_numbers,
)
from egide.people.facts import RightsNumbers
from egide.people.queries import organisations, team_named, teams, users

# Letters and digits that nobody mistakes for one another when a password is read aloud or copied from paper.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def run(options: argparse.Namespace) -> int:
    """Does one change and says it; a password is shown once, here and nowhere else."""
    context = system_context()
    match options.what:
        case "insurer" | "delegate":
            _organisation(context, options)
        case "rights":
            numbers = _numbers(options)
            set_rights_numbers(context, options.code, numbers)
            print(f"{options.code} : droits sous le numéro {numbers.amc_number}")
        case "team":
            new = NewTeam(options.name, options.site, options.region, tuple(options.organisation))
            add_team(context, new)
            print(f"Équipe {options.name} ({options.site}) : {', '.join(options.organisation)}")
        case "user":
            _user(context, options)
        case "change":
            team = team_named(options.team, site=options.site).id if options.team else None
            change_user(context, options.email, role=_role(options.role), team_id=team)
            print(f"{options.email} : changé")
        case "password":
            password = _password()
            new_password(context, options.email, password_hash=make_password(password))
            _show(options.email, password)
        case "close":
            close_user(context, options.email)
            print(f"{options.email} : compte fermé")
        case "reopen":
            reopen_user(context, options.email)
            print(f"{options.email} : compte rouvert")
        case "list":
            _list()
    return 0


def _organisation(context: Context, options: argparse.Namespace) -> None:
    add_organisation(
        context,
        NewOrganisation(
            code=options.code,
            kind=options.what,
            name=options.name,
            siren=options.siren,
            address=options.address,
            phone=options.phone,
            email=options.email,
            creditor_identifier=options.creditor,
            iban=options.iban,
            insurer=getattr(options, "insurer", ""),
            rights=_numbers(options) if options.amc else None,
        ),
    )
    print(f"{options.code} : {options.name}")


def _numbers(options: argparse.Namespace) -> RightsNumbers:
    return RightsNumbers(options.amc, options.sender, options.recipient)


def _user(context: Context, options: argparse.Namespace) -> None:
    password = _password()
    role = _role(options.role)
    assert role is not None  # noqa: S101 - the parser asks for it
    new = NewUser(options.email, options.name, role, team_named(options.team, site=options.site).id)
    add_user(context, new, password_hash=make_password(password))
    _show(options.email, password)


def _role(word: str | None) -> Role | None:
    return Role(ROLES[word]) if word else None


def _password() -> str:
    """Sixteen characters in four groups: eighty bits of chance."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def _show(email: str, password: str) -> None:
    print(f"{email} : mot de passe, montré cette seule fois")
    print(password)


def _list() -> None:
    words = {code: word for word, code in ROLES.items()}
    print("Organismes")
    for code, kind, name in organisations():
        print(f"  {code:20} {'assureur' if kind == 'insurer' else 'délégataire':12} {name}")
    print("Équipes")
    for team in teams():
        print(f"  {team.name} ({team.site}), {team.region} : {', '.join(team.perimeters)}")
    print("Comptes")
    for user in users():
        closed = "" if user.is_active else ", fermé"
        print(
            f"  {user.email:36} {user.full_name}, {words.get(user.role, user.role)}, {user.team or 'sans équipe'}{closed}"
        )
