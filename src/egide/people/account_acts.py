"""Bank accounts and the mandates signed on them: one stands at a time, and those before it say until when they did."""

from __future__ import annotations

from datetime import date

from egide.journal import clock
from egide.journal.acts import Record
from egide.kernel.errors import Refusal
from egide.kernel.identifiers import make_rum
from egide.people.models import BankAccount, Mandate, Person


def sign_mandate(
    person: Person,
    *,
    iban: str,
    bic: str,
    holder: str,
    signed_on: date,
    enrolment_number: str,
    record: Record | None = None,
) -> Mandate:
    """The person's bank account and the direct-debit mandate signed on it, with its unique reference."""
    rum = make_rum("EG", enrolment_number, signed_on.strftime("%y%m%d"))
    mandate, _ = Mandate.objects.get_or_create(
        rum=rum,
        defaults={
            "bank_account": _account(person, iban, bic, holder),
            "signed_on": signed_on,
            "perimeter_id": person.perimeter_id,
            "act_id": record.id if record else None,
        },
    )
    return mandate


def replace_mandate(
    record: Record,
    person: Person,
    former: Mandate | None,
    *,
    iban: str,
    bic: str,
    holder: str,
    signed_on: date,
    enrolment_number: str,
) -> Mandate:
    """The mandate signed on a new account, in place of the former one, revoked today and kept with its account."""
    today = clock.today()
    if signed_on > today:
        raise Refusal(
            code="people.mandate_future",
            where="signed_on",
            message=f"Le mandat serait signé le {signed_on:%d/%m/%Y}, dans l’avenir.",
            remedy="Recopiez la date écrite sur le mandat.",
        )
    if former and former.revoked_on is None and former.bank_account.iban == iban:
        raise Refusal(
            code="people.same_account",
            where="iban",
            message="C’est déjà le compte de cette adhésion.",
            remedy="Vérifiez l’IBAN du nouveau relevé d’identité bancaire.",
        )
    if former:
        former.revoked_on = max(today, former.signed_on)
        former.save(update_fields=["revoked_on"])
    return Mandate.objects.create(
        rum=_free_reference(enrolment_number, signed_on),
        bank_account=_account(person, iban, bic, holder),
        perimeter_id=person.perimeter_id,
        signed_on=signed_on,
        replaces=former,
        act_id=record.id,
    )


def mandate_on(current: Mandate | None, day: date) -> Mandate | None:
    """The mandate that stood on a day, from the current one back through those that it replaced."""
    standing = current
    while standing and standing.replaces and standing.replaces.revoked_on and standing.replaces.revoked_on > day:
        standing = standing.replaces
    return standing


def _account(person: Person, iban: str, bic: str, holder: str) -> BankAccount:
    account, _ = BankAccount.objects.get_or_create(
        person=person, iban=iban, defaults={"bic": bic, "holder": holder, "perimeter_id": person.perimeter_id}
    )
    return account


def _free_reference(enrolment_number: str, signed_on: date) -> str:
    """A reference that no mandate bears: two signed the same day for one enrolment are told apart by their rank."""
    first = make_rum("EG", enrolment_number, signed_on.strftime("%y%m%d"))
    taken = set(Mandate.objects.filter(rum__startswith=first).values_list("rum", flat=True))
    ranks = (first if rank == 1 else f"{first}-{rank}" for rank in range(1, len(taken) + 2))
    return next(rum for rum in ranks if rum not in taken)
