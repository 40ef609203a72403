"""From the received form to the enrolment: keep it, fill it, ask for what is missing, validate it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange

from egide.contracts.acts.homes import people_at_home
from egide.contracts.acts.reception import ReceivedForm, refuse_future, refuse_known_paper, refuse_unreceivable
from egide.contracts.decisions.effect import effect_date
from egide.contracts.decisions.reading import read_form
from egide.contracts.facts import Certificate, EffectDate, EnrolmentAsked, FormRead
from egide.contracts.models import AidCertificate, Cover, Enrolment, EnrolmentForm, RightsMovement
from egide.contracts.queries import product_terms
from egide.documents.acts import keep_document
from egide.journal import clock
from egide.journal.acts import Record, perform
from egide.journal.facts import Context
from egide.journal.permissions import Permission
from egide.kernel.errors import Refusal
from egide.kernel.formats import format_count
from egide.people.acts import sign_mandate
from egide.work.acts import NewItem, close, open_item, pause, resume
from egide.work.queries import item_about

_ACT_DAYS = 2  # S003-163: two working days from the complete file, nine times in ten


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
                limit_days=_ACT_DAYS,
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
        form = _locked(form_id)
        _same_revision(form, revision)
        form.content, form.revision = dict(content), form.revision + 1
        form.save()
        act.on("form", form.pk, f"Bulletin {form.pk}", form.perimeter_id)
        act.outcome = {"form": form.pk, "revision": form.revision}
    return form


def ask_papers(context: Context, form_id: int, *, revision: int, letter: bytes, pages: int) -> FormRead:
    """Stops the clock of an incomplete file and keeps the letter that asks for the missing papers."""
    with perform(context, "enrolment.ask_papers", needs=Permission.ENROL, given=[form_id, revision]) as act:
        form = _locked(form_id)
        _same_revision(form, revision)
        read = read_saved(form)
        if not read.papers:
            raise Refusal(
                code="enrolment.nothing_to_ask",
                where=f"bulletin {form.pk}",
                message="Aucune pièce ne manque à ce dossier.",
                remedy="Corrigez les champs signalés, ou validez l’adhésion.",
            )
        form.state = "waiting"
        form.save()
        item = item_about("enrolment", "form", form.pk)
        pause(act, item, "pièces manquantes : " + ", ".join(issue.paper for issue in read.papers))
        keep_document(
            act,
            letter,
            kind="missing_papers",
            title="Demande de pièces complémentaires",
            subject=("form", form.pk),
            perimeter_id=form.perimeter_id,
            pages=pages,
        )
        act.on("form", form.pk, item.title, form.perimeter_id)
    return read


def papers_received(
    context: Context, form_id: int, *, scan: bytes, pages: int, paper: str = "", received_on: date | None = None
) -> None:
    """Keeps a paper that a form lacked, and starts its clock again from the day of reception if it stood still.

    ``paper`` says what it is, when it is one paper only.
    """
    given = [form_id, scan, paper, str(received_on or "")]
    with perform(context, "enrolment.papers_received", needs=Permission.ENROL, given=given) as act:
        form, day = _locked(form_id), received_on or clock.today()
        if form.state not in ("received", "waiting"):
            raise Refusal(
                code="enrolment.closed",
                where=f"bulletin {form.pk}",
                message="Ce bulletin est traité : il n’attend plus de pièce.",
                remedy="Ouvrez la fiche de l’adhérent ; pour un changement, faites un avenant.",
            )
        refuse_future(day)
        refuse_known_paper(form.pk, scan)
        item = item_about("enrolment", "form", form.pk)
        keep_document(
            act,
            scan,
            kind="papers",
            title=paper or "Pièces complémentaires reçues",
            subject=("form", form.pk),
            perimeter_id=form.perimeter_id,
            pages=pages,
            received=True,
            on=day,
        )
        if item.state == "paused":
            resume(act, item, on=day)
        form.state = "received"
        form.save()
        act.on("form", form.pk, item.title, form.perimeter_id)
        act.outcome = {"form": form.pk}
        act.because(f"Pièce reçue le {day:%d/%m/%Y} : {paper or 'pièces complémentaires'}.")


def validate_form(
    context: Context, form_id: int, *, revision: int, content: Mapping[str, object] | None = None
) -> Enrolment:
    """Turns a complete form into an enrolment, with its covers, certificates, mandate and rights movements.

    ``content`` is what was typed since the last save: kept by the same act, so that one key answers for both.
    """
    given = [form_id, revision] if content is None else [form_id, revision, dict(content)]
    with perform(context, "enrolment.validate", needs=Permission.ENROL, given=given) as act:
        form = _locked(form_id)
        if form.state == "enrolled":
            raise Refusal(
                code="enrolment.already_done",
                where=f"bulletin {form.pk}",
                message="Ce bulletin est déjà devenu une adhésion.",
                remedy="Ouvrez la fiche de l’adhérent ; pour un changement, faites un avenant.",
            )
        _same_revision(form, revision)
        if content is not None:
            form.content, form.revision = dict(content), form.revision + 1
        read = read_saved(form)
        if read.asked is None:
            first = read.blocking[0]
            raise Refusal(code=first.code, where=first.field, message=first.message, remedy=first.remedy)
        effect = effect_of(read.asked)
        enrolment = enrol(act, form.perimeter_id, read.asked, effect)
        form.state, form.enrolment_id = "enrolled", enrolment.pk
        form.save()
        item = item_about("enrolment", "form", form.pk)
        close(act, item)
        act.on("enrolment", enrolment.pk, enrolment.number, enrolment.perimeter_id)
        act.outcome = {"enrolment": enrolment.pk, "number": enrolment.number, "form": form.pk}
        act.because(*effect.reasons)
    return enrolment


def read_saved(form: EnrolmentForm) -> FormRead:
    """What the saved form says, checked against its product, were the file complete today."""
    terms = product_terms(form.product_code, form.received_on)
    return read_form(
        form.content,
        product_code=form.product_code,
        formulas=terms.formulas,
        certificates_required=terms.certificates_required,
        received_on=form.received_on,
        complete_on=clock.today(),
    )


def effect_of(asked: EnrolmentAsked, *, complete_on: date | None = None) -> EffectDate:
    """The start date of a request that is complete today."""
    terms = product_terms(asked.product_code, asked.received_on)
    return effect_date(asked, twelve_months=terms.twelve_months, complete_on=complete_on or clock.today())


def enrol(record: Record, perimeter_id: int, asked: EnrolmentAsked, effect: EffectDate) -> Enrolment:
    """Writes the rows of an enrolment inside an act: household, persons, mandate, covers, certificates, movements."""
    people = people_at_home(record, perimeter_id, asked)
    number = next_number()
    mandate = sign_mandate(
        people[0],
        iban=asked.iban,
        bic=asked.bic,
        holder=asked.holder,
        signed_on=asked.signed_on,
        enrolment_number=number,
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


def _locked(form_id: int) -> EnrolmentForm:
    form = EnrolmentForm.objects.select_for_update().filter(pk=form_id).first()
    if form is None:
        raise Refusal(
            code="enrolment.not_found",
            where=str(form_id),
            message="Ce bulletin n’existe pas ou ne vous est pas accessible.",
            remedy="Revenez à la file des adhésions.",
        )
    return form


def _same_revision(form: EnrolmentForm, revision: int) -> None:
    if form.revision != revision:
        raise Refusal(
            code="enrolment.edited_meanwhile",
            where=f"bulletin {form.pk}",
            message="Un collègue a enregistré ce bulletin pendant votre saisie ; rien n’a été écrasé.",
            remedy="Rechargez la page : votre saisie reste affichée, comparez-la puis enregistrez de nouveau.",
        )
