"""What must always be true, told as a query that finds the offenders. Each package declares its own; one command runs all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from egide.journal.sealing import LATE_AFTER_MINUTES

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Invariant:
    """A sentence that must hold, and the query whose first column names each place where it does not."""

    name: str
    sentence: str
    offenders_sql: str


@dataclass(frozen=True, slots=True)
class Finding:
    """How often an invariant is broken, and where first."""

    name: str
    sentence: str
    count: int
    first: tuple[str, ...]


def examine(invariants: Sequence[Invariant]) -> list[Finding]:
    """Runs the queries in the current scope; a count of zero means that the sentence holds."""
    findings = []
    with connection.cursor() as cursor:
        for invariant in invariants:
            cursor.execute(
                f"SELECT count(*) OVER (), offender::text FROM ({invariant.offenders_sql}) AS found(offender) LIMIT {_SHOWN}"  # noqa: S608
            )
            rows = cursor.fetchall()
            findings.append(
                Finding(
                    invariant.name,
                    invariant.sentence,
                    rows[0][0] if rows else 0,
                    tuple(row[1] for row in rows),
                )
            )
    return findings


INVARIANTS = (
    Invariant(
        "journal.chain",
        "Chaque acte est tel qu’il fut écrit, et son sceau porte l’empreinte du précédent.",
        """SELECT COALESCE('n° ' || act_position, 'acte ' || act_id) || CASE fault WHEN 'changed' THEN ' : changé'
             WHEN 'missing' THEN ' : disparu' WHEN 'cut' THEN ' : chaîne coupée' ELSE ' : jamais annoncé au sceau' END
           FROM journal_broken_links(100)""",
    ),
    Invariant(
        "journal.sealed",
        f"Aucun acte n’attend son sceau depuis plus de {LATE_AFTER_MINUTES} minutes.",
        f"""SELECT 'acte ' || act_id || ' depuis ' || to_char(since AT TIME ZONE 'Europe/Paris', 'DD/MM/YYYY HH24:MI')
            FROM journal_unsealed WHERE since < clock_timestamp() - interval '{LATE_AFTER_MINUTES} minutes'
            ORDER BY since""",  # noqa: S608 - our own number
    ),
)
