"""Work: an item opened when something arrives, its clock, its closing, always inside an act; and who holds it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Q

from egide.journal import clock
from egide.journal.acts import Record, perform
from egide.journal.facts import Actor, Context
from egide.journal.permissions import Permission, may
from egide.journal.scope import reading_as
from egide.kernel.errors import Refusal
from egide.kernel.reference import load_time_limit
from egide.work.kinds import by_hand, carries_health, kinds_of, may_work, needed
from egide.work.models import Item, Pause
from egide.work.queries import clock_of, day_of


@dataclass(frozen=True, slots=True)
class NewItem:
    """An item to open: its time limit runs from its reception, until the file is known to be incomplete.

    ``limit`` names the line of ``reference/time_limits.csv`` that imposes it.
    """

    kind: str
    title: str
    perimeter_id: int
    subject_kind: str
    subject_id: int
    received_at: datetime
    limit: str
    region: str = "national"
    team_id: int | None = None
    detail: dict[str, object] = field(default_factory=dict)


def open_item(record: Record, new: NewItem) -> Item:
    """Opens an item with its due date, or returns the one already open on the same subject."""
    existing = (
        Item.objects.filter(kind=new.kind, subject_kind=new.subject_kind, subject_id=new.subject_id)
        .exclude(state="done")
        .first()
    )
    if existing:
        return existing
    item = _drawn(new)
    item.save()
    record.because(f"À traiter au plus tard le {item.due_on:%d/%m/%Y}.")
    return item


def done_at_once(record: Record, new: NewItem) -> Item:
    """What is asked and done in one act is measured like the rest: an item that opens and closes with it."""
    item = _drawn(new)
    close(record, item)
    return item


def _drawn(new: NewItem) -> Item:
    """An item not kept yet, with its limit as the reference gives it on the day of reception, and its due date."""
    day = day_of(new.received_at)
    limit = load_time_limit(new.limit, day)
    item = Item(
        kind=new.kind,
        title=new.title,
        perimeter_id=new.perimeter_id,
        team_id=new.team_id,
        subject_kind=new.subject_kind,
        subject_id=new.subject_id,
        detail=new.detail,
        received_at=new.received_at,
        complete_on=day,
        limit_code=new.limit,
        limit_days=limit.amount,
        limit_unit=limit.unit.value,
        region=new.region,
        health=carries_health(new.kind),
    )
    item.due_on = clock_of(item, (), day).due_on
    return item


def add_detail(item: Item, name: str, sentence: str) -> None:
    """Adds a sentence to what the screen tells of an item, under a name; what several events gave is told together."""
    item.detail = {**item.detail, name: [*item.detail.get(name, []), sentence]}
    item.save(update_fields=["detail"])


def pause(record: Record, item: Item, reason: str, *, on: date | None = None) -> None:
    """A file is known to be incomplete: no clock runs, nor ran; one known already only changes its reason."""
    day = on or clock.today()
    running = item.pauses.filter(end__isnull=True).first()
    if running:
        running.reason = reason
        running.save()
        return
    Pause.objects.create(item=item, perimeter_id=item.perimeter_id, start=day, reason=reason)
    item.state, item.due_on = "paused", None
    item.save()
    record.because(f"Délai suspendu le {day:%d/%m/%Y} : {reason}.")


def resume(record: Record, item: Item, *, on: date | None = None) -> None:
    """A file is complete: its whole limit runs from the next day (CPC 641), whatever was read before.

    The last paper may have come before the others were asked for (letters that cross): the file is complete that day.
    """
    day = on or clock.today()
    running = item.pauses.filter(end__isnull=True).first()
    if running:
        running.end = max(day, running.start) + timedelta(days=1)
        running.save()
    item.state, item.complete_on = "open", max(day, item.complete_on)
    item.due_on = clock_of(item, tuple(item.pauses.all()), day).due_on
    item.save()
    record.because(f"Dossier complet le {item.complete_on:%d/%m/%Y}, échéance le {item.due_on:%d/%m/%Y}.")


def close(record: Record, item: Item) -> None:
    """Closes an item; its dates stay, and the act that closes it bears them: being on time can be told afterwards."""
    if item.state == "done":
        return
    if item.state == "paused":
        resume(record, item)
    record.received_at, record.due_on = item.received_at, item.due_on
    item.state, item.closed_at = "done", clock.now()
    item.save()


def close_if_open(record: Record, kind: str, subject_kind: str, subject_id: int) -> None:
    """Closes the item of a kind on a file when one is still open."""
    item = (
        Item.objects.filter(kind=kind, subject_kind=subject_kind, subject_id=subject_id).exclude(state="done").first()
    )
    if item:
        close(record, item)


def take(record: Record, item: Item, user_id: int) -> None:
    """Someone takes an item; taking what a colleague holds is refused, handing over is another act."""
    if item.assignee_id not in (None, user_id):
        raise Refusal(
            code="work.taken",
            where=item.title,
            message="Un collègue traite déjà ce dossier.",
            remedy="Choisissez le dossier suivant, ou demandez-lui de vous le passer.",
        )
    item.assignee_id = user_id
    item.save()
    record.because("Pris en charge.")


def take_item(context: Context, item_id: int) -> Item:
    """The person of the context takes an item that nobody else holds."""
    with perform(context, "work.take", needs=_needed(context, item_id), given=item_id) as act:
        item = _locked(item_id)
        _about(act, item)
        take(act, item, _person(context))
    return item


def take_next(context: Context) -> Item:
    """The most urgent item of the team that nobody holds and that this person may do; Refusal when there is none.

    Two people who ask at once get two items: one being taken is passed over.
    """
    actor = context.actor
    kinds = kinds_of(actor)
    free = Item.objects.filter(state="open", assignee_id=None, kind__in=kinds, perimeter_id__in=actor.perimeters)
    ours = free.filter(Q(team_id=actor.team_id) | Q(team_id__isnull=True)).order_by("due_on", "received_at", "id")
    first = next((needed()[kind][0] for kind in kinds), Permission.READ)  # no kind is theirs: nothing will be found
    with perform(context, "work.take", needs=first, given="next") as act:
        item = ours.select_for_update(skip_locked=True).first()
        if item is None:
            raise Refusal(
                code="work.none_free",
                where="file",
                message="Aucun dossier libre n’attend.",
                remedy="La file montre ce qui reste et qui le tient.",
            )
        _about(act, item)
        take(act, item, _person(context))
    return item


def give_back(context: Context, item_id: int) -> Item:
    """Puts an item back in the queue: whoever holds it may, and so may their team leader."""
    with perform(context, "work.give_back", needs=_needed(context, item_id), given=item_id) as act:
        item = _locked(item_id)
        _about(act, item)
        _refuse_other_hands(context, item)
        item.assignee_id = None
        item.save()
        act.because("Remis dans la file.")
    return item


def hand_over(context: Context, item_id: int, *, to: Actor) -> Item:
    """Gives an item to a colleague of the team who may work on it: whoever holds it may, and so may a team leader."""
    with perform(context, "work.hand_over", needs=_needed(context, item_id), given=[item_id, to.id]) as act:
        item = _locked(item_id)
        _about(act, item)
        _refuse_other_hands(context, item)
        same_team = to.id is not None and to.team_id is not None and to.team_id == context.actor.team_id
        if not same_team or not may_work(to, item.kind, item.perimeter_id):
            raise Refusal(
                code="work.colleague",
                where="colleague",
                message="Cette personne n’est pas de votre équipe, ou son rôle ne permet pas ce travail.",
                remedy="Choisissez un collègue de la liste.",
            )
        item.assignee_id = to.id
        item.save()
        act.because(f"Passé à {to.label}.")
    return item


def finish(context: Context, item_id: int, *, reason: str) -> Item:
    """Ends by hand what no other act ends, with the reason; refused for what its own page ends.

    Whoever holds the item may, and anyone who may do the work when nobody does.
    """
    with perform(context, "work.finish", needs=_needed(context, item_id), given=[item_id, reason]) as act:
        item = _locked(item_id)
        _about(act, item)
        if item.kind not in by_hand():
            raise Refusal(
                code="work.ends_elsewhere",
                where=item.title,
                message="Ce dossier se termine par l’acte qui le traite.",
                remedy="Ouvrez-le : sa page propose les actes qui le terminent.",
            )
        if not reason.strip():
            raise Refusal(
                code="work.reason",
                where="reason",
                message="La raison manque.",
                remedy="Dites ce qui a été fait, ou pourquoi il n’y a rien à faire.",
            )
        if item.assignee_id is not None:
            _refuse_other_hands(context, item)
        close(act, item)
        act.because(reason.strip())
    return item


def release(record: Record, user_id: int) -> int:
    """Puts back in the queue all that a person holds, because they leave; returns how many items it was."""
    count = Item.objects.filter(assignee_id=user_id).exclude(state="done").update(assignee_id=None)
    if count:
        record.because(f"{count} dossiers remis dans la file.")
    return count


def _refuse_other_hands(context: Context, item: Item) -> None:
    if item.assignee_id == _person(context) or may(context.actor.role, Permission.STEER):
        return
    raise Refusal(
        code="work.not_yours",
        where=item.title,
        message="Vous ne tenez pas ce dossier : seul qui le tient, ou son responsable, peut le rendre ou le passer.",
        remedy="Prenez-le s’il est libre, ou voyez qui le tient.",
    )


def _about(record: Record, item: Item) -> None:
    record.on(item.subject_kind, item.subject_id, str(item.detail.get("number") or item.title), item.perimeter_id)
    record.outcome = {"item": item.pk, item.subject_kind: item.subject_id}


def _person(context: Context) -> int:
    if context.actor.id is None:
        raise Refusal(
            code="work.nobody",
            where=context.actor.label,
            message="Seule une personne prend un dossier.",
            remedy="Connectez-vous sous votre nom.",
        )
    return context.actor.id


def _needed(context: Context, item_id: int) -> Permission:
    """The permission that the item's kind asks for, and first the one that is lacking; a kind that nobody may work on is
    as absent as a missing item."""
    with reading_as(context.actor):
        kind = Item.objects.filter(pk=item_id).values_list("kind", flat=True).first()
    if kind is None or kind not in needed():
        raise _not_found(item_id)
    wanted = needed()[kind]
    return next((one for one in wanted if not may(context.actor.role, one)), wanted[0])


def _locked(item_id: int) -> Item:
    item = Item.objects.select_for_update().filter(pk=item_id).first()
    if item is None:
        raise _not_found(item_id)
    if item.state == "done":
        raise Refusal(
            code="work.done",
            where=item.title,
            message="Ce dossier est déjà terminé.",
            remedy="Choisissez le dossier suivant.",
        )
    return item


def _not_found(item_id: int) -> Refusal:
    return Refusal(
        code="work.not_found",
        where=str(item_id),
        message="Ce dossier n’existe pas ou ne vous est pas accessible.",
        remedy="Revenez à la page du jour.",
    )
