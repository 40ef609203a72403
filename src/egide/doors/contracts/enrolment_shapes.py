"""The parts of the form page that are not its fields: its head, its paper, the papers expected, the next form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from egide.contracts.facts import FormRead, Severity
from egide.contracts.queries import FormRow, PaperState
from egide.documents.queries import documents_on
from egide.doors.contracts.words import ARRIVALS, FORM_STATES
from egide.doors.desk.today import item_deadline
from egide.doors.frame import words
from egide.doors.frame.shell import Shape, state
from egide.journal import clock
from egide.work.queries import ItemRow, queue

A4_PIXELS = (1240, 1754)


def head_shape(form: FormRow, who: str, product: str, item: ItemRow | None) -> Shape:
    """Who, what, since when, until when."""
    label, tone = FORM_STATES[form.state]
    deadline: Shape = {"done": True, "due_on": item.due_on if item else None}
    if item and item.state != "done":
        deadline = item_deadline(item)
    return {
        "number": form.pk,
        "who": who,
        "product": product,
        "received_on": form.received_on,
        "channel": words.said(ARRIVALS, form.channel),
        "state": state(label, tone),
        "deadline": deadline,
    }


def life_shape(form: FormRow, item: ItemRow | None, asked: Sequence[PaperState]) -> list[Shape]:
    """The life of a form as a line of steps: what was done and when, where it stands, what remains."""
    steps: list[tuple[object, date | None, str]] = [(_("Reçu"), form.received_on, "")]
    if asked:
        back = [one.received_on for one in asked]
        steps.append((_("Pièces demandées"), min(one.asked_on for one in asked), ""))
        steps.append((_("Pièces reçues"), None if None in back else max(day for day in back if day), ""))
    over = form.state in ("enrolled", "refused", "abandoned")
    last = FORM_STATES[form.state][0] if over else _("Décision")
    closed = item.closed_at.date() if item and item.closed_at else None
    steps.append((last, closed if over else None, "" if over or not item else _("à rendre")))
    done = [day is not None or (over and rank == len(steps) - 1) for rank, (_label, day, _note) in enumerate(steps)]
    here = done.index(False) if False in done else len(steps)
    return [
        {"label": label, "on": day, "note": note, "state": "done" if done[rank] else "now" if rank == here else "next"}
        for rank, (label, day, note) in enumerate(steps)
    ]


def document_shape(form: FormRow) -> Shape | None:
    """Every paper received on the form, page by page."""
    received = [paper for paper in documents_on("form", form.pk) if paper.received]
    width, height = A4_PIXELS
    pages: list[Shape] = []
    for paper in received:
        for page in range(1, paper.pages + 1):
            pages.append(
                {
                    "number": len(pages) + 1,
                    "url": reverse("document-page", args=[paper.pk, page]),
                    "alt": _("%(title)s, page %(n)s") % {"title": paper.title, "n": page},
                    "width": width,
                    "height": height,
                }
            )
    return {"title": received[0].title, "pages": pages} if pages else None


def papers_shape(form: FormRow, read: FormRead, asked: Sequence[PaperState], *, started: bool) -> list[Shape]:
    """The papers on the file: received, asked for, missing."""
    shapes: list[Shape] = []
    for paper in documents_on("form", form.pk):
        label, tone = (_("Reçue"), "ok") if paper.received else (_("Envoyée"), "info")
        shapes.append(
            {
                "label": paper.title,
                "state": state(label, tone),
                "note": f"{paper.made_on:%d/%m/%Y}",
                "url": reverse("document", args=[paper.pk]),
            }
        )
    for one in asked:
        if one.received_on is None:
            note = _("Demandée le %(asked)s, réponse attendue avant le %(before)s") % {
                "asked": f"{one.asked_on:%d/%m/%Y}",
                "before": f"{one.answer_by:%d/%m/%Y}",
            }
            shapes.append({"label": one.title, "state": state(_("Demandée"), "paused"), "note": note})
    if started and form.state in ("received", "waiting"):
        known = {one.title for one in asked}
        for issue in read.papers:
            if issue.paper not in known:
                label = _("Manquante") if issue.severity is Severity.MISSING else _("À refaire")
                shapes.append({"label": issue.paper, "state": state(label, "warn"), "note": issue.message})
    return shapes


def paper_fields(typed: Mapping[str, str], *, paused: bool) -> list[Shape]:
    """The day on which a paper that is joined came."""
    said = typed if typed.get("act") == "receive" else {}
    hint = _("Le délai reprend du jour où la dernière pièce demandée est arrivée.") if paused else ""
    day = said.get("received_on") or clock.today().isoformat()
    return [
        {"name": "received_on", "label": _("Reçue le"), "kind": "date", "value": day, "required": True, "hint": hint}
    ]


def paper_choices(read: FormRead, asked: Sequence[PaperState], typed: QueryDict) -> list[Shape]:
    """What a paper that is joined may be: those asked for, else those that the form lacks; several may come in one file."""
    open_ = [one.title for one in asked if one.received_on is None]
    titles = open_ or list(dict.fromkeys(issue.paper for issue in read.papers))
    said = typed.getlist("paper") if typed.get("act") == "receive" else titles if len(titles) == 1 else []
    return [{"title": title, "checked": title in said} for title in titles]


def next_form_url(form: FormRow, team_id: int | None) -> str:
    """The next form of the queue, the most urgent first."""
    for item in queue(kinds=["enrolment"], team_id=team_id, limit=3):
        if item.subject_id != form.pk and item.state == "open":
            return reverse("enrolment", args=[item.subject_id])
    return ""
