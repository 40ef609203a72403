"""Endorsements: the plan decides, the act writes it as shown, and what never was is cancelled, never deleted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from egide.contracts.acts.endorsements import endorse
from egide.contracts.asked import change
from egide.contracts.decisions.endorsement import plan
from egide.contracts.facts import (
    Certificate,
    CoverFacts,
    EndorsementAsked,
    EndorsementKind,
    EnrolmentFacts,
    PersonAsked,
)
from egide.contracts.invariants import INVARIANTS
from egide.contracts.models import Enrolment
from egide.contracts.queries import enrolment_facts
from egide.journal.acts import AlreadyDone
from egide.journal.facts import Context, Role
from egide.journal.invariants import examine
from egide.journal.models import Act
from egide.kernel.errors import Refusal
from egide.rules.books import load_book
from people.families import Member, a_family, at, enrolled, one, rows

START, END = date(2015, 11, 1), date(2016, 11, 1)
TODAY = date(2016, 2, 10)
ADD, REMOVE, TERMINATE = EndorsementKind.ADD_PERSON, EndorsementKind.REMOVE_PERSON, EndorsementKind.TERMINATE
LUC, ZOE, LEO = 1, 2, 3
BOOKS = Path(__file__).resolve().parents[2] / "books"
PROXIME_2015 = load_book(BOOKS / "proxime_sante_2015")


def _cover(person_id: int, name: str, birth: date, link: str) -> CoverFacts:
    return CoverFacts(
        person_id * 10, 7, 2, person_id, name, "Martin", birth, link, student=False, starts_on=START, ends_on=END,
        since=START, aid_acs_cents=0, aid_other_cents=0,
    )  # fmt: skip


BEFORE = EnrolmentFacts(
    7, "000000007", 2, "proxime_sante", "b", "general", START, END,
    (
        _cover(LUC, "Luc", date(1975, 3, 12), "member"),
        _cover(ZOE, "Zoé", date(1978, 7, 2), "spouse"),
        _cover(LEO, "Léo", date(2003, 5, 5), "child"),
    ),
)  # fmt: skip


def baby(born: date = date(2015, 12, 14), name: str = "Ava") -> PersonAsked:
    """A child to add, known under a parent's number."""
    return PersonAsked("child", "Martin", name, born, 1, "", "", student=False, certificate=None)


def asked(kind: EndorsementKind, event: date, **changes: object) -> EndorsementAsked:
    """A change told today."""
    return replace(EndorsementAsked(kind, event, TODAY), **changes)  # type: ignore[arg-type]


_ONLY = {"Luc": END, "Zoé": END, "Léo": END}
_PLANS = [
    # what is asked                                                             effect              the covers after it
    (asked(ADD, date(2015, 12, 14), person=baby()),                             date(2015, 12, 14), _ONLY | {"Ava": END}),
    (asked(ADD, date(2016, 2, 1), person=baby()),                               date(2016, 2, 1),   _ONLY | {"Ava": END}),
    (asked(ADD, date(2015, 6, 1), person=baby(date(2010, 1, 1))),               START,              _ONLY | {"Ava": END}),
    (asked(REMOVE, date(2016, 3, 1), person_id=ZOE), date(2016, 3, 1), _ONLY | {"Zoé": date(2016, 3, 1)}),
    (asked(REMOVE, date(2016, 1, 20), person_id=LEO), date(2016, 1, 20), _ONLY | {"Léo": date(2016, 1, 20)}),
    (asked(REMOVE, START, person_id=LEO),                                       START,              {"Luc": END, "Zoé": END}),
    (asked(REMOVE, date(2015, 10, 1), person_id=LEO),                           date(2015, 10, 1),  {"Luc": END, "Zoé": END}),
    (asked(TERMINATE, date(2016, 3, 1)), date(2016, 3, 1), dict.fromkeys(_ONLY, date(2016, 3, 1))),
    (asked(TERMINATE, date(2016, 3, 2)), date(2016, 4, 1), dict.fromkeys(_ONLY, date(2016, 4, 1))),
    (asked(TERMINATE, date(2016, 10, 31)),                                      END,                _ONLY),
    (asked(TERMINATE, START),                                                   START,              {}),
    (asked(ADD, date(2016, 2, 1), person=baby(date(2016, 2, 8))),               date(2016, 2, 8),   _ONLY | {"Ava": END}),
    (asked(ADD, date(2015, 2, 9), person=baby(date(2015, 1, 1)), agreement="UMH-12"), START,        _ONLY | {"Ava": END}),
    (asked(TERMINATE, date(2016, 3, 2), cause="deces"), date(2016, 3, 3), dict.fromkeys(_ONLY, date(2016, 3, 3))),
    (asked(REMOVE, date(2016, 3, 31), person_id=ZOE, cause="deces"), date(2016, 4, 1), _ONLY | {"Zoé": date(2016, 4, 1)}),
    (asked(REMOVE, START, person_id=LEO, cause="deces"), date(2015, 11, 2), _ONLY | {"Léo": date(2015, 11, 2)}),
]  # fmt: skip


