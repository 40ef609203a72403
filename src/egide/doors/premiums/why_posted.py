"""Reasons of what stands on a member account: one of its lines, a month of it. What is posted leads; the book comes after.

A line is the difference that one act posted: it tells what was posted before it, what the act made due, and why. The clauses
of the book are shown where they still decide that very amount.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial

from django.utils.translation import gettext as _

from egide.contracts.facts import EnrolmentFacts
from egide.contracts.queries import enrolment_by_number, enrolment_facts, subjects_around
from egide.doors.desk.reasons import part, spoken, step_shape, why_rule, why_sum
from egide.doors.desk.why_moves import Move, causes, move_parts, moves_said
from egide.doors.frame import words
from egide.doors.frame.access import PageRequest
from egide.doors.frame.shell import Shape, day_in
from egide.journal.queries import ActRow
from egide.kernel.money import format_eur
from egide.kernel.periods import add_months
from egide.kernel.text import elided
from egide.ledger.facts import Nature
from egide.people.queries import people_with_ids
from egide.premiums.papers.schedule import explain_share
from egide.premiums.queries import AccountLine, account
from egide.products.queries import book_for
from egide.rules.case import Step

ALL_LINES = 5_000
RULES = {
    Nature.PREMIUM.value: "cotisation_mois",
    Nature.AID_ACS.value: "aide_acs_mois",
    Nature.AID_OTHER.value: "autres_aides_mois",
}


def line(request: PageRequest, key: str) -> Shape | None:  # noqa: ARG001
    """Why one line of an account: ``number.person.month.nature.line``."""
    parts = key.split(".")
    if len(parts) != 5 or parts[3] not in RULES or not (parts[1].isdecimal() and parts[4].isdecimal()):
        return None
    enrolment = enrolment_by_number(parts[0])
    person_id, month, nature, line_id = int(parts[1]), day_in(f"{parts[2]}-01"), parts[3], int(parts[4])
    lines = [
        one
        for one in reversed(account(enrolment.pk, limit=ALL_LINES))
        if (one.person_id, one.period, one.nature) == (person_id, month, nature)
    ]
    place = next((rank for rank, one in enumerate(lines) if one.line_id == line_id), None)
    if month is None or place is None:
        return None
    return _of_line(enrolment_facts(enrolment.pk), lines, place)


def _of_line(facts: EnrolmentFacts, lines: Sequence[AccountLine], place: int) -> Shape:
    """The line at a place among those of one person, month and nature."""
    this = lines[place]
    assert this.person_id is not None and this.period is not None  # noqa: S101 - the lines of a person and a month
    before = _shown(this.nature, sum(one.amount_cents for one in lines[:place]))
    change = _shown(this.nature, this.amount_cents)
    step = decided_now(facts, this.person_id, this.period, this.nature)
    title = _title(facts, this)
    last = place == len(lines) - 1
    holds = last and step is not None and step.value == before + change
    if len(lines) == 1 and holds and step is not None:
        return why_rule(title, step, book_for(facts.product_code, this.period))
    cause = causes([this.act_id], about=partial(subjects_around, facts.id)).get(this.act_id)
    move = Move(this.booked_on, this.amount_cents, cause)
    clauses = [step_shape(step, book_for(facts.product_code, this.period), depth=1)] if holds and step else []
    if any(one.entry_id == this.entry_id and one.amount_cents == -this.amount_cents for one in lines):
        return _of_taxes_moved(title, abs(change), move, clauses)
    due = part(_("Dû d’après cet acte"), before + change, [*({"sentence": one} for one in move.reasons), *clauses])
    parts = [due, part(_("Déjà comptabilisé avant lui"), -before)] if place else [due]
    sentence = _(
        "%(how)s : %(due)s étaient dus, %(before)s étaient déjà comptabilisés ; cette ligne passe la différence."
        if place
        else "%(how)s : %(due)s étaient dus d’après ce qui était connu alors."
    ) % {"how": move.how, "due": format_eur(before + change), "before": format_eur(before)}
    said = [sentence, *move.reasons, *([spoken(step)] if holds and step else []), *_since(lines, place)]
    # On the account an amount stands in its column: what is told is that amount, its direction is in the heading.
    sign = -1 if change < 0 else 1
    return why_sum(
        title, abs(change), [_turned(one, sign) for one in parts], sentence=sentence, spoken_as=" ".join(said)
    )


def _of_taxes_moved(title: str, cents: int, move: Move, clauses: Sequence[Shape]) -> Shape:
    """A premium taken back and posted again by one act: it is what it was, the taxes inside it are not."""
    sentence = _(
        "%(how)s : la cotisation ne change pas, ses taxes oui ; elle est reprise, puis passée de nouveau avec elles."
    ) % {"how": move.how}
    parts = [part(_("La même cotisation"), cents, [*({"sentence": one} for one in move.reasons), *clauses])]
    return why_sum(title, cents, parts, sentence=sentence, spoken_as=" ".join([sentence, *move.reasons]))


def _turned(shape: Shape, sign: int) -> Shape:
    return shape | {"value": sign * int(shape["value"])}


def _since(lines: Sequence[AccountLine], place: int) -> list[str]:
    """What the account came to after that line, when others followed it."""
    if place == len(lines) - 1:
        return []
    total = _shown(lines[0].nature, sum(one.amount_cents for one in lines))
    return [
        _("Depuis, d’autres actes l’ont changé : il reste %(amount)s pour ce mois.") % {"amount": format_eur(total)}
    ]


def _shown(nature: str, cents: int) -> int:
    """A premium as what is due, an aid as what it takes off: both positive when they do what their name says."""
    return cents if nature == Nature.PREMIUM.value else -cents


def _title(facts: EnrolmentFacts, this: AccountLine) -> str:
    assert this.period is not None  # noqa: S101 - the line of a month
    nature = words.said(words.NATURES, this.nature)
    column = _("au débit") if this.amount_cents > 0 else _("au crédit")
    title = _("%(nature)s de %(who)s, %(month)s, %(column)s")
    who = names_of(facts, [this]).get(this.person_id or 0, "")
    return elided(title % {"nature": nature, "who": who, "month": words.month(this.period), "column": column})


def decided_now(facts: EnrolmentFacts, person_id: int, month: date, nature: str) -> Step | None:
    """What the book decides today of a person's month, with its reasons; None when nobody covers them in it."""
    covered = any(
        one.person_id == person_id
        and one.starts_on < add_months(month, 1)
        and (one.ends_on is None or one.ends_on > month)
        for one in facts.covers
    )
    return explain_share(facts, person_id, month, rule=RULES[nature]) if covered else None


