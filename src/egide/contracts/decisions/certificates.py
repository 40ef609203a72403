"""An aid certificate against the cover it would pay for: the same checks whoever asks, and by which door."""

from __future__ import annotations

from datetime import date

from egide.contracts.facts import PersonAsked
from egide.kernel.errors import Refusal
from egide.kernel.formats import format_date
from egide.kernel.periods import add_months, first_of_month


def refuse_certificate(person: PersonAsked, starts_on: date) -> None:
    """Refuses a certificate that does not hold on the first day of the cover, or that contradicts itself (S003-044)."""
    read = person.certificate
    if read is None:
        return
    if read.amount_cents <= 0:
        raise _refusal("amount", "amount", "Le montant de l’aide doit être positif.", "Relisez l’attestation.")
    if read.valid_until <= read.agreed_on:
        raise _refusal("dates", "valid_until", "La validité finit avant l’accord.", "Relisez l’attestation.")
    if read.valid_until < starts_on:
        raise _refusal(
            "expired",
            "valid_until",
            f"L’attestation de {person.first_name} expire le {format_date(read.valid_until)}, "
            f"avant le début de sa couverture, le {format_date(starts_on)}.",
            "Demandez l’attestation renouvelée, ou ajoutez la personne sans attestation.",
        )
    # A newborn is covered from birth, and no aid was ever agreed before it.
    if read.agreed_on > starts_on and person.birth_date != starts_on:
        first = add_months(first_of_month(read.agreed_on), 1) if read.agreed_on.day != 1 else read.agreed_on
        raise _refusal(
            "agreed",
            "agreed_on",
            f"L’aide de {person.first_name} est accordée le {format_date(read.agreed_on)}, "
            f"après le début de sa couverture, le {format_date(starts_on)}.",
            f"Demandez l’effet au {format_date(first)}, ou ajoutez la personne sans attestation.",
        )


def _refusal(code: str, where: str, message: str, remedy: str) -> Refusal:
    return Refusal(code=f"certificate.{code}", where=where, message=message, remedy=remedy)
