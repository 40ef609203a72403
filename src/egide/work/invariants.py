"""What must always be true of the work that waits."""

from __future__ import annotations

from egide.journal.invariants import Invariant

INVARIANTS = (
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
