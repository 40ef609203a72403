"""When an enrolment takes effect: the wished date where the rules allow it, otherwise the nearest one that they do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from egide.contracts.facts import EffectDate, EnrolmentAsked
from egide.kernel.formats import format_date
from egide.kernel.periods import add_months, first_of_month


def effect_date(asked: EnrolmentAsked, *, twelve_months: bool, complete_on: date) -> EffectDate:
    """The start and end kept (S003-037, S003-043): never before the complete file nor before an aid is agreed.

    Covers begin on the first day of a month, because every month begun is due. A wished date that is already past when
    the file is complete moves to the first of the next month.
    """
    agreements = [person.certificate.agreed_on for person in asked.persons if person.certificate]
    start, reasons = start_kept(asked.wished_start, agreements=agreements, complete_on=complete_on)
    end = add_months(start, 12) if twelve_months else None
    if end:
        reasons.append(f"Contrat de douze mois, jusqu’au {format_date(end - timedelta(days=1))}.")
    return EffectDate(starts_on=start, ends_on=end, differs=start != asked.wished_start, reasons=tuple(reasons))


def start_kept(wished: date, *, agreements: Sequence[date], complete_on: date) -> tuple[date, list[str]]:
    """The start date kept for a wished one, with its reasons in order; a form is checked against this date too."""
    reasons = [f"Date souhaitée sur le bulletin : {format_date(wished)}."]
    start = wished
    if start.day != 1:
        start = add_months(first_of_month(start), 1)
        reasons.append(f"Les garanties commencent un premier du mois : {format_date(start)}.")
    if agreements and start < max(agreements):
        start = add_months(first_of_month(max(agreements)), 1)
        reasons.append(f"Dernier accord d’ACS du {format_date(max(agreements))} : effet au {format_date(start)}.")
    if start <= complete_on:
        start = add_months(first_of_month(complete_on), 1)
        reasons.append(
            f"Dossier complet le {format_date(complete_on)} : effet au premier du mois suivant, {format_date(start)}."
        )
    return start, reasons
