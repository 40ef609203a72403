"""What work declares to the house."""

from __future__ import annotations

from egide.journal.trade import SubjectKind, Trade

TRADE = Trade("work", subjects=(SubjectKind("job"),), quiet=("work.take", "work.give_back", "work.hand_over"))
