"""The one door of every write: ``perform`` checks, opens the transaction, and leaves one line in the journal."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import connection, transaction

from egide.journal import clock
from egide.journal.facts import Context, Subject
from egide.journal.followers import follow_through
from egide.journal.models import Perimeter
from egide.journal.months import months_ready
from egide.journal.permissions import OPEN_INPUT, Permission, may
from egide.journal.scope import set_scope, widen
from egide.kernel.errors import Refusal


class AlreadyDone(Exception):
    """The same key came with the same input before: nothing is done again, ``outcome`` is what was answered then."""

    def __init__(self, act_id: int, outcome: dict[str, object]) -> None:
        super().__init__(f"act {act_id} was already done")
        self.act_id = act_id
        self.outcome = outcome


@dataclass(slots=True)
class Record:
    """The journal line being written: the act fills what it learns on the way."""

    id: int
    kind: str
    context: Context
    started_at: datetime
    subject: Subject | None = None
    received_at: datetime | None = None  # when what the act answers reached the centre, if the act learns it
    due_on: date | None = None
    outcome: dict[str, object] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    touched: dict[tuple[str, int], int] = field(default_factory=dict)  # kind and identifier, with the perimeter

    def on(self, kind: str, identifier: int, label: str, perimeter_id: int) -> None:
        """Names the file that the act is about."""
        self.subject = Subject(kind=kind, id=identifier, label=label, perimeter_id=perimeter_id)

    def touch(self, kind: str, identifier: int, perimeter_id: int) -> None:
        """Says that the act changed a fact on which others depend: they follow it, at once or by the next batch."""
        self.touched[kind, identifier] = perimeter_id

    def because(self, *sentences: str) -> None:
        """Adds reasons, in French, as they will be read. Never health data: the journal is read by many."""
        self.reasons.extend(sentences)


_outer: ContextVar[Record | None] = ContextVar("egide_outer_act", default=None)


@contextlib.contextmanager
def perform(context: Context, kind: str, *, needs: Permission, given: object) -> Iterator[Record]:
    """Does one act in one transaction and leaves one line in the journal.

    ``given`` is what the act was asked to do; its hash tells a repeated request from a new one under the same key.
    Raises Refusal when the role lacks the permission or the key was used for something else, AlreadyDone when the
    same request was already served.

    The outermost act is followed in its transaction, before its line is written, by what the floors above declared for what
    it touched (``followers.carry_out``).
    """
    if not may(context.actor.role, needs):
        raise Refusal(
            code="journal.permission",
            where=kind,
            message=f"Votre rôle ({context.actor.role}) ne permet pas cet acte.",
            remedy="Demandez-le à un collègue habilité, ou voyez votre responsable d’équipe.",
        )
    outer = _outer.get()
    months_ready(clock.today())
    with transaction.atomic(), connection.cursor() as cursor:
        if outer is None:
            set_scope(context.actor)
        cursor.execute(_BEGIN, [clock.today().isoformat()])
        act_id = cursor.fetchone()[0]
        record = Record(id=act_id, kind=kind, context=context, started_at=clock.now())
        asked = _canonical(given)
        input_hash = _digest(asked)
        if context.key and outer is None:
            _take_key(cursor, record, input_hash)
        token = _outer.set(record)
        try:
            yield record
            if outer is None:
                follow_through(context, record.touched)
        finally:
            _outer.reset(token)
        if outer is not None:
            outer.touched.update(record.touched)
        _keep_touches(cursor, record, parent=outer)
        _write(cursor, record, input_hash, parent=outer)
        _keep_input(cursor, record, asked, health=needs not in OPEN_INPUT, parent=outer)


_BEGIN = """
-- The number of an act; tables that keep their history learn it from the transaction, and the day.
SELECT act, set_config('egide.act', act::text, true), set_config('egide.day', %s, true)
FROM nextval('journal_act_id_seq') AS one (act)
"""


def open_perimeter(record: Record, *, code: str, insurer_name: str, delegate_name: str) -> int:
    """A new grain of « who sees what », which the act that opens it may see at once; refused when the code is taken."""
    if Perimeter.objects.filter(code=code).exists():
        raise Refusal(
            code="journal.perimeter_known",
            where=code,
            message="Ce code est déjà celui d’un organisme.",
            remedy="Choisissez un autre code, ou voyez la liste des organismes.",
        )
    made = Perimeter.objects.create(code=code, insurer_name=insurer_name, delegate_name=delegate_name)
    widen(made.pk)
    record.because(f"Périmètre « {code} » ouvert.")
    return int(made.pk)


def fingerprint(given: object) -> str:
    """The SHA-256 of a request's content, the same for equal facts whatever the order of their fields."""
    return _digest(_canonical(given))


