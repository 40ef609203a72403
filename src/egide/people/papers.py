"""The frame of every letter: who writes, to whom, whom to call; from the organisations and households of the house."""

from __future__ import annotations

from typing import TypedDict

from egide.documents.facts import Contact, House, MaskedIban, Payment, mask_iban
from egide.kernel.errors import Refusal
from egide.people.models import Mandate, Organisation, Person


def organisation_of(perimeter_id: int) -> Organisation:
    """The organisation that manages a perimeter: its delegate, else the insurer itself."""
    found = Organisation.objects.filter(perimeter_id=perimeter_id).exclude(kind="partner").order_by("kind").first()
    if found is None:
        raise Refusal(
            code="people.no_organisation",
            where=f"périmètre {perimeter_id}",
            message="Aucun organisme ne gère ce périmètre : aucun courrier ne peut être émis en son nom.",
            remedy="Enregistrez l’organisme avec son adresse et son compte.",
        )
    return found


def house_of(perimeter_id: int) -> House:
    """The letterhead of a perimeter, with the insurer that bears the risk (S003-137)."""
    organisation = organisation_of(perimeter_id)
    insurer = Organisation.objects.filter(kind="insurer").order_by("pk").first() or organisation
    return House(
        name=organisation.name,
        address=tuple(organisation.address.split(", ")),
        phone=organisation.phone,
        email=organisation.email,
        legal=(f"{organisation.name}, SIREN {_grouped(organisation.siren)}",),
        insurer=insurer.name,
    )


class LetterFrame(TypedDict):
    """What every letter to a person has in common: the keyword arguments of ``documents.facts.Letter``."""

    house: House
    addressee: tuple[str, ...]
    contact: Contact
    enrolment_number: str
    place: str


def letter_frame(person: Person, enrolment_number: str) -> LetterFrame:
    """The frame of a letter to a person about an enrolment."""
    organisation = organisation_of(person.perimeter_id)
    household = person.household
    return {
        "house": house_of(person.perimeter_id),
        "addressee": (str(person), household.line1, f"{household.postcode} {household.city}"),
        "contact": Contact(team="Service adhérents", phone=organisation.phone, email=organisation.email),
        "enrolment_number": enrolment_number,
        # « 12 quai des Augustins, 45160 Olivet »: a letter is dated from the town, without its code.
        "place": organisation.address.rpartition(", ")[2].lstrip("0123456789 "),
    }


def masked(iban: str) -> MaskedIban:
    """An account as it may be printed: country and last four characters."""
    return mask_iban(iban)


def payment_of(mandate: Mandate | None, perimeter_id: int) -> Payment:
    """How premiums are paid: the mandate, its account masked, its creditor."""
    organisation = organisation_of(perimeter_id)
    if mandate is None:
        return Payment(mode="Virement ou chèque", frequency="chaque mois")
    return Payment(
        mode="Prélèvement SEPA",
        frequency="chaque mois, le 5",
        iban=mask_iban(mandate.bank_account.iban),
        rum=mandate.rum,
        creditor_name=organisation.name,
        creditor_identifier=organisation.creditor_identifier,
    )


def _grouped(siren: str) -> str:
    """Nine digits by three, held together."""
    return "\N{NO-BREAK SPACE}".join(siren[at : at + 3] for at in range(0, len(siren), 3))
