"""The acts of benefits: posting one slice of a care file, replaying lives, paying what is due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl
from django.db import connection
from django.db.models import F

from egide.benefits.decisions.adjudication import adjudicate, difference, standing
from egide.benefits.models import Payment, Run
from egide.benefits.papers.statement import statement_paper
from egide.benefits.queries import counters_of, lives
from egide.contracts.queries import enrolment_with_member, linked_enrolments
from egide.documents.acts import issue
from egide.journal import clock
from egide.journal.acts import Record, perform
from egide.journal.bulk import copy_frame
from egide.journal.facts import Context
from egide.journal.permissions import Permission
from egide.kernel.errors import Refusal
from egide.kernel.money import format_eur
from egide.ledger.acts import ENTRY_SCHEMA, LINE_SCHEMA, account_of, accounts_of, post_frame
from egide.ledger.facts import AccountKind, Nature
from egide.products.queries import book_for, version_ids

DUE = "benefits.due"  # the lock of those who decide and post what an enrolment receives
_LINE_COLUMNS = [
    "line_no", "act_no", "perimeter_id", "enrolment_id", "person_id", "cover_id", "invoice_no", "operation", "act_code",
    "family", "care_on", "quantity", "charged_cents", "base_cents", "rate_bp", "amo_cents", "withheld_cents",
    "tariff_agreement", "care_path", "basket", "reverses_id",
]  # fmt: skip


def take_lines(record: Record, fresh: pl.DataFrame, *, file_id: int, received_on: date, label: str) -> int:
    """Keeps matched lines, adjudicates them and posts what is due; returns the cents posted.

    ``fresh`` follows ``MATCHED_SCHEMA`` plus ``reverses_id``. Enrolments touched by a reversal are replayed whole, because
    a ceiling that it frees may raise what was due on other lines; all others go on from their counters.
    """
    if fresh.is_empty():
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT egide_month('benefits_care_line', %s)", [received_on])
        copy_frame(
            cursor,
            fresh.select(
                pl.col("line_id").alias("id"),
                pl.lit(file_id).alias("file_id"),
                pl.lit(received_on).alias("received_on"),
                *_LINE_COLUMNS,
            ),
            into="benefits_care_line",
        )
    reversed_in = fresh.filter(pl.col("operation") == "A")["enrolment_id"].unique().to_list()
    plain = fresh.filter(~pl.col("enrolment_id").is_in(reversed_in))
    opening = counters_of(plain["person_id"].unique().to_list(), plain["enrolment_id"].unique().to_list())
    due, closing = adjudicate(plain, book_for, opening)
    changes = difference(due, pl.DataFrame(schema={"line_id": pl.Int64, "posted_cents": pl.Int64}))
    paid = post_changes(record, changes, fresh, label=label)
    keep_counters(closing, plain)
    return paid + (replay(record, reversed_in) if reversed_in else 0)


def add_paid(run: Run, paid_cents: int) -> None:
    """Counts what a slice of a file made due, in its transaction; another slice may be ending at the same time."""
    Run.objects.filter(pk=run.pk).update(paid_cents=F("paid_cents") + paid_cents)


def keep_ignored(ignored: pl.DataFrame, *, file_id: int) -> None:
    """Keeps why each act of a file was set aside (``IGNORED_SCHEMA``), with the line that it repeats."""
    with connection.cursor() as cursor:
        copy_frame(cursor, ignored.with_columns(file_id=pl.lit(file_id)), into="benefits_ignored_line")


def replay(record: Record, enrolment_ids: Sequence[int]) -> int:
    """Decides again everything these enrolments received, and posts only what differs; returns the cents posted.

    A second replay posts nothing. Counters are rebuilt from the lines that stand.
    """
    linked = linked_enrolments(enrolment_ids)
    lines = lives(linked)
    if lines.is_empty():
        return 0
    due, closing = adjudicate(standing(lines), book_for, pl.DataFrame(schema={**_CLOSING}))
    changes = difference(due, lines.select("line_id", "posted_cents"))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM benefits_counter WHERE (owner_kind = 'adhesion' AND owner_id = ANY (%s))
               OR (owner_kind = 'beneficiaire' AND owner_id = ANY (%s) AND product_code = ANY (%s))
            """,
            [
                linked,
                lines["person_id"].unique().to_list(),
                lines["product_code"].unique().to_list(),
            ],
        )
    keep_counters(closing, lines)
    paid = post_changes(record, changes, lines, label="Régularisation de prestations")
    if paid:
        record.because(f"Prestations régularisées de {format_eur(paid)}.")
    return paid


