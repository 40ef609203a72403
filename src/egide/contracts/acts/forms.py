"""From the received form to the enrolment: keep it, fill it, validate it. What it lacks is asked for in ``papers``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange

from egide.contracts.acts.homes import people_at_home
from egide.contracts.acts.reception import ReceivedForm, refuse_unreceivable
from egide.contracts.decisions.effect import effect_date
from egide.contracts.decisions.reading import read_form
from egide.contracts.facts import Certificate, EffectDate, EnrolmentAsked, FormRead
from egide.contracts.models import AidCertificate, AskedPaper, Cover, Enrolment, EnrolmentForm, RightsMovement
from egide.contracts.papers.acceptance import issue_acceptance
from egide.contracts.queries import product_terms
from egide.documents.acts import keep_document
from egide.journal import clock
from egide.journal.acts import Record, perform
from egide.journal.facts import Context
from egide.journal.permissions import Permission
from egide.kernel.errors import Refusal
from egide.kernel.formats import format_count
from egide.people.account_acts import sign_mandate
from egide.products.queries import book_for
from egide.work.acts import NewItem, close, open_item
from egide.work.queries import item_about

ACT_LIMIT = "ENROLMENT_ACT"  # S003-163: two working days from the complete file, nine times in ten


def receive_form(context: Context, received: ReceivedForm) -> EnrolmentForm:
    """Keeps a received form and starts its clock (S003-031). Nothing is decided yet; the same paper twice is refused."""
    given = {"title": received.title, "received_on": str(received.received_at.date()), "scan": received.scan}
    with perform(context, "enrolment.receive", needs=Permission.ENROL, given=given) as act:
        refuse_unreceivable(context.actor, received)
        form = EnrolmentForm.objects.create(
            perimeter_id=received.perimeter_id,
            product_code=received.product_code,
            received_on=received.received_at.date(),
            channel=received.channel.value,
            content=dict(received.content or {}),
        )
        keep_document(
            act,
            received.scan,
            kind="enrolment_form",
            title=received.title,
            subject=("form", form.pk),
            perimeter_id=form.perimeter_id,
            pages=received.pages,
            received=True,
            on=form.received_on,
        )
        item = open_item(
            act,
            NewItem(
                kind="enrolment",
                title=received.title,
                perimeter_id=form.perimeter_id,
                subject_kind="form",
                subject_id=form.pk,
                received_at=received.received_at,
                limit=ACT_LIMIT,
                region=received.region,
                team_id=received.team_id,
            ),
        )
        act.on("form", form.pk, received.title, form.perimeter_id)
        act.due_on = item.due_on
        act.outcome = {"form": form.pk, "item": item.pk}
    return form


def save_form(context: Context, form_id: int, *, revision: int, content: Mapping[str, object]) -> EnrolmentForm:
    """Keeps what was typed. Refused when a colleague saved in between: nothing of theirs is overwritten."""
    with perform(context, "enrolment.save", needs=Permission.ENROL, given=[form_id, revision, dict(content)]) as act:
        form = locked_form(form_id)
        _still_open(form)
        same_revision(form, revision)
        form.content, form.revision = dict(content), form.revision + 1
        form.save()
        act.on("form", form.pk, f"Bulletin {form.pk}", form.perimeter_id)
        act.outcome = {"form": form.pk, "revision": form.revision}
    return form


def validate_form(
    context: Context, form_id: int, *, revision: int, content: Mapping[str, object] | None = None
) -> Enrolment:
    """Turns a complete form into an enrolment, with its covers, certificates, mandate and rights movements.

    ``content`` is what was typed since the last save: kept by the same act, so that one key answers for both.
    """
    given = [form_id, revision] if content is None else [form_id, revision, dict(content)]
    with perform(context, "enrolment.validate", needs=Permission.ENROL, given=given) as act:
        form = locked_form(form_id)
        _still_open(form)
        same_revision(form, revision)
        if content is not None:
            form.content, form.revision = dict(content), form.revision + 1
        read = read_saved(form)
        if read.asked is None:
            first = read.blocking[0]
            raise Refusal(code=first.code, where=first.field, message=first.message, remedy=first.remedy)
        effect = effect_of(read.asked, complete_on=complete_day(form.pk))
        enrolment = enrol(act, form.perimeter_id, read.asked, effect)
        form.state, form.enrolment_id = "enrolled", enrolment.pk
        form.save()
        item = item_about("enrolment", "form", form.pk)
        close(act, item)
        act.on("enrolment", enrolment.pk, enrolment.number, enrolment.perimeter_id)
        act.outcome = {"enrolment": enrolment.pk, "number": enrolment.number, "form": form.pk}
        act.because(*effect.reasons)
    return enrolment


def refuse_form(context: Context, form_id: int, *, revision: int, reason: str) -> EnrolmentForm:
    """The centre refuses a form, with the reason that the journal keeps; its item ends."""
    return _turn_down(context, form_id, revision=revision, reason=reason, state="refused")


def abandon_form(context: Context, form_id: int, *, revision: int, reason: str) -> EnrolmentForm:
    """The candidate gives their request up, with what they said; its item ends."""
    return _turn_down(context, form_id, revision=revision, reason=reason, state="abandoned")


_TURNED_DOWN = {
    "refused": ("enrolment.refuse", "Bulletin refusé"),
    "abandoned": ("enrolment.abandon", "Demande abandonnée par le candidat"),
}


def _turn_down(context: Context, form_id: int, *, revision: int, reason: str, state: str) -> EnrolmentForm:
    kind, said = _TURNED_DOWN[state]
    with perform(context, kind, needs=Permission.ENROL, given=[form_id, revision, reason]) as act:
        form = locked_form(form_id)
        if form.state not in ("received", "waiting"):
            raise Refusal(
                code="enrolment.closed",
                where=f"bulletin {form.pk}",
                message="Ce bulletin est déjà traité.",
                remedy="S’il est devenu une adhésion, ouvrez la fiche de l’adhérent pour y mettre fin.",
            )
        same_revision(form, revision)
        if not reason.strip():
            raise Refusal(
                code="enrolment.reason",
                where="reason",
                message="La raison manque.",
                remedy="Dites pourquoi : elle reste au journal et sur le bulletin.",
            )
        form.state, form.ended_because, form.revision = state, reason.strip(), form.revision + 1
        form.save()
        item = item_about("enrolment", "form", form.pk)
        close(act, item)
        act.on("form", form.pk, item.title, form.perimeter_id)
        act.outcome = {"form": form.pk}
        act.because(f"{said} : {reason.strip()}")
    return form


def read_saved(form: EnrolmentForm) -> FormRead:
    """What the saved form says, checked against its product, for the day its file is complete."""
    terms = product_terms(form.product_code, form.received_on)
    return read_form(
        form.content,
        book=book_for(form.product_code, form.received_on),
        certificates_required=terms.certificates_required,
        received_on=form.received_on,
        complete_on=complete_day(form.pk),
        papers_in=frozenset(
            AskedPaper.objects.filter(form_id=form.pk, received_on__isnull=False).values_list("title", flat=True)
        ),
    )


def complete_day(form_id: int) -> date:
    """The day a form's file was complete, whenever it is handled: our delay costs the member nothing. Today at the latest.

    While a paper that was asked for is missing, it is complete today if it is at all.
    """
    item = item_about("enrolment", "form", form_id)
    today = clock.today()
    return today if item.state == "paused" else min(item.complete_on, today)


def effect_of(asked: EnrolmentAsked, *, complete_on: date) -> EffectDate:
    """The start and end of a request whose file was complete on a day."""
    return effect_date(asked, book=book_for(asked.product_code, asked.received_on), complete_on=complete_on)


def enrol(record: Record, perimeter_id: int, asked: EnrolmentAsked, effect: EffectDate) -> Enrolment:
    """Writes an enrolment inside an act: people, mandate, covers, certificates, movements; its letter and card are issued."""
    people = people_at_home(record, perimeter_id, asked)
    number = next_number()
    mandate = sign_mandate(
        people[0],
        iban=asked.iban,
        bic=asked.bic,
        holder=asked.holder,
        signed_on=asked.signed_on,
        enrolment_number=number,
        record=record,
    )
    terms = product_terms(asked.product_code, effect.starts_on)
    enrolment = Enrolment.objects.create(
        number=number,
        perimeter_id=perimeter_id,
        member=people[0],
        product_code=asked.product_code,
        product_version=terms.version,
        formula=asked.formula,
        scheme=asked.scheme,
        starts_on=effect.starts_on,
        ends_on=effect.ends_on,
        mandate=mandate,
        received_on=asked.received_on,
        concluded_on=clock.today(),
    )
    for person, row in zip(asked.persons, people, strict=True):
        add_cover(
            enrolment,
            row.pk,
            link=person.link,
            student=person.student,
            period=(effect.starts_on, effect.ends_on),
            certificate=person.certificate,
        )
    record.touch("enrolment", enrolment.pk, perimeter_id)
    covered = format_count(len(people), "personne couverte", "personnes couvertes")
    record.because(f"Adhésion {number} : {covered} en formule {terms.labels[asked.formula]}.")
    issue_acceptance(record, enrolment, asked, effect)
    return enrolment


def add_cover(
    enrolment: Enrolment,
    person_id: int,
    *,
    link: str,
    student: bool,
    period: tuple[date, date | None],
    certificate: Certificate | None,
) -> Cover:
    """Covers one person, records the certificate, and prepares the movement that tells the compulsory scheme."""
    start, end = period
    clash = (
        Cover.objects.filter(person_id=person_id, period__overlap=period, cancelled=False)
        .select_related("enrolment")
        .first()
    )
    if clash:
        raise Refusal(
            code="cover.overlap",
            where=str(clash.person),
            message=f"Cette personne est déjà couverte par l’adhésion {clash.enrolment.number} sur cette période.",
            remedy="Mettez d’abord fin à l’autre couverture, ou décalez la date d’effet.",
        )
    cover = Cover.objects.create(
        enrolment=enrolment,
        person_id=person_id,
        perimeter_id=enrolment.perimeter_id,
        link=link,
        student=student,
        period=DateRange(start, end),
        since=start,
    )
    if certificate:
        AidCertificate.objects.create(
            person_id=person_id,
            enrolment=enrolment,
            perimeter_id=enrolment.perimeter_id,
            **asdict(certificate),
        )
    announce(cover, "create")
    return cover


def announce(cover: Cover, movement: str) -> RightsMovement:
    """The movement that tells the compulsory scheme of a cover, its change or its end; it leaves with the next file."""
    return RightsMovement.objects.create(
        cover=cover,
        person_id=cover.person_id,
        perimeter_id=cover.perimeter_id,
        movement=movement,
        contract_type=product_terms(cover.enrolment.product_code, cover.enrolment.starts_on).contract_type,
        starts_on=cover.period.lower,
        ends_on=cover.period.upper,
    )


def next_number() -> str:
    """The next enrolment number: nine digits, never used twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('contracts_enrolment_number')")
        return f"{cursor.fetchone()[0]:09d}"


