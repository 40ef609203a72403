"""The words of the trade on the screens: what each stored code is called. French is the source, translated by gettext."""

from __future__ import annotations

from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from egide.journal.facts import Channel, Role
from egide.kernel.formats import format_date, format_month, format_number

Words = dict[str, str | Promise]

ROLES: dict[Role, str | Promise] = {
    Role.ADMINISTRATOR: _("Gestionnaire"),
    Role.ADVISER: _("Conseiller"),
    Role.TEAM_LEADER: _("Responsable d’équipe"),
    Role.DIRECTOR: _("Directeur"),
    Role.AUDITOR: _("Auditeur"),
    Role.DELEGATE: _("Délégataire"),
    Role.PRODUCT_OWNER: _("Responsable produit"),
    Role.OPERATOR: _("Exploitant"),
    Role.SYSTEM: _("Égide"),
}
CHANNELS: Words = {
    Channel.SCREEN: _("à l’écran"),
    Channel.API: _("par l’API"),
    Channel.COMMAND: _("en commande"),
    Channel.FILE: _("par fichier"),
    Channel.MAIL: _("par courrier"),
    Channel.PHONE: _("par téléphone"),
    Channel.BATCH: _("par lot"),
}
ARRIVALS: Words = {
    "mail": _("par courrier"),
    "email": _("par courriel"),
    "counter": _("au guichet"),
    "portal": _("par le portail"),
}
ACTS: Words = {
    "enrolment.receive": _("Bulletin reçu"),
    "enrolment.save": _("Bulletin enregistré"),
    "enrolment.ask_papers": _("Pièces demandées"),
    "enrolment.papers_received": _("Pièces reçues"),
    "enrolment.validate": _("Adhésion validée"),
    "enrolment.import": _("Adhésion importée"),
    "enrolment.import_done": _("Tableau d’adhésions lu"),
    "endorsement.add_person": _("Avenant : ajout d’une personne"),
    "endorsement.remove_person": _("Avenant : radiation d’une personne"),
    "endorsement.terminate": _("Avenant : résiliation"),
    "enrolment.person_corrected": _("Personne couverte corrigée"),
    "premium.follow": _("Cotisations mises à jour"),
    "premium.open": _("Appel de cotisations ouvert"),
    "premium.call": _("Cotisations appelées"),
    "premium.debit": _("Prélèvements demandés"),
    "premium.returns": _("Prélèvements rejetés imputés"),
    "benefits.start": _("Lecture des soins commencée"),
    "benefits.take": _("Soins comptabilisés"),
    "benefits.refuse": _("Lignes de soins rejetées"),
    "benefits.statements": _("Relevés de prestations émis"),
    "benefits.file_read": _("Fichier de soins lu"),
    "benefits.follow": _("Prestations mises à jour"),
    "benefits.propose": _("Virements proposés"),
    "benefits.confirm": _("Virements confirmés"),
    "benefits.pay": _("Prestations payées"),
    "benefits.statement": _("Relevé imprimé"),
    "exchanges.receive": _("Fichier reçu"),
    "exchanges.refuse": _("Fichier refusé"),
    "exchanges.recycle": _("Rejets recyclés"),
    "rights.send": _("Droits annoncés au régime obligatoire"),
    "rights.answers": _("Réponses du régime obligatoire lues"),
    "rights.resend": _("Mouvement de droits renvoyé"),
    "exchanges.close_reject": _("Rejet traité"),
    "products.publish": _("Livre de règles publié"),
    "work.take": _("Dossier pris en charge"),
    "centre.organisation": _("Organisme enregistré"),
    "centre.team": _("Équipe ouverte"),
    "centre.user": _("Compte ouvert"),
    "centre.user_change": _("Compte changé"),
    "centre.user_password": _("Mot de passe changé"),
    "centre.user_close": _("Compte fermé"),
    "centre.user_reopen": _("Compte rouvert"),
    "person.correct": _("Identité corrigée"),
    "work.give_back": _("Dossier remis dans la file"),
    "work.hand_over": _("Dossier passé à un collègue"),
    "work.ask": _("Travail demandé"),
    "work.ask_again": _("Travail relancé"),
    "work.done": _("Travail terminé"),
    "work.refused": _("Travail refusé"),
    "work.failed": _("Travail en échec"),
    "demo.found": _("Centre de démonstration fondé"),
    "demo.populate": _("Portefeuille de démonstration enregistré"),
}
ITEMS: Words = {
    "enrolment": _("Adhésion"),
    "rejects": _("Rejets"),
    "rights_reject": _("Droits refusés"),
    "endorsement": _("Avenant"),
}
LINKS: Words = {"member": _("Adhérent"), "spouse": _("Conjoint"), "child": _("Enfant")}
SCHEMES: Words = {"general": _("Régime général"), "alsace_moselle": _("Alsace-Moselle")}
FAMILIES: Words = {
    "consultation_generaliste": _("Consultation généraliste"),
    "consultation_specialiste": _("Consultation spécialiste"),
    "auxiliaire_medical": _("Auxiliaire médical"),
    "biologie": _("Biologie"),
    "imagerie": _("Imagerie"),
    "acte_technique": _("Acte technique"),
    "pharmacie_15": _("Pharmacie à 15 %"),
    "pharmacie_30": _("Pharmacie à 30 %"),
    "pharmacie_65": _("Pharmacie à 65 %"),
    "dentaire_soins": _("Soins dentaires"),
    "dentaire_prothese": _("Prothèses dentaires"),
    "orthodontie": _("Orthodontie"),
    "optique_monture": _("Monture"),
    "optique_verre_simple": _("Verres simples"),
    "optique_verre_complexe": _("Verres complexes"),
    "lentilles": _("Lentilles"),
    "aide_auditive": _("Aide auditive"),
    "appareillage": _("Appareillage"),
    "hospitalisation_sejour": _("Séjour hospitalier"),
    "hospitalisation_honoraires": _("Honoraires hospitaliers"),
    "chambre_particuliere": _("Chambre particulière"),
    "forfait_journalier": _("Forfait journalier"),
    "forfait_acte_lourd": _("Forfait actes lourds"),
    "transport": _("Transport"),
    "cure": _("Cure thermale"),
    "medecine_douce": _("Médecine douce"),
    "autre": _("Autres soins"),
}
NATURES: Words = {
    "premium": _("Cotisation"),
    "aid_acs": _("Aide ACS"),
    "aid_other": _("Autre aide"),
    "debit": _("Prélèvement"),
    "debit_returned": _("Prélèvement rejeté"),
    "benefit": _("Prestation"),
    "transfer": _("Virement"),
    "transfer_returned": _("Virement revenu"),
    "cash": _("Encaissement"),
    "tax": _("Taxe"),
}
FORM_STATES: dict[str, tuple[str | Promise, str]] = {
    "received": (_("À traiter"), "info"),
    "waiting": (_("En attente de pièces"), "paused"),
    "enrolled": (_("Adhésion créée"), "ok"),
    "refused": (_("Refusé"), "late"),
}
FILE_STATES: dict[str, tuple[str | Promise, str]] = {
    "received": (_("Reçu"), "info"),
    "reading": (_("En lecture"), "info"),
    "read": (_("Lu"), "ok"),
    "refused": (_("Refusé"), "late"),
    "sent": (_("Envoyé"), "ok"),
    "answered": (_("Répondu"), "ok"),
}
FORMATS: Words = {
    "noemie.care": _("Lignes de soins"),
    "noemie.rights": _("Mouvements de droits"),
    "noemie.answers": _("Réponses aux mouvements"),
    "pain.008": _("Prélèvements SEPA"),
    "pain.002": _("Rejets de prélèvements"),
    "pain.001": _("Virements SEPA"),
    "enrolment.sheet": _("Tableau d’adhésions"),
}
PARTNERS: Words = {"bank": _("Banque"), "scheme": _("Régime obligatoire"), "delegate": _("Délégataire")}
REJECT_STATES: dict[str, tuple[str | Promise, str]] = {
    "open": (_("À traiter"), "late"),
    "recycled": (_("Recyclé"), "ok"),
    "closed": (_("Ignoré, avec sa raison"), "neutral"),
}
MOVEMENTS: Words = {
    "create": _("Ouverture des droits"),
    "change": _("Changement des droits"),
    "cancel": _("Annulation des droits"),
}
CARE_FIELDS: Words = {
    "nir": _("Numéro de rattachement"),
    "birth_date": _("Date de naissance"),
    "birth_rank": _("Rang de naissance"),
    "invoice_no": _("Facture"),
    "care_date": _("Date des soins"),
    "act_code": _("Acte"),
    "act_no": _("Rang de l’acte"),
    "charged_cents": _("Dépense"),
    "amo_cents": _("Part du régime obligatoire"),
    "end_to_end_id": _("Référence du prélèvement"),
    "reason": _("Motif de la banque"),
}
MOVEMENT_STATES: dict[str, tuple[str | Promise, str]] = {
    "rejected": (_("Refusé"), "late"),
    "to_send": (_("À envoyer"), "info"),
    "sent": (_("Envoyé"), "neutral"),
    "reported": (_("Signalé"), "warn"),
    "acquitted": (_("Acquitté"), "ok"),
}
JOBS: Words = {
    "care.read": _("Lecture de soins"),
    "enrolments.import": _("Import d’adhésions"),
    "bank.returns": _("Rejets de prélèvements"),
    "rights.answers": _("Réponses aux mouvements"),
    "premiums.try": _("Essai d’un appel de cotisations"),
    "premiums.call": _("Appel de cotisations"),
    "benefits.pay": _("Paiement des prestations"),
    "benefits.statements": _("Relevés de prestations"),
    "rights.send": _("Envoi de mouvements de droits"),
    "rejects.recycle": _("Reprise de rejets"),
}
JOB_STATES: dict[str, tuple[str | Promise, str]] = {
    "waiting": (_("En attente"), "paused"),
    "running": (_("En cours"), "info"),
    "done": (_("Terminé"), "ok"),
    "refused": (_("Refusé"), "late"),
    "failed": (_("En échec"), "late"),
}
RESUMES = _("à la réception des pièces")


def said(table: Words, code: str) -> str:
    """The word of a code; a code that nobody named reads as itself, without its underscores."""
    found = table.get(code)
    return str(found) if found is not None else code.replace("_", " ")


def month(on: date) -> str:
    """« novembre 2026 »."""
    return format_month(on)


def day(on: date) -> str:
    """« 20 novembre 2026 »."""
    return format_date(on)


def rows_shown(first: int, last: int) -> str:
    """« 1 à 50 »."""
    return gettext("%(first)s à %(last)s") % {"first": format_number(first), "last": format_number(last)}
