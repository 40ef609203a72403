"""What must be known of a member before a word is said: covered or not, in arrears, papers awaited, still free to withdraw."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from egide.contracts.decisions.terms import withdrawal_until
from egide.contracts.queries import EnrolmentRow
from egide.doors.frame import words
from egide.doors.frame.shelf import Shelf
from egide.doors.frame.shell import Shape, last_day, state
from egide.doors.member.member_reads import CoverRow
from egide.kernel.formats import format_date_short, format_eur
from egide.premiums.queries import AccountLine


def flags(
    shelf: Shelf,
    enrolment: EnrolmentRow,
    rows: Sequence[CoverRow],
    lines: Sequence[AccountLine],
    in_progress: Sequence[Shape],
    day: date,
) -> list[Shape]:
    """The badges of the line that stays on screen, the cover first; nothing is said of what is in order."""
    found = [_cover(enrolment, rows, day)]
    balance = lines[0].balance_cents if lines else 0
    if balance > 0:
        found.append(state(_("Reste dû : %(amount)s") % {"amount": format_eur(balance)}, "warn"))
    late = sum(1 for one in in_progress if one["deadline"]["overdue"])
    if late:
        found.append(
            state(_("Demande en retard") if late == 1 else _("%(n)s demandes en retard") % {"n": late}, "late")
        )
    paused = next((one["deadline"]["pause_reason"] for one in in_progress if one["deadline"]["pause_reason"]), "")
    if paused:
        found.append(state(_("En attente : %(what)s") % {"what": paused}, "paused"))
    last = withdrawal_until(shelf.on(enrolment.product_code, enrolment.starts_on), enrolment.concluded_on)
    if last and last.on >= day and enrolment.ends_on != enrolment.starts_on:
        found.append(state(_("Peut renoncer jusqu’au %(day)s") % {"day": format_date_short(last.on)}, "info"))
    return found


def _cover(enrolment: EnrolmentRow, rows: Sequence[CoverRow], day: date) -> Shape:
    own = [row for row in rows if row.person_id == enrolment.member_id and row.starts_on is not None]
    now = next((row for row in own if row.covers(day)), None)
    if now:
        said = words.agreed(now.nir, _("Couvert"), _("Couverte"), _("Couverture en cours"))
        until = last_day(now.ends_on)
        return state(
            _("%(said)s jusqu’au %(day)s") % {"said": said, "day": format_date_short(until)} if until else said, "ok"
        )
    coming = min((row.starts_on for row in own if row.starts_on and row.starts_on > day), default=None)
    if coming:
        return state(_("Couverture à partir du %(day)s") % {"day": format_date_short(coming)}, "info")
    return state(_("Sans couverture aujourd’hui"), "late")
