"""What must always be true of premiums."""

from __future__ import annotations

from egide.journal.invariants import Invariant

INVARIANTS = (
    Invariant(
        "premiums.calls_equal_postings",
        "Ce que chaque appel dit avoir appelé est ce que ses écritures portent aux comptes des adhérents.",
        """SELECT c.id FROM premiums_call c
           LEFT JOIN (
             SELECT a.subject_id, sum(l.amount_cents) AS cents
             FROM journal_act a JOIN ledger_entry e ON e.act_id = a.id
             JOIN ledger_line l ON l.entry_id = e.id JOIN ledger_account x ON x.id = l.account_id AND x.kind = 'member'
             WHERE a.kind = 'premium.call' GROUP BY a.subject_id) p ON p.subject_id = c.id
           WHERE c.called_cents <> COALESCE(p.cents, 0)""",
    ),
    Invariant(
        "premiums.debits_posted",
        "Chaque prélèvement présenté ou rejeté est au compte de l’adhérent, au centime.",
        """SELECT COALESCE(d.enrolment_id, l.enrolment_id) FROM (
             SELECT enrolment_id, sum(amount_cents) AS sent,
               COALESCE(sum(amount_cents) FILTER (WHERE returned_on IS NOT NULL), 0) AS returned
             FROM premiums_debit GROUP BY 1) d
           FULL JOIN (
             SELECT x.enrolment_id, -COALESCE(sum(y.amount_cents) FILTER (WHERE y.nature = 'debit'), 0) AS sent,
               COALESCE(sum(y.amount_cents) FILTER (WHERE y.nature = 'debit_returned'), 0) AS returned
             FROM ledger_account x JOIN ledger_line y ON y.account_id = x.id
             WHERE x.kind = 'member' AND y.nature IN ('debit', 'debit_returned') GROUP BY 1) l USING (enrolment_id)
           WHERE d.sent IS DISTINCT FROM l.sent OR d.returned IS DISTINCT FROM l.returned""",
    ),
    Invariant(
        "premiums.debited_within_called",
        "Quand une adhésion est prélevée, le prélevé non rejeté ne dépasse pas ce qui est appelé, net des aides.",
        """SELECT DISTINCT enrolment_id FROM (
             SELECT x.enrolment_id, y.nature,
               sum(y.amount_cents) OVER (PARTITION BY x.id ORDER BY y.id) AS left_to_debit
             FROM ledger_account x JOIN ledger_line y ON y.account_id = x.id
             WHERE x.kind = 'member'
               AND y.nature IN ('premium', 'aid_acs', 'aid_other', 'debit', 'debit_returned')) r
           WHERE nature = 'debit' AND left_to_debit < 0""",
    ),
    Invariant(
        "premiums.aids_within_gross",
        "Sur douze mois, les aides ne dépassent jamais la cotisation (S003-101).",
        """SELECT x.enrolment_id FROM ledger_account x JOIN ledger_line y ON y.account_id = x.id
           WHERE x.kind = 'member' AND y.nature IN ('premium', 'aid_acs', 'aid_other')
           GROUP BY x.enrolment_id HAVING sum(y.amount_cents) < 0""",
    ),
    Invariant(
        "premiums.taxes_inside_premiums",
        "Ce qu’une taxe a reçu pour un mois est la somme de ce que les cotisations des adhérents en disent.",
        """SELECT COALESCE(said.period, held.period) || ' ' || COALESCE(said.detail, held.detail) FROM (
             SELECT l.perimeter_id, l.period, part.key AS detail, sum(part.value::bigint) AS cents
             FROM ledger_line l CROSS JOIN LATERAL jsonb_each_text(l.parts) AS part GROUP BY 1, 2, 3) said
           FULL JOIN (
             SELECT l.perimeter_id, l.period, a.detail, -sum(l.amount_cents) AS cents
             FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id AND a.kind = 'tax' GROUP BY 1, 2, 3) held
             USING (perimeter_id, period, detail)
           WHERE COALESCE(said.cents, 0) <> COALESCE(held.cents, 0)""",
    ),
    Invariant(
        "premiums.gross_is_shared",
        "La cotisation d’un mois est la part de l’assureur et ses taxes, au centime.",
        """SELECT l.entry_id FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id
           WHERE (a.kind IN ('premiums', 'tax')) OR (a.kind = 'member' AND l.nature = 'premium')
           GROUP BY l.entry_id, l.period HAVING sum(l.amount_cents) <> 0""",
    ),
)
