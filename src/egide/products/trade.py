"""What products declare to the house."""

from __future__ import annotations

from egide.journal.trade import SubjectKind, Trade

TRADE = Trade("products", subjects=(SubjectKind("product"),))
