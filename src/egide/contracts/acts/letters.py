"""A letter that a person writes to a member: as it was previewed, kept on the enrolment."""

from __future__ import annotations

from egide.contracts.queries import EnrolmentRow, enrolment_with_member
from egide.documents.acts import issue
from egide.documents.facts import PlainLetter
from egide.documents.queries import DocumentRow
from egide.journal.acts import perform
from egide.journal.facts import Context
from egide.journal.permissions import Permission, may
from egide.kernel.errors import Refusal
from egide.people.papers import letter_frame

_SUBJECT_MOST = 90
_PROSE_MOST = 8_000  # some four pages


def plain_letter(enrolment: EnrolmentRow, *, subject: str, prose: str) -> PlainLetter:
    """The letter as it would be sent; refused without a subject or a word."""
    if not subject.strip() or len(subject) > _SUBJECT_MOST:
        raise Refusal(
            "letter.subject", "L’objet manque ou dépasse une ligne.", "Écrivez-le en quelques mots.", "subject"
        )
    if not prose.strip():
        raise Refusal("letter.prose", "Le texte de la lettre manque.", "Écrivez la lettre.", "prose")
    if len(prose) > _PROSE_MOST:
        raise Refusal(
            "letter.too_long",
            f"Le texte dépasse {_PROSE_MOST} caractères.",
            "Raccourcissez-le, ou faites-en plusieurs lettres.",
            "prose",
        )
    return PlainLetter(**letter_frame(enrolment.member, enrolment.number), subject=subject.strip(), prose=prose.strip())


def write_letter(context: Context, enrolment_id: int, *, subject: str, prose: str) -> DocumentRow:
    """Issues a letter in the member's file; the journal keeps its subject, never its text.

    A free text may tell of care: whoever sees none can tell none, and the letter of anyone else is health.
    """
    given = [enrolment_id, subject, prose]
    with perform(context, "enrolment.letter", needs=Permission.CONTACT, given=given) as act:
        enrolment = enrolment_with_member(enrolment_id)
        act.on("enrolment", enrolment.pk, enrolment.number, enrolment.perimeter_id)
        document = issue(
            act,
            plain_letter(enrolment, subject=subject, prose=prose),
            kind="letter",
            title=subject.strip(),
            subject=("enrolment", enrolment.pk),
            perimeter_id=enrolment.perimeter_id,
            health=may(context.actor.role, Permission.READ_HEALTH),
        )
        act.outcome = {"document": document.pk}
    return document
