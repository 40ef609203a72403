"""A care line ends posted, ignored or rejected, with its reason; and what is posted is what the rule book says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

import polars as pl
import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from egide.benefits.invariants import INVARIANTS
from egide.benefits.jobs.following import audit, follow
from egide.benefits.jobs.reading import read_file, recycle
from egide.benefits.models import Counter
from egide.benefits.queries import ignored_lines, ignored_reasons, latest_lines, lines_of_file
from egide.benefits.standing import posted_on_line, tell_line
from egide.contracts.asked import change
from egide.contracts.facts import EndorsementAsked, EndorsementKind, PersonAsked
from egide.contracts.models import Enrolment
from egide.exchanges.models import Reject
from egide.exchanges.queries import open_rejects
from egide.exchanges.simulator import scheme_care_file
from egide.journal.facts import Context
from egide.journal.invariants import examine
from egide.ledger.invariants import INVARIANTS as LEDGER
from egide.rules.telling import tell
from egide.work.models import Item
from people.families import (
    CROWN,
    GLASSES,
    HORIZON,
    Care,
    Member,
    a_family,
    care_rows,
    enrolled,
    envelope,
    nir_of,
    one,
    posted_by_line,
    received_care,
    rows,
    settled,
)

START, CARE_DAY = date(2015, 11, 1), date(2015, 12, 10)
some = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate],
)


@dataclass(frozen=True)
class Home:
    """A family covered in formula B since November 2015, in December."""

    people: list[Member]
    enrolment: Enrolment

    @property
    def insured(self) -> str:
        """The number under which everyone's care comes."""
        return self.people[0].nir


@pytest.fixture
def home(db: None, system: Context, today: Callable[[str], None]) -> Home:
    """Luc, Zoé and a child."""
    today("2015-10-05")
    people = a_family(1)
    enrolment = enrolled(system, people, starts_on=START)
    today("2015-12-15")
    return Home(people, enrolment)


def sound(system: Context) -> None:
    """Every sentence of the books that concerns benefits holds; what is posted is due, counters are their lines."""
    findings = [*examine(LEDGER), *examine(INVARIANTS), *audit(system)]
    assert [(finding.name, finding.count, finding.first) for finding in findings if finding.count] == []


def posted(home: Home) -> list[int]:
    """What is posted on each line of the family, in order of arrival."""
    return [
        int(cents)
        for (cents,) in rows(
            """SELECT COALESCE((SELECT sum(p.amount_cents) FROM benefits_posting p WHERE p.care_line_id = l.id), 0)
               FROM benefits_care_line l WHERE l.enrolment_id = %s ORDER BY l.id""",
            home.enrolment.pk,
        )
    ]


# ---- what is due


_LENSES = {"act": "LEN", "base": 0, "amo": 0, "withheld": 0}
_DUE = [
    # one line of care                                                                        formula  due
    ({},                                                                                      "b",     690),
    ({"charged": 2800},                                                                       "b",     690),
    ({"charged": 1700},                                                                       "b",     90),
    ({"care_path": False, "rate_bp": 3000, "amo": 690},                                       "b",     690),
    ({"amo": 2300, "rate_bp": 10000},                                                         "b",     0),
    (CROWN,                                                                                   "a",     3225 + 2688),
    (CROWN,                                                                                   "b",     3225 + 13438),
    (CROWN,                                                                                   "c",     3225 + 21500),
    (CROWN | {"charged": 15_000},                                                             "c",     7475),
    (GLASSES,                                                                                 "a",     114),
    (GLASSES,                                                                                 "b",     3000),
    (GLASSES | {"charged": 2000},                                                             "b",     1830),
    (_LENSES | {"charged": 8000},                                                             "b",     8000),
    (_LENSES | {"charged": 18_000},                                                           "b",     10_000),
    ({"act": "FJ", "charged": 1800, "base": 0, "amo": 0},                                     "a",     1800),
    ({"act": "CHP", "charged": 5000, "base": 0, "amo": 0},                                    "c",     0),
    ({"act": "OSD", "charged": 5000, "base": 0, "amo": 0},                                    "c",     0),
]  # fmt: skip


