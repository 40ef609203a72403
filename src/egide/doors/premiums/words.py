"""The words of premiums on the screens: what each code is called."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from egide.doors.frame.door import Tables

WORDS: Tables = {
    "acts": {
        "premium.follow": _("Cotisations mises à jour"),
        "premium.open": _("Appel de cotisations ouvert"),
        "premium.call": _("Cotisations appelées"),
        "premium.debit": _("Prélèvements demandés"),
        "premium.returns": _("Prélèvements rejetés imputés"),
        "premium.notice": _("Avis d’échéance émis"),
        "premium.notices": _("Avis d’échéance du mois émis"),
    },
    "items": {
        "bank_file": _("Rejets de prélèvements à lire"),
        "returned_debit": _("Prélèvement rejeté"),
    },
    "natures": {
        "premium": _("Cotisation"),
        "aid_acs": _("Aide ACS"),
        "aid_other": _("Autre aide"),
        "debit": _("Prélèvement"),
        "debit_returned": _("Prélèvement rejeté"),
        "cash": _("Encaissement"),
        "tax": _("Taxe"),
    },
    "formats": {
        "pain.008": _("Prélèvements SEPA"),
        "pain.002": _("Rejets de prélèvements"),
    },
    "jobs": {
        "bank.returns": _("Rejets de prélèvements"),
        "premiums.try": _("Essai d’un appel de cotisations"),
        "premiums.call": _("Appel de cotisations"),
    },
    "fields": {
        "end_to_end_id": _("Référence du prélèvement"),
        "reason": _("Motif de la banque"),
    },
}
