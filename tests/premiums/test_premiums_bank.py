"""Calls and the bank: what is asked is what is called, once; what comes back is posted with its date and instalment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

import polars as pl
import pytest
from django.conf import settings

from egide.contracts.models import Enrolment
from egide.exchanges.acts import Arrival, receive
from egide.exchanges.codecs.bank_returns import DebitReturn, ReturnHeader, write_returns
from egide.exchanges.codecs.sepa_debit import read_debits
from egide.exchanges.codecs.sepa_xml import validate
from egide.exchanges.models import File, Reject
from egide.exchanges.simulator import answer_debits
from egide.journal import store
from egide.journal.facts import Context, Role
from egide.journal.invariants import examine
from egide.kernel.errors import Refusal
from egide.premiums.decisions import collection
from egide.premiums.invariants import INVARIANTS
from egide.premiums.jobs import audit, call_month
from egide.premiums.models import Call, Debit
from egide.premiums.queries import account, balance_cents, schedule_of
from egide.premiums.return_jobs import record_returns
from people.families import Member, a_family, at, enrolled, nir_of, one, rows

NOVEMBER, DECEMBER = date(2015, 11, 1), date(2015, 12, 1)
JANUARY, FEBRUARY, MARCH = date(2016, 1, 1), date(2016, 2, 1), date(2016, 3, 1)


@pytest.fixture
def families(db: None, system: Context, today: Callable[[str], None]) -> list[Enrolment]:
    """Three families of the delegate, covered from November."""
    today("2015-10-05")
    return [enrolled(system, a_family(children), starts_on=NOVEMBER) for children in (0, 1, 3)]


def sound(system: Context) -> None:
    """What the books of premiums promise holds."""
    assert [f.name for f in [*examine(INVARIANTS), *audit(system)] if f.count] == []


def counts() -> dict[str, int]:
    """How many rows each table has."""
    names = [
        name
        for (name,) in rows(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition AND "
            "relnamespace = 'public'::regnamespace AND relname <> 'journal_head'"
        )
    ]
    return {name: int(one(f"SELECT count(*) FROM {name}")) for name in names}  # noqa: S608


def kept_files() -> set[str]:
    """The names of all that the raw store holds."""
    return {path.name for path in (settings.HOME / "files").rglob("*") if path.is_file()} if settings.HOME else set()


@pytest.mark.requirement("S003-106", "S003-107", "S003-108", "S003-125", "S002-009")
def test_the_file_for_the_bank_is_what_the_ledger_says(families: list[Enrolment], system: Context) -> None:
    """Valid against the ISO schema, one order per member, its amount the balance of the account, once and for all."""
    called = call_month(system, NOVEMBER, perimeter_id=2)
    file = File.objects.get(pk=called.file_id)
    content = store.load(file.sha256)
    assert validate(content) is None
    debits = read_debits(content).debits
    asked = {debit.end_to_end_id: debit.amount_cents for debit in debits}
    posted = {
        f"{number}-201511": int(cents)
        for number, cents in rows(
            """SELECT e.number, sum(l.amount_cents) FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id
               JOIN contracts_enrolment e ON e.id = a.enrolment_id
               WHERE a.kind = 'member' AND l.nature <> 'debit' AND l.perimeter_id = 2 GROUP BY 1"""
        )
    }
    assert asked == {reference: cents for reference, cents in posted.items() if cents}
    assert sum(asked.values()) == called.debited_cents == called.called_cents
    assert set(asked) == {f"{enrolment.number}-201511" for enrolment in families}, "each of these families has to pay"
    rums = dict(rows("SELECT e.number, m.rum FROM contracts_enrolment e JOIN people_mandate m ON m.id = e.mandate_id"))
    for debit in debits:
        number = debit.end_to_end_id.split("-")[0]
        assert debit.mandate_reference == rums[number]
        assert debit.collection_on == date(2015, 11, 5)
        assert debit.sequence.value == "FRST"
    assert all(balance_cents(enrolment.pk) == 0 for enrolment in families)
    sound(system)


def test_a_second_call_asks_for_nothing(families: list[Enrolment], system: Context) -> None:
    """The same month again: no enrolment moves, no debit, no file; the call says what it called the first time."""
    first = call_month(system, NOVEMBER, perimeter_id=2)
    again = call_month(system, NOVEMBER, perimeter_id=2)
    assert (again.enrolments, again.called_cents, again.debits, again.file_id) == (0, 0, 0, None)
    call = Call.objects.get(month=NOVEMBER, perimeter_id=2)
    assert (call.stage, call.called_cents, call.enrolments) == ("debited", first.called_cents, first.enrolments)
    assert call.debit_file_id == first.file_id


def test_a_mandate_is_first_then_recurrent(families: list[Enrolment], system: Context) -> None:
    """The first debit of a mandate says so to the bank, the next ones say that they recur."""
    for month, expected in ((NOVEMBER, {"FRST"}), (DECEMBER, {"RCUR"})):
        file = File.objects.get(pk=call_month(system, month, perimeter_id=2).file_id)
        assert {debit.sequence.value for debit in read_debits(store.load(file.sha256)).debits} == expected


def test_a_dry_run_shows_the_same_and_leaves_nothing(families: list[Enrolment], system: Context) -> None:
    """A trial goes the whole way and is rolled back: same figures as the real call, and not one row more."""
    before = counts()
    tried = call_month(system, NOVEMBER, perimeter_id=2, dry_run=True)
    assert counts() == before
    real = call_month(system, NOVEMBER, perimeter_id=2)
    assert (tried.enrolments, tried.called_cents, tried.debits, tried.debited_cents) == (
        real.enrolments, real.called_cents, real.debits, real.debited_cents,
    )  # fmt: skip
    assert real.called_cents > 0


def test_a_dry_run_leaves_no_bank_file_on_the_disk(families: list[Enrolment], system: Context) -> None:
    """The orders of a trial are nobody's: their file, full of account numbers, is not kept."""
    before = kept_files()
    call_month(system, NOVEMBER, perimeter_id=2, dry_run=True)
    assert kept_files() == before


