"""What must always be true of the work that waits."""

from __future__ import annotations

from egide.journal.invariants import Invariant
from egide.work.facts import NEEDED

_KINDS = ", ".join(f"'{kind}'" for kind in NEEDED)

INVARIANTS = (
    Invariant(
        "work.somebody_may",
        "Chaque dossier à traiter est d’une nature que quelqu’un peut traiter.",
        f"SELECT id FROM work_item WHERE state <> 'done' AND kind NOT IN ({_KINDS})",  # noqa: S608 - our own names
    ),
    Invariant(
        "work.pause_agrees",
        "Un délai est suspendu par une seule raison qui dure ; un délai qui court n’en a aucune.",
        """SELECT i.id FROM work_item i
           WHERE (i.state = 'paused') <> EXISTS (SELECT 1 FROM work_pause p WHERE p.item_id = i.id AND p.end IS NULL)""",
    ),
    Invariant(
        "work.due_after_reception",
        "Aucune échéance ne précède la réception qui l’ouvre, aucune fin ne la précède.",
        """SELECT id FROM work_item
           WHERE due_on < (received_at AT TIME ZONE 'Europe/Paris')::date OR closed_at < received_at""",
    ),
)
