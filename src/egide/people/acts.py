"""People as acts make them: households, persons, accounts, mandates, inside an act; and the correction of an identity."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction

from egide.journal.acts import perform
from egide.journal.facts import Context
from egide.journal.permissions import Permission
from egide.kernel.errors import Refusal
from egide.kernel.identifiers import make_rum
from egide.kernel.text import sort_key
from egide.people.models import BankAccount, Household, Mandate, Person


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A person as a form names them; ``nir`` is empty for a child known under a parent's number."""

    last_name: str
    first_name: str
    birth_date: date
    birth_rank: int
    nir: str
    insured_nir: str


def add_household(perimeter_id: int, *, line1: str, postcode: str, city: str, phone: str, email: str) -> Household:
    """A household and its address."""
    return Household.objects.create(
        perimeter_id=perimeter_id, line1=line1, postcode=postcode, city=city, phone=phone, email=email
    )


def add_person(household: Household, new: NewPerson, *, where: str = "") -> Person:
    """The person of a form: the one already known under the same number, date and rank, or a new one."""
    known = Person.objects.filter(
        insured_nir=new.insured_nir,
        birth_date=new.birth_date,
        birth_rank=new.birth_rank,
        perimeter_id=household.perimeter_id,
    ).first()
    if known:
        return known
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
        person = Person.objects.select_for_update().get(pk=person_id)
        changed = frozenset(name for name in _SAID if getattr(person, name) != getattr(identity, name))
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
        act.because(
            "Corrigé : " + ", ".join(said for name, said in _SAID.items() if name in changed) + "."
            if changed
            else "Rien n’a changé."
        )
    return changed


def sign_mandate(
    person: Person, *, iban: str, bic: str, holder: str, signed_on: date, enrolment_number: str
) -> Mandate:
    """The person's bank account and the direct-debit mandate signed on it, with its unique reference."""
    account, _ = BankAccount.objects.get_or_create(
        person=person, iban=iban, defaults={"bic": bic, "holder": holder, "perimeter_id": person.perimeter_id}
    )
    rum = make_rum("EG", enrolment_number, signed_on.strftime("%y%m%d"))
    mandate, _ = Mandate.objects.get_or_create(
        rum=rum,
        defaults={"bank_account": account, "signed_on": signed_on, "perimeter_id": person.perimeter_id},
    )
    return mandate