def test_who_comes_after_the_call_is_called_too(families: list[Enrolment], system: Context) -> None:
    """Enrolled once the month is called: the difference is posted at once, and asked by the next run, in a file of its own."""
    first = call_month(system, NOVEMBER, perimeter_id=2)
    late = enrolled(system, a_family(1), starts_on=NOVEMBER)
    assert balance_cents(late.pk) > 0
    again = call_month(system, NOVEMBER, perimeter_id=2)
    assert (again.enrolments, again.debits) == (0, 1)
    assert balance_cents(late.pk) == 0
    messages = [
        read_debits(store.load(File.objects.get(pk=pk).sha256)).header.message_id
        for pk in (first.file_id, again.file_id)
    ]
    assert len(set(messages)) == 2, "a bank refuses a second message under a number already used"
    sound(system)


def test_each_delegate_has_its_own_call(families: list[Enrolment], system: Context) -> None:
    """A call of one perimeter moves nothing in another, and each file has its own creditor."""
    other = enrolled(system, a_family(1), starts_on=NOVEMBER, perimeter=3)
    call_month(system, NOVEMBER, perimeter_id=2)
    assert balance_cents(other.pk) == 0
    assert not rows("SELECT 1 FROM ledger_line WHERE perimeter_id = 3")
    file = File.objects.get(pk=call_month(system, NOVEMBER, perimeter_id=3).file_id)
    assert len(read_debits(store.load(file.sha256)).debits) == 1


@pytest.mark.parametrize(
    ("ask",                                                           "code"),
    [
        (lambda c: call_month(c, date(2015, 11, 2), perimeter_id=2),   "premium.month"),
        (lambda _: call_month(at(Role.ADVISER), NOVEMBER, perimeter_id=2), "journal.permission"),
    ],
)  # fmt: skip
def test_a_call_that_makes_no_sense_is_refused(
    families: list[Enrolment], system: Context, ask: Callable[[Context], object], code: str
) -> None:
    """A call is for a whole month, by someone who may."""
    with pytest.raises(Refusal) as refused:
        ask(system)
    assert refused.value.code == code


# ---- what the bank returns


def returned(system: Context, *orders: tuple[str, int], name: str = "RETOUR.xml") -> File:
    """A report of the bank on these orders: reference and amount, for lack of funds."""
    header = ReturnHeader(f"RET-{name}"[:35], datetime(2015, 11, 9, 9), "EG201511")
    returns = [DebitReturn(ref, "P1", "EG", cents, "AM04", date(2015, 11, 5)) for ref, cents in orders]
    return receive(system, Arrival("pain.002", "bank", name, write_returns(header, returns), 2))


