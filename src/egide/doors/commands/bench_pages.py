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
from pathlib import Path
from urllib.parse import quote

from egide.contracts.queries import numbers_of
from egide.demo.centre import DEMO_ACCOUNTS
from egide.doors.commands.visiting import Visitor, wait_for
from egide.journal.facts import Role
from egide.journal.queries import system_context
from egide.journal.scope import reading_as
from egide.people.queries import people_with_ids

_OK = 200
_USERS = 20
_REQUESTS_EACH = 30
_PACE_SECONDS = 1.0  # between a person's two requests, give or take a half


@dataclass
class Reader:
    """One signed-in person and the seconds that each of their pages took."""

    visitor: Visitor
    seconds: dict[str, list[float]] = field(default_factory=lambda: {"member": [], "search": [], "raw": []})
    failed: int = 0

    def read(self, numbers: list[str], names: list[str], seed: int) -> None:
        """Searches and opens members in turn."""
        chance = random.Random(seed)  # noqa: S311 - a pace, not a secret
        for turn in range(_REQUESTS_EACH):
            time.sleep(_PACE_SECONDS * chance.uniform(0.5, 1.5))
            kind = ("member", "search", "raw")[turn % 3]
            match kind:
                case "member":
                    path = f"/adherents/{chance.choice(numbers)}"
                case "search":
                    path = f"/recherche?q={quote(chance.choice(names))}"
                case _:
                    path = "/sante"  # one query and no page: the least that this server can answer
            start = time.perf_counter()
            self.failed += self.visitor.open(path) != _OK
            self.seconds[kind].append(time.perf_counter() - start)


def measure(members: int) -> dict[str, object]:
    """Serves, lets twenty people work, and gives the 50th and 95th percentile of each page in milliseconds."""
    context = system_context()
    with reading_as(context.actor):
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
        start = time.perf_counter()
        readers = _visit(f"http://127.0.0.1:{port}", numbers, names)
        seconds = time.perf_counter() - start
        peak = _peak_mb(server.pid)
    finally:
        server.terminate()
        server.wait(20)
    taken = {
        kind: sorted(second * 1000 for reader in readers for second in reader.seconds[kind])
        for kind in ("member", "search", "raw")
    }
    p50 = {kind: statistics.median(times) for kind, times in taken.items()}
    figures: dict[str, object] = {"bench": "pages", "members": members, "users": _USERS}
    for kind, times in taken.items():
        figures[f"{kind}_p50_ms"] = round(p50[kind], 1)
        figures[f"{kind}_p95_ms"] = round(times[int(len(times) * 0.95)], 1)
    requests = sum(len(times) for times in taken.values())
    return figures | {
        "seconds": round(seconds, 1),
        "requests_per_second": round(requests / seconds, 1),
        "peak_mb": peak,
        "ratio_to_raw": round(p50["member"] / p50["raw"], 1),
        "failed": sum(reader.failed for reader in readers),
    }


def _peak_mb(pid: int) -> int:
    """The most memory that the server and its workers have held, each counted whole."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    own = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(own.split()[1]) // 1024 + sum(_peak_mb(int(child)) for child in children)


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
