"""The acts of premiums: posting what a change moves, and calling a month by slices of enrolments.

The arithmetic is that of ``decisions``; here is who may do it when, so that nothing is posted twice and nothing is
forgotten.

Following a change (``bring_up_to_date``)
    1. Hold the due of these enrolments (``DUE``) until the end of the transaction. Whatever is read after this line is
       what the last one to hold them left.
    2. Read the facts of each enrolment, and the months to settle: those already called in its perimeter, and those on
       which anything stands posted for it.
    3. Decide these months again, compare with what is posted, post the differences as one balanced entry.

Calling a month (``read_month``, then ``call_slice`` for each slice)
    1. Note what this reading sees (``snapshot``), then read once the covers that meet the month and what is posted for
       it.
    2. Slice n of s takes the enrolments whose number is n modulo s. Alone with everybody's due, it leaves aside those
       that were touched by transactions that the reading could not see, and reads them again now.
    3. Due and difference, product by product; one entry for each product in the slice. An enrolment that no longer
       covers anyone in the month is not in the call: the act that ended it posted its difference. A person's act that
       comes meanwhile waits for the slice, then posts the difference with it: both orders end the same.

An entry has one line for each row of the difference on the member accounts, and one for each other account, nature and
month.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from egide.contracts.facts import EnrolmentFacts
from egide.contracts.queries import (
    covers_between,
    enrolments_as_facts,
    enrolments_touched_since,
)
from egide.journal import clock
from egide.journal.acts import Record
from egide.journal.locks import hold, hold_all
from egide.journal.queries import snapshot
from egide.kernel.formats import format_month
from egide.kernel.money import format_eur
from egide.kernel.periods import add_months
from egide.kernel.text import elided
from egide.ledger.acts import ENTRY_SCHEMA, LINE_SCHEMA, account_of, accounts_of, post_frame
from egide.ledger.facts import AccountKind
from egide.premiums.decisions import (
    DUE_SCHEMA,
    counterparts,
    covers_frame,
    decide_months,
    difference,
    due_lines,
    member_lines,
    on_account,
)
from egide.premiums.queries import called_months, posted_in_month, posted_on
from egide.products.queries import books_of

DUE = "premiums.due"  # the lock of those who decide and post what an enrolment owes


def bring_up_to_date(record: Record, enrolment_ids: Sequence[int]) -> pl.DataFrame:
    """Posts what changed on these enrolments for the months already called; returns the differences posted.

    Running it again posts nothing: what is due is then what is posted. Nobody else posts on them meanwhile.
    """
    hold(DUE, enrolment_ids)
    changed = []
    for enrolment in enrolments_as_facts(enrolment_ids):
        months = called_months(enrolment.perimeter_id)
        changes = change_of(enrolment, months)
        if changes.is_empty():
            continue
        label = f"Régularisation de l’adhésion {enrolment.number}"
        post_changes(
            record,
            changes,
            perimeter_id=enrolment.perimeter_id,
            label=label,
            kind="premium.regularise",
        )
        changed.append(changes)
        total = on_account(changes)["change_cents"].sum()
        record.because(f"Compte de l’adhésion {enrolment.number} régularisé de {format_eur(int(total))}.")
    return pl.concat(changed) if changed else _no_changes()


def change_of(enrolment: EnrolmentFacts, months: Sequence[date]) -> pl.DataFrame:
    """What would be posted on an enrolment if its facts were these: the differences, taxes among them."""
    posted = posted_on([enrolment.id]) if enrolment.id else pl.DataFrame(schema=DUE_SCHEMA)
    all_months = sorted({*months, *posted["period"].to_list()})
    if not all_months:
        return _no_changes()
    return difference(
        due_lines(decide_months(books_of(enrolment.product_code), covers_frame(enrolment), all_months)), posted
    )


@dataclass(frozen=True, slots=True)
class MonthFacts:
    """Everything known of one month in one perimeter when its call begins: covers that meet it, amounts posted for it.

    ``seen`` tells what this reading could not see: each slice reads again, once it is alone, the enrolments touched since.
    """

    month: date
    perimeter_id: int
    seen: str
    covers: pl.DataFrame
    posted: pl.DataFrame

    def slice(self, slices: int, number: int) -> MonthFacts:
        """The part of the enrolments that one slice of the call handles, as they are now. Nobody else may be at them."""
        touched = [one for one in enrolments_touched_since(self.seen) if one % slices == number]
        mine = (pl.col("enrolment_id") % slices == number) & ~pl.col("enrolment_id").is_in(touched)
        kept = replace(self, covers=self.covers.filter(mine), posted=self.posted.filter(mine))
        if not touched:
            return kept
        after = add_months(self.month, 1)
        covers = covers_between(self.month, after, perimeter_id=self.perimeter_id, among=touched)
        posted = posted_on(touched).filter(pl.col("period") == self.month)
        return replace(kept, covers=pl.concat([kept.covers, covers]), posted=pl.concat([kept.posted, posted]))


def read_month(month: date, *, perimeter_id: int) -> MonthFacts:
    """Reads a month once for all its slices."""
    return MonthFacts(
        month=month,
        perimeter_id=perimeter_id,
        seen=snapshot(),
        covers=covers_between(month, add_months(month, 1), perimeter_id=perimeter_id),
        posted=posted_in_month(month, perimeter_id=perimeter_id),
    )


def call_slice(record: Record, whole: MonthFacts, *, slices: int, number: int) -> tuple[int, int]:
    """Calls one slice of a month; returns how many enrolments it moved, and for how much.

    Due is decided alone: what people changed before is read again here, and who changes something now waits for the end of
    the slice, then posts the difference with it. An enrolment that no longer covers anyone in the month is not here: the act
    that ended it posted its difference.
    """
    hold_all(DUE)
    facts = whole.slice(slices, number)
    moved: set[int] = set()
    called = 0
    label = elided(f"Appel de cotisations de {format_month(facts.month)}")
    for changes in _changes(facts):
        post_changes(record, changes, perimeter_id=facts.perimeter_id, label=label, kind="premium.call")
        moved.update(changes["enrolment_id"].unique().to_list())
        called += int(on_account(changes)["change_cents"].sum())
    return len(moved), called


def not_as_due(month: date, *, perimeter_id: int) -> pl.DataFrame:
    """Where the posted amounts of a called month, taxes among them, are not what is due: someone forgot to follow an act."""
    facts = read_month(month, perimeter_id=perimeter_id)
    gone = facts.posted.join(facts.covers, on="enrolment_id", how="anti")
    nothing = pl.DataFrame(schema=DUE_SCHEMA)
    return pl.concat([_no_changes(), *_changes(facts), difference(nothing, gone)], how="diagonal")


def _changes(facts: MonthFacts) -> Iterator[pl.DataFrame]:
    """For each product: what differs from the ledger for one month."""
    for code in facts.covers["product_code"].unique().sort().to_list():
        mine = facts.covers.filter(pl.col("product_code") == code)
        own = facts.posted.join(mine.select("enrolment_id").unique(), on="enrolment_id", how="semi")
        changes = difference(due_lines(decide_months(books_of(code), mine, [facts.month])), own)
        if not changes.is_empty():
            yield changes


def post_changes(record: Record, changes: pl.DataFrame, *, perimeter_id: int, label: str, kind: str) -> None:
    """Posts the differences of many enrolments as one balanced entry: member lines, and one line per other account."""
    owners = changes["enrolment_id"].unique().to_list()
    accounts = accounts_of(AccountKind.MEMBER, [perimeter_id] * len(owners), owners)
    member = (
        member_lines(changes)
        .join(accounts, on="enrolment_id", how="left", validate="m:1")
        .select(
            entry=pl.lit(0, pl.Int64),
            account_id=pl.col("account_id"),
            amount_cents=pl.col("change_cents"),
            nature=pl.col("nature"),
            person_id=pl.col("person_id"),
            period=pl.col("period"),
            reference=pl.lit(None, pl.Int64),
            parts=pl.col("parts"),
        )
    )
    others = [
        (0, account_of(AccountKind(kind_), perimeter_id, detail=detail), amount, nature, None, period, None)
        for kind_, detail, nature, period, amount in counterparts(changes)
        .select("kind", "detail", "nature", "period", "amount_cents")
        .iter_rows()
    ]
    entry = pl.DataFrame([(0, clock.today(), kind, label, perimeter_id)], schema=ENTRY_SCHEMA, orient="row")
    sides = pl.DataFrame(others, schema=LINE_SCHEMA, orient="row")
    post_frame(record, entry, pl.concat([member, sides], how="diagonal"))


def _no_changes() -> pl.DataFrame:
    return pl.DataFrame(schema={**DUE_SCHEMA, "posted_cents": pl.Int64, "change_cents": pl.Int64})