@pytest.mark.requirement("S003-112", "S003-113")
def test_a_returned_debit_is_posted_with_its_date_and_instalment(
    families: list[Enrolment], system: Context, today: Callable[[str], None]
) -> None:
    """The account is debited again on the day of the treatment, for the month of the debit, with the bank's reason."""
    call_month(system, NOVEMBER, perimeter_id=2)
    debit = Debit.objects.filter(perimeter_id=2).order_by("id")[0]
    number = debit.enrolment.number
    today("2015-11-09")
    file = returned(system, (f"{number}-201511", debit.amount_cents))
    assert record_returns(system, file.pk) == 1
    debit.refresh_from_db()
    assert (debit.returned_on, debit.return_code) == (date(2015, 11, 9), "AM04")
    (line,) = [line for line in account(debit.enrolment_id) if line.nature == "debit_returned"]
    assert (line.booked_on, line.period, line.amount_cents) == (date(2015, 11, 9), NOVEMBER, debit.amount_cents)
    assert "AM04" in line.label
    assert "novembre 2015" in line.label
    assert balance_cents(debit.enrolment_id) == debit.amount_cents
    file.refresh_from_db()
    assert (file.state, file.lines, file.posted, file.rejected) == ("read", 1, 1, 0)
    assert record_returns(system, file.pk) == 1  # read again: nothing more
    assert balance_cents(debit.enrolment_id) == debit.amount_cents
    sound(system)


def test_a_returned_debit_is_not_asked_again_by_the_next_call(
    families: list[Enrolment], system: Context, today: Callable[[str], None]
) -> None:
    """Arrears have their own procedure: the next month asks for the next month."""
    first = call_month(system, NOVEMBER, perimeter_id=2)
    content = store.load(File.objects.get(pk=first.file_id).sha256)
    today("2015-11-09")
    answers = receive(system, Arrival("pain.002", "bank", "TOUT.xml", answer_debits(content, 1, 10_000), 2))
    assert record_returns(system, answers.pk) == first.debits
    second = call_month(system, DECEMBER, perimeter_id=2)
    assert second.debited_cents == second.called_cents
    sound(system)


@pytest.mark.parametrize(
    ("reference",        "wrong_cents"),
    [
        ("999999999-201511", 0),   # nobody's
        ("{number}-201512",  0),   # a month never asked
        ("{number}-201511",  1),   # another amount
        ("{number}-2015",    0),   # a reference that is not ours
        ("{number}-201513",  0),
        ("VIREMENT",         0),
        ("NOTPROVIDED",      0),
    ],
)  # fmt: skip
def test_an_unknown_return_becomes_a_reject(
    families: list[Enrolment], system: Context, reference: str, wrong_cents: int
) -> None:
    """A return that answers no debit is kept for someone to look at; the others of its file are posted."""
    call_month(system, NOVEMBER, perimeter_id=2)
    first, second = Debit.objects.filter(perimeter_id=2).order_by("id")[:2]
    odd = (reference.format(number=first.enrolment.number), first.amount_cents + wrong_cents)
    file = returned(system, odd, (f"{second.enrolment.number}-201511", second.amount_cents))
    assert record_returns(system, file.pk) == 1
    file.refresh_from_db()
    assert (file.lines, file.posted, file.rejected) == (2, 1, 1)
    reject = Reject.objects.get(file=file)
    assert (reject.code, reject.content["reason"]) == ("debit.unknown", "AM04")
    first.refresh_from_db()
    assert first.returned_on is None
    sound(system)


def test_a_debit_returned_twice_is_posted_once(families: list[Enrolment], system: Context) -> None:
    """A second report on the same debit is a reject, not a second debt."""
    call_month(system, NOVEMBER, perimeter_id=2)
    debit = Debit.objects.filter(perimeter_id=2).order_by("id")[0]
    order = (f"{debit.enrolment.number}-201511", debit.amount_cents)
    assert record_returns(system, returned(system, order).pk) == 1
    assert record_returns(system, returned(system, order, name="ENCORE.xml").pk) == 0
    assert balance_cents(debit.enrolment_id) == debit.amount_cents
    assert Reject.objects.filter(code="debit.unknown").count() == 1


