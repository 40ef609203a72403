"""``egide works``: does the long work that people ask for on the screen, until interrupted."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from types import FrameType

from egide.doors.frame import opened
from egide.doors.worker import Stop, work
from egide.journal.sealing import sealing_beside

_PATIENCE_SECONDS = 15
_LOOK_SECONDS = 1.0


def run(options: argparse.Namespace) -> int:
    """Works until a signal asks to stop; the work in hand then goes back to the queue at its next step."""
    opened.check()
    stop = Stop(beside=options.beside)

    def asked(_signal: int, _frame: FrameType | None) -> None:
        stop.asked.set()

    signal.signal(signal.SIGTERM, asked)
    signal.signal(signal.SIGINT, asked)
    with sealing_beside():
        work(stop, once=options.once)
    return 0


class Beside:
    """A worker beside this process, which stops with it, even killed; one that dies is replaced."""

    def __init__(self) -> None:
        self.worker = _start()
        self._ending = threading.Event()
        self._watch = threading.Thread(target=self._replace_the_dead, daemon=True)
        self._watch.start()

    def _replace_the_dead(self) -> None:
        while not self._ending.wait(_LOOK_SECONDS):
            # One that ended well was asked to: the same Ctrl-C reached it.
            if self.worker.poll():
                self.worker = _start()

    def end(self) -> None:
        """Asks the worker to stop, and waits for it."""
        self._ending.set()
        self._watch.join()
        self.worker.terminate()
        try:
            self.worker.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            # Work in the middle of a long step: killing it loses nothing, the next worker takes it up.
            self.worker.kill()
            self.worker.wait()


def _start() -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "egide", "works", "--beside", str(os.getpid())]
    return subprocess.Popen(command)  # noqa: S603 - our own command


@contextlib.contextmanager
def beside() -> Iterator[Beside]:
    """A worker runs beside this process inside the block."""
    kept = Beside()
    try:
        yield kept
    finally:
        kept.end()
