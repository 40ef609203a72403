"""The life of a contract as its règlement says it: terminations, withdrawals, births; and what a change answers is kept."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import override_settings

from egide.contracts.asked import change
from egide.contracts.decisions.endorsement import plan
from egide.contracts.facts import CoverFacts, EndorsementAsked, EndorsementKind, EnrolmentFacts, PersonAsked
from egide.contracts.invariants import INVARIANTS
from egide.contracts.models import Cover, Endorsement, Enrolment
from egide.journal import clock
from egide.journal.facts import Context
from egide.journal.invariants import examine
from egide.journal.models import Act
from egide.kernel.errors import Refusal
from egide.premiums.jobs import call_month
from egide.premiums.queries import balance_cents
from egide.products.acts import publish
from egide.products.queries import book_for
from egide.rules.books import Book, load_book
from egide.work.delays import delays
from pages.reading_pages import text_of
from people.families import Member, a_family, enrolled, one, rows

START, END = date(2015, 11, 1), date(2016, 11, 1)
TODAY = date(2016, 2, 10)
ADD, REMOVE = EndorsementKind.ADD_PERSON, EndorsementKind.REMOVE_PERSON
TERMINATE, WITHDRAW = EndorsementKind.TERMINATE, EndorsementKind.WITHDRAW
BOOKS = Path(__file__).resolve().parents[2] / "books"
PROXIME_2015, HORIZON_2026 = load_book(BOOKS / "proxime_sante_2015"), load_book(BOOKS / "horizon_sante_2026")
_LUC = CoverFacts(
    10, 7, 2, 1, "Luc", "Martin", date(1975, 3, 12), "member", student=False, starts_on=START, ends_on=END,
    since=START, aid_acs_cents=0, aid_other_cents=0,
)  # fmt: skip
BEFORE = EnrolmentFacts(7, "000000007", 2, "proxime_sante", "b", "general", START, END, (_LUC,))


@pytest.fixture
def family(db: None, system: Context, today: Callable[[str], None]) -> tuple[list[Member], Enrolment]:
    """A family covered since November, on a day of February."""
    today("2015-10-05")
    people = a_family(1)
    enrolment = enrolled(system, people, starts_on=START)
    today(TODAY.isoformat())
    return people, enrolment


def baby(born: date) -> PersonAsked:
    """A child to add, known under a parent's number."""
    return PersonAsked("child", "Martin", "Ava", born, 1, "", "", student=False, certificate=None)


def asked(kind: EndorsementKind, event: date, **changes: object) -> EndorsementAsked:
    """A change told today."""
    return replace(EndorsementAsked(kind, event, TODAY), **changes)  # type: ignore[arg-type]


def covers(enrolment: Enrolment) -> dict[str, tuple[date, date | None, bool]]:
    """The rows of covers: first name to start, end, cancelled."""
    return {
        name: (start, end, cancelled)
        for name, start, end, cancelled in rows(
            """SELECT p.first_name, lower(c.period), upper(c.period), c.cancelled FROM contracts_cover c
               JOIN people_person p ON p.id = c.person_id WHERE c.enrolment_id = %s ORDER BY c.id""",
            enrolment.pk,
        )
    }


def person(enrolment: Enrolment, link: str) -> int:
    """The person of a link."""
    return int(one("SELECT person_id FROM contracts_cover WHERE enrolment_id = %s AND link = %s", enrolment.pk, link))


def moves(enrolment: Enrolment) -> list[tuple[str, str, date | None]]:
    """The movements prepared after the first ones: kind, first name, end."""
    return [
        (kind, name, end)
        for kind, name, end in rows(
            """SELECT m.movement, p.first_name, m.ends_on FROM contracts_rightsmovement m
               JOIN contracts_cover c ON c.id = m.cover_id JOIN people_person p ON p.id = m.person_id
               WHERE c.enrolment_id = %s ORDER BY m.id OFFSET 3""",
            enrolment.pk,
        )
    ]


