"""Reasons of premiums: the balance of an account, a month as it is posted or as it will be due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from egide.contracts.facts import EnrolmentFacts
from egide.contracts.queries import enrolment_by_number, enrolment_facts
from egide.doors.desk.reasons import part, why_month, why_sum
from egide.doors.frame import words
from egide.doors.frame.access import PageRequest
from egide.doors.frame.shell import Shape, day_in
from egide.doors.premiums.why_posted import ALL_LINES, RULES, premium_parts, premium_said
from egide.kernel.money import format_eur
from egide.kernel.text import elided
from egide.premiums.papers.schedule import explain_month
from egide.premiums.queries import AccountLine, account
from egide.products.queries import book_for


def _month(text: str) -> date | None:
    return day_in(f"{text}-01")


def balance(request: PageRequest, key: str) -> Shape | None:  # noqa: ARG001
    """Why a member owes what they owe: everything posted, by nature, then by month."""
    lines = account(enrolment_by_number(key).pk, limit=ALL_LINES)
    total = lines[0].balance_cents if lines else 0
    by_nature: dict[str, dict[date, int]] = {}
    for line in lines:
        months = by_nature.setdefault(line.nature, {})
        month = line.period or line.booked_on.replace(day=1)
        months[month] = months.get(month, 0) + line.amount_cents
    parts = [
        part(
            words.said(words.NATURES, nature),
            sum(months.values()),
            [part(words.month(month), months[month]) for month in sorted(months)],
        )
        for nature, months in by_nature.items()
    ]
    terms = ", ".join(f"{one['sentence']} {format_eur(one['value'])}" for one in parts)
    said = _("Le solde est de %(total)s : %(terms)s.") % {"total": format_eur(total), "terms": terms}
    return why_sum(
        _("Solde du compte %(number)s") % {"number": key},
        total,
        parts,
        sentence=_("Somme de tout ce qui est comptabilisé."),
        spoken_as=said,
    )


def instalment(request: PageRequest, key: str) -> Shape | None:  # noqa: ARG001
    """Why an instalment is what it is: what is posted once the month is called, before it what the rule book decides."""
    number, _sep, text = key.partition(".")
    month = _month(text)
    if month is None:
        return None
    facts = enrolment_facts(enrolment_by_number(number).pk)
    title = elided(_("Échéance de %(month)s") % {"month": words.month(month)})
    posted = [
        one for one in reversed(account(facts.id, limit=ALL_LINES)) if one.period == month and one.nature in RULES
    ]
    return _of_called(facts, month, title, posted) if posted else _as_decided(facts, month, title)


def _of_called(facts: EnrolmentFacts, month: date, title: str, posted: Sequence[AccountLine]) -> Shape:
    """A month already called: what is posted, and each act that moved it since."""
    parts = premium_parts(facts, month, posted)
    total = sum(one.amount_cents for one in posted)
    terms = ", ".join(f"{one['sentence']} {format_eur(one['value'])}" for one in parts)
    said = _("Pour %(month)s, %(total)s à payer : %(terms)s.") % {
        "month": words.month(month),
        "total": format_eur(total),
        "terms": terms,
    }
    return why_sum(
        title,
        total,
        parts,
        sentence=_("Somme de ce qui est appelé pour les personnes couvertes, aides déduites."),
        spoken_as=" ".join([said, *premium_said(facts, posted)]),
    )


def _as_decided(facts: EnrolmentFacts, month: date, title: str) -> Shape:
    """A month not called yet: what the rule book decides for each person."""
    people = [(share.first_name, explained) for share, explained in explain_month(facts, month)]
    return why_month(title, month, people, book_for(facts.product_code, month) if people else None)
