"""Launching long work: each kind shows first what it will do, then asks for it; nothing leaves without a confirmation."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from egide.benefits.jobs.proposing import propose
from egide.benefits.queries import ProposalRow, count_payments_to_tell, to_pay
from egide.contracts.queries import count_movements_to_send
from egide.doors.desk.works import WORKS
from egide.doors.frame import words
from egide.doors.frame.access import NO_SUCH, PageRequest, allowed, needs
from egide.doors.frame.shell import Shape, error_of, show
from egide.doors.works import KINDS, ask_call, ask_of_perimeter, ask_recycling
from egide.exchanges.queries import count_open_rejects, file_to_read
from egide.journal import clock
from egide.journal.queries import perimeter_names
from egide.kernel.errors import Refusal
from egide.kernel.periods import add_months, first_of_month
from egide.premiums.jobs import ShownDebits
from egide.work.job_queries import JobRow, job

_MONTHS_BACK, _MONTHS_AHEAD = 3, 2


@dataclass(frozen=True, slots=True)
class Launch:
    """One thing that can be launched from the screen: its words, what it shows before, and what it asks for."""

    kind: str
    title: str | Promise
    lead: str | Promise
    button: str | Promise
    preview: Callable[[PageRequest], list[Shape]]
    ask: Callable[[PageRequest], JobRow | ProposalRow]


def _payments(request: PageRequest) -> list[Shape]:
    rows = []
    for perimeter_id, name in perimeter_names(request.context.actor.perimeters).items():
        wanted = to_pay(perimeter_id)
        total = int(wanted["amount_cents"].sum()) if wanted.height else 0
        facts = [{"label": _("Adhérents à payer"), "value": wanted.height}, {"label": _("Montant"), "cents": total}]
        rows.append({"value": perimeter_id, "label": name, "facts": facts, "ready": wanted.height > 0})
    return rows


def _statements(request: PageRequest) -> list[Shape]:
    rows = []
    for perimeter_id, name in perimeter_names(request.context.actor.perimeters).items():
        count = count_payments_to_tell(perimeter_id)
        facts = [{"label": _("Virements sans relevé"), "value": count}]
        rows.append({"value": perimeter_id, "label": name, "facts": facts, "ready": count > 0})
    return rows


def _rights(request: PageRequest) -> list[Shape]:
    """One file carries every movement that this person sees, whoever insures the member."""
    named = list(perimeter_names(request.context.actor.perimeters).items())
    count = count_movements_to_send()
    facts = [{"label": _("Mouvements en attente"), "value": count}]
    label = ", ".join(name for _id, name in named)
    return [{"value": one, "label": label, "facts": facts, "ready": count > 0} for one, _name in named[:1]]


def _rejects(request: PageRequest) -> list[Shape]:
    file = file_to_read(request.context, _number(request, "file"))
    count = count_open_rejects(file.pk)
    return [
        {
            "value": file.pk,
            "label": file.name,
            "facts": [{"label": _("Rejets ouverts"), "value": count}],
            "ready": count > 0,
        }
    ]


def _months(_: PageRequest) -> list[Shape]:
    return []


def _of_perimeter(kind: str) -> Callable[[PageRequest], JobRow]:
    def ask(request: PageRequest) -> JobRow:
        return ask_of_perimeter(request.context, kind, perimeter_id=_perimeter(request))

    return ask


def _propose(request: PageRequest) -> ProposalRow:
    """The list of transfers, kept to be looked at; nothing leaves before it is confirmed."""
    return propose(request.context, perimeter_id=_perimeter(request))


def _ask_call(request: PageRequest) -> JobRow:
    """A trial first; the call itself only from the figures of a trial, which the button carries."""
    if request.POST.get("act") == "call":
        trial = job(_number(request, "trial"))
        if trial.kind != "premiums.try" or trial.state != "done":
            raise Http404
        month = date.fromisoformat(trial.given["month"])
        figures = trial.figures
        shown = ShownDebits(figures["debits"], figures["debited_cents"], figures.get("debit_print", ""))
        return ask_call(request.context, month, perimeter_id=trial.perimeter_id, dry_run=False, shown=shown)
    text = request.POST.get("month", "")
    if text not in {value for value, _label in _month_options()}:
        raise Refusal("premium.month", _("Ce mois n’est pas dans la liste."), _("Choisissez-en un."), "month")
    month = date.fromisoformat(text)
    return ask_call(request.context, month, perimeter_id=_perimeter(request), dry_run=True)


def _ask_recycling(request: PageRequest) -> JobRow:
    return ask_recycling(request.context, file_to_read(request.context, _number(request, "value")))


LAUNCHES: dict[str, Launch] = {
    "appel": Launch(
        "premiums.call",
        gettext_lazy("Appeler un mois"),
        gettext_lazy("Les chiffres d’abord : l’essai suit le même chemin que l’appel, puis annule tout."),
        gettext_lazy("Voir les chiffres"),
        _months,
        _ask_call,
    ),
    "virements": Launch(
        "benefits.pay",
        gettext_lazy("Payer les prestations"),
        gettext_lazy(
            "Un virement par adhérent, un fichier pour la banque. La liste d’abord : rien ne part avant d’être confirmé."
        ),
        gettext_lazy("Voir la liste"),
        _payments,
        _propose,
    ),
    "releves": Launch(
        "benefits.statements",
        gettext_lazy("Imprimer les relevés"),
        gettext_lazy("Un relevé pour chaque virement qui n’en a pas encore."),
        gettext_lazy("Imprimer"),
        _statements,
        _of_perimeter("benefits.statements"),
    ),
    "droits": Launch(
        "rights.send",
        gettext_lazy("Envoyer les mouvements de droits"),
        gettext_lazy("Un fichier pour le régime obligatoire, avec tous les mouvements en attente."),
        gettext_lazy("Écrire le fichier"),
        _rights,
        _of_perimeter("rights.send"),
    ),
    "rejets": Launch(
        "rejects.recycle",
        gettext_lazy("Reprendre les rejets d’un fichier"),
        gettext_lazy(
            "Chaque acte rejeté est rapproché et liquidé de nouveau. Ce qui échoue encore reste au banc des rejets."
        ),
        gettext_lazy("Reprendre"),
        _rejects,
        _ask_recycling,
    ),
}


@needs(*WORKS)
def launch(request: PageRequest, what: str) -> HttpResponseBase:
    """What a work will do, then a POST that asks for it and leads to its page."""
    chosen = LAUNCHES.get(what)
    if chosen is None or not allowed(request, KINDS[chosen.kind].needs):
        raise Http404
    if request.method != "POST":
        return _show(request, chosen)
    try:
        asked = chosen.ask(request)
    except Refusal as refusal:
        if what not in ("appel", "virements") or refusal.code.endswith(NO_SUCH):
            raise
        return _show(request, chosen, refusal)
    return redirect("work" if isinstance(asked, JobRow) else "transfers", asked.pk)


def _show(request: PageRequest, chosen: Launch, refusal: Refusal | None = None) -> HttpResponse:
    context = {
        "launch": {"title": chosen.title, "lead": chosen.lead, "button": chosen.button},
        "rows": chosen.preview(request),
        "fields": _call_fields(request, refusal) if chosen.kind == "premiums.call" else [],
        "errors": [error_of(refusal)] if refusal else [],
        "form_key": str(uuid.uuid4()),
        "back_url": reverse("works"),
    }
    return show(request, "desk/work_new.html", context, nav="works", status=422 if refusal else 200)


def _call_fields(request: PageRequest, refusal: Refusal | None) -> list[Shape]:
    default = first_of_month(clock.today()).isoformat()
    named = list(perimeter_names(request.context.actor.perimeters).items())
    return [
        {
            "name": "month",
            "label": _("Mois"),
            "kind": "select",
            "options": _month_options(),
            "value": request.POST.get("month", default),
            "required": True,
            "error": refusal.message if refusal else "",
        },
        {
            "name": "value",
            "label": _("Organisme"),
            "kind": "select",
            "options": [(one, name) for one, name in named],
            "value": request.POST.get("value", ""),
            "required": True,
            "width": "l",
        },
    ]


def _month_options() -> list[tuple[str, str]]:
    this = first_of_month(clock.today())
    months = [add_months(this, step) for step in range(_MONTHS_AHEAD, -_MONTHS_BACK - 1, -1)]
    return [(month.isoformat(), words.month(month)) for month in months]


def _perimeter(request: PageRequest) -> int:
    found = _number(request, "value")
    if found not in request.context.actor.perimeters:
        raise Http404
    return found


def _number(request: PageRequest, name: str) -> int:
    text = request.POST.get(name) or request.GET.get(name) or ""
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise Http404
    return int(text)
