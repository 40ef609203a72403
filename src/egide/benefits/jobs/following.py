"""Benefits follow what happens to contracts; an audit decides everything again and says where the books differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from egide.benefits.acts import DUE, replay
from egide.benefits.decisions.adjudication import adjudicate, difference, standing
from egide.benefits.queries import (
    OPENING_SCHEMA,
    counters_of,
    lives_of_perimeter,
)
from egide.contracts.queries import enrolment_with_member, linked_enrolments
from egide.journal.acts import perform
from egide.journal.facts import Context
from egide.journal.followers import Follow
from egide.journal.invariants import Finding
from egide.journal.locks import hold
from egide.journal.permissions import Permission
from egide.journal.scope import health_open
from egide.products.queries import book_for


def follow(context: Context, enrolment_ids: Sequence[int]) -> None:
    """Brings benefits up to date after an act on contracts: what these enrolments received is decided again."""
    with perform(context, "benefits.follow", needs=Permission.READ, given=list(enrolment_ids)) as act:
        hold(DUE, linked_enrolments(enrolment_ids))
        enrolment = enrolment_with_member(enrolment_ids[0])
        act.on("enrolment", enrolment.pk, enrolment.number, enrolment.perimeter_id)
        with health_open():  # whoever changed the contract, the books are right
            replay(act, enrolment_ids)


FOLLOWS = (Follow("enrolment", follow),)


def audit(context: Context) -> Iterator[Finding]:
    """Decides every care line again: what is posted must be what is due, and counters what the lines have used."""
    wrong_lines: list[int] = []
    wrong_counters: list[str] = []
    for perimeter_id in context.actor.perimeters:
        lines = lives_of_perimeter(perimeter_id)
        if lines.is_empty():
            continue
        due, closing = adjudicate(standing(lines), book_for, pl.DataFrame(schema=OPENING_SCHEMA))
        wrong_lines += difference(due, lines.select("line_id", "posted_cents"))["line_id"].to_list()
        kept = counters_of(lines["person_id"].unique().to_list(), lines["enrolment_id"].unique().to_list())
        keys = ["product_code", "counter", "key", "used"]
        missing = closing.select(keys).join(kept, on=keys, how="anti")
        apart = pl.concat([missing, kept.select(keys).join(closing, on=keys, how="anti")])
        wrong_counters += [f"{row['counter']} {row['key']}" for row in apart.iter_rows(named=True)]
    yield Finding(
        "benefits.posted_equals_due",
        "Chaque ligne de soins porte exactement ce que le livre de règles décide aujourd’hui.",
        len(wrong_lines),
        tuple(str(line) for line in wrong_lines[:5]),
    )
    yield Finding(
        "benefits.counters_equal_lines",
        "Chaque compteur de plafond est la somme des lignes qui l’ont consommé.",
        len(wrong_counters),
        tuple(wrong_counters[:5]),
    )
