"""Long work that people ask of premiums: what each does, and the sentence that tells how it ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from egide.exchanges.queries import may_still_be_read
from egide.journal.facts import Context
from egide.journal.permissions import Permission
from egide.journal.trade import Ending, Given, JobKind
from egide.kernel.formats import format_count, format_month
from egide.kernel.money import format_eur
from egide.kernel.progress import Progress
from egide.premiums.jobs import ShownDebits, call_month
from egide.premiums.return_jobs import record_returns
from egide.work.job_acts import NewJob, ask
from egide.work.job_queries import JobRow


def _record_returns(context: Context, given: Given, _: Progress) -> Ending:
    done = record_returns(context, given["file"])
    return Ending(f"{format_count(done, 'prélèvement rejeté imputé', 'prélèvements rejetés imputés')}.")


def _call(*, dry_run: bool) -> Callable[[Context, Given, Progress], Ending]:
    def run(context: Context, given: Given, progress: Progress) -> Ending:
        month = date.fromisoformat(given["month"])
        shown = ShownDebits(*given["shown"]) if given.get("shown") else None
        done = call_month(
            context, month, perimeter_id=given["perimeter"], dry_run=dry_run, shown=shown, progress=progress
        )
        said = (
            f"{format_count(done.enrolments, 'adhésion', 'adhésions')} pour {format_eur(done.called_cents)}, "
            f"{format_count(done.debits, 'prélèvement', 'prélèvements')} pour {format_eur(done.debited_cents)}."
        )
        if done.debits:
            said += f" {done.collection.sentence}"
        figures: dict[str, object] = {
            "enrolments": done.enrolments,
            "called_cents": done.called_cents,
            "debits": done.debits,
            "debited_cents": done.debited_cents,
            "debit_print": done.debit_print,
            "collection": done.collection.sentence if done.debits else "",
        }
        if dry_run:
            return Ending("Essai, rien n’est gardé. À appeler, " + said, figures)
        return Ending(said, figures | {"file": done.file_id})

    return run


TRIAL = JobKind("premiums.try", Permission.PREMIUMS, _call(dry_run=True))
CALL = JobKind("premiums.call", Permission.PREMIUMS, _call(dry_run=False))
JOBS = (JobKind("bank.returns", Permission.PREMIUMS, _record_returns, again=may_still_be_read), TRIAL, CALL)


def ask_call(
    context: Context, month: date, *, perimeter_id: int, dry_run: bool, shown: ShownDebits | None = None
) -> JobRow:
    """Asks for a month's call, or for its trial, in one perimeter; ``shown`` is what the trial showed of its debits."""
    kind = TRIAL if dry_run else CALL
    title = f"{'Essai de l’appel' if dry_run else 'Appel'} de {format_month(month)}"
    given: dict[str, object] = {"month": month.isoformat(), "perimeter": perimeter_id}
    if shown:
        given["shown"] = [shown.debits, shown.debited_cents, shown.fingerprint]
    new = NewJob(kind.code, title, perimeter_id, "month", month.year * 100 + month.month, given)
    return ask(context, new, needs=kind.needs)
