"""Work: opening an item when something arrives, pausing and resuming its clock, closing it. Always inside an act."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from egide.journal import clock
from egide.journal.acts import Record
from egide.kernel.errors import Refusal
from egide.work.models import Item, Pause
from egide.work.queries import clock_of


@dataclass(frozen=True, slots=True)
class NewItem:
    """An item to open: its time limit starts at its reception (``limit_days`` in ``limit_unit``)."""

    kind: str
    title: str
    perimeter_id: int
    subject_kind: str
    subject_id: int
    received_at: datetime
    limit_days: int
    limit_unit: str = "working"
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
    item = Item(
        kind=new.kind,
        title=new.title,
        perimeter_id=new.perimeter_id,
        team_id=new.team_id,
        subject_kind=new.subject_kind,
        subject_id=new.subject_id,
        detail=new.detail,
        received_at=new.received_at,
        limit_days=new.limit_days,
        limit_unit=new.limit_unit,
        region=new.region,
    )
    item.due_on = clock_of(item, (), clock.today()).due_on
    item.save()
    record.because(f"À traiter avant le {item.due_on:%d/%m/%Y}.")
    return item


def pause(record: Record, item: Item, reason: str, *, on: date | None = None) -> None:
    """Stops the clock of an item, with its reason; a clock already stopped only changes its reason."""
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
    """Starts the clock again; the days of the pause do not count, nor the day of what ends it (CPC 641)."""
    day = on or clock.today()
    item.pauses.filter(end__isnull=True).update(end=day + timedelta(days=1))
    item.state = "open"
    item.due_on = clock_of(item, tuple(item.pauses.all()), day).due_on
    item.save()
    record.because(f"Délai repris le {day:%d/%m/%Y}, échéance le {item.due_on:%d/%m/%Y}.")


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
