"""Reasons of care: a line as it stands posted, with what took it back if anything did, and a ceiling with what used it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from django.db import connection
from django.utils.translation import gettext as _

from egide.benefits.facts import CareLineFacts
from egide.benefits.queries import care_line as read_line
from egide.benefits.queries import lives
from egide.benefits.standing import PostedAmount, Told, posted_on_line, taken_back_by, tell_line, uses_of
from egide.contracts.queries import subjects_around
from egide.doors.benefits.ceilings import Limit, limits_of, untouched_limits
from egide.doors.benefits.member_care import care_name
from egide.doors.benefits.words import FAMILIES
from egide.doors.desk.reasons import spoken, step_shape, why_rule, why_sentences
from egide.doors.desk.why_moves import Move, causes, move_parts, moves_said
from egide.doors.frame import words
from egide.doors.frame.access import PageRequest
from egide.doors.frame.shell import Shape
from egide.doors.member.member_reads import cover_row
from egide.journal import clock
from egide.kernel.money import format_eur
from egide.kernel.text import typeset
from egide.products.queries import book_for


def care(request: PageRequest, key: str) -> Shape | None:  # noqa: ARG001
    """Why a care line is paid what it is: the clauses when they still hold, else what was paid and what took it back."""
    if not key.isdecimal():
        return None
    return of_line(read_line(int(key)))


def of_line(line: CareLineFacts) -> Shape:
    """The reasons of what stands posted on a line: their value is always that amount."""
    title = _("%(care)s du %(day)s") % {"care": care_name(line), "day": words.day(line.care_on)}
    if line.operation == "A":
        return _reversal(title, line)
    posted = posted_on_line(line.id)
    told = tell_line(line.id, posted)
    if len(posted) <= 1 and told.step.value == line.posted_cents:
        return why_rule(title, told.step, told.book)
    return _moved(title, line, posted, told)


def _reversal(title: str, line: CareLineFacts) -> Shape:
    reasons = [
        _("La caisse a annulé la ligne d’origine : ce qui était passé pour elle est repris sur elle, en entier.")
    ]
    if line.reverses_id:
        for move in _moves(read_line(line.reverses_id), posted_on_line(line.reverses_id)):
            reasons.append(f"{move.how}\N{NO-BREAK SPACE}: {format_eur(move.cents)}.")
    return why_sentences(title, line.posted_cents, "eur", reasons)


def _moves(line: CareLineFacts, posted: Sequence[PostedAmount]) -> list[Move]:
    found = causes([one.act_id for one in posted], about=partial(subjects_around, line.enrolment_id))
    return [Move(one.booked_on, one.amount_cents, found.get(one.act_id)) for one in posted]


def _moved(title: str, line: CareLineFacts, posted: Sequence[PostedAmount], told: Told) -> Shape:
    """A line that moved more than once, or that the book would not decide so any more."""
    moves = _moves(line, posted)
    holds = told.step.value == line.posted_cents
    told_first = bool(moves) and told.step.value == moves[0].cents
    clauses = [step_shape(told.step, told.book, depth=1) | {"folded": not holds}]
    place = len(moves) - 1 if holds else 0 if told_first else None
    stands = _("Il reste %(amount)s à notre charge.") % {"amount": format_eur(line.posted_cents)}
    because = _because(line, told, holds=holds)
    said = [*moves_said(moves, noun="", verbs=(_("nous comptons"), _("nous reprenons"))), *because, stands]
    if holds and line.posted_cents:
        said.append(spoken(told.step))
    tree: Shape = {
        "sentence": _("Ce qui est passé pour ce soin, dans l’ordre.") if moves else stands,
        "value": line.posted_cents,
        "unit": "eur",
        "inputs": [
            *move_parts(moves, {} if place is None else {place: clauses}),
            *({"sentence": one} for one in because),
        ],
    }
    return {
        "title": title,
        "value": line.posted_cents,
        "unit": "eur",
        "spoken": " ".join(said),
        "tree": tree,
        "nothing": _nothing(moves, because) if moves and not line.posted_cents else "",
        "known_on": clock.today(),
    }


def _nothing(moves: Sequence[Move], because: Sequence[str]) -> str:
    """One sentence for a line of which nothing is left: what was counted first, when it was taken back, and why."""
    told = _("La mutuelle en avait compté %(amount)s, repris le %(day)s.") % {
        "amount": format_eur(moves[0].cents),
        "day": words.day(moves[-1].on),
    }
    return " ".join([told, *because])


def _because(line: CareLineFacts, told: Told, *, holds: bool) -> list[str]:
    """Why the clauses alone do not give what stands: taken back by the scheme, out of cover, or decided otherwise since."""
    if line.id in taken_back_by([line.id]):
        return [_("La caisse a annulé ce soin : il ne coûte plus rien.")]
    if not told.covered:
        return [_("La personne n’est plus couverte à la date du soin : rien n’est dû.")]
    if holds:
        return []
    return [
        _("Le livre de règles donne aujourd’hui %(amount)s ; l’écart sera passé au prochain acte sur l’adhésion.")
        % {"amount": format_eur(int(str(told.step.value)))}
    ]


_USED = "SELECT used FROM benefits_counter WHERE product_code = %s AND counter = %s AND key = %s"


def ceiling(request: PageRequest, key: str) -> Shape | None:  # noqa: ARG001
    """What remains of a ceiling: its limit by the rule book, and the care that used it, if any did."""
    from_text, _sep, counter = key.partition(".")
    found = _of_cover(from_text, counter) if from_text.startswith(_COVER) else _of_line(from_text, counter)
    return _of_limit(*found) if found else None


_COVER = "couverture-"


def _of_line(text: str, counter: str) -> tuple[Limit, int] | None:
    """A ceiling that a care line met, and the enrolment."""
    if not text.isdecimal():
        return None
    line = read_line(int(text))
    mine = lives([line.enrolment_id])
    found = limits_of(mine.filter(mine["line_id"] == line.id))
    return next(((one, line.enrolment_id) for one in found if one.counter == counter), None)


def _of_cover(text: str, counter: str) -> tuple[Limit, int] | None:
    """A ceiling that a cover opens, and the enrolment."""
    number = text.removeprefix(_COVER)
    row, day = (cover_row(int(number)) if number.isdecimal() else None), clock.today()
    if row is None or row.enrolment_id is None or not row.covers(day):
        return None
    book = book_for(row.product_code or "", day.replace(day=1))
    found = untouched_limits(book, row, day)
    return next(((one, row.enrolment_id) for one in found if one.counter == counter), None)


def _of_limit(limit: Limit, enrolment_id: int) -> Shape:
    counter = limit.counter
    rule = limit.book.rules[counter]
    with connection.cursor() as cursor:
        cursor.execute(_USED, [limit.book.code, counter, limit.key])
        used = int((cursor.fetchone() or (0,))[0])
    left = limit.limit - used
    eur = rule.type.name == "montant"

    def shown(value: int) -> str:
        return format_eur(value) if eur else str(value)

    label = typeset(rule.label)
    said = _("Il reste %(left)s sur %(limit)s, %(used)s déjà utilisés.")
    sentence = said % {"left": shown(left), "limit": shown(limit.limit), "used": shown(used)}
    unit = "eur" if eur else "nombre"
    parts: list[Shape] = [{"sentence": _("Limite entière"), "value": limit.limit, "unit": unit}]
    for use in uses_of(enrolment_id, limit.book.code, counter, limit.key):
        name = _("%(care)s du %(day)s") % {
            "care": words.said(FAMILIES, use.family),
            "day": f"{use.care_on:%d/%m/%Y}",
        }
        parts.append({"sentence": name, "value": -use.used, "unit": unit})
    title = f"{label[:1].upper()}{label[1:]}"
    tree: Shape = {
        "sentence": sentence,
        "value": left,
        "unit": unit,
        "article": {"label": rule.article},
        "inputs": parts,
    }
    return {
        "title": title,
        "value": left,
        "unit": unit,
        "spoken": f"{title}\N{NO-BREAK SPACE}: {sentence[:1].lower()}{sentence[1:]}",
        "tree": tree,
        "known_on": clock.today(),
    }