@pytest.mark.requirement("S001-052")
@pytest.mark.parametrize(("care", "formula", "due"), _DUE)
def test_a_line_is_paid_what_the_book_says_and_can_say_why(
    db: None, system: Context, today: Callable[[str], None], care: dict[str, object], formula: str, due: int
) -> None:
    """The amount posted is that of the guarantee, never more than what is left; its explanation gives the same."""
    today("2015-10-05")
    people = a_family(0)
    enrolment = enrolled(system, people, starts_on=START, formula=formula)
    today("2015-12-15")
    file, outcome = settled(system, [Care(people[0], **care)], people[0].nir)  # type: ignore[arg-type]
    assert (outcome.posted, outcome.paid_cents) == (1, due)
    (line,) = lines_of_file(file.pk)
    assert (line.posted_cents, line.enrolment_id) == (due, enrolment.pk)
    told = tell_line(line.id, posted_on_line(line.id)).step
    assert told.value == due
    assert len(tell(told)) > (1 if due else 0)
    sound(system)


@pytest.mark.parametrize(
    ("basket",   "act",  "charged", "base",   "amo", "due"),
    [
        ("RAC0",     "CM0",  29_000,    12_000, 7200, 21_800),  # 100 % Santé: nothing is left to pay
        ("MODERE",   "CZ1",  45_000,    12_000, 7200, 22_800),  # 250 % of the base, scheme included
        ("LIBRE",    "PFC",  45_000,    12_000, 7200, 22_800),
        ("CLASSE_A", "M01",  3000,      900,    540,  2460),
        ("CLASSE_B", "M03",  12_000,    5,      3,    5997),    # a frame of 60 €, scheme included
        ("CLASSE_I", "PAU",  95_000,    40_000, 24_000, 71_000),
    ],
)  # fmt: skip
def test_the_basket_of_a_line_decides(
    db: None, system: Context, today: Callable[[str], None],
    basket: str, act: str, charged: int, base: int, amo: int, due: int,
) -> None:  # fmt: skip
    """What the scheme says of the basket (100 % Santé, moderate, free, class A or B) reaches the rule book."""
    today("2026-10-05")
    people = a_family(0)
    enrolled(system, people, starts_on=date(2026, 1, 1), formula="confort", product_code=HORIZON)
    care = Care(people[0], act, date(2026, 9, 1), charged, base, 6000, amo, 0, basket=basket)
    _, outcome = settled(system, [care], people[0].nir)
    assert (outcome.posted, outcome.paid_cents) == (1, due)


# ---- what cannot be used


_REFUSED = [
    # what is wrong with the line                                      code
    ({"nir": "1010175001001"},                                         "person.unknown"),
    ({"who": {"birth": date(1976, 3, 12)}},                            "person.unknown"),
    ({"who": {"rank": 2}},                                             "person.unknown"),
    ({"on": date(2015, 10, 31)},                                       "cover.none"),
    ({"on": date(2014, 12, 10)},                                       "cover.none"),
    ({"act": "QZZ"},                                                   "act.unknown"),
    ({"amo": 2301},                                                    "line.incoherent"),
    ({"operation": "A"},                                               "reversal.no_original"),
]  # fmt: skip


@pytest.mark.requirement("S003-014")
@pytest.mark.parametrize(("wrong", "code"), _REFUSED)
def test_a_line_that_cannot_be_used_becomes_a_reject(
    home: Home, system: Context, wrong: dict[str, object], code: str
) -> None:
    """The reject names the file, the line, the cause and the remedy; the sound line beside it is paid."""
    fields = dict(wrong)
    who = replace(home.people[0], **fields.pop("who", {}))  # type: ignore[arg-type]
    odd = Care(who, **fields)  # type: ignore[arg-type]
    file, outcome = settled(system, [odd, Care(home.people[1])], home.insured)
    assert (outcome.lines, outcome.posted, outcome.ignored, outcome.rejected) == (2, 1, 0, 1)
    assert outcome.paid_cents == 690
    reject = Reject.objects.get(file=file)
    assert (reject.code, reject.state) == (code, "open")
    assert reject.line_no == 3  # after the header and the opening of the lot
    assert reject.message
    assert reject.remedy
    assert reject.content["act_code"] == odd.act
    item = Item.objects.get(kind="rejects", subject_kind="file", subject_id=file.pk)
    assert item.title.startswith("1\N{NO-BREAK SPACE}rejet à traiter")
    sound(system)


