"""``egide premiums``: call a month in every perimeter, record what the bank returns."""

from __future__ import annotations

import argparse
from pathlib import Path

from egide.exchanges.acts import Arrival, take_up
from egide.journal.facts import Channel
from egide.journal.queries import system_context
from egide.kernel.formats import format_month
from egide.kernel.money import format_eur
from egide.premiums.jobs import call_month
from egide.premiums.return_jobs import record_returns


def run(options: argparse.Namespace) -> int:
    """Calls or records; each perimeter's figures on a line."""
    context = system_context(Channel.BATCH)
    if options.what == "returns":
        path = Path(options.file)
        file = take_up(
            context, Arrival("pain.002", "bank", path.name, path.read_bytes(), context.actor.first_perimeter)
        )
        print(f"{record_returns(context, file.pk)} prélèvements rejetés imputés")
        return 0
    for perimeter_id in context.actor.perimeters:
        called = call_month(
            context,
            options.month,
            perimeter_id=perimeter_id,
            dry_run=options.dry_run,
            progress=lambda said: print("  " + said),
        )
        tried = " (essai, rien n’est gardé)" if options.dry_run else ""
        print(
            f"Périmètre {perimeter_id}, {format_month(options.month)}{tried} : {called.enrolments} adhésions, "
            f"{format_eur(called.called_cents)} appelés, {called.debits} prélèvements pour {format_eur(called.debited_cents)}"
        )
        if called.debits:
            print("  " + called.collection.sentence)
    return 0
