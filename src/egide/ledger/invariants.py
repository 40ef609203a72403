"""What must always be true of the books."""

from __future__ import annotations

from egide.journal.invariants import Invariant

INVARIANTS = (
    Invariant(
        "ledger.balanced",
        "Chaque écriture est équilibrée.",
        "SELECT entry_id FROM ledger_line GROUP BY entry_id HAVING sum(amount_cents) <> 0",
    ),
    Invariant(
        "ledger.entries_have_lines",
        "Chaque écriture a des lignes, et chaque ligne son écriture, au même jour et dans le même périmètre.",
        """SELECT COALESCE(e.id, l.entry_id) FROM ledger_entry e
           FULL JOIN (SELECT DISTINCT entry_id, booked_on, perimeter_id FROM ledger_line) l
             ON l.entry_id = e.id AND l.booked_on = e.booked_on AND l.perimeter_id = e.perimeter_id
           WHERE e.id IS NULL OR l.entry_id IS NULL""",
    ),
    Invariant(
        "ledger.accounts_known",
        "Chaque ligne est sur un compte de son périmètre.",
        """SELECT l.id FROM ledger_line l LEFT JOIN ledger_account a ON a.id = l.account_id
           WHERE a.id IS NULL OR a.perimeter_id <> l.perimeter_id""",
    ),
    Invariant(
        "ledger.acts_known",
        "Chaque écriture vient d’un acte du journal.",
        "SELECT e.id FROM ledger_entry e WHERE NOT EXISTS (SELECT 1 FROM journal_act a WHERE a.id = e.act_id)",
    ),
)