def test_care_dated_after_its_reception_is_not_paid(home: Home, system: Context) -> None:
    """Care of tomorrow is a mistake of someone: it is told, not paid."""
    file, outcome = settled(system, [Care(home.people[0], on=date(2015, 12, 16)), Care(home.people[1])], home.insured)
    assert (outcome.posted, outcome.rejected) == (1, 1)
    assert Reject.objects.get(file=file).message


def test_a_fact_beyond_the_rule_book_does_not_stop_the_file(
    db: None, system: Context, today: Callable[[str], None]
) -> None:
    """The last version of a book ends one day: later care waits for a version, the rest of the file is paid."""
    today("2019-08-05")
    people = a_family(0)
    enrolled(system, people, starts_on=date(2019, 9, 1))
    today("2019-11-15")
    late, sound_line = Care(people[0], on=date(2019, 11, 4)), Care(people[0], on=date(2019, 10, 30))
    file, outcome = settled(system, [late, sound_line], people[0].nir)
    assert (outcome.posted, outcome.rejected) == (1, 1)
    assert Reject.objects.get(file=file).code == "line.uncomputable"


@pytest.mark.parametrize(
    ("on",               "covered"),
    [
        (date(2015, 10, 31), False),
        (START,              True),
        (date(2016, 10, 31), True),
        (date(2016, 11, 1),  False),
    ],
)  # fmt: skip
def test_the_first_and_the_last_day_are_covered(
    home: Home, system: Context, today: Callable[[str], None], on: date, covered: bool
) -> None:
    """A cover holds from its first day to the day before its end, both included."""
    today("2016-11-20")
    _, outcome = settled(system, [Care(home.people[0], on=on)], home.insured)
    assert (outcome.posted, outcome.rejected) == ((1, 0) if covered else (0, 1))


def test_every_line_of_a_spoiled_file_ends_somewhere(home: Home, system: Context) -> None:
    """Wrong keys, strangers, repeats: posted, ignored and rejected sum to what the scheme sent, and no line is lost."""
    cares = [Care(who, on=date(2015, 11, 2 + n % 20)) for n in range(30) for who in home.people]
    cares += [Care(home.people[0], nir="1010175001001"), Care(home.people[0], "QZZ")]
    sent = pl.DataFrame(care_rows(cares, home.insured), infer_schema_length=None)
    content = scheme_care_file(sent, envelope(99), seed=5, reversal_share_bp=1000, spoiled_share_bp=1500)
    file = received_care(system, content)
    outcome = read_file(system, file.pk)
    reversals = len(rows("SELECT 1 FROM benefits_care_line WHERE operation = 'A' AND file_id = %s", file.pk))
    assert outcome.lines == outcome.posted + outcome.ignored + outcome.rejected
    assert outcome.lines >= len(cares)
    assert outcome.rejected > 2
    assert reversals > 0
    assert Reject.objects.filter(file=file).count() >= outcome.rejected
    sound(system)


# ---- repeats


def test_a_line_sent_again_is_ignored(home: Home, system: Context) -> None:
    """The same care in another file, under another reference: counted as ignored, paid once."""
    cares = [Care(home.people[0]), Care(home.people[1], **CROWN)]
    settled(system, cares, home.insured)
    again = [replace(care, reference=f"X{n:09d}") for n, care in enumerate(cares)]
    file, outcome = settled(system, [*again, Care(home.people[2], invoice=9)], home.insured)
    assert (outcome.posted, outcome.ignored, outcome.rejected) == (1, 2, 0)
    assert posted(home) == [690, 16_663, 690]
    assert ignored_reasons(file.pk) == [("line.duplicate", 2)]
    first = rows("SELECT id, act_code FROM benefits_care_line ORDER BY id LIMIT 2")
    assert [(line.repeats_id, line.act_code) for line in ignored_lines(file.pk)] == first
    sound(system)


def test_an_ignored_line_that_was_taken_is_found(home: Home, system: Context) -> None:
    """The check of the base names the file where an act would be both set aside and paid."""
    care = Care(home.people[0])
    settled(system, [care], home.insured)
    file, _ = settled(system, [replace(care, reference="X000000001"), Care(home.people[1], invoice=9)], home.insured)
    (apart,) = (one for one in INVARIANTS if one.name == "benefits.ignored_apart")
    assert rows(apart.offenders_sql) == []
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO benefits_ignored_line SELECT file_id, line_no, act_no, perimeter_id, person_id, 'line.duplicate', id"
            " FROM benefits_care_line WHERE file_id = %s",
            [file.pk],
        )
    assert rows(apart.offenders_sql) == [(file.pk,)]


