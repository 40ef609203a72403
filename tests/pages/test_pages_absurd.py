"""What no page asks for and someone sends all the same: an answer, never an accident."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from egide.contracts.models import Enrolment
from egide.journal.facts import Context
from pages.reading_pages import text_of
from people.families import a_family, enrolled


@pytest.fixture
def row(centre, system: Context, today: Callable[[str], None]) -> Enrolment:  # type: ignore[no-untyped-def]
    """A couple covered since October 2015."""
    today("2015-10-05")
    return enrolled(system, a_family(0), starts_on=date(2015, 10, 1))


_ABSURD: list[tuple[str, tuple[int, ...]]] = [
    ("/semaine?semaine=0001-01-01",            (200, 404)),
    ("/semaine?semaine=1850-01-01",            (200, 404)),
    ("/semaine?semaine=" + "9" * 5000,         (200, 404)),
    ("/pourquoi/echeance/{number}.9999-12",    (404,)),
    ("/pourquoi/echeance/{number}.2199-12",    (200, 404)),
    ("/recherche?q=mar%00tin",                 (400,)),
    ("/recherche?%00=martin",                  (400,)),
    ("/adherents/{number}%00",                 (400,)),
    ("/connexion?next=%00",                    (404,)),
    ("/recherche?q=" + "martin " * 300,        (200,)),
    ("/recherche?q=" + "x" * 2050,             (200,)),
]  # fmt: skip


@pytest.mark.parametrize(("path", "expected"), _ABSURD, ids=[path[:40] for path, _ in _ABSURD])
def test_an_absurd_address_is_answered(centre, row: Enrolment, path: str, expected: tuple[int, ...]) -> None:  # type: ignore[no-untyped-def]
    """Absent, refused or taken for the present: never an error of ours."""
    assert centre.client("team_leader").get(path.format(number=row.number)).status_code in expected


def test_what_is_too_long_to_seek_is_said(centre, row: Enrolment) -> None:  # type: ignore[no-untyped-def]
    """The hint says how much may be typed."""
    assert "au plus 100 caractères et 6 mots" in text_of(centre.client("adviser").get("/recherche?q=" + "a b c " * 9))


@pytest.mark.parametrize("page", ["compte-bancaire", "avenant"])
def test_a_revision_that_is_no_number_is_absent(centre, row: Enrolment, page: str) -> None:  # type: ignore[no-untyped-def]
    """A form that no page wrote."""
    given = {"revision": "abc", "iban": "FR7630006000011234567890189", "holder": "Luc", "signed_on": "2015-10-05"}
    answer = centre.client("administrator").post(f"/adherents/{row.number}/{page}", {**given, "act": "confirm"})
    assert answer.status_code == 404


def test_a_form_with_a_nul_character_says_so(centre, row: Enrolment) -> None:  # type: ignore[no-untyped-def]
    """Signed in, with what to do; at the sign-in, an absent page."""
    typed = {"subject": "Un\0 mot", "prose": "Bonjour", "act": "confirm"}
    answer = centre.client("adviser").post(f"/adherents/{row.number}/courrier", typed)
    assert answer.status_code == 400 and "caractère nul" in text_of(answer)
    assert Client().post("/connexion", {"username": "a\0", "password": "b"}).status_code == 404
