"""Sweeping the pages as people read them: every page that links lead to, and the words on them that only the engine knows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from html import unescape
from urllib.parse import urljoin, urlsplit

Fetch = Callable[[str], str | None]

_PER_ROUTE = 3
_NEVER = re.compile(
    r"^/(api|static|documents|deconnexion|i18n|connexion|sante)|export=|/modele$|lignes-refusees|quick=1"
)
_LINK = re.compile(r'(?:href|hx-get)="([^"]+)"')
_SPOKEN = re.compile(r'\b(?:aria-label|title|placeholder|alt)="([^"]*)"')
# The text of a rule book is shown as its owner wrote it, names of rules included.
_UNSEEN = re.compile(r"<(script|style|template|pre|code)\b.*?</\1>", re.DOTALL)

WORDS_OF_THE_ENGINE = (
    ("a name of the code", re.compile(r"(?<![\w@./-])[a-zà-ÿ]+_[a-zà-ÿ0-9_]*[a-zà-ÿ0-9](?![\w@])")),
    ("a code of the code", re.compile(r"(?<![\w@./-])[a-z]{3,}\.[a-z_]{3,}(?![\w@/(])")),
    (
        "a number of the base",
        re.compile(r"\b(?:Le bénéficiaire|L[’']adhésion|La personne|Écriture) : \d{1,9}\b"),
    ),
    ("a value of the code", re.compile(r"\b(?:None|True|False|null|undefined|NaN)\b")),
    ("an unfilled template", re.compile(r"%\(\w+\)s|\{\{|\}\}|\{%")),
    ("a table of the house", re.compile(r"\btables? (?:care|act|premium|time|return)\b|table nationale des? \w+_")),
)

# Names of files are the sender's own, and show as they came; so do the endings that people know files by.
NAMES_OF_FILES = re.compile(r"\S+\.(?:noe|xml|csv|xlsx|pdf|dat|txt)\b|\b[\w.+-]+@[\w.-]+")


def read_aloud(html: str) -> str:
    """What a page says to eyes and to screen readers, in one line."""
    body = _UNSEEN.sub(" ", html)
    spoken = " ".join(_SPOKEN.findall(body))
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body) + " " + spoken)).replace(
        "\N{NO-BREAK SPACE}", " "
    )


def engine_words(html: str) -> list[tuple[str, str]]:
    """The words of a page that no person of the trade would say: what kind each is, and the word in its place."""
    said = NAMES_OF_FILES.sub(" ", read_aloud(html))
    return [
        (kind, said[max(0, found.start() - 40) : found.end() + 20].strip())
        for kind, pattern in WORDS_OF_THE_ENGINE
        for found in pattern.finditer(said)
    ]


def swept(fetch: Fetch, start: str = "/") -> Iterator[tuple[str, str]]:
    """Every page that links lead to from a first one, a few of each route: its address and its HTML."""
    waiting, seen, routes = [start], {start}, Counter[str]()
    while waiting:
        address = waiting.pop(0)
        html = fetch(address)
        if html is None:
            continue
        yield address, html
        for link in _LINK.findall(html):
            target = urljoin(address, unescape(link)).partition("#")[0]
            route = re.sub(r"[\d.]+[\w.-]*|(?<=/pourquoi/)(\w+)/.*", r"\1#", urlsplit(target).path)
            if not target.startswith("/") or target in seen or _NEVER.search(target) or routes[route] >= _PER_ROUTE:
                continue
            seen.add(target)
            routes[route] += 1
            waiting.append(target)
