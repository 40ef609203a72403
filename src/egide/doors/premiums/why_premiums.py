"""Reasons of premiums: posted, due, or only being prepared on a form or an endorsement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from egide.contracts.decisions.endorsement import plan
from egide.contracts.facts import EndorsementPlan, EnrolmentFacts
from egide.contracts.queries import book_of_change, enrolment_by_number, enrolment_facts, find_form
from egide.doors.contracts.endorsement_fields import read
from egide.doors.contracts.endorsement_preview import by_month, numbered
from egide.doors.contracts.enrolment_preview import PROVISIONAL, Draft, draft_of
from egide.doors.desk.reasons import part, step_shape, why_rule, why_sentences, why_sum
from egide.doors.frame import words
from egide.doors.frame.access import PageRequest
from egide.doors.frame.drafts import draft
from egide.doors.frame.shell import Shape, day_in
from egide.journal import clock
from egide.kernel.money import format_eur
from egide.kernel.periods import add_months
from egide.kernel.text import elided
from egide.premiums.papers.schedule import explain_share
from egide.premiums.queries import account, schedule_for
from egide.products.queries import book_for

RULES = {
    "exigible": "cotisation_mois",
    "acs": "aide_acs_mois",
    "autres": "autres_aides_mois",
    "du": "a_payer_mois",
    "premium": "cotisation_mois",
    "aid_acs": "aide_acs_mois",
    "aid_other": "autres_aides_mois",
}


def _month(text: str) -> date | None:
    return day_in(f"{text}-01")


def balance(request: PageRequest, key: str) -> Shape | None:  # noqa: ARG001
    """Why a member owes what they owe: everything posted, by nature, then by month."""
    lines = account(enrolment_by_number(key).pk, limit=5_000)
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
    """Why an instalment is what it is: each person's premium of the month, by the rule book."""
    number, _sep, text = key.partition(".")
    month = _month(text)
    if month is None:
        return None
    facts = enrolment_facts(enrolment_by_number(number).pk)
    return _of_month(facts, month, elided(_("Échéance de %(month)s") % {"month": words.month(month)}))


def _of_month(facts: EnrolmentFacts, month: date, title: str) -> Shape | None:
    schedule = schedule_for(facts, around=max(month, facts.starts_on))
    shares = [share for one in schedule.instalments if one.month == month for share in one.shares]
    if not shares:
        return why_sentences(title, 0, "eur", [_("Personne n’est couvert ce mois-là : rien n’est dû.")])
    book = book_for(facts.product_code, month)
    parts = []
    for share in shares:
        step = step_shape(explain_share(facts, share.person_id, month), book)
        parts.append({**step, "sentence": f"{share.first_name}\N{NO-BREAK SPACE}: {step['sentence']}"})
    total = sum(share.to_pay_cents for share in shares)
    terms = ", ".join(f"{share.first_name} {format_eur(share.to_pay_cents)}" for share in shares)
    said = _("Pour %(month)s, %(total)s à payer : %(terms)s.") % {
        "month": words.month(month),
        "total": format_eur(total),
        "terms": terms,
    }
    return why_sum(
        title, total, parts, sentence=_("Somme des cotisations à payer des personnes couvertes."), spoken_as=said
    )


def premium(request: PageRequest, key: str) -> Shape | None:  # noqa: ARG001
    """Why one line of the account: ``number.person.month.nature``."""
    parts = key.split(".")
    month = _month(parts[2]) if len(parts) == 4 else None
    if month is None or not parts[1].isdecimal() or parts[3] not in RULES:
        return None
    facts = enrolment_facts(enrolment_by_number(parts[0]).pk)
    return _of_person(facts, int(parts[1]), month, parts[3])


def _of_person(facts: EnrolmentFacts, person_id: int, month: date, what: str) -> Shape | None:
    cover = next((one for one in facts.covers if one.person_id == person_id), None)
    if cover is None or cover.starts_on >= add_months(month, 1) or (cover.ends_on and cover.ends_on <= month):
        name = cover.first_name if cover else ""
        sentence = _(
            "D’après ce qui est connu aujourd’hui, %(who)s n’est plus couvert ce mois-là : la différence a été comptabilisée."
        )
        return why_sentences(words.month(month), 0, "eur", [sentence % {"who": name or _("cette personne")}])
    step = explain_share(facts, person_id, month, rule=RULES[what])
    return why_rule(f"{cover.first_name}, {words.month(month)}", step, book_for(facts.product_code, month))


