"""Asking for long work that a trade declared: its row waits for a worker; who may not do it may not ask for it."""

from __future__ import annotations

from functools import cache

from egide.house import trades
from egide.journal.facts import Context
from egide.journal.scope import reading_as
from egide.journal.trade import JobKind
from egide.work.job_acts import NewJob, ask, ask_again
from egide.work.job_queries import JobRow, job


@cache
def job_kinds() -> dict[str, JobKind]:
    """Every kind of long work that a trade declares, by its code."""
    return {kind.code: kind for trade in trades() for kind in trade.jobs}


def ask_of_perimeter(context: Context, code: str, *, title: str, perimeter_id: int) -> JobRow:
    """Asks for a work that concerns a whole perimeter: payments, statements, rights to send."""
    new = NewJob(code, title, perimeter_id, "perimeter", perimeter_id, {"perimeter": perimeter_id})
    return ask(context, new, needs=job_kinds()[code].needs)


def start_again(context: Context, job_id: int) -> JobRow:
    """Starts stopped work again, for who may ask for its kind."""
    with reading_as(context.actor):
        code = job(job_id).kind
    kind = job_kinds()[code]
    return ask_again(context, job_id, needs=kind.needs, may_start=kind.again)
