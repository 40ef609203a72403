"""``egide benefits``: take a care file to the ledger, pay what is due."""

from __future__ import annotations

import argparse
from pathlib import Path

from egide.benefits.jobs.paying import issue_statements, pay_all
from egide.benefits.jobs.proposing import TransferOrder, order_of
from egide.benefits.jobs.reading import read_file, recycle
from egide.exchanges.acts import Arrival, take_up
from egide.exchanges.queries import open_rejects
from egide.journal.facts import Channel
from egide.journal.queries import system_context
from egide.journal.scope import reading_as
from egide.kernel.money import format_eur


def run(options: argparse.Namespace) -> int:
    """Reads or pays, with progress."""
    context = system_context(Channel.FILE if options.what == "read" else Channel.BATCH)
    if options.what == "pay" and options.dry_run:
        for perimeter_id in context.actor.perimeters:
            with reading_as(context.actor):
                _show(order_of(perimeter_id))
        return 0
    if options.what == "pay":
        for perimeter_id, count, cents in pay_all(context):
            print(f"Périmètre {perimeter_id} : {count} virements pour {format_eur(cents)}")
        return 0
    if options.what == "statements":
        for perimeter_id in context.actor.perimeters:
            made = issue_statements(context, perimeter_id=perimeter_id, limit=options.limit)
            print(f"Périmètre {perimeter_id} : {made} relevés")
        return 0
    if options.what == "recycle":
        with reading_as(context.actor):
            chosen = [reject.pk for reject in open_rejects(file_id=options.file, limit=100_000)]
        print(f"{recycle(context, chosen)} actes repris sur {len(chosen)} rejets")
        return 0
    path = Path(options.file)
    arrival = Arrival("noemie.care", "scheme", path.name, path.read_bytes(), context.actor.first_perimeter)
    outcome = read_file(context, take_up(context, arrival).pk, progress=lambda said: print("  " + said))
    print(
        f"{outcome.lines} actes : {outcome.posted} pris, {outcome.ignored} ignorés, {outcome.rejected} rejetés, "
        f"{format_eur(outcome.paid_cents)} dus"
    )
    return 0


def _show(order: TransferOrder) -> None:
    """What the page shows before it is confirmed: the account, the day, each transfer, the total."""
    account = f"{order.debtor_iban[:4]}…{order.debtor_iban[-4:]}"
    print(f"Périmètre {order.perimeter_id} : {order.said} (essai, rien ne part)")
    print(f"  compte débité {account} ({order.debtor_name}), virements du {order.execution_on:%d/%m/%Y}")
    for number, holder, iban, cents in order.wanted.select("number", "holder", "iban", "amount_cents").iter_rows():
        print(f"  {number}  {holder}  {iban[:2]}…{iban[-4:]}  {format_eur(cents)}")
