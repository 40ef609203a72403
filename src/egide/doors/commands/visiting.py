"""Someone who visits the served pages as a person does: signs in with a password, follows a cookie."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.cookiejar import CookieJar
from urllib.parse import urlencode

from egide.demo.centre import DEMO_PASSWORD

_TRIES = 150


@dataclass
class Visitor:
    """A browser without a screen, on one address."""

    address: str

    def __post_init__(self) -> None:
        self._jar = CookieJar()
        self._browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._jar))

    def sign_in(self, email: str) -> None:
        """Signs in with the password of the demonstration."""
        self.open("/connexion")
        token = next(cookie.value for cookie in self._jar if cookie.name == "csrftoken")
        form = {"username": email, "password": DEMO_PASSWORD, "csrfmiddlewaretoken": token}
        self._browser.open(f"{self.address}/connexion", urlencode(form).encode()).read()

    def open(self, path: str) -> int:
        """Fetches a page to its end and returns its status; 0 when nobody answers."""
        try:
            with self._browser.open(self.address + path, timeout=30) as answer:
                answer.read()
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            return refused.code
        except OSError:
            return 0


def wait_for(address: str) -> None:
    """Waits until the server answers, half a minute at most."""
    visitor = Visitor(address)
    for _ in range(_TRIES):
        if visitor.open("/sante"):
            return
        time.sleep(0.2)
    raise TimeoutError(f"{address} ne répond pas")
