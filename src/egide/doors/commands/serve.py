"""``egide serve``: the pages and the API on one address, with a worker beside, until interrupted."""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import socket

from granian import Granian
from granian.constants import Interfaces

from egide.doors.commands.works import beside
from egide.kernel.errors import Refusal


def run(options: argparse.Namespace) -> int:
    """Serves on 127.0.0.1; a reverse proxy brings TLS in production."""
    _refuse_a_taken_port(options.port)
    # A forked worker would inherit the column engine's threads dead, and wait for them for ever.
    multiprocessing.set_start_method("spawn", force=True)
    print(f"Égide sert http://127.0.0.1:{options.port} (Ctrl-C pour arrêter)", flush=True)
    with beside() if options.worker else contextlib.nullcontext():
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


def _refuse_a_taken_port(port: int) -> None:
    """Two servers may share a port without a word, and visitors would go from one base to the other."""
    with socket.socket() as probe:
        probe.settimeout(1)
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise Refusal(
                code="serve.port",
                where=f"127.0.0.1:{port}",
                message="Un autre serveur répond déjà à cette adresse.",
                remedy="Arrêtez-le, ou choisissez un autre port avec --port.",
            )
