"""``egide bench``: real work on a real server, in a folder of its own that is taken away at the end.

What is measured runs in its own process, so that its memory is its own; the base is prepared by another one before.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

_BENCH_DAY = "2026-11-21"


def run(options: argparse.Namespace) -> int:
    """Prepares, measures, prints the figures (``--json`` for one object), and takes the folder away."""
    folder = Path(tempfile.mkdtemp(prefix="egide-bench-"))
    folder.chmod(0o711)
    try:
        environment = {
            **os.environ,
            "EGIDE_HOME": str(folder),
            "EGIDE_TODAY": os.environ.get("EGIDE_TODAY", _BENCH_DAY),
        }
        environment.pop("EGIDE_DATABASE_URL", None)
        print(f"Préparation de la base ({options.what}, {options.size})…", file=sys.stderr)
        _step(options, "prepare", environment)
        figures = json.loads(_step(options, "measure", environment))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if options.json:
        print(json.dumps(figures, ensure_ascii=False))
    else:
        for name, value in figures.items():
            print(f"{name:28} {json.dumps(value, ensure_ascii=False)}")
    return 0


def _step(options: argparse.Namespace, step: str, environment: dict[str, str]) -> str:
    """The last line that the step prints; what it says on the way goes to the screen."""
    command = [sys.executable, "-m", "egide", "bench-step", options.what, step, str(options.size)]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603
    lines = done.stdout.strip().splitlines()
    return lines[-1] if lines else ""
