"""The marks that a worker leaves on long work: who has it, how far it is. Machine's marks, not acts: nobody did anything.

A work is had by the database session that holds its lock. A worker that dies loses its session, the lock is free at once, and
the next worker takes the work up again: it converges, because the jobs of the floors do.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from datetime import timedelta

from django.db import connections
from django.db.models import F

from egide.journal import clock
from egide.journal.locks import if_free
from egide.journal.scope import reading
from egide.kernel.progress import Told
from egide.work.job_queries import JobRow, to_do
from egide.work.models import Job

TOLD_AT_MOST = 300


@contextlib.contextmanager
def next_job(perimeters: Sequence[int]) -> Iterator[JobRow | None]:
    """Has the oldest work that nobody has, inside the block; None when there is none. Two workers never have the same."""
    with reading(perimeters):
        candidates = to_do()
    with contextlib.ExitStack() as stack:
        for job_id in candidates:
            if not stack.enter_context(if_free(f"work.job:{job_id}")):
                continue
            # Another worker may have ended it between the list and the lock.
            with reading(perimeters):
                job = Job.objects.filter(pk=job_id, pk__in=to_do()).first()
                if job is not None:
                    job.state, job.started_at = "running", job.started_at or clock.now()
                    job.attempts += 1
                    job.save(update_fields=["state", "started_at", "attempts"])
            if job is not None:
                yield job
                return
        yield None


def put_back(perimeters: Sequence[int], job_id: int, *, seconds: int = 0, why: str = "") -> None:
    """Lets go of work that did not fail: it waits again, at least so long, and this start is not counted."""
    with reading(perimeters):
        Job.objects.filter(pk=job_id, state="running").update(
            state="waiting",
            attempts=F("attempts") - 1,
            told=why,
            not_before=clock.now() + timedelta(seconds=seconds) if seconds else None,
        )


_TELL = """
-- How far a work is, for those who watch it.
UPDATE work_job SET told = %s, steps_done = %s, steps_total = %s WHERE id = %s AND state = 'running'
"""


class Teller:
    """Tells how far a work is on a connection of its own: seen at once, even from inside a long transaction or a trial."""

    def __init__(self, perimeters: Sequence[int], job_id: int) -> None:
        self._perimeters = ",".join(str(one) for one in perimeters)
        self._job_id = job_id
        self._connection = connections.create_connection("default")

    def tell(self, said: str) -> None:
        """Keeps the sentence, and the steps when the sentence knows them."""
        steps = (said.done, said.total) if isinstance(said, Told) else (None, None)
        fresh = self._connection.connection is None
        with self._connection.cursor() as cursor:
            if fresh:
                cursor.execute("SELECT set_config('egide.perimeters', %s, false)", [self._perimeters])
            cursor.execute(_TELL, [said[:TOLD_AT_MOST], *steps, self._job_id])

    def close(self) -> None:
        """Ends the connection."""
        self._connection.close()