CONCLUDED = date(2026, 1, 12)
HORIZON_BEFORE = replace(
    BEFORE,
    product_code="horizon_sante",
    formula="confort",
    starts_on=date(2026, 2, 1),
    ends_on=None,
    covers=tuple(replace(cover, starts_on=date(2026, 2, 1), ends_on=None) for cover in BEFORE.covers),
    concluded_on=CONCLUDED,
)
_TERMINATIONS = [
    # received          wished              cause          the first day without cover
    (date(2027, 5, 10), date(2027, 5, 10),  "demande",     date(2027, 6, 10)),  # after a year: one month after the request
    (date(2027, 5, 10), date(2027, 9, 1),   "demande",     date(2027, 9, 1)),   # or later, if that is wished
    (date(2026, 9, 1),  date(2026, 9, 1),   "demande",     date(2027, 1, 1)),   # within a year: at the yearly term
    (date(2026, 11, 1), date(2026, 11, 1),  "demande",     date(2027, 1, 1)),   # two months before it, to the day
    (date(2026, 11, 2), date(2026, 11, 2),  "demande",     date(2027, 2, 1)),   # too late for it: when the year is over
    (date(2027, 1, 20), date(2027, 1, 20),  "demande",     date(2027, 2, 20)),
    (date(2026, 3, 10), date(2026, 3, 10),  "changement",  date(2026, 4, 10)),  # a change of situation: one month
    (date(2026, 3, 10), date(2026, 3, 4),   "deces",       date(2026, 3, 5)),   # a death: that day is covered
    (date(2027, 1, 31), date(2027, 1, 31),  "demande",     date(2027, 2, 28)),  # in the last month of the first year: a month
]  # fmt: skip


@pytest.mark.requirement("S003-063")
@pytest.mark.parametrize(("received", "wished", "cause", "effect"), _TERMINATIONS)
def test_a_termination_takes_effect_as_the_rule_book_says(
    received: date, wished: date, cause: str, effect: date
) -> None:
    """Horizon ends one month after the request once a year has passed, at its yearly term before; its article says so."""
    found = plan(HORIZON_BEFORE, EndorsementAsked(TERMINATE, wished, received, cause=cause), book=HORIZON_2026)
    assert (found.effect_on, found.after.ends_on) == (effect, effect)
    assert "Article 3" in " ".join(found.reasons)


_WITHDRAWALS = [
    # the book,      before,         concluded,         received,           accepted
    (PROXIME_2015,   BEFORE,         date(2015, 10, 5), date(2015, 11, 4),  True),   # thirty days
    (PROXIME_2015,   BEFORE,         date(2015, 10, 5), date(2015, 11, 5),  False),
    (HORIZON_2026,   HORIZON_BEFORE, CONCLUDED,         date(2026, 1, 29),  True),   # fourteen days, and three for the post
    (HORIZON_2026,   HORIZON_BEFORE, CONCLUDED,         date(2026, 1, 30),  False),
]  # fmt: skip


@pytest.mark.parametrize(("book", "before", "concluded", "received", "accepted"), _WITHDRAWALS)
def test_a_withdrawal_is_possible_as_long_as_the_rule_book_says(
    book: Book, before: EnrolmentFacts, concluded: date, received: date, accepted: bool
) -> None:
    """Within the delay nothing of the enrolment stands, from its first day; after it, the way out is a termination."""
    wanted = EndorsementAsked(WITHDRAW, received, received)
    enrolment = replace(before, concluded_on=concluded)
    if not accepted:
        with pytest.raises(Refusal) as refused:
            plan(enrolment, wanted, book=book)
        assert (refused.value.code, refused.value.where) == ("endorsement.withdrawal_late", "received_on")
        assert "Résilier" in refused.value.remedy
        return
    found = plan(enrolment, wanted, book=book)
    assert (found.effect_on, found.after.covers, found.after.ends_on) == (before.starts_on, (), before.starts_on)


@pytest.mark.requirement("S003-163")
@pytest.mark.parametrize(
    ("received",         "due",              "in_time"),
    [
        (date(2016, 2, 8), date(2016, 2, 10), 1),
        (date(2016, 2, 5), date(2016, 2, 9),  0),  # asked for on a Friday: Tuesday
    ],
)  # fmt: skip
def test_what_was_asked_and_why_is_kept_and_its_two_days_are_measured(
    family: tuple[list[Member], Enrolment], system: Context, received: date, due: date, in_time: int
) -> None:
    """When a change was asked for, why and under what agreement stay; the delay of endorsements is told like the others."""
    _, enrolment = family
    wanted = asked(REMOVE, date(2016, 3, 1), person_id=person(enrolment, "child"), reason="Départ à l’étranger")
    change(system, enrolment.pk, replace(wanted, received_on=received), revision=0)
    act = Act.objects.get(kind="endorsement.remove_person")
    kept = Endorsement.objects.get(act_id=act.pk)
    assert (kept.received_on, kept.event_on, kept.effect_on) == (received, date(2016, 3, 1), date(2016, 3, 1))
    assert (kept.reason, kept.person_id) == ("Départ à l’étranger", wanted.person_id)
    assert act.received_at is not None
    assert (act.received_at.astimezone(clock.PARIS).date(), act.due_on) == (received, due)
    (told,) = [one for one in delays(TODAY) if one.kind == "endorsement"]
    assert (told.closed, told.in_time, told.target) == (1, in_time, 2)
    assert "étranger" not in " ".join(act.reasons)