@pytest.mark.parametrize(
    ("other",                     "same"),
    [
        ({"reference": "Z000000009"},  True),
        ({"invoice": 2},               False),
        ({"charged": 2400},            False),
        ({"act": "CS"},                False),
        ({"on": date(2015, 12, 9)},    False),
    ],
)  # fmt: skip
def test_what_makes_two_lines_the_same(home: Home, system: Context, other: dict[str, object], same: bool) -> None:
    """Same person, invoice, act, day, operation and amounts: one care. Anything else is another."""
    first = Care(home.people[0], invoice=1)
    settled(system, [first], home.insured)
    _, outcome = settled(
        system, [replace(first, reference="Z000000008") if not other else replace(first, **other)], home.insured
    )  # type: ignore[arg-type]
    assert (outcome.ignored, outcome.posted) == ((1, 0) if same else (0, 1))


def test_two_equal_acts_of_one_invoice_are_two(home: Home, system: Context) -> None:
    """Two sessions of one day on one invoice are two acts, each paid."""
    session = Care(home.people[0], "AMK", charged=1600, base=1600, rate_bp=6000, amo=960, withheld=0, invoice=7)
    _, outcome = settled(system, [session, session], home.insured)
    assert (outcome.posted, outcome.ignored, outcome.paid_cents) == (2, 0, 1280)


def test_a_line_repeated_inside_one_file_is_paid_once(home: Home, system: Context) -> None:
    """The same invoice twice in one file, under two references, is one care: the second is ignored."""
    visit, other = Care(home.people[0], invoice=7), Care(home.people[1], invoice=8)
    file, outcome = settled(system, [visit, other, visit, other], home.insured)
    assert (outcome.posted, outcome.ignored, outcome.paid_cents) == (2, 2, 1380)
    kept = [number for (number,) in rows("SELECT id FROM benefits_care_line WHERE file_id = %s ORDER BY id", file.pk)]
    assert [line.repeats_id for line in ignored_lines(file.pk)] == kept
    sound(system)


def test_a_repeat_stays_ignored_when_its_file_is_taken_up_again(home: Home, system: Context) -> None:
    """Set aside once, a line is not paid later because the line that it repeated was taken back in between."""
    visit = Care(home.people[0], invoice=7)
    settled(system, [visit], home.insured)
    stranger = Care(home.people[0], nir="2800145990077", invoice=8)
    file, outcome = settled(system, [visit, stranger], home.insured)
    assert (outcome.ignored, outcome.rejected) == (1, 1)
    settled(system, [replace(visit, operation="A")], home.insured)
    recycle(system, [reject.pk for reject in open_rejects(file_id=file.pk)])
    file.refresh_from_db()
    assert (file.posted, file.ignored, file.rejected) == (0, 1, 1)
    assert sum(posted(home)) == 0


# ---- reversals


def lens(home: Home, cents: int, invoice: int, **changes: object) -> Care:
    """Lenses, limited to 100 € a year in formula B."""
    return Care(home.people[0], "LEN", charged=cents, base=0, amo=0, withheld=0, invoice=invoice, **changes)  # type: ignore[arg-type]


def test_a_reversal_frees_the_ceiling_and_raises_what_was_limited(home: Home, system: Context) -> None:
    """Taken back, a line gives its ceiling to those that came after it; all of them are brought to what is due."""
    settled(system, [lens(home, 8000, 1), lens(home, 6000, 2), lens(home, 500, 3)], home.insured)
    assert posted(home) == [8000, 2000, 0]
    _, outcome = settled(system, [lens(home, 8000, 1, operation="A", reference="Y000000001")], home.insured)
    assert posted(home) == [0, 6000, 500, 0]
    assert outcome.paid_cents == 6500 - 10_000
    assert Counter.objects.get(owner_id=_person(home), counter="part_lentilles").used == 6500
    sound(system)


