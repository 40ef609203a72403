"""Someone at a screen: opens pages, types as a hand does, and finds on each page whatever would stop a person."""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pikepdf

from egide.demo.centre import DEMO_ACCOUNTS

if TYPE_CHECKING:
    from playwright.sync_api import Page

EMAILS = {str(account.role): account.email for account in DEMO_ACCOUNTS}
_AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
_FOCUSED = "() => { const e = document.activeElement; return [e.id || '', e.type || e.tagName.toLowerCase(), e.value] }"


@dataclass
class Screen:
    """A page of the browser, the address of the house, and the faults found on the way."""

    page: Page
    address: str
    faults: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """Goes to a page of the house, and checks it."""
        self.page.goto(self.address + path)
        self.check()

    def hear(self, error: str) -> None:
        """What the browser's console complains of; a refused form and a page that is not there are answers, not faults."""
        if "422" not in error and "/nulle-part" not in self.page.url:
            self.faults.append(f"{self.page.url}: {error}")

    def sign_in(self, email: str) -> None:
        """Enters by the demo account's own button."""
        self.page.context.clear_cookies()
        self.page.goto(self.address + "/connexion")
        self.page.locator(f"form:has(input[value='{email}']) button").click()
        self.page.wait_for_url(self.address + "/")
        self.page.wait_for_load_state()

    def check(self) -> None:
        """The page on screen passes the automatic part of WCAG 2.2 AA, and holds no trace of a value that was absent."""
        from axe_playwright_python.sync_playwright import Axe

        # What has scrolled under the bar at the top would be measured as if it were cut.
        self.page.evaluate("window.scrollTo(0, 0)")
        for found in Axe().run(self.page, options=_AXE).response["violations"]:
            place = found["nodes"][0]["html"][:160]
            self.faults.append(f"{self.page.url}: {found['id']} ({found['help']}) at {place}")
        stray = re.search(r"\bNone\b|\{\{|%\(\w+\)", self.page.inner_text("body"))
        if stray:
            self.faults.append(f"{self.page.url}: « {stray[0]} » is shown to people")

    def said(self, where: str = "main") -> str:
        """The words of a part of the page, spaces made ordinary."""
        return " ".join(self.page.inner_text(where).split())

    def why(self, link: str, expected: str) -> None:
        """Opens the reasons beside an amount, reads them, and closes them with the keyboard."""
        self.page.locator(link).first.click()
        self.page.wait_for_selector("dialog#panel[open]")
        said = self.said("#panel")
        assert expected in said, said
        self.page.keyboard.press("Escape")
        self.page.wait_for_selector("dialog#panel:not([open])", state="attached")

    def fetch(self, link: str) -> bytes:
        """What a link of the page downloads."""
        path = self.page.locator(link).first.get_attribute("href")
        answer = self.page.request.get(self.address + str(path))
        assert answer.status == 200, f"{path}: {answer.status}"
        return bytes(answer.body())

    def fill_by_keyboard(self, values: Mapping[str, object]) -> None:
        """Walks the form from its first field with the Tab key alone, typing into each field met: all are reached."""
        left = {name: value for name, value in values.items() if value not in ("", None, False)}
        self.page.locator(f"#{next(iter(left))}").focus()
        for _ in range(len(left) * 4 + 60):
            name, kind, value = self.page.evaluate(_FOCUSED)
            if name in left:
                self._type(kind, str(left.pop(name)), str(value))
            if not left:
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"not reached with the Tab key: {sorted(left)}")

    def _type(self, kind: str, wanted: str, value: str) -> None:
        keys = self.page.keyboard
        if kind == "checkbox":
            if not self.page.evaluate("() => document.activeElement.checked"):
                keys.press("Space")
        elif kind == "select-one":
            self._choose(wanted)
        elif value != wanted:
            keys.press("Control+A")
            keys.type(wanted)

    def _choose(self, wanted: str) -> None:
        """Down the list, one arrow at a time, until the wanted option is there."""
        self.page.keyboard.press("Home")
        for _ in range(12):
            if self.page.evaluate(_FOCUSED)[2] == wanted:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"no option {wanted}")


def words_of(pdf: bytes) -> str:
    """The text of a PDF that opens, spaces made ordinary."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert opened.pages
    command = ["pdftotext", "-layout", "-", "-"]
    text = subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()  # noqa: S603
    return " ".join(text.split())
