"""Every figure of the week opens its own list, and the list has as many rows as the figure says."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from html import unescape

import pytest
from django.http import HttpResponse

from egide.contracts.acts.forms import validate_form
from egide.contracts.acts.papers import ask_papers
from egide.journal.facts import Context
from egide.work.models import Item
from pages.reading_pages import text_of
from people.families import a_family, content_of, received_form

_FIGURE = re.compile(r'<a (?:class="late" )?href="(/semaine/dossiers[^"]+)"[^>]*>\s*([\d\s\u202f]+?)\s*</a>')
_KIND = re.compile(
    r'<a class="row-link" href="(/semaine/dossiers[^"]+)">[^<]+</a></th><td class="num">([\d\s\u202f]+)</td>'
)


@pytest.fixture(autouse=True)
def week(centre, system: Context, today: Callable[[str], None]) -> None:  # type: ignore[no-untyped-def]
    """Two teams and no team: items received before and during the week, done in time and late, paused, late, to finish."""
    today("2015-09-21")
    old = received_form(system)
    ask_papers(system, old.pk, revision=old.revision, letter=b"%PDF letter", pages=1)
    signed = {"wished": date(2015, 11, 1), "signed_on": "15/09/2015"}
    late = received_form(system, content=content_of(a_family(0), **signed))
    today("2015-10-05")
    validate_form(system, late.pk, revision=late.revision)
    done = received_form(system, content=content_of(a_family(0), **signed), perimeter=3)
    for _form in range(3):
        received_form(system)
    today("2015-10-06")
    validate_form(system, done.pk, revision=done.revision)
    today("2015-10-08")
    received_form(system, perimeter=3)
    for place, item in enumerate(Item.objects.order_by("pk")):
        Item.objects.filter(pk=item.pk).update(team_id=(None, 1, 3)[place % 3])


def rows_of(page: HttpResponse) -> int:
    """How many files a list shows."""
    return page.content.decode().count('<th scope="row"><a class="row-link"')


@pytest.mark.parametrize("role", ["director", "team_leader", "delegate"])
@pytest.mark.parametrize("day", ["2015-10-09", "2015-09-23"])
def test_each_figure_opens_as_many_rows_as_it_says(centre, role: str, day: str) -> None:  # type: ignore[no-untyped-def]
    """At the top, by team, by day and by kind; whatever the week; within the perimeters of who asks."""
    client = centre.client(role)
    page = client.get(f"/semaine?semaine={day}").content.decode()
    found = [*_FIGURE.findall(page), *_KIND.findall(page)]
    assert len(found) >= 6
    for url, said in found:
        opened = client.get(unescape(url))
        assert (opened.status_code, rows_of(opened)) == (200, int(re.sub(r"\s", "", said))), unescape(url)


def test_the_figures_say_what_happened(centre) -> None:  # type: ignore[no-untyped-def]
    """Five received, two done, half in time, one paused: the equality above is not that of zeros."""
    page = text_of(centre.client("director").get("/semaine?semaine=2015-10-09"))
    for said in ("5 reçus", "2 faits", "50 % dans le délai", "5 en cours", "1 en pause", "3 en retard"):
        assert said in page, said


def test_the_time_kept_opens_what_was_in_time(centre) -> None:  # type: ignore[no-untyped-def]
    """A rate opens the files that it counts."""
    client = centre.client("director")
    page = client.get("/semaine?semaine=2015-10-09").content.decode()
    (url,) = set(re.findall(r'href="(/semaine/dossiers\?quoi=dans-le-delai[^"]+)"', page))
    assert rows_of(client.get(unescape(url))) == 1


@pytest.mark.parametrize(
    "query",
    ["", "?quoi=x&du=2015-10-05&au=2015-10-11&le=2015-10-09", "?quoi=recus&du=2015-10-05&au=hier&le=2015-10-09"],
)
def test_a_list_that_no_figure_opens_does_not_exist(centre, query: str) -> None:  # type: ignore[no-untyped-def]
    """An address written by hand either says a figure and its days, or is absent."""
    assert centre.client("director").get(f"/semaine/dossiers{query}").status_code == 404


def test_the_list_is_taken_away_as_shown(centre) -> None:  # type: ignore[no-untyped-def]
    """The spreadsheet of a figure."""
    address = "/semaine/dossiers?quoi=recus&du=2015-10-05&au=2015-10-11&le=2015-10-09&export=xlsx"
    assert centre.client("director").get(address).content[:2] == b"PK"
