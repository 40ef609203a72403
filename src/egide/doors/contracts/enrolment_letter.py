"""The letter that asks a candidate for the papers that are missing: what, why, and what starts the clock again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from egide.contracts.facts import Issue, Severity
from egide.contracts.queries import FormRow
from egide.documents.facts import Contact, MissingPaper, MissingPapersLetter, PaperTrouble
from egide.documents.rendering import render
from egide.documents.safety import safe_pdf
from egide.doors.contracts.enrolment_fields import people_of, who_in
from egide.journal import clock
from egide.kernel.errors import Refusal
from egide.people.papers import house_of, organisation_of


def missing_papers_letter(
    form: FormRow, content: Mapping[str, Any], papers: Sequence[Issue], *, days_left: int
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
        working_days_left=days_left,
        papers=tuple(_paper(issue, content) for issue in papers),
        reply_address=(house.name, *house.address),
        sorting_code=f"EGIDE-BULLETIN-{form.pk}",
    )
    pdf = render(facts, issued_on=clock.today())
    return pdf, safe_pdf(pdf).pages


# What the member is asked to send: the remedy of an issue speaks to the gestionnaire.
_SEND = {
    "form.unsigned": "le bulletin, daté et signé par vous ou par votre représentant légal.",
    "form.iban_missing": "un relevé d’identité bancaire, et le mandat de prélèvement signé.",
    "form.nir_missing": "une copie de l’attestation de la carte Vitale.",
    "form.certificate_missing": "l’attestation que votre caisse vous a remise.",
    "form.certificate_expired": "la nouvelle attestation que votre caisse vous a remise.",
}


def _paper(issue: Issue, content: Mapping[str, Any]) -> MissingPaper:
    trouble = PaperTrouble.MISSING if issue.severity is Severity.MISSING else PaperTrouble.CONTRADICTORY
    if issue.code.endswith("expired"):
        trouble = PaperTrouble.EXPIRED
    send = _SEND.get(issue.code, f"{issue.paper}.")
    return MissingPaper(
        trouble=trouble, title=issue.paper, reason=issue.message, send=send, about=_about(issue, content)
    )


def _about(issue: Issue, content: Mapping[str, Any]) -> str:
    """The person an issue is about, when its field is one of theirs."""
    parts = issue.field.split("-")
    persons = people_of(content)
    if parts[0] != "persons" or len(parts) < 2 or not parts[1].isdecimal() or int(parts[1]) >= len(persons):
        return ""
    person = persons[int(parts[1])]
    return f"{person.get('first_name', '')} {person.get('last_name', '')}".strip()
