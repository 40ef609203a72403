"""Calling a month from the screen: the figures of a trial first, then the call itself, from those figures."""

from __future__ import annotations

from datetime import date

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from egide.doors.frame import words
from egide.doors.frame.access import PageRequest
from egide.doors.frame.asking import number_in, perimeter_in
from egide.doors.frame.door import Launch
from egide.doors.frame.shell import Shape
from egide.journal import clock
from egide.journal.queries import perimeter_names
from egide.kernel.errors import Refusal
from egide.kernel.periods import add_months, first_of_month
from egide.premiums.asked import ask_call
from egide.premiums.jobs import ShownDebits
from egide.work.job_queries import JobRow, job

_MONTHS_BACK, _MONTHS_AHEAD = 3, 2


def _nothing(_: PageRequest) -> list[Shape]:
    return []


def _ask(request: PageRequest) -> JobRow:
    """A trial first; the call itself only from the figures of a trial, which the button carries."""
    if request.POST.get("act") == "call":
        trial = job(number_in(request, "trial"))
        if trial.kind != "premiums.try" or trial.state != "done":
            raise Http404
        month = date.fromisoformat(trial.given["month"])
        figures = trial.figures
        shown = ShownDebits(figures["debits"], figures["debited_cents"], figures.get("debit_print", ""))
        return ask_call(request.context, month, perimeter_id=trial.perimeter_id, dry_run=False, shown=shown)
    text = request.POST.get("month", "")
    if text not in {value for value, _label in _months()}:
        raise Refusal("premium.month", _("Ce mois n’est pas dans la liste."), _("Choisissez-en un."), "month")
    return ask_call(request.context, date.fromisoformat(text), perimeter_id=perimeter_in(request), dry_run=True)


def _fields(request: PageRequest, error: str) -> list[Shape]:
    named = list(perimeter_names(request.context.actor.perimeters).items())
    return [
        {
            "name": "month",
            "label": _("Mois"),
            "kind": "select",
            "options": _months(),
            "value": request.POST.get("month", first_of_month(clock.today()).isoformat()),
            "required": True,
            "error": error,
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


def _months() -> list[tuple[str, str]]:
    this = first_of_month(clock.today())
    months = [add_months(this, step) for step in range(_MONTHS_AHEAD, -_MONTHS_BACK - 1, -1)]
    return [(month.isoformat(), words.month(month)) for month in months]


LAUNCHES = (
    Launch(
        "appel",
        "premiums.call",
        gettext_lazy("Appeler un mois"),
        gettext_lazy("Les chiffres d’abord : l’essai suit le même chemin que l’appel, puis annule tout."),
        gettext_lazy("Voir les chiffres"),
        "calendar3",
        _nothing,
        _ask,
        _fields,
        asks_again=True,
    ),
)