_CLOSING = {"counter": pl.String, "key": pl.String, "used": pl.Int64, "product_code": pl.String}


def post_changes(record: Record, changes: pl.DataFrame, lines: pl.DataFrame, *, label: str) -> int:
    """Posts differences on care lines: one balanced entry per perimeter, one ledger line per enrolment."""
    if changes.is_empty():
        return 0
    owners = lines.select("line_id", "perimeter_id", "enrolment_id", "person_id")
    detailed = changes.join(owners, on="line_id", how="left", validate="1:1")
    entries = _entries_by_perimeter(detailed, label)
    posted = post_frame(
        record, entries, pl.concat([_member_lines(detailed, entries), _insurer_lines(detailed, entries)])
    )
    numbered = detailed.join(entries.select("perimeter_id", "entry"), on="perimeter_id").join(posted, on="entry")
    versions = version_ids(detailed["book_digest"].unique().to_list())
    day = clock.today()
    with connection.cursor() as cursor:
        cursor.execute("SELECT egide_month('benefits_posting', %s)", [day])
        copy_frame(
            cursor,
            numbered.select(
                pl.col("line_id").alias("care_line_id"),
                pl.lit(day).alias("booked_on"),
                "entry_id",
                "perimeter_id",
                "enrolment_id",
                "person_id",
                pl.col("change_cents").alias("amount_cents"),
                pl.col("book_digest").replace_strict(versions, default=None, return_dtype=pl.Int64).alias("version_id"),
            ),
            into="benefits_posting",
        )
    return int(changes["change_cents"].sum())


_TAKEN_BACK = (pl.col("change_cents") < 0).alias("taken_back")


def _entries_by_perimeter(detailed: pl.DataFrame, label: str) -> pl.DataFrame:
    perimeters = detailed["perimeter_id"].unique().sort().to_list()
    rows = [(number, clock.today(), "benefit", label, perimeter) for number, perimeter in enumerate(perimeters)]
    return pl.DataFrame(rows, schema=ENTRY_SCHEMA, orient="row")