def test_what_is_given_and_what_is_taken_back_are_both_written(home: Home, system: Context) -> None:
    """Two corrections of one member that cancel out move no total, and yet the ledger tells each of them."""
    settled(system, [lens(home, 10_000, 1), lens(home, 10_000, 2)], home.insured)
    assert posted(home) == [10_000, 0]
    _, outcome = settled(system, [lens(home, 10_000, 1, operation="A", reference="Y000000001")], home.insured)
    assert (posted(home), outcome.paid_cents) == ([0, 10_000, 0], 0)
    written = rows(
        "SELECT a.kind, l.amount_cents FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id "
        "WHERE l.entry_id = (SELECT max(entry_id) FROM ledger_line) ORDER BY a.kind, l.amount_cents"
    )
    assert written == [
        ("benefits", -10_000), ("benefits", 10_000), ("benefits_due", -10_000), ("benefits_due", 10_000)
    ]  # fmt: skip
    sound(system)


def _person(home: Home) -> int:
    return int(one("SELECT member_id FROM contracts_enrolment WHERE id = %s", home.enrolment.pk))


_REVERSALS = [
    # what comes, file by file: N or A with the amount                      counts of the last file   what is posted
    ([["N5000"], ["A5000"]],                                                (1, 0, 0),                [0, 0]),
    ([["N5000", "A5000"]],                                                  (2, 0, 0),                [0, 0]),
    ([["A5000", "N5000"]],                                                  (1, 0, 1),                [5000]),
    ([["N5000"], ["A4000"]],                                                (0, 0, 1),                [5000]),
    ([["N5000"], ["A5000"], ["A5000"]],                                     (0, 1, 0),                [0, 0]),
    ([["N5000"], ["A5000", "N7000"]],                                       (2, 0, 0),                [0, 0, 7000]),
    ([["N5000"], ["N7000", "A5000"]],                                       (2, 0, 0),                [0, 7000, 0]),
    ([["N5000"], ["A5000"], ["N7000"]],                                     (1, 0, 0),                [0, 0, 7000]),
]  # fmt: skip


@pytest.mark.parametrize(("files", "counts", "expected"), _REVERSALS)
def test_a_reversal_takes_back_the_line_it_names(
    home: Home, system: Context, files: list[list[str]], counts: tuple[int, int, int], expected: list[int]
) -> None:
    """A reversal takes back one line that came before it, for the same amount, once; otherwise it is a reject."""
    for at, file in enumerate(files):
        cares = [
            lens(home, int(each[1:]), 1, operation=each[0], reference=f"{at}{place}00000000")
            for place, each in enumerate(file)
        ]
        _, outcome = settled(system, cares, home.insured)
    assert (outcome.posted, outcome.ignored, outcome.rejected) == counts
    assert posted(home) == expected
    sound(system)


def test_a_line_taken_back_can_be_sent_again(home: Home, system: Context) -> None:
    """Reversed by mistake and sent again the same, a care is paid: it stands only once."""
    for place, operation in enumerate("NAN"):
        settled(system, [lens(home, 5000, 1, operation=operation, reference=f"K{place}00000000")], home.insured)
    assert posted(home) == [0, 0, 5000]
    sound(system)


def test_a_line_corrected_on_anything_but_its_amounts_is_paid_as_corrected(home: Home, system: Context) -> None:
    """Taken back and sent again with another base, the care is paid on the new base, not forgotten."""
    wrong = Care(home.people[0], **(CROWN | {"base": 8000}), invoice=4)
    settled(system, [wrong], home.insured)
    right = Care(home.people[0], **CROWN, invoice=4, reference="C000000002")
    settled(system, [replace(wrong, operation="A", reference="C000000001"), right], home.insured)
    assert posted(home)[-1] == 16_663
    sound(system)


# ---- any life, any cut


_act = st.sampled_from(
    [{}, {"charged": 2800}, CROWN, GLASSES, _LENSES | {"charged": 4500}, _LENSES | {"charged": 8000}, {"act": "QZZ"}]
)


@st.composite
def lives(draw: st.DrawFn) -> list[tuple[int, dict[str, object]]]:
    """Care of a family over four months, some of it taken back afterwards."""
    cares: list[tuple[int, dict[str, object]]] = []
    for place in range(draw(st.integers(1, 9))):
        day = draw(st.dates(START, date(2016, 2, 28)))
        cares.append((draw(st.integers(0, 2)), {"on": day, "invoice": place + 1} | draw(_act)))
    for place in draw(st.sets(st.integers(0, len(cares) - 1), max_size=2)):
        who, care = cares[place]
        cares.append((who, care | {"operation": "A"}))
    return cares