def of_form(request: PageRequest, key: str) -> Shape | None:
    """Why an amount of a form's preview: ``form.rank.month.what``; rank « tous » sums persons, month « annee » the year."""
    parts = key.split(".")
    if len(parts) != 4 or parts[3] not in RULES:
        return None
    found = _draft(request, parts[0])
    if found is None:
        return None
    facts = found.facts
    if parts[1] == "tous":
        month = _month(parts[2])
        return (
            _of_month(facts, month, elided(_("Échéance de %(month)s") % {"month": words.month(month)}))
            if month
            else None
        )
    if not parts[1].isdecimal():
        return None
    return _of_year(facts, PROVISIONAL + int(parts[1]), parts[3])


def _draft(request: PageRequest, form_text: str) -> Draft | None:
    form = find_form(int(form_text)) if form_text.isdecimal() else None
    return draft_of(form, draft(request, f"form-{form.pk}") or form.content) if form else None


def _of_year(facts: EnrolmentFacts, person_id: int, what: str) -> Shape | None:
    cover = next((one for one in facts.covers if one.person_id == person_id), None)
    if cover is None:
        return None
    months = [one.month for one in schedule_for(facts, around=facts.starts_on).instalments]
    steps = [(month, explain_share(facts, person_id, month, rule=RULES[what])) for month in months]
    book = book_for(facts.product_code, months[0])
    groups: dict[int, list[date]] = {}
    for month, step in steps:
        groups.setdefault(int(str(step.value)), []).append(month)
    first = {cents: step for _m, step in reversed(steps) for cents in [int(str(step.value))]}
    parts = [
        part(
            _("%(n)s mois à %(amount)s, soit %(total)s (dont %(month)s)")
            % {
                "n": len(group),
                "amount": format_eur(cents),
                "total": format_eur(cents * len(group)),
                "month": words.month(group[0]),
            },
            cents * len(group),
            [step_shape(first[cents], book)],
        )
        for cents, group in groups.items()
    ]
    total = sum(cents * len(group) for cents, group in groups.items())
    said = _("Sur %(n)s mois, %(total)s. %(first)s") % {
        "n": len(months),
        "total": format_eur(total),
        "first": steps[0][1].sentence,
    }
    return why_sum(
        f"{cover.first_name}\N{NO-BREAK SPACE}: {steps[0][1].label}",
        total,
        parts,
        sentence=_("Somme des mois de la première année."),
        spoken_as=said,
    )


def effect_of_form(request: PageRequest, key: str) -> Shape | None:
    """Why a form takes effect on its day."""
    found = _draft(request, key)
    if found is None:
        return None
    return why_sentences(_("Date d’effet"), found.effect.starts_on, "jour", found.effect.reasons)


def _plan(request: PageRequest, number: str) -> EndorsementPlan | None:
    content = draft(request, f"endorsement-{number}")
    if content is None:
        return None
    facts = enrolment_facts(enrolment_by_number(number).pk)
    asked, _refusals = read(content, today=clock.today())
    return numbered(plan(facts, asked, book=book_of_change(facts, asked))) if asked else None


def of_endorsement(request: PageRequest, key: str) -> Shape | None:
    """Why a month moves: what it was, what it becomes, and the rule book's reasons for the new amount."""
    number, _sep, text = key.partition(".")
    month, found = _month(text), _plan(request, number)
    if month is None or found is None:
        return None
    before, after = (by_month(facts, found.effect_on).get(month, 0) for facts in (found.before, found.after))
    title = elided(_("Écart de %(month)s") % {"month": words.month(month)})
    parts: Sequence[Shape] = [
        _as_part(_of_month(found.after, month, _("Après l’avenant")), _("Après l’avenant")),
        _as_part(_of_month(found.before, month, _("Avant l’avenant")), _("Avant l’avenant, à retirer"), sign=-1),
    ]
    said = _("%(before)s avant, %(after)s après, soit un écart de %(moved)s.")
    sentence = said % {"before": format_eur(before), "after": format_eur(after), "moved": format_eur(after - before)}
    return why_sum(title, after - before, parts, sentence=sentence, spoken_as=sentence)


def _as_part(found: Shape | None, sentence: str, *, sign: int = 1) -> Shape:
    if found is None:
        return part(sentence, 0)
    return part(sentence, sign * int(found["value"]), found["tree"]["inputs"])


def effect_of_endorsement(request: PageRequest, key: str) -> Shape | None:
    """Why an endorsement takes effect on its day."""
    found = _plan(request, key)
    return why_sentences(_("Date d’effet"), found.effect_on, "jour", found.reasons) if found else None
