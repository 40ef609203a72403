"""The papers that a form lacks: asked for one by one, received one by one; the last one makes the file complete."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from egide.contracts.acts.forms import locked_form, read_saved, same_revision
from egide.contracts.acts.reception import refuse_future, refuse_known_paper
from egide.contracts.facts import FormRead, PaperAsked
from egide.contracts.models import AskedPaper, EnrolmentForm
from egide.documents.acts import keep_document
from egide.journal import clock
from egide.journal.acts import Record, perform
from egide.journal.facts import Context
from egide.journal.permissions import Permission
from egide.kernel.calendars import Calendar
from egide.kernel.errors import Refusal
from egide.kernel.reference import load_time_limit
from egide.kernel.time_limits import due_on
from egide.work.acts import pause, resume
from egide.work.queries import item_about

ANSWER_LIMIT = "PAPERS_ANSWER"


def answer_before(day: date) -> date:
    """The day by which a candidate is asked to answer, unless the gestionnaire gives another."""
    found = due_on(load_time_limit(ANSWER_LIMIT, day), day, (), Calendar())
    assert found is not None  # noqa: S101 - no pause stops it
    return found


def papers_lacking(read: FormRead) -> tuple[PaperAsked, ...]:
    """What a form lacks as it reads, each paper once."""
    lacking = {issue.paper: PaperAsked(issue.paper, issue.code) for issue in reversed(read.papers)}
    return tuple(reversed(lacking.values()))


def ask_papers(
    context: Context,
    form_id: int,
    *,
    revision: int,
    letter: bytes,
    pages: int,
    papers: Sequence[PaperAsked] | None = None,
    answer_by: date | None = None,
) -> FormRead:
    """Asks for papers, those chosen or else all that the form lacks, and keeps the letter; no clock runs meanwhile."""
    chosen = None if papers is None else [paper.title for paper in papers]
    given = [form_id, revision, chosen, str(answer_by or "")]
    with perform(context, "enrolment.ask_papers", needs=Permission.ENROL, given=given) as act:
        form = locked_form(form_id)
        same_revision(form, revision)
        read = read_saved(form)
        wanted = papers_lacking(read) if papers is None else tuple(papers)
        day = clock.today()
        before = answer_by or answer_before(day)
        _refuse_senseless(form, wanted, before)
        letter_id = keep_document(
            act,
            letter,
            kind="missing_papers",
            title="Demande de pièces complémentaires",
            subject=("form", form.pk),
            perimeter_id=form.perimeter_id,
            pages=pages,
        ).pk
        for paper in wanted:
            AskedPaper.objects.update_or_create(
                form=form,
                title=paper.title,
                received_on=None,
                defaults={"answer_by": before, "letter_id": letter_id},
                create_defaults={
                    "perimeter_id": form.perimeter_id,
                    "code": paper.code,
                    "asked_on": day,
                    "answer_by": before,
                    "letter_id": letter_id,
                },
            )
        form.state = "waiting"
        form.save()
        item = item_about("enrolment", "form", form.pk)
        pause(act, item, "pièces manquantes : " + ", ".join(_still_asked(form)))
        act.on("form", form.pk, item.title, form.perimeter_id)
        act.because(f"Réponse attendue avant le {before:%d/%m/%Y}.")
    return read


def papers_received(
    context: Context,
    form_id: int,
    *,
    scan: bytes,
    pages: int,
    papers: Sequence[str] | None = None,
    received_on: date | None = None,
) -> None:
    """Keeps a paper that came, and marks those asked for that it holds; the last of them makes the file complete.

    ``papers`` names them; left out, it is the only one asked for. A paper that is none of them leaves the file incomplete.
    """
    given = [form_id, scan, None if papers is None else list(papers), str(received_on or "")]
    with perform(context, "enrolment.papers_received", needs=Permission.ENROL, given=given) as act:
        form, day = locked_form(form_id), received_on or clock.today()
        if form.state not in ("received", "waiting"):
            raise Refusal(
                code="enrolment.closed",
                where=f"bulletin {form.pk}",
                message="Ce bulletin est traité : il n’attend plus de pièce.",
                remedy="Ouvrez la fiche de l’adhérent ; pour un changement, faites un avenant.",
            )
        refuse_future(day)
        refuse_known_paper(form.pk, scan)
        named = _named(form, papers)
        title = ", ".join(named) or "Pièces complémentaires reçues"
        document = keep_document(
            act,
            scan,
            kind="papers",
            title=title,
            subject=("form", form.pk),
            perimeter_id=form.perimeter_id,
            pages=pages,
            received=True,
            on=day,
        )
        AskedPaper.objects.filter(form=form, title__in=named, received_on=None).update(
            received_on=day, document_id=document.pk
        )
        act.because(f"Pièce reçue le {day:%d/%m/%Y} : {title}.")
        _complete(act, form, day)


def _complete(act: Record, form: EnrolmentForm, day: date) -> None:
    """Starts the clock when nothing that was asked for is missing any more; says what still is."""
    item = item_about("enrolment", "form", form.pk)
    missing = _still_asked(form)
    if missing:
        act.because(f"Il manque encore : {', '.join(missing)}.")
        if item.state == "paused":
            pause(act, item, "pièces manquantes : " + ", ".join(missing))
    else:
        if item.state == "paused":
            came = AskedPaper.objects.filter(form=form).order_by("-received_on").first()
            resume(act, item, on=came.received_on if came else day)
        form.state = "received"
    form.save()
    act.on("form", form.pk, item.title, form.perimeter_id)
    act.outcome = {"form": form.pk, "missing": len(missing)}


def _still_asked(form: EnrolmentForm) -> list[str]:
    return list(AskedPaper.objects.filter(form=form, received_on=None).order_by("id").values_list("title", flat=True))


def _named(form: EnrolmentForm, papers: Sequence[str] | None) -> list[str]:
    if papers is not None:
        return list(dict.fromkeys(papers))
    asked = _still_asked(form)
    return asked if len(asked) == 1 else []


def _refuse_senseless(form: EnrolmentForm, wanted: Sequence[PaperAsked], before: date) -> None:
    if not wanted:
        raise Refusal(
            code="enrolment.nothing_to_ask",
            where="papers",
            message="Aucune pièce n’est demandée : rien ne manque à ce dossier, ou aucune n’est choisie.",
            remedy="Choisissez une pièce ou écrivez-la ; sinon corrigez les champs signalés, ou validez l’adhésion.",
        )
    if form.state not in ("received", "waiting"):
        raise Refusal(
            code="enrolment.closed",
            where=f"bulletin {form.pk}",
            message="Ce bulletin est traité : plus rien ne se demande ici.",
            remedy="Ouvrez la fiche de l’adhérent ; pour un changement, faites un avenant.",
        )
    if before <= clock.today():
        raise Refusal(
            code="enrolment.answer_by",
            where="answer_by",
            message=f"La réponse serait attendue avant le {before:%d/%m/%Y}, qui n’est pas à venir.",
            remedy="Donnez une date à venir, qui laisse le temps d’écrire.",
        )
