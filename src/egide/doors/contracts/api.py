"""Enrolment forms and endorsements: the same acts as the desk, with the same previews."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils import timezone
from ninja import File, Form, Router, Schema
from ninja.files import UploadedFile

from egide.contracts.acts.forms import read_saved, receive_form, save_form
from egide.contracts.acts.reception import ReceivedForm
from egide.contracts.asked import change, enrol
from egide.contracts.decisions.endorsement import plan
from egide.contracts.facts import ArrivalChannel, EndorsementAsked
from egide.contracts.queries import (
    FormRow,
    book_of_change,
    enrolment_by_number,
    enrolment_facts,
    find_form,
    forms_in,
)
from egide.documents.safety import safe_pdf
from egide.doors.api.entry import ApiRequest, absent, operation
from egide.doors.contracts.endorsement_fields import read
from egide.doors.contracts.endorsement_preview import numbered, preview
from egide.journal import clock
from egide.journal.permissions import Permission, may
from egide.people.queries import region_of

router = Router()


class FormOut(Schema):
    """A form as kept, and what stops its validation."""

    id: int
    product_code: str
    received_on: date
    state: str
    revision: int
    content: dict[str, Any]
    issues: list[dict[str, str]]


class ReceiveIn(Schema):
    """A form as it reached the centre: ``received_at`` starts its clock, ``channel`` is the way by which it came."""

    product_code: str
    title: str
    perimeter_id: int
    received_at: datetime | None = None
    channel: ArrivalChannel = ArrivalChannel.PORTAL


class ContentIn(Schema):
    """What is written on the form, and the revision it was read at."""

    revision: int
    content: dict[str, Any]


class RevisionIn(Schema):
    """The revision that was read."""

    revision: int


def _form(form_id: int) -> FormRow:
    form = find_form(form_id)
    if form is None:
        raise absent(f"forms/{form_id}")
    return form


@router.get("/forms", response=list[FormOut], tags=["adhésions"])
@operation(Permission.READ)
def forms(request: ApiRequest, state: str = "received", limit: int = 50) -> list[dict[str, Any]]:  # noqa: ARG001
    """Forms in one state (received, waiting, enrolled, refused: those given up too), the oldest first."""
    return [_out(form) for form in forms_in(state)[: max(1, min(limit, 200))]]


@router.get("/forms/{form_id}", response=FormOut, tags=["adhésions"])
@operation(Permission.READ)
def form(request: ApiRequest, form_id: int) -> dict[str, Any]:  # noqa: ARG001
    """One form with its issues."""
    return _out(_form(form_id))


def _out(form: FormRow) -> dict[str, Any]:
    issues = read_saved(form).issues
    return {
        "id": form.pk,
        "product_code": form.product_code,
        "received_on": form.received_on,
        "state": form.state,
        "revision": form.revision,
        "content": form.content,
        "issues": [
            {
                "field": one.field,
                "code": one.code,
                "message": one.message,
                "remedy": one.remedy,
                "severity": one.severity.value,
            }
            for one in issues
        ],
    }


@router.post("/forms", tags=["adhésions"])
@operation(Permission.ENROL, writes=True)
def receive(request: ApiRequest, given: Form[ReceiveIn], scan: File[UploadedFile]) -> dict[str, Any]:
    """Receive a form with its scan (PDF): it is kept and its clock starts."""
    content = scan.read()
    moment = given.received_at or clock.now()
    if timezone.is_naive(moment):
        moment = timezone.make_aware(moment)
    team = request.context.actor.team_id
    received = ReceivedForm(
        perimeter_id=given.perimeter_id,
        product_code=given.product_code,
        received_at=moment,
        title=given.title,
        scan=content,
        pages=safe_pdf(content).pages,
        region=region_of(team),
        team_id=team,
        channel=given.channel,
    )
    made = receive_form(request.context, received)
    return {"form": made.pk}


@router.put("/forms/{form_id}", tags=["adhésions"])
@operation(Permission.ENROL, writes=True)
def save(request: ApiRequest, form_id: int, given: ContentIn) -> dict[str, Any]:
    """Keep what was written; refused (409) when a colleague saved in between."""
    saved = save_form(request.context, form_id, revision=given.revision, content=given.content)
    return {"form": saved.pk, "revision": saved.revision}


@router.post("/forms/{form_id}/validate", tags=["adhésions"])
@operation(Permission.ENROL, writes=True)
def validate(request: ApiRequest, form_id: int, given: RevisionIn) -> dict[str, Any]:
    """Turn a complete form into an enrolment, with its covers, account, schedule, mandate and rights movements."""
    made = enrol(request.context, form_id, revision=given.revision)
    return {"enrolment": made.pk, "number": made.number, "form": form_id}


class EndorsementIn(Schema):
    """A change, written as on the desk: kind is add_person, remove_person, terminate or withdraw."""

    kind: str
    received_on: str
    event_on: str = ""
    link: str = "child"
    last_name: str = ""
    first_name: str = ""
    birth_date: str = ""
    birth_rank: str = "1"
    nir: str = ""
    student: bool = False
    school: bool = False
    nir_checked: bool = False
    person_id: str = ""
    reason: str = ""
    cause: str = "demande"
    agreement: str = ""
    amount: str = ""
    agreed_on: str = ""
    valid_until: str = ""
    file_holder: str = ""
    certificate_holder: str = ""


class ConfirmIn(EndorsementIn):
    """The same, and the revision of the enrolment that the preview showed."""

    revision: int


def _asked(number: str, given: EndorsementIn) -> tuple[int, EndorsementAsked]:
    enrolment = enrolment_by_number(number)
    asked, refusals = read(given.dict(), today=clock.today())
    if asked is None:
        raise refusals[0]
    return enrolment.pk, asked


@router.post("/members/{number}/endorsements/preview", tags=["avenants"])
@operation(Permission.ENDORSE)
def preview_endorsement(request: ApiRequest, number: str, given: EndorsementIn) -> dict[str, Any]:
    """Every euro and right that a change will move. Nothing is written: no key is needed."""
    enrolment_id, asked = _asked(number, given)
    facts = enrolment_facts(enrolment_id)
    planned = numbered(plan(facts, asked, book=book_of_change(facts, asked)))
    return preview(number, planned, health=may(request.context.actor.role, Permission.READ_HEALTH))


@router.post("/members/{number}/endorsements", tags=["avenants"])
@operation(Permission.ENDORSE, writes=True)
def confirm_endorsement(request: ApiRequest, number: str, given: ConfirmIn) -> dict[str, Any]:
    """Carry out a change as previewed; refused (409) when the enrolment changed in between."""
    enrolment_id, asked = _asked(number, given)
    decided = change(request.context, enrolment_id, asked, revision=given.revision)
    return {"enrolment": enrolment_id, "number": number, "effect_on": decided.effect_on.isoformat()}
