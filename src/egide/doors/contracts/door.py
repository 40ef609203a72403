"""Contracts: forms, endorsements, rights."""

from __future__ import annotations

from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from egide.doors.contracts import (
    account_change,
    api,
    endorsement,
    enrolment,
    enrolment_papers,
    enrolment_tables,
    enrolments,
    letter,
    reception,
    rights,
    why_changes,
    why_covers,
)
from egide.doors.contracts.launches import LAUNCHES
from egide.doors.contracts.words import WORDS
from egide.doors.frame.door import Door, QuickAct, Reading, Section, SubjectPage, Why
from egide.journal.permissions import Permission

DOOR = Door(
    "contracts",
    urls=(
        path("adherents/<str:number>/avenant", endorsement.endorsement, name="endorsement"),
        path("adherents/<str:number>/compte-bancaire", account_change.account_change, name="account-change"),
        path("adherents/<str:number>/courrier", letter.letter, name="letter"),
        path("adhesions", enrolments.enrolments, name="enrolments"),
        path("adhesions/recevoir", reception.reception, name="enrolment-new"),
        path("adhesions/<int:form_id>", enrolment.enrolment, name="enrolment"),
        path("adhesions/<int:form_id>/pieces", enrolment_papers.enrolment_papers, name="enrolment-papers"),
        path("droits", rights.rights, name="rights"),
        path("droits/<int:movement_id>", rights.right, name="right"),
        path("fichiers/modele", enrolment_tables.sheet_template, name="sheet-template"),
        path("fichiers/<int:file_id>/lignes-refusees", enrolment_tables.refused_lines, name="file-refused-lines"),
    ),
    api=api.router,
    words=WORDS,
    sections=(Section("enrolments", _("Adhésions"), "person-vcard", "d", (Permission.READ,), 20),),
    subjects=(
        SubjectPage(
            "movement",
            _("Mouvement de droits"),
            "shield-check",
            lambda identifier, _label: reverse("right", args=[identifier]),
            lambda identifier, _kind: reverse("right", args=[identifier]),
            "movement",
            (Permission.READ, Permission.EXCHANGES),
        ),
        SubjectPage(
            "form",
            _("Bulletin"),
            "file-earmark-text",
            lambda identifier, _label: reverse("enrolment", args=[identifier]),
            lambda identifier, _kind: reverse("enrolment", args=[identifier]),
            "form",
        ),
        SubjectPage(
            "enrolment",
            _("Adhésion"),
            "person-vcard",
            lambda _id, label: reverse("member", args=[label]),
            None,
            "number",
        ),
    ),
    why=(
        Why("couverture", Permission.READ, why_covers.cover),
        Why("apercu", Permission.READ, why_changes.of_form),
        Why("effet", Permission.READ, why_changes.effect_of_form),
        Why("avenant", Permission.ENDORSE, why_changes.of_endorsement),
        Why("avenant-effet", Permission.ENDORSE, why_changes.effect_of_endorsement),
    ),
    launches=LAUNCHES,
    readings=(Reading("enrolment.sheet", actions=enrolment_tables.file_actions),),
    quick_acts=(QuickAct(_("Recevoir un bulletin"), "enrolment-new", "file-earmark-plus", Permission.ENROL, "c"),),
)
