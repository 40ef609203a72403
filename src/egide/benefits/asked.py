"""Long work that people ask of benefits: what each does, and the sentence that tells how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.db import connection

from egide.benefits.jobs.paying import issue_statements, pay_proposal
from egide.benefits.jobs.reading import read_file, recycle
from egide.benefits.queries import ProposalRow
from egide.exchanges.queries import FileRow, may_still_be_read, open_rejects, recyclable
from egide.journal.facts import Context
from egide.journal.permissions import Permission
from egide.journal.queries import over_everyone
from egide.journal.scope import reading_as, set_scope
from egide.journal.trade import Ending, Given, JobKind
from egide.kernel.formats import format_count
from egide.kernel.money import format_eur
from egide.kernel.progress import Progress
from egide.work.job_acts import NewJob, ask
from egide.work.job_queries import JobRow

_REJECTS_AT_ONCE = 100_000


def recycle_rejects(context: Context, reject_ids: Sequence[int], *, progress: Progress = lambda _: None) -> int:
    """Takes rejected acts again, once what stopped them is mended; returns how many were taken this time.

    Only rejects of the actor's perimeters are taken; the person that a line names may be of any.
    """
    with reading_as(context.actor):
        seen = [reject_id for found in recyclable(reject_ids).values() for reject_id in found]
    taken = recycle(over_everyone(replace(context, key=None)), seen, progress=progress)
    if connection.in_atomic_block:
        set_scope(context.actor)  # the rest of a page's transaction sees what it saw before
    return taken


def _read_care(context: Context, given: Given, progress: Progress) -> Ending:
    done = read_file(over_everyone(context), given["file"], progress=progress)
    return Ending(
        f"{format_count(done.lines, 'acte lu', 'actes lus')}, {format_count(done.posted, 'pris', 'pris')}, "
        f"{format_count(done.ignored, 'ignoré', 'ignorés')}, {format_count(done.rejected, 'rejeté', 'rejetés')}. "
        f"{format_eur(done.paid_cents)} dus aux adhérents.",
        {"rejected": done.rejected},
    )


def _pay(context: Context, given: Given, progress: Progress) -> Ending:
    paid = pay_proposal(context, given.get("proposal", 0), progress=progress)
    return Ending(
        f"{format_count(paid.transfers, 'virement', 'virements')} pour {format_eur(paid.total_cents)}, "
        f"confirmés par {paid.confirmed_by}.",
        {"file": paid.file_id, "proposal": paid.pk},
    )


def _issue_statements(context: Context, given: Given, progress: Progress) -> Ending:
    done = issue_statements(context, perimeter_id=given["perimeter"], progress=progress)
    return Ending(f"{format_count(done, 'relevé imprimé', 'relevés imprimés')}.")


def _recycle(context: Context, given: Given, progress: Progress) -> Ending:
    with reading_as(context.actor):
        chosen = [reject.pk for reject in open_rejects(file_id=given["file"], limit=_REJECTS_AT_ONCE)]
    taken = recycle_rejects(context, chosen, progress=progress)
    return Ending(
        f"{format_count(taken, 'acte repris', 'actes repris')} sur {format_count(len(chosen), 'rejet', 'rejets')}."
    )


PAYMENT = JobKind("benefits.pay", Permission.BENEFITS, _pay)
RECYCLING = JobKind("rejects.recycle", Permission.BENEFITS, _recycle)
JOBS = (
    JobKind("care.read", Permission.BENEFITS, _read_care, again=may_still_be_read),
    PAYMENT,
    JobKind("benefits.statements", Permission.BENEFITS, _issue_statements),
    RECYCLING,
)


def ask_payment(context: Context, proposal: ProposalRow) -> JobRow:
    """Asks for the payment of a confirmed list of transfers, and of nothing else."""
    count = format_count(proposal.transfers, "virement", "virements")
    title = f"{count} de prestations pour {format_eur(proposal.total_cents)}"
    given: dict[str, object] = {"perimeter": proposal.perimeter_id, "proposal": proposal.pk}
    new = NewJob(PAYMENT.code, title, proposal.perimeter_id, "payment_proposal", proposal.pk, given)
    return ask(replace(context, key=None), new, needs=PAYMENT.needs)


def ask_recycling(context: Context, file: FileRow) -> JobRow:
    """Asks for the open rejects of a care file to be taken again."""
    new = NewJob(RECYCLING.code, f"Rejets de {file.name}", file.perimeter_id, "file", file.pk, {"file": file.pk})
    return ask(context, new, needs=RECYCLING.needs)