def locked_form(form_id: int) -> EnrolmentForm:
    """A form that this act alone may change; the same refusal when it is absent and when it is out of reach."""
    form = EnrolmentForm.objects.select_for_update().filter(pk=form_id).first()
    if form is None:
        raise Refusal(
            code="enrolment.not_found",
            where=str(form_id),
            message="Ce bulletin n’existe pas ou ne vous est pas accessible.",
            remedy="Revenez à la file des adhésions.",
        )
    return form


def _still_open(form: EnrolmentForm) -> None:
    """Refuses to change a form that was refused, given up, or that became an enrolment: what it said then is kept."""
    if form.state in ("refused", "abandoned"):
        raise Refusal(
            code="enrolment.closed",
            where=f"bulletin {form.pk}",
            message="Ce bulletin a été refusé ou abandonné.",
            remedy="Si le candidat demande de nouveau à adhérer, recevez son nouveau bulletin.",
        )
    if form.state == "enrolled":
        raise Refusal(
            code="enrolment.already_done",
            where=f"bulletin {form.pk}",
            message="Ce bulletin est déjà devenu une adhésion.",
            remedy="Ouvrez la fiche de l’adhérent ; pour un changement, faites un avenant.",
        )


def same_revision(form: EnrolmentForm, revision: int) -> None:
    """Refuses to write over a colleague, who saved since the page was read."""
    if form.revision != revision:
        raise Refusal(
            code="enrolment.edited_meanwhile",
            where=f"bulletin {form.pk}",
            message="Un collègue a enregistré ce bulletin pendant votre saisie ; rien n’a été écrasé.",
            remedy="Rechargez la page : votre saisie reste affichée, comparez-la puis enregistrez de nouveau.",
        )
