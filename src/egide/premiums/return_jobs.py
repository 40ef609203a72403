"""What the bank returns: each debit posted again with its date and instalment, and a file to handle for whoever owes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from egide.exchanges.acts import Fault, add_rejects, close_file, keep_endings, lock_to_read, refuse_file
from egide.exchanges.codecs.bank_returns import NOT_A_RETURN, DebitReturn, read_returns
from egide.exchanges.codecs.faults import Effect
from egide.exchanges.codecs.faults import Fault as LineFault
from egide.exchanges.facts import Ended
from egide.exchanges.queries import file_to_read, refuse_refused
from egide.journal import clock, store
from egide.journal.acts import Record, perform
from egide.journal.facts import Context
from egide.journal.permissions import Permission
from egide.kernel.errors import Refusal
from egide.kernel.formats import format_month
from egide.kernel.money import format_eur
from egide.kernel.text import elided
from egide.ledger.acts import account_of, post
from egide.ledger.facts import AccountKind, Entry, Leg, Nature
from egide.premiums.models import Debit
from egide.work.acts import NewItem, add_detail, open_item


def record_returns(context: Context, file_id: int) -> int:
    """Posts the debits that the bank returned, each with its date and instalment (S003-112); returns how many.

    Raises Refusal for a file that cannot be used at all: it is then marked refused, with the place and the remedy.
    """
    known = file_to_read(context, file_id)
    refuse_refused(known)
    try:
        _, read = read_returns(store.load(known.sha256))
    except Refusal as refusal:
        refuse_file(context, known, refusal)
        raise
    with perform(context, "premium.returns", needs=Permission.PREMIUMS, given=file_id) as act:
        file = lock_to_read(file_id)
        act.on("file", file.pk, file.name, file.perimeter_id)
        if file.state == "read":
            return file.posted
        entries: list[Entry] = []
        taken, rejected = _not_used(read.faults)
        for returned in read.records:
            debit = _presented(returned)
            if debit is None:
                rejected.append(_unknown_return(returned))
                continue
            debit.returned_on, debit.return_code = clock.today(), returned.reason_code
            debit.save()
            entries.append(_return_entry(debit))
            taken.append(Ended(returned.line_no))
            _await_handling(act, debit, returned, file.received_at)
        post(act, entries)
        keep_endings(file, taken)
        add_rejects(file, rejected)
        close_file(act, file, lines=read.line_count)
        act.because(f"{len(entries)} prélèvements rejetés imputés, {file.rejected} non reconnus.")
    return len(entries)


def _not_used(faults: Sequence[LineFault]) -> tuple[list[Ended], list[Fault]]:
    """Lines that the codec did not give: set aside when they announce no return at all, rejected otherwise."""
    aside = [Ended(one.line_no, 0, one.code, one.message) for one in faults if one.code == NOT_A_RETURN]
    refused = [
        Fault(one.line_no, one.code, one.message, one.remedy, one.position, one.field)
        for one in faults
        if one.effect is Effect.REFUSED
    ]
    return aside, refused


def _presented(returned: DebitReturn) -> Debit | None:
    """The debit that a return answers: presented, not yet returned, of the same amount; held until the end of the act."""
    number, _, month = returned.end_to_end_id.rpartition("-")
    presented = (
        Debit.objects.select_for_update(of=("self",))
        .select_related("enrolment")
        .filter(enrolment__number=number, returned_on=None)
    )
    debit = next((each for each in presented if f"{each.month:%Y%m}" == month), None)
    return debit if debit and debit.amount_cents == returned.amount_cents else None


def _return_entry(debit: Debit) -> Entry:
    """The member owes the month again."""
    member = account_of(AccountKind.MEMBER, debit.perimeter_id, enrolment_id=debit.enrolment_id)
    sent = account_of(AccountKind.DEBITS_SENT, debit.perimeter_id)
    nature = Nature.DEBIT_RETURNED
    return Entry(
        kind="premium.return",
        label=elided(f"Prélèvement de {format_month(debit.month)} rejeté ({debit.return_code})"),
        perimeter_id=debit.perimeter_id,
        booked_on=clock.today(),
        legs=(
            Leg(member, debit.amount_cents, nature, period=debit.month, reference=debit.pk),
            Leg(sent, -debit.amount_cents, nature, period=debit.month, reference=debit.pk),
        ),
    )


def _await_handling(record: Record, debit: Debit, returned: DebitReturn, received_at: datetime) -> None:
    """A returned debit waits for someone, on its enrolment: one item for all those that wait together."""
    number = debit.enrolment.number
    item = open_item(
        record,
        NewItem(
            kind="returned_debit",
            title=f"Prélèvement rejeté à traiter : adhésion {number}",
            perimeter_id=debit.perimeter_id,
            subject_kind="enrolment",
            subject_id=debit.enrolment_id,
            received_at=received_at,
            limit="PREMIUM_ACT",
            detail={"number": number},
        ),
    )
    told = f"{format_month(debit.month)} : {format_eur(debit.amount_cents)}, {returned.reason} ({returned.reason_code})"
    add_detail(item, "lines", told[:1].upper() + told[1:])


def _unknown_return(returned: DebitReturn) -> Fault:
    return Fault(
        line_no=returned.line_no,
        code="debit.unknown",
        message="Ce rejet ne correspond à aucun prélèvement présenté et non encore rejeté, pour ce montant.",
        remedy="Rapprochez-le du relevé bancaire ; s’il est déjà imputé, ignorez cette ligne en disant pourquoi.",
        content={"end_to_end_id": returned.end_to_end_id, "reason": returned.reason_code},
    )
