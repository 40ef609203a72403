"""The worker: has one work at a time, tells how far it is, and says plainly how it ended. One or several may run, anywhere."""

from __future__ import annotations

import logging
import os
import threading
import uuid
from dataclasses import dataclass, field

from django.db import OperationalError, connection

from egide.journal.facts import Channel, Context
from egide.journal.queries import system_context
from egide.journal.trade import Ending
from egide.kernel.errors import Refusal
from egide.logs import places
from egide.people.queries import actor_with_id
from egide.work.asking import job_kinds
from egide.work.job_acts import end_done, end_failed, end_refused
from egide.work.job_queries import JobRow
from egide.work.running import Teller, next_job, put_back

MOST_STARTS = 5
LOOK_SECONDS = 1.0
LATER_SECONDS = 10
_RUNNING_ALREADY = "batch.running"

log = logging.getLogger(__name__)


class Stopped(Exception):
    """The worker was asked to stop: the work in hand goes back to the queue where it is."""


@dataclass
class Stop:
    """When to stop: asked by a signal, or because the process that we work beside is gone."""

    beside: int | None = None
    asked: threading.Event = field(default_factory=threading.Event)

    def now(self) -> bool:
        """True once it is time to stop."""
        return self.asked.is_set() or (self.beside is not None and os.getppid() != self.beside)


def work(stop: Stop, *, once: bool = False) -> None:
    """Does what waits, in order, until asked to stop; ``once``: until nothing waits."""
    while not stop.now():
        try:
            if do_next(stop):
                continue
        except OperationalError as lost:
            # The work stays ours on paper only: its lock went with the connection, and whoever comes next takes it up.
            log.error("worker: the database is gone (%s), trying again", type(lost).__name__)
            connection.close()
            if once:
                raise
        if once:
            return
        stop.asked.wait(LOOK_SECONDS)


def do_next(stop: Stop) -> bool:
    """Does the oldest work that nobody has; False when there is none."""
    system = system_context(Channel.BATCH)
    with next_job(system.actor.perimeters) as job:
        if job is None:
            return False
        _do(system, job, stop)
    return True


def _do(system: Context, job: JobRow, stop: Stop) -> None:
    perimeters = system.actor.perimeters
    if job.attempts > MOST_STARTS:
        end_failed(
            system,
            job.pk,
            message=f"Ce travail s’est interrompu {MOST_STARTS} fois sans aller à son terme.",
            remedy="Prévenez l’exploitation, puis relancez-le : ce qui est fait est gardé.",
            reference=f"T{job.pk}",
        )
        return
    teller = Teller(perimeters, job.pk)
    try:
        ending = _run(job, teller, stop)
    except Stopped:
        put_back(perimeters, job.pk, why="Mis en attente : le serveur s’arrête, le travail reprendra.")
    except Refusal as refusal:
        if refusal.code == _RUNNING_ALREADY:
            why = "Le même traitement est déjà en cours ailleurs ; celui-ci attend qu’il finisse."
            put_back(perimeters, job.pk, seconds=LATER_SECONDS, why=why)
        else:
            end_refused(system, job.pk, refusal)
    except OperationalError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever one work does, the others go on; it is told and logged
        _fail(system, job, error)
    else:
        end_done(system, job.pk, outcome=ending.outcome, figures=ending.figures)
    finally:
        teller.close()


def _run(job: JobRow, teller: Teller, stop: Stop) -> Ending:
    def progress(said: str) -> None:
        teller.tell(said)
        if stop.now():
            raise Stopped

    actor = system_context().actor if job.asked_by_id is None else actor_with_id(job.asked_by_id)
    return job_kinds()[job.kind].run(Context(actor, Channel.BATCH, received_at=job.asked_at), job.given, progress)


def _fail(system: Context, job: JobRow, error: Exception) -> None:
    """The message of an error may quote a row: neither the screen nor the log shows it, only where it happened."""
    reference = f"T{job.pk}-{uuid.uuid4().hex[:6]}"
    where = " < ".join(places(error))
    log.error("work %s (%s) failed, reference %s: %s at %s", job.pk, job.kind, reference, type(error).__name__, where)
    end_failed(
        system,
        job.pk,
        message="Une erreur imprévue a arrêté ce travail. Ce qui était fait est gardé.",
        remedy="Relancez-le. S’il s’arrête encore, donnez cette référence à l’exploitation.",
        reference=reference,
    )
