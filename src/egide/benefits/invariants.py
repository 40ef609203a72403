"""What must always be true of benefits."""

from __future__ import annotations

from egide.journal.invariants import Invariant

INVARIANTS = (
    Invariant(
        "benefits.lines_equal_ledger",
        "Ce qui est imputé aux lignes de soins est ce que porte le compte de prestations de chaque adhérent.",
        """SELECT COALESCE(p.enrolment_id, l.enrolment_id) FROM (
             SELECT enrolment_id, sum(amount_cents) AS cents FROM benefits_posting GROUP BY 1) p
           FULL JOIN (
             SELECT x.enrolment_id, -sum(y.amount_cents) AS cents
             FROM ledger_account x JOIN ledger_line y ON y.account_id = x.id
             WHERE x.kind = 'benefits_due' AND y.nature = 'benefit' GROUP BY 1) l USING (enrolment_id)
           WHERE COALESCE(p.cents, 0) <> COALESCE(l.cents, 0)""",
    ),
    Invariant(
        "benefits.payments_posted",
        "Chaque virement est au compte de prestations de l’adhérent, au centime.",
        """SELECT COALESCE(p.enrolment_id, l.enrolment_id) FROM (
             SELECT enrolment_id, sum(amount_cents) AS cents FROM benefits_payment GROUP BY 1) p
           FULL JOIN (
             SELECT x.enrolment_id, sum(y.amount_cents) AS cents
             FROM ledger_account x JOIN ledger_line y ON y.account_id = x.id
             WHERE x.kind = 'benefits_due' AND y.nature = 'transfer' GROUP BY 1) l USING (enrolment_id)
           WHERE COALESCE(p.cents, 0) <> COALESCE(l.cents, 0)""",
    ),
    Invariant(
        "benefits.never_above_expense",
        "Aucune ligne n’est remboursée au-delà de la dépense restée à charge, ni en dessous de zéro.",
        """SELECT l.id FROM benefits_care_line l
           JOIN (SELECT care_line_id, sum(amount_cents) AS cents FROM benefits_posting GROUP BY 1) p ON p.care_line_id = l.id
           WHERE p.cents < 0 OR p.cents > l.charged_cents - l.amo_cents""",
    ),
    Invariant(
        "benefits.reversed_lines_are_zero",
        "Une ligne annulée et son annulation ne coûtent plus rien.",
        """SELECT r.id FROM benefits_care_line r
           JOIN (SELECT care_line_id, sum(amount_cents) AS cents FROM benefits_posting GROUP BY 1) p
             ON p.care_line_id IN (r.reverses_id, r.id)
           WHERE r.operation = 'A' AND p.cents <> 0""",
    ),
    Invariant(
        "benefits.reversed_once",
        "Une ligne n’est annulée qu’une fois, et par une ligne qui la suit.",
        """SELECT reverses_id FROM benefits_care_line WHERE operation = 'A'
           GROUP BY reverses_id HAVING count(*) > 1 OR bool_or(reverses_id >= id)""",
    ),
    Invariant(
        "benefits.files_complete",
        "Un fichier de soins lu a autant d’actes pris et d’actes ignorés qu’il en annonce, comptés là où ils sont gardés.",
        """SELECT f.id FROM exchanges_file f
           WHERE f.format = 'noemie.care' AND f.state = 'read' AND (
             f.posted <> (SELECT count(*) FROM benefits_care_line l WHERE l.file_id = f.id)
             OR f.endings_kept AND f.ignored <> (SELECT count(*) FROM benefits_ignored_line i WHERE i.file_id = f.id))""",
    ),
    Invariant(
        "benefits.ignored_apart",
        "Un acte n’a qu’une fin : ignoré, il n’est ni pris ni rejeté ; pris, il n’est pas rejeté.",
        """SELECT i.file_id FROM benefits_ignored_line i JOIN benefits_care_line l USING (file_id, line_no, act_no)
           UNION SELECT r.file_id FROM exchanges_reject r JOIN benefits_ignored_line i
             ON i.file_id = r.file_id AND i.line_no = r.line_no AND i.act_no = r.part WHERE r.state <> 'recycled'
           UNION SELECT r.file_id FROM exchanges_reject r JOIN benefits_care_line l
             ON l.file_id = r.file_id AND l.line_no = r.line_no AND l.act_no = r.part WHERE r.state <> 'recycled'""",
    ),
    Invariant(
        "benefits.line_once",
        "Aucun acte n’est compté deux fois.",
        """SELECT min(id) FROM benefits_care_line l
           WHERE operation = 'N' AND NOT EXISTS (SELECT 1 FROM benefits_care_line r WHERE r.reverses_id = l.id)
           GROUP BY person_id, invoice_no, act_no, act_code, care_on, charged_cents, amo_cents
           HAVING count(*) > 1""",
    ),
)
