"""``egide works``: does the long work that people ask for on the screen, until interrupted."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from types import FrameType

from egide.doors.worker import Stop, work

_PATIENCE_SECONDS = 30


def run(options: argparse.Namespace) -> int:
    """Works until a signal asks to stop; the work in hand then goes back to the queue at its next step."""
    stop = Stop(beside=options.beside)

    def asked(_signal: int, _frame: FrameType | None) -> None:
        stop.asked.set()

    signal.signal(signal.SIGTERM, asked)
    signal.signal(signal.SIGINT, asked)
    work(stop, once=options.once)
    return 0


@contextlib.contextmanager
def beside() -> Iterator[None]:
    """A worker runs beside this process inside the block, and stops with it, even when it is killed."""
    command = [sys.executable, "-m", "egide", "works", "--beside", str(os.getpid())]
    worker = subprocess.Popen(command)  # noqa: S603 - our own command
    try:
        yield
    finally:
        worker.terminate()
        try:
            worker.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            # Work in the middle of a long step: killing it loses nothing, the next worker takes it up.
            worker.kill()
            worker.wait()