def test_what_an_endorsement_refunds_lowers_the_next_debit(
    families: list[Enrolment], system: Context, today: Callable[[str], None]
) -> None:
    """A credit left by a change is taken on the next debit: the member is never asked for more than they owe."""
    from egide.contracts.asked import change
    from egide.contracts.facts import EndorsementAsked, EndorsementKind

    family = families[1]
    call_month(system, NOVEMBER, perimeter_id=2)
    child = one("SELECT person_id FROM contracts_cover WHERE enrolment_id = %s AND link = 'child'", family.pk)
    gone = EndorsementAsked(EndorsementKind.REMOVE_PERSON, NOVEMBER, date(2015, 11, 20), person_id=child)
    today("2015-11-20")
    change(system, family.pk, gone, revision=0)
    refund = balance_cents(family.pk)
    assert refund < 0
    call_month(system, DECEMBER, perimeter_id=2)
    second = one("SELECT amount_cents FROM premiums_debit WHERE enrolment_id = %s AND month = %s", family.pk, DECEMBER)
    _, december, *_ = schedule_of(family.pk, around=NOVEMBER).instalments
    assert second == december.to_pay_cents + refund
    assert balance_cents(family.pk) == 0
    sound(system)


@pytest.mark.parametrize(
    ("called",                          "change",   "after"),
    [
        ([JANUARY, DECEMBER],           "remove",   DECEMBER),  # a month called before the one it follows, then a credit
        ([JANUARY, DECEMBER],           "add",      DECEMBER),  # and what is owed besides, on both months
        ([DECEMBER, JANUARY, NOVEMBER], "add",      JANUARY),
        ([JANUARY, NOVEMBER, DECEMBER], "remove",   NOVEMBER),
        ([NOVEMBER, DECEMBER, JANUARY], "add",      JANUARY),
    ],
)  # fmt: skip
def test_in_any_order_of_months_nothing_is_asked_twice(
    families: list[Enrolment], system: Context, called: list[date], change: str, after: date
) -> None:
    """A change comes when some months are called: the next call takes the difference, once, whatever its month."""
    family = families[1]
    for month in called:
        if month == after:
            moved(system, family, change)
        call_month(system, month, perimeter_id=2)
        assert balance_cents(family.pk) >= 0, "what is debited stays within what is called"
        sound(system)
    asked = one("SELECT sum(amount_cents) FROM premiums_debit WHERE enrolment_id = %s", family.pk)
    due = {each.month: each.to_pay_cents for each in schedule_of(family.pk, around=NOVEMBER).instalments}
    assert asked == sum(due[month] for month in called) and balance_cents(family.pk) == 0


def test_a_credit_above_a_month_is_kept_whatever_month_is_called(families: list[Enrolment], system: Context) -> None:
    """January gives back more than December costs: December asks for nothing, and the rest lowers the next."""
    family = families[2]
    for month in (NOVEMBER, JANUARY, FEBRUARY):
        call_month(system, month, perimeter_id=2)
    for _ in range(2):
        moved(system, family, "leave")
    credit = balance_cents(family.pk)
    due = {each.month: each.to_pay_cents for each in schedule_of(family.pk, around=NOVEMBER).instalments}
    assert -due[DECEMBER] > credit > -due[DECEMBER] - due[MARCH]
    call_month(system, DECEMBER, perimeter_id=2)
    assert not one("SELECT count(*) FROM premiums_debit WHERE enrolment_id = %s AND month = %s", family.pk, DECEMBER)
    call_month(system, MARCH, perimeter_id=2)
    last = one("SELECT amount_cents FROM premiums_debit WHERE enrolment_id = %s AND month = %s", family.pk, MARCH)
    assert last == due[DECEMBER] + due[MARCH] + credit
    assert balance_cents(family.pk) == 0
    sound(system)


def moved(system: Context, family: Enrolment, change: str) -> None:
    """A child joins, a child leaves, or the spouse, then a child: from the first day, followed as the desk does it."""
    from egide.contracts.acts.endorsements import endorse
    from egide.contracts.facts import EndorsementAsked, EndorsementKind, PersonAsked
    from egide.premiums.jobs import follow

    family.refresh_from_db()
    asked = EndorsementAsked(EndorsementKind.ADD_PERSON, NOVEMBER, date(2015, 10, 5))
    if change == "add":
        born = PersonAsked("child", "Martin", "Nouveau", date(2012, 4, 9), 1, "", "", False, None)
        asked = replace(asked, person=born)
    else:
        link = "child" if change == "remove" else "spouse"
        who = one(
            "SELECT person_id FROM contracts_cover WHERE enrolment_id = %s AND NOT cancelled AND link <> 'member' "
            "ORDER BY link = %s DESC, person_id LIMIT 1",
            family.pk, link,
        )  # fmt: skip
        asked = replace(asked, kind=EndorsementKind.REMOVE_PERSON, person_id=who)
    endorse(system, family.pk, asked, revision=family.revision)
    follow(system, [family.pk])


