"""What people ask of contracts, at the screen or by a program: acts with all that follows them, and long work.

A floor never calls up. What an act touches is followed by what the trades declare, at once, so that the screen is right.
"""

from __future__ import annotations

from collections.abc import Mapping

from egide.contracts.acts.endorsements import endorse
from egide.contracts.acts.forms import validate_form
from egide.contracts.acts.imports import Imported, import_sheet
from egide.contracts.facts import EndorsementAsked, EndorsementPlan
from egide.contracts.jobs import read_answers, resend, send_rights
from egide.contracts.queries import EnrolmentRow
from egide.exchanges.queries import file_to_read, may_still_be_read
from egide.house import followed
from egide.journal.facts import Context
from egide.journal.permissions import Permission
from egide.journal.queries import over_everyone
from egide.journal.trade import Ending, Given, JobKind
from egide.kernel.formats import format_count
from egide.kernel.progress import Progress
from egide.people.acts import Identity


def enrol(
    context: Context, form_id: int, *, revision: int, content: Mapping[str, object] | None = None
) -> EnrolmentRow:
    """Validates a form: the enrolment, its account, its schedule with the PDF, its mandate and its movements exist."""
    return followed(validate_form, context, form_id, revision=revision, content=content)


def change(context: Context, enrolment_id: int, asked: EndorsementAsked, *, revision: int) -> EndorsementPlan:
    """Carries out an endorsement and posts every euro that it moves, on premiums and on benefits."""
    return followed(endorse, context, enrolment_id, asked, revision=revision)


def resend_rights(context: Context, movement_id: int, *, corrected: Identity | None) -> None:
    """Sends a refused movement again; a corrected birth date changes ages, and every euro that hangs on them."""
    followed(resend, context, movement_id, corrected=corrected)


def import_enrolments(context: Context, file_id: int, *, progress: Progress = lambda _: None) -> Imported:
    """Takes a table of enrolments: each sound family is enrolled with its account and its schedule, or refused whole."""
    return followed(import_sheet, context, file_to_read(context, file_id), progress=progress)


def _import_enrolments(context: Context, given: Given, progress: Progress) -> Ending:
    done = import_enrolments(context, given["file"], progress=progress)
    refused = len(done.refused.rejects)
    return Ending(
        f"{format_count(len(done.enrolment_ids), 'adhésion prise', 'adhésions prises')}, "
        f"{format_count(refused, 'ligne refusée', 'lignes refusées')}.",
        {"rejected": refused},
    )


def _read_answers(context: Context, given: Given, _: Progress) -> Ending:
    done = read_answers(over_everyone(context), file_to_read(context, given["file"]))
    if not done:
        return Ending("Ces réponses avaient déjà été lues.")
    return Ending(
        f"{format_count(done['acquitted'], 'mouvement acquitté', 'mouvements acquittés')}, "
        f"{format_count(done['reported'], 'signalé', 'signalés')}, "
        f"{format_count(done['rejected'], 'refusé', 'refusés')}, "
        f"{format_count(done['unknown'], 'inconnu', 'inconnus')}."
    )


def _send_rights(context: Context, given: Given, _: Progress) -> Ending:
    file = send_rights(context, perimeter_id=given["perimeter"])
    if file is None:
        return Ending("Aucun mouvement n’attendait.")
    return Ending(f"{format_count(file.lines, 'mouvement écrit', 'mouvements écrits')}.", {"file": file.pk})


JOBS = (
    JobKind("enrolments.import", Permission.ENROL, _import_enrolments, again=may_still_be_read),
    JobKind("rights.answers", Permission.EXCHANGES, _read_answers, again=may_still_be_read),
    JobKind("rights.send", Permission.EXCHANGES, _send_rights),
)
