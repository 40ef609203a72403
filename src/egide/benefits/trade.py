"""What benefits declare to the house."""

from __future__ import annotations

from egide.benefits.asked import JOBS
from egide.benefits.invariants import INVARIANTS
from egide.benefits.jobs.following import FOLLOWS, audit
from egide.journal.permissions import Permission
from egide.journal.trade import Format, ItemKind, PaperKind, SubjectKind, Trade

_MEGABYTE = 1024 * 1024

TRADE = Trade(
    "benefits",
    subjects=(SubjectKind("payment_proposal"),),
    items=(ItemKind("care_file", Permission.EXCHANGES, health=False, also=(Permission.BENEFITS,)),),
    papers=(PaperKind("statement"),),
    jobs=JOBS,
    formats=(
        Format("noemie.care", "scheme", "in", True, 512 * _MEGABYTE, "care.read", item="care_file"),
        Format("pain.001", "bank", "out", False),
    ),
    natures=("benefit", "transfer", "transfer_returned"),
    follows=FOLLOWS,
    invariants=INVARIANTS,
    audits=(audit,),
)
