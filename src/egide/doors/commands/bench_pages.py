"""The page bench: twenty people on the real server, each reading, searching and opening members at a human pace."""

from __future__ import annotations

import os
import random
import socket
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import quote

from egide.contracts.queries import numbers_of
from egide.doors.commands.visiting import Visitor, wait_for
from egide.doors.demo.centre import DEMO_ACCOUNTS
from egide.journal.facts import Role
from egide.journal.queries import system_context
from egide.journal.scope import reading
from egide.people.queries import people_with_ids

_OK = 200
_USERS = 20
_REQUESTS_EACH = 20
_PACE_SECONDS = 1.0  # between a person's two requests, give or take a half


@dataclass
class Reader:
    """One signed-in person and the seconds that each of their pages took."""

    visitor: Visitor
    seconds: dict[str, list[float]] = field(default_factory=lambda: {"member": [], "search": []})
    failed: int = 0

    def read(self, numbers: list[str], names: list[str], seed: int) -> None:
        """Searches and opens members in turn."""
        chance = random.Random(seed)  # noqa: S311 - a pace, not a secret
        for turn in range(_REQUESTS_EACH):
            time.sleep(_PACE_SECONDS * chance.uniform(0.5, 1.5))
            kind = "search" if turn % 2 else "member"
            path = f"/recherche?q={quote(chance.choice(names))}" if turn % 2 else f"/adherents/{chance.choice(numbers)}"
            start = time.perf_counter()
            self.failed += self.visitor.open(path) != _OK
            self.seconds[kind].append(time.perf_counter() - start)


def measure(members: int) -> dict[str, object]:
    """Serves, lets twenty people work, and gives the 50th and 95th percentile of each page in milliseconds."""
    context = system_context()
    with reading(context.actor.perimeters):
        chance = random.Random(members)  # noqa: S311 - a sample, not a secret
        ids = [chance.randrange(1, members + 1) for _ in range(200)]
        numbers = numbers_of(ids)
        names = [f"{p.last_name} {p.first_name[:2]}" for p in people_with_ids(ids)]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "egide", "serve", "--no-worker", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        env=os.environ.copy(),
    )
    try:
        readers = _visit(f"http://127.0.0.1:{port}", numbers, names)
    finally:
        server.terminate()
        server.wait(20)
    figures: dict[str, object] = {"bench": "pages", "members": members, "users": _USERS}
    for kind in ("member", "search"):
        taken = sorted(second * 1000 for reader in readers for second in reader.seconds[kind])
        figures[f"{kind}_p50_ms"] = round(statistics.median(taken), 1)
        figures[f"{kind}_p95_ms"] = round(taken[int(len(taken) * 0.95)], 1)
        figures[f"{kind}_requests"] = len(taken)
    figures["failed"] = sum(reader.failed for reader in readers)
    return figures


def _visit(address: str, numbers: list[str], names: list[str]) -> list[Reader]:
    email = next(account.email for account in DEMO_ACCOUNTS if account.role is Role.ADMINISTRATOR)
    wait_for(address)
    readers = [Reader(Visitor(address)) for _ in range(_USERS)]
    for reader in readers:
        reader.visitor.sign_in(email)
        # A server that has been up since the morning: the first page of each worker is not the subject.
        reader.visitor.open(f"/adherents/{numbers[0]}")
    threads = [threading.Thread(target=reader.read, args=(numbers, names, seed)) for seed, reader in enumerate(readers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return readers
