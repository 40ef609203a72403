"""Random lives: whatever people do, in whatever order, while batches run, every promise of the house holds at the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import count

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from egide.benefits.jobs.following import FOLLOWS as BENEFITS
from egide.benefits.jobs.following import follow as follow_benefits
from egide.benefits.jobs.paying import pay
from egide.contracts.acts.endorsements import endorse
from egide.contracts.facts import Certificate, EndorsementAsked, EndorsementKind, PersonAsked
from egide.contracts.following import FOLLOWS as CONTRACTS
from egide.contracts.models import Enrolment
from egide.contracts.queries import enrolment_facts
from egide.doors.commands.check import find
from egide.exchanges.acts import Arrival, receive
from egide.exchanges.codecs.bank_returns import DebitReturn, ReturnHeader, write_returns
from egide.journal.facts import Context
from egide.journal.followers import Follow, carry_out
from egide.journal.queries import system_context
from egide.journal.scope import set_perimeters
from egide.kernel.errors import Refusal
from egide.kernel.periods import add_months
from egide.people.acts import Identity, correct_identity
from egide.people.models import Person
from egide.premiums import jobs
from egide.premiums.jobs import call_month, follow
from egide.premiums.models import Debit
from egide.premiums.return_jobs import record_returns
from people.families import Care, Member, a_family, enrolled, one, settled

START = date(2015, 11, 1)
TODAY = date(2016, 2, 10)
MONTHS = [add_months(START, n) for n in range(4)]
# The desk's followers, but for the printing of the schedule: a life of money is a hundred times shorter without paper.
FOLLOWS = (*CONTRACTS, Follow("enrolment", follow), *BENEFITS)
_serial = count(1)

_which = st.integers(0, 9)
_births = st.dates(date(1945, 1, 1), date(1990, 12, 31))


@dataclass(frozen=True)
class Told:
    """A line of care already sent by the scheme."""

    person_id: int
    care: Care
    nir: str


class Lives(RuleBasedStateMachine):
    """Up to three families of one delegate, four months, and all that happens to them on one day of work."""

    def __init__(self) -> None:
        super().__init__()
        self.system: Context = system_context()
        self.families: list[int] = []
        self.called: set[date] = set()
        self.sent: list[Told] = []
        self.undone = transaction.atomic()
        self.undone.__enter__()
        set_perimeters((1, 2, 3))

    # ---- what happens

    @initialize()
    def two_families(self) -> None:
        """Two are there from the start, each in a slice of its own: something can come between."""
        self.enrol(children=1)
        self.enrol(children=3)

    @precondition(lambda self: len(self.families) < 3)
    @rule(children=st.integers(0, 4))
    def enrol(self, children: int) -> None:
        """A family joins from November, whether its months are called or not."""
        self.families.append(enrolled(self.system, a_family(children), starts_on=START).pk)

    @rule(month=st.sampled_from(MONTHS), crossing=st.none() | st.tuples(_which, _which, _births))
    def call(self, month: date, crossing: tuple[int, int, date] | None) -> None:
        """A month is called; perhaps someone is corrected once the first slice is posted."""
        waiting = [crossing] if crossing else []

        def meanwhile(_: str) -> None:
            if waiting:
                self.correct(*waiting.pop())

        call_month(self.system, month, perimeter_id=2, progress=meanwhile)
        self.called.add(month)

    @rule(family=_which, who=_which, birth=_births)
    def correct(self, family: int, who: int, birth: date) -> None:
        """A birth date is corrected; a child keeps the age of a child."""
        covers = enrolment_facts(self._of(family)).covers
        if not covers:
            return
        cover = covers[who % len(covers)]
        born = birth.replace(year=birth.year + 55, day=min(birth.day, 28)) if cover.link == "child" else birth
        person = Person.objects.get(pk=cover.person_id)
        identity = Identity(
            person.last_name, person.first_name, min(born, START), person.birth_rank, person.insured_nir
        )
        if Person.objects.filter(insured_nir=person.insured_nir, birth_date=identity.birth_date).exists():
            return
        carry_out(FOLLOWS, correct_identity, self.system, person.pk, identity)

    @rule(family=_which, day=st.dates(START, date(2016, 3, 31)), aided=st.booleans())
    def add(self, family: int, day: date, aided: bool) -> None:
        """A child joins."""
        nth = next(_serial)
        certificate = Certificate("x", "x", date(2015, 9, 1), date(2016, 8, 31), 10_000) if aided else None
        born = date(2004 + nth % 10, 1 + nth % 12, 1 + nth % 28)
        child = PersonAsked("child", "Martin", f"Né{nth}", born, 1, "", "", False, certificate)
        self._endorse(family, EndorsementAsked(EndorsementKind.ADD_PERSON, day, TODAY, person=child))

    @rule(family=_which, who=_which, day=st.dates(START, date(2016, 3, 31)))
    def remove(self, family: int, who: int, day: date) -> None:
        """Someone leaves, perhaps before care that was paid."""
        others = [cover for cover in enrolment_facts(self._of(family)).covers if cover.link != "member"]
        if others:
            person_id = others[who % len(others)].person_id
            self._endorse(family, EndorsementAsked(EndorsementKind.REMOVE_PERSON, day, TODAY, person_id=person_id))

    @rule(family=_which, day=st.dates(date(2015, 12, 1), date(2016, 3, 31)))
    def terminate(self, family: int, day: date) -> None:
        """A family leaves."""
        self._endorse(family, EndorsementAsked(EndorsementKind.TERMINATE, day, TODAY))

    @rule(family=_which, who=_which, on=st.dates(START, TODAY), charged=st.integers(2300, 9000))
    def receive_care(self, family: int, who: int, on: date, charged: int) -> None:
        """The scheme sends a visit to the doctor of someone of the family."""
        covers = enrolment_facts(self._of(family)).covers
        if not covers:
            return
        person = Person.objects.get(pk=covers[who % len(covers)].person_id)
        known = Member("member", person.first_name, person.birth_date, person.nir, rank=person.birth_rank)
        care = Care(known, on=on, charged=charged, invoice=next(_serial))
        self.sent.append(Told(person.pk, care, person.insured_nir))
        settled(self.system, [care], person.insured_nir)

    @precondition(lambda self: self.sent)
    @rule(which=_which)
    def reverse(self, which: int) -> None:
        """The scheme takes a visit back, as it knew the person."""
        told = self.sent.pop(which % len(self.sent))
        settled(self.system, [replace(told.care, operation="A")], told.nir)

    @rule()
    def pay(self) -> None:
        """What is due to members is paid."""
        pay(self.system, perimeter_id=2)

    @rule(which=_which)
    def give_back(self, which: int) -> None:
        """The bank returns a debit that it was asked for."""
        debits = list(Debit.objects.filter(returned_on=None).select_related("enrolment").order_by("pk"))
        if not debits:
            return
        debit = debits[which % len(debits)]
        order = f"{debit.enrolment.number}-{debit.month:%Y%m}"
        back = [DebitReturn(order, "P1", "EG", debit.amount_cents, "AM04", debit.due_on)]
        name = f"RET-{next(_serial)}"
        content = write_returns(ReturnHeader(name, datetime(2016, 2, 10, 9), "EG"), back)
        file = receive(self.system, Arrival("pain.002", "bank", f"{name}.xml", content, 2))
        assert record_returns(self.system, file.pk) == 1

    # ---- what must hold

    def teardown(self) -> None:
        """Every sentence of ``egide check`` holds; then all that can be done again is, and nothing more is posted."""
        try:
            set_perimeters((1, 2, 3))
            assert [(found.name, found.count, found.first) for found in find() if found.count] == []
            self._again()
            lines = one("SELECT count(*) FROM ledger_line")
            self._again()
            assert one("SELECT count(*) FROM ledger_line") == lines
        finally:
            transaction.set_rollback(True)
            self.undone.__exit__(None, None, None)

    def _again(self) -> None:
        """Months called again, lives followed again; the first time may still ask the bank for what came late."""
        before = one("SELECT count(*) FROM ledger_line WHERE nature NOT IN ('debit')")
        for month in sorted(self.called):
            call_month(self.system, month, perimeter_id=2)
        for family in self.families:
            follow(self.system, [family])
            follow_benefits(self.system, [family])
        assert one("SELECT count(*) FROM ledger_line WHERE nature NOT IN ('debit')") == before

    def _of(self, family: int) -> int:
        return self.families[family % len(self.families)]

    def _endorse(self, family: int, asked: EndorsementAsked) -> None:
        """As the desk does it; what the product refuses changes nothing."""
        enrolment = Enrolment.objects.get(pk=self._of(family))
        try:
            carry_out(FOLLOWS, endorse, self.system, enrolment.pk, asked, revision=enrolment.revision)
        except Refusal:
            return


def test_random_lives_keep_every_promise(
    db: None, today: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Enrol, call, correct, endorse, read, reverse, pay, return, in any order: the books say what the rules say."""
    today(TODAY.isoformat())
    monkeypatch.setattr(jobs, "_ENROLMENTS_PER_SLICE", 1)
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Lives,
        settings=settings(
            max_examples=12,
            stateful_step_count=8,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
