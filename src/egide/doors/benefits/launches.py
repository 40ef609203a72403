"""Paying, printing statements and taking rejects again from the screen: what each will do, shown before it is asked for."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from egide.benefits.asked import ask_recycling
from egide.benefits.jobs.proposing import propose
from egide.benefits.queries import count_payments_to_tell, to_pay
from egide.doors.frame.access import PageRequest
from egide.doors.frame.asking import number_in, of_perimeter, perimeter_in
from egide.doors.frame.door import Launch
from egide.doors.frame.shell import Shape
from egide.exchanges.queries import count_open_rejects, file_to_read
from egide.journal.queries import perimeter_names
from egide.work.job_queries import JobRow


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


def _rejects(request: PageRequest) -> list[Shape]:
    file = file_to_read(request.context, number_in(request, "file"))
    count = count_open_rejects(file.pk)
    facts = [{"label": _("Rejets ouverts"), "value": count}]
    return [{"value": file.pk, "label": file.name, "facts": facts, "ready": count > 0}]


def _propose(request: PageRequest) -> str:
    """The list of transfers, kept to be looked at; nothing leaves before it is confirmed."""
    return reverse("transfers", args=[propose(request.context, perimeter_id=perimeter_in(request)).pk])


def _ask_recycling(request: PageRequest) -> JobRow:
    return ask_recycling(request.context, file_to_read(request.context, number_in(request, "value")))


LAUNCHES = (
    Launch(
        "virements",
        "benefits.pay",
        gettext_lazy("Payer les prestations"),
        gettext_lazy(
            "Un virement par adhérent, un fichier pour la banque. La liste d’abord : rien ne part avant d’être confirmé."
        ),
        gettext_lazy("Voir la liste"),
        "bank",
        _payments,
        _propose,
        asks_again=True,
    ),
    Launch(
        "releves",
        "benefits.statements",
        gettext_lazy("Imprimer les relevés"),
        gettext_lazy("Un relevé pour chaque virement qui n’en a pas encore."),
        gettext_lazy("Imprimer"),
        "receipt",
        _statements,
        of_perimeter("benefits.statements", "Relevés de prestations"),
    ),
    Launch(
        "rejets",
        "rejects.recycle",
        gettext_lazy("Reprendre les rejets d’un fichier"),
        gettext_lazy(
            "Chaque acte rejeté est rapproché et liquidé de nouveau. Ce qui échoue encore reste au banc des rejets."
        ),
        gettext_lazy("Reprendre"),
        "arrow-repeat",
        _rejects,
        _ask_recycling,
        offered=False,
    ),
)
