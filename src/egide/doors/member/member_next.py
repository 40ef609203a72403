"""What comes next for a member: each dated step, as the règlement and the account give it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from egide.contracts.decisions.terms import reminder_of, withdrawal_until
from egide.contracts.queries import EnrolmentRow
from egide.doors.frame.shell import Shape, ref
from egide.kernel.money import format_eur
from egide.kernel.text import elided
from egide.premiums.decisions import debit_day
from egide.premiums.facts import Instalment
from egide.rules.books import Book


def next_steps(
    enrolment: EnrolmentRow,
    book: Book,
    instalments: Sequence[Instalment],
    certificates: Sequence[tuple[int, str, date, int]],
    day: date,
) -> list[Shape]:
    """The steps to come, the nearest first; ``book`` is the règlement of the enrolment, which gives their dates."""
    steps: list[Shape] = []
    coming = next((one for one in instalments if debit_day(one.month) >= day), None)
    if coming and enrolment.mandate and coming.to_pay_cents:
        steps.append(
            {
                "on": debit_day(coming.month),
                "title": _("Prélèvement de %(amount)s") % {"amount": format_eur(coming.to_pay_cents)},
                "why": ref("echeance", f"{enrolment.number}.{coming.month:%Y-%m}"),
            }
        )
    if enrolment.starts_on > day and enrolment.ends_on != enrolment.starts_on:
        steps.append({"on": enrolment.starts_on, "title": _("Début des garanties"), "detail": ""})
    for _person, first_name, until, cents in certificates:
        if until >= day:
            detail = _("Aide de %(amount)s par an") % {"amount": format_eur(cents)}
            title = elided(_("Fin de l’attestation ACS de %(who)s") % {"who": first_name})
            steps.append({"on": until, "title": title, "detail": detail})
    if enrolment.ends_on and enrolment.ends_on > day:
        notice = reminder_of(book, enrolment.ends_on)
        if notice and notice.on >= day:
            step = {"on": notice.on, "title": _("Renouvellement à préparer"), "detail": notice.reasons[-1]}
            steps.append(step)
        steps.append(
            {"on": enrolment.ends_on, "title": _("Fin de l’adhésion"), "detail": _("Premier jour sans garantie")}
        )
    last = withdrawal_until(book, enrolment.concluded_on)
    if last and last.on >= day and enrolment.ends_on != enrolment.starts_on:
        steps.append({"on": last.on, "title": _("Dernier jour pour renoncer"), "detail": last.reasons[-1]})
    return sorted(steps, key=lambda step: step["on"])
