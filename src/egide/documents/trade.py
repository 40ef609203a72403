"""What documents declare to the house."""

from __future__ import annotations

from egide.journal.trade import Trade

TRADE = Trade("documents")
