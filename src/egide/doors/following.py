"""One person's act at the desk: the act, then the floors above that follow it, in one transaction.

A floor never calls up. What an act touches is followed by what the trades declare, here and at once, so that the screen is
right; a batch's acts are followed in bulk by their own commands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.db import connection

from egide.benefits.jobs.following import FOLLOWS as BENEFITS
from egide.benefits.jobs.reading import recycle
from egide.contracts.acts.endorsements import endorse
from egide.contracts.acts.forms import validate_form
from egide.contracts.acts.imports import Imported, import_sheet
from egide.contracts.facts import EndorsementAsked, EndorsementPlan
from egide.contracts.following import FOLLOWS as CONTRACTS
from egide.contracts.jobs import resend
from egide.contracts.queries import EnrolmentRow
from egide.exchanges.queries import file_to_read, recyclable
from egide.journal.facts import Context
from egide.journal.followers import carry_out
from egide.journal.queries import system_context
from egide.journal.scope import reading, set_perimeters
from egide.kernel.progress import Progress
from egide.people.acts import Identity
from egide.premiums.jobs import FOLLOWS as PREMIUMS

# What each trade follows, in the order of the floors: the one list.
FOLLOWS = (*CONTRACTS, *PREMIUMS, *BENEFITS)


def enrol(
    context: Context, form_id: int, *, revision: int, content: Mapping[str, object] | None = None
) -> EnrolmentRow:
    """Validates a form: the enrolment, its account, its schedule with the PDF, its mandate and its movements exist."""
    return carry_out(FOLLOWS, validate_form, context, form_id, revision=revision, content=content)


def change(context: Context, enrolment_id: int, asked: EndorsementAsked, *, revision: int) -> EndorsementPlan:
    """Carries out an endorsement and posts every euro that it moves, on premiums and on benefits."""
    return carry_out(FOLLOWS, endorse, context, enrolment_id, asked, revision=revision)


def resend_rights(context: Context, movement_id: int, *, corrected: Identity | None) -> None:
    """Sends a refused movement again; a corrected birth date changes ages, and every euro that hangs on them."""
    carry_out(FOLLOWS, resend, context, movement_id, corrected=corrected)


def import_enrolments(context: Context, file_id: int, *, progress: Progress = lambda _: None) -> Imported:
    """Takes a table of enrolments: each sound family is enrolled with its account and its schedule, or refused whole."""
    return carry_out(FOLLOWS, import_sheet, context, file_to_read(context, file_id), progress=progress)


def recycle_rejects(context: Context, reject_ids: Sequence[int], *, progress: Progress = lambda _: None) -> int:
    """Takes rejected acts again, once what stopped them is mended; returns how many were taken this time.

    Only rejects of the actor's perimeters are taken; the person that a line names may be of any.
    """
    with reading(context.actor.perimeters):
        seen = [reject_id for found in recyclable(reject_ids).values() for reject_id in found]
    taken = recycle(over_everyone(replace(context, key=None)), seen, progress=progress)
    if connection.in_atomic_block:
        set_perimeters(context.actor.perimeters)  # the rest of a page's transaction sees what it saw before
    return taken


def over_everyone(context: Context) -> Context:
    """What the scheme sends speaks of every member: it is read under the name of who asked, over every perimeter.

    What that person may see of it afterwards stays within theirs.
    """
    return replace(context, actor=replace(context.actor, perimeters=system_context().actor.perimeters))
