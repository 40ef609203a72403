"""The words of contracts on the screens: what each code is called."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from egide.doors.frame.door import Tables

WORDS: Tables = {
    "acts": {
        "enrolment.receive": _("Bulletin reçu"),
        "enrolment.save": _("Bulletin enregistré"),
        "enrolment.ask_papers": _("Pièces demandées"),
        "enrolment.papers_received": _("Pièces reçues"),
        "enrolment.validate": _("Adhésion validée"),
        "enrolment.refuse": _("Bulletin refusé"),
        "enrolment.abandon": _("Demande abandonnée"),
        "enrolment.import": _("Adhésion importée"),
        "enrolment.import_start": _("Lecture d’un tableau d’adhésions commencée"),
        "enrolment.import_done": _("Tableau d’adhésions lu"),
        "endorsement.add_person": _("Avenant : ajout d’une personne"),
        "endorsement.remove_person": _("Avenant : radiation d’une personne"),
        "endorsement.terminate": _("Avenant : résiliation"),
        "endorsement.withdraw": _("Avenant : renonciation"),
        "enrolment.person_corrected": _("Personne couverte corrigée"),
        "enrolment.account": _("Compte bancaire changé"),
        "enrolment.letter": _("Courrier écrit"),
        "rights.send": _("Droits annoncés au régime obligatoire"),
        "rights.answers": _("Réponses du régime obligatoire lues"),
        "rights.resend": _("Mouvement de droits renvoyé"),
    },
    "items": {
        "enrolment": _("Adhésion"),
        "rights_reject": _("Droits refusés"),
        "rights_file": _("Réponses de la caisse à lire"),
        "enrolments_file": _("Tableau d’adhésions à lire"),
        "endorsement": _("Avenant"),
    },
    "links": {
        "member": _("Adhérent"),
        "spouse": _("Conjoint"),
        "child": _("Enfant"),
    },
    "schemes": {
        "general": _("Régime général"),
        "alsace_moselle": _("Alsace-Moselle"),
    },
    "formats": {
        "noemie.rights": _("Mouvements de droits"),
        "noemie.answers": _("Réponses aux mouvements"),
        "enrolment.sheet": _("Tableau d’adhésions"),
    },
    "jobs": {
        "enrolments.import": _("Import d’adhésions"),
        "rights.answers": _("Réponses aux mouvements"),
        "rights.send": _("Envoi de mouvements de droits"),
    },
}
ARRIVALS = {
    "mail": _("par courrier"),
    "email": _("par courriel"),
    "counter": _("au guichet"),
    "portal": _("par le portail"),
}
FORM_STATES: dict[str, tuple[str | Promise, str]] = {
    "received": (_("À traiter"), "info"),
    "waiting": (_("En attente de pièces"), "paused"),
    "enrolled": (_("Adhésion créée"), "ok"),
    "refused": (_("Refusé"), "late"),
    "abandoned": (_("Abandonné"), "neutral"),
}
FORM_FILTERS = tuple(state for state in FORM_STATES if state != "abandoned")  # those given up are with those refused
MOVEMENTS = {
    "create": _("Ouverture des droits"),
    "change": _("Changement des droits"),
    "cancel": _("Annulation des droits"),
}
MOVEMENT_STATES: dict[str, tuple[str | Promise, str]] = {
    "rejected": (_("Refusé"), "late"),
    "to_send": (_("À envoyer"), "info"),
    "sent": (_("Envoyé"), "neutral"),
    "reported": (_("Signalé"), "warn"),
    "acquitted": (_("Acquitté"), "ok"),
}
