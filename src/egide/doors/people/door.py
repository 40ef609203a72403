"""People and the organisation of the centre, as the screens name them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from egide.doors.frame.door import Door, SubjectPage
from egide.doors.people.words import WORDS

DOOR = Door(
    "people",
    words=WORDS,
    subjects=(
        SubjectPage("person", _("Personne"), "person"),
        SubjectPage("household", _("Foyer"), "house-door"),
        SubjectPage("perimeter", _("Organisme"), "bank"),
        SubjectPage("team", _("Équipe"), "people"),
        SubjectPage("user", _("Compte"), "person"),
        SubjectPage("demo", _("Démonstration"), "book"),
    ),
)
