"""French writing, sort keys and refusals."""

import pickle
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egide.kernel.errors import Refusal
from egide.kernel.formats import (
    format_count,
    format_date,
    format_date_short,
    format_date_with_weekday,
    format_month,
    format_number,
    format_period,
    format_range,
)
from egide.kernel.text import elided, search_key, sort_key


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (format_date(date(2026, 11, 20)), "20 novembre 2026"),
        (format_date(date(2026, 1, 1)), "1er janvier 2026"),
        (format_date_with_weekday(date(2026, 11, 20)), "vendredi 20 novembre 2026"),
        (format_date_short(date(2026, 11, 2)), "02/11/2026"),
        (format_month(date(2026, 2, 2)), "février 2026"),
        (format_range(date(2026, 11, 3), date(2026, 11, 9)), "du 3 au 9 novembre 2026"),
        (format_range(date(2026, 11, 1), date(2026, 12, 1)), "du 1er novembre au 1er décembre 2026"),
        (format_range(date(2026, 12, 30), date(2027, 1, 2)), "du 30 décembre 2026 au 2 janvier 2027"),
        (format_range(date(2026, 11, 3), date(2026, 11, 3)), "le 3 novembre 2026"),
        (format_period(date(2026, 1, 1), date(2027, 1, 1)), "du 1er janvier au 31 décembre 2026"),
        (format_period(date(2026, 1, 1), None), "depuis le 1er janvier 2026"),
        (format_number(340000), "340\u202f000"),
        (format_count(0, "jour", "jours"), "0\u00a0jour"),
        (format_count(1, "jour", "jours"), "1\u00a0jour"),
        (format_count(2, "jour", "jours"), "2\u00a0jours"),
        (elided("Attestation de Aïcha"), "Attestation d’Aïcha"),
        (elided("De Élodie à Luc"), "D’Élodie à Luc"),
        (elided("Droits de Léonie, de Ève"), "Droits de Léonie, d’Ève"),
        (elided("Appel de août, de mai, de octobre 2015"), "Appel d’août, de mai, d’octobre 2015"),
        (elided("Rang de naissance de Hugo"), "Rang de naissance de Hugo"),
        (elided("Le monde Amical, date de entrée"), "Le monde Amical, date de entrée"),
    ],
)
def test_dates_and_counts_are_written_as_people_read_them(written: str, expected: str) -> None:
    """French first: 1er of the month, no capital to months, 0 and 1 singular."""
    assert written == expected


@pytest.mark.parametrize(
    ("text", "sort", "search"),
    [
        ("Élodie  d’Œuvre", "elodie d'oeuvre", "elodie d oeuvre"),
        ("Jean-Pierre", "jean-pierre", "jean pierre"),
        ("  NOËL\u00a0Zoë ", "noel zoe", "noel zoe"),
        ("Ægidius Straße", "aegidius strasse", "aegidius strasse"),
        ("Łukasz", "lukasz", "lukasz"),
    ],
)
def test_keys_ignore_accents_and_case(text: str, sort: str, search: str) -> None:
    """A person is found without accents, hyphens or capitals."""
    assert (sort_key(text), search_key(text)) == (sort, search)


def test_accented_names_sort_in_place() -> None:
    """Étienne sorts between Édouard and Fanny, not after Zoé."""
    names = ["Zoé", "Étienne", "Fanny", "Édouard", "eric"]
    assert sorted(names, key=sort_key) == ["Édouard", "eric", "Étienne", "Fanny", "Zoé"]


@given(st.text(max_size=40))
def test_keys_are_stable(text: str) -> None:
    """The key of a key is itself: keys can be stored, compared and rebuilt."""
    assert sort_key(sort_key(text)) == sort_key(text)
    assert search_key(search_key(text)) == search_key(text)


def test_a_refusal_says_where_why_and_what_next() -> None:
    """The three parts reach the person, the code stays for programs, a place can be added on the way."""

    class LineRefusal(Refusal):
        """A subclass, as packages make."""

    refusal = LineRefusal("nir.key", "La clé est fausse.", "Relisez le numéro.")
    assert str(refusal) == "La clé est fausse. Relisez le numéro."
    placed = refusal.at("colonne NIR").at("adhesions.csv, ligne 12")
    assert str(placed) == "adhesions.csv, ligne 12, colonne NIR\u00a0: La clé est fausse. Relisez le numéro."
    assert (type(placed), placed.code) == (LineRefusal, "nir.key")
    assert str(pickle.loads(pickle.dumps(Refusal("a.b", "M.", "R.", "w")))) == "w\u00a0: M. R."  # noqa: S301
    with pytest.raises(ValueError, match="remedy"):
        Refusal("nir.key", "La clé est fausse.", "")
