"""Endorsements: adding or removing a person, ending an enrolment or giving it up. The plan decides, the act writes."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime, time

from django.db.backends.postgresql.psycopg_any import DateRange

from egide.contracts.acts.forms import ACT_LIMIT, add_cover, announce
from egide.contracts.acts.homes import person_joining
from egide.contracts.decisions.endorsement import plan
from egide.contracts.facts import EndorsementAsked, EndorsementKind, EndorsementPlan
from egide.contracts.models import Cover, Endorsement, Enrolment
from egide.contracts.papers.endorsement import issue_endorsement
from egide.contracts.queries import book_of_change, enrolment_facts, not_found
from egide.journal import clock
from egide.journal.acts import Record, perform
from egide.journal.facts import Context
from egide.journal.permissions import Permission
from egide.kernel.errors import Refusal
from egide.people.queries import region_of
from egide.work.acts import NewItem, done_at_once


def endorse(context: Context, enrolment_id: int, asked: EndorsementAsked, *, revision: int) -> EndorsementPlan:
    """Carries out an endorsement as its preview showed it; refused when the enrolment changed in between."""
    given = [enrolment_id, revision, asdict(asked)]
    with perform(context, f"endorsement.{asked.kind.value}", needs=Permission.ENDORSE, given=given) as act:
        enrolment = (
            Enrolment.objects.select_for_update(of=("self",))
            .select_related("member__household")
            .filter(pk=enrolment_id)
            .first()
        )
        if enrolment is None:
            raise not_found(str(enrolment_id))
        if enrolment.revision != revision:
            raise Refusal(
                code="endorsement.changed_meanwhile",
                where=enrolment.number,
                message="L’adhésion a changé depuis que vous avez préparé cet avenant ; rien n’a été écrit.",
                remedy="Relisez la prévisualisation mise à jour, puis confirmez.",
            )
        facts = enrolment_facts(enrolment.pk)
        decided = plan(facts, asked, book=book_of_change(facts, asked))
        person_id = asked.person_id
        if asked.kind is EndorsementKind.ADD_PERSON:
            person_id = _write_new_person(act, enrolment, asked, decided)
        else:
            _write_ends(enrolment, decided)
        enrolment.ends_on = decided.after.ends_on
        enrolment.revision += 1
        enrolment.save()
        issue_endorsement(act, enrolment, asked, decided)
        act.on("enrolment", enrolment.pk, enrolment.number, enrolment.perimeter_id)
        act.touch("enrolment", enrolment.pk, enrolment.perimeter_id)
        act.outcome = {
            "enrolment": enrolment.pk,
            "number": enrolment.number,
            "effect_on": str(decided.effect_on),
        }
        act.because(*decided.reasons)
        _keep(act, enrolment, asked, decided, person_id)
    return decided


def _keep(
    act: Record, enrolment: Enrolment, asked: EndorsementAsked, decided: EndorsementPlan, person_id: int | None
) -> None:
    """What was asked and why stays with what was done; its two days run from the day on which it was asked (S003-163)."""
    Endorsement.objects.create(
        enrolment=enrolment,
        perimeter_id=enrolment.perimeter_id,
        act_id=act.id,
        kind=asked.kind.value,
        received_on=asked.received_on,
        event_on=asked.event_on,
        effect_on=decided.effect_on,
        person_id=person_id,
        cause=asked.cause if asked.kind is EndorsementKind.TERMINATE else "",
        reason=asked.reason,
        agreement=asked.agreement,
    )
    team_id = act.context.actor.team_id
    done_at_once(
        act,
        NewItem(
            kind="endorsement",
            title=f"{_TITLES[asked.kind]} : adhésion {enrolment.number}",
            perimeter_id=enrolment.perimeter_id,
            subject_kind="enrolment",
            subject_id=enrolment.pk,
            received_at=datetime.combine(asked.received_on, time.min, tzinfo=clock.PARIS),
            limit=ACT_LIMIT,
            region=region_of(team_id),
            team_id=team_id,
        ),
    )


_TITLES = {
    EndorsementKind.ADD_PERSON: "Ajout d’une personne",
    EndorsementKind.REMOVE_PERSON: "Radiation",
    EndorsementKind.TERMINATE: "Résiliation",
    EndorsementKind.WITHDRAW: "Renonciation",
}


def _write_new_person(record: Record, enrolment: Enrolment, asked: EndorsementAsked, decided: EndorsementPlan) -> int:
    person = asked.person
    assert person is not None  # noqa: S101 - the plan refused an endorsement without its person
    own = replace(person, insured_nir=person.insured_nir or enrolment.member.insured_nir)
    row = person_joining(record, enrolment.member.household, own)
    add_cover(
        enrolment,
        row.pk,
        link=person.link,
        student=person.student,
        period=(decided.effect_on, enrolment.ends_on),
        certificate=person.certificate,
    )
    return row.pk


def _write_ends(enrolment: Enrolment, decided: EndorsementPlan) -> None:
    """Cuts the covers that the plan ends; one that would end before it began is cancelled, never deleted."""
    after = {cover.cover_id: cover for cover in decided.after.covers}
    for cover in Cover.objects.select_for_update().filter(enrolment=enrolment, cancelled=False):
        planned = after.get(cover.pk)
        if planned is None:
            cover.cancelled = True
        elif planned.ends_on == cover.period.upper:
            continue
        else:
            cover.period = DateRange(cover.period.lower, planned.ends_on)
        cover.save()
        announce(cover, "cancel" if cover.cancelled else "change")