def test_a_free_enrolment_is_never_debited(db: None, system: Context, today: Callable[[str], None]) -> None:
    """When aids pay for everything, nothing is asked from the bank, and nothing is refunded."""
    today("2015-10-05")
    birth = date(1975, 3, 12)
    alone = [Member("member", "Luc", birth, nir_of(woman=False, birth=birth, serial=320_000), "1200")]
    enrolment = enrolled(system, alone, starts_on=NOVEMBER)
    called = call_month(system, NOVEMBER, perimeter_id=2)
    assert (called.debits, called.file_id) == (0, None)
    assert balance_cents(enrolment.pk) == 0
    assert Call.objects.get(month=NOVEMBER, perimeter_id=2).stage == "debited"


def test_a_frame_of_returns_is_read_in_any_order(families: list[Enrolment], system: Context) -> None:
    """The order of the lines of a report changes nothing."""
    call_month(system, NOVEMBER, perimeter_id=2)
    orders = pl.DataFrame(
        rows(
            "SELECT e.number || '-201511', d.amount_cents FROM premiums_debit d "
            "JOIN contracts_enrolment e ON e.id = d.enrolment_id"
        ),
        orient="row",
    ).rows()
    assert record_returns(system, returned(system, *reversed(orders)).pk) == len(orders)
    sound(system)


# ---- the day of the debit


@pytest.mark.parametrize(
    ("month",              "today_on",          "on",                "late"),
    [
        (date(2016, 1, 1),  date(2015, 12, 20),  date(2016, 1, 5),    False),  # in time: the day of the schedule
        (date(2016, 3, 1),  date(2016, 3, 1),    date(2016, 3, 7),    False),  # the fifth is a Saturday
        (date(2026, 4, 1),  date(2026, 3, 20),   date(2026, 4, 7),    False),  # the fifth is Easter: banks open on Tuesday
        (date(2016, 1, 1),  date(2016, 1, 4),    date(2016, 1, 5),    False),  # the eve is soon enough for the bank
        (date(2016, 1, 1),  date(2016, 1, 5),    date(2016, 1, 19),   False),  # the day itself is not: announced again
        (date(2016, 3, 1),  date(2016, 3, 11),   date(2016, 3, 29),   False),  # Good Friday to Easter Monday: no settlement
        (date(2015, 12, 1), date(2015, 12, 12),  date(2015, 12, 28),  False),  # 26 December: a Saturday here, closed to banks
        (date(2026, 4, 1),  date(2026, 4, 24),   date(2026, 5, 11),   False),  # 8 May: banks settle, people do not work
        (date(2026, 6, 1),  date(2026, 6, 30),   date(2026, 7, 15),   False),  # 14 July
        (date(2015, 12, 1), date(2016, 1, 15),   date(2016, 1, 29),   False),  # the month after: within the limit
        (date(2015, 12, 1), date(2016, 1, 20),   date(2016, 2, 3),    True),   # two months after
        (date(2015, 11, 1), date(2016, 2, 10),   date(2016, 2, 24),   True),
    ],
)  # fmt: skip
@pytest.mark.requirement("S003-108")
def test_a_month_is_never_debited_on_a_day_gone_by(month: date, today_on: date, on: date, late: bool) -> None:
    """The announced day while the bank takes it, else one that can be announced again; past the limit, it is said."""
    when = collection(month, today=today_on)
    assert (when.on, bool(when.late)) == (on, late)
    assert when.on > today_on
    assert f"{on:%d/%m/%Y}" in when.sentence
    assert ("art. 2.5" in when.sentence) is late


def test_a_late_call_says_its_day_before_it_is_made(
    families: list[Enrolment], system: Context, today: Callable[[str], None]
) -> None:
    """The trial, the file for the bank and the journal give the same day, to come, and say that the limit is past."""
    today("2016-02-10")
    tried = call_month(system, NOVEMBER, perimeter_id=2, dry_run=True)
    assert (tried.collection.on, bool(tried.collection.late)) == (date(2016, 2, 24), True)
    made = call_month(system, NOVEMBER, perimeter_id=2)
    debits = read_debits(store.load(File.objects.get(pk=made.file_id).sha256)).debits
    assert {debit.collection_on for debit in debits} == {date(2016, 2, 24)}
    assert {day for (day,) in rows("SELECT due_on FROM premiums_debit")} == {date(2016, 2, 24)}
    assert tried.collection.sentence in one("SELECT reasons::text FROM journal_act WHERE kind = 'premium.debit'")
