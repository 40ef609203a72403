"""Telling the compulsory scheme from the screen: what waits, shown before the file is written."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from egide.contracts.queries import count_movements_to_send
from egide.doors.frame.access import PageRequest
from egide.doors.frame.asking import of_perimeter
from egide.doors.frame.door import Launch
from egide.doors.frame.shell import Shape
from egide.journal.queries import perimeter_names


def _rights(request: PageRequest) -> list[Shape]:
    """One file for each organisation that has something to announce: it sends under its own numbers."""
    rows = []
    for perimeter_id, name in perimeter_names(request.context.actor.perimeters).items():
        count = count_movements_to_send(perimeter_id)
        facts = [{"label": _("Mouvements en attente"), "value": count}]
        rows.append({"value": perimeter_id, "label": name, "facts": facts, "ready": count > 0})
    return rows


LAUNCHES = (
    Launch(
        "droits",
        "rights.send",
        gettext_lazy("Envoyer les droits"),
        gettext_lazy("Un fichier par organisme pour le régime obligatoire, avec tous ses mouvements en attente."),
        gettext_lazy("Écrire le fichier"),
        "shield-check",
        _rights,
        of_perimeter("rights.send", "Envoi des mouvements de droits"),
    ),
)
