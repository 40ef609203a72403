"""Acts as the code of before wrote them, on a schema of before: what migrations must carry over. Not a test."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from egide.journal import clock
from egide.journal.acts import fingerprint

_INSERT = """
INSERT INTO journal_act (kind, subject_kind, subject_id, subject_label, perimeter_id, actor_id, actor_label, channel,
  received_at, done_at, done_on, input_hash)
VALUES ('proof', 'proof', %s, 'Preuve', 1, %s, %s, 'api', %s, %s, %s, %s) RETURNING id
"""


def older_act(subject: int = 1, *, actor_id: int | None = None, actor: str = "Égide") -> int:
    """One act of a perimeter; returns its number."""
    now: datetime = clock.now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('egide.perimeters', '1', true), egide_month('journal_act', %s)", [now.date()])
        cursor.execute(_INSERT, [subject, actor_id, actor, now, now, now.date(), fingerprint("x")])
        return int(cursor.fetchone()[0])
