"""The bench of rejects: refused lines grouped by cause, each with its place, its cause and what mends it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from egide.doors.desk.holding import holders, whose_asked, whose_filters
from egide.doors.desk.search_reads import known_by
from egide.doors.desk.today import item_deadline, item_url
from egide.doors.desk.words import REJECT_STATES
from egide.doors.frame import words
from egide.doors.frame.access import PageRequest, allowed, needs
from egide.doors.frame.door import Reading
from egide.doors.frame.opened import items, reading_of, readings
from egide.doors.frame.shell import THEN_NEXT, Shape, day_in, error_of, show, state
from egide.exchanges.asked import ignore_reject
from egide.exchanges.kinds import reading_kinds
from egide.exchanges.queries import (
    Cause,
    RejectRow,
    causes,
    find_reject,
    next_reject,
    oldest_reject_at,
    open_rejects,
    rejects_with_ids,
    reserved,
)
from egide.journal import clock
from egide.journal.permissions import Permission
from egide.journal.queries import acts_on
from egide.kernel.errors import Refusal
from egide.kernel.money import format_eur
from egide.people.queries import people_with_ids
from egide.work.queries import items_about, queue

SHOWN = 10


@needs(Permission.EXCHANGES)
def rejects(request: PageRequest) -> HttpResponseBase:
    """Open rejects by cause, the most frequent first; of one file or one cause if asked. A POST recycles those chosen."""
    if request.method == "POST":
        return _recycle(request, [int(each) for each in request.POST.getlist("item") if each.isdecimal()])
    file_text, code = request.GET.get("file", ""), request.GET.get("cause", "")
    file_id = int(file_text) if file_text.isdecimal() else None
    groups = [one for one in causes(file_id=file_id) if not code or one.code == code]
    found = {one.code: open_rejects(code=one.code, file_id=file_id, limit=200 if code else SHOWN) for one in groups}
    oldest = oldest_reject_at()
    every = [one for lines in found.values() for one in lines]
    deadlines = _deadlines(sorted({one.file_id for one in every}))
    names = _names(every)
    context = {
        "summary": {
            "open": sum(one.count for one in groups),
            "amount_cents": _total(one.charged_cents for one in groups),
            "oldest_days": (clock.today() - oldest.date()).days if oldest else 0,
        },
        "groups": [_group(request, one, found[one.code], deadlines, names) for one in groups if found[one.code]],
        "work": _work(request),
        "whose": whose_filters(reverse("rejects"), whose_asked(request)),
        "form_key": str(uuid.uuid4()),
        "reserved": 0 if allowed(request, Permission.READ_HEALTH) else reserved()[1],
    }
    return show(request, "desk/rejects.html", context, nav="rejects")


def _recycle(request: PageRequest, chosen: list[int]) -> HttpResponseBase:
    taken = 0
    with transaction.atomic():  # all or nothing: a refusal on the way leaves every reject on the bench
        for reading, mine in _by_reading(chosen):
            if reading.recycle is None or not allowed(request, reading.needs):
                raise Http404
            taken += reading.recycle(request.context, mine)
    messages.success(request, _("%(n)s actes repris sur %(m)s choisis.") % {"n": taken, "m": len(chosen)})
    return redirect("rejects")


def _by_reading(chosen: Sequence[int]) -> list[tuple[Reading, list[int]]]:
    """The rejects to take again, by who takes them."""
    found: dict[str, list[int]] = {}
    for one in rejects_with_ids(chosen):
        found.setdefault(one.file.format, []).append(one.pk)
    return [(readings()[code], mine) for code, mine in found.items() if code in readings()]


def _mendable(request: PageRequest, code: str) -> bool:
    reading = reading_of(code)
    return reading is not None and allowed(request, reading.needs)


def _charged(one: RejectRow) -> int | None:
    """What the care of a refused line cost, when the line could be read that far."""
    told = str(one.content.get("charged_cents", ""))
    return int(told) if told.isdecimal() else None


def _total(amounts: Iterable[int | None]) -> int | None:
    told = [cents for cents in amounts if cents is not None]
    return sum(told) if told else None


def _work(request: PageRequest) -> list[Shape]:
    """The files with rejects to mend, the most urgent first, each with who holds it."""
    person = request.context.actor.id
    mending = [kind.code for kind in items().values() if kind.needs == Permission.EXCHANGES]
    kinds = [code for code in mending if code not in reading_kinds()]
    waiting = queue(kinds=kinds, limit=40, whose=whose_asked(request), person_id=person)
    held = holders(request, waiting)
    return [
        {"title": one.title, "url": item_url(request, one), "deadline": item_deadline(one), "holder": held[one.pk]}
        for one in waiting
    ]


def _group(
    request: PageRequest, cause: Cause, lines: Sequence[RejectRow], deadlines: dict[int, Shape], names: dict[int, str]
) -> Shape:
    whole = bool(request.GET.get("cause"))
    only = {"cause": cause.code, **({"file": request.GET["file"]} if request.GET.get("file") else {})}
    return {
        "cause": cause.message,
        "code": cause.code,
        "count": cause.count,
        "amount_cents": cause.charged_cents,
        "proposal": _proposal(cause, len(lines)) if _mendable(request, cause.code) else None,
        "oldest_on": min(one.file.received_at.date() for one in lines),
        "items": [
            {
                "id": one.pk,
                "url": reverse("reject", args=[one.pk]),
                "title": _title(one),
                "person": names.get(one.person_id or 0, ""),
                "file": one.file.name,
                "line": one.line_no,
                "at": one.file.received_at,
                "cents": _charged(one),
                "deadline": deadlines.get(one.file_id),
                "effect": cause.remedy,
            }
            for one in lines
        ],
        "more_url": "" if whole or cause.count <= len(lines) else f"{reverse('rejects')}?{urlencode(only)}",
    }


def _proposal(cause: Cause, shown: int) -> Shape:
    """Recycling, for the causes that someone can mend outside the file itself."""
    return {
        "label": _("Recycler une fois la cause corrigée"),
        "act": f"recycle:{cause.code}",
        "count": shown,
        "effect": _("Chaque acte choisi est rapproché et liquidé de nouveau ; ce qui échoue encore reste ici."),
    }


def _title(one: RejectRow) -> str:
    """What the line tells, else its place."""
    reading = readings().get(one.file.format)
    return (reading.title(one) if reading and reading.title else "") or words.said(words.FIELDS, one.field or "ligne")


def _deadlines(file_ids: Sequence[int]) -> dict[int, Shape]:
    items = items_about("rejects", "file", file_ids)
    return {file_id: item_deadline(item) for file_id, item in items.items() if item.state != "done"}


def _names(lines: Sequence[RejectRow]) -> dict[int, str]:
    found = people_with_ids(sorted({one.person_id for one in lines if one.person_id}))
    return {one.id: f"{one.first_name} {one.last_name}" for one in found}


@needs(Permission.EXCHANGES)
def reject(request: PageRequest, reject_id: int) -> HttpResponseBase:
    """One refused line: what is wrong, the line as received, and what to do; ignoring it asks for a reason."""
    found = find_reject(reject_id)
    if found is None:
        raise Http404
    if request.method != "POST":
        return _show(request, found)
    if request.POST.get("act") == "recycle":
        return _recycle(request, [found.pk])
    reason = request.POST.get("reason", "").strip()
    try:
        if not reason:
            raise Refusal(
                "reject.reason", _("La raison manque."), _("Dites pourquoi cette ligne est ignorée."), "reason"
            )
        ignore_reject(request.context, found.pk, reason=reason)
    except Refusal as refusal:
        return _show(request, found, [refusal])
    after = _next_url(found)
    tags = "" if after else THEN_NEXT
    messages.success(request, _("Ligne ignorée ; la raison est au journal."), extra_tags=tags)
    return redirect(after or reverse("rejects"))


def _received(name: str, value: str) -> str:
    """A value as people read it: amounts in euros, days in French; anything else as it came."""
    if name.endswith("_cents") and value.isdecimal():
        return format_eur(int(value))
    day = day_in(value) if name.endswith("_date") else None
    return f"{day:%d/%m/%Y}" if day else value


def _next_url(found: RejectRow) -> str:
    following = next_reject(found)
    return reverse("reject", args=[following.pk]) if following else ""


def _show(request: PageRequest, found: RejectRow, refusals: Sequence[Refusal] = ()) -> HttpResponse:
    label, tone = REJECT_STATES[found.state]
    person = next(iter(people_with_ids([found.person_id])), None) if found.person_id else None
    known = known_by([found.person_id]).get(found.person_id) if found.person_id else None
    errors = [error_of(one) for one in refusals]
    context = {
        "reject": {
            "id": found.pk,
            "title": _("Ligne %(n)s refusée") % {"n": found.line_no},
            "cause": found.message,
            "code": found.code,
            "state": state(label, tone),
            "file": found.file.name,
            "file_url": reverse("file", args=[found.file_id]),
            "line": found.line_no,
            "at": found.file.received_at,
            "deadline": _deadlines([found.file_id]).get(found.file_id) if found.state == "open" else None,
            "person": f"{person.first_name} {person.last_name}" if person else "",
            "member_url": reverse("member", args=[known.number]) if known else "",
            "cents": _charged(found),
            "kept": _("La ligne et son fichier, tels que reçus."),
            "remedy": found.remedy,
        },
        "raw": [
            {
                "name": words.said(words.FIELDS, name),
                "value": _received(name, str(value)),
                "bad": name == found.field,
                "position": found.position if name == found.field else "",
            }
            for name, value in found.content.items()
        ],
        "errors": errors,
        "recyclable": found.state == "open" and _mendable(request, found.code),
        "open": found.state == "open",
        "history": [
            {
                "at": act.done_at,
                "title": f"{words.said(words.ACTS, act.kind)} : {' '.join(act.reasons)}",
                "by": act.actor_label,
            }
            for act in acts_on("reject", found.pk, limit=10)
        ],
        "form_key": str(uuid.uuid4()),
        "next_url": _next_url(found),
    }
    return show(request, "desk/reject.html", context, nav="rejects", status=422 if refusals else 200)
