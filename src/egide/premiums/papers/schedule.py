"""The papers that premiums issue: the schedule of an enrolment, with the reasons of each amount."""

from __future__ import annotations

from datetime import date, timedelta

from egide.contracts.facts import EnrolmentFacts
from egide.contracts.queries import EnrolmentRow
from egide.people.papers import letter_frame, payment_of
from egide.premiums.decisions import covers_frame, month_facts
from egide.premiums.facts import Instalment, Schedule
from egide.premiums.papers import facts as papers
from egide.products.queries import book_for
from egide.rules.case import Step, explain
from egide.rules.telling import tell

RELATIONSHIPS = {"member": "Adhérent", "spouse": "Conjoint", "child": "Enfant"}
SCHEMES = {"general": "Régime général", "alsace_moselle": "Alsace-Moselle"}


def explain_share(enrolment: EnrolmentFacts, person_id: int, month: date, *, rule: str = "a_payer_mois") -> Step:
    """Why a person's premium of one month is what it is: the rule book's own tree of reasons."""
    book = book_for(enrolment.product_code, month)
    rows = month_facts(covers_frame(enrolment), month).to_dicts()
    mine = next(row for row in rows if row["beneficiaire"] == person_id)
    return explain(book, rule, mine, group=rows)


def schedule_paper(enrolment: EnrolmentRow, facts: EnrolmentFacts, schedule: Schedule) -> papers.Schedule:
    """The schedule as it is printed and sent (S003-102)."""
    months = [instalment.month for instalment in schedule.instalments]
    last_month = months[-1]
    book = book_for(facts.product_code, months[0])
    persons, reasons = [], []
    # One person may have two covers, having left and come back: they are told once.
    covers = {cover.person_id: cover for cover in facts.covers}.values()
    for cover in sorted(covers, key=lambda cover: list(RELATIONSHIPS).index(cover.link)):
        shares = [share for i in schedule.instalments for share in i.shares if share.person_id == cover.person_id]
        if not shares:
            continue
        name = f"{cover.first_name} {cover.last_name}"
        aid = sum(share.aid_acs_cents + share.aid_other_cents for share in shares)
        gross = sum(share.gross_cents for share in shares)
        persons.append(
            papers.PersonPremium(
                name=name,
                birth_date=cover.birth_date,
                relationship=RELATIONSHIPS[cover.link],
                scheme=SCHEMES[facts.scheme],
                gross_cents=gross,
                aid_cents=aid,
                to_pay_cents=gross - aid,
            )
        )
        reasons.append(
            papers.PersonReasons(name=name, lines=_said(explain_share(facts, cover.person_id, shares[0].month)))
        )
    return papers.Schedule(
        **letter_frame(enrolment.member, enrolment.number),
        product=book.title,
        formula=dict(book.formulas).get(facts.formula, facts.formula),
        period_start=max(months[0], facts.starts_on),
        last_day=(last_month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1),
        persons=tuple(persons),
        instalments=tuple(_instalment(each) for each in schedule.instalments),
        payment=payment_of(enrolment.mandate, facts.perimeter_id),
        taxes=_taxes(schedule, enrolment.product_code),
        net_cents=sum(share.before_tax_cents for i in schedule.instalments for share in i.shares),
        reasons=tuple(reasons),
    )


def _said(step: Step) -> tuple[str, ...]:
    """The reasons as a list: the paper draws the bullets that ``tell`` writes for a plain text."""
    return tuple(line.removeprefix("– ") for line in tell(step) if not line.endswith(":"))


def _instalment(each: Instalment) -> papers.Instalment:
    return papers.Instalment(
        due_on=each.due_on,
        gross_cents=each.gross_cents,
        acs_cents=sum(share.aid_acs_cents for share in each.shares),
        other_aids_cents=sum(share.aid_other_cents for share in each.shares),
        to_pay_cents=each.to_pay_cents,
    )


def _taxes(schedule: Schedule, product_code: str) -> tuple[papers.Tax, ...]:
    """The total of each tax over the schedule, under the name that its month's version gives it."""
    totals: dict[str, int] = {}
    labels: dict[str, str] = {}
    for instalment in schedule.instalments:
        book = book_for(product_code, instalment.month)
        for share in instalment.shares:
            for name, cents in share.taxes_cents:
                totals[name] = totals.get(name, 0) + cents
                if name in book.rules:
                    label = book.label(name)
                    labels[name] = f"{label[:1].upper()}{label[1:]}"
    return tuple(papers.Tax(label=labels[name], rate="", amount_cents=cents) for name, cents in totals.items() if cents)
