"""The house is open: a toy trade moves in by five edits, and every shared screen, check and door knows it at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from moving import EDITS, move_in

from egide.installation import create_database, drop_database
from egide.postgres import Cluster

PLACES = 5


@pytest.fixture
def moved_in(server: Cluster, tmp_path: Path) -> dict[str, object]:
    """What a house with the toys answers, on a base of its own."""
    house = move_in(tmp_path)
    name = f"egide_toys_{uuid.uuid4().hex[:8]}"
    admin = server.url("egide_owner", "postgres")
    create_database(admin, name, template="egide_template")
    environment = {
        **os.environ,
        "PYTHONPATH": str(house / "src"),
        "EGIDE_HOME": str(tmp_path / "home"),
        "EGIDE_HOSTS": "localhost",
        "EGIDE_DATABASE_URL": server.url("egide_app", name),
        "EGIDE_OWNER_DATABASE_URL": server.url("egide_owner", name),
    }
    (tmp_path / "home" / "static").mkdir(parents=True)
    try:
        lived = subprocess.run(  # noqa: S603 - our own words
            [sys.executable, str(Path(__file__).with_name("living.py"))],
            env=environment, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
    finally:
        drop_database(admin, name)
    assert lived.returncode == 0, lived.stderr[-3000:]
    answers: dict[str, object] = json.loads(lived.stdout.splitlines()[-1])
    return answers


def test_a_trade_moves_in_by_five_edits(moved_in: dict[str, object]) -> None:
    """Menu, queue, reasons, words, checks, files and jobs, API, member record and command: all declared, nothing else."""
    print(f"places edited to move a trade in: {len(EDITS)}")
    assert len(EDITS) <= PLACES
    assert moved_in == {
        "menu": True,
        "menu_of_an_adviser": False,
        "page_of_an_adviser": "404",
        "queue": True,
        "quick_act": True,
        "why": True,
        "word": True,
        "panel": True,
        "in_progress": True,
        "timeline": True,
        "launch": True,
        "job": True,
        "api": [{"id": 1, "name": "Toupie", "price_cents": 1250}],
        "command": "Toupie : 1250\n",
        "check": [],
        "check_when_broken": ["toys.priced"],
    }
