"""The notice of one month, for who pays without direct debit or asks for it: the sum, its day, what it is made of."""

from __future__ import annotations

from datetime import date

from egide.contracts.queries import EnrolmentRow, facts_of
from egide.kernel.formats import format_month
from egide.kernel.text import elided
from egide.people.papers import letter_frame, payment_of
from egide.premiums.decisions import debit_day, instalment
from egide.premiums.papers.facts import PremiumLine, PremiumNotice
from egide.products.queries import book_for, books_of


def notice_paper(enrolment: EnrolmentRow, month: date) -> PremiumNotice | None:
    """The notice of a month as the rule book decides it now; None when nothing is due."""
    due = instalment(books_of(enrolment.product_code), facts_of(enrolment), month)
    lines: list[PremiumLine] = []
    for share in due.shares:
        lines.append(PremiumLine(elided(f"Cotisation de {share.first_name}"), share.gross_cents))
        for label, cents in (("Aide ACS", share.aid_acs_cents), ("Autre aide", share.aid_other_cents)):
            if cents:
                lines.append(PremiumLine(elided(f"{label} de {share.first_name}, déduite"), -cents))
    if due.to_pay_cents <= 0:
        return None
    mandate = enrolment.mandate if enrolment.mandate and enrolment.mandate.revoked_on is None else None
    book = book_for(enrolment.product_code, month)
    return PremiumNotice(
        **letter_frame(enrolment.member, enrolment.number),
        product=f"{book.title}, formule {dict(book.formulas).get(enrolment.formula, enrolment.formula)}",
        period_label=format_month(month),
        due_on=debit_day(month) if mandate else due.due_on,
        lines=tuple(lines),
        payment=payment_of(mandate, enrolment.perimeter_id),
    )


def notice_title(month: date) -> str:
    """The name of the notice of a month, by which it is known to have been issued."""
    return elided(f"Appel de cotisation de {format_month(month)}")
