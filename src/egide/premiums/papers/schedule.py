"""The papers that premiums issue: the schedule of an enrolment, with the reasons of each amount."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl

from egide.contracts.facts import EnrolmentFacts
from egide.contracts.queries import EnrolmentRow
from egide.kernel.formats import format_month
from egide.kernel.periods import add_months
from egide.kernel.text import elided
from egide.ledger.facts import Nature
from egide.people.papers import letter_frame, payment_of
from egide.people.queries import names_of
from egide.premiums.decisions import covers_frame, debit_day, month_facts, on_account
from egide.premiums.facts import Instalment, Schedule, Share
from egide.premiums.papers import facts as papers
from egide.premiums.queries import posted_on, schedule_for
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


def explain_month(enrolment: EnrolmentFacts, month: date) -> list[tuple[Share, Step]]:
    """What each person is due to pay for a month, with the rule book's reasons; nothing when nobody is covered in it."""
    schedule = schedule_for(enrolment, around=max(month, enrolment.starts_on))
    shares = [share for one in schedule.instalments if one.month == month for share in one.shares]
    return [(share, explain_share(enrolment, share.person_id, month)) for share in shares]


def schedule_paper(
    enrolment: EnrolmentRow, facts: EnrolmentFacts, schedule: Schedule, changes: pl.DataFrame | None = None
) -> papers.Schedule:
    """The schedule as it is printed and sent (S003-102); ``changes`` is what was posted on months already called."""
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
        reasons.append(_reasons(facts, name, shares))
    return papers.Schedule(
        **letter_frame(enrolment.member, enrolment.number),
        product=book.title,
        formula=dict(book.formulas).get(facts.formula, facts.formula),
        period_start=max(months[0], facts.starts_on),
        last_day=(last_month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1),
        persons=tuple(persons),
        instalments=tuple(_instalment(each, debited=enrolment.mandate_id is not None) for each in schedule.instalments),
        payment=payment_of(enrolment.mandate, facts.perimeter_id),
        taxes=_taxes(schedule, enrolment.product_code),
        net_cents=sum(share.before_tax_cents for i in schedule.instalments for share in i.shares),
        reasons=tuple(reasons),
        moves=_moves(facts, changes),
    )


def _reasons(facts: EnrolmentFacts, name: str, shares: Sequence[Share]) -> papers.PersonReasons:
    """A person's different monthly amounts in the order in which they come; what explains them all is said once."""
    months: dict[tuple[int, int], list[Share]] = {}
    for share in shares:
        months.setdefault((share.gross_cents, share.aid_acs_cents + share.aid_other_cents), []).append(share)
    told = {key: _said(explain_share(facts, same[0].person_id, same[0].month)) for key, same in months.items()}
    first = next(iter(told.values()))
    common = tuple(line for line in first if all(line in lines for lines in told.values()))
    return papers.PersonReasons(
        name=name,
        lines=common,
        amounts=tuple(
            papers.MonthlyAmount(
                months_label=months_told([share.month for share in same]),
                months=len(same),
                gross_cents=gross,
                aid_cents=aid,
                lines=tuple(line for line in told[gross, aid] if line not in common),
            )
            for (gross, aid), same in months.items()
        ),
    )


def months_told(months: Sequence[date]) -> str:
    """Months in words, runs of them by their ends: « décembre 2015, de février à octobre 2016 »."""
    runs: list[list[date]] = []
    for month in sorted(months):
        if runs and add_months(runs[-1][-1], 1) == month:
            runs[-1].append(month)
        else:
            runs.append([month])
    return ", ".join(_run(run) for run in runs)


def _run(run: Sequence[date]) -> str:
    first, last = run[0], run[-1]
    if first == last:
        return format_month(first)
    start = format_month(first).removesuffix(f" {first.year}") if first.year == last.year else format_month(first)
    return f"{start} et {format_month(last)}" if len(run) == 2 else elided(f"de {start} à {format_month(last)}")


def _moves(facts: EnrolmentFacts, changes: pl.DataFrame | None) -> tuple[papers.MoneyMove, ...]:
    """What an act moved on months already called, person by person, aids deducted: the account before it and after."""
    if changes is None or changes.is_empty():
        return ()
    names = {cover.person_id: cover.first_name for cover in facts.covers}
    keys = ["period", "person_id"]
    stands = posted_on([facts.id]).filter(pl.col("nature") != Nature.TAX.value)
    moved = (
        on_account(changes)
        .group_by(keys)
        .agg(pl.col("change_cents").sum())
        .filter(pl.col("change_cents") != 0)
        .join(stands.group_by(keys).agg(after_cents=pl.col("amount_cents").sum()), on=keys, how="left")
        .with_columns(before_cents=pl.col("after_cents") - pl.col("change_cents"))
        .sort(keys)
    )
    gone = names_of(person for person in moved["person_id"].to_list() if person not in names)
    return tuple(
        papers.MoneyMove(
            label=f"{(names | gone)[row['person_id']]}, {format_month(row['period'])}",
            before_cents=row["before_cents"],
            after_cents=row["after_cents"],
            reason="Mois déjà appelé",
        )
        for row in moved.iter_rows(named=True)
    )


def _said(step: Step) -> tuple[str, ...]:
    """The reasons as a list: the paper draws the bullets that ``tell`` writes for a plain text."""
    return tuple(line.removeprefix("– ") for line in tell(step) if not line.endswith(":"))


def _instalment(each: Instalment, *, debited: bool) -> papers.Instalment:
    return papers.Instalment(
        month=format_month(each.month),
        due_on=debit_day(each.month) if debited else each.due_on,
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
