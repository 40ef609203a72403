"""The letter that asks a candidate for the papers that are missing: what, why, and what starts the clock again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from egide.contracts.acts.forms import ACT_LIMIT
from egide.contracts.facts import PaperAsked
from egide.contracts.papers.facts import MissingPaper, MissingPapersLetter, PaperTrouble
from egide.contracts.queries import FormRow
from egide.documents.facts import Contact
from egide.documents.rendering import render
from egide.documents.safety import safe_pdf
from egide.doors.contracts.enrolment_fields import people_of, who_in
from egide.journal import clock
from egide.kernel.errors import Refusal
from egide.kernel.reference import load_time_limit
from egide.people.papers import house_of, organisation_of


def missing_papers_letter(
    form: FormRow, content: Mapping[str, Any], papers: Sequence[PaperAsked], *, answer_by: date
) -> tuple[bytes, int]:
    """The letter as a PDF, with its number of pages. Refused while nobody knows whom to write to."""
    name = who_in(content)
    address = [str(content.get("line1") or ""), f"{content.get('postcode') or ''} {content.get('city') or ''}".strip()]
    if not name or not all(address):
        raise Refusal(
            code="enrolment.no_address",
            where="line1",
            message="Le nom ou l’adresse du candidat manque : la lettre ne peut pas partir.",
            remedy="Recopiez-les du bulletin, puis demandez les pièces.",
        )
    organisation, house = organisation_of(form.perimeter_id), house_of(form.perimeter_id)
    facts = MissingPapersLetter(
        house=house,
        addressee=(name, *address),
        contact=Contact(team="Service adhésions", phone=organisation.phone, email=organisation.email),
        enrolment_number=f"Bulletin {form.pk}",
        place=organisation.address.rpartition(", ")[2].lstrip("0123456789 "),
        request_label="votre demande d’adhésion",
        received_on=form.received_on,
        paused_since=clock.today(),
        working_days_left=load_time_limit(ACT_LIMIT, form.received_on).amount,
        papers=tuple(asked_in_words(paper, content) for paper in papers),
        reply_before=answer_by,
        reply_address=(house.name, *house.address),
        sorting_code=f"EGIDE-BULLETIN-{form.pk}",
    )
    pdf = render(facts, issued_on=clock.today())
    return pdf, safe_pdf(pdf).pages


# What the candidate reads: why a paper is asked for, and what to send. What an issue says is said to the gestionnaire.
_WORDS = {
    "form.unsigned": (
        PaperTrouble.MISSING,
        "Le bulletin que nous avons reçu n’est pas signé.",
        "le bulletin, daté et signé par vous ou par votre représentant légal.",
    ),
    "form.iban_missing": (
        PaperTrouble.MISSING,
        "Le compte à débiter n’est pas indiqué sur votre bulletin.",
        "un relevé d’identité bancaire, et le mandat de prélèvement signé.",
    ),
    "form.rib_missing": (
        PaperTrouble.MISSING,
        "Le relevé du compte à débiter n’est pas joint à votre bulletin.",
        "un relevé d’identité bancaire.",
    ),
    "form.nir_missing": (
        PaperTrouble.MISSING,
        "Le numéro de sécurité sociale n’est pas indiqué sur votre bulletin.",
        "une copie de l’attestation de la carte Vitale.",
    ),
    "form.vitale_missing": (
        PaperTrouble.MISSING,
        "L’attestation de la carte Vitale n’est pas jointe à votre bulletin.",
        "une copie de cette attestation.",
    ),
    "form.nir_birth": (
        PaperTrouble.CONTRADICTORY,
        "Le numéro de sécurité sociale et la date de naissance ne s’accordent pas.",
        "une copie de l’attestation de la carte Vitale.",
    ),
    "form.school_missing": (
        PaperTrouble.MISSING,
        "La poursuite d’études n’est pas justifiée.",
        "le certificat de scolarité de l’année en cours.",
    ),
    "form.certificate_missing": (
        PaperTrouble.MISSING,
        "L’attestation de droit à l’aide n’est pas jointe à votre bulletin.",
        "l’attestation que votre caisse vous a remise.",
    ),
    "form.certificate_expired": (
        PaperTrouble.EXPIRED,
        "L’attestation jointe ne sera plus valable le jour où vos garanties commenceront.",
        "la nouvelle attestation que votre caisse vous a remise.",
    ),
}


def asked_in_words(paper: PaperAsked, content: Mapping[str, Any]) -> MissingPaper:
    """A paper as the candidate reads it: what troubles it, why it is needed, what to send, for whom."""
    plain = (PaperTrouble.MISSING, "Nous en avons besoin pour traiter votre demande.", f"{paper.title}.")
    trouble, reason, send = _WORDS.get(paper.code, plain)
    return MissingPaper(trouble=trouble, title=paper.title, reason=reason, send=send, about=_about(paper, content))


def _about(paper: PaperAsked, content: Mapping[str, Any]) -> str:
    """The person whose first name ends the title of a paper."""
    for person in people_of(content):
        first = str(person.get("first_name") or "")
        if first and first in paper.title.replace(",", " ").replace("’", " ").split():
            return f"{first} {person.get('last_name', '')}".strip()
    return ""
