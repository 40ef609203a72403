"""A real browser in front of the real application: the demo centre in a database of its own, served from a thread."""

from __future__ import annotations

import os
import shutil
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.db import connections

from egide.contracts.models import Enrolment
from egide.doors.demo.filling import play, populate
from egide.doors.demo.story import receive_story_forms
from egide.installation import create_database, drop_database
from egide.journal.facts import Channel
from egide.journal.queries import system_context
from egide.journal.scope import reading
from egide.postgres import Cluster

if TYPE_CHECKING:
    from playwright.sync_api import Page

DAY = "2026-11-20"
CHROMIUM = os.environ.get("EGIDE_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
_SERIOUS = {"critical", "serious", "moderate", "minor"}


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """The pages tell; the console need not."""


@dataclass(frozen=True)
class Served:
    """Where the house is served, and one member that everyone may call about."""

    address: str
    number: str
    member: str
    base: str


@pytest.fixture(scope="module")
def served(server: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The demo centre of twenty families, its mail received, served on a free port: one for the stories of a module."""
    base, admin = f"egide_browser_{uuid.uuid4().hex[:8]}", server.url("egide_owner", "postgres")
    create_database(admin, base, template="egide_template")
    before, os.environ["EGIDE_TODAY"] = os.environ.get("EGIDE_TODAY", ""), DAY
    _point_at(base)
    play(populate(members=20, progress=lambda _: None), tmp_path_factory.mktemp("files"), progress=lambda _: None)
    receive_story_forms(system_context(Channel.MAIL))
    with reading((1, 2, 3)):
        first = Enrolment.objects.select_related("member").order_by("pk")[0]
    httpd = ThreadedWSGIServer(("127.0.0.1", 0), _Quiet)
    httpd.set_app(get_wsgi_application())
    thread = threading.Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    member = f"{first.member.last_name} {first.member.first_name}"
    yield Served(f"http://127.0.0.1:{httpd.server_address[1]}", first.number, member, base)
    httpd.shutdown()
    httpd.server_close()
    connections.close_all()
    drop_database(admin, base)
    os.environ.pop("EGIDE_TODAY")
    if before:
        os.environ["EGIDE_TODAY"] = before


def _point_at(base: str) -> None:
    for alias in ("default", "owner"):
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = base


@dataclass
class Screen:
    """Someone at a screen: opens pages, and finds on each whatever would stop a person or a screen reader."""

    page: Page
    address: str
    faults: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """Goes to a page of the house."""
        self.page.goto(self.address + path)

    def sign_in(self, email: str) -> None:
        """Enters by the demo account's own button."""
        self.page.context.clear_cookies()
        self.open("/connexion")
        self.page.locator(f"form:has(input[value='{email}']) button").click()
        self.page.wait_for_url(self.address + "/")
        self.page.wait_for_load_state()

    def check(self) -> None:
        """The page on screen passes the automatic part of WCAG 2.2 AA, and its scripts made no error."""
        from axe_playwright_python.sync_playwright import Axe

        result = Axe().run(self.page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
        for found in result.response["violations"]:
            if found["impact"] in _SERIOUS:
                place = found["nodes"][0]["html"][:160]
                self.faults.append(f"{self.page.url}: {found['id']} ({found['help']}) at {place}")


@pytest.fixture
def screen(served: Served, today: Callable[[str], None]) -> Iterator[Screen]:
    """A browser in French; at the end nothing may have been found wrong on the way."""
    today(DAY)
    _point_at(served.base)
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_context(locale="fr-FR", viewport={"width": 1440, "height": 900}).new_page()
        shown = Screen(page, served.address)
        page.on("pageerror", lambda error: shown.faults.append(f"{page.url}: {error}"))
        page.on(
            "console", lambda said: said.type == "error" and "422" not in said.text and shown.faults.append(said.text)
        )
        yield shown
        browser.close()
    assert not shown.faults, "\n".join(shown.faults)
