"""Benefits: care lines, ceilings, statements."""

from __future__ import annotations

from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from egide.benefits.asked import recycle_rejects
from egide.benefits.decisions.refusals import REASONS
from egide.benefits.papers.statement import act_labels
from egide.benefits.queries import care_families
from egide.doors.benefits import api, care_line, statement, transfers, why_care
from egide.doors.benefits.file_lines import care_rows, file_actions, ignored_because, reject_title
from egide.doors.benefits.launches import LAUNCHES
from egide.doors.benefits.words import WORDS
from egide.doors.frame.door import Door, Reading, SubjectPage, Why
from egide.journal.permissions import Permission

DOOR = Door(
    "benefits",
    urls=(
        path("virements/listes/<int:proposal_id>", transfers.transfers, name="transfers"),
        path("virements/<int:payment_id>/releve", statement.statement, name="statement"),
        path("soins/<int:line_id>", care_line.care_line, name="care-line"),
    ),
    api=api.router,
    words=WORDS,
    subjects=(
        SubjectPage(
            "payment_proposal",
            _("Liste de virements"),
            "bank",
            lambda identifier, _label: reverse("transfers", args=[identifier]),
            None,
            "proposal",
            (Permission.BENEFITS,),
        ),
    ),
    why=(
        Why("soin", Permission.READ_HEALTH, why_care.care),
        Why("plafond", Permission.READ_HEALTH, why_care.ceiling),
    ),
    launches=LAUNCHES,
    readings=(
        Reading(
            "noemie.care",
            lines=care_rows,
            set_aside=ignored_because,
            title=reject_title,
            actions=file_actions,
            mends=frozenset(REASONS),
            recycle=recycle_rejects,
            needs=Permission.BENEFITS,
        ),
    ),
    warm=(act_labels, care_families),
)
