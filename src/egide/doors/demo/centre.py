"""The demonstration's centre: one insurer and two delegates, three teams on two sites, one user for each role.

Everything is fictional; numbers are valid so that files can be made with them. Founding twice changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from egide.doors.demo.portfolio import ELSEWHERE
from egide.journal.acts import perform
from egide.journal.facts import Context, Role
from egide.journal.models import Perimeter
from egide.journal.permissions import Permission
from egide.journal.scope import set_perimeters
from egide.kernel.identifiers import make_iban
from egide.people.models import Organisation, Team, User

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
        perimeters = {house.code: _perimeter(house) for house in HOUSES}
        # These perimeters did not exist when the act began: from here on it may write in them.
        set_perimeters({*context.actor.perimeters, *(perimeter.pk for perimeter in perimeters.values())})
        for house in HOUSES:
            _organisation(house, perimeters[house.code])
        teams = {team.name: _team(team, perimeters) for team in _TEAMS}
        # Deriving a key from a password is slow on purpose: once is enough for one shared password.
        password = make_password(DEMO_PASSWORD)
        for account in DEMO_ACCOUNTS:
            User.objects.get_or_create(
                email=account.email,
                defaults={
                    "full_name": account.name,
                    "role": account.role.value,
                    "team": teams[account.team],
                    "password": password,
                },
            )
        first = perimeters[HOUSES[0].code]
        act.on("perimeter", first.pk, INSURER, first.pk)
        act.because("Centre de démonstration fondé : organismes, équipes et comptes fictifs.")
    return Centre(
        perimeters={code: perimeter.pk for code, perimeter in perimeters.items()},
        teams={name: team.pk for name, team in teams.items()},
    )


def _known() -> Centre | None:
    """The centre when every part of it is there, None as soon as one is missing."""
    perimeters = dict(Perimeter.objects.filter(code__in=_ALL).values_list("code", "id"))
    names = [team.name for team in _TEAMS]
    teams = dict(Team.objects.filter(name__in=names).values_list("name", "id"))
    users = User.objects.filter(email__in=[account.email for account in DEMO_ACCOUNTS]).count()
    if len(perimeters) == len(HOUSES) and len(teams) == len(_TEAMS) and users == len(DEMO_ACCOUNTS):
        return Centre(perimeters={code: perimeters[code] for code in _ALL}, teams=teams)
    return None


def _perimeter(house: House) -> Perimeter:
    made, _ = Perimeter.objects.get_or_create(
        code=house.code,
        defaults={"insurer_name": INSURER, "delegate_name": house.name if house.kind == "delegate" else ""},
    )
    return made


def _organisation(house: House, perimeter: Perimeter) -> None:
    account = make_iban("30004", house.branch, "100200300")
    Organisation.objects.get_or_create(
        siren=house.siren,
        defaults={
            "kind": house.kind,
            "name": house.name,
            "address": house.address,
            "phone": house.phone,
            "email": house.email,
            "perimeter": perimeter,
            "creditor_identifier": house.creditor_identifier,
            "iban": account.compact,
            "bic": account.bic or "",
        },
    )


def _team(team: _Team, perimeters: dict[str, Perimeter]) -> Team:
    made, _ = Team.objects.get_or_create(name=team.name, site=team.site, defaults={"region": team.region})
    made.perimeters.set([perimeters[code] for code in team.perimeters])
    return made
