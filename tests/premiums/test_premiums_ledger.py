"""Premiums converge: whatever the order of calls and changes, what is posted is what is due, and a rerun posts nothing."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from egide.contracts.acts.endorsements import endorse
from egide.contracts.facts import Certificate, EndorsementAsked, EndorsementKind, PersonAsked
from egide.contracts.models import Enrolment
from egide.contracts.queries import enrolment_facts
from egide.journal.facts import Context
from egide.journal.invariants import examine
from egide.journal.scope import set_perimeters
from egide.kernel.errors import Refusal
from egide.kernel.periods import add_months, age_on, age_on_1_january
from egide.ledger.invariants import INVARIANTS as LEDGER
from egide.premiums.decisions import instalment
from egide.premiums.facts import Instalment, Schedule
from egide.premiums.invariants import INVARIANTS as PREMIUMS
from egide.premiums.jobs import audit, call_month, follow
from egide.premiums.queries import account, balance_cents, schedule_of
from egide.products.queries import books_of
from people.families import Member, enrolled, nir_of, one, rows

START = date(2015, 11, 1)
YEAR = [add_months(START, n) for n in range(12)]
_BOOK = Path(__file__).resolve().parents[2] / "books" / "proxime_sante_2015"


# ---- an oracle apart: the tariff read by hand, the convention in ten lines of integers


def _tariff() -> dict[tuple[str, str, int], int]:
    with (_BOOK / "tarif.csv").open(encoding="utf-8") as file:
        return {
            (row["formule"], row["regime"], age): int(row["annuel"].replace(",", ""))
            for row in csv.DictReader(file)
            for age in range(int(row["age_min"]), int(row["age_max"]) + 1)
        }


TARIFF = _tariff()


@dataclass(frozen=True)
class Household:
    """A random family: its people, and the formula and scheme it chose."""

    people: tuple[Member, ...]
    formula: str
    scheme: str


def annual_gross(home: Household, day: date = START) -> list[int]:
    """What each person owes for twelve months, in the order of the family (S003-095 to 098)."""
    dependants = sorted(
        (one for one in home.people if one.link == "child" and age_on(one.birth, day) < (26 if one.student else 21)),
        key=lambda one: one.birth,
    )
    gross = []
    for person in home.people:
        full = TARIFF[home.formula, home.scheme, age_on_1_january(person.birth, START.year)]
        third = person in dependants and dependants.index(person) >= 2
        gross.append(min(full, int(person.aid or 0) * 100) if third else full)
    return gross


_births = {
    "member": st.dates(date(1930, 1, 1), date(1996, 12, 31)),
    "spouse": st.dates(date(1930, 1, 1), date(1996, 12, 31)),
    # Never a birthday of 21 or 26 years inside the contract year: ranks then stay what they are on the first day.
    "child": st.dates(date(1997, 1, 1), date(2015, 6, 30)),
}
_aids = st.sampled_from(["", "100", "200", "350", "550", "1200"])


@st.composite
def households(draw: st.DrawFn) -> Household:
    """A member, perhaps a spouse, up to five children of different days."""
    links = ["member", *(["spouse"] if draw(st.booleans()) else []), *(["child"] * draw(st.integers(0, 5)))]
    people = []
    for place, link in enumerate(links):
        birth = draw(_births[link].filter(lambda day: all(day != each.birth for each in people)))
        serial = 300_000 + place
        nir = "" if link == "child" else nir_of(woman=link == "spouse", birth=birth, serial=serial)
        people.append(Member(link, f"P{place}", birth, nir, draw(_aids)))
    return Household(tuple(people), draw(st.sampled_from("abc")), draw(st.sampled_from(["general", "alsace_moselle"])))


def told_alone(enrolment_id: int, schedule: Schedule) -> list[Instalment]:
    """Each month of a schedule, decided without the others."""
    facts = enrolment_facts(enrolment_id)
    return [instalment(books_of(facts.product_code), facts, one.month) for one in schedule.instalments]


def sound(system: Context) -> None:
    """Every sentence of the books that concerns premiums holds, and what is posted is what is due."""
    findings = [*examine(LEDGER), *examine(PREMIUMS), *audit(system)]
    assert [(finding.name, finding.first) for finding in findings if finding.count] == []


some = settings(
    max_examples=30,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.mark.requirement("S003-095", "S003-096", "S003-097", "S003-098", "S003-099", "S003-101", "S003-093", "S001-017")
@given(home=households())
@settings(some, max_examples=60)
def test_twelve_months_are_the_year_to_the_cent(
    db: None, system: Context, today: Callable[[str], None], home: Household
) -> None:
    """Months sum to the tariff of the year; a third child never costs more than its aid; aids never exceed the premium."""
    today("2015-10-05")
    with transaction.atomic():
        enrolment = enrolled(system, home.people, starts_on=START, formula=home.formula, scheme=home.scheme)
        schedule = schedule_of(enrolment.pk, around=START)
        assert told_alone(enrolment.pk, schedule) == list(schedule.instalments), (
            "a month alone is the month of the year"
        )
        assert [instalment.month for instalment in schedule.instalments] == YEAR
        by_person: dict[str, int] = {}
        for instalment in schedule.instalments:
            assert len(instalment.shares) == len(home.people)
            for share in instalment.shares:
                by_person[share.first_name] = by_person.get(share.first_name, 0) + share.gross_cents
                assert share.gross_cents >= 0
                assert share.aid_acs_cents >= 0
                assert share.to_pay_cents >= 0
                assert share.before_tax_cents + sum(cents for _, cents in share.taxes_cents) == share.gross_cents
        assert [by_person[one.first_name] for one in home.people] == annual_gross(home)
        aids = sum(int(one.aid or 0) * 100 for one in home.people)
        assert schedule.aid_cents == min(aids, sum(annual_gross(home)))
        assert schedule.to_pay_cents == schedule.gross_cents - schedule.aid_cents
        transaction.set_rollback(True)


# ---- any order of calls and changes

_months = st.integers(0, 11)
_steps = st.one_of(
    st.tuples(st.just("call"), _months),
    st.tuples(st.just("add"), st.dates(date(2015, 9, 1), date(2016, 9, 30))),
    st.tuples(st.just("remove"), st.dates(date(2015, 10, 1), date(2016, 10, 31))),
    st.tuples(st.just("terminate"), st.dates(START, date(2016, 10, 1))),
    st.tuples(st.just("replay"), st.just(0)),
)


def _change(system: Context, enrolment: Enrolment, what: str, on: date, nth: int) -> None:
    """One endorsement, followed by premiums as the desk does it; a refused one changes nothing."""
    enrolment.refresh_from_db()
    kind = {"add": EndorsementKind.ADD_PERSON, "remove": EndorsementKind.REMOVE_PERSON}.get(
        what, EndorsementKind.TERMINATE
    )
    person = person_id = None
    if what == "add":
        certificate = Certificate("x", "x", date(2015, 9, 1), date(2016, 8, 31), 10_000) if nth % 2 else None
        person = PersonAsked("child", "Martin", f"Né{nth}", date(2014, 1 + nth % 12, 9), 1, "", "", False, certificate)
    if what == "remove":
        others = [cover for cover in enrolment_facts(enrolment.pk).covers if cover.link != "member"]
        person_id = others[nth % len(others)].person_id if others else 0
    asked = EndorsementAsked(kind, on, date(2016, 2, 10), person=person, person_id=person_id)
    try:
        endorse(system, enrolment.pk, asked, revision=enrolment.revision)
    except Refusal:
        return
    follow(system, [enrolment.pk])


def again_all(system: Context, enrolment: Enrolment, called: list[date]) -> None:
    """Every month already called, called again, and the enrolment followed again: nothing is due any more."""
    for month in called:
        again = call_month(system, month, perimeter_id=2)
        assert (again.enrolments, again.called_cents) == (0, 0)
    follow(system, [enrolment.pk])


@pytest.mark.requirement("S003-103", "S003-113", "S003-084")
@given(home=households(), steps=st.lists(_steps, min_size=2, max_size=7))
@some
def test_whatever_the_order_the_ledger_converges(
    db: None, system: Context, today: Callable[[str], None], home: Household, steps: list[tuple[str, object]]
) -> None:
    """Months called in any order, people added late, removed, gone: posted is due, and a second run posts nothing."""
    today("2016-02-10")
    with transaction.atomic():
        enrolment = enrolled(system, home.people, starts_on=START, formula=home.formula, scheme=home.scheme)
        called = set()
        for nth, (what, value) in enumerate(steps):
            if what == "call":
                called.add(YEAR[value])  # type: ignore[index]
                call_month(system, YEAR[value], perimeter_id=2)  # type: ignore[index]
            elif what == "replay":
                follow(system, [enrolment.pk])
            else:
                _change(system, enrolment, what, value, nth)  # type: ignore[arg-type]
        set_perimeters((1, 2, 3))
        sound(system)
        due = {
            (share.person_id, share.month): (share.gross_cents, -share.aid_acs_cents)
            for instalment in schedule_of(enrolment.pk, around=START).instalments
            for share in instalment.shares
            if share.month in called
        }
        posted = {
            (person, month): (int(premium), int(aid))
            for person, month, premium, aid in rows(
                """SELECT l.person_id, l.period, COALESCE(sum(l.amount_cents) FILTER (WHERE l.nature = 'premium'), 0),
                     COALESCE(sum(l.amount_cents) FILTER (WHERE l.nature = 'aid_acs'), 0)
                   FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id
                   WHERE a.kind = 'member' AND a.enrolment_id = %s AND l.nature IN ('premium', 'aid_acs')
                   GROUP BY 1, 2 HAVING bool_or(l.amount_cents <> 0)""",
                enrolment.pk,
            )
        }
        assert {key: value for key, value in posted.items() if value != (0, 0)} == {
            key: value for key, value in due.items() if value != (0, 0)
        }
        due_lines = one("SELECT count(*) FROM ledger_line WHERE nature <> 'debit'")
        again_all(system, enrolment, sorted(called))  # may ask the bank for what changes have added since
        assert one("SELECT count(*) FROM ledger_line WHERE nature <> 'debit'") == due_lines
        lines = one("SELECT count(*) FROM ledger_line")
        again_all(system, enrolment, sorted(called))
        assert one("SELECT count(*) FROM ledger_line") == lines
        transaction.set_rollback(True)


@pytest.mark.requirement("S003-104", "S003-110", "S003-010")
def test_the_gross_is_debited_and_the_aid_credited_by_person_and_month(
    db: None, system: Context, today: Callable[[str], None]
) -> None:
    """On the member account each person has, for each month called, a debit of the gross and a credit of the aid."""
    today("2015-10-05")
    birth = date(1975, 3, 12)
    people = [
        Member("member", "Luc", birth, nir_of(woman=False, birth=birth, serial=310_000), "200"),
        Member("child", "Léo", date(2003, 5, 5), aid="100"),
        Member("child", "Mia", date(2006, 6, 6), aid=""),
    ]
    enrolment = enrolled(system, people, starts_on=START)
    for month in YEAR[:2]:
        call_month(system, month, perimeter_id=2)
    names = {cover.person_id: cover.first_name for cover in enrolment_facts(enrolment.pk).covers}
    shown = [
        (names[line.person_id], line.period, line.nature, line.amount_cents)
        for line in account(enrolment.pk)
        if line.person_id
    ]
    # 386.88 € a year for an adult of 40 in formula B, 186.00 € for a child; aids of 200 € and 100 €.
    expected = [
        (name, month, nature, cents)
        for month in YEAR[:2]
        for name, nature, cents in [
            ("Luc", "premium", 3224), ("Léo", "premium", 1550), ("Mia", "premium", 1550),
            ("Luc", "aid_acs", -1667 if month == START else -1666), ("Léo", "aid_acs", -833),
        ]
    ]  # fmt: skip
    assert sorted((n, m, k) for n, m, k, _ in shown) == sorted((n, m, k) for n, m, k, _ in expected)
    by_year = {(n, k): sum(c for a, _, b, c in shown if (a, b) == (n, k)) for n, _, k, _ in shown}
    assert by_year["Luc", "premium"] == 2 * 3224
    assert by_year["Léo", "premium"] == by_year["Mia", "premium"] == 2 * 1550
    assert abs(by_year["Luc", "aid_acs"] + 3333) <= 1
    assert balance_cents(enrolment.pk) == 0  # all that was due has been presented to the bank


@pytest.mark.requirement("S003-198")
def test_the_other_side_is_the_insurer_the_taxes_and_the_fund(
    db: None, system: Context, today: Callable[[str], None]
) -> None:
    """A call is one balanced entry: members on one side; on the other the premium before tax, each tax, the fund of aids."""
    today("2015-10-05")
    birth = date(1975, 3, 12)
    enrolled(
        system, [Member("member", "Luc", birth, nir_of(woman=False, birth=birth, serial=311_000))], starts_on=START
    )
    call_month(system, START, perimeter_id=2)
    call_month(system, date(2016, 1, 1), perimeter_id=2)
    found = {
        (kind, detail, month): int(cents)
        for kind, detail, month, cents in rows(
            """SELECT a.kind, a.detail, l.period, sum(l.amount_cents) FROM ledger_line l
               JOIN ledger_account a ON a.id = l.account_id WHERE a.kind IN ('premiums', 'tax', 'aid_fund')
                 AND l.perimeter_id = 2 GROUP BY 1, 2, 3"""
        )
    }
    for month, taxes in ((START, {"taxe_tsca_mois", "taxe_cmu_mois"}), (date(2016, 1, 1), {"taxe_tsa_mois"})):
        assert {detail for kind, detail, of in found if kind == "tax" and of == month} == taxes
        assert sum(cents for (kind, _, of), cents in found.items() if kind != "aid_fund" and of == month) == -3224
        assert found["aid_fund", "aid_acs", month] in (1666, 1667)


@pytest.mark.requirement("S003-105", "S003-106")
def test_the_schedule_is_due_in_advance_month_by_month(db: None, system: Context, today: Callable[[str], None]) -> None:
    """Each month is due on its first day; a contract ended early has no month after its end."""
    today("2015-10-05")
    birth = date(1975, 3, 12)
    alone = [Member("member", "Luc", birth, nir_of(woman=False, birth=birth, serial=312_000))]
    enrolment = enrolled(system, alone, starts_on=START)
    assert all(each.due_on == each.month for each in schedule_of(enrolment.pk, around=START).instalments)
    gone = EndorsementAsked(EndorsementKind.TERMINATE, date(2016, 2, 10), date(2016, 2, 1))
    endorse(system, enrolment.pk, gone, revision=0)
    assert [each.month for each in schedule_of(enrolment.pk, around=START).instalments] == YEAR[:4]


@pytest.mark.parametrize(
    ("start",            "event",              "months"),
    [
        (START,          date(2015, 12, 1),    1),   # ended on the first of December: November alone is due
        (START,          date(2015, 12, 2),    2),   # one day of December begins it
        (START,          date(2016, 10, 15),   12),
    ],
)  # fmt: skip
@pytest.mark.requirement("S003-095")
def test_every_month_begun_is_due(
    db: None, system: Context, today: Callable[[str], None], start: date, event: date, months: int
) -> None:
    """A contract that ends early owes as many twelfths as months begun."""
    today("2015-11-10")
    birth = date(1975, 3, 12)
    alone = [Member("member", "Luc", birth, nir_of(woman=False, birth=birth, serial=313_000), "")]
    enrolment = enrolled(system, alone, starts_on=start)
    for month in YEAR:
        call_month(system, month, perimeter_id=2)
    endorse(
        system, enrolment.pk, EndorsementAsked(EndorsementKind.TERMINATE, event, date(2015, 11, 10)), revision=0
    )  # fmt: skip
    follow(system, [enrolment.pk])
    posted = one(
        """SELECT sum(l.amount_cents) FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id
           WHERE a.kind = 'member' AND a.enrolment_id = %s AND l.nature = 'premium'""",
        enrolment.pk,
    )
    assert int(posted) == 38_688 * months // 12
    sound(system)


def _taxes_and_premiums() -> dict[str, int]:
    """What the accounts of the taxes and of the insurer hold, by kind."""
    return {
        kind: int(cents)
        for kind, cents in rows(
            """SELECT a.kind, sum(l.amount_cents) FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id
               WHERE a.kind IN ('premiums', 'tax', 'aid_fund') AND l.perimeter_id = 2 GROUP BY 1"""
        )
    }


def _ended(system: Context, event: date, *, months: int) -> Enrolment:
    """Someone alone, called for some months, then gone."""
    birth = date(1975, 3, 12)
    alone = [Member("member", "Luc", birth, nir_of(woman=False, birth=birth, serial=314_000))]
    enrolment = enrolled(system, alone, starts_on=START)
    for month in YEAR[:months]:
        call_month(system, month, perimeter_id=2)
    gone = EndorsementAsked(EndorsementKind.TERMINATE, event, date(2016, 2, 10))
    endorse(system, enrolment.pk, gone, revision=0)
    follow(system, [enrolment.pk])
    return enrolment


def test_a_contract_ended_on_its_first_day_owes_nothing(
    db: None, system: Context, today: Callable[[str], None]
) -> None:
    """Everything called is given back to the member, and its schedule has no month left."""
    today("2016-02-10")
    enrolment = _ended(system, START, months=3)
    assert schedule_of(enrolment.pk, around=START).instalments == ()
    assert sum(line.amount_cents for line in account(enrolment.pk) if line.nature != "debit") == 0
    sound(system)


def test_a_premium_given_back_gives_its_taxes_back(db: None, system: Context, today: Callable[[str], None]) -> None:
    """When nothing is due any more, the insurer, each tax and the fund of aids hold nothing either."""
    today("2016-02-10")
    _ended(system, START, months=3)
    assert set(_taxes_and_premiums().values()) == {0}
