"""What premiums declare to the house."""

from __future__ import annotations

from egide.journal.permissions import Permission
from egide.journal.trade import Format, ItemKind, PaperKind, SubjectKind, Trade
from egide.premiums.asked import JOBS
from egide.premiums.invariants import INVARIANTS
from egide.premiums.jobs import FOLLOWS, audit

_MEGABYTE = 1024 * 1024

TRADE = Trade(
    "premiums",
    subjects=(SubjectKind("premium_call"), SubjectKind("month")),
    items=(
        ItemKind("bank_file", Permission.EXCHANGES, health=False, also=(Permission.PREMIUMS,)),
        ItemKind("returned_debit", Permission.PREMIUMS, health=False, by_hand=True),
    ),
    papers=(PaperKind("schedule", health=False), PaperKind("premium_notice", health=False)),
    jobs=JOBS,
    formats=(
        Format("pain.002", "bank", "in", False, 64 * _MEGABYTE, "bank.returns", item="bank_file"),
        Format("pain.008", "bank", "out", False),
    ),
    natures=("premium", "aid_acs", "aid_other", "tax", "debit", "debit_returned", "cash"),
    follows=FOLLOWS,
    invariants=INVARIANTS,
    audits=(audit,),
)
