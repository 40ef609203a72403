"""What exchanges declare to the house."""

from __future__ import annotations

from egide.exchanges.invariants import INVARIANTS
from egide.exchanges.kinds import UNKNOWN
from egide.journal.permissions import Permission
from egide.journal.trade import ItemKind, SubjectKind, Trade

TRADE = Trade(
    "exchanges",
    subjects=(SubjectKind("file"), SubjectKind("reject")),
    items=(
        ItemKind("rejects", Permission.EXCHANGES, health=False),
        ItemKind(UNKNOWN, Permission.EXCHANGES),
    ),
    invariants=INVARIANTS,
)