def _member_lines(detailed: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """What is due to each member: one credit per enrolment, and one debit for what is taken back.

    The two are never netted: an entry whose lines cancelled out would say that nothing happened.
    """
    totals = detailed.group_by("perimeter_id", "enrolment_id", _TAKEN_BACK).agg(pl.col("change_cents").sum())
    totals = totals.sort("perimeter_id", "enrolment_id", "taken_back")
    owners = totals.unique("enrolment_id", maintain_order=True)
    accounts = accounts_of(AccountKind.BENEFITS_DUE, owners["perimeter_id"].to_list(), owners["enrolment_id"].to_list())
    return (
        totals.join(accounts, on="enrolment_id", how="left", validate="m:1")
        .join(entries.select("perimeter_id", "entry"), on="perimeter_id")
        .select(
            "entry",
            "account_id",
            amount_cents=-pl.col("change_cents"),
            nature=pl.lit(Nature.BENEFIT.value),
            person_id=pl.lit(None, pl.Int64),
            period=pl.lit(None, pl.Date),
            reference=pl.lit(None, pl.Int64),
        )
    )


def _insurer_lines(detailed: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """What the insurer bears: one debit per perimeter, and one credit for what comes back."""
    totals = detailed.group_by("perimeter_id", _TAKEN_BACK).agg(pl.col("change_cents").sum())
    rows = [
        (entry, account_of(AccountKind.BENEFITS, perimeter), int(cents), Nature.BENEFIT.value, None, None, None)
        for entry, perimeter, cents in entries.join(totals, on="perimeter_id")
        .select("entry", "perimeter_id", "change_cents")
        .iter_rows()
    ]
    return pl.DataFrame(rows, schema=LINE_SCHEMA, orient="row")


def keep_counters(closing: pl.DataFrame, lines: pl.DataFrame) -> None:
    """Remembers how much of each ceiling is used now. The owner of a counter is the first part of its key."""
    if closing.is_empty():
        return
    books = {code: book_for(code, day) for code, day in _latest_days(lines)}
    kinds = pl.DataFrame(
        [
            (code, counter, books[code].counter_owner(counter))
            for code, counter in closing.select("product_code", "counter").unique().iter_rows()
        ],
        schema={"product_code": pl.String, "counter": pl.String, "owner_kind": pl.String},
        orient="row",
    )
    owners = [
        lines.select(owner_kind=pl.lit(kind), owner_id=pl.col(column), perimeter_id=pl.col("perimeter_id"))
        for kind, column in (("beneficiaire", "person_id"), ("adhesion", "enrolment_id"))
    ]
    rows = (
        closing.join(kinds, on=["product_code", "counter"], how="left")
        .with_columns(owner_id=pl.col("key").str.split("|").list.first().cast(pl.Int64))
        .join(pl.concat(owners).unique(["owner_kind", "owner_id"]), on=["owner_kind", "owner_id"], how="left")
    )
    with connection.cursor() as cursor:
        copy_frame(
            cursor,
            rows.select("counter", "key", "product_code", "perimeter_id", "owner_kind", "owner_id", "used"),
            into="benefits_counter",
            on_conflict="(owner_id, owner_kind, product_code, counter, key) DO UPDATE SET used = EXCLUDED.used",
        )


def _latest_days(lines: pl.DataFrame) -> list[tuple[str, date]]:
    return lines.group_by("product_code").agg(pl.col("care_on").max()).rows()


def post_transfers(record: Record, wanted: pl.DataFrame, *, perimeter_id: int) -> list[int]:
    """Empties the accounts of benefits due into the transfers sent; returns the number of the entry."""
    lines = wanted.select(
        entry=pl.lit(0, pl.Int64),
        account_id=pl.col("account_id"),
        amount_cents=pl.col("amount_cents"),
        nature=pl.lit(Nature.TRANSFER.value),
        person_id=pl.lit(None, pl.Int64),
        period=pl.lit(None, pl.Date),
        reference=pl.col("enrolment_id"),
    )
    sent = account_of(AccountKind.TRANSFERS_SENT, perimeter_id)
    total = int(wanted["amount_cents"].sum())
    other = pl.DataFrame([(0, sent, -total, Nature.TRANSFER.value, None, None, None)], schema=LINE_SCHEMA, orient="row")
    entry = pl.DataFrame(
        [(0, clock.today(), "benefit.transfer", "Virements de prestations", perimeter_id)],
        schema=ENTRY_SCHEMA,
        orient="row",
    )
    return post_frame(record, entry, pl.concat([lines, other]))["entry_id"].to_list()


def keep_payments(wanted: pl.DataFrame, *, perimeter_id: int, file_id: int, entry_id: int) -> None:
    """One payment row per member paid."""
    with connection.cursor() as cursor:
        copy_frame(
            cursor,
            wanted.select(
                "enrolment_id",
                pl.lit(perimeter_id).alias("perimeter_id"),
                "bank_account_id",
                pl.lit(clock.today()).alias("paid_on"),
                "amount_cents",
                pl.lit(file_id).alias("file_id"),
                pl.lit(entry_id).alias("entry_id"),
            ),
            into="benefits_payment",
        )


def print_statement(context: Context, payment_id: int) -> int:
    """The statement of one payment: printed and kept now if it was not yet; returns the document's identifier."""
    with perform(context, "benefits.statement", needs=Permission.BENEFITS, given=payment_id) as act:
        payment = Payment.objects.select_for_update().filter(pk=payment_id).first()
        if payment is None:
            raise Refusal(
                code="payment.not_found",
                where=str(payment_id),
                message="Ce virement n’existe pas ou ne vous est pas accessible.",
                remedy="Revenez à la fiche de l’adhérent.",
            )
        enrolment = enrolment_with_member(payment.enrolment_id)
        act.on("enrolment", enrolment.pk, enrolment.number, enrolment.perimeter_id)
        if payment.statement_id is None:
            issue_statement(act, payment)
            act.because(f"Relevé du virement du {payment.paid_on:%d/%m/%Y} imprimé.")
        assert payment.statement_id is not None  # noqa: S101 - issued above when it was not there
        act.outcome = {"document": payment.statement_id}
        return payment.statement_id


def issue_statement(record: Record, payment: Payment) -> None:
    """Issues the statement of a payment, on the member's file."""
    document = issue(
        record,
        statement_paper(payment),
        kind="statement",
        title=f"Relevé de prestations du {payment.paid_on:%d/%m/%Y}",
        subject=("enrolment", payment.enrolment_id),
        perimeter_id=payment.perimeter_id,
    )
    payment.statement_id = document.pk
    payment.save(update_fields=["statement_id"])
