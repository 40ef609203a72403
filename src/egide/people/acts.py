"""People as acts make them: persons and mandates inside an act; an identity corrected; organisations, teams and users."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from egide.journal import clock
from egide.journal.acts import Record, open_perimeter, perform
from egide.journal.facts import Context, Role
from egide.journal.permissions import Permission
from egide.journal.queries import perimeter_codes
from egide.kernel.calendars import Region
from egide.kernel.errors import Refusal
from egide.kernel.identifiers import check_creditor_identifier, check_iban, check_siren
from egide.kernel.text import sort_key
from egide.people.address_acts import keep_former_person
from egide.people.models import Household, Organisation, Person, Team, User
from egide.work.acts import release


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A person as a form names them; ``nir`` is empty for a child known under a parent's number."""

    last_name: str
    first_name: str
    birth_date: date
    birth_rank: int
    nir: str
    insured_nir: str


def known_person(perimeter_id: int, new: NewPerson) -> Person | None:
    """The person already known in a perimeter under the same number, date and rank."""
    return Person.objects.filter(
        insured_nir=new.insured_nir,
        birth_date=new.birth_date,
        birth_rank=new.birth_rank,
        perimeter_id=perimeter_id,
    ).first()


def add_person(household: Household, new: NewPerson, *, where: str = "") -> Person:
    """A person who was not known yet, in this household."""
    try:
        with transaction.atomic():
            return Person.objects.create(
                household=household,
                perimeter_id=household.perimeter_id,
                last_name=new.last_name,
                first_name=new.first_name,
                sort_key=sort_key(f"{new.last_name} {new.first_name}"),
                birth_date=new.birth_date,
                birth_rank=new.birth_rank,
                nir=new.nir,
                insured_nir=new.insured_nir,
            )
    except IntegrityError as error:
        raise Refusal(
            code="people.person",
            where=where,
            message=f"{new.first_name} {new.last_name} ne peut pas être enregistré avec ce numéro et cette date.",
            remedy="Vérifiez le numéro de sécurité sociale, la date et le rang de naissance.",
        ) from error


@dataclass(frozen=True, slots=True)
class Identity:
    """Who someone is for the compulsory scheme; ``insured_nir`` is the number under which rights are open."""

    last_name: str
    first_name: str
    birth_date: date
    birth_rank: int
    insured_nir: str


_SAID = {
    "last_name": "nom",
    "first_name": "prénom",
    "birth_date": "date de naissance",
    "birth_rank": "rang de naissance",
    "insured_nir": "numéro de sécurité sociale",
}


def correct_identity(context: Context, person_id: int, identity: Identity) -> frozenset[str]:
    """Corrects who someone is, and returns what changed; the journal says which fields, not what they hold."""
    with perform(context, "person.correct", needs=Permission.ENDORSE, given=[person_id, identity]) as act:
        if identity.birth_date > clock.today():
            raise Refusal(
                code="people.birth_date",
                where="birth_date",
                message="La date de naissance est à venir.",
                remedy="Relisez-la sur l’attestation vitale.",
            )
        person = Person.objects.select_for_update().get(pk=person_id)
        changed = frozenset(name for name in _SAID if getattr(person, name) != getattr(identity, name))
        if changed:
            keep_former_person(act, person)
        if "insured_nir" in changed and person.nir == person.insured_nir:
            person.nir = identity.insured_nir
        for name in changed:
            setattr(person, name, getattr(identity, name))
        person.sort_key = sort_key(f"{person.last_name} {person.first_name}")
        try:
            with transaction.atomic():
                person.save()
        except IntegrityError as error:
            raise Refusal(
                code="people.person",
                where="insured_nir",
                message="Une autre personne est déjà connue sous ce numéro, cette date et ce rang.",
                remedy="Vérifiez le numéro, la date et le rang de naissance.",
            ) from error
        act.on("person", person.pk, str(person), person.perimeter_id)
        if "birth_date" in changed:  # ages decide premiums and benefits; a name or a number decides nothing
            act.touch("person", person.pk, person.perimeter_id)
        act.because(
            "Corrigé : " + ", ".join(said for name, said in _SAID.items() if name in changed) + "."
            if changed
            else "Rien n’a changé."
        )
    return changed


