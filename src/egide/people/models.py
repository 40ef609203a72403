"""Tables of people: organisations, sites, teams and users; households, persons, bank accounts and mandates."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Right

from egide.journal.facts import Role


class Organisation(models.Model):
    """The insurer, a delegate, a partner: a legal person with its SIREN and its contact point."""

    KINDS = ("insurer", "delegate", "partner")
    kind = models.TextField()
    name = models.CharField(max_length=120)
    siren = models.CharField(max_length=9, blank=True)
    address = models.TextField(blank=True)
    phone = models.CharField(max_length=20, blank=True)
    email = models.EmailField(blank=True)
    perimeter = models.ForeignKey("journal.Perimeter", null=True, on_delete=models.PROTECT)
    creditor_identifier = models.CharField(max_length=35, blank=True)
    iban = models.CharField(max_length=34, blank=True)
    bic = models.CharField(max_length=11, blank=True)
    # The identities agreed with the compulsory scheme; a file of rights is written under them.
    amc_number = models.CharField(max_length=8, blank=True)
    rights_sender = models.CharField(max_length=14, blank=True)
    rights_recipient = models.CharField(max_length=14, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=("insurer", "delegate", "partner")), name="people_organisation_kind"
            ),
            models.CheckConstraint(
                condition=Q(amc_number="", rights_sender="", rights_recipient="")
                | Q(
                    amc_number__regex="^[0-9]{8}$",
                    rights_sender__regex="^[0-9]{1,14}$",
                    rights_recipient__regex="^[0-9]{1,14}$",
                ),
                name="people_organisation_rights",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """A team on a site; the region gives its public holidays."""

    name = models.CharField(max_length=80)
    site = models.CharField(max_length=80)
    region = models.CharField(max_length=20, default="national")
    perimeters = models.ManyToManyField("journal.Perimeter")

    def __str__(self) -> str:
        return f"{self.name} ({self.site})"


class UserManager(BaseUserManager["User"]):
    """Makes users by e-mail address."""

    def create_user(self, email: str, password: str, **fields: object) -> User:
        """A user with a hashed password."""
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save()
        return user


class User(AbstractBaseUser):
    """A person who signs in: one role, one team, and through it the perimeters they may see."""

    email = models.EmailField(unique=True)
    full_name = models.CharField(max_length=120)
    role = models.TextField()
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT)
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["full_name"]
    objects: ClassVar = UserManager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(role__in=[role.value for role in Role]), name="people_user_role_known")
        ]

    def __str__(self) -> str:
        return self.full_name


class Household(models.Model):
    """Where letters go, and the grain by which batches share the work."""

    perimeter = models.ForeignKey("journal.Perimeter", on_delete=models.PROTECT, db_constraint=False)
    line1 = models.TextField()
    postcode = models.CharField(max_length=5)
    city = models.TextField()
    phone = models.CharField(max_length=20, blank=True)
    email = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(postcode__regex=r"^\d{5}$"), name="people_household_postcode")
        ]


class Person(models.Model):
    """One human being. The compulsory scheme knows them by an insured's number, a birth date and a rank."""

    household = models.ForeignKey(Household, on_delete=models.PROTECT)
    perimeter = models.ForeignKey("journal.Perimeter", on_delete=models.PROTECT, db_constraint=False)
    last_name = models.TextField()
    first_name = models.TextField()
    sort_key = models.TextField()  # "last first", unaccented and lower: collation C sorts it as people expect
    birth_date = models.DateField()
    birth_rank = models.SmallIntegerField(default=1)
    nir = models.CharField(max_length=13, blank=True)  # own number, empty for most children
    insured_nir = models.CharField(max_length=13)  # the number under which rights are open

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(insured_nir__regex=r"^[1-478]\d{4}(\d{2}|2[AB])\d{6}$"),
                name="people_person_insured_nir",
            ),
            models.CheckConstraint(condition=Q(birth_rank__gte=1, birth_rank__lte=9), name="people_person_birth_rank"),
            models.UniqueConstraint(
                fields=["insured_nir", "birth_date", "birth_rank", "perimeter"],
                name="people_person_known_once",
            ),
        ]
        indexes: ClassVar = [
            GinIndex(fields=["sort_key"], name="people_person_name", opclasses=["gin_trgm_ops"]),
            models.Index(fields=["sort_key"], name="people_person_sort", opclasses=["text_pattern_ops"]),
            models.Index(fields=["nir"], name="people_person_nir", opclasses=["varchar_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}"


class HouseholdPast(models.Model):
    """An address as it was known until a day, and the act that replaced it. Written once, never changed."""

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="past")
    perimeter = models.ForeignKey("journal.Perimeter", on_delete=models.PROTECT, db_constraint=False)
    line1 = models.TextField()
    postcode = models.CharField(max_length=5)
    city = models.TextField()
    phone = models.CharField(max_length=20, blank=True)
    email = models.TextField(blank=True)
    until_on = models.DateField()  # the first day on which it was no longer so
    act_id = models.BigIntegerField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["household", "until_on"], name="people_household_past_until")]


class PersonPast(models.Model):
    """Who someone was and where they lived until a day, and the act that changed it. Written once, never changed."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="past")
    perimeter = models.ForeignKey("journal.Perimeter", on_delete=models.PROTECT, db_constraint=False)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    last_name = models.TextField()
    first_name = models.TextField()
    birth_date = models.DateField()
    birth_rank = models.SmallIntegerField()
    nir = models.CharField(max_length=13, blank=True)
    insured_nir = models.CharField(max_length=13)
    until_on = models.DateField()
    act_id = models.BigIntegerField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["person", "until_on"], name="people_person_past_until")]


class BankAccount(models.Model):
    """A person's bank account; only its end is shown."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT)
    perimeter = models.ForeignKey("journal.Perimeter", on_delete=models.PROTECT, db_constraint=False)
    iban = models.CharField(max_length=34)
    bic = models.CharField(max_length=11, blank=True)
    holder = models.TextField()
    tail = models.GeneratedField(
        expression=Right(F("iban"), 4), output_field=models.CharField(max_length=4), db_persist=True
    )

    class Meta:
        indexes: ClassVar = [models.Index(fields=["tail"], name="people_bank_tail")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "iban"], name="people_bank_account_once"),
            models.CheckConstraint(condition=Q(iban__regex=r"^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$"), name="people_bank_iban"),
        ]


class Mandate(models.Model):
    """A SEPA direct-debit mandate: its reference and its account. Debits say whether a first one was presented.

    A mandate is never changed, save to be revoked: the one that follows says which it ``replaces``, and by which act.
    """

    rum = models.CharField(max_length=35, unique=True)
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT)
    perimeter = models.ForeignKey("journal.Perimeter", on_delete=models.PROTECT, db_constraint=False)
    signed_on = models.DateField()
    revoked_on = models.DateField(null=True)
    replaces = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")
    act_id = models.BigIntegerField(null=True)  # the act that recorded it; none for those of a whole portfolio

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(revoked_on__isnull=True) | Q(revoked_on__gte=F("signed_on")), name="people_mandate_dates"
            )
        ]
