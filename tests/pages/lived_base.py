"""A base that lived: enrolled, called, paid, a removal told late, an identity corrected, care taken back, a new version of
the book, rejects taken again. What pages say of it is compared with what it holds."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from egide.benefits.asked import recycle_rejects
from egide.benefits.jobs.paying import issue_statements, pay
from egide.contracts.asked import change, resend_rights
from egide.contracts.facts import EndorsementAsked, EndorsementKind, PersonAsked
from egide.contracts.jobs import read_answers, send_rights
from egide.contracts.models import Enrolment, RightsMovement
from egide.contracts.queries import enrolment_facts
from egide.exchanges.acts import Arrival, receive
from egide.exchanges.models import File
from egide.exchanges.queries import open_rejects
from egide.exchanges.simulator import answer_movements
from egide.journal import store
from egide.journal.facts import Context
from egide.people.acts import Identity
from egide.people.models import Person
from egide.premiums.jobs import call_month
from egide.products.acts import publish
from people.families import CROWN, GLASSES, Care, Member, a_family, enrolled, settled

BOOKS = Path(__file__).resolve().parents[2] / "books"
OCTOBER, NOVEMBER, DECEMBER, JANUARY = date(2015, 10, 1), date(2015, 11, 1), date(2015, 12, 1), date(2016, 1, 1)


@dataclass(frozen=True)
class Lived:
    """The family of the story, its people, and the care file that holds most of its lines."""

    row: Enrolment
    people: list[Member]
    file: File


def lived(system: Context, today: Callable[[str], None], folder: Path) -> Lived:
    """Three months of a couple and two children, in the order in which a centre learns of things."""
    today("2015-10-05")
    RightsMovement.objects.filter(state="to_send").update(state="acquitted")
    people = a_family(2)
    row = enrolled(system, people, starts_on=OCTOBER, formula="c")
    for month in (OCTOBER, NOVEMBER, DECEMBER):
        call_month(system, month, perimeter_id=2)
    today("2016-01-08")
    file = _care(system, people)
    pay(system, perimeter_id=2)
    issue_statements(system, perimeter_id=2)
    call_month(system, JANUARY, perimeter_id=2)
    _dearer_book(system, folder)
    today("2016-01-15")
    _remove_spouse(system, row)
    today("2016-01-18")
    _correct_child(system, row, people)
    recycle_rejects(system, [reject.pk for reject in open_rejects(file_id=file.pk)])
    today("2016-01-20")
    _taken_back(system, people)
    _born(system, row)
    pay(system, perimeter_id=2)
    return Lived(row, people, file)


def _care(system: Context, people: list[Member]) -> File:
    """Care of each person: one of the spouse after the day on which she will turn out to have left, one of a child under
    a birth date that we do not know yet."""
    he, she, elder, younger = people
    wrong = replace(younger, birth=date(2004, 5, 6))
    cares = [
        Care(he, invoice=1), Care(he, **CROWN, on=date(2015, 12, 14), invoice=2),
        Care(she, on=date(2015, 11, 16), invoice=3), Care(she, on=date(2015, 12, 15), invoice=4),
        Care(elder, **GLASSES, on=date(2015, 12, 16), invoice=5), Care(wrong, on=date(2015, 12, 17), invoice=6),
        Care(she, **GLASSES, on=date(2015, 11, 18), invoice=7), Care(he, on=date(2015, 12, 18), invoice=8),
        Care(he, act="LEN", on=date(2016, 1, 5), charged=7_000, base=0, rate_bp=0, amo=0, withheld=0, invoice=10),
    ]  # fmt: skip
    return settled(system, cares, he.nir)[0]


def _dearer_book(system: Context, folder: Path) -> None:
    """A version of the book in force on a month already called: nothing moves until an act looks at the account again."""
    copy = Path(shutil.copytree(BOOKS / "proxime_sante_2015", folder / "proxime_sante_2015"))
    for name, old, new in (
        ("reglement.md", "version 2015-07-01", "version 2016-01-01"),
        ("tarif.csv", 'c,general,35,49,"474,24"', 'c,general,35,49,"574,24"'),
    ):
        path = copy / name
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8", newline="")
    publish(system, copy)


def _remove_spouse(system: Context, row: Enrolment) -> None:
    spouse = next(cover.person_id for cover in enrolment_facts(row.pk).covers if cover.link == "spouse")
    asked = EndorsementAsked(EndorsementKind.REMOVE_PERSON, DECEMBER, date(2016, 1, 14), person_id=spouse)
    row.refresh_from_db()
    change(system, row.pk, asked, revision=row.revision)


def _correct_child(system: Context, row: Enrolment, people: list[Member]) -> None:
    """The scheme refuses a child's rights: the birth date was a day wrong, and is mended in the act that sends them again."""
    sent = send_rights(system, perimeter_id=2)
    assert sent is not None
    content = answer_movements(store.load(sent.sha256), 7, 10_000)
    read_answers(system, receive(system, Arrival("noemie.answers", "scheme", "RETOUR_LU.noe", content, 2)))
    child = Person.objects.get(household=row.member.household, birth_date=people[3].birth)
    movement = RightsMovement.objects.filter(person=child, state="rejected").latest("pk")
    mended = Identity(child.last_name, child.first_name, date(2004, 5, 6), child.birth_rank, child.insured_nir)
    resend_rights(system, movement.pk, corrected=mended)


def _taken_back(system: Context, people: list[Member]) -> None:
    """The scheme takes the crown back, and sends a new one, cheaper."""
    he = people[0]
    crown = Care(he, **CROWN, on=date(2015, 12, 14), invoice=2)
    again = replace(crown, invoice=9, charged=50_000, reference="B000000002")
    settled(system, [replace(crown, operation="A", reference="A000000002"), again], he.nir, start=30)


def _born(system: Context, row: Enrolment) -> None:
    person = PersonAsked("child", "Martin", "Ève", date(2015, 11, 15), 1, "", "", student=False, certificate=None)
    asked = EndorsementAsked(EndorsementKind.ADD_PERSON, date(2015, 11, 15), date(2016, 1, 19), person=person)
    row.refresh_from_db()
    change(system, row.pk, asked, revision=row.revision)
