"""What is typed and who is found first: as written, then as heard, then nearly so; and what finds nobody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection

from egide.journal.facts import Context
from egide.journal.scope import set_perimeters
from egide.people.queries import people_with_ids
from egide.people.search import Rank, answers, understand
from people.families import Member, enrolled, nir_of, one

PEOPLE = (
    # last name       first name  born                 postcode  town                  perimeter
    ("Petit",          "Anne",     date(1977, 8, 8),   "57000",  "Metz",               2),
    ("Petitjean",      "Paul",     date(1950, 1, 2),   "45000",  "Orléans",            2),
    ("Schäfer",        "Karl",     date(1961, 3, 4),   "67000",  "Strasbourg",         2),
    ("Le Gall",        "Yann",     date(1980, 5, 6),   "29000",  "Quimper",            2),
    ("Lefebvre",       "Luce",     date(1971, 7, 8),   "45000",  "Orléans",            2),
    ("Lefèvre",        "Marc",     date(1972, 9, 10),  "75013",  "Paris",              2),
    ("Dupont",         "Jean",     date(1955, 2, 3),   "45160",  "Olivet",             2),
    ("Dupond",         "Jeanne",   date(1956, 2, 3),   "45160",  "Olivet",             2),
    ("De La Fontaine", "Jean",     date(1949, 11, 5),  "02400",  "Château-Thierry",    2),
    ("Bernard",        "Zoé",      date(1988, 12, 1),  "57000",  "Metz",               2),
    ("N’Guyen",        "Mai",      date(1990, 4, 4),   "57000",  "Metz",               2),
    ("Gauthier",       "Sylvie",   date(1966, 6, 6),   "63000",  "Clermont-Ferrand",   2),
    ("Petit",          "Aline",    date(1991, 8, 8),   "57000",  "Metz",               3),
)  # fmt: skip


@pytest.fixture
def people(db: None, system: Context, today: Callable[[str], None]) -> None:
    """Thirteen people whose names resemble, the last in another perimeter."""
    today("2015-10-05")
    for place, (last, first, born, postcode, town, perimeter) in enumerate(PEOPLE):
        member = Member("member", first, born, nir_of(woman=True, birth=born, serial=620_000 + place), last_name=last)
        enrolled(
            system, [member], starts_on=date(2015, 11, 1), perimeter=perimeter, postcode=postcode, city=town,
            phone=f"06990000{place:02d}", email=f"p{place}@x.invalid",
        )  # fmt: skip


FOUND = (
    # typed                        found, the first first                                   how the first was
    ("petit",                       "Petit Aline, Petit Anne, Petitjean Paul",                Rank.EXACT),
    ("anne petit",                  "Petit Anne",                                             Rank.WORDS),
    ("pettit",                      "Petit Aline, Petit Anne, Petitjean Paul",                Rank.SOUND),
    ("schaeffer",                   "Schäfer Karl",                                           Rank.SOUND),
    ("schafer k",                   "Schäfer Karl",                                           Rank.EXACT),
    ("chafer",                      "Schäfer Karl",                                           Rank.SOUND),
    ("legall",                      "Le Gall Yann",                                           Rank.WORDS),
    ("legal",                       "Le Gall Yann",                                           Rank.WORDS),
    ("yann le gal",                 "Le Gall Yann",                                           Rank.WORDS),
    ("lefevre",                     "Lefèvre Marc, Lefebvre Luce",                            Rank.EXACT),
    ("lefebvre",                    "Lefebvre Luce, Lefèvre Marc",                            Rank.EXACT),
    ("dupond",                      "Dupond Jeanne, Dupont Jean",                             Rank.EXACT),
    ("dupon",                       "Dupond Jeanne, Dupont Jean",                             Rank.EXACT),
    ("delafontaine",                "De La Fontaine Jean",                                    Rank.WORDS),
    ("lafontaine jean",             "De La Fontaine Jean",                                    Rank.WORDS),
    ("le' & !gall",                "Le Gall Yann",                                           Rank.EXACT),
    ("nguyen",                      "N’Guyen Mai",                                            Rank.WORDS),
    ("gotier",                      "Gauthier Sylvie",                                        Rank.SOUND),
    ("bernadr",                     "Bernard Zoé",                                            Rank.NEAR),
    ("petit 08/08/1977",            "Petit Anne",                                             Rank.EXACT),
    ("8 août 1977 pettit",          "Petit Anne",                                             Rank.SOUND),
    ("08081977",                    "Petit Anne",                                             Rank.EXACT),
    ("petit 1991-08-08",            "Petit Aline",                                            Rank.EXACT),
    ("metz",                        "Bernard Zoé, N’Guyen Mai, Petit Aline, Petit Anne",      Rank.PLACE),
    ("57000",                       "Bernard Zoé, N’Guyen Mai, Petit Aline, Petit Anne",      Rank.PLACE),
    ("petit metz",                  "Petit Aline, Petit Anne",                                Rank.PLACE),
    ("orleans petitjean",           "Petitjean Paul",                                         Rank.PLACE),
    ("lefebvre 45000",              "Lefebvre Luce",                                          Rank.PLACE),
    ("fontaine chateau thierry",    "De La Fontaine Jean",                                    Rank.PLACE),
    ("0699000003",                  "Le Gall Yann",                                           Rank.EXACT),
    ("P3@X.invalid",                "Le Gall Yann",                                           Rank.EXACT),
)  # fmt: skip


@pytest.mark.parametrize(("typed", "expected", "rank"), FOUND)
def test_who_is_found_first(people: None, typed: str, expected: str, rank: Rank) -> None:
    """Exact before heard before nearly written; each person once."""
    found = answers(understand(typed), limit=10)
    assert ", ".join(_named(one.id) for one in found) == expected
    assert found[0].rank is rank


def _named(person_id: int) -> str:
    (person,) = people_with_ids([person_id])
    return f"{person.last_name} {person.first_name}"


@pytest.mark.parametrize(
    "typed",
    [
        "xqzw", "martine", "petit 09/08/1977", "durand 08/08/1977", "lefebvre metz", "dupont schafer", "69000",
        "31/02/1977", "31021977", "'; DROP TABLE people_person; --", "bernard luc", "ba", "%",
    ],
)  # fmt: skip
def test_who_is_not_there_is_not_found(people: None, typed: str) -> None:
    """Another name, another day, another town find nobody; nor do the signs of a query language."""
    assert answers(understand(typed), limit=10) == []


@pytest.mark.parametrize(
    "typed", ["petit", "pettit", "petit 1991-08-08", "metz", "petit metz", "aliine petit", "57000"]
)
def test_no_spelling_crosses_a_perimeter(people: None, typed: str) -> None:
    """Each way of finding stays within what the transaction may see."""
    set_perimeters((3,))
    mine = one("SELECT id FROM people_person WHERE first_name = 'Aline'")
    assert {found.id for found in answers(understand(typed), limit=10)} <= {mine}
    set_perimeters((2,))
    assert mine not in {found.id for found in answers(understand(typed), limit=10)}


@pytest.mark.parametrize(
    ("one_way",     "another",     "alike"),
    [
        ("schaeffer", "schafer",    True),
        ("muller",    "mueller",    True),
        ("lefebvre",  "lefevre",    True),
        ("dupont",    "dupond",     True),
        ("leclercq",  "leclerc",    True),
        ("schmitt",   "schmidt",    True),
        ("jacquet",   "jaket",      True),
        ("philippe",  "filip",      True),
        ("gerard",    "jerard",     True),
        ("guerin",    "gerin",      False),
        ("vincent",   "vinsan",     True),
        ("wagner",    "vagner",     True),
        ("moreau",    "moro",       True),
        ("clement",   "claiman",    True),
        ("germain",   "jermin",     True),
        ("chevallier", "chevalier", True),
        ("meyer",     "maier",      True),
        ("martin",    "martinez",   False),
        ("martin",    "morin",      False),
        ("petit",     "petitjean",  False),
        ("dubois",    "dupuis",     False),
        ("roux",      "roy",        False),
        ("durand",    "durant",     True),
        ("bernard",   "besnard",    False),
    ],
)  # fmt: skip
def test_what_sounds_alike(db: None, one_way: str, another: str, alike: bool) -> None:
    """The French key: silent ends, doubled letters, and the several ways to write one sound."""
    sounds = one("SELECT people_sounds(%s)", one_way), one("SELECT people_sounds(%s)", another)
    assert (sounds[0] == sounds[1]) is alike, sounds


@pytest.mark.parametrize("typed", ["petit", "pettit", "petit metz", "petit 08/08/1977", "bernadr"])
def test_a_search_walks_indexes(people: None, typed: str) -> None:
    """What the function runs reads no table from end to end once tables are too large to."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'people_person'")
        before = cursor.fetchone()[0]
        assert answers(understand(typed), limit=10)
        cursor.execute("SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'people_person'")
        assert cursor.fetchone()[0] == before