@dataclass(frozen=True, slots=True)
class NewOrganisation:
    """An insurer, or a delegate of one: who writes letters, collects premiums and pays for a perimeter."""

    code: str
    kind: str
    name: str
    siren: str
    address: str = ""
    phone: str = ""
    email: str = ""
    creditor_identifier: str = ""
    iban: str = ""
    insurer: str = ""


@dataclass(frozen=True, slots=True)
class NewTeam:
    """A team on a site; ``perimeters`` are the codes of the organisations whose files it opens."""

    name: str
    site: str
    region: str
    perimeters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NewUser:
    """Someone who will sign in, in one role and one team."""

    email: str
    full_name: str
    role: Role
    team_id: int


def add_organisation(context: Context, new: NewOrganisation) -> int:
    """An organisation and its perimeter; a delegate names its insurer, unless there is only one. Returns the perimeter."""
    with perform(context, "centre.organisation", needs=Permission.OPERATE, given=new) as act:
        _refuse_organisation(new)
        delegate = new.kind == "delegate"
        insurer = _insurer_name(new.insurer) if delegate else new.name
        name = new.name if delegate else ""
        perimeter_id = open_perimeter(act, code=new.code, insurer_name=insurer, delegate_name=name)
        account = check_iban(new.iban) if new.iban else None
        Organisation.objects.create(
            kind=new.kind,
            name=new.name,
            siren=check_siren(new.siren),
            address=new.address,
            phone=new.phone,
            email=new.email,
            perimeter_id=perimeter_id,
            creditor_identifier=check_creditor_identifier(new.creditor_identifier) if new.creditor_identifier else "",
            iban=account.compact if account else "",
            bic=(account.bic or "") if account else "",
        )
        act.on("perimeter", perimeter_id, new.name, perimeter_id)
        act.because(f"{'Délégataire' if delegate else 'Assureur'} {new.name} enregistré sous le code {new.code}.")
    return perimeter_id


def _refuse_organisation(new: NewOrganisation) -> None:
    if new.kind not in ("insurer", "delegate") or not new.code or not new.name:
        raise Refusal(
            code="people.organisation",
            where=new.code or "code",
            message="Un organisme a un code, un nom, et il est assureur ou délégataire.",
            remedy="Complétez la demande.",
        )
    known = Organisation.objects.filter(siren=check_siren(new.siren)).first()
    if known:
        raise Refusal(
            code="people.organisation_known",
            where=new.siren,
            message=f"Ce SIREN est déjà celui de {known.name}.",
            remedy="Vérifiez le numéro ; un organisme ne s’enregistre qu’une fois.",
        )


def _insurer_name(code: str) -> str:
    insurers = Organisation.objects.filter(kind="insurer").select_related("perimeter")
    named = [one for one in insurers if not code or (one.perimeter and one.perimeter.code == code)]
    if len(named) != 1:
        raise Refusal(
            code="people.insurer",
            where=code or "assureur",
            message="L’assureur de ce délégataire n’est pas connu, ou il y en a plusieurs.",
            remedy="Enregistrez d’abord l’assureur, puis donnez son code.",
        )
    return named[0].name


def add_team(context: Context, new: NewTeam) -> int:
    """A team, with the perimeters that it opens to its people; refused without one, or when its name is taken there."""
    with perform(context, "centre.team", needs=Permission.OPERATE, given=new) as act:
        known, regions = perimeter_codes(), [region.value for region in Region]
        unknown = [code for code in new.perimeters if code not in known]
        if unknown or not new.perimeters or new.region not in regions:
            raise Refusal(
                code="people.team",
                where=", ".join(unknown) or new.name,
                message="Une équipe a une région et au moins un organisme, déjà enregistré.",
                remedy=f"Organismes : {', '.join(sorted(known)) or 'aucun'}. Régions : {', '.join(regions)}.",
            )
        if Team.objects.filter(name=new.name, site=new.site).exists():
            raise Refusal(
                code="people.team_known",
                where=new.name,
                message=f"Cette équipe existe déjà à {new.site}.",
                remedy="Choisissez un autre nom.",
            )
        team = Team.objects.create(name=new.name, site=new.site, region=new.region)
        team.perimeters.set([known[code] for code in new.perimeters])
        act.on("team", team.pk, str(team), known[new.perimeters[0]])
        act.because(f"Équipe ouverte sur : {', '.join(new.perimeters)}.")
    return team.pk


