"""What a server process does before its first request, so that nobody waits for it in front of a page, and how it ends."""

from __future__ import annotations

import gc
import multiprocessing
import os
import threading
from collections.abc import Iterator
from multiprocessing.connection import wait
from pathlib import Path

from django.db import connections
from django.template.loader import get_template
from django.urls import reverse
from django.utils import translation

from egide.doors.frame import opened
from egide.house import DOORS
from egide.journal import clock
from egide.kernel.calendars import Calendar, Region


def end_with_the_server() -> None:
    """A process that answers pages dies with the server that started it, even killed: it would hold its address."""
    server = multiprocessing.parent_process()
    if server is None:
        return

    def watch(sentinel: int) -> None:
        wait([sentinel])
        os._exit(1)  # what was being answered is rolled back by the database

    threading.Thread(target=watch, args=(server.sentinel,), daemon=True).start()


def page_templates() -> Iterator[str]:
    """The name of every template that a page may use."""
    for door in ("frame", *DOORS):
        folder = Path(__file__).parent / door / "templates"
        yield from (path.relative_to(folder).as_posix() for path in folder.rglob("*.html"))


def warm_up() -> None:
    """Opens the published books and loads every address, word, template, calendar and table that pages read."""
    reverse("sign-in")  # the first address asked for imports every view
    translation.gettext("Adhérent")
    for name in page_templates():
        get_template(name)
    for region in Region:
        Calendar(region).next_working_day(clock.today())
    for door in opened.doors():
        for warm in door.warm:
            warm()
    # Each thread that answers has a connection of its own: the one of this thread would stay idle.
    connections.close_all()
    # All this lives as long as the process: a collection in the middle of a page need not walk through it again.
    gc.collect()
    gc.freeze()