@pytest.mark.requirement("S003-058", "S003-059", "S003-060", "S003-063", "S003-079")
@pytest.mark.parametrize(("change_asked", "effect", "after"), _PLANS)
def test_a_plan_shows_the_covers_after_it(change_asked: EndorsementAsked, effect: date, after: dict[str, date]) -> None:
    """The plan says when it takes effect, who is covered until when, and why, in French; nothing is written."""
    found = plan(BEFORE, change_asked, book=PROXIME_2015)
    assert found.effect_on == effect
    assert {cover.first_name: cover.ends_on for cover in found.after.covers} == after
    assert found.before == BEFORE
    assert found.reasons
    if change_asked.kind is TERMINATE:
        assert found.after.ends_on == effect


def aided(agreed: date, until: date, cents: int = 10_000) -> PersonAsked:
    """A child to add in February 2016, with an aid certificate."""
    return replace(
        baby(date(2010, 1, 1), "Ben"), certificate=Certificate("Luc Martin", "Ben Martin", agreed, until, cents)
    )


_FEBRUARY = date(2016, 2, 1)
_REFUSED = [
    (asked(ADD, _FEBRUARY, person=aided(date(2015, 1, 5), date(2016, 1, 31))), "certificate.expired", "valid_until"),
    (asked(ADD, _FEBRUARY, person=aided(date(2016, 2, 2), date(2017, 1, 31))), "certificate.agreed",  "agreed_on"),
    (asked(ADD, _FEBRUARY, person=aided(date(2016, 1, 2), date(2016, 1, 2))),  "certificate.dates",   "valid_until"),
    (asked(ADD, _FEBRUARY, person=aided(date(2016, 1, 2), date(2017, 1, 2), 0)), "certificate.amount", "amount"),
    (asked(ADD, date(2015, 2, 9), person=baby(date(2010, 1, 1))), "endorsement.too_late",        "event_on"),
    (asked(REMOVE, date(2015, 2, 9), person_id=ZOE),              "endorsement.too_late",        "event_on"),
    (asked(TERMINATE, END),                                       "endorsement.after_end",       "event_on"),
    (asked(ADD, date(2016, 12, 1), person=baby()),                "endorsement.after_end",       "event_on"),
    (asked(ADD, date(2016, 1, 1)),                                "endorsement.person",          "person"),
    (asked(ADD, date(2016, 1, 1), person=baby(date(2003, 5, 5), "LÉO")), "endorsement.already_covered", "person"),
    (asked(REMOVE, date(2016, 1, 1)),                             "endorsement.person",          "person_id"),
    (asked(REMOVE, date(2016, 1, 1), person_id=99),               "endorsement.person",          "person_id"),
    (asked(REMOVE, date(2016, 1, 1), person_id=LUC),              "endorsement.member",          "person_id"),
    (asked(TERMINATE, date(2015, 9, 30)),                         "endorsement.before_start",    "event_on"),
]  # fmt: skip


