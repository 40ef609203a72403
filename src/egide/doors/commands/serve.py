"""``egide serve``: the pages and the API on one address, until interrupted."""

from __future__ import annotations

import argparse
import multiprocessing

from granian import Granian
from granian.constants import Interfaces


def run(options: argparse.Namespace) -> int:
    """Serves on 127.0.0.1; a reverse proxy brings TLS in production."""
    # A forked worker would inherit the column engine's threads dead, and wait for them for ever.
    multiprocessing.set_start_method("spawn", force=True)
    print(f"Égide sert http://127.0.0.1:{options.port} (Ctrl-C pour arrêter)", flush=True)
    Granian(
        "egide.doors.wsgi:application",
        address="127.0.0.1",
        port=options.port,
        interface=Interfaces.WSGI,
        workers=options.workers,
        blocking_threads=4,
        websockets=False,
    ).serve()
    return 0
