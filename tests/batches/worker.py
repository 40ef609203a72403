"""Runs one job in a process of its own, and kills it without warning at a chosen place. Not a test.

    worker.py DATABASE PLACE JOB [ARGUMENT…]

PLACE is ``write:N`` (kill -9 as the N-th act is about to write its line, before its commit), ``progress:N`` (at the N-th
progress told) or ``never``. JOB is ``read FILE_ID``, ``call MONTH``, ``pay``, or ``command`` and the words of a command.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from datetime import date

PERIMETER = 2
LINES_PER_SLICE, ENROLMENTS_PER_SLICE = 8, 3


def die() -> None:
    """What a power cut does."""
    os.kill(os.getpid(), signal.SIGKILL)


def at_the(number: int, action: Callable[[], None]) -> Callable[[], None]:
    """Something that acts the n-th time it is called."""
    seen = 0

    def called() -> None:
        nonlocal seen
        seen += 1
        if seen == number:
            action()

    return called


def main(database: str, place: str, job: str, *arguments: str) -> int:
    """Sets the trap, then does the job."""
    for name in ("EGIDE_DATABASE_URL", "EGIDE_OWNER_DATABASE_URL"):
        address, _, query = os.environ[name].partition("?")
        os.environ[name] = f"{address.rpartition('/')[0]}/{database}?{query}"
    import django

    django.setup()
    from egide.benefits.jobs import paying, reading
    from egide.journal import acts
    from egide.journal.queries import system_context
    from egide.premiums import jobs as premiums

    reading._LINES_PER_SLICE, premiums._ENROLMENTS_PER_SLICE = LINES_PER_SLICE, ENROLMENTS_PER_SLICE
    kind, _, number = place.partition(":")
    told = at_the(int(number or 0), die)
    if kind == "write":
        write = acts._write

        def trapped(*given: object, **named: object) -> None:
            told()
            write(*given, **named)  # type: ignore[arg-type]

        acts._write = trapped

    def progress(_: str) -> None:
        if kind == "progress":
            told()

    if job == "command":
        from egide.doors.commands.main import main as command

        return command(arguments)
    context = system_context()
    match job:
        case "read":
            reading.read_file(context, int(arguments[0]), progress=progress)
        case "call":
            premiums.call_month(context, date.fromisoformat(arguments[0]), perimeter_id=PERIMETER, progress=progress)
        case "pay":
            paying.pay(context, perimeter_id=PERIMETER, progress=progress)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
