"""What contracts declare to the house."""

from __future__ import annotations

from egide.contracts.asked import JOBS
from egide.contracts.following import FOLLOWS
from egide.contracts.invariants import INVARIANTS
from egide.journal.permissions import Permission
from egide.journal.trade import Format, ItemKind, SubjectKind, Trade

_MEGABYTE = 1024 * 1024

TRADE = Trade(
    "contracts",
    subjects=(
        SubjectKind(
            "enrolment",
            parent="person",
            among="SELECT DISTINCT enrolment_id FROM contracts_cover WHERE person_id = ANY (%s)",
        ),
        SubjectKind(
            "form",
            parent="enrolment",
            among="SELECT id FROM contracts_enrolmentform WHERE enrolment_id = ANY (%s)",
        ),
        SubjectKind("movement"),
    ),
    items=(
        ItemKind("enrolment", Permission.ENROL),
        ItemKind("endorsement", Permission.ENDORSE),
        ItemKind("rights_reject", Permission.EXCHANGES),
    ),
    jobs=JOBS,
    formats=(
        Format("enrolment.sheet", "delegate", "in", False, 20 * _MEGABYTE, "enrolments.import"),
        Format("noemie.answers", "scheme", "in", False, 64 * _MEGABYTE, "rights.answers"),
        Format("noemie.rights", "scheme", "out", False),
    ),
    quiet=("enrolment.save",),
    follows=FOLLOWS,
    invariants=INVARIANTS,
)