def names_of(facts: EnrolmentFacts, lines: Sequence[AccountLine]) -> dict[int, str]:
    """First names by person: those covered, and those who were."""
    names = {one.person_id: one.first_name for one in facts.covers}
    gone = sorted({one.person_id for one in lines if one.person_id and one.person_id not in names})
    return names | {one.id: one.first_name for one in people_with_ids(gone)} if gone else names


def month_balance(request: PageRequest, key: str) -> Shape | None:  # noqa: ARG001
    """Why a month of the account comes to what it does: ``number.month``; what was due, aided, debited, returned."""
    number, _sep, text = key.partition(".")
    month = day_in(f"{text}-01")
    if month is None:
        return None
    enrolment = enrolment_by_number(number)
    lines = [
        one
        for one in reversed(account(enrolment.pk, limit=ALL_LINES))
        if (one.period or one.booked_on.replace(day=1)) == month
    ]
    if not lines:
        return None
    facts = enrolment_facts(enrolment.pk)
    parts = premium_parts(facts, month, lines)
    told = causes([one.act_id for one in lines], about=partial(subjects_around, enrolment.pk))
    for nature in dict.fromkeys(one.nature for one in lines if one.nature not in RULES):
        moves = [_move(one, told) for one in lines if one.nature == nature]
        parts.append(part(words.said(words.NATURES, nature), sum(move.cents for move in moves), move_parts(moves)))
    total = sum(one.amount_cents for one in lines)
    terms = ", ".join(f"{one['sentence']} {format_eur(one['value'])}" for one in parts)
    said = _("%(month)s, il reste %(total)s : %(terms)s.") % {
        "month": words.month(month).capitalize(),
        "total": format_eur(total),
        "terms": terms,
    }
    title = elided(_("Solde de %(month)s") % {"month": words.month(month)})
    return why_sum(title, total, parts, sentence=_("Somme de ce qui est comptabilisé pour ce mois."), spoken_as=said)


def _move(one: AccountLine, told: Mapping[int, ActRow | None]) -> Move:
    return Move(one.booked_on, one.amount_cents, told.get(one.act_id))


def premium_parts(facts: EnrolmentFacts, month: date, lines: Sequence[AccountLine]) -> list[Shape]:
    """What is posted of each person's month, aids taken off, with every act that moved it and the clauses that still hold."""
    own = [one for one in lines if one.nature in RULES and one.person_id is not None]
    names, told = names_of(facts, own), causes([one.act_id for one in own], about=partial(subjects_around, facts.id))
    parts = []
    for person_id in dict.fromkeys(one.person_id for one in own if one.person_id is not None):
        under = []
        theirs = [one for one in own if one.person_id == person_id]
        for nature in dict.fromkeys(one.nature for one in theirs):
            moves = [_move(one, told) for one in theirs if one.nature == nature]
            total = sum(move.cents for move in moves)
            step = decided_now(facts, person_id, month, nature)
            holds = step is not None and step.value == _shown(nature, total)
            clauses = [step_shape(step, book_for(facts.product_code, month), depth=1)] if holds and step else []
            below = [*(move_parts(moves) if len(moves) > 1 or not holds else []), *clauses]
            under.append(part(words.said(words.NATURES, nature), total, below))
        parts.append(part(names.get(person_id, ""), sum(int(one["value"]) for one in under), under))
    return parts


def premium_said(facts: EnrolmentFacts, lines: Sequence[AccountLine]) -> list[str]:
    """The acts that moved a called month after its first call, as sentences to read aloud."""
    own = [one for one in lines if one.nature in RULES]
    first = {(one.person_id, one.nature): one.line_id for one in reversed(own)}
    later = [one for one in own if first[one.person_id, one.nature] != one.line_id]
    names, told = names_of(facts, own), causes([one.act_id for one in later], about=partial(subjects_around, facts.id))
    verbs = (_("ajoute"), _("retire"))
    said = []
    for one in later:
        noun = _(" à %(nature)s de %(who)s") if one.amount_cents >= 0 else _(" de %(nature)s de %(who)s")
        words_ = {"nature": words.said(words.NATURES, one.nature).lower(), "who": names.get(one.person_id or 0, "")}
        said += moves_said([_move(one, told)], noun=elided(noun % words_), verbs=verbs)
    return said
