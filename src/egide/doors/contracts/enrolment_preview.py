"""The premium of a form that is not yet an enrolment: its facts from what was typed, its schedule from the rule book."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from egide.contracts.acts.forms import complete_day, effect_of
from egide.contracts.decisions.reader import parse_day
from egide.contracts.facts import Certificate, CoverFacts, EffectDate, EnrolmentAsked, EnrolmentFacts, PersonAsked
from egide.contracts.queries import FormRow, product_terms
from egide.doors.contracts.enrolment_fields import certificate_of, people_of
from egide.doors.frame import words
from egide.doors.frame.shell import Shape, last_day, ref
from egide.kernel.errors import Refusal
from egide.kernel.money import parse_eur
from egide.kernel.periods import add_months, age_on_1_january, first_of_month
from egide.premiums.facts import Schedule, Share
from egide.premiums.queries import schedule_for

PROVISIONAL = 900_000_000
"""Persons and enrolments not yet written are numbered after all others: they come last wherever order counts."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A form as it would be enrolled today."""

    facts: EnrolmentFacts
    effect: EffectDate


def draft_of(form: FormRow, content: Mapping[str, Any]) -> Draft | None:
    """The form as facts, as soon as its formula and birth dates are known; None before."""
    people = [person for person in people_of(content) if person.get("birth_date")]
    persons = [person for one in people if (person := _person(one))]
    formula = str(content.get("formula") or "")
    if not formula or not persons or len(persons) < len(people):
        return None
    wished = parse_day(str(content.get("wished_start") or ""))
    asked = EnrolmentAsked(
        product_code=form.product_code,
        formula=formula,
        scheme=str(content.get("scheme") or "") or "general",
        wished_start=wished or add_months(first_of_month(form.received_on), 1),
        signed_on=form.received_on,
        received_on=form.received_on,
        line1="", postcode="", city="", phone="", email="", iban="", bic="", holder="",
        persons=tuple(persons),
    )  # fmt: skip
    effect = effect_of(asked, complete_on=complete_day(form.pk))
    return Draft(_facts(form, asked, effect), effect)


def _person(content: Mapping[str, Any]) -> PersonAsked | None:
    born = parse_day(str(content.get("birth_date") or ""))
    link = str(content.get("link") or "")
    if born is None or link not in words.LINKS:
        return None
    return PersonAsked(
        link=link,
        last_name=str(content.get("last_name") or ""),
        first_name=str(content.get("first_name") or ""),
        birth_date=born,
        birth_rank=1,
        nir="",
        insured_nir="",
        student=bool(content.get("student")),
        certificate=_certificate(certificate_of(content)),
    )


def _certificate(content: Mapping[str, Any]) -> Certificate | None:
    agreed = parse_day(str(content.get("agreed_on") or ""))
    until = parse_day(str(content.get("valid_until") or ""))
    try:
        amount = parse_eur(str(content.get("amount") or ""))
    except Refusal:
        return None
    if agreed is None or until is None:
        return None
    return Certificate("", "", agreed, until, amount)


def _facts(form: FormRow, asked: EnrolmentAsked, effect: EffectDate) -> EnrolmentFacts:
    covers = tuple(
        CoverFacts(
            cover_id=0,
            enrolment_id=PROVISIONAL,
            perimeter_id=form.perimeter_id,
            person_id=PROVISIONAL + rank,
            first_name=person.first_name or _("Personne %(n)s") % {"n": rank + 1},
            last_name=person.last_name,
            birth_date=person.birth_date,
            link=person.link,
            student=person.student,
            starts_on=effect.starts_on,
            ends_on=effect.ends_on,
            since=effect.starts_on,
            aid_acs_cents=person.certificate.amount_cents if person.certificate else 0,
            aid_other_cents=0,
        )
        for rank, person in enumerate(asked.persons)
    )
    return EnrolmentFacts(
        id=PROVISIONAL,
        number="",
        perimeter_id=form.perimeter_id,
        product_code=form.product_code,
        formula=asked.formula,
        scheme=asked.scheme,
        starts_on=effect.starts_on,
        ends_on=effect.ends_on,
        covers=covers,
    )


def preview(form: FormRow, draft: Draft) -> Shape:
    """The premium by person and by month; every amount opens its reasons."""
    schedule = schedule_for(draft.facts, around=draft.effect.starts_on)
    rows = [_row(form, schedule, cover, draft.facts.scheme) for cover in draft.facts.covers]
    others = any(share.aid_other_cents for one in schedule.instalments for share in one.shares)
    return {
        "starts_on": draft.effect.starts_on,
        "starts_why": ref("effet", form.pk),
        "ends_on": last_day(draft.effect.ends_on),
        "sentence": _sentence(draft.effect),
        "aided": product_terms(form.product_code, form.received_on).certificates_required
        or any(row["aid_cents"] or row["other_aid_cents"] for row in rows),
        "rows": rows,
        "total": {
            "gross_cents": schedule.gross_cents,
            "aid_cents": sum(row["aid_cents"] for row in rows),
            "other_aid_cents": sum(row["other_aid_cents"] for row in rows) if others else None,
            "due_cents": schedule.to_pay_cents,
        },
        "instalments": [
            {
                "due_on": one.due_on,
                "label": words.month(one.month),
                "gross_cents": one.gross_cents,
                "aid_cents": one.aid_cents,
                "due_cents": one.to_pay_cents,
                "due_why": ref("apercu", f"{form.pk}.tous.{one.month:%Y-%m}.du"),
            }
            for one in schedule.instalments
        ],
    }


def _sentence(effect: EffectDate) -> str:
    return effect.reasons[-1] if effect.differs and effect.reasons else ""


def _row(form: FormRow, schedule: Schedule, cover: CoverFacts, scheme: str) -> Shape:
    shares = shares_of(schedule, cover.person_id)
    rank = cover.person_id - PROVISIONAL

    def why(what: str) -> Shape:
        return ref("apercu", f"{form.pk}.{rank}.annee.{what}")

    age = (
        age_on_1_january(cover.birth_date, cover.starts_on.year) if cover.birth_date.year <= cover.starts_on.year else 0
    )
    return {
        "person": f"{cover.first_name} {cover.last_name}".strip(),
        "detail": _("%(age)s ans au 1er janvier, %(scheme)s")
        % {"age": age, "scheme": words.said(words.SCHEMES, scheme).lower()},
        "gross_cents": sum(share.gross_cents for share in shares),
        "gross_why": why("exigible"),
        "aid_cents": sum(share.aid_acs_cents for share in shares),
        "aid_why": why("acs"),
        "other_aid_cents": sum(share.aid_other_cents for share in shares),
        "other_aid_why": why("autres"),
        "due_cents": sum(share.to_pay_cents for share in shares),
        "due_why": why("du"),
    }


def shares_of(schedule: Schedule, person_id: int, month: date | None = None) -> Sequence[Share]:
    """One person's shares, of one month or of all."""
    return [
        share
        for one in schedule.instalments
        if month is None or one.month == month
        for share in one.shares
        if share.person_id == person_id
    ]
