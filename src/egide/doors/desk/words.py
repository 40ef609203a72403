"""The words of the shared screens on the screens: what each code is called."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from egide.doors.frame.door import Tables

WORDS: Tables = {
    "acts": {
        "exchanges.receive": _("Fichier reçu"),
        "exchanges.refuse": _("Fichier refusé"),
        "exchanges.recycle": _("Rejets recyclés"),
        "exchanges.close_reject": _("Rejet traité"),
        "work.take": _("Dossier pris en charge"),
        "work.finish": _("Dossier terminé"),
        "work.give_back": _("Dossier remis dans la file"),
        "work.hand_over": _("Dossier passé à un collègue"),
        "work.ask": _("Travail demandé"),
        "work.ask_again": _("Travail relancé"),
        "work.done": _("Travail terminé"),
        "work.refused": _("Travail refusé"),
        "work.failed": _("Travail en échec"),
        "demo.found": _("Centre de démonstration fondé"),
        "demo.populate": _("Portefeuille de démonstration enregistré"),
    },
    "items": {
        "rejects": _("Rejets"),
        "unknown_file": _("Fichier à reconnaître"),
    },
    "partners": {
        "bank": _("Banque"),
        "scheme": _("Régime obligatoire"),
        "delegate": _("Délégataire"),
    },
}
FILE_STATES: dict[str, tuple[str | Promise, str]] = {
    "received": (_("Reçu"), "info"),
    "reading": (_("En lecture"), "info"),
    "read": (_("Lu"), "ok"),
    "refused": (_("Refusé"), "late"),
    "sent": (_("Envoyé"), "ok"),
    "answered": (_("Répondu"), "ok"),
}
REJECT_STATES: dict[str, tuple[str | Promise, str]] = {
    "open": (_("À traiter"), "late"),
    "recycled": (_("Recyclé"), "ok"),
    "closed": (_("Ignoré, avec sa raison"), "neutral"),
}
JOB_STATES: dict[str, tuple[str | Promise, str]] = {
    "waiting": (_("En attente"), "paused"),
    "running": (_("En cours"), "info"),
    "done": (_("Terminé"), "ok"),
    "refused": (_("Refusé"), "late"),
    "failed": (_("En échec"), "late"),
}