def test_a_withdrawal_cancels_everything_from_the_first_day(
    db: None, system: Context, today: Callable[[str], None]
) -> None:
    """Covers never were, the premiums called come back to the cent, the scheme is told; nothing is deleted."""
    today("2015-10-05")
    unaided = [replace(each, aid="") for each in a_family(1)]
    enrolment = enrolled(system, unaided, starts_on=START)
    called = call_month(system, START, perimeter_id=2)
    assert called.called_cents > 0
    before = balance_cents(enrolment.pk)
    today("2015-11-02")
    change(system, enrolment.pk, EndorsementAsked(WITHDRAW, date(2015, 11, 2), date(2015, 11, 2)), revision=0)
    assert before - balance_cents(enrolment.pk) == called.called_cents
    assert all(cancelled for _start, _end, cancelled in covers(enrolment).values())
    assert sorted(moves(enrolment)) == [("cancel", name, END) for name in ("Enfant0", "Luc", "Zoé")]
    enrolment.refresh_from_db()
    assert enrolment.ends_on == enrolment.starts_on
    assert all(finding.count == 0 for finding in examine(INVARIANTS))
    with pytest.raises(Refusal) as refused:
        change(system, enrolment.pk, EndorsementAsked(WITHDRAW, date(2015, 11, 2), date(2015, 11, 2)), revision=1)
    assert refused.value.code == "endorsement.withdrawn"


def test_the_database_itself_refuses_a_cover_before_birth(
    family: tuple[list[Member], Enrolment], system: Context
) -> None:
    """A child asked for since the start is covered from the day of birth; past the acts, the database says the same."""
    _, enrolment = family
    change(system, enrolment.pk, asked(ADD, date(2016, 1, 1), person=baby(date(2016, 2, 3))), revision=0)
    assert covers(enrolment)["Ava"][0] == date(2016, 2, 3)
    ava = int(one("SELECT id FROM people_person WHERE first_name = 'Ava' AND birth_date = '2016-02-03'"))
    with pytest.raises(IntegrityError, match="born"), transaction.atomic():
        Cover.objects.filter(person_id=ava).update(period=DateRange(date(2016, 2, 2), END))


def test_changing_one_clause_changes_the_screen_the_letter_and_the_act(
    centre,
    system: Context,
    today: Callable[[str], None],
    tmp_path: Path,  # type: ignore[no-untyped-def]
) -> None:
    """A new version of a règlement is published, no program changes: the screen, the notice and the act follow it."""
    today("2015-10-05")
    folder = tmp_path / "proxime_sante_2015"
    shutil.copytree(BOOKS / "proxime_sante_2015", folder)
    text = (folder / "reglement.md").read_text(encoding="utf-8")
    for before, after in (
        ("version 2015-07-01", "version 2015-10-01"),
        ("constante renonciation_jours : nombre = 30", "constante renonciation_jours : nombre = 45"),
        ("  = si cause = deces alors ajouter_jours(evenement, 1) sinon evenement\n",
         "  = si cause = deces alors ajouter_jours(evenement, 1) sinon ajouter_mois(premier_du_mois(evenement), 1)\n"),
    ):  # fmt: skip
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    (folder / "reglement.md").write_text(text, encoding="utf-8")
    publish(system, folder)
    enrolment = enrolled(system, a_family(1), starts_on=START)
    client = centre.client("administrator")
    with override_settings(ALLOWED_HOSTS=["testserver"]):
        page = text_of(client.get(f"/adherents/{enrolment.number}"))
    assert "Dernier jour pour renoncer" in page and "19 novembre 2015" in page
    notice = " ".join(article.prose for article in book_for("proxime_sante", START).articles)
    assert "dans les 45 jours" in notice
    leaving = asked(REMOVE, date(2015, 12, 10), person_id=person(enrolment, "child"))
    leaving = replace(leaving, received_on=date(2015, 10, 5))
    assert change(system, enrolment.pk, leaving, revision=0).effect_on == date(2016, 1, 1)
    today("2015-11-19")
    given_up = EndorsementAsked(WITHDRAW, date(2015, 11, 19), date(2015, 11, 19))
    assert change(system, enrolment.pk, given_up, revision=1).effect_on == START
