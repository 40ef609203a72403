"""Before money leaves: what would be paid is kept as a list, shown, and confirmed exactly as it was shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl
from django.db import connection

from egide.benefits.models import Proposal
from egide.benefits.queries import to_pay
from egide.journal import clock
from egide.journal.acts import Record, fingerprint, perform
from egide.journal.bulk import copy_frame
from egide.journal.facts import Context
from egide.journal.permissions import Permission
from egide.kernel.calendars import Calendar, Region
from egide.kernel.errors import Refusal
from egide.kernel.formats import format_count
from egide.kernel.money import format_eur
from egide.people.papers import organisation_of


@dataclass(frozen=True, slots=True)
class TransferOrder:
    """What a file of transfers would carry today: the account to debit, the day, and each transfer (``TO_PAY_SCHEMA``)."""

    perimeter_id: int
    debtor_name: str
    debtor_iban: str
    debtor_bic: str
    execution_on: date
    wanted: pl.DataFrame

    @property
    def transfers(self) -> int:
        """How many members are paid."""
        return self.wanted.height

    @property
    def total_cents(self) -> int:
        """How much leaves the account."""
        return int(self.wanted["amount_cents"].sum()) if self.wanted.height else 0

    @property
    def fingerprint(self) -> str:
        """The same for the same account, day, payees, accounts and amounts, and for nothing else."""
        payees = self.wanted.select("enrolment_id", "iban", "holder", "amount_cents").sort("enrolment_id").write_csv()
        return fingerprint([self.debtor_iban, self.debtor_name, self.execution_on, payees])

    @property
    def said(self) -> str:
        """« 144 virements pour 8 213,40 € »."""
        return f"{format_count(self.transfers, 'virement', 'virements')} pour {format_eur(self.total_cents)}"


def order_of(perimeter_id: int) -> TransferOrder:
    """What would be paid in a perimeter now: one transfer for each member to whom something is due."""
    payer = organisation_of(perimeter_id)
    return TransferOrder(
        perimeter_id=perimeter_id,
        debtor_name=payer.name,
        debtor_iban=payer.iban,
        debtor_bic=payer.bic,
        execution_on=Calendar(Region.NATIONAL).next_working_day(clock.today()),
        wanted=to_pay(perimeter_id),
    )


def propose(context: Context, *, perimeter_id: int) -> Proposal:
    """Keeps what would be paid now as a list to be looked at; a list that was open before it is outdated.

    Raises Refusal when nothing is due.
    """
    with perform(context, "benefits.propose", needs=Permission.BENEFITS, given=perimeter_id) as act:
        act.on("perimeter", perimeter_id, organisation_of(perimeter_id).name, perimeter_id)
        order = order_of(perimeter_id)
        if not order.transfers:
            raise Refusal(
                code="benefits.nothing_to_pay",
                where=organisation_of(perimeter_id).name,
                message="Rien n’est dû : il n’y a aucun virement à proposer.",
                remedy="Les remboursements à venir apparaîtront ici dès que des soins seront lus.",
            )
        proposal = keep_proposal(act, order)
        act.outcome = {"proposal": proposal.pk, "payments": order.transfers, "cents": order.total_cents}
        act.because(f"{order.said}, à regarder puis à confirmer.")
    return proposal


def keep_proposal(record: Record, order: TransferOrder) -> Proposal:
    """Writes the list and its lines; the list that was open for this perimeter is not any more."""
    Proposal.objects.filter(perimeter_id=order.perimeter_id, state__in=("proposed", "confirmed")).update(
        state="outdated"
    )
    proposal = Proposal.objects.create(
        perimeter_id=order.perimeter_id,
        debtor_name=order.debtor_name,
        debtor_iban=order.debtor_iban,
        execution_on=order.execution_on,
        transfers=order.transfers,
        total_cents=order.total_cents,
        fingerprint=order.fingerprint,
        proposed_by_id=record.context.actor.id,
        proposed_by=record.context.actor.label,
        proposed_at=clock.now(),
    )
    with connection.cursor() as cursor:
        copy_frame(
            cursor,
            order.wanted.select(
                pl.lit(proposal.pk).alias("proposal_id"),
                pl.lit(order.perimeter_id).alias("perimeter_id"),
                "enrolment_id",
                "bank_account_id",
                "amount_cents",
            ),
            into="benefits_proposedtransfer",
        )
    return proposal


def confirm(context: Context, proposal_id: int, *, shown: str) -> Proposal:
    """Confirms a list exactly as it was shown (``shown`` is its fingerprint); it may then be paid.

    Raises Refusal when the list is no longer open, or when what is due is not what was shown: nothing leaves. One person may
    propose and confirm today; both names are kept.
    """
    with perform(context, "benefits.confirm", needs=Permission.BENEFITS, given=[proposal_id, shown]) as act:
        proposal = locked(proposal_id)
        act.on("perimeter", proposal.perimeter_id, organisation_of(proposal.perimeter_id).name, proposal.perimeter_id)
        if proposal.state != "proposed" or proposal.fingerprint != shown:
            raise _not_open(proposal)
        still_due(proposal, order_of(proposal.perimeter_id))
        mark_confirmed(act, proposal)
        act.outcome = {"proposal": proposal.pk}
        act.because(
            f"{format_count(proposal.transfers, 'virement', 'virements')} pour {format_eur(proposal.total_cents)} confirmés, "
            f"proposés par {proposal.proposed_by}."
        )
    return proposal


def mark_confirmed(record: Record, proposal: Proposal) -> None:
    """Writes who answers for a list."""
    actor = record.context.actor
    proposal.state, proposal.confirmed_at = "confirmed", clock.now()
    proposal.confirmed_by_id, proposal.confirmed_by = actor.id, actor.label
    proposal.save()


def still_due(proposal: Proposal, order: TransferOrder) -> None:
    """Raises Refusal when what is due now is not what the list shows."""
    if order.fingerprint == proposal.fingerprint:
        return
    before = f"{format_count(proposal.transfers, 'virement', 'virements')} pour {format_eur(proposal.total_cents)}"
    now = order.said
    change = (
        f"la liste montrait {before}, il est dû maintenant {now}"
        if now != before
        else "la date, le compte débité ou un bénéficiaire n’est plus le même"
    )
    raise Refusal(
        code="benefits.changed_meanwhile",
        where=proposal.debtor_name,
        message=f"Ce qui est dû a changé depuis que la liste a été montrée : {change}. Rien n’est parti.",
        remedy="Relisez la liste à jour, puis confirmez-la.",
    )


def locked(proposal_id: int) -> Proposal:
    """A list, held until the end of the transaction; the same refusal when it is absent and when it is out of reach."""
    found = Proposal.objects.select_for_update().filter(pk=proposal_id).first()
    if found is None:
        raise Refusal(
            code="benefits.proposal_not_found",
            where=str(proposal_id),
            message="Cette liste de virements n’existe pas ou ne vous est pas accessible.",
            remedy="Demandez-en une depuis la page des travaux.",
        )
    return found


def _not_open(proposal: Proposal) -> Refusal:
    said = {
        "confirmed": f"Cette liste est déjà confirmée par {proposal.confirmed_by}.",
        "paid": f"Cette liste est déjà payée, confirmée par {proposal.confirmed_by}.",
    }
    return Refusal(
        code="benefits.proposal_not_open",
        where=proposal.debtor_name,
        message=said.get(proposal.state, "Cette liste n’est plus à jour : une autre l’a remplacée."),
        remedy="Voyez la liste à jour depuis la page des travaux.",
    )