@pytest.mark.requirement("S001-016")
@pytest.mark.parametrize(("change_asked", "code", "where"), _REFUSED)
def test_a_change_that_makes_no_sense_is_refused_with_what_to_do(
    change_asked: EndorsementAsked, code: str, where: str
) -> None:
    """Each refusal names the field, says why, and gives the way out."""
    with pytest.raises(Refusal) as refused:
        plan(BEFORE, change_asked, book=PROXIME_2015)
    assert (refused.value.code, refused.value.where) == (code, where)
    assert refused.value.remedy


# ---- written on a real base


@pytest.fixture
def family(db: None, system: Context, today: Callable[[str], None]) -> tuple[list[Member], Enrolment]:
    """A family covered since November, on a day of February."""
    today("2015-10-05")
    people = a_family(1)
    enrolment = enrolled(system, people, starts_on=START)
    today(TODAY.isoformat())
    return people, enrolment


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


@pytest.mark.requirement("S003-059", "S003-058")
@pytest.mark.parametrize(
    ("kind",    "event",            "who",    "kept",                                              "told"),
    [
        (ADD, date(2015, 12, 14), "", {"Ava": (date(2015, 12, 14), END, False)}, [("create", "Ava", END)]),
        (REMOVE, date(2016, 3, 1), "spouse", {"Zoé": (START, date(2016, 3, 1), False)}, [("change", "Zoé", date(2016, 3, 1))]),
        (REMOVE, START, "child", {"Enfant0": (START, END, True)}, [("cancel", "Enfant0", END)]),
        (TERMINATE, date(2016, 2, 20),  "",       dict.fromkeys(["Luc", "Zoé", "Enfant0"], (START, date(2016, 3, 1), False)),
         [("change", "Luc", date(2016, 3, 1)), ("change", "Zoé", date(2016, 3, 1)), ("change", "Enfant0", date(2016, 3, 1))]),
    ],
)  # fmt: skip
def test_an_endorsement_is_written_as_it_was_shown(
    family: tuple[list[Member], Enrolment],
    system: Context,
    kind: EndorsementKind,
    event: date,
    who: str,
    kept: dict[str, tuple[date, date | None, bool]],
    told: list[tuple[str, str, date | None]],
) -> None:
    """The preview and the act give the same facts; covers change by their dates, and the scheme will be told."""
    _, enrolment = family
    wanted = asked(
        kind, event, person=baby() if kind is ADD else None, person_id=person(enrolment, who) if who else None
    )
    shown = plan(enrolment_facts(enrolment.pk), wanted, book=PROXIME_2015)
    done = change(system, enrolment.pk, wanted, revision=0)
    assert done == shown
    found = covers(enrolment)
    for name, row in kept.items():
        assert found[name] == row
    assert sorted(moves(enrolment)) == sorted(told)
    after = enrolment_facts(enrolment.pk)
    assert {(cover.first_name, cover.starts_on, cover.ends_on) for cover in after.covers} == {
        (cover.first_name, cover.starts_on, cover.ends_on) for cover in shown.after.covers
    }
    act = Act.objects.get(kind=f"endorsement.{kind.value}")
    assert act.reasons == list(shown.reasons)
    assert all(finding.count == 0 for finding in examine(INVARIANTS))


def test_a_new_person_brings_their_certificate(family: tuple[list[Member], Enrolment], system: Context) -> None:
    """A certificate handed in with a child is kept as it reads, and counts from then on."""
    _, enrolment = family
    certificate = Certificate("Martin", "Martin", date(2016, 1, 1), date(2016, 12, 31), 10_000)
    wanted = asked(ADD, date(2015, 12, 14), person=replace(baby(), certificate=certificate))
    change(system, enrolment.pk, wanted, revision=0)
    added = next(cover for cover in enrolment_facts(enrolment.pk).covers if cover.first_name == "Ava")
    assert added.aid_acs_cents == 10_000


