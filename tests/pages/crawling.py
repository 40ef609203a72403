"""Walking through the house as a person of one role does: every link that is shown, every button that is offered.

A kind of page is visited a few times only: two hundred members have one page.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import resolve

from egide.journal.scope import set_perimeters

OUTSIDE = ("/static/", "/i18n/", "/deconnexion", "/api/", "mailto:", "tel:", "#")
_OFTEN = 2  # pages of one kind and one set of query names


@dataclass
class Form:
    """One form as a browser would send it: where, how, its values, and the buttons that send it."""

    method: str
    action: str
    values: dict[str, str] = field(default_factory=dict)
    typed: list[str] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class Page(HTMLParser):
    """What a page offers: its links, its forms, and inputs that belong to none."""

    def __init__(self, answer: HttpResponse) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._named: dict[str, Form] = {}
        self._open: list[Form] = []
        self._options: tuple[Form, str, bool] | None = None
        self.feed(answer.content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collects what may be followed, typed or pressed."""
        given = {name: value or "" for name, value in attrs}
        for name in ("href", "hx-get"):
            if tag != "link" and given.get(name):
                self.links.append(given[name])
        if tag == "form":
            form = self._named.setdefault(given.get("id", ""), Form("", "")) if given.get("id") else Form("", "")
            form.method, form.action = given.get("method", "get").lower(), given.get("action", "")
            self.forms.append(form)
            self._open.append(form)
        elif tag in ("input", "select", "textarea", "button"):
            self._control(tag, given)
        elif tag == "option" and self._options:
            form, name, chosen = self._options
            if "selected" in given or not chosen:
                form.values[name] = given.get("value", "")
                self._options = (form, name, True)

    def handle_endtag(self, tag: str) -> None:
        """A form ends; what comes after is not in it."""
        if tag == "form" and self._open:
            self._open.pop()
        elif tag == "select":
            self._options = None

    def _control(self, tag: str, given: dict[str, str]) -> None:
        named = given.get("form")
        form = (self._named.setdefault(named, Form("", "")) if named else None) or (self._open or [None])[-1]
        name = given.get("name", "")
        if form is None or not name or "disabled" in given:
            return
        if tag == "button":
            form.buttons.append((name, given.get("value", "")))
            return
        if given.get("type") in ("checkbox", "radio") and "checked" not in given:
            form.typed.append(name)
            return
        form.values[name] = given.get("value", "")
        if given.get("type") != "hidden" and "readonly" not in given:
            form.typed.append(name)
        if tag == "select":
            self._options = (form, name, False)


@dataclass(frozen=True)
class Step:
    """One thing that was followed or pressed, from where, and what it answered."""

    role: str
    on: str
    what: str
    status: int

    def __str__(self) -> str:
        return f"{self.role}: {self.on} -> {self.what}: {self.status}"


def walk(client: Client, role: str, start: str = "/") -> Iterator[Step]:
    """Every link shown to this person from page to page, and every button of each page pressed and undone."""
    seen: Counter[str] = Counter()
    waiting, known = deque([("", start)]), {start}
    while waiting:
        origin, address = waiting.popleft()
        answer = client.get(address)
        yield Step(role, origin, address, answer.status_code)
        if answer.status_code in (301, 302, 303):
            found = [answer["Location"]]
        elif answer.status_code != 200 or answer.streaming or "html" not in answer["Content-Type"]:
            continue
        else:
            page = Page(answer)
            found = page.links
            yield from _pressed(client, role, address, page)
        for link in found:
            target = urljoin(address, link).split("#")[0]
            if link.startswith(OUTSIDE) or target in known or not target.startswith("/"):
                continue
            known.add(target)
            kind = _kind(target)
            seen[kind] += 1
            if seen[kind] <= _OFTEN:
                waiting.append((address, target))


def _kind(address: str) -> str:
    parts = urlsplit(address)
    found = resolve(parts.path)
    codes = "" if found.url_name not in ("why", "work-new") else str(found.kwargs)
    query = [f"{name}={'' if re.search('[0-9]', value) else value}" for name, value in parse_qsl(parts.query)]
    return f"{found.url_name}{re.sub('[0-9]+', '', codes)}?{'&'.join(sorted(query))}"


def _pressed(client: Client, role: str, address: str, page: Page) -> Iterator[Step]:
    for form in page.forms:
        if form.method == "dialog" or form.action.startswith(OUTSIDE):
            continue
        target = urljoin(address, form.action or address)
        if form.method == "get":
            yield Step(role, address, f"GET {target}", client.get(target, form.values).status_code)
            continue
        assert form.method == "post", (address, form)
        for name, value in form.buttons or [("", "")]:
            with transaction.atomic():
                answer = client.post(target, form.values | ({name: value} if name else {}))
                if answer.status_code in (302, 303):
                    answer = client.get(answer["Location"])
                transaction.set_rollback(True)
            set_perimeters((1, 2, 3))
            yield Step(role, address, f"POST {target} {name}={value}", answer.status_code)
