"""What a schedule says of months already called: what the member owed, what they owe now, aids deducted, taxes once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import polars as pl
import pytest

from egide.contracts.acts.endorsements import endorse
from egide.contracts.facts import EndorsementAsked, EndorsementKind
from egide.contracts.models import Enrolment
from egide.contracts.queries import enrolment_facts, enrolment_with_member
from egide.journal.acts import perform
from egide.journal.facts import Context
from egide.journal.permissions import Permission
from egide.premiums.acts import bring_up_to_date
from egide.premiums.decisions import DUE_SCHEMA
from egide.premiums.facts import Share
from egide.premiums.jobs import call_month
from egide.premiums.papers.schedule import schedule_paper
from egide.premiums.queries import schedule_of
from people.families import a_family, enrolled, one

NOVEMBER = date(2015, 11, 1)


@pytest.fixture
def family(db: None, system: Context, today: Callable[[str], None]) -> Enrolment:
    """A couple and an aided child, called for November."""
    today("2015-10-05")
    row = enrolled(system, a_family(1), starts_on=NOVEMBER)
    call_month(system, NOVEMBER, perimeter_id=2)
    return row


def child_of(family: Enrolment) -> Share:
    """The part of November of the child, who is aided and still pays something."""
    november = schedule_of(family.pk, around=NOVEMBER).instalments[0]
    child = next(share for share in november.shares if share.first_name == "Enfant0")
    assert child.aid_acs_cents > 0 and any(cents for _, cents in child.taxes_cents)
    return child


def told(family: Enrolment, changes: pl.DataFrame) -> list[tuple[str, int, int]]:
    """The moves of the schedule: whose month, owed before, owed now."""
    schedule = schedule_of(family.pk, around=NOVEMBER)
    paper = schedule_paper(enrolment_with_member(family.pk), enrolment_facts(family.pk), schedule, changes)
    return [(move.label, move.before_cents, move.after_cents) for move in paper.moves]


def posted(family: Enrolment, person_id: int, moves: dict[tuple[str, str], tuple[int, int]]) -> pl.DataFrame:
    """The differences as an act posts them: by nature and tax, what was posted and what is due."""
    return pl.DataFrame(
        [
            (family.pk, person_id, NOVEMBER, nature, detail, due, stood, due - stood)
            for (nature, detail), (stood, due) in moves.items()
        ],
        schema={**DUE_SCHEMA, "posted_cents": pl.Int64, "change_cents": pl.Int64},
        orient="row",
    )


def test_a_gross_that_moves_alone_is_told_net_of_the_aid_that_does_not(family: Enrolment) -> None:
    """Both amounts are what the member owes for the month; the tax inside the gross is counted with it, once."""
    child = child_of(family)
    gross, net = child.gross_cents, child.gross_cents - child.aid_acs_cents - child.aid_other_cents
    (tax, cents), *_ = [each for each in child.taxes_cents if each[1]]
    changes = posted(
        family, child.person_id, {("premium", ""): (gross - 500, gross), ("tax", tax): (cents - 60, cents)}
    )
    assert told(family, changes) == [("Enfant0, novembre 2015", net - 500, net)]


def test_taxes_that_move_inside_a_premium_are_no_change_for_the_member(family: Enrolment) -> None:
    """The member owes the same: the schedule has nothing to tell."""
    child = child_of(family)
    (tax, cents), *_ = [each for each in child.taxes_cents if each[1]]
    gross = child.gross_cents
    assert told(
        family, posted(family, child.person_id, {("premium", ""): (gross, gross), ("tax", tax): (cents - 1, cents)})
    ) == []  # fmt: skip


def test_who_leaves_gives_back_what_was_owed_and_no_tax_more(family: Enrolment, system: Context) -> None:
    """The difference told is the one posted on the account."""
    child = child_of(family)
    net = child.gross_cents - child.aid_acs_cents - child.aid_other_cents
    before = one("SELECT sum(amount_cents) FROM ledger_line WHERE person_id = %s", child.person_id)
    gone = EndorsementAsked(EndorsementKind.REMOVE_PERSON, NOVEMBER, date(2015, 10, 5), person_id=child.person_id)
    endorse(system, family.pk, gone, revision=0)
    changes = followed(system, family.pk)
    moved = one("SELECT sum(amount_cents) FROM ledger_line WHERE person_id = %s", child.person_id) - before
    assert told(family, changes) == [("Enfant0 Martin, novembre 2015", net, 0)]
    assert moved == -net


def followed(system: Context, enrolment_id: int) -> pl.DataFrame:
    """What following the enrolment posts."""
    with perform(system, "premium.follow", needs=Permission.READ, given=[enrolment_id]) as act:
        act.on("enrolment", enrolment_id, "", 2)
        return bring_up_to_date(act, [enrolment_id])
