"""How many questions a page may ask the base: as many for a busy centre as for a quiet one, and no more than its budget."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bases import base_apart
from egide.demo.centre import found
from egide.demo.filling import play, populate
from egide.demo.forms import queue
from egide.demo.story import receive_letter
from egide.journal import clock
from egide.journal.facts import Channel
from egide.journal.queries import system_context
from egide.journal.scope import set_perimeters
from egide.journal.sealing import seal
from egide.people.queries import user_by_role
from egide.postgres import Cluster
from people.families import Care, a_family, one, settled

# What a page's address names, chosen in the demonstration.
_NAMED: dict[str, str] = {
    "member":    "SELECT number FROM contracts_enrolment e JOIN benefits_care_line l ON l.enrolment_id = e.id "
                 "GROUP BY number ORDER BY count(*) DESC, number LIMIT 1",
    "form":      "SELECT id FROM contracts_enrolmentform WHERE state = 'received' ORDER BY id LIMIT 1",
    "item":      "SELECT id FROM work_item WHERE kind = 'enrolment' AND state = 'open' ORDER BY id LIMIT 1",
    "line":      "SELECT id FROM benefits_care_line ORDER BY id LIMIT 1",
    "care_file": "SELECT id FROM exchanges_file WHERE format = 'noemie.care' ORDER BY id LIMIT 1",
    "reject":    "SELECT id FROM exchanges_reject ORDER BY id LIMIT 1",
    "movement":  "SELECT id FROM contracts_rightsmovement ORDER BY id LIMIT 1",
    "document":  "SELECT id FROM documents_document WHERE kind = 'schedule' ORDER BY id LIMIT 1",
}  # fmt: skip

_BUDGET: list[tuple[str, str, int]] = [
    # who            page                             queries at most
    ("administrator", "/",                                 0),
    ("administrator", "/recherche?q=martin",               0),
    ("administrator", "/adherents/{member}",               0),
    ("administrator", "/adherents/{member}/compte",        0),
    ("administrator", "/adherents/{member}/avenant",       0),
    ("administrator", "/adhesions",                        0),
    ("administrator", "/adhesions/{form}",                 0),
    ("administrator", "/adhesions/recevoir",               0),
    ("administrator", "/soins/{line}",                     0),
    ("administrator", "/fichiers",                         0),
    ("administrator", "/fichiers/{care_file}",             0),
    ("administrator", "/fichiers/recevoir",                0),
    ("administrator", "/rejets",                           0),
    ("administrator", "/rejets/{reject}",                  0),
    ("administrator", "/droits",                           0),
    ("administrator", "/droits/{movement}",                0),
    ("administrator", "/travaux",                          0),
    ("administrator", "/documents/{document}",             0),
    ("administrator", "/pourquoi/delai/{item}",            0),
    ("administrator", "/pourquoi/soin/{line}",             0),
    ("director",      "/semaine",                          0),
    ("director",      "/journal",                          0),
    ("product_owner", "/produits",                         0),
    ("product_owner", "/produits/horizon_sante",           0),
    ("product_owner", "/produits/horizon_sante/calcul?calcul=soin&depense=25,00", 0),
]  # fmt: skip


@pytest.fixture(scope="module")
def demonstration(server: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """The demonstration and its two months, a reject among them, on a base of its own; gives an address its names."""
    with base_apart(server, "demo"):
        os.environ["EGIDE_TODAY"] = "2026-11-20"
        portfolio = populate(members=30, progress=lambda _: None)
        play(portfolio, tmp_path_factory.mktemp("play"), progress=lambda _: None)
        context = system_context(Channel.MAIL)
        for number, letter in enumerate(queue(clock.today())):
            receive_letter(context, found(context), letter, key=f"post/{number}", seed=number)
        stranger = a_family(0)[0]
        settled(context, [Care(stranger, on=clock.today())], stranger.nir)
        seal()
        with transaction.atomic():
            set_perimeters((1, 2, 3))
            names = {name: str(one(query)) for name, query in _NAMED.items()}
        assert "None" not in names.values(), names
        yield lambda path: path.format(**names)


@pytest.mark.parametrize(("role", "path", "most"), _BUDGET, ids=[row[1] for row in _BUDGET])
def test_a_page_keeps_within_its_budget(demonstration: Callable[[str], str], role: str, path: str, most: int) -> None:
    """Opened a second time, as people do all day, the page asks no more queries than its line says."""
    client = Client()
    client.force_login(user_by_role(role), backend="django.contrib.auth.backends.ModelBackend")
    address = demonstration(path)
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address)
    assert answer.status_code == 200, answer.content[:400]
    assert len(asked) <= most, "\n".join(query["sql"][:160] for query in asked)
