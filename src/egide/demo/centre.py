"""The demonstration's centre: one insurer and two delegates, three teams on two sites, one user for each role.

Everything is fictional; numbers are valid so that files can be made with them. Founding twice changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from egide.demo.portfolio import ELSEWHERE
from egide.journal.acts import perform
from egide.journal.facts import Context, Role
from egide.journal.permissions import Permission
from egide.journal.queries import perimeter_codes
from egide.kernel.identifiers import make_iban
from egide.people.acts import NewOrganisation, NewTeam, NewUser, add_organisation, add_team, add_user
from egide.people.facts import RightsNumbers
from egide.people.queries import teams, users

INSURER = "Union mutualiste Horizon"
DEMO_PASSWORD = "egide-demo"  # noqa: S105 - shown on the sign-in page of the demonstration, and nowhere else


@dataclass(frozen=True, slots=True)
class House:
    """An organisation of the demonstration and its perimeter; ``departments`` are those whose members it serves."""

    code: str
    kind: str
    name: str
    siren: str
    creditor_identifier: str
    branch: str
    address: str
    phone: str
    email: str
    departments: tuple[str, ...]


HOUSES = (
    House(
        "horizon", "insurer", INSURER, "999000011", "FR33ZZZ999001", "99001",
        "1 place de l’Horizon, 75013 Paris", "01 99 00 10 01", "contact@horizon.invalid", (),
    ),
    House(
        "rives_de_loire", "delegate", "Mutuelle des Rives de Loire", "999000029", "FR06ZZZ999002", "99002",
        "12 quai des Augustins, 45160 Olivet", "02 61 91 10 02", "contact@rives-de-loire.invalid",
        ("18", "28", "36", "37", "41", "45", "49", "58", "72", "89"),
    ),
    House(
        "est", "delegate", "Mutuelle de l’Est", "999000037", "FR76ZZZ999003", "99003",
        "4 rue des Cloutiers, 57000 Metz", "03 53 01 10 03", "contact@mutuelle-est.invalid",
        ("08", "10", "25", "39", "51", "52", "54", "55", "57", "67", "68", "70", "88", "90"),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Team:
    name: str
    site: str
    region: str
    perimeters: tuple[str, ...]


_ALL = tuple(house.code for house in HOUSES)
ENROLMENTS_TEAM, BENEFITS_TEAM, EAST_TEAM = "Adhésions", "Prestations", "Mutuelle de l’Est"
_TEAMS = (
    _Team(ENROLMENTS_TEAM, "Olivet", "national", _ALL),
    _Team(BENEFITS_TEAM, "Olivet", "national", _ALL),
    _Team(EAST_TEAM, "Metz", "alsace_moselle", ("est",)),
)


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account offered on the sign-in page: who it is, in which role, and what they see."""

    email: str
    name: str
    role: Role
    role_label: str
    sees: str
    team: str


