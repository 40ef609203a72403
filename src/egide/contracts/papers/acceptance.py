"""What a new enrolment is told: the certificate of membership, and the card that opens its rights."""

from __future__ import annotations

from datetime import date, timedelta

from egide.contracts.decisions.terms import withdrawal_until
from egide.contracts.facts import EffectDate, EnrolmentAsked
from egide.contracts.models import Enrolment
from egide.contracts.papers.card import issue_card
from egide.contracts.papers.facts import AcceptanceLetter, PersonEffect
from egide.contracts.queries import facts_of, product_terms
from egide.documents.acts import issue
from egide.journal import clock
from egide.journal.acts import Record
from egide.people.papers import letter_frame
from egide.products.queries import book_for


def issue_acceptance(record: Record, enrolment: Enrolment, asked: EnrolmentAsked, effect: EffectDate) -> None:
    """Issues the letter and the card of a new enrolment: from when it runs, and why not from the wished day (S003-041)."""
    issue(
        record,
        acceptance_letter(enrolment, asked, effect),
        kind="acceptance",
        title="Confirmation d’adhésion",
        subject=("enrolment", enrolment.pk),
        perimeter_id=enrolment.perimeter_id,
    )
    issue_card(record, enrolment, from_on=effect.starts_on)


def acceptance_letter(enrolment: Enrolment, asked: EnrolmentAsked, effect: EffectDate) -> AcceptanceLetter:
    """The certificate of membership, as it is sent."""
    terms = product_terms(enrolment.product_code, effect.starts_on)
    steps = ["Votre carte de tiers payant accompagne cette lettre : présentez-la dès le début de la couverture."]
    if enrolment.mandate:
        steps.append("Vos cotisations sont prélevées sur votre compte : l’échéancier joint dit quand, et combien.")
    undo = withdrawal_until(book_for(enrolment.product_code, enrolment.starts_on), enrolment.concluded_on)
    return AcceptanceLetter(
        **letter_frame(enrolment.member, enrolment.number),
        product=terms.title,
        formula=terms.labels[enrolment.formula],
        accepted_on=clock.today(),
        starts_on=effect.starts_on,
        last_day=_last_day(effect.ends_on),
        persons=tuple(
            PersonEffect(
                name=f"{cover.first_name} {cover.last_name}",
                wished_on=asked.wished_start,
                effect_on=cover.starts_on,
                last_day=_last_day(cover.ends_on),
                why=" ".join(effect.reasons),
            )
            for cover in facts_of(enrolment).covers
        ),
        withdrawal_until=undo.on if undo else None,
        next_steps=tuple(steps),
        enclosures=("échéancier de cotisations", "carte de tiers payant"),
    )


def _last_day(ends_on: date | None) -> date | None:
    return ends_on - timedelta(days=1) if ends_on else None
