"""Paying what is due to members, and telling them what was paid.

Who is paid, and how much
    The account of benefits due of an enrolment holds what care made due (credit), what was taken back (debit) and what
    was paid (debit). Its balance is what we owe: a member is paid that balance, in one transfer, when it is above zero.
    What a member owes us for care taken back is thus netted without another step: it lowers the next transfers, to the
    cent, until it is made up. At zero or below nothing is paid and nothing is asked for; the debt stays on the account.
    Benefits are never netted with premiums, nor one enrolment with another. An enrolment without a mandate has no bank
    account of ours, and is not paid: what it is due stays due.

How
    Alone for the perimeter (a named lock), in one act: the file for the bank, the entry that empties the accounts into
    the transfers sent, and one row a payment are all there, or none is. Transfers are to be executed on the next
    working day. A second run finds the accounts empty, and pays nothing. No amount is rounded: there is nothing to
    divide.

A statement tells what a payment settles: the postings between the payment before it and this one, line by line, zero
ones left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import polars as pl

from egide.benefits.acts import issue_statement, keep_payments, post_transfers
from egide.benefits.queries import (
    count_payments_to_tell,
    payments_to_tell,
    to_pay,
)
from egide.exchanges.acts import (
    Arrival,
    send,
)
from egide.exchanges.codecs.sepa_credit import CreditHeader, CreditSchema, write_credits
from egide.journal import clock
from egide.journal.acts import Record, perform
from egide.journal.facts import Context
from egide.journal.lanes import side_by_side
from egide.journal.locks import only_one
from egide.journal.permissions import Permission
from egide.journal.scope import reading_as
from egide.kernel.calendars import Calendar, Region
from egide.kernel.formats import format_count
from egide.kernel.money import format_eur
from egide.kernel.progress import Progress, Told
from egide.people.papers import organisation_of

_V09_SINCE = date(2023, 11, 1)  # the banks' move to the 2019 schemas; before it, pain.001.001.03


def pay(context: Context, *, perimeter_id: int, progress: Progress = lambda _: None) -> tuple[int, int]:
    """Pays what is due to the members of a perimeter: one transfer each, one file for the bank, in one act.

    Returns how many were paid and how much. What a member owes us is kept and taken from what comes next.
    """
    with only_one(f"benefits.pay:{perimeter_id}"):
        with perform(context, "benefits.pay", needs=Permission.BENEFITS, given=[perimeter_id, str(clock.now())]) as act:
            act.on("perimeter", perimeter_id, organisation_of(perimeter_id).name, perimeter_id)
            wanted = to_pay(perimeter_id)
            if wanted.is_empty():
                act.because("Rien à payer.")
                return 0, 0
            total = int(wanted["amount_cents"].sum())
            file = send(act, _transfer_file(act, wanted, perimeter_id), lines=wanted.height)
            (entry_id,) = post_transfers(act, wanted, perimeter_id=perimeter_id)
            keep_payments(wanted, perimeter_id=perimeter_id, file_id=file.pk, entry_id=entry_id)
            act.outcome = {"payments": wanted.height, "cents": total, "file": file.pk}
            act.because(f"{format_count(wanted.height, 'virement', 'virements')} pour {format_eur(total)}.")
        progress(f"{wanted.height} virements pour {format_eur(total)}")
    return wanted.height, total


def pay_all(context: Context) -> Iterator[tuple[int, int, int]]:
    """Pays every perimeter of the actor, two at a time; yields each with how many members were paid and how much."""

    def paid(perimeter_id: int) -> tuple[int, int, int]:
        return perimeter_id, *pay(context, perimeter_id=perimeter_id)

    yield from side_by_side(paid, context.actor.perimeters)


_STATEMENTS_PER_ACT = 100


def issue_statements(
    context: Context, *, perimeter_id: int, limit: int | None = None, progress: Progress = lambda _: None
) -> int:
    """Prints the statement of each payment that has none, by acts of a hundred; returns how many were made."""
    made = 0
    with only_one(f"benefits.statements:{perimeter_id}"):
        with reading_as(context.actor):
            due = count_payments_to_tell(perimeter_id)
        while limit is None or made < limit:
            with perform(context, "benefits.statements", needs=Permission.BENEFITS, given=[perimeter_id, made]) as act:
                act.on("perimeter", perimeter_id, "Relevés de prestations", perimeter_id)
                wanted = min(_STATEMENTS_PER_ACT, (limit or made + _STATEMENTS_PER_ACT) - made)
                payments = payments_to_tell(perimeter_id, limit=wanted)
                for payment in payments:
                    issue_statement(act, payment)
                act.because(f"{len(payments)} relevés émis.")
            made += len(payments)
            progress(Told(f"{made} relevés sur {due}", done=made, total=due))
            if len(payments) < wanted:
                break
    return made


def _transfer_file(record: Record, wanted: pl.DataFrame, perimeter_id: int) -> Arrival:
    payer = organisation_of(perimeter_id)
    day = clock.today()
    header = CreditHeader(
        message_id=f"EG{day:%Y%m%d}P{perimeter_id}A{record.id}",
        created_at=clock.now().replace(microsecond=0, tzinfo=None),
        debtor_name=payer.name,
        debtor_iban=payer.iban,
        debtor_bic=payer.bic or None,
        schema=CreditSchema.V09 if day >= _V09_SINCE else CreditSchema.V03,
    )
    orders = wanted.select(
        end_to_end_id=pl.col("number") + f"-{record.id}",
        amount_cents=pl.col("amount_cents"),
        creditor_name=pl.col("holder"),
        creditor_iban=pl.col("iban"),
        creditor_bic=pl.when(pl.col("bic") != "").then(pl.col("bic")),
        label=pl.lit("Remboursement de soins, adhesion ") + pl.col("number"),
        execution_on=pl.lit(Calendar(Region.NATIONAL).next_working_day(day)),
    )
    return Arrival(
        "pain.001",
        "bank",
        f"VIR_{day:%Y%m%d}_{perimeter_id}_{record.id}.xml",
        write_credits(header, orders),
        perimeter_id,
    )
