"""Premiums: the account of an enrolment, and calling a month."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from egide.doors.frame.door import Door, SubjectPage, Why
from egide.doors.premiums import account, api, why_posted, why_premiums
from egide.doors.premiums.launches import LAUNCHES
from egide.doors.premiums.words import WORDS
from egide.journal.permissions import Permission

DOOR = Door(
    "premiums",
    urls=(path("adherents/<str:number>/compte", account.account, name="account"),),
    api=api.router,
    words=WORDS,
    subjects=(
        SubjectPage("premium_call", _("Appel de cotisations"), "calendar3"),
        SubjectPage("month", _("Mois"), "calendar3"),
    ),
    why=(
        Why("solde", Permission.READ, why_premiums.balance),
        Why("echeance", Permission.READ, why_premiums.instalment),
        Why("cotisation", Permission.READ, why_posted.line),
        Why("mois", Permission.READ, why_posted.month_balance),
    ),
    launches=LAUNCHES,
)