def add_user(context: Context, new: NewUser, *, password_hash: str) -> int:
    """Someone who may sign in; their address is theirs alone. The password is known here by its hash only."""
    with perform(context, "centre.user", needs=Permission.OPERATE, given=new) as act:
        email = new.email.strip().lower()
        _refuse_user(email, new)
        user = User.objects.create(
            email=email, full_name=new.full_name, role=new.role.value, team_id=new.team_id, password=password_hash
        )
        _about(act, user)
        act.because(f"Compte ouvert : {new.role.value}, équipe {user.team}.")
    return user.pk


def _refuse_user(email: str, new: NewUser) -> None:
    try:
        validate_email(email)
    except ValidationError as error:
        raise Refusal(
            "people.email", "Cette adresse n’est pas une adresse électronique.", "Vérifiez-la.", email
        ) from error
    if new.role is Role.SYSTEM or not new.full_name.strip():
        raise Refusal(
            "people.user", "Un compte a un nom, et le rôle d’une personne.", "Complétez la demande.", new.email
        )
    if User.objects.filter(email__iexact=email).exists():
        raise Refusal(
            code="people.user_known",
            where=email,
            message="Cette adresse a déjà un compte.",
            remedy="Changez son rôle ou son équipe, rouvrez-le, ou donnez-lui un nouveau mot de passe.",
        )


def change_user(context: Context, email: str, *, role: Role | None = None, team_id: int | None = None) -> None:
    """Another role or another team; what they held goes back to its queue."""
    with perform(context, "centre.user_change", needs=Permission.OPERATE, given=[email, role, team_id]) as act:
        user = _user(email)
        if role is Role.SYSTEM:
            raise Refusal("people.user", "Ce rôle n’est pas celui d’une personne.", "Choisissez-en un autre.", email)
        user.role = role.value if role else user.role
        user.team_id = team_id or user.team_id
        user.save()
        _about(act, user)
        release(act, user.pk)
        act.because(f"Rôle {user.role}, équipe {user.team}.")


def new_password(context: Context, email: str, *, password_hash: str) -> None:
    """Another password: sessions and tokens opened with the former one end."""
    with perform(context, "centre.user_password", needs=Permission.OPERATE, given=email) as act:
        user = _user(email)
        user.password = password_hash
        user.save()
        _about(act, user)
        act.because("Nouveau mot de passe.")


def close_user(context: Context, email: str) -> None:
    """Closes an account: they are signed out, and what they held goes back to its queue. Their past acts keep their name."""
    with perform(context, "centre.user_close", needs=Permission.OPERATE, given=email) as act:
        user = _user(email)
        user.is_active = False
        user.save()
        _about(act, user)
        release(act, user.pk)
        act.because("Compte fermé.")


def reopen_user(context: Context, email: str) -> None:
    """Opens again an account that was closed."""
    with perform(context, "centre.user_reopen", needs=Permission.OPERATE, given=email) as act:
        user = _user(email)
        user.is_active = True
        user.save()
        _about(act, user)
        act.because("Compte rouvert.")


def _about(record: Record, user: User) -> None:
    """A person's line in the journal belongs to the first perimeter of their team."""
    first = user.team.perimeters.order_by("pk").values_list("pk", flat=True).first() if user.team else None
    if first is None:
        raise Refusal(
            "people.team", "Ce compte n’a pas d’équipe qui ouvre un organisme.", "Donnez-lui une équipe.", user.email
        )
    record.on("user", user.pk, user.full_name, first)


def _user(email: str) -> User:
    found = User.objects.select_for_update().filter(email__iexact=email.strip()).first()
    if found is None:
        raise Refusal(
            code="people.user_not_found",
            where=email,
            message="Personne n’a cette adresse.",
            remedy="Voyez la liste : egide centre list.",
        )
    return found
