"""Care files and transfers: kept before anything, refused whole with the place, paid once and to the cent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from egide.benefits.invariants import INVARIANTS
from egide.benefits.jobs.following import audit
from egide.benefits.jobs.paying import pay
from egide.benefits.jobs.reading import read_file
from egide.benefits.models import Payment
from egide.benefits.queries import lines_paid_by
from egide.contracts.models import Enrolment
from egide.exchanges.codecs.sepa_credit import read_credits
from egide.exchanges.codecs.sepa_xml import validate
from egide.exchanges.models import File
from egide.journal import store
from egide.journal.facts import Context, Role
from egide.journal.invariants import examine
from egide.kernel.errors import Refusal
from people.families import (
    CROWN,
    Care,
    a_family,
    at,
    care_bytes,
    care_rows,
    enrolled,
    one,
    received_care,
    rows,
    settled,
)

START = date(2015, 11, 1)
Home = tuple[Enrolment, str, list[Care]]


@pytest.fixture
def home(db: None, system: Context, today: Callable[[str], None]) -> Home:
    """A family in December, and two lines of care of it."""
    today("2015-10-05")
    people = a_family(1)
    enrolment = enrolled(system, people, starts_on=START)
    today("2015-12-15")
    return enrolment, people[0].nir, [Care(people[0]), Care(people[1], **CROWN)]  # type: ignore[arg-type]


def _without_last_line(content: bytes) -> bytes:
    return b"\n".join(content.rstrip(b"\n").split(b"\n")[:-1]) + b"\n"


_UNUSABLE: list[tuple[str, Callable[[bytes], bytes], str]] = [
    # how the file is spoilt                                            the code of the refusal
    ("cut in two",           lambda c: c[: len(c) // 2],                "noemie.cut"),
    ("without its end",      _without_last_line,                        "noemie.cut"),
    ("only its header",      lambda c: c.split(b"\n")[0] + b"\n",       "noemie.cut"),
    ("a picture",            lambda c: b"\x89PNG\r\n\x1a\n" + c,        "file.format"),
    ("a spreadsheet",        lambda _: b"nom;prenom\nMartin;Luc\n",     "file.format"),
    ("a wrong total",        lambda c: c.replace(b"0000000062300", b"0000000062301"), "care.total"),
    ("a line missing",       lambda c: b"\n".join(c.split(b"\n")[:2] + c.split(b"\n")[3:]), "noemie.physical_count"),
    ("only blanks",          lambda _: b" \n \n",                       "file.empty"),
]  # fmt: skip


@pytest.mark.parametrize(("how", "spoil", "code"), _UNUSABLE, ids=[row[0] for row in _UNUSABLE])
def test_a_file_that_cannot_be_used_is_refused_whole_and_kept(
    home: Home, system: Context, how: str, spoil: Callable[[bytes], bytes], code: str
) -> None:
    """The refusal names the place, the cause and what to do; nothing is posted, the bytes stay, a second try says the same."""
    _, insured, cares = home
    content = spoil(care_bytes(care_rows(cares, insured)))
    file = received_care(system, content)
    said = []
    for _ in range(2):
        with pytest.raises(Refusal) as refused:
            read_file(system, file.pk)
        said.append(str(refused.value))
    assert refused.value.code == code
    assert said[0] == said[1]
    assert refused.value.remedy
    file.refresh_from_db()
    assert (file.state, file.refusal["code"], file.posted) == ("refused", refused.value.code, 0)
    assert store.load(file.sha256) == content
    assert not rows("SELECT 1 FROM benefits_care_line WHERE file_id = %s", file.pk)
    assert one("SELECT count(*) FROM journal_act WHERE kind = 'exchanges.refuse' AND subject_id = %s", file.pk) == 1


def test_an_empty_file_is_not_even_received(db: None, system: Context) -> None:
    """Nothing to keep: the sender is asked again."""
    with pytest.raises(Refusal) as refused:
        received_care(system, b"")
    assert refused.value.code == "exchanges.empty"


def test_the_same_file_twice_is_refused_at_reception(home: Home, system: Context) -> None:
    """The same bytes under another name are recognised; the first reading is untouched."""
    _, insured, cares = home
    content = care_bytes(care_rows(cares, insured))
    first = received_care(system, content)
    read_file(system, first.pk)
    with pytest.raises(Refusal) as refused:
        received_care(system, content)
    assert refused.value.code == "exchanges.duplicate"
    assert first.name in refused.value.message
    assert "15/12/2015" in refused.value.message


def test_reading_a_file_again_gives_the_same_answer(home: Home, system: Context) -> None:
    """A file already read says what it gave, and posts nothing."""
    _, insured, cares = home
    file = received_care(system, care_bytes(care_rows(cares, insured)))
    first = read_file(system, file.pk)
    entries = one("SELECT count(*) FROM ledger_entry")
    assert read_file(system, file.pk) == first
    assert one("SELECT count(*) FROM ledger_entry") == entries


def test_a_content_altered_on_the_disk_is_not_read(home: Home, system: Context) -> None:
    """A kept file is read back under its fingerprint: a changed byte stops everything, with what to restore."""
    file = received_care(system, b"kept bytes, of no format")
    path = store.path_of(file.sha256)
    path.write_bytes(b"other bytes")
    with pytest.raises(Refusal) as refused:
        store.load(file.sha256)
    assert refused.value.code == "store.altered"
    path.unlink()
    with pytest.raises(Refusal) as refused:
        store.load(file.sha256)
    assert refused.value.code == "store.missing"


@pytest.mark.parametrize("role", [Role.ADVISER, Role.DIRECTOR, Role.AUDITOR, Role.DELEGATE, Role.PRODUCT_OWNER])
def test_who_may_not_touch_benefits(home: Home, role: Role) -> None:
    """Files and transfers are for those whose work it is."""
    for forbidden in (lambda: received_care(at(role), b"x"), lambda: pay(at(role), perimeter_id=2)):
        with pytest.raises(Refusal) as refused:
            forbidden()
        assert refused.value.code == "journal.permission"


# ---- transfers


def sound(system: Context) -> None:
    """What the books of benefits promise holds."""
    assert [f.name for f in [*examine(INVARIANTS), *audit(system)] if f.count] == []


def due_cents(enrolment: Enrolment) -> int:
    """What is due to a member, not yet paid."""
    return -int(
        one(
            """SELECT COALESCE(sum(l.amount_cents), 0) FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id
               WHERE a.kind = 'benefits_due' AND a.enrolment_id = %s""",
            enrolment.pk,
        )
    )


def test_what_is_due_is_paid_once_in_one_transfer(home: Home, system: Context) -> None:
    """One order per member for the whole of what is due, valid against the ISO schema; paying again pays nothing."""
    enrolment, insured, cares = home
    settled(system, cares, insured)
    assert due_cents(enrolment) == 690 + 16_663
    assert pay(system, perimeter_id=2) == (1, 17_353)
    assert due_cents(enrolment) == 0
    file = File.objects.get(format="pain.001")
    content = store.load(file.sha256)
    assert validate(content) is None
    (order,) = read_credits(content).credits
    assert order.amount_cents == 17_353
    assert order.creditor_iban == one(
        "SELECT b.iban FROM people_mandate m JOIN people_bankaccount b ON b.id = m.bank_account_id WHERE m.id = %s",
        enrolment.mandate_id,
    )
    assert pay(system, perimeter_id=2) == (0, 0)
    assert File.objects.filter(format="pain.001").count() == 1
    assert (Payment.objects.get().amount_cents, Payment.objects.get().file_id) == (17_353, file.pk)
    sound(system)


def test_what_a_member_owes_is_taken_from_what_comes_next(home: Home, system: Context) -> None:
    """A reversal after the payment leaves a debt: nothing is paid while it lasts, then the difference."""
    enrolment, insured, (visit, crown) = home
    settled(system, [crown], insured)
    pay(system, perimeter_id=2)
    from dataclasses import replace

    settled(system, [replace(crown, operation="A", invoice=1, reference="A000000001")], insured)
    assert due_cents(enrolment) == -16_663
    assert pay(system, perimeter_id=2) == (0, 0)
    settled(system, [replace(crown, invoice=5, reference="B000000001"), replace(visit, invoice=6)], insured, start=5)
    assert due_cents(enrolment) == 690
    assert pay(system, perimeter_id=2) == (1, 690)
    sound(system)


def test_each_perimeter_pays_its_own(home: Home, system: Context, today: Callable[[str], None]) -> None:
    """A payment of one delegate touches nothing of another, even when their care came in one file."""
    enrolment, insured, cares = home
    today("2015-10-05")
    people = a_family(0)
    theirs = enrolled(system, people, starts_on=START, perimeter=3)
    today("2015-12-15")
    settled(system, [*cares, Care(people[0], nir=people[0].nir)], insured)
    assert pay(system, perimeter_id=3) == (1, 690)
    assert (due_cents(enrolment), due_cents(theirs)) == (17_353, 0)
    sound(system)


def test_a_statement_tells_the_lines_that_its_payment_settles(
    home: Home, system: Context, today: Callable[[str], None]
) -> None:
    """The lines of a payment add up to it, and no line is told twice."""
    enrolment, insured, (visit, crown) = home
    settled(system, [visit], insured)
    pay(system, perimeter_id=2)
    today("2015-12-20")
    settled(system, [crown], insured, start=5)
    pay(system, perimeter_id=2)
    told = [
        sum(line.posted_cents for line in lines_paid_by(payment))
        for payment in Payment.objects.filter(enrolment=enrolment).order_by("id")
    ]
    assert told == [690, 16_663]


def test_two_payments_of_one_day_have_each_their_lines(home: Home, system: Context) -> None:
    """Paid twice in a day, a member reads each line in one statement only."""
    enrolment, insured, (visit, crown) = home
    settled(system, [visit], insured)
    pay(system, perimeter_id=2)
    settled(system, [crown], insured, start=5)
    pay(system, perimeter_id=2)
    told = [
        sum(line.posted_cents for line in lines_paid_by(payment))
        for payment in Payment.objects.filter(enrolment=enrolment).order_by("id")
    ]
    assert told == [690, 16_663]
