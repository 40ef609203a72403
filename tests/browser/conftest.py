"""A real browser in front of the real application: the demo centre in a database of its own, served from a thread."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import threading
import uuid
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from typing import Any

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.db import connections

from browser.screen import Screen
from browser.years import YEARS, Year
from egide.demo.centre import found
from egide.demo.filling import populate
from egide.demo.forms import Letter, queue
from egide.demo.story import receive_letter
from egide.doors.commands.main import declared
from egide.installation import create_database, drop_database
from egide.journal.facts import Channel
from egide.journal.queries import system_context
from egide.postgres import Cluster

CHROMIUM = os.environ.get("EGIDE_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """The pages tell; the console need not."""


@dataclass(frozen=True)
class Served:
    """A year, and where the house of that year is served."""

    year: Year
    address: str
    _today: Callable[[str], None]

    def on(self, day: date) -> None:
        """The house's clock goes to a day."""
        self._today(day.isoformat())

    def apart(self, work: Callable[[], Any]) -> Any:
        """Does something with the base in a thread of its own: the browser's loop holds this one."""

        def done() -> Any:
            try:
                return work()
            finally:
                connections.close_all()

        with ThreadPoolExecutor(1) as pool:
            return pool.submit(done).result()

    def command(self, *words: str) -> str:
        """Runs ``egide …`` as an operator does, and gives what it printed."""
        parser = ArgumentParser()
        command = next(one for one in declared() if one.word == words[0])
        command.declare(parser)
        options = parser.parse_args(words[1:])
        run = import_module(command.module).run
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            code = self.apart(lambda: run(options))
        assert code == 0, printed.getvalue()
        return " ".join(printed.getvalue().split())


@pytest.fixture(params=YEARS, ids=lambda year: year.name)
def served(request: pytest.FixtureRequest, server: Cluster, today: Callable[[str], None]) -> Iterator[Served]:
    """The centre of a year, twenty families and three forms in the post, served on a free port."""
    year: Year = request.param
    today(year.today.isoformat())
    base, admin = f"egide_browser_{uuid.uuid4().hex[:8]}", server.url("egide_owner", "postgres")
    create_database(admin, base, template="egide_template")
    before = connections["default"].settings_dict["NAME"]
    _point_at(base)
    populate(members=20, progress=lambda _: None)
    _post(year)
    httpd = ThreadedWSGIServer(("127.0.0.1", 0), _Quiet)
    httpd.set_app(get_wsgi_application())
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    yield Served(year, f"http://127.0.0.1:{httpd.server_address[1]}", today)
    httpd.shutdown()
    httpd.server_close()
    _point_at(before)
    drop_database(admin, base)


def _post(year: Year) -> None:
    """The family's form, empty but for its scan, and two others of the same days."""
    context = system_context(Channel.MAIL)
    letters = [Letter(year.product_code, year.content, 1, typed=False, department="45"), *queue(year.today)[1:3]]
    for number, letter in enumerate(letters):
        receive_letter(context, found(context), letter, key=f"post/{number}", seed=number)


def _point_at(base: str) -> None:
    for alias in ("default", "owner"):
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = base


@pytest.fixture
def screen(served: Served) -> Iterator[Screen]:
    """A browser in French; at the end nothing may have been found wrong on the way."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_context(locale="fr-FR", viewport={"width": 1280, "height": 900}).new_page()
        page.set_default_timeout(10_000)
        shown = Screen(page, served.address)
        page.on("pageerror", lambda error: shown.faults.append(f"{page.url}: {error}"))
        page.on("console", lambda said: said.type == "error" and shown.hear(said.text))
        yield shown
        browser.close()
    assert not shown.faults, "\n".join(shown.faults)
