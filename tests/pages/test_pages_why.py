"""« Pourquoi ? » tells the amount beside which it stands, whatever was done since: every kind, over a base that lived."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client

from egide.doors.frame.opened import whys
from egide.journal.facts import Context
from pages.lived_base import Lived, lived
from pages.reading_pages import as_posted, hidden, links_of, text_of
from people.families import a_family, content_of, one, received_form, rows


@pytest.fixture
def story(centre, system: Context, today: Callable[[str], None], tmp_path: Path) -> Lived:  # type: ignore[no-untyped-def]
    """The family of the base that lived."""
    return lived(system, today, tmp_path)


@dataclass(frozen=True)
class Asked:
    """A « Pourquoi ? » as a page shows it: its address, and what stands beside it."""

    link: str
    beside: str


_AMOUNT = re.compile(r'<a class="amount why-amount[^"]*" href="([^"]+)"[^>]*>([^<]*)<')
_BESIDE = {
    "plafond": re.compile(r'<p class="left-said">(.*?)</p>.*?href="(/pourquoi/plafond/[^"]+)"', re.DOTALL),
    "mois": re.compile(
        r"<summary>.*?<strong><span[^>]*>([^<]*)</span></strong>.*?href=\"(/pourquoi/mois/[^\"]+)\"", re.DOTALL
    ),
    "couverture": re.compile(r'<span class="no-break">(\S+) →.*?href="(/pourquoi/couverture/[^"]+)"', re.DOTALL),
    "delai": re.compile(r'class="time-due">(\S+?)</span>.*?href="(/pourquoi/delai/[^"]+)"', re.DOTALL),
    "acte": re.compile(r'<tr><td class="no-break">([^<]*)</td>(?:(?!<tr>).)*?href="(/pourquoi/acte/[^"]+)"', re.DOTALL),
    "effet": re.compile(
        r'(?:à compter du|du) ([^<]*?)(?: au [^<]*)?(?:</span>)? <a[^>]*?href="(/pourquoi/effet/[^"]+)"', re.DOTALL
    ),
    "avenant-effet": re.compile(r'<h2>Effet au ([^<]*)</h2><a[^>]*href="(/pourquoi/avenant-effet/[^"]+)"'),
}


def asked_on(answer: HttpResponse) -> list[Asked]:
    """Every « Pourquoi ? » of a page with what it is asked of; one that is beside nothing known fails."""
    html = answer.content.decode()
    found = [Asked(unescape(link), beside) for link, beside in _AMOUNT.findall(html)]
    for pattern in _BESIDE.values():
        found += [Asked(unescape(link), re.sub(r"<[^>]+>", "", beside)) for beside, link in pattern.findall(html)]
    assert set(links_of(answer, "/pourquoi/")) == {each.link for each in found}
    return found


def plain(text: str) -> str:
    """An amount or a date as it reads, without what only pages it: spaces, and the sign of a movement."""
    return re.sub(r"\s+", " ", unescape(text)).strip().lstrip("+")


def told(client: Client, link: str) -> str:
    """The value that a « Pourquoi ? » explains."""
    answer = client.get(link, headers={"HX-Request": "true"})
    assert answer.status_code == 200, link
    found = re.search(r'<p class="big">([^<]*)</p>', answer.content.decode())
    return plain(found[1]) if found else ""


def same(beside: str, value: str) -> bool:
    """True when a value is told as it stands; days are written in figures or in words."""
    return plain(beside) == value or _day(plain(beside)) == _day(value)


_MONTHS = [
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août"),
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]


def _day(text: str) -> tuple[int, ...] | str:
    if figures := re.match(r"(\d\d)/(\d\d)/(\d{4})", text):
        return tuple(int(part) for part in figures.groups())
    if (words := re.match(r"(\d+)(?:er)? (\S+) (\d{4})", text)) and words[2] in _MONTHS:
        return (int(words[1]), _MONTHS.index(words[2]) + 1, int(words[3]))
    return text


def mismatches(client: Client, asked: list[Asked]) -> list[tuple[str, str, str]]:
    """Where the reasons are those of something else: the link, what the page shows, what is explained."""
    return [
        (each.link, each.beside, value) for each in asked if not same(each.beside, value := told(client, each.link))
    ]


def test_every_why_of_a_base_that_lived_tells_the_amount_beside_it(centre, story: Lived, system: Context) -> None:  # type: ignore[no-untyped-def]
    """On each page that asks one, for each kind that the house explains: no amount is explained by another."""
    client, leader = centre.client("administrator"), centre.client("director")
    number = story.row.number
    seen = [each for address in _pages(number) for each in asked_on(client.get(address))]
    wrong = mismatches(client, seen)
    journal = asked_on(leader.get("/journal"))
    wrong += mismatches(leader, journal[:40])
    for prepared in (_endorsement(client, number), _form(client, system)):
        wrong += mismatches(client, prepared)
        seen += prepared
    assert wrong == []
    _what_was_taken_back_says_so(client)
    assert {each.link.split("/")[2] for each in [*seen, *journal]} == set(whys())


STORIES = (
    # the line of care, or of the account,                         what its reasons say, each in its place
    ("l.act_code = 'G' AND l.care_on = '2015-12-15'", ("0,00 €", "nous comptons 6,90 €", "Avenant : radiation d’une personne",
                                                       "nous reprenons 6,90 €", "n’est plus couverte à la date du soin")),
    ("l.act_code = 'SPR' AND l.charged_cents = 60000 AND l.operation = 'N'", ("0,00 €", "La caisse a annulé ce soin")),
)  # fmt: skip


def _what_was_taken_back_says_so(client: Client) -> None:
    """Paid first, taken back by which act and why, what stands now: in order, in the words of the acts."""
    for which, sentences in STORIES:
        line = one(f"SELECT min(l.id) FROM benefits_care_line l WHERE {which}")  # noqa: S608 - one of the two above
        said = text_of(client.get(f"/pourquoi/soin/{line}", headers={"HX-Request": "true"}))
        places = [said.find(sentence) for sentence in sentences]
        assert -1 not in places and places == sorted(places), (said, sentences)


def _pages(number: str) -> list[str]:
    lines = [f"/soins/{line}" for (line,) in rows("SELECT id FROM benefits_care_line ORDER BY id")]
    files = [f"/fichiers/{file}" for (file,) in rows("SELECT DISTINCT file_id FROM benefits_care_line")]
    refused = one("SELECT max(id) FROM contracts_rightsmovement WHERE state = 'rejected'")
    rights = [f"/droits/{refused}"]
    return [f"/adherents/{number}", f"/adherents/{number}/compte", *lines, *files, *rights]


def _endorsement(client: Client, number: str) -> list[Asked]:
    """What the preview of a removal asks."""
    page = client.get(f"/adherents/{number}/avenant?kind=remove_person")
    child = one("SELECT min(c.person_id) FROM contracts_cover c WHERE c.link = 'child'")
    given = {
        "kind": "remove_person", "person_id": str(child), "received_on": "2016-01-19", "event_on": "2016-02-01",
        "act": "preview", "revision": hidden(page, "revision"), "form_key": hidden(page, "form_key"),
    }  # fmt: skip
    return asked_on(client.post(f"/adherents/{number}/avenant", given, headers={"HX-Request": "true"}))


def _form(client: Client, system: Context) -> list[Asked]:
    """What the premium of a form asks, before it is enrolled."""
    form = received_form(system)
    page = client.get(f"/adhesions/{form.pk}")
    content = content_of(a_family(1), wished=date(2016, 3, 1))
    given = {**as_posted(content), "revision": hidden(page, "revision"), "act": "preview"}
    preview = asked_on(client.post(f"/adhesions/{form.pk}", given, headers={"HX-Request": "true"}))
    client.post(f"/adhesions/{form.pk}", {**given, "act": "save"})
    return [*preview, *asked_on(client.get(f"/adhesions/{form.pk}"))]
