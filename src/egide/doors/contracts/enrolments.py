"""The list of enrolment forms: those to do, those that wait for papers, those done."""

from __future__ import annotations

import uuid
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from egide.contracts.queries import FormRow, forms_in
from egide.doors.contracts.enrolment_fields import who_in
from egide.doors.contracts.words import FORM_FILTERS, FORM_STATES
from egide.doors.desk.holding import holders, whose_asked, whose_filters
from egide.doors.desk.today import item_deadline
from egide.doors.frame.access import PageRequest, allowed, needs
from egide.doors.frame.sheets import sheet
from egide.doors.frame.shelf import Shelf
from egide.doors.frame.shell import Shape, filters, page_number, page_shape, show, state
from egide.journal.permissions import Permission
from egide.products.queries import versions
from egide.work.facts import Whose
from egide.work.queries import ItemRow, items_about, subjects_held

SIZE = 50


@needs(Permission.READ)
def enrolments(request: PageRequest) -> HttpResponse:
    """Forms in one state, the oldest first; the whole list as a spreadsheet on request."""
    wanted = request.GET.get("state", "received")
    wanted = wanted if wanted in FORM_FILTERS else "received"
    number = page_number(request)
    forms = forms_in(wanted, latest_first=wanted in ("enrolled", "refused"))
    whose = whose_asked(request) if wanted in ("received", "waiting") else Whose.ALL
    if whose is not Whose.ALL:
        forms = forms.filter(pk__in=subjects_held("enrolment", whose, request.context.actor.id))
    export = request.GET.get("export") == "xlsx"
    first = (number - 1) * SIZE
    found = list(forms[:5000] if export else forms[first : first + SIZE + 1])
    rows = _rows(request, found if export else found[:SIZE])
    if export:
        head = [str(_(word)) for word in ("Bulletin", "Candidat", "Produit", "Reçu le", "Échéance", "État")]
        return sheet(
            "bulletins",
            head,
            (
                [r["number"], r["who"], r["product"], r["received_on"], r["due_on"], str(r["state"]["label"])]
                for r in rows
            ),
        )
    base = reverse("enrolments")
    query = {"state": wanted, **({"qui": whose.value} if whose is not Whose.ALL else {})}
    context = {
        "filters": filters(base, "state", wanted, [(code, FORM_STATES[code][0], None) for code in FORM_FILTERS]),
        "rows": rows,
        "whose": whose_filters(f"{base}?state={wanted}", whose) if wanted in ("received", "waiting") else [],
        "form_key": str(uuid.uuid4()),
        "page": page_shape(base, query, number=number, size=SIZE, shown=len(rows), more=len(found) > SIZE),
        "export_url": f"{base}?{urlencode({**query, 'export': 'xlsx'})}",
        "new_url": reverse("enrolment-new") if allowed(request, Permission.ENROL) else "",
    }
    return show(request, "contracts/enrolments.html", context, nav="enrolments")


def _rows(request: PageRequest, forms: list[FormRow]) -> list[Shape]:
    items = items_about("enrolment", "form", [form.pk for form in forms])
    titles, shelf = {version.code: version.title for version in versions()}, Shelf()
    held = holders(request, items.values())
    return [
        {**_row(form, item, titles, shelf), "holder": held[item.pk] if item and item.state != "done" else None}
        for form in forms
        for item in [items.get(form.pk)]
    ]


def _row(form: FormRow, item: ItemRow | None, titles: dict[str, str], shelf: Shelf) -> Shape:
    label, tone = FORM_STATES[form.state]
    formula = str(form.content.get("formula", ""))
    deadline = (
        item_deadline(item)
        if item and item.state != "done"
        else {"due_on": item.due_on if item else None, "done": True}
    )
    return {
        "url": reverse("enrolment", args=[form.pk]),
        "number": _("Bulletin %(n)s") % {"n": form.pk},
        "who": who_in(form.content) or (item.title if item else ""),
        "product": titles.get(form.product_code, form.product_code),
        "formula": shelf.formula(form.product_code, formula, form.received_on) if formula else "",
        "received_on": form.received_on,
        "due_on": deadline["due_on"],
        "deadline": deadline,
        "state": state(label, tone),
    }
