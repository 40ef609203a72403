"""SEPA orders by columns: checked all at once, written slice by slice, grouped in payments.

Debits and credits are one mechanism: what differs is a `Message`, the XML of one order and of what stands around it.
Columns only find the first order that a bank would reject; the sentence that refuses it is the one of `sepa_xml`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from egide.exchanges.codecs import sepa_xml as xml_of
from egide.exchanges.codecs.latin import PLAIN_TEXT, to_sepa_text
from egide.kernel.errors import Refusal

_ORDERS_PER_PIECE = 20_000


@dataclass(frozen=True, slots=True)
class Message:
    """How one kind of message writes itself.

    ``keys``: the columns whose values make one payment group. ``texts``: the free texts, with their longest length.
    ``sendable``: true for an order that can be sent, its texts aside; ``refuse`` raises the Refusal of one that cannot, at a
    place. ``order``: its XML.
    ``head`` and ``payment_head`` take the count and the cents of what follows.
    """

    keys: tuple[str, ...]
    texts: Mapping[str, int]
    sendable: pl.Expr
    refuse: Callable[[dict[str, Any], str], None]
    order: pl.Expr
    head: Callable[[int, int], str]
    payment_head: Callable[[int, dict[str, object], int, int], str]
    tail: str
    nothing: Refusal


def stream_orders(message: Message, orders: pl.DataFrame) -> Iterator[bytes]:
    """Yield the file piece by piece, groups in the order of their keys, orders in the order given within a group.

    Raises Refusal, before anything is yielded, naming the first order that cannot be sent.
    """
    if orders.is_empty():
        raise message.nothing
    ready = _ready(message, orders)
    yield message.head(ready.height, int(ready["amount_cents"].sum())).encode("ascii")
    for number, group in enumerate(
        ready.sort(message.keys, maintain_order=True).partition_by(message.keys, maintain_order=True), start=1
    ):
        key = group.select(message.keys).row(0, named=True)
        yield message.payment_head(number, key, group.height, int(group["amount_cents"].sum())).encode("ascii")
        for part in group.iter_slices(_ORDERS_PER_PIECE):
            yield part.select(message.order.str.join("")).item().encode("ascii")
        yield b"</PmtInf>\n"
    yield message.tail.encode("ascii")


def in_columns(
    orders: Iterable[object] | pl.DataFrame, columns: Mapping[str, Any], unsaid: Mapping[str, pl.Expr]
) -> pl.DataFrame:
    """Records, or a frame with some of ``columns``, as these columns; ``unsaid`` fills those that a frame leaves out."""
    if not isinstance(orders, pl.DataFrame):
        return pl.DataFrame(list(orders), schema=columns, orient="row")
    found = orders.select(pl.col(name).cast(kind) for name, kind in columns.items() if name in orders.columns)
    return found.with_columns(**{name: value for name, value in unsaid.items() if name not in orders.columns})


def _ready(message: Message, orders: pl.DataFrame) -> pl.DataFrame:
    """The orders with their texts in the SEPA character set, once each of them can be sent."""
    drawn = orders.with_columns(_drawn(orders[name], length) for name, length in message.texts.items())
    sound = message.sendable & pl.all_horizontal(pl.col(name).is_not_null() for name in message.texts)
    repeated = ~pl.col("end_to_end_id").is_first_distinct()
    stopped = drawn.select(
        bad=(~sound).fill_null(True).arg_true().min(), repeated=repeated.arg_true().min()
    ).row(0, named=True)  # fmt: skip
    bad, twice = stopped["bad"], stopped["repeated"]
    if twice is not None and (bad is None or twice <= bad):
        raise Refusal(
            "sepa.duplicate",
            "Deux ordres portent la même référence de bout en bout.",
            "Donnez à chaque ordre une référence unique.",
            where=f"ordre {orders['end_to_end_id'][twice]}",
        )
    if bad is not None:
        order = orders.row(bad, named=True)
        where = f"ordre {order['end_to_end_id'][:35]}"
        message.refuse(order, where)
        for name, length in message.texts.items():
            to_sepa_text(order[name], length, where)
        raise AssertionError(f"order {bad} is refused by columns and accepted alone")
    return drawn


def _drawn(texts: pl.Series, length: int) -> pl.Series:
    """The texts in the SEPA character set; null where nothing of one can be sent."""
    # Most names and labels are plain already: only the others are transliterated, once each.
    plain = texts.str.contains(f"^(?:{PLAIN_TEXT})$") & (texts.str.len_bytes() <= length)
    odd = texts.filter(~plain).unique().to_list()
    return texts.replace({text: _drawn_or_nothing(text, length) for text in odd}) if odd else texts


def _drawn_or_nothing(text: str, length: int) -> str | None:
    try:
        return to_sepa_text(text, length, "")
    except Refusal:
        return None  # said again, with the order, by `Message.refuse`


def identifier(name: str) -> pl.Expr:
    """True where a column holds an identifier that banks take; see `sepa_xml.refuse_identifier`."""
    column = pl.col(name)
    shaped = column.str.contains(f"^(?:{xml_of.IDENTIFIER})$")
    return shaped & ~column.str.contains("//", literal=True) & ~column.str.ends_with("/")


def amount(name: str) -> pl.Expr:
    """True where a column of cents can be ordered; see `sepa_xml.refuse_amount`."""
    return pl.col(name).is_between(1, xml_of.AMOUNT_MAXIMUM_CENTS)


def account(iban: str, bic: str) -> pl.Expr:
    """True where an IBAN has the shape of one, and its BIC too when there is one; see `sepa_xml.refuse_account`."""
    absent = pl.col(bic).is_null() | (pl.col(bic) == "")
    return pl.col(iban).str.contains(f"^(?:{xml_of.IBAN})$") & (
        absent | pl.col(bic).str.contains(f"^(?:{xml_of.BIC})$").fill_null(False)
    )


def euros(name: str) -> pl.Expr:
    """Cents as "1234.56"; see `sepa_xml.euros`."""
    cents = pl.col(name)
    return pl.format("{}.{}", cents // 100, (cents % 100).cast(pl.String).str.zfill(2))


def given(name: str, written: str, *, otherwise: str = "") -> pl.Expr:
    """A piece of XML where ``{}`` is the value of a column, and ``otherwise`` where the column is empty."""
    return pl.when(pl.col(name) != "").then(pl.format(written, name)).otherwise(pl.lit(otherwise))
