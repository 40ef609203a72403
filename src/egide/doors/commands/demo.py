"""``egide demo``: the demonstration centre, from an empty folder to pages served; ``--check`` proves it and leaves nothing."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from egide.installation import home, migrate, open_installation

if TYPE_CHECKING:
    from egide.doors.commands.visiting import Visitor


_OK = 200
# The main pages, fetched as a team leader, who sees them all.
_PAGES = (
    "/", "/recherche?q=martin", "/adhesions", "/fichiers", "/rejets", "/produits", "/produits/horizon_sante", "/semaine",
    "/journal", "/travaux",
)  # fmt: skip


def run(options: argparse.Namespace) -> int:
    """Prepares the centre once, then serves it until interrupted."""
    os.environ.setdefault("EGIDE_ENVIRONMENT", "Démonstration")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "egide.settings")
    if not options.check:
        return _demonstrate(options, home())
    folder = Path(tempfile.mkdtemp(prefix="egide-demo-"))
    folder.chmod(0o711)
    os.environ.pop("EGIDE_DATABASE_URL", None)
    try:
        return _check(options, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _say(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)


def _demonstrate(options: argparse.Namespace, folder: Path) -> int:
    with open_installation(folder):
        _prepare(options.members, folder)
        if options.no_serve:
            return 0
        from egide.demo.centre import DEMO_ACCOUNTS, DEMO_PASSWORD  # noqa: PLC0415
        from egide.doors.commands.serve import run as serve  # noqa: PLC0415

        print(f"\nÉgide, centre de démonstration : http://127.0.0.1:{options.port}")
        print(f"API : http://127.0.0.1:{options.port}/api/docs   mot de passe de tous les comptes : {DEMO_PASSWORD}\n")
        for account in DEMO_ACCOUNTS:
            print(f"  {account.email:42} {account.role_label:28} {account.sees}")
        print()
        return serve(argparse.Namespace(port=options.port, workers=min(2, os.cpu_count() or 1), worker=options.worker))


def _prepare(members: int, folder: Path):  # type: ignore[no-untyped-def]
    """The centre, its portfolio and its batches; on a base that has them already, nothing is done again."""
    import django  # noqa: PLC0415 - the installation must be open first

    django.setup()
    migrate()
    from egide.contracts.queries import anyone_enrolled  # noqa: PLC0415
    from egide.demo.filling import play, populate  # noqa: PLC0415
    from egide.demo.story import receive_story_forms  # noqa: PLC0415
    from egide.journal.facts import Channel  # noqa: PLC0415
    from egide.journal.queries import system_context  # noqa: PLC0415
    from egide.journal.scope import reading_as  # noqa: PLC0415

    with reading_as(system_context().actor):
        if anyone_enrolled():
            _say("le centre de démonstration est déjà là")
            return None
    played = play(populate(members=members, progress=_say), folder, progress=_say)
    receive_story_forms(system_context(Channel.MAIL))
    _say("bulletins reçus, en attente d’un gestionnaire")
    return played


def _check(options: argparse.Namespace, folder: Path) -> int:
    start = time.perf_counter()
    with open_installation(folder):
        played = _prepare(options.members, folder)
        from egide.doors.commands.check import find  # noqa: PLC0415

        broken = [finding for finding in find() if finding.count]
        for finding in broken:
            _say(f"FAUX : {finding.sentence} {finding.first}")
        pages_ok = _fetch_pages()
    balanced = not any(finding.name.startswith("ledger.") for finding in broken)
    print(
        json.dumps(
            {
                "members": played.members,
                "covers": played.covers,
                "care_lines": played.care.lines,
                "posted": played.care.posted,
                "ignored": played.care.ignored,
                "rejected": played.care.rejected,
                "paid_cents": played.care.paid_cents,
                "called_cents": played.called_cents,
                "ledger_balanced": balanced,
                "pages_ok": pages_ok,
                "seconds": round(time.perf_counter() - start, 1),
            }
        )
    )
    return 0 if not broken and pages_ok == len(_PAGES) else 1


def _fetch_pages() -> int:
    """Serves on a free port in another process, fetches the main pages as a signed-in person, and stops it."""
    import subprocess  # noqa: PLC0415

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "egide", "serve", "--no-worker", "--port", str(port)], stdout=subprocess.DEVNULL
    )
    try:
        return _visit(f"http://127.0.0.1:{port}")
    finally:
        server.terminate()
        server.wait(20)


def _visit(address: str) -> int:
    from egide.demo.centre import DEMO_ACCOUNTS  # noqa: PLC0415
    from egide.doors.commands.visiting import Visitor, wait_for  # noqa: PLC0415
    from egide.journal.facts import Role  # noqa: PLC0415

    wait_for(address)
    visitor = Visitor(address)
    visitor.sign_in(next(account.email for account in DEMO_ACCOUNTS if account.role is Role.TEAM_LEADER))
    return sum(_answers(visitor, path) for path in _PAGES)


def _answers(visitor: Visitor, path: str) -> bool:
    status = visitor.open(path)
    if status != _OK:
        _say(f"{path} répond {status}")
    return status == _OK