def test_two_people_changing_one_enrolment(family: tuple[list[Member], Enrolment], system: Context) -> None:
    """The second, whose preview is of before, is refused; nothing of theirs is written."""
    _, enrolment = family
    endorse(system, enrolment.pk, asked(ADD, date(2015, 12, 14), person=baby()), revision=0)
    before = covers(enrolment)
    with pytest.raises(Refusal) as refused:
        endorse(system, enrolment.pk, asked(TERMINATE, date(2016, 3, 1)), revision=0)
    assert (refused.value.code, refused.value.where) == ("endorsement.changed_meanwhile", enrolment.number)
    assert covers(enrolment) == before


def test_an_endorsement_posted_twice_is_done_once(family: tuple[list[Member], Enrolment]) -> None:
    """The same key answers what the first did, whatever the revision has become."""
    _, enrolment = family
    twice = at(Role.ADMINISTRATOR, key="endorsement-1")
    wanted = asked(ADD, date(2015, 12, 14), person=baby())
    change(twice, enrolment.pk, wanted, revision=0)
    with pytest.raises(AlreadyDone) as done:
        change(twice, enrolment.pk, wanted, revision=0)
    assert done.value.outcome["number"] == enrolment.number
    assert len(covers(enrolment)) == 4


def test_the_same_child_twice_is_refused(family: tuple[list[Member], Enrolment], system: Context) -> None:
    """A second request for a child already covered is a mistake, told as such."""
    _, enrolment = family
    change(system, enrolment.pk, asked(ADD, date(2015, 12, 14), person=baby()), revision=0)
    with pytest.raises(Refusal) as refused:
        change(system, enrolment.pk, asked(ADD, date(2015, 12, 20), person=baby()), revision=1)
    assert refused.value.code == "endorsement.already_covered"


def test_a_person_removed_can_come_back(family: tuple[list[Member], Enrolment], system: Context) -> None:
    """Removed from a day, added again later: two covers, side by side, one person."""
    people, enrolment = family
    spouse = person(enrolment, "spouse")
    change(system, enrolment.pk, asked(REMOVE, date(2015, 12, 1), person_id=spouse), revision=0)
    back = PersonAsked("spouse", "Martin", "Zoé", people[1].birth, 1, people[1].nir, people[1].nir, False, None)
    change(system, enrolment.pk, asked(ADD, date(2016, 2, 1), person=back), revision=1)
    found = rows(
        "SELECT lower(period), upper(period) FROM contracts_cover WHERE person_id = %s AND NOT cancelled ORDER BY id",
        spouse,
    )
    assert found == [(START, date(2015, 12, 1)), (date(2016, 2, 1), END)]
    # Removed again, from a day between the two: only the second cover goes.
    change(system, enrolment.pk, asked(REMOVE, date(2016, 2, 1), person_id=spouse), revision=2)
    found = rows(
        "SELECT lower(period), upper(period) FROM contracts_cover WHERE person_id = %s AND NOT cancelled ORDER BY id",
        spouse,
    )
    assert found == [(START, date(2015, 12, 1))]


def test_someone_already_gone_cannot_be_removed_again(family: tuple[list[Member], Enrolment], system: Context) -> None:
    """A removal that changes nothing is a mistake: it is refused rather than written down as done."""
    _, enrolment = family
    spouse = person(enrolment, "spouse")
    change(system, enrolment.pk, asked(REMOVE, date(2015, 12, 1), person_id=spouse), revision=0)
    with pytest.raises(Refusal):
        change(system, enrolment.pk, asked(REMOVE, date(2016, 2, 1), person_id=spouse), revision=1)


def test_an_enrolment_out_of_reach_is_absent(family: tuple[list[Member], Enrolment]) -> None:
    """A delegate cannot end another's enrolment, nor learn that it exists."""
    _, enrolment = family
    for identifier in (enrolment.pk, 10**9):
        with pytest.raises(Refusal) as refused:
            endorse(at(Role.DELEGATE, perimeters=(3,)), identifier, asked(TERMINATE, date(2016, 3, 1)), revision=0)
        assert refused.value.code == "enrolment.not_found"
