"""Tables of benefits: care lines as received, what was posted on each, counters of ceilings, payments to members.

``benefits_care_line`` and ``benefits_posting`` are partitioned by month and made in SQL (see ``migrations``).
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class CareLine(models.Model):
    """One care item as the compulsory scheme sent it, matched to a person and a cover."""

    id = models.BigIntegerField(primary_key=True)
    file_id = models.BigIntegerField()
    line_no = models.IntegerField()
    act_no = models.SmallIntegerField()
    received_on = models.DateField()
    perimeter_id = models.SmallIntegerField()
    enrolment_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    cover_id = models.BigIntegerField()
    invoice_no = models.TextField()
    operation = models.CharField(max_length=1)
    act_code = models.TextField()
    family = models.TextField()
    care_on = models.DateField()
    quantity = models.IntegerField()
    charged_cents = models.BigIntegerField()
    base_cents = models.BigIntegerField()
    rate_bp = models.IntegerField()
    amo_cents = models.BigIntegerField()
    withheld_cents = models.BigIntegerField()
    tariff_agreement = models.BooleanField()
    care_path = models.BooleanField()
    basket = models.TextField()
    reverses_id = models.BigIntegerField(null=True)  # on a reversal: the line it takes back

    class Meta:
        managed = False
        db_table = "benefits_care_line"


class Posting(models.Model):
    """An amount posted for a care line, with its reason in the entry; corrections are further rows, never changes."""

    id = models.BigIntegerField(primary_key=True)
    care_line_id = models.BigIntegerField()
    booked_on = models.DateField()
    entry_id = models.BigIntegerField()
    perimeter_id = models.SmallIntegerField()
    enrolment_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    amount_cents = models.BigIntegerField()
    version_id = models.BigIntegerField(
        null=True
    )  # the published book that decided it; none when nothing is due any more

    class Meta:
        managed = False
        db_table = "benefits_posting"


class Counter(models.Model):
    """How much of a ceiling is used: the rule's name and its key, as the rule book defines them."""

    counter = models.TextField()
    key = models.TextField()
    product_code = models.TextField()
    perimeter = models.ForeignKey("journal.Perimeter", on_delete=models.PROTECT, db_constraint=False)
    owner_kind = models.TextField()  # whose ceiling it is: a person's, or the whole enrolment's
    owner_id = models.BigIntegerField()
    used = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["owner_id", "owner_kind", "product_code", "counter", "key"],
                name="benefits_counter_once",
            ),
            models.CheckConstraint(
                condition=Q(owner_kind__in=("beneficiaire", "adhesion")), name="benefits_counter_owner_kind"
            ),
            models.CheckConstraint(condition=Q(used__gte=0), name="benefits_counter_not_negative"),
        ]


class Run(models.Model):
    """The reading of a care file: its block of line numbers, its slices, what they made due."""

    file = models.OneToOneField("exchanges.File", primary_key=True, on_delete=models.PROTECT)
    first_line_id = models.BigIntegerField()
    slices = models.SmallIntegerField()
    paid_cents = models.BigIntegerField(default=0)


class Payment(models.Model):
    """A transfer to a member: one per enrolment and settlement, with its statement."""

    enrolment = models.ForeignKey("contracts.Enrolment", on_delete=models.PROTECT)
    perimeter = models.ForeignKey("journal.Perimeter", on_delete=models.PROTECT, db_constraint=False)
    bank_account = models.ForeignKey("people.BankAccount", on_delete=models.PROTECT)
    paid_on = models.DateField()
    amount_cents = models.BigIntegerField()
    file_id = models.BigIntegerField(null=True)
    entry_id = models.BigIntegerField()
    statement_id = models.BigIntegerField(null=True)  # the document that tells the member what it settles

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="benefits_payment_amount"),
        ]


class Proposal(models.Model):
    """Transfers shown before they leave: how many, how much, from which account, on which day; who proposed, who confirmed.

    One person may do both today. ``fingerprint`` is that of everything shown: what is due must still be exactly that when
    it is confirmed, and again when it is paid.
    """

    perimeter = models.ForeignKey("journal.Perimeter", on_delete=models.PROTECT, db_constraint=False)
    state = models.TextField(default="proposed")
    debtor_name = models.TextField()
    debtor_iban = models.TextField()
    execution_on = models.DateField()
    transfers = models.IntegerField()
    total_cents = models.BigIntegerField()
    fingerprint = models.TextField()
    proposed_by_id = models.BigIntegerField(null=True)  # null for a command
    proposed_by = models.TextField()
    proposed_at = models.DateTimeField()
    confirmed_by_id = models.BigIntegerField(null=True)
    confirmed_by = models.TextField(default="")
    confirmed_at = models.DateTimeField(null=True)
    file_id = models.BigIntegerField(null=True)  # the file that took them to the bank

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=("proposed", "confirmed", "paid", "outdated")), name="benefits_proposal_state"
            ),
            models.CheckConstraint(
                condition=Q(transfers__gt=0, total_cents__gt=0), name="benefits_proposal_of_something"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("confirmed", "paid")) | Q(confirmed_at__isnull=False),
                name="benefits_proposal_confirmed_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(state="paid", file_id__isnull=False) | (~Q(state="paid") & Q(file_id=None)),
                name="benefits_proposal_paid_by_a_file",
            ),
            models.UniqueConstraint(
                fields=["perimeter"],
                condition=Q(state__in=("proposed", "confirmed")),
                name="benefits_proposal_one_open",
            ),
        ]


class ProposedTransfer(models.Model):
    """One line of a proposal: whom, on which account, how much."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT)
    perimeter = models.ForeignKey("journal.Perimeter", on_delete=models.PROTECT, db_constraint=False)
    enrolment = models.ForeignKey("contracts.Enrolment", on_delete=models.PROTECT)
    bank_account = models.ForeignKey("people.BankAccount", on_delete=models.PROTECT)
    amount_cents = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["proposal", "enrolment"], name="benefits_proposed_transfer_once"),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="benefits_proposed_transfer_amount"),
        ]
