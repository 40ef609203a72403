"""The words of benefits on the screens: what each code is called."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from egide.doors.frame.door import Tables

WORDS: Tables = {
    "acts": {
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
    },
    "items": {
        "care_file": _("Fichier de soins à lire"),
    },
    "natures": {
        "benefit": _("Prestation"),
        "transfer": _("Virement"),
        "transfer_returned": _("Virement revenu"),
    },
    "formats": {
        "noemie.care": _("Lignes de soins"),
        "pain.001": _("Virements SEPA"),
    },
    "jobs": {
        "care.read": _("Lecture de soins"),
        "benefits.pay": _("Paiement des prestations"),
        "benefits.statements": _("Relevés de prestations"),
        "rejects.recycle": _("Reprise de rejets"),
    },
    "fields": {
        "nir": _("Numéro de rattachement"),
        "birth_date": _("Date de naissance"),
        "birth_rank": _("Rang de naissance"),
        "invoice_no": _("Facture"),
        "care_date": _("Date des soins"),
        "act_code": _("Acte"),
        "act_no": _("Rang de l’acte"),
        "charged_cents": _("Dépense"),
        "amo_cents": _("Part du régime obligatoire"),
    },
}
FAMILIES = {
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
