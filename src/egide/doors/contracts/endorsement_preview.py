"""Every euro and every right that an endorsement will move, told before it is confirmed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from egide.benefits.movements import care_moved
from egide.contracts.facts import CoverFacts, EndorsementPlan, EnrolmentFacts
from egide.doors.benefits.member_care import care_name
from egide.doors.contracts.enrolment_preview import PROVISIONAL
from egide.doors.frame import words
from egide.doors.frame.shell import Shape, ref
from egide.journal.scope import health_open
from egide.kernel.money import format_eur
from egide.kernel.text import elided
from egide.premiums.acts import change_of
from egide.premiums.decisions import contract_months, on_account
from egide.premiums.queries import called_months, schedule_for


def numbered(plan: EndorsementPlan) -> EndorsementPlan:
    """The plan with a number for the person not yet written: after all others, as it will be."""
    covers = tuple(replace(one, person_id=one.person_id or PROVISIONAL) for one in plan.after.covers)
    return replace(plan, after=replace(plan.after, covers=covers))


def preview(number: str, plan: EndorsementPlan, *, health: bool) -> Shape:
    """People, months before and after, and each difference that will be posted at once. The plan is ``numbered``.

    Which care is taken back or given again is told to those who may read care; its euros are told to all.
    """
    before, after = by_month(plan.before, plan.effect_on), by_month(plan.after, plan.effect_on)
    months = sorted({*before, *after})
    rows = [
        {
            "label": words.month(month),
            "before_cents": before.get(month, 0),
            "after_cents": after.get(month, 0),
            "moved_cents": after.get(month, 0) - before.get(month, 0),
            "moved_why": ref("avenant", f"{number}.{month:%Y-%m}") if before.get(month) != after.get(month) else None,
        }
        for month in months
    ]
    moves = _moves(plan)
    posted = sum(move["cents"] for move in moves)
    return {
        "effect_on": plan.effect_on,
        "effect_why": ref("avenant-effet", number),
        "sentence": _sentence(plan, posted),
        "people": _people(plan),
        "months": rows,
        "total": {
            "before_cents": sum(before.values()),
            "after_cents": sum(after.values()),
            "moved_cents": sum(after.values()) - sum(before.values()),
        },
        "moves": moves,
        "care": _care(plan, health=health),
        "rights": _rights(plan),
        "letters": _letters(plan, scheduled=bool(after)),
    }


def _letters(plan: EndorsementPlan, *, scheduled: bool) -> list[str]:
    """The papers that the confirmation issues."""
    joins = len(plan.after.covers) > len(plan.before.covers)
    return [
        _("Lettre d’avenant"),
        *([_("Échéancier à jour")] if scheduled else []),
        *([_("Carte de tiers payant")] if joins else []),
    ]


def by_month(enrolment: EnrolmentFacts, around: date) -> dict[date, int]:
    """What the member pays each month of the contract year, if the facts were these."""
    months = contract_months(enrolment.starts_on, enrolment.ends_on, around=around)
    if not months or not enrolment.covers:
        return {}
    return {one.month: one.to_pay_cents for one in schedule_for(enrolment, around=around).instalments if one.shares}


def _moves(plan: EndorsementPlan) -> list[Shape]:
    """The differences posted as soon as the endorsement is confirmed, on months already called."""
    names = {cover.person_id: cover.first_name for cover in (*plan.before.covers, *plan.after.covers)}
    changes = on_account(change_of(plan.after, called_months(plan.after.perimeter_id)))
    return [
        {
            "label": elided(
                _("%(nature)s de %(who)s, %(month)s")
                % {
                    "nature": words.said(words.NATURES, row["nature"]),
                    "who": names.get(row["person_id"], ""),
                    "month": words.month(row["period"]),
                }
            ),
            "detail": _("comptabilisé %(posted)s, dû %(due)s")
            % {"posted": format_eur(row["posted_cents"]), "due": format_eur(row["amount_cents"])},
            "cents": row["change_cents"],
        }
        for row in changes.iter_rows(named=True)
    ]


def _sentence(plan: EndorsementPlan, posted: int) -> str:
    money = (
        _("Aucun mois déjà appelé ne change.")
        if not posted
        else _("Le compte sera débité de %(amount)s à la confirmation.") % {"amount": format_eur(posted)}
        if posted > 0
        else _("Le compte sera crédité de %(amount)s à la confirmation.") % {"amount": format_eur(-posted)}
    )
    return " ".join([*plan.reasons, money])


def _people(plan: EndorsementPlan) -> list[Shape]:
    before = {cover.person_id: cover for cover in plan.before.covers}
    after = {cover.person_id: cover for cover in plan.after.covers}
    shapes = []
    for person_id, cover in {**before, **after}.items():
        was, will = _said(before.get(person_id)), _said(after.get(person_id))
        if was != will:
            tone = "ok" if person_id not in before else "late"
            shapes.append({"name": f"{cover.first_name} {cover.last_name}", "before": was, "after": will, "tone": tone})
    return shapes


def _said(cover: CoverFacts | None) -> str:
    if cover is None:
        return _("sans couverture")
    if cover.ends_on:
        last = cover.ends_on - timedelta(days=1)
        return _("couverture du %(start)s au %(end)s") % {"start": _day(cover.starts_on), "end": _day(last)}
    return _("couverture depuis le %(start)s") % {"start": _day(cover.starts_on)}


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _care(plan: EndorsementPlan, *, health: bool) -> Shape | None:
    """Each care line whose amount the new covers move, decided as the confirmation will decide it."""
    with health_open():  # the euros are said to whoever changes the contract; the care, to those who may see it
        moved = care_moved(plan.after)
    if not moved:
        return None
    names = {cover.person_id: cover.first_name for cover in (*plan.before.covers, *plan.after.covers)}
    total = sum(one.change_cents for one in moved)
    sentence = (
        _("%(amount)s de soins déjà remboursés seront repris : ils seront déduits des prochains remboursements.")
        if total < 0
        else _("%(amount)s de soins seront remboursés en plus.")
    )
    return {
        "total_cents": total,
        "sentence": sentence % {"amount": format_eur(abs(total))},
        "lines": [
            {
                "label": _("%(care)s du %(day)s")
                % {"care": care_name(one.line), "day": f"{one.line.care_on:%d/%m/%Y}"},
                "who": names.get(one.line.person_id, ""),
                "detail": _("remboursé %(posted)s, dû %(due)s")
                % {"posted": format_eur(one.line.posted_cents), "due": format_eur(one.due_cents)},
                "url": reverse("care-line", args=[one.line.id]),
                "cents": one.change_cents,
            }
            for one in moved
        ]
        if health
        else [],
    }


def _rights(plan: EndorsementPlan) -> list[str]:
    before = {cover.person_id for cover in plan.before.covers}
    opened = [cover for cover in plan.after.covers if cover.person_id not in before]
    said = [
        _("Droits de %(who)s ouverts au %(day)s, annoncés au régime obligatoire par le prochain fichier.")
        % {"who": cover.first_name, "day": words.day(cover.starts_on)}
        for cover in opened
    ]
    closed = _closed(plan)
    if closed:
        names = ", ".join(cover.first_name for cover in plan.before.covers if cover.person_id in closed)
        said.append(
            _("Droits de %(who)s fermés, annoncés au régime obligatoire par le prochain fichier.") % {"who": names}
        )
    return [elided(sentence) for sentence in said]


def _closed(plan: EndorsementPlan) -> dict[int, date]:
    after = {cover.person_id: cover.ends_on for cover in plan.after.covers}
    return {
        cover.person_id: after.get(cover.person_id) or cover.starts_on
        for cover in plan.before.covers
        if cover.person_id not in after or after[cover.person_id] != cover.ends_on
    }
