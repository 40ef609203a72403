"""The words of people and of the centre on the screens: what each code is called."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from egide.doors.frame.door import Tables

WORDS: Tables = {
    "acts": {
        "centre.organisation": _("Organisme enregistré"),
        "centre.team": _("Équipe ouverte"),
        "centre.user": _("Compte ouvert"),
        "centre.user_change": _("Compte changé"),
        "centre.user_password": _("Mot de passe changé"),
        "centre.user_close": _("Compte fermé"),
        "centre.user_reopen": _("Compte rouvert"),
        "person.correct": _("Identité corrigée"),
        "person.move": _("Coordonnées changées"),
    },
}
