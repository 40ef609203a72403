"""The papers that benefits issue: the statement of what a member was reimbursed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from egide.benefits.facts import CareLineFacts
from egide.benefits.models import Payment
from egide.benefits.papers.facts import BeneficiaryCare, BenefitStatement, CareLine
from egide.benefits.queries import lines_paid_by
from egide.contracts.queries import enrolment_with_member
from egide.kernel.reference import load_table
from egide.people.papers import letter_frame, masked
from egide.people.queries import names_of


def statement_paper(payment: Payment) -> BenefitStatement:
    """The statement of one payment, beneficiary by beneficiary, line by line."""
    enrolment = enrolment_with_member(payment.enrolment_id)
    lines = lines_paid_by(payment)
    names = names_of({line.person_id for line in lines})
    return BenefitStatement(
        **letter_frame(enrolment.member, enrolment.number),
        number=f"R{payment.pk:08d}",
        period_start=min((line.care_on for line in lines), default=payment.paid_on),
        last_day=max((line.care_on for line in lines), default=payment.paid_on),
        persons=tuple(
            BeneficiaryCare(name=name, lines=tuple(_line(line) for line in lines if line.person_id == person_id))
            for person_id, name in names.items()
        ),
        iban=masked(payment.bank_account.iban),
        paid_on=payment.paid_on,
        mentions=_mentions(lines, payment.paid_on),
    )


@lru_cache(maxsize=1)
def act_labels() -> dict[str, str]:
    """The plain name of each act code."""
    return {row.text("act_code"): row.text("label") for row in load_table("care_families").rows}


def _line(line: CareLineFacts) -> CareLine:
    """A line as it is printed; what takes money back is printed with its amounts reversed."""
    taken_back = line.posted_cents < 0
    sign = -1 if taken_back else 1
    charged, compulsory = sign * line.charged_cents, sign * (line.amo_cents - line.withheld_cents)
    return CareLine(
        care_on=line.care_on,
        act=act_labels().get(line.act_code, line.act_code),
        charged_cents=charged,
        compulsory_cents=compulsory,
        ours_cents=line.posted_cents,
        left_cents=charged - compulsory - line.posted_cents,
        reason="Annulé ou corrigé par la caisse" if taken_back else "Part complémentaire selon votre formule",
        reversal=taken_back,
    )


def _mentions(lines: Sequence[CareLineFacts], paid_on: date) -> tuple[str, ...]:
    if not lines:
        return ()
    return (
        f"Virement émis le {paid_on:%d/%m/%Y}. Chaque montant peut vous être expliqué clause par clause : appelez-nous.",
    )
