"""Paying what is due to members, as it was proposed and confirmed, and telling them what was paid.

Who is paid, and how much
    The account of benefits due of an enrolment holds what care made due (credit), what was taken back (debit) and what
    was paid (debit). Its balance is what we owe: a member is paid that balance, in one transfer, when it is above zero.
    What a member owes us for care taken back is thus netted without another step: it lowers the next transfers, to the
    cent, until it is made up. At zero or below nothing is paid and nothing is asked for; the debt stays on the account.
    Benefits are never netted with premiums, nor one enrolment with another. An enrolment without a mandate has no bank
    account of ours, and is not paid: what it is due stays due.

How
    Alone for the perimeter (a named lock), in one act: the file for the bank, the entry that empties the accounts into
    the transfers sent, and one row a payment are all there, or none is. A list confirmed at the screen is decided again
    first: it is paid only when payees, accounts, amounts, account debited and day are those that were shown. A command
    proposes, confirms and pays at once. A second run finds the accounts empty, and pays nothing. No amount is rounded:
    there is nothing to divide.

A statement tells what a payment settles: the postings between the payment before it and this one, line by line, zero
ones left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import polars as pl

from egide.benefits.acts import issue_statement, keep_payments, post_transfers
from egide.benefits.jobs.proposing import (
    TransferOrder,
    keep_proposal,
    locked,
    mark_confirmed,
    order_of,
    still_due,
)
from egide.benefits.models import Proposal
from egide.benefits.queries import count_payments_to_tell, payments_to_tell
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
from egide.kernel.errors import Refusal
from egide.kernel.progress import Progress, Told
from egide.people.papers import organisation_of

_V09_SINCE = date(2023, 11, 1)  # the banks' move to the 2019 schemas; before it, pain.001.001.03


def pay(context: Context, *, perimeter_id: int, progress: Progress = lambda _: None) -> tuple[int, int]:
    """Pays what is due to the members of a perimeter, for a command or a night job: proposed, confirmed and paid in one act.

    Returns how many were paid and how much. What a member owes us is kept and taken from what comes next.
    """
    with only_one(f"benefits.pay:{perimeter_id}"):
        with perform(context, "benefits.pay", needs=Permission.BENEFITS, given=[perimeter_id, str(clock.now())]) as act:
            act.on("perimeter", perimeter_id, organisation_of(perimeter_id).name, perimeter_id)
            order = order_of(perimeter_id)
            if not order.transfers:
                act.because("Rien à payer.")
                return 0, 0
            proposal = keep_proposal(act, order)
            mark_confirmed(act, proposal)
            _send(act, proposal, order)
        progress(order.said)
    return order.transfers, order.total_cents


def pay_proposal(context: Context, proposal_id: int, *, progress: Progress = lambda _: None) -> Proposal:
    """Pays a confirmed list: the very transfers that were shown, in one file for the bank, in one act; once.

    A list already paid is given back as it is. Raises Refusal when it is not confirmed, or no longer what is due.
    """
    with reading_as(context.actor):
        perimeter_id = locked(proposal_id).perimeter_id
    with only_one(f"benefits.pay:{perimeter_id}"):
        with perform(context, "benefits.pay", needs=Permission.BENEFITS, given=[proposal_id, str(clock.now())]) as act:
            proposal = locked(proposal_id)
            act.on("perimeter", perimeter_id, organisation_of(perimeter_id).name, perimeter_id)
            if proposal.state == "paid":
                act.because("Cette liste était déjà payée.")
                return proposal
            if proposal.state != "confirmed":
                raise Refusal(
                    code="benefits.proposal_not_confirmed",
                    where=proposal.debtor_name,
                    message="Cette liste de virements n’est pas confirmée, ou une autre l’a remplacée. Rien n’est parti.",
                    remedy="Ouvrez la liste à jour depuis « Payer les prestations », puis confirmez-la.",
                )
            order = order_of(perimeter_id)
            still_due(proposal, order)
            _send(act, proposal, order)
        progress(order.said)
    return proposal


def _send(act: Record, proposal: Proposal, order: TransferOrder) -> None:
    """The file, the entries and the payments of a confirmed list, together or not at all."""
    perimeter_id = order.perimeter_id
    file = send(act, _transfer_file(act, order), lines=order.transfers)
    (entry_id,) = post_transfers(act, order.wanted, perimeter_id=perimeter_id)
    keep_payments(order.wanted, perimeter_id=perimeter_id, file_id=file.pk, entry_id=entry_id)
    proposal.state, proposal.file_id = "paid", file.pk
    proposal.save()
    act.outcome = {"payments": order.transfers, "cents": order.total_cents, "file": file.pk, "proposal": proposal.pk}
    act.because(f"{order.said}.")


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


def _transfer_file(record: Record, order: TransferOrder) -> Arrival:
    day, perimeter_id = clock.today(), order.perimeter_id
    header = CreditHeader(
        message_id=f"EG{day:%Y%m%d}P{perimeter_id}A{record.id}",
        created_at=clock.now().replace(microsecond=0, tzinfo=None),
        debtor_name=order.debtor_name,
        debtor_iban=order.debtor_iban,
        debtor_bic=order.debtor_bic or None,
        schema=CreditSchema.V09 if day >= _V09_SINCE else CreditSchema.V03,
    )
    orders = order.wanted.select(
        end_to_end_id=pl.col("number") + f"-{record.id}",
        amount_cents=pl.col("amount_cents"),
        creditor_name=pl.col("holder"),
        creditor_iban=pl.col("iban"),
        creditor_bic=pl.when(pl.col("bic") != "").then(pl.col("bic")),
        label=pl.lit("Remboursement de soins, adhesion ") + pl.col("number"),
        execution_on=pl.lit(order.execution_on),
    )
    return Arrival(
        "pain.001",
        "bank",
        f"VIR_{day:%Y%m%d}_{perimeter_id}_{record.id}.xml",
        write_credits(header, orders),
        perimeter_id,
    )
