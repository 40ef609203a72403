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
    """One file carries every movement that this person sees, whoever insures the member."""
    named = list(perimeter_names(request.context.actor.perimeters).items())
    count = count_movements_to_send()
    facts = [{"label": _("Mouvements en attente"), "value": count}]
    label = ", ".join(name for _id, name in named)
    return [{"value": one, "label": label, "facts": facts, "ready": count > 0} for one, _name in named[:1]]


LAUNCHES = (
    Launch(
        "droits",
        "rights.send",
        gettext_lazy("Envoyer les droits"),
        gettext_lazy("Un fichier pour le régime obligatoire, avec tous les mouvements en attente."),
        gettext_lazy("Écrire le fichier"),
        "shield-check",
        _rights,
        of_perimeter("rights.send", "Envoi des mouvements de droits"),
    ),
)
