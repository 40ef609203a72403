"""Published rule books: kept whole, never changed, and each month decided by the version in force on its first day."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from egide.journal.facts import Context, Role
from egide.kernel.errors import Refusal
from egide.premiums.jobs import audit, call_month, follow
from egide.premiums.queries import schedule_of
from egide.products.acts import publish
from egide.products.models import ProductVersion
from egide.products.queries import book_for, published_book, versions
from egide.rules.books import BookProblems
from people.families import HORIZON, PROXIME, Member, at, enrolled, nir_of, rows

BOOKS = Path(__file__).resolve().parents[2] / "books"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the Proxime book, to be changed."""
    return Path(shutil.copytree(BOOKS / "proxime_sante_2015", tmp_path / "proxime_sante_2015"))


def edited(folder: Path, name: str, old: str, new: str) -> Path:
    """The folder with one text replaced in one file."""
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8", newline="")
    return folder


@pytest.mark.requirement("S003-028")
def test_the_books_of_the_house_are_published(db: None) -> None:
    """Each book of the repository is a version, whole, under the digest that its amounts carry."""
    assert {(one.code, one.version) for one in versions()} >= {(PROXIME, date(2015, 7, 1)), (HORIZON, date(2026, 1, 1))}
    assert [code for code, _ in book_for(PROXIME, date(2015, 11, 1)).formulas] == ["a", "b", "c"]


def test_publishing_the_same_text_again_changes_nothing(db: None, system: Context) -> None:
    """The same folder gives the version already there."""
    before = ProductVersion.objects.count()
    again = publish(system, BOOKS / "proxime_sante_2015")
    assert (ProductVersion.objects.count(), again.version) == (before, date(2015, 7, 1))


def test_a_published_text_never_changes(db: None, system: Context, copy: Path) -> None:
    """Another text under the same date is refused: a new date makes a new version."""
    edited(copy, "reglement.md", "Vous n'avancez rien :", "Vous n'avancez rien du tout :")
    with pytest.raises(Refusal) as refused:
        publish(system, copy)
    assert refused.value.code == "products.already_published"


def test_a_book_with_a_fault_is_not_published(db: None, system: Context, copy: Path) -> None:
    """A tariff with a hole is refused before anything is written, with its place."""
    edited(copy, "tarif.csv", 'b,general,35,49,"386,88"\n', "")
    before = ProductVersion.objects.count()
    with pytest.raises(BookProblems) as refused:
        publish(system, copy)
    assert "tarif" in str(refused.value)
    assert ProductVersion.objects.count() == before


def test_only_its_owner_publishes(db: None, copy: Path) -> None:
    """A manager does not change what the contract promises."""
    edited(copy, "reglement.md", "version 2015-07-01", "version 2016-07-01")
    with pytest.raises(Refusal) as refused:
        publish(at(Role.ADMINISTRATOR), copy)
    assert refused.value.code == "journal.permission"


@pytest.mark.parametrize("day", [date(2015, 6, 30), date(2000, 1, 1)])
def test_no_version_in_force_is_told(db: None, day: date) -> None:
    """Before its first version a product decides nothing, and says so."""
    with pytest.raises(Refusal) as refused:
        book_for(PROXIME, day)
    assert (refused.value.code, refused.value.where) == ("products.none_in_force", PROXIME)


def test_the_book_kept_is_the_book_published(db: None) -> None:
    """Rebuilt from the base, a book has the digest under which it was published."""
    for version in versions():
        assert published_book(version.digest).digest == version.digest


def test_each_month_is_decided_by_its_own_version(
    db: None, system: Context, today: Callable[[str], None], copy: Path
) -> None:
    """A new version from January changes January, not the months already decided; an endorsement keeps it so."""
    today("2015-10-05")
    birth = date(1939, 3, 12)
    alone = [Member("member", "Ida", birth, nir_of(woman=True, birth=birth, serial=410_000), "")]
    enrolment = enrolled(system, alone, starts_on=date(2015, 11, 1), formula="a")
    edited(copy, "reglement.md", "version 2015-07-01", "version 2016-01-01")
    publish(system, edited(copy, "tarif.csv", 'a,general,75,120,"864,00"', 'a,general,75,120,"960,00"'))
    months = [date(2015, 11, 1), date(2015, 12, 1), date(2016, 1, 1)]
    for month in months:
        call_month(system, month, perimeter_id=2)
    expected = [(months[0], 7200), (months[1], 7200), (months[2], 8000)]
    query = """SELECT l.period, sum(l.amount_cents)::int FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id
               WHERE a.kind = 'member' AND a.enrolment_id = %s AND l.nature = 'premium' GROUP BY 1 ORDER BY 1"""
    assert rows(query, enrolment.pk) == expected
    follow(system, [enrolment.pk])
    assert rows(query, enrolment.pk) == expected
    assert [one.count for one in audit(system)] == [0]
    shown = [each.gross_cents for each in schedule_of(enrolment.pk, around=months[0]).instalments][:3]
    assert shown == [cents for _, cents in expected]
