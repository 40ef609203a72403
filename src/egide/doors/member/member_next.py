"""What comes next for a member: each dated step, and the last day to undo it when the law gives one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.utils.translation import gettext as _

from egide.contracts.queries import EnrolmentRow
from egide.doors.frame.shell import Shape, ref
from egide.kernel.money import format_eur
from egide.kernel.periods import add_months
from egide.kernel.text import elided
from egide.premiums.decisions import debit_day
from egide.premiums.facts import Instalment

_WITHDRAWAL_DAYS = 30  # the notice promises thirty days (its article 3); the law asks for fourteen


def next_steps(
    enrolment: EnrolmentRow,
    instalments: Sequence[Instalment],
    certificates: Sequence[tuple[int, str, date, int]],
    day: date,
) -> list[Shape]:
    """The steps to come, the nearest first."""
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
    if enrolment.starts_on > day:
        steps.append({"on": enrolment.starts_on, "title": _("Début des garanties"), "detail": ""})
    for _person, first_name, until, cents in certificates:
        if until >= day:
            detail = _("Aide de %(amount)s par an") % {"amount": format_eur(cents)}
            title = elided(_("Fin de l’attestation ACS de %(who)s") % {"who": first_name})
            steps.append({"on": until, "title": title, "detail": detail})
    if enrolment.ends_on and enrolment.ends_on > day:
        notice = add_months(enrolment.ends_on, -2)
        if notice >= day:
            detail = _("Deux mois avant le terme (notice, article 3)")
            steps.append({"on": notice, "title": _("Lettre de renouvellement"), "detail": detail})
        steps.append(
            {"on": enrolment.ends_on, "title": _("Fin de l’adhésion"), "detail": _("Premier jour sans garantie")}
        )
    last_undo = enrolment.received_on + timedelta(days=_WITHDRAWAL_DAYS)
    if last_undo >= day and steps:
        steps[0]["undo_until_on"] = last_undo
    return sorted(steps, key=lambda step: step["on"])
