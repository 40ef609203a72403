"""What may be received: one of our products, for one of our perimeters, not from the future, and not twice."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from egide.contracts.facts import ArrivalChannel
from egide.contracts.models import EnrolmentForm
from egide.contracts.queries import product_terms
from egide.documents.queries import documents_of, received_with
from egide.journal import clock
from egide.journal.facts import Actor
from egide.kernel.errors import Refusal


@dataclass(frozen=True, slots=True)
class ReceivedForm:
    """A form as the post or a portal delivers it: its scan, its product, its day of reception."""

    perimeter_id: int
    product_code: str
    received_at: datetime
    title: str
    scan: bytes
    pages: int
    region: str = "national"
    team_id: int | None = None
    content: Mapping[str, object] | None = None
    channel: ArrivalChannel = ArrivalChannel.MAIL


class AlreadyReceived(Refusal):
    """The same paper came before: ``form_id`` is the form that holds it."""

    form_id: int


def refuse_unreceivable(actor: Actor, received: ReceivedForm) -> None:
    """Raises the refusal of what cannot be received, naming its field: perimeter, received_on, product, scan."""
    if received.perimeter_id not in actor.perimeters:
        raise Refusal(
            code="enrolment.perimeter",
            where="perimeter",
            message="Cet organisme n’est pas de ceux que votre équipe gère.",
            remedy="Choisissez l’un de vos organismes, ou transmettez le papier à l’équipe qui le gère.",
        )
    if received.received_at > clock.now():
        raise _future()
    try:
        product_terms(received.product_code, received.received_at.date())
    except Refusal as refusal:
        raise Refusal("enrolment.product", refusal.message, refusal.remedy, "product") from refusal
    _refuse_twice(received.scan)


def refuse_future(day: date) -> None:
    """Nothing is received tomorrow: a clock must not start before its cause."""
    if day > clock.today():
        raise _future()


def refuse_known_paper(form_id: int, scan: bytes) -> None:
    """Raises the refusal of a paper that the form holds already."""
    digest = hashlib.sha256(scan).hexdigest()
    for known in documents_of([("form", form_id)]):
        if known.received and known.sha256 == digest:
            raise Refusal(
                code="enrolment.paper_known",
                where="scan",
                message=f"Ce papier est déjà au dossier : « {known.title} », reçu le {known.made_on:%d/%m/%Y}.",
                remedy="Choisissez le fichier de la pièce qui manque.",
            )


def _refuse_twice(scan: bytes) -> None:
    """Two receptions of one paper meet here: the second waits for the first, then is led to its form."""
    digest = hashlib.sha256(scan).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"reception|{digest}"])
    known = received_with(digest, kind="enrolment_form", subject_kind="form")
    form = EnrolmentForm.objects.filter(pk=known.subject_id).first() if known else None
    if form is None:
        return
    refusal = AlreadyReceived(
        code="enrolment.already_received",
        where="scan",
        message=f"Ce papier a déjà été reçu le {form.received_on:%d/%m/%Y} : c’est le bulletin {form.pk}.",
        remedy="Ouvrez ce bulletin ; pour une pièce qui manque à un dossier, joignez-la sur sa page.",
    )
    refusal.form_id = form.pk
    raise refusal


def _future() -> Refusal:
    return Refusal(
        code="enrolment.received_in_future",
        where="received_on",
        message="La date de réception est dans l’avenir.",
        remedy="Indiquez le jour où le papier est arrivé au centre, aujourd’hui au plus tard.",
    )
