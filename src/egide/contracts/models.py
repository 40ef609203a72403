"""Tables of contracts: the form being worked on, the enrolment it becomes, covers, certificates, rights movements."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q


class EnrolmentForm(models.Model):
    """A received enrolment form while it is filled in: what was typed is never lost, two writers never overwrite."""

    perimeter = models.ForeignKey("journal.Perimeter", on_delete=models.PROTECT, db_constraint=False)
    product_code = models.TextField()
    received_on = models.DateField()
    state = models.TextField(default="received")
    content = models.JSONField(default=dict)
    revision = models.IntegerField(default=0)
    enrolment_id = models.BigIntegerField(null=True)
    channel = models.TextField(default="mail", db_default="mail")  # the way by which the paper reached the centre
    ended_because = models.TextField(default="", db_default="", blank=True)  # why it was refused or given up

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(channel__in=("mail", "email", "counter", "portal")), name="contracts_form_channel"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("received", "waiting", "enrolled", "refused", "abandoned")),
                name="contracts_form_state",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("refused", "abandoned")) & ~Q(ended_because="")
                | ~Q(state__in=("refused", "abandoned")) & Q(ended_because=""),
                name="contracts_form_turned_down_says_why",
            ),
            models.CheckConstraint(
                condition=Q(state="enrolled", enrolment_id__isnull=False)
                | (~Q(state="enrolled") & Q(enrolment_id__isnull=True)),
                name="contracts_form_enrolled_has_number",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["enrolment_id"], condition=Q(enrolment_id__isnull=False), name="contracts_form_enrolment"
            )
        ]


class AskedPaper(models.Model):
    """A paper asked for on a form: since when, until when, by which letter; and the day and the document that brought it."""

    form = models.ForeignKey(EnrolmentForm, on_delete=models.PROTECT, related_name="asked_papers")
    perimeter = models.ForeignKey("journal.Perimeter", on_delete=models.PROTECT, db_constraint=False)
    code = models.TextField()
    title = models.TextField()
    asked_on = models.DateField()
    answer_by = models.DateField()
    letter_id = models.BigIntegerField()
    received_on = models.DateField(null=True)
    document_id = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(received_on__isnull=True, document_id__isnull=True)
                | Q(received_on__isnull=False, document_id__isnull=False),
                name="contracts_asked_paper_received",
            ),
            models.CheckConstraint(condition=Q(answer_by__gt=F("asked_on")), name="contracts_asked_paper_answer"),
            models.UniqueConstraint(
                fields=["form", "title"], condition=Q(received_on__isnull=True), name="contracts_asked_paper_once"
            ),
        ]


class Enrolment(models.Model):
    """The link between a member and a product, under one formula, for periods of twelve months."""

    number = models.CharField(max_length=12, unique=True)
    perimeter = models.ForeignKey("journal.Perimeter", on_delete=models.PROTECT, db_constraint=False)
    member = models.ForeignKey("people.Person", on_delete=models.PROTECT)
    product_code = models.TextField()
    product_version = models.DateField()
    formula = models.TextField()
    scheme = models.TextField()
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    mandate = models.ForeignKey("people.Mandate", null=True, on_delete=models.PROTECT)
    received_on = models.DateField()
    concluded_on = (
        models.DateField()
    )  # when it was made and its certificate written: the right to withdraw runs from it
    revision = models.IntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="contracts_enrolment_dates",
            ),
            models.CheckConstraint(
                condition=Q(scheme__in=("general", "alsace_moselle")), name="contracts_enrolment_scheme"
            ),
        ]


class Cover(models.Model):
    """One person covered under one enrolment for one period, half-open. No two overlap for the same person."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="covers")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT)
    perimeter = models.ForeignKey("journal.Perimeter", on_delete=models.PROTECT, db_constraint=False)
    link = models.TextField()
    student = models.BooleanField(default=False)
    period = DateRangeField()
    since = models.DateField()  # first day of continuous cover: waiting periods run from here
    cancelled = models.BooleanField(default=False, db_default=False)  # it never began; kept, but counts for nothing

    class Meta:
        constraints: ClassVar = [
            ExclusionConstraint(
                name="contracts_cover_no_overlap",
                expressions=[("person", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                condition=Q(cancelled=False),
            ),
            models.CheckConstraint(condition=Q(link__in=("member", "spouse", "child")), name="contracts_cover_link"),
            models.CheckConstraint(condition=Q(period__isempty=False), name="contracts_cover_period_not_empty"),
        ]


class Endorsement(models.Model):
    """A change of an enrolment as it was asked for and as it was carried out. Never changed: the next one follows it."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="endorsements")
    perimeter = models.ForeignKey("journal.Perimeter", on_delete=models.PROTECT, db_constraint=False)
    act_id = models.BigIntegerField(unique=True)
    kind = models.TextField()
    received_on = models.DateField()
    event_on = models.DateField()
    effect_on = models.DateField()
    person = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT)
    cause = models.TextField(blank=True)
    reason = models.TextField(blank=True)  # in the member's words
    agreement = models.TextField(blank=True)  # the insurer's, when the règlement asks for it

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=("add_person", "remove_person", "terminate", "withdraw")),
                name="contracts_endorsement_kind",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=("add_person", "remove_person"), person__isnull=False)
                | Q(kind__in=("terminate", "withdraw"), person__isnull=True),
                name="contracts_endorsement_person",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["enrolment", "-id"], name="contracts_endorsement_of")]


class AidCertificate(models.Model):
    """An ACS certificate as it reads: holder, agreement and validity dates, annual amount (S003-044)."""

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="certificates")
    perimeter = models.ForeignKey("journal.Perimeter", on_delete=models.PROTECT, db_constraint=False)
    nature = models.TextField(default="acs")
    file_holder = models.TextField()
    certificate_holder = models.TextField()
    agreed_on = models.DateField()
    valid_until = models.DateField()
    amount_cents = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="contracts_certificate_amount"),
            models.CheckConstraint(condition=Q(valid_until__gt=F("agreed_on")), name="contracts_certificate_dates"),
            models.CheckConstraint(condition=Q(nature__in=("acs", "other")), name="contracts_certificate_nature"),
        ]


class RightsMovement(models.Model):
    """What the compulsory scheme is told about one person's rights, and what it answers."""

    cover = models.ForeignKey(Cover, on_delete=models.PROTECT)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT)
    perimeter = models.ForeignKey("journal.Perimeter", on_delete=models.PROTECT, db_constraint=False)
    movement = models.TextField()
    contract_type = models.CharField(max_length=2)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    file_id = models.BigIntegerField(null=True)
    state = models.TextField(default="to_send")
    return_code = models.CharField(max_length=2, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(movement__in=("create", "change", "cancel")), name="contracts_movement_kind"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("to_send", "sent", "acquitted", "reported", "rejected")),
                name="contracts_movement_state",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["state"], condition=~Q(state="acquitted"), name="contracts_movement_pending")
        ]
