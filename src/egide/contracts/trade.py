"""What contracts declare to the house."""

from __future__ import annotations

from egide.contracts.asked import JOBS
from egide.contracts.following import FOLLOWS
from egide.contracts.invariants import INVARIANTS
from egide.journal.permissions import Permission
from egide.journal.trade import Format, ItemKind, PaperKind, SubjectKind, Trade

_MEGABYTE = 1024 * 1024

_OPEN_PAPERS = ("enrolment_form", "missing_papers", "papers", "acceptance", "endorsement", "card", "account")

TRADE = Trade(
    "contracts",
    subjects=(
        # A contract is its member's: whoever it covers reaches their own cover, not its papers.
        SubjectKind(
            "enrolment",
            parent="person",
            among="SELECT id FROM contracts_enrolment WHERE member_id = ANY (%s)",
        ),
        SubjectKind(
            "form",
            parent="enrolment",
            among="SELECT id FROM contracts_enrolmentform WHERE enrolment_id = ANY (%s)",
        ),
        SubjectKind(
            "movement",
            parent="enrolment",
            among="""SELECT m.id FROM contracts_rightsmovement m JOIN contracts_cover c ON c.id = m.cover_id
                     WHERE c.enrolment_id = ANY (%s)""",
        ),
    ),
    items=(
        ItemKind("enrolment", Permission.ENROL, health=False),
        ItemKind("endorsement", Permission.ENDORSE, health=False),
        ItemKind("rights_reject", Permission.EXCHANGES, health=False, by_hand=True),
        ItemKind("rights_file", Permission.EXCHANGES, health=False),
        ItemKind("enrolments_file", Permission.EXCHANGES, health=False, also=(Permission.ENROL,)),
    ),
    papers=(*(PaperKind(code, health=False) for code in _OPEN_PAPERS), PaperKind("letter")),
    jobs=JOBS,
    formats=(
        Format("enrolment.sheet", "delegate", "in", False, 20 * _MEGABYTE, "enrolments.import", item="enrolments_file"),
        Format("noemie.answers", "scheme", "in", False, 64 * _MEGABYTE, "rights.answers", item="rights_file"),
        Format("noemie.rights", "scheme", "out", False),
    ),
    quiet=("enrolment.save",),
    follows=FOLLOWS,
    invariants=INVARIANTS,
)
