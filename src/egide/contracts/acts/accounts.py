"""The account of an enrolment changes: the next debit and the next payment use the new one, the member is told by letter."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from datetime import date, timedelta

from egide.contracts.models import Enrolment
from egide.contracts.queries import not_found
from egide.documents.acts import issue
from egide.documents.facts import PlainLetter, Reference
from egide.journal import clock
from egide.journal.acts import perform
from egide.journal.facts import Context
from egide.journal.permissions import Permission
from egide.kernel.errors import Refusal
from egide.kernel.formats import format_date
from egide.kernel.identifiers import check_iban
from egide.people.account_acts import replace_mandate
from egide.people.address_acts import address_on
from egide.people.papers import letter_frame
from egide.people.queries import MandateRow

_MARKS = re.compile(f"[{re.escape(string.punctuation)}]")
_ADDRESS_DAYS = 30  # an address changed since may be that of whoever changes the account


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account as its holder gives it, and the day on which they signed the mandate."""

    iban: str
    holder: str
    signed_on: date


def change_account(context: Context, enrolment_id: int, asked: NewAccount, *, revision: int) -> MandateRow:
    """Puts a new account and its mandate in place of the former ones, which stay known with the day they ended.

    ``revision`` is that of the enrolment on the screen: refused when it changed in between.
    """
    given = [enrolment_id, asked, revision]
    with perform(context, "enrolment.account", needs=Permission.ENDORSE, given=given) as act:
        enrolment = (
            Enrolment.objects.select_for_update(of=("self",))
            .select_related("member__household", "mandate__bank_account")
            .filter(pk=enrolment_id)
            .first()
        )
        if enrolment is None:
            raise not_found(str(enrolment_id))
        if enrolment.revision != revision:
            raise Refusal(
                code="enrolment.changed_meanwhile",
                where=enrolment.number,
                message="L’adhésion a changé depuis que cette page est ouverte ; rien n’a été écrit.",
                remedy="Relisez le compte affiché, puis confirmez de nouveau.",
            )
        if not asked.holder.strip():
            raise Refusal("account.holder", "Le titulaire du compte manque.", "Recopiez-le du relevé.", "holder")
        iban = check_iban(asked.iban)
        former = enrolment.mandate
        mandate = replace_mandate(
            act,
            enrolment.member,
            former,
            iban=iban.compact,
            bic=iban.bic or "",
            holder=asked.holder.strip(),
            signed_on=asked.signed_on,
            enrolment_number=enrolment.number,
        )
        enrolment.mandate, enrolment.revision = mandate, enrolment.revision + 1
        enrolment.save(update_fields=["mandate", "revision"])
        act.on("enrolment", enrolment.pk, enrolment.number, enrolment.perimeter_id)
        act.outcome = {"enrolment": enrolment.pk, "mandate": mandate.pk, "replaces": former.pk if former else None}
        act.because(f"Nouveau compte finissant par {iban.compact[-4:]}, mandat {mandate.rum}.")
        if former:
            act.because(f"Mandat {former.rum} révoqué, compte finissant par {former.bank_account.tail}.")
        for where in _told_at(enrolment):
            issue(
                act,
                _letter(enrolment, mandate, where),
                kind="account",
                title=f"Changement de compte du {clock.today():%d/%m/%Y}",
                subject=("enrolment", enrolment.pk),
                perimeter_id=enrolment.perimeter_id,
            )
    return mandate


def _told_at(enrolment: Enrolment) -> list[tuple[str, str]]:
    """Where it is told: the address known, and the one of a month before when letters went elsewhere then.

    Whoever moves someone to take their account over does not keep them from learning it.
    """
    days = (clock.today(), clock.today() - timedelta(days=_ADDRESS_DAYS))
    known = [address_on(enrolment.member_id, day) for day in days]
    return list(dict.fromkeys((one.line1, f"{one.postcode} {one.city}") for one in known))


def _plain(typed: str) -> str:
    """What someone typed, put in prose: on one line, and nothing of it lays the letter out."""
    return _MARKS.sub(r"\\\g<0>", " ".join(typed.split()))


def _letter(enrolment: Enrolment, mandate: MandateRow, where: tuple[str, str]) -> PlainLetter:
    """Told at one address: whoever did not ask for it learns it."""
    tail = mandate.bank_account.iban[-4:]
    frame = letter_frame(enrolment.member, enrolment.number)
    frame["addressee"] = (str(enrolment.member), *where)
    return PlainLetter(
        **frame,
        subject="Votre compte bancaire a changé",
        prose=(
            f"Depuis le **{format_date(clock.today())}**, vos cotisations sont prélevées, et vos remboursements versés, "
            f"sur le compte de **{_plain(mandate.bank_account.holder)}** qui finit par **{tail}**.\n\n"
            "Votre ancien mandat de prélèvement est révoqué ; un prélèvement déjà transmis à la banque reste fait sur "
            "l’ancien compte.\n\n"
            "**Vous n’avez rien demandé ?** Appelez-nous aussitôt : nous annulerons ce changement."
        ),
        key_facts=(
            Reference("Référence de mandat", mandate.rum),
            Reference("Signé le", format_date(mandate.signed_on)),
        ),
    )
