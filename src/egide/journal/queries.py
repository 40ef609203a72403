"""Reads of the journal: who the system is, the acts of a file, their places in the chain."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeAlias

from django.db import connection
from django.db.models import Q, QuerySet

from egide.journal.facts import Actor, Channel, Context, Role
from egide.journal.models import Act, Input, Key, Perimeter, Seal

# The row that reads give: floors above name its type from here, and leave the tables to this one.
ActRow: TypeAlias = Act


def system_context(channel: Channel = Channel.COMMAND, *, key: str | None = None) -> Context:
    """The context of a command or a night job: it may do everything, on every perimeter, and says so in the journal."""
    perimeters = tuple(Perimeter.objects.values_list("pk", flat=True))
    return Context(Actor(label="Égide", role=Role.SYSTEM, perimeters=perimeters), channel, key=key)


def over_everyone(context: Context) -> Context:
    """What the scheme sends speaks of every member: it is read under the name of who asked, over every perimeter.

    What that person may see of it afterwards stays within theirs.
    """
    return replace(context, actor=replace(context.actor, perimeters=system_context().actor.perimeters))


def perimeter_names(perimeter_ids: Sequence[int]) -> dict[int, str]:
    """The organisation that manages each of these perimeters, by name: the delegate, else the insurer."""
    return {one.pk: str(one) for one in Perimeter.objects.filter(pk__in=list(perimeter_ids)).order_by("pk")}


def perimeter_codes() -> dict[str, int]:
    """Every perimeter by its code."""
    return dict(Perimeter.objects.values_list("code", "pk"))


def acts_on(subject_kind: str, subject_id: int, *, limit: int = 50) -> list[Act]:
    """The acts on one file, the latest first."""
    return list(Act.objects.filter(subject_kind=subject_kind, subject_id=subject_id).order_by("-id")[:limit])


def acts_with_ids(act_ids: Collection[int]) -> dict[int, ActRow]:
    """These acts by their number, with the acts they were part of, up to the one that a person or a job asked for."""
    found: dict[int, ActRow] = {}
    wanted = set(act_ids)
    while wanted:
        read = {act.id: act for act in Act.objects.filter(pk__in=wanted)}
        found |= read
        wanted = {act.parent_id for act in read.values() if act.parent_id} - found.keys()
    return found


def acts_about(subjects: Collection[tuple[str, int]]) -> list[ActRow]:
    """Every act on these files, the first first."""
    kinds: dict[str, list[int]] = {}
    for kind, number in subjects:
        kinds.setdefault(kind, []).append(number)
    any_of = Q(pk=None)
    for kind, numbers in kinds.items():
        any_of |= Q(subject_kind=kind, subject_id__in=numbers)
    return list(Act.objects.filter(any_of).order_by("id"))


def find_act(act_id: int) -> ActRow | None:
    """An act; None when it is absent and when it is out of reach: nobody learns which."""
    return Act.objects.filter(pk=act_id).first()


def acts_between(
    since: date | None, until: date | None, *, kind: str = "", subject: tuple[str, int] | None = None
) -> QuerySet[ActRow]:
    """The acts done from one day to another, both included, of a kind or on a file, the latest first; read by pages."""
    acts = Act.objects.order_by("-id")
    if subject:
        acts = acts.filter(subject_kind=subject[0], subject_id=subject[1])
    if since:
        acts = acts.filter(done_on__gte=since)
    if until:
        acts = acts.filter(done_on__lte=until)
    return acts.filter(kind=kind) if kind else acts


def input_of(act_id: int) -> object | None:
    """What an act was asked to do; None when it is absent, older than inputs were kept, or out of reach."""
    return Input.objects.filter(pk=act_id).values_list("given", flat=True).first()


def key_used(actor: Actor, key: str) -> bool:
    """True when this actor has already been served under this key."""
    return Key.objects.filter(_owned_by(actor), key=key).exists()


def _owned_by(actor: Actor) -> Q:
    """A person's keys are theirs whatever their name becomes; jobs, and keys older than the numbers, go by the label."""
    by_label = Q(actor_id=None, actor=actor.label)
    return by_label if actor.id is None else Q(actor_id=actor.id) | by_label


def positions_of(act_ids: Sequence[int]) -> dict[int, int]:
    """The place in the chain of each of these acts; those that wait for their seal have none."""
    return dict(Seal.objects.filter(act_id__in=list(act_ids)).values_list("act_id", "position"))


def snapshot() -> str:
    """What this transaction sees now, in PostgreSQL's own words: taken before facts are read, it tells what they lack."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_current_snapshot()::text || '|' || COALESCE((SELECT max(id) FROM journal_touch), 0)::text"
        )
        return str(cursor.fetchone()[0])


_TOUCHED_SINCE = """
-- What acts that a snapshot did not see have touched: transaction numbers say it whatever the order of the commits. The day is
-- a bound for the index, and for numbers that a restored base took from another server.
SELECT DISTINCT subject_id FROM journal_touch
WHERE kind = %s AND touched_at > now() - interval '1 day'
  -- Numbers that this server has not given yet came with a restored base: what they touched was seen.
  AND (transaction IS NULL OR transaction < pg_snapshot_xmax(pg_current_snapshot())
       OR transaction = pg_current_xact_id_if_assigned())
  -- A snapshot says nothing of the transaction that takes it: what it touched itself goes by its own order.
  AND CASE WHEN transaction IS NOT DISTINCT FROM pg_current_xact_id_if_assigned() THEN id > split_part(%s, '|', 2)::bigint
           ELSE NOT pg_visible_in_snapshot(transaction, split_part(%s, '|', 1)::pg_snapshot) END
ORDER BY 1
"""


def touched_since(seen: str, kind: str) -> list[int]:
    """Everything of a kind that acts touched and that a ``snapshot`` of less than a day did not hold yet, each once."""
    with connection.cursor() as cursor:
        cursor.execute(_TOUCHED_SINCE, [kind, seen, seen])
        return [row[0] for row in cursor.fetchall()]


def outcome_under(key: str) -> dict[str, object] | None:
    """What was answered under a key that names its own work, whoever asked; None when it was never used."""
    return Key.objects.filter(key=key).order_by("pk").values_list("outcome", flat=True).first()
