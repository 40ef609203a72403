"""Reasons of what is only being prepared: the premium and the day of a form not yet enrolled, those of a change."""

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
from egide.doors.desk.reasons import part, step_shape, why_month, why_sentences, why_sum
from egide.doors.frame import words
from egide.doors.frame.access import PageRequest
from egide.doors.frame.drafts import draft
from egide.doors.frame.shell import Shape, day_in
from egide.journal import clock
from egide.kernel.money import format_eur
from egide.kernel.text import elided
from egide.premiums.papers.schedule import explain_month, explain_share
from egide.premiums.queries import schedule_for
from egide.products.queries import book_for

RULES = {
    "exigible": "cotisation_mois",
    "acs": "aide_acs_mois",
    "autres": "autres_aides_mois",
    "du": "a_payer_mois",
}


def _month(text: str) -> date | None:
    return day_in(f"{text}-01")


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


def _as_part(found: Shape, sentence: str, *, sign: int = 1) -> Shape:
    return part(sentence, sign * int(found["value"]), found["tree"]["inputs"])


def effect_of_endorsement(request: PageRequest, key: str) -> Shape | None:
    """Why an endorsement takes effect on its day."""
    found = _plan(request, key)
    return why_sentences(_("Date d’effet"), found.effect_on, "jour", found.reasons) if found else None


def _of_month(facts: EnrolmentFacts, month: date, title: str) -> Shape:
    people = [(share.first_name, explained) for share, explained in explain_month(facts, month)]
    return why_month(title, month, people, book_for(facts.product_code, month) if people else None)
