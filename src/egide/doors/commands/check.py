"""``egide check``: everything that must be true of the whole base, each with its count and its first offenders."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator

from egide.doors.frame import opened
from egide.house import trades
from egide.journal.clock import PARIS
from egide.journal.invariants import Finding, examine
from egide.journal.queries import system_context
from egide.journal.scope import reading_as
from egide.journal.sealing import unsealed
from egide.kernel.formats import format_count


def run(options: argparse.Namespace) -> int:
    """Prints every finding; the exit code is 1 when one sentence does not hold."""
    opened.check()
    findings = list(find())
    if options.json:
        print(json.dumps([{"name": f.name, "count": f.count, "first": f.first} for f in findings], ensure_ascii=False))
    else:
        for finding in findings:
            mark = "vrai" if finding.count == 0 else f"FAUX {finding.count} fois ({', '.join(finding.first)})"
            print(f"{finding.name:36} {mark:12} {finding.sentence}")
        print(_tail())
    return 1 if any(finding.count for finding in findings) else 0


def _tail() -> str:
    tail = unsealed()
    if tail.since is None:
        return "Tous les actes du journal sont scellés."
    waiting = format_count(tail.count, "acte du journal attend son sceau", "actes du journal attendent leur sceau")
    return f"{waiting}, le premier depuis le {tail.since.astimezone(PARIS):%d/%m/%Y à %H:%M:%S}."


def find() -> Iterator[Finding]:
    """Every invariant of every package, in the order of the floors, on all perimeters."""
    context = system_context()
    with reading_as(context.actor):
        for trade in trades():
            yield from examine(trade.invariants)
        for trade in trades():
            for audit in trade.audits:
                yield from audit(context)
