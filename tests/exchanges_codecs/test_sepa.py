"""SEPA files: valid for their schema, exact to the cent, read back as they were written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egide.exchanges.codecs import sepa_credit, sepa_debit
from egide.exchanges.codecs.bank_returns import (
    REASONS,
    DebitReturn,
    ReturnHeader,
    read_returns,
    write_returns,
)
from egide.exchanges.codecs.faults import Effect
from egide.exchanges.codecs.sepa_credit import Credit, CreditHeader, CreditSchema, read_credits, write_credits
from egide.exchanges.codecs.sepa_debit import (
    Debit,
    DebitHeader,
    DebitSchema,
    Sequence,
    read_debits,
    stream_debits,
    write_debits,
)
from egide.exchanges.codecs.sepa_xml import validate
from egide.kernel.errors import Refusal

IBAN = "FR7630006000011234567890189"
DEBTS = DebitHeader(
    "MSG20260301",
    datetime.fromisoformat("2026-03-01T08:00:00"),
    "Mutuelle Égide",
    IBAN,
    "FR72ZZZ123456",
    "AGRIFRPP",
)
PAYS = CreditHeader("VIR20260301", datetime.fromisoformat("2026-03-01T08:00:00"), "Mutuelle Égide", IBAN)

_AMOUNTS = st.integers(1, 99_999_999_999)
_IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9+.'-]{0,33}", fullmatch=True)
_WORDS = st.from_regex(r"[A-Za-z0-9?:().,'+-]{1,9}( [A-Za-z0-9?:().,'+-]{1,9}){0,4}", fullmatch=True).filter(
    lambda text: any(character.isalnum() for character in text)
)
_BICS = st.sampled_from([None, "AGRIFRPP", "BNPAFRPPXXX"])
_DAYS = st.dates(date(2026, 1, 1), date(2026, 1, 9))


def debit(**changes: object) -> Debit:
    """One valid debit; the changes replace its values."""
    base = Debit(
        "E1", "RUM-1", date(2025, 1, 1), 1234, "Alix Exemple", IBAN, "Cotisation mars", Sequence.RECURRENT,
        date(2026, 3, 5),
    )  # fmt: skip
    return replace(base, **changes)


def credit(**changes: object) -> Credit:
    """One valid transfer; the changes replace its values."""
    return replace(Credit("E1", 1234, "Alix Exemple", IBAN, "Remboursement", date(2026, 3, 5)), **changes)


_DEBITS = st.lists(
    st.builds(
        Debit,
        end_to_end_id=_IDS, mandate_reference=_IDS, mandate_signed_on=_DAYS, amount_cents=_AMOUNTS,
        debtor_name=_WORDS, debtor_iban=st.just(IBAN), label=_WORDS, sequence=st.sampled_from(Sequence),
        collection_on=_DAYS, debtor_bic=_BICS, former_mandate_reference=st.just("") | _IDS,
        account_changed=st.booleans(),
    ),
    min_size=1, max_size=12, unique_by=lambda each: each.end_to_end_id,
)  # fmt: skip
_CREDITS = st.lists(
    st.builds(
        Credit,
        end_to_end_id=_IDS, amount_cents=_AMOUNTS, creditor_name=_WORDS, creditor_iban=st.just(IBAN),
        label=_WORDS, execution_on=_DAYS, creditor_bic=_BICS,
    ),
    min_size=1, max_size=12, unique_by=lambda each: each.end_to_end_id,
)  # fmt: skip


@settings(max_examples=50, deadline=None)
@given(_DEBITS, st.sampled_from(DebitSchema))
def test_debits_are_valid_and_read_back(sent: list[Debit], schema: DebitSchema) -> None:
    """Both versions validate against the ISO schema, and every order comes back grouped and unchanged."""
    header = replace(DEBTS, schema=schema)
    data = write_debits(header, sent)
    assert validate(data) is None
    read = read_debits(data)
    assert read.header == replace(header, creditor_name="Mutuelle Egide")
    ordered = sorted(sent, key=lambda each: (each.collection_on, each.sequence))
    assert [replace(each, payment_id="") for each in read.debits] == ordered
    groups = {(each.payment_id, each.collection_on, each.sequence) for each in read.debits}
    assert len({group[0] for group in groups}) == len(groups)


@settings(max_examples=50, deadline=None)
@given(_CREDITS, st.sampled_from(CreditSchema))
def test_credits_are_valid_and_read_back(sent: list[Credit], schema: CreditSchema) -> None:
    """Both versions validate against the ISO schema, and every order comes back unchanged."""
    header = replace(PAYS, schema=schema)
    data = write_credits(header, sent)
    assert validate(data) is None
    read = read_credits(data)
    assert read.header == replace(header, debtor_name="Mutuelle Egide")
    ordered = sorted(sent, key=lambda each: each.execution_on)
    assert [replace(each, payment_id="") for each in read.credits] == ordered


@settings(max_examples=60, deadline=None)
@given(name=st.text(max_size=200), label=st.text(max_size=300))
def test_any_name_is_sent_validly_or_refused(name: str, label: str) -> None:
    """Whatever is typed in a name, the file is valid for its schema or the order is named and refused."""
    try:
        data = write_debits(DEBTS, [debit(debtor_name=name, label=label)])
    except Refusal as refused:
        assert "ordre E1" in refused.where
        return
    assert validate(data) is None


def test_a_frame_and_records_give_the_same_bytes() -> None:
    """The batch path is the same file as the record path, and the same input gives the same bytes."""
    sent = [debit(end_to_end_id=f"E{number}", amount_cents=100 + number) for number in range(2500)]
    names = [name for name in Debit.__dataclass_fields__ if name != "payment_id"]
    table = pl.DataFrame({name: [getattr(each, name) for each in sent] for name in names})
    data = write_debits(DEBTS, sent)
    assert write_debits(DEBTS, table) == data
    assert b"".join(stream_debits(DEBTS, sent)) == data
    assert data.count(b"<PmtInf>") == 1
    total = sum(each.amount_cents for each in sent)
    assert f"<NbOfTxs>2500</NbOfTxs><CtrlSum>{total // 100}.{total % 100:02d}</CtrlSum>".encode() in data


def test_first_and_recurrent_debits_go_in_different_groups() -> None:
    """A bank takes one sequence type per group: FRST and RCUR never share one."""
    data = write_debits(DEBTS, [debit(), debit(end_to_end_id="E2", sequence=Sequence.FIRST)])
    assert (data.count(b"<SeqTp>FRST"), data.count(b"<SeqTp>RCUR"), data.count(b"<PmtInf>")) == (1, 1, 2)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount_cents": 0}, "sepa.amount"),
        ({"amount_cents": -5}, "sepa.amount"),
        ({"amount_cents": 100_000_000_000}, "sepa.amount"),
        ({"end_to_end_id": ""}, "sepa.identifier"),
        ({"end_to_end_id": "X" * 36}, "sepa.identifier"),
        ({"end_to_end_id": "/E1"}, "sepa.identifier"),
        ({"mandate_reference": "RUM é"}, "sepa.identifier"),
        ({"mandate_reference": "A//B"}, "sepa.identifier"),
        ({"debtor_iban": "FR76 3000"}, "sepa.iban"),
        ({"debtor_bic": "AGRI"}, "sepa.bic"),
        ({"debtor_name": "王"}, "sepa.text"),
        ({"label": ""}, "sepa.text"),
    ],
)
def test_an_order_that_a_bank_would_reject_is_never_written(changes: dict[str, object], code: str) -> None:
    """The refusal names the order; the file is not produced."""
    with pytest.raises(Refusal) as refused:
        write_debits(DEBTS, [debit(**changes)])
    assert refused.value.code == code
    assert refused.value.where.startswith("ordre")


def test_two_orders_never_share_a_reference_and_an_empty_file_is_not_sent() -> None:
    """A repeated reference makes a return ambiguous; an empty file is a mistake."""
    for write, one in ((write_debits, debit()), (write_credits, credit())):
        header = DEBTS if write is write_debits else PAYS
        for orders, code in (([one, one], "sepa.duplicate"), ([], "sepa.nothing")):
            with pytest.raises(Refusal) as refused:
                write(header, orders)  # type: ignore[operator]
            assert refused.value.code == code


@pytest.mark.parametrize(
    ("orders", "code", "where"),
    [
        ([("E1", 1234), ("E2", 0), ("E3", 0)], "sepa.amount", "ordre E2"),
        ([("E1", 1234), ("E1", 1234), ("E3", 0)], "sepa.duplicate", "ordre E1"),
        ([("E1", 1234), ("E2", -1), ("E2", 1234)], "sepa.amount", "ordre E2"),
        ([("E1", 0), ("E1", 0), ("E3", 1234)], "sepa.amount", "ordre E1"),
    ],
)
def test_the_first_order_that_cannot_be_sent_is_named(orders: list[tuple[str, int]], code: str, where: str) -> None:
    """A batch of thousands says which order stops it, the first in the order of the batch."""
    sent = [debit(end_to_end_id=key, amount_cents=cents) for key, cents in orders]
    with pytest.raises(Refusal) as refused:
        write_debits(DEBTS, sent)
    assert (refused.value.code, refused.value.where) == (code, where)


DEBIT_FILE = write_debits(DEBTS, [debit(), debit(end_to_end_id="E2", sequence=Sequence.FIRST)])


@pytest.mark.parametrize(
    ("data", "code", "where"),
    [
        (b"", "file.empty", "ligne 1"),
        (b"hello", "sepa.format", "ligne 1"),
        (b"<!DOCTYPE x>" + DEBIT_FILE, "sepa.format", "ligne 1"),
        (DEBIT_FILE[:-60], "sepa.cut", "ligne"),
        (DEBIT_FILE.replace(b"<NbOfTxs>2<", b"<NbOfTxs>3<", 1), "sepa.count", "fichier"),
        (DEBIT_FILE.replace(b"<CtrlSum>24.68<", b"<CtrlSum>24.69<", 1), "sepa.sum", "fichier"),
        (DEBIT_FILE.replace(b"<CtrlSum>12.34<", b"<CtrlSum>12.35<", 1), "sepa.sum", "paiement MSG20260301-1"),
        (DEBIT_FILE.replace(b">12.34</InstdAmt", b">12.345</InstdAmt", 1), "sepa.amount", "ordre E2"),
        (DEBIT_FILE.replace(b"FRST", b"XXXX"), "sepa.sequence", "ordre E2"),
    ],
)
def test_a_damaged_file_is_refused_by_the_bank(data: bytes, code: str, where: str) -> None:
    """Cut or unbalanced files are refused whole, with the place."""
    with pytest.raises(Refusal) as refused:
        read_debits(data)
    assert refused.value.code == code
    assert refused.value.where.startswith(where)


def test_a_file_of_transfers_is_no_file_of_debits() -> None:
    """A right file in the wrong place is refused as a whole: it names the message and where it belongs, no line."""
    with pytest.raises(Refusal) as refused:
        read_debits(write_credits(PAYS, [credit()]))
    assert (refused.value.code, refused.value.where) == ("sepa.message", "")
    assert "pain.001.001.09" in refused.value.message
    assert refused.value.remedy


def test_validation_names_the_line_and_the_element_only() -> None:
    """The refusal of the schema never quotes a value: a name or an account must not reach a log."""
    refusal = validate(DEBIT_FILE.replace(IBAN.encode(), b"SECRET-VALUE"))
    assert refusal is not None
    assert (refusal.code, "IBAN" in refusal.message) == ("sepa.invalid", True)
    assert "SECRET" not in str(refusal)
    assert refusal.where.startswith("ligne ")


def test_files_on_disk_are_validated_as_streams(tmp_path: Path) -> None:
    """A path is read piece by piece: the size of a file is not the size of the memory."""
    path = tmp_path / "prelevements.xml"
    path.write_bytes(DEBIT_FILE)
    assert sepa_debit.validate(path) is None
    assert sepa_credit.validate(path) is None
    assert len(read_debits(path).debits) == 2


# ---- returns

RETURNS = ReturnHeader("RET-1", datetime.fromisoformat("2026-03-09T09:00:00"), "MSG20260301")


def back(**changes: object) -> DebitReturn:
    """One return; the changes replace its values."""
    base = DebitReturn("E1", "MSG20260301-1", "RUM-1", 1234, "AM04", date(2026, 3, 5), IBAN, "MSG20260301")
    return replace(base, **changes)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(_IDS, _AMOUNTS, st.sampled_from(sorted(REASONS))), unique_by=lambda each: each[0]))
def test_returns_come_back_as_the_bank_sent_them(sent: list[tuple[str, int, str]]) -> None:
    """Each return keeps the reference, the amount and the reason of its order."""
    records = [back(end_to_end_id=key, amount_cents=cents, reason_code=code) for key, cents, code in sent]
    header, read = read_returns(write_returns(RETURNS, records))
    assert header == RETURNS
    assert (list(read.records), read.faults) == (records, ())


RETURN_FILE = write_returns(RETURNS, [back(), back(end_to_end_id="E2", reason_code="MD07")])


@pytest.mark.parametrize(
    ("old", "new", "kept", "place", "code", "effect"),
    [
        (b"<Cd>AM04", b"<Cd>ZZ99", 2, 1, "return.reason", Effect.REPORTED),
        (b">E2<", b">E1<", 1, 2, "return.reference", Effect.REFUSED),
        (b">E2<", b"><", 1, 2, "return.reference", Effect.REFUSED),
        (b">12.34</InstdAmt", b">x</InstdAmt", 1, 1, "return.unreadable", Effect.REFUSED),
        (b"<ReqdColltnDt>2026-03-05", b"<ReqdColltnDt>hier", 1, 1, "return.unreadable", Effect.REFUSED),
    ],
)
def test_a_bad_return_stops_no_other(old: bytes, new: bytes, kept: int, place: int, code: str, effect: Effect) -> None:
    """A return that cannot be used is a fault with its number in the report; an unknown reason is kept and reported."""
    _, read = read_returns(RETURN_FILE.replace(old, new, 1))
    assert len(read.records) == kept
    assert [(fault.line_no, fault.code, fault.effect) for fault in read.faults] == [(place, code, effect)]
    assert read.line_count == 2


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (RETURN_FILE.replace(b"<DtldNbOfTxs>2", b"<DtldNbOfTxs>3"), "return.totals"),
        (RETURN_FILE.replace(b"<DtldCtrlSum>24.68", b"<DtldCtrlSum>24.67"), "return.totals"),
        (RETURN_FILE[:-40], "sepa.cut"),
        (DEBIT_FILE, "sepa.message"),
    ],
)
def test_an_unbalanced_report_is_refused_whole(data: bytes, code: str) -> None:
    """Money that does not add up is never posted."""
    with pytest.raises(Refusal) as refused:
        read_returns(data)
    assert refused.value.code == code
