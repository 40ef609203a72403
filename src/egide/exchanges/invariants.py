"""What must always be true of files and rejects."""

from __future__ import annotations

from egide.journal.invariants import Invariant

INVARIANTS = (
    Invariant(
        "exchanges.every_line_ends",
        "Chaque ligne d’un fichier lu est prise, ignorée avec une raison ou rejetée, et chacune de ces fins est là.",
        # The acts of a care file are in the tables of benefits, which counts them there. Files read before the ends of lines
        # were kept have counts and no rows: what became of each of their lines cannot be told any more.
        """SELECT f.id FROM exchanges_file f
           LEFT JOIN (SELECT file_id, count(*) FILTER (WHERE ending = 'posted') AS posted,
                        count(*) FILTER (WHERE ending = 'ignored') AS ignored
                      FROM exchanges_line GROUP BY 1) l ON l.file_id = f.id
           LEFT JOIN (SELECT file_id, count(DISTINCT (line_no, part)) AS rejected
                      FROM exchanges_reject WHERE state <> 'recycled' GROUP BY 1) r ON r.file_id = f.id
           WHERE f.direction = 'in' AND f.state = 'read' AND f.endings_kept AND (
             f.lines <> f.posted + f.ignored + f.rejected OR f.rejected <> COALESCE(r.rejected, 0)
             OR f.format <> 'noemie.care'
               AND (f.posted, f.ignored) <> (COALESCE(l.posted, 0), COALESCE(l.ignored, 0)))""",
    ),
    Invariant(
        "exchanges.line_ends_once",
        "Aucune ligne n’est à la fois prise ou ignorée, et rejetée.",
        """SELECT r.id FROM exchanges_reject r JOIN exchanges_line l USING (file_id, line_no, part)
           WHERE r.state <> 'recycled'""",
    ),
    Invariant(
        "exchanges.rejects_in_queue",
        "Un fichier lu dont un rejet est ouvert attend quelqu’un ; sans rejet ouvert, il n’attend plus personne.",
        """SELECT f.id FROM exchanges_file f
           WHERE f.state = 'read'
             AND EXISTS (SELECT 1 FROM exchanges_reject r WHERE r.file_id = f.id AND r.state = 'open')
              <> EXISTS (SELECT 1 FROM work_item i WHERE i.kind = 'rejects' AND i.subject_kind = 'file'
                           AND i.subject_id = f.id AND i.state <> 'done')""",
    ),
    Invariant(
        "exchanges.received_in_queue",
        "Un fichier reçu attend d’être lu par quelqu’un ; lu ou refusé, il n’attend plus.",
        # Whatever a file waits for, but its rejects, is to be read.
        """SELECT f.id FROM exchanges_file f
           WHERE f.direction = 'in' AND f.state IN ('received', 'read', 'refused')
             AND (f.state = 'received')
              <> EXISTS (SELECT 1 FROM work_item i WHERE i.kind <> 'rejects' AND i.subject_kind = 'file'
                           AND i.subject_id = f.id AND i.state <> 'done')""",
    ),
)
