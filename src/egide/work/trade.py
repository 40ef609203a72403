"""What work declares to the house."""

from __future__ import annotations

from egide.journal.trade import SubjectKind, Trade
from egide.work.invariants import INVARIANTS
from egide.work.kinds import audit

TRADE = Trade(
    "work",
    subjects=(SubjectKind("job"),),
    quiet=("work.take", "work.give_back", "work.hand_over"),
    invariants=INVARIANTS,
    audits=(audit,),
)
