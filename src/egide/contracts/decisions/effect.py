"""When an enrolment takes effect and ends: the dates that the règlement gives to a complete form, with their reasons."""

from __future__ import annotations

from datetime import date, timedelta

from egide.contracts.decisions.terms import end_of, start_of
from egide.contracts.facts import EffectDate, EnrolmentAsked
from egide.kernel.formats import format_date
from egide.rules.books import Book


def effect_date(asked: EnrolmentAsked, *, book: Book, complete_on: date) -> EffectDate:
    """The start and end kept (S003-037, S003-043), for a file that is complete on a day."""
    agreements = [person.certificate.agreed_on for person in asked.persons if person.certificate]
    start = start_of(book, asked.wished_start, agreements=agreements, complete_on=complete_on)
    end = end_of(book, start.on)
    reasons = list(start.reasons)
    if end:
        reasons += [*end.reasons, f"Dernier jour de garantie : {format_date(end.on - timedelta(days=1))}."]
    return EffectDate(
        starts_on=start.on,
        ends_on=end.on if end else None,
        differs=start.on != asked.wished_start,
        reasons=tuple(reasons),
    )
