"""A server killed without warning leaves nothing behind: the next one takes its address."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

from egide.doors.commands.visiting import wait_for

ROOT = Path(__file__).resolve().parents[2]


def answers(port: int) -> bool:
    """True when someone listens on this port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def address_of(database: str, variable: str) -> str:
    """The address of a role's connection, to this test's own base."""
    address, _, query = os.environ[variable].partition("?")
    return f"{address.rpartition('/')[0]}/{database}?{query}"


def test_pages_die_with_the_server_that_is_killed(database: str) -> None:
    """kill -9 on the server: the processes that answered its pages end too, and its port is free."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    urls = {name: address_of(database, name) for name in ("EGIDE_DATABASE_URL", "EGIDE_OWNER_DATABASE_URL")}
    server = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "egide", "serve", "--no-worker", "--port", str(port)],
        env=os.environ | urls | {"PYTHONPATH": str(ROOT / "src")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}")
    finally:
        server.kill()
        server.wait()
    pause = threading.Event()
    assert any(not answers(port) or pause.wait(0.2) for _ in range(50))
