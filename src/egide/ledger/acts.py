"""Posting: the only two ways into the ledger, a few entries or a frame of them, both inside an act."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl
from django.db import connection

from egide.journal.acts import Record
from egide.journal.bulk import copy_frame, fetch_frame
from egide.ledger.facts import AccountKind, Entry
from egide.ledger.models import Account

ENTRY_SCHEMA = {
    "entry": pl.Int64,  # a number of the caller's, that ties lines to entries inside the frame
    "booked_on": pl.Date,
    "kind": pl.String,
    "label": pl.String,
    "perimeter_id": pl.Int16,
}
LINE_SCHEMA = {
    "entry": pl.Int64,
    "account_id": pl.Int64,
    "amount_cents": pl.Int64,
    "nature": pl.String,
    "person_id": pl.Int64,
    "period": pl.Date,
    "reference": pl.Int64,
}


def account_of(kind: AccountKind, perimeter_id: int, *, enrolment_id: int = 0, detail: str = "") -> int:
    """The identifier of an account, opened if it did not exist."""
    account, _ = Account.objects.get_or_create(
        kind=kind.value, perimeter_id=perimeter_id, enrolment_id=enrolment_id, detail=detail
    )
    return account.pk


def open_accounts(kinds: Iterable[AccountKind], perimeter_ids: Sequence[int], enrolment_ids: Sequence[int]) -> None:
    """Opens accounts of many enrolments at once; those already open stay as they are."""
    with connection.cursor() as cursor:
        for kind in kinds:
            cursor.execute(
                """
                INSERT INTO ledger_account (kind, perimeter_id, enrolment_id, detail)
                SELECT %s, perimeter_id, enrolment_id, '' FROM unnest(%s::smallint[], %s::bigint[])
                  AS wanted(perimeter_id, enrolment_id)
                WHERE NOT EXISTS (SELECT 1 FROM ledger_account a
                  WHERE a.enrolment_id = wanted.enrolment_id AND a.kind = %s AND a.perimeter_id = wanted.perimeter_id)
                ON CONFLICT DO NOTHING
                """,
                [kind.value, list(perimeter_ids), list(enrolment_ids), kind.value],
            )


def accounts_of(kind: AccountKind, perimeter_ids: Sequence[int], enrolment_ids: Sequence[int]) -> pl.DataFrame:
    """The accounts of one kind of these enrolments (``enrolment_id``, ``account_id``), opened if they did not exist."""
    open_accounts([kind], perimeter_ids, enrolment_ids)
    return fetch_frame(
        "SELECT enrolment_id, id FROM ledger_account WHERE kind = %s AND enrolment_id = ANY (%s)",
        [kind.value, list(enrolment_ids)],
        {"enrolment_id": pl.Int64, "account_id": pl.Int64},
    )


def post(record: Record, entries: Sequence[Entry]) -> list[int]:
    """Posts a few entries and returns their numbers. The database refuses the whole if one is not balanced."""
    if not entries:
        return []
    heads: list[tuple[object, ...]] = []
    lines: list[tuple[object, ...]] = []
    for number, entry in enumerate(entries):
        heads.append((number, entry.booked_on, entry.kind, entry.label, entry.perimeter_id))
        lines.extend(
            (
                number,
                leg.account_id,
                leg.amount_cents,
                leg.nature.value,
                leg.person_id,
                leg.period,
                leg.reference,
            )
            for leg in entry.legs
            if leg.amount_cents
        )
    frame = post_frame(
        record,
        pl.DataFrame(heads, schema=ENTRY_SCHEMA, orient="row"),
        pl.DataFrame(lines, schema=LINE_SCHEMA, orient="row"),
    )
    return frame.sort("entry")["entry_id"].to_list()


def post_frame(record: Record, entries: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Posts many entries (``ENTRY_SCHEMA``) with their lines (``LINE_SCHEMA``) under one act.

    A line may say in ``parts`` what of it belongs to others, cents by the detail of their account, as JSON; null says nothing.
    Returns ``entry`` and the ``entry_id`` given to each. Lines of zero cents are left out: they would say nothing.
    """
    if "parts" not in lines.columns:
        lines = lines.with_columns(parts=pl.lit(None, pl.String))
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('ledger_entry_id_seq') FROM generate_series(1, %s)", [entries.height])
        ids = pl.Series("entry_id", [row[0] for row in cursor.fetchall()], dtype=pl.Int64)
        numbered = entries.with_columns(ids, act_id=pl.lit(record.id, pl.Int64))
        for month in entries["booked_on"].dt.truncate("1mo").unique():
            cursor.execute("SELECT egide_month('ledger_entry', %s), egide_month('ledger_line', %s)", [month, month])
        copy_frame(
            cursor,
            numbered.select(pl.col("entry_id").alias("id"), "booked_on", "act_id", "kind", "label", "perimeter_id"),
            into="ledger_entry",
        )
        keys = numbered.select("entry", "entry_id", "booked_on", "perimeter_id")
        copy_frame(
            cursor,
            lines.filter(pl.col("amount_cents") != 0)
            .join(keys, on="entry", how="left", validate="m:1", maintain_order="left")
            .select(
                "entry_id",
                "booked_on",
                "account_id",
                "perimeter_id",
                "amount_cents",
                "nature",
                "person_id",
                "period",
                "reference",
                "parts",
            ),
            into="ledger_line",
        )
    return keys.select("entry", "entry_id")