@given(life=lives(), cuts=st.sets(st.integers(1, 10), max_size=4))
@some
def test_splitting_a_file_gives_the_same_postings(
    home: Home, system: Context, today: Callable[[str], None],
    life: list[tuple[int, dict[str, object]]], cuts: set[int],
) -> None:  # fmt: skip
    """One file or several, in the same order: each line ends with the same amount; a replay posts nothing more."""
    today("2016-03-10")
    cares = [Care(home.people[who], **care, reference=f"S{n:09d}") for n, (who, care) in enumerate(life)]  # type: ignore[arg-type]
    edges = [0, *sorted(cut for cut in cuts if cut < len(cares)), len(cares)]
    parts: list[Sequence[Care]] = [cares[a:b] for a, b in pairwise(edges)]
    with transaction.atomic():
        settled(system, cares, home.insured)
        whole = posted_by_line()
        transaction.set_rollback(True)
    with transaction.atomic():
        for part in parts:
            settled(system, part, home.insured)
        assert posted_by_line() == whole
        entries = one("SELECT count(*) FROM ledger_entry")
        follow(system, [home.enrolment.pk])
        assert one("SELECT count(*) FROM ledger_entry") == entries
        taken_back = {
            identifier
            for (identifier,) in rows("SELECT reverses_id FROM benefits_care_line WHERE reverses_id IS NOT NULL")
        }
        persons = [person for (person,) in rows("SELECT person_id FROM contracts_cover")]
        for line in latest_lines(persons, limit=100):
            if line.operation == "N" and line.id not in taken_back:
                assert tell_line(line.id, posted_on_line(line.id)).step.value == line.posted_cents
        sound(system)
        transaction.set_rollback(True)


# ---- contracts that change under the lines


def test_care_after_a_backdated_end_is_taken_back_and_given_again(home: Home, system: Context) -> None:
    """Removed from before their care, a person was not covered that day: what was posted is due no more."""
    settled(system, [Care(home.people[1])], home.insured)
    assert posted(home) == [690]
    spouse = one("SELECT person_id FROM contracts_cover WHERE enrolment_id = %s AND link = 'spouse'", home.enrolment.pk)
    gone = EndorsementAsked(EndorsementKind.REMOVE_PERSON, date(2015, 12, 1), date(2015, 12, 15), person_id=spouse)
    change(system, home.enrolment.pk, gone, revision=0)
    assert posted(home) == [0]
    sound(system)
    zoe = home.people[1]
    back = PersonAsked("spouse", "Martin", "Zoé", zoe.birth, 1, zoe.nir, zoe.nir, student=False, certificate=None)
    again = EndorsementAsked(EndorsementKind.ADD_PERSON, date(2015, 12, 1), date(2015, 12, 15), person=back)
    change(system, home.enrolment.pk, again, revision=1)
    assert posted(home) == [690]
    sound(system)


def test_a_ceiling_of_a_person_goes_on_in_their_next_enrolment(
    db: None, system: Context, today: Callable[[str], None]
) -> None:
    """Renewed after twelve months, a member keeps their glasses of two years: a replay changes nothing."""
    today("2015-10-05")
    birth = date(1975, 3, 12)
    alone = [Member("member", "Luc", birth, nir_of(woman=False, birth=birth, serial=510_000))]
    first = enrolled(system, alone, starts_on=START)
    second = enrolled(system, alone, starts_on=date(2016, 11, 1))
    today("2016-12-15")
    settled(system, [Care(alone[0], **GLASSES, on=date(2016, 5, 2), invoice=1)], alone[0].nir)
    settled(system, [Care(alone[0], **GLASSES, on=date(2016, 12, 2), invoice=2)], alone[0].nir)
    seen = [int(cents) for (cents,) in rows("SELECT amount_cents FROM benefits_posting ORDER BY care_line_id")]
    assert seen == [3000, 114]
    follow(system, [second.pk])
    follow(system, [first.pk])
    assert [int(cents) for (cents,) in rows("SELECT amount_cents FROM benefits_posting ORDER BY care_line_id")] == seen
    sound(system)
