"""Long work as acts see it: asked by someone, asked again after a failure, ended with what it did or why it stopped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction

from egide.journal import clock
from egide.journal.acts import Record, perform
from egide.journal.facts import Context
from egide.journal.permissions import Permission
from egide.journal.trade import Given
from egide.kernel.errors import Refusal
from egide.work.job_queries import UNDER_WAY, JobRow
from egide.work.models import Job


@dataclass(frozen=True, slots=True)
class NewJob:
    """Long work to ask for: its kind, what people call it, what it is about, and what it needs to start."""

    kind: str
    title: str
    perimeter_id: int
    subject_kind: str
    subject_id: int
    given: dict[str, object] = field(default_factory=dict)


def ask(context: Context, new: NewJob, *, needs: Permission) -> JobRow:
    """Asks for long work: it is kept, waits its turn, and goes on without the one who asked.

    The same work already waiting or running is given back instead: nothing runs twice. Raises Refusal without ``needs``.
    """
    with perform(context, "work.ask", needs=needs, given=new) as act:
        job = _under_way(new) or _keep(context, new)
        act.on("job", job.pk, job.title, job.perimeter_id)
        act.outcome = {"job": job.pk}
    return job


def _keep(context: Context, new: NewJob) -> Job:
    try:
        with transaction.atomic():
            return Job.objects.create(
                kind=new.kind,
                title=new.title,
                perimeter_id=new.perimeter_id,
                subject_kind=new.subject_kind,
                subject_id=new.subject_id,
                given=new.given,
                asked_by_id=context.actor.id,
                asked_by=context.actor.label,
                asked_at=clock.now(),
            )
    except IntegrityError:
        # Someone asked for the same at the same moment.
        job = _under_way(new)
        if job is None:
            raise
        return job


def _under_way(new: NewJob) -> Job | None:
    return Job.objects.filter(
        kind=new.kind,
        perimeter_id=new.perimeter_id,
        subject_kind=new.subject_kind,
        subject_id=new.subject_id,
        state__in=UNDER_WAY,
    ).first()


def ask_again(
    context: Context, job_id: int, *, needs: Permission, may_start: Callable[[Given], None] | None = None
) -> JobRow:
    """Starts refused or failed work again, asked by this person now: what was done already is not done twice.

    ``may_start`` refuses when what it is about was ended meanwhile.
    """
    with perform(context, "work.ask_again", needs=needs, given=job_id) as act:
        job = Job.objects.select_for_update().filter(pk=job_id).first()
        if job is None or job.state not in ("refused", "failed"):
            raise Refusal(
                code="work.job_not_stopped",
                where=str(job_id),
                message="Ce travail n’est pas arrêté, ou ne vous est pas accessible.",
                remedy="Voyez où il en est dans la liste des travaux.",
            )
        if may_start is not None:
            may_start(job.given)
        job.asked_by_id, job.asked_by, job.asked_at = context.actor.id, context.actor.label, clock.now()
        job.state, job.attempts, job.not_before, job.refusal = "waiting", 0, None, {}
        job.told, job.steps_done, job.steps_total = "", None, None
        job.started_at = job.ended_at = None
        job.save()
        act.on("job", job.pk, job.title, job.perimeter_id)
        act.outcome = {"job": job.pk}
    return job


def end_done(context: Context, job_id: int, *, outcome: str, figures: dict[str, object]) -> None:
    """Ends work that went to its end, with what it did."""
    with perform(context, "work.done", needs=Permission.OPERATE, given=[job_id, outcome]) as act:
        job = _ending(act, job_id, "done")
        job.outcome, job.figures = outcome, figures
        job.save()
        act.because(outcome)


def end_refused(context: Context, job_id: int, refusal: Refusal) -> None:
    """Ends work that the house refused to do, with where, why and what next."""
    with perform(context, "work.refused", needs=Permission.OPERATE, given=[job_id, refusal.code]) as act:
        job = _ending(act, job_id, "refused")
        job.refusal = {
            "code": refusal.code,
            "where": refusal.where,
            "message": refusal.message,
            "remedy": refusal.remedy,
        }
        job.save()
        act.because(refusal.message)


def end_failed(context: Context, job_id: int, *, message: str, remedy: str, reference: str) -> None:
    """Ends work that an error of ours stopped: a plain sentence, and a reference that the operator finds in the log."""
    with perform(context, "work.failed", needs=Permission.OPERATE, given=[job_id, reference]) as act:
        job = _ending(act, job_id, "failed")
        job.refusal = {"code": "work.failed", "where": reference, "message": message, "remedy": remedy}
        job.save()
        act.because(message)


def _ending(act: Record, job_id: int, state: str) -> Job:
    job = Job.objects.select_for_update().get(pk=job_id)
    job.state, job.ended_at = state, clock.now()
    act.on("job", job.pk, job.title, job.perimeter_id)
    return job
