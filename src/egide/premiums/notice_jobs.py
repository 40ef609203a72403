"""Notices of premiums: each month for those who pay without direct debit, at any time for who asks."""

from __future__ import annotations

from datetime import date

from django.db import connection

from egide.contracts.queries import EnrolmentRow, enrolment_with_member
from egide.documents.acts import issue
from egide.documents.queries import DocumentRow, subjects_told
from egide.journal.acts import Record, perform
from egide.journal.facts import Context
from egide.journal.permissions import Permission
from egide.journal.scope import reading
from egide.kernel.errors import Refusal
from egide.kernel.formats import format_count, format_month
from egide.kernel.progress import Progress, Told
from egide.people.papers import organisation_of
from egide.premiums.papers.notice import notice_paper, notice_title

_PER_ACT = 200
_KIND = "premium_notice"

_WITHOUT_DEBIT = """
-- Enrolments called for a month that no live mandate pays.
SELECT DISTINCT e.id FROM ledger_line l
JOIN ledger_account a ON a.id = l.account_id AND a.kind = 'member'
JOIN contracts_enrolment e ON e.id = a.enrolment_id
LEFT JOIN people_mandate m ON m.id = e.mandate_id AND m.revoked_on IS NULL
WHERE l.perimeter_id = %s AND l.period = %s AND l.nature = 'premium' AND m.id IS NULL ORDER BY e.id
"""


def issue_notices(context: Context, month: date, *, perimeter_id: int, progress: Progress = lambda _: None) -> int:
    """Issues the notice of a called month to each member who pays without direct debit, once; returns how many."""
    with reading(context.actor.perimeters), connection.cursor() as cursor:
        cursor.execute(_WITHOUT_DEBIT, [perimeter_id, month])
        wanted = [row[0] for row in cursor.fetchall()]
        told = subjects_told(_KIND, notice_title(month), wanted)
    waiting = [each for each in wanted if each not in told]
    made = 0
    for first in range(0, len(waiting), _PER_ACT):
        part = waiting[first : first + _PER_ACT]
        with perform(context, "premium.notices", needs=Permission.PREMIUMS, given=[str(month), part]) as act:
            act.on("perimeter", perimeter_id, organisation_of(perimeter_id).name, perimeter_id)
            issued = sum(_issue(act, enrolment_with_member(each), month) is not None for each in part)
            act.because(f"{format_count(issued, 'avis émis', 'avis émis')} pour {format_month(month)}.")
        made += issued
        progress(Told(f"{made} avis d’échéance", done=first + len(part), total=len(waiting)))
    return made


def issue_notice(context: Context, enrolment_id: int, month: date) -> DocumentRow:
    """The notice of a month, asked for on one enrolment."""
    with perform(context, "premium.notice", needs=Permission.CONTACT, given=[enrolment_id, str(month)]) as act:
        enrolment = enrolment_with_member(enrolment_id)
        act.on("enrolment", enrolment.pk, enrolment.number, enrolment.perimeter_id)
        document = _issue(act, enrolment, month)
        if document is None:
            raise Refusal(
                code="premium.nothing_due",
                where=enrolment.number,
                message=f"Rien n’est à payer pour {format_month(month)}.",
                remedy="Choisissez un autre mois, ou envoyez l’échéancier.",
            )
        act.outcome = {"document": document.pk}
    return document


def _issue(record: Record, enrolment: EnrolmentRow, month: date) -> DocumentRow | None:
    paper = notice_paper(enrolment, month)
    if paper is None:
        return None
    return issue(
        record,
        paper,
        kind=_KIND,
        title=notice_title(month),
        subject=("enrolment", enrolment.pk),
        perimeter_id=enrolment.perimeter_id,
    )
