"""What the ledger declares to the house."""

from __future__ import annotations

from egide.journal.trade import Trade
from egide.ledger.invariants import INVARIANTS

TRADE = Trade("ledger", invariants=INVARIANTS)