def _canonical(given: object) -> str:
    return json.dumps(given, sort_keys=True, ensure_ascii=False, default=_plain)


def _digest(canonical: str) -> str:
    return hashlib.sha256(canonical.encode()).hexdigest()


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return str(value)


_KEY = """
-- What a key already answered. A person's keys are under their number; jobs', and older ones, under the label alone.
SELECT kind, input_hash, act_id, outcome FROM journal_key
WHERE key = %s AND (actor_id = %s OR (actor_id IS NULL AND actor = %s)) ORDER BY id LIMIT 1
"""


def _take_key(cursor, record: Record, input_hash: str) -> None:  # type: ignore[no-untyped-def]
    """Two requests with one key meet here: the second waits for the first, then sees what it did."""
    actor = record.context.actor
    key = record.context.key
    cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{actor.id or actor.label}|{key}"])
    cursor.execute(_KEY, [key, actor.id, actor.label])
    found = cursor.fetchone()
    if found is None:
        return
    kind, known_hash, act_id, outcome = found
    if (kind, known_hash) != (record.kind, input_hash):
        raise Refusal(
            code="journal.key_reused",
            where=str(key),
            message="Cette clé a déjà servi pour une autre demande.",
            remedy="Rechargez la page pour obtenir une nouvelle clé, puis vérifiez ce qui a déjà été fait.",
        )
    raise AlreadyDone(act_id, json.loads(outcome) if isinstance(outcome, str) else outcome)


def _keep_touches(cursor, record: Record, *, parent: Record | None) -> None:  # type: ignore[no-untyped-def]
    """Once per transaction, under the act that was asked for: what its children touched is in it too."""
    if parent is None and record.touched:
        cursor.executemany(
            "INSERT INTO journal_touch (act_id, kind, subject_id, perimeter_id) VALUES (%s, %s, %s, %s)",
            [
                (record.id, kind, identifier, perimeter)
                for (kind, identifier), perimeter in sorted(record.touched.items())
            ],
        )


def _keep_input(cursor, record: Record, asked: str, *, health: bool, parent: Record | None) -> None:  # type: ignore[no-untyped-def]
    """What was asked, beside the act and never in a log; the act around this one is then under way again."""
    assert record.subject is not None  # noqa: S101 - its line was written just before
    cursor.execute(
        "SELECT journal_keep_input(%s, %s::smallint, %s, %s::jsonb, %s)",
        [record.id, record.subject.perimeter_id, health, asked, parent.id if parent else None],
    )


def _write(cursor, record: Record, input_hash: str, *, parent: Record | None) -> None:  # type: ignore[no-untyped-def]
    """The line of the act and its key; the chain is nobody's affair here, and takes it once it is committed."""
    if record.subject is None:
        raise AssertionError(f"the act {record.kind} never said what it was about")
    context = record.context
    received_at = context.received_at or record.received_at or record.started_at
    done_at = max(clock.now(), received_at)
    outcome = json.dumps(record.outcome, default=str, ensure_ascii=False)
    cursor.execute("SELECT egide_month('journal_act', %s)", [done_at.date()])
    cursor.execute(
        """
        INSERT INTO journal_act (id, kind, subject_kind, subject_id, subject_label, perimeter_id, parent_id,
          actor_id, actor_label, team_id, channel, received_at, due_on, done_at, done_on, input_hash, outcome, reasons)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        """,
        [
            record.id,
            record.kind,
            record.subject.kind,
            record.subject.id,
            record.subject.label,
            record.subject.perimeter_id,
            parent.id if parent else None,
            context.actor.id,
            context.actor.label,
            context.actor.team_id,
            context.channel.value,
            received_at,
            record.due_on,
            done_at,
            done_at.date(),
            input_hash,
            outcome,
            json.dumps(record.reasons, ensure_ascii=False),
        ],
    )
    if context.key and parent is None:
        cursor.execute(
            """
            INSERT INTO journal_key (actor, actor_id, key, kind, input_hash, act_id, outcome)
            VALUES (%s, %s, %s, %s, %s, %s, %s)
            """,
            [context.actor.label, context.actor.id, context.key, record.kind, input_hash, record.id, outcome],
        )