DEMO_ACCOUNTS = (
    DemoAccount(
        "gestionnaire@demo.invalid", "Sonia Marchetti", Role.ADMINISTRATOR, "Gestionnaire",
        "La file du jour : bulletins à saisir, avenants, prestations et rejets des trois organismes.", ENROLMENTS_TEAM,
    ),
    DemoAccount(
        "conseiller@demo.invalid", "Théo Lanvin", Role.ADVISER, "Conseiller téléphonique",
        "La fiche de l’adhérent qui appelle : ses droits, ses remboursements et leurs raisons, sans pouvoir les changer.",
        BENEFITS_TEAM,
    ),
    DemoAccount(
        "responsable@demo.invalid", "Hélène Vasseur", Role.TEAM_LEADER, "Responsable d’équipe",
        "Le travail de l’équipe, ce qui sera en retard, et tous les actes de gestion.", BENEFITS_TEAM,
    ),
    DemoAccount(
        "direction@demo.invalid", "Marc Delorme", Role.DIRECTOR, "Direction",
        "L’activité et les délais du centre, organisme par organisme, et le journal des actes.", ENROLMENTS_TEAM,
    ),
    DemoAccount(
        "audit@demo.invalid", "Inès Kadri", Role.AUDITOR, "Auditrice",
        "Tout le journal et les dossiers, en lecture seule.", ENROLMENTS_TEAM,
    ),
    DemoAccount(
        "delegataire@demo.invalid", "Élodie Schaeffer", Role.DELEGATE, "Délégataire (Mutuelle de l’Est)",
        "Les seuls adhérents de la Mutuelle de l’Est ; les jours fériés d’Alsace-Moselle comptent dans ses délais.",
        EAST_TEAM,
    ),
    DemoAccount(
        "produits@demo.invalid", "Antoine Ferrand", Role.PRODUCT_OWNER, "Responsable produits",
        "Les livres de règles : leur texte, leurs versions et leurs calculs.", ENROLMENTS_TEAM,
    ),
    DemoAccount(
        "exploitation@demo.invalid", "Djamel Benkirane", Role.OPERATOR, "Exploitation",
        "Les fichiers reçus et émis, et les traitements.", BENEFITS_TEAM,
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Centre:
    """The founded centre: the perimeter of each house, the identifier of each team."""

    perimeters: dict[str, int]
    teams: dict[str, int]

    @property
    def perimeter_of_department(self) -> dict[str, int]:
        """What ``generate`` asks for: the delegates' departments, and the insurer's own members elsewhere."""
        served = {each: self.perimeters[house.code] for house in HOUSES for each in house.departments}
        return {ELSEWHERE: self.perimeters[HOUSES[0].code], **served}


def found(context: Context) -> Centre:
    """The centre of the demonstration, made on the first call and only read on the next ones."""
    known = _known()
    if known is not None:
        return known
    with perform(context, "demo.found", needs=Permission.OPERATE, given=INSURER) as act:
        opened = perimeter_codes()
        for house in HOUSES:
            if house.code not in opened:
                add_organisation(context, _organisation(house))
        there = {team.name for team in teams()}
        for team in _TEAMS:
            if team.name not in there:
                add_team(context, NewTeam(team.name, team.site, team.region, team.perimeters))
        ids = {team.name: team.id for team in teams()}
        accounts = {user.email for user in users()}
        # Deriving a key from a password is slow on purpose: once is enough for one shared password.
        password = make_password(DEMO_PASSWORD)
        for account in DEMO_ACCOUNTS:
            if account.email not in accounts:
                new = NewUser(account.email, account.name, account.role, ids[account.team])
                add_user(context, new, password_hash=password)
        first = perimeter_codes()[HOUSES[0].code]
        act.on("perimeter", first, INSURER, first)
        act.because("Centre de démonstration fondé : organismes, équipes et comptes fictifs.")
    founded = _known()
    assert founded is not None  # noqa: S101 - every part was just made
    return founded


def _known() -> Centre | None:
    """The centre when every part of it is there, None as soon as one is missing."""
    perimeters, ours = perimeter_codes(), {team.name: team.id for team in teams()}
    accounts = {user.email for user in users()}
    parts = (
        all(house.code in perimeters for house in HOUSES),
        all(team.name in ours for team in _TEAMS),
        all(account.email in accounts for account in DEMO_ACCOUNTS),
    )
    if not all(parts):
        return None
    return Centre(
        perimeters={code: perimeters[code] for code in _ALL}, teams={team.name: ours[team.name] for team in _TEAMS}
    )


def _organisation(house: House) -> NewOrganisation:
    return NewOrganisation(
        code=house.code,
        kind=house.kind,
        name=house.name,
        siren=house.siren,
        address=house.address,
        phone=house.phone,
        email=house.email,
        creditor_identifier=house.creditor_identifier,
        iban=make_iban("30004", house.branch, "100200300").compact,
        rights=RightsNumbers(f"999{house.branch}", f"000000999{house.branch}", "00999000"),
    )
