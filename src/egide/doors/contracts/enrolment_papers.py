"""Asking a candidate for papers: which ones, until when, and the letter as it will leave, before it leaves."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from egide.contracts.acts.forms import read_saved
from egide.contracts.acts.papers import answer_before, ask_papers, papers_lacking
from egide.contracts.facts import PaperAsked
from egide.contracts.queries import FormRow, find_form
from egide.doors.contracts.enrolment_fields import who_in
from egide.doors.contracts.enrolment_letter import asked_in_words, missing_papers_letter
from egide.doors.frame.access import PageRequest, needs
from egide.doors.frame.asking import revision_in
from egide.doors.frame.shell import Shape, day_in, error_of, show
from egide.journal import clock
from egide.journal.permissions import Permission
from egide.kernel.errors import Refusal

# What is often asked for beside what the form lacks.
OTHERS = (
    ("free.identity", "Copie recto verso d’une pièce d’identité"),
    ("free.family", "Copie du livret de famille"),
    ("free.school", "Certificat de scolarité"),
    ("free.vitale", "Copie de l’attestation de la carte Vitale"),
)


@dataclass(frozen=True, slots=True)
class _Request:
    """What is about to be asked for: the papers chosen, what was typed, the day by which to answer."""

    papers: tuple[PaperAsked, ...]
    free: str
    answer_by: date | None
    typed_day: str


@needs(Permission.ENROL)
def enrolment_papers(request: PageRequest, form_id: int) -> HttpResponseBase:
    """Shows what may be asked for; a POST shows the letter as it would leave, or sends it."""
    form = find_form(form_id)
    if form is None or form.state not in ("received", "waiting"):
        raise Http404
    lacking = papers_lacking(read_saved(form))
    if request.method != "POST":
        return _show(request, form, lacking, _Request(lacking, "", answer_before(clock.today()), ""))
    asked = _asked(request, lacking)
    try:
        letter, pages = _letter(form, asked)
        if request.POST.get("act") == "letter":
            answer = HttpResponse(letter, content_type="application/pdf")
            answer["Content-Disposition"] = f'inline; filename="demande_de_pieces_{form.pk}.pdf"'
            return answer
        ask_papers(
            request.context,
            form.pk,
            revision=revision_in(request),
            letter=letter,
            pages=pages,
            papers=asked.papers,
            answer_by=asked.answer_by,
        )
    except Refusal as refusal:
        return _show(request, form, lacking, asked, [refusal])
    messages.success(request, _("Pièces demandées : le délai reprendra quand la dernière sera reçue."))
    return redirect("enrolment", form.pk)


def _asked(request: PageRequest, lacking: Sequence[PaperAsked]) -> _Request:
    chosen = set(request.POST.getlist("paper"))
    papers = [one for one in (*lacking, *_others()) if one.title in chosen]
    free = " ".join(request.POST.get("free", "").split())
    if free:
        papers.append(PaperAsked(free))
    typed = request.POST.get("answer_by", "")
    return _Request(tuple(papers), free, day_in(typed), typed)


def _others() -> list[PaperAsked]:
    return [PaperAsked(title, code) for code, title in OTHERS]


def _letter(form: FormRow, asked: _Request) -> tuple[bytes, int]:
    if asked.answer_by is None:
        raise Refusal(
            "enrolment.answer_by",
            _("La date de réponse manque."),
            _("Écrivez le jour avant lequel répondre, par exemple 05/11/2026."),
            "answer_by",
        )
    if not asked.papers:
        raise Refusal(
            "enrolment.no_paper", _("Aucune pièce n’est choisie."), _("Cochez-en une, ou écrivez-la."), "free"
        )
    return missing_papers_letter(form, form.content, asked.papers, answer_by=asked.answer_by)


def _show(
    request: PageRequest,
    form: FormRow,
    lacking: Sequence[PaperAsked],
    asked: _Request,
    refusals: Sequence[Refusal] = (),
) -> HttpResponse:
    chosen = {paper.title for paper in asked.papers}
    known = {paper.title for paper in lacking}
    wrong = {refusal.where: refusal.message for refusal in refusals}
    context = {
        "form": {
            "number": form.pk,
            "who": who_in(form.content) or _("Bulletin %(n)s") % {"n": form.pk},
            "url": reverse("enrolment", args=[form.pk]),
            "revision": form.revision,
        },
        "lacking": [_choice(form, paper, chosen) for paper in lacking],
        "others": [_choice(form, paper, chosen) for paper in _others() if paper.title not in known],
        "fields": [
            {
                "name": "free",
                "label": _("Autre pièce"),
                "kind": "text",
                "width": "full",
                "value": asked.free,
                "error": wrong.get("free", ""),
                "hint": _("Écrite comme le candidat la lira."),
            },
            {
                "name": "answer_by",
                "label": _("Réponse attendue avant le"),
                "kind": "date",
                "width": "s",
                "required": True,
                "value": asked.answer_by or asked.typed_day,
                "error": wrong.get("answer_by", ""),
            },
        ],
        "errors": [error_of(refusal) for refusal in refusals],
        "form_key": str(uuid.uuid4()),
    }
    return show(request, "contracts/papers.html", context, nav="enrolments", status=422 if refusals else 200)


def _choice(form: FormRow, paper: PaperAsked, chosen: set[str]) -> Shape:
    said = asked_in_words(paper, form.content)
    return {"title": paper.title, "reason": said.reason, "send": said.send, "checked": paper.title in chosen}
