"""One enrolment form: the paper on the left, its fields on the right, and every act that leads to the enrolment."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from egide.contracts.acts.forms import abandon_form, read_saved, refuse_form, save_form
from egide.contracts.acts.papers import papers_received
from egide.contracts.asked import enrol
from egide.contracts.facts import Issue, Severity
from egide.contracts.queries import FormRow, as_typed, asked_papers, find_form, product_terms
from egide.doors.contracts.enrolment_fields import Content, flat, labels_of, people_of, sections, typed, who_in
from egide.doors.contracts.enrolment_preview import draft_of, preview
from egide.doors.contracts.enrolment_shapes import (
    document_shape,
    head_shape,
    life_shape,
    next_form_url,
    paper_choices,
    paper_fields,
    papers_shape,
)
from egide.doors.contracts.paper_in import paper_in
from egide.doors.desk.holding import holders
from egide.doors.frame.access import PageRequest, allowed, needs
from egide.doors.frame.asking import revision_in
from egide.doors.frame.drafts import draft, forget, remember
from egide.doors.frame.shell import THEN_NEXT, Shape, day_in, error_of, fragment, show
from egide.journal.permissions import Permission
from egide.kernel.errors import Refusal
from egide.products.queries import book_for
from egide.work.queries import ItemRow, items_about


@dataclass(slots=True)
class _Desk:
    """One form on the desk: as kept, as typed, and what is said about it."""

    form: FormRow
    content: Content
    revision: int
    refusals: Sequence[Refusal] = ()
    notes: Sequence[Shape] = ()
    status: int = 200


@needs(Permission.READ)
def enrolment(request: PageRequest, form_id: int) -> HttpResponseBase:
    """Shows the form; a POST does the act of the pressed button, or shows why it could not be done."""
    form = find_form(form_id)
    if form is None:
        raise Http404
    if request.method != "POST":
        return _show(request, _Desk(form, form.content, form.revision))
    if not allowed(request, Permission.ENROL):
        raise Http404
    return _act(request, form)


def _act(request: PageRequest, form: FormRow) -> HttpResponseBase:
    act, _sep, which = request.POST.get("act", "save").partition(":")
    if act == "receive":
        return _receive(request, form)
    if act in ("refuse", "abandon"):
        return _turn_down(request, form, act)
    content = typed(request.POST, form.content)
    revision = revision_in(request)
    desk_ = _Desk(form, content, revision)
    if act == "preview":
        remember(request, f"form-{form.pk}", content)
        return _preview(request, desk_)
    if act == "add":
        content["persons"].append({"link": "child" if people_of(content) else "member"})
    elif act == "remove" and which.isdecimal() and 0 < int(which) < len(content["persons"]):
        del content["persons"][int(which)]
    try:
        match act:
            case "validate":
                return _validate(request, desk_)
            case "ask_papers":
                return _ask_papers(request, desk_)
            case _:
                saved = save_form(request.context, form.pk, revision=revision, content=content)
    except Refusal as refusal:
        return _refused(request, desk_, refusal)
    forget(request, f"form-{form.pk}")
    anchor = f"#person-{len(saved.content['persons']) - 1}" if act == "add" else ""
    if act == "save":
        messages.success(request, _("Bulletin enregistré."))
    return redirect(reverse("enrolment", args=[form.pk]) + anchor)


def _refused(request: PageRequest, on: _Desk, refusal: Refusal) -> HttpResponse:
    """Nothing typed is lost. When a colleague saved in between, what differs is shown beside, and may then be kept."""
    on.refusals, on.status = [refusal], 422
    if refusal.code == "enrolment.edited_meanwhile":
        on.form.refresh_from_db()
        on.notes, on.revision = _differences(on), on.form.revision
    return _show(request, on)


def _differences(on: _Desk) -> list[Shape]:
    theirs, mine = flat(on.form.content), flat(on.content)
    book = book_for(on.form.product_code, on.form.received_on)
    labels = labels_of(sections(on.content, book, revision=0, certificates=True, issues=()))
    return [
        {
            "message": _("%(field)s : votre collègue a écrit « %(theirs)s », vous « %(mine)s ».")
            % {"field": labels.get(name, name), "theirs": theirs.get(name, ""), "mine": value},
            "field": f"id_{name}",
        }
        for name, value in mine.items()
        if str(theirs.get(name) or "") != str(value or "")
    ]  # fmt: skip


def _keep(request: PageRequest, on: _Desk) -> int:
    """Saves what was typed if it changed, so that the act that follows works on what is on screen; gives the revision.

    What is typed may be what was just saved by the same click, twice: it then has the revision of that saving.
    """
    if flat(on.content) == flat(on.form.content):
        return on.form.revision
    saved = save_form(replace(request.context, key=None), on.form.pk, revision=on.revision, content=on.content)
    on.form, on.revision = saved, saved.revision
    return saved.revision


def _validate(request: PageRequest, on: _Desk) -> HttpResponseBase:
    """Keeps and validates what is on screen in one act: two clicks under one key meet there. Refused, it is only kept."""
    try:
        made = enrol(request.context, on.form.pk, revision=on.revision, content=on.content)
    except Refusal as refusal:
        if refusal.code not in ("enrolment.edited_meanwhile", "enrolment.already_done"):
            _keep(request, on)
        raise
    forget(request, f"form-{on.form.pk}")
    said = _("Adhésion %(number)s créée : affiliations, compte, échéancier, mandat et mouvements de droits sont prêts.")
    messages.success(request, said % {"number": made.number}, extra_tags=THEN_NEXT)
    return redirect("member", made.number)


def _ask_papers(request: PageRequest, on: _Desk) -> HttpResponseBase:
    """Keeps what is on screen, then opens the request: nothing leaves from here."""
    _keep(request, on)
    forget(request, f"form-{on.form.pk}")
    return redirect("enrolment-papers", on.form.pk)


def _receive(request: PageRequest, form: FormRow) -> HttpResponseBase:
    try:
        scan, pages = paper_in(request, "scan")
        day = day_in(request.POST.get("received_on"))
        papers_received(
            request.context, form.pk, scan=scan, pages=pages, papers=request.POST.getlist("paper"), received_on=day
        )
    except Refusal as refusal:
        return _refused(request, _Desk(form, form.content, form.revision), refusal)
    waited = form.state == "waiting"
    form.refresh_from_db()
    if waited and form.state == "waiting":
        messages.info(request, _("Pièce jointe au dossier. Il en manque encore : le délai reprendra à la dernière."))
    elif waited:
        messages.success(request, _("Dossier complet : le délai court de nouveau."))
    else:
        messages.success(request, _("Pièce jointe au dossier."))
    return redirect("enrolment", form.pk)


def _turn_down(request: PageRequest, form: FormRow, act: str) -> HttpResponseBase:
    """Refused by the centre or given up by the candidate, with the reason; what is typed and unsaved is of no more use."""
    turned_down = refuse_form if act == "refuse" else abandon_form
    reason, revision = request.POST.get("reason", ""), revision_in(request)
    try:
        turned_down(request.context, form.pk, revision=revision, reason=reason)
    except Refusal as refusal:
        return _refused(request, _Desk(form, form.content, form.revision), refusal)
    forget(request, f"form-{form.pk}")
    said = _("Bulletin refusé") if act == "refuse" else _("Demande abandonnée")
    messages.success(request, _("%(said)s ; la raison est au journal.") % {"said": said}, extra_tags=THEN_NEXT)
    return redirect("enrolment", form.pk)


def _preview(request: PageRequest, on: _Desk) -> HttpResponse:
    shape, refusal = _premium(on)
    errors = [error_of(refusal)] if refusal else [] if shape else [_not_yet()]
    if not request.htmx:
        on.refusals = [refusal] if refusal else []
        return _show(request, on)
    context = {"preview": shape, "errors": errors}
    return fragment(request, "contracts/enrolment/_preview.html", context, status=422 if errors else 200)


def _not_yet() -> Shape:
    return {
        "message": _("La cotisation ne peut pas encore être calculée."),
        "remedy": _("Renseignez la formule, puis le lien et la date de naissance de chaque personne."),
    }


def _premium(on: _Desk) -> tuple[Shape | None, Refusal | None]:
    try:
        found = draft_of(on.form, on.content)
        return (preview(on.form, found) if found else None), None
    except Refusal as refusal:
        return None, refusal


def _item(form: FormRow) -> ItemRow | None:
    return items_about("enrolment", "form", [form.pk]).get(form.pk)


def _show(request: PageRequest, on: _Desk) -> HttpResponse:
    form = on.form
    started = form.revision > 0 or bool(people_of(on.content)) or on.status != 200
    read = read_saved(as_typed(form, on.content))
    # What was enough on the day of the enrolment is not judged again by the day on which it is looked at.
    found = read.issues if started and form.state in ("received", "waiting") else ()
    issues = found if on.status != 200 else _filled(found, on.content)
    terms = product_terms(form.product_code, form.received_on)
    book = book_for(form.product_code, form.received_on)
    readonly = form.state not in ("received", "waiting") or not allowed(request, Permission.ENROL)
    shape, refusal = _premium(on)
    item, asked = _item(form), asked_papers(form.pk)
    context: dict[str, Any] = {
        "enrolment": head_shape(form, who_in(on.content), book.title, item),
        "document": document_shape(form),
        "life": life_shape(form, item, asked),
        "form_key": str(uuid.uuid4()),
        "errors": [] if readonly else _errors(on, issues, refusal),
        "warnings": [*on.notes, *(_error(issue) for issue in issues if issue.severity is Severity.WARNING)],
        "sections": sections(
            on.content, book, revision=on.revision, certificates=terms.certificates_required, issues=issues
        ),
        "papers": papers_shape(form, read, asked, started=started),
        "preview": shape,
        "can_validate": read.asked is not None and not readonly,
        "left": len({issue.field for issue in found if issue.severity is not Severity.WARNING}),
        "can_ask_papers": not readonly,
        "can_receive": not readonly,
        "paper_fields": paper_fields(request.POST, paused=form.state == "waiting"),
        "paper_choices": paper_choices(read, asked, request.POST),
        "next_url": "" if form.ended_because else next_form_url(form, request.context.actor.team_id),
        "readonly": readonly,
        "holder": holders(request, [item])[item.pk] if item and item.state != "done" else None,
        "revision": on.revision,
        "turned_down": form.ended_because,
        "reason": request.POST.get("reason", ""),
        "draft": draft(request, f"form-{form.pk}") is not None,
    }
    return show(request, "contracts/enrolment.html", context, nav="enrolments", status=on.status)


def _errors(on: _Desk, issues: Sequence[Issue], refusal: Refusal | None) -> list[Shape]:
    """Refusals first, then each field to mend, once: what a field already says is not said again by what computes it."""
    fields = [_error(issue) for issue in issues if issue.severity is not Severity.WARNING]
    known = {one["message"] for one in fields}
    told = [error_of(one) for one in on.refusals if one.message not in known]
    if refusal and not fields and refusal.code not in {one.code for one in on.refusals}:
        told.append({"message": refusal.message, "remedy": refusal.remedy, "field": ""})
    return [*told, *fields]


def _filled(issues: Sequence[Issue], content: Content) -> list[Issue]:
    """The issues of what was filled in: before anyone asks for the validation, what is still empty is not wrong."""
    values = flat(content)
    return [
        issue
        for issue in issues
        if issue.severity is Severity.WARNING or values.get(issue.field) not in ("", None, False)
    ]


def _error(issue: Issue) -> Shape:
    return {"message": issue.message, "remedy": issue.remedy, "field": f"id_{issue.field}"}
