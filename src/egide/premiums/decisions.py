"""What is due for each person and month, and what must be posted so that the ledger says the same.

Premiums are never updated: due is a pure function of the covers known today, posted is read in the ledger, and only the
difference is posted. Amounts are decided by the rule book; this module only arranges its inputs and its answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any, TypeAlias

import polars as pl

from egide.contracts.facts import EnrolmentFacts
from egide.kernel.calendars import Calendar, Region
from egide.kernel.periods import add_months
from egide.ledger.facts import AccountKind, Nature
from egide.premiums.facts import Instalment, Schedule, Share
from egide.rules.books import Book
from egide.rules.case import open_group
from egide.rules.columns import evaluate

LINKS = {"member": "adherent", "spouse": "conjoint", "child": "enfant"}
FACT_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "adhesion": pl.Int64,
    "beneficiaire": pl.Int64,
    "lien": pl.String,
    "formule": pl.String,
    "regime": pl.String,
    "date_naissance": pl.Date,
    "annee_souscription": pl.Int64,
    "etudiant": pl.Boolean,
    "mois": pl.Date,
    "numero_mois": pl.Int64,
    "aide_acs": pl.Int64,
    "autres_aides": pl.Int64,
}
DUE_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "enrolment_id": pl.Int64,
    "person_id": pl.Int64,
    "period": pl.Date,
    "nature": pl.String,
    "amount_cents": pl.Int64,  # on the member account: premiums debit, aids credit
}


def tax_rules(book: Book) -> list[str]:
    """The book's rules that give one tax of one month, in the order of the text."""
    return [name for name in book.rules if name.startswith("taxe_") and name.endswith("_mois")]


_AMOUNTS = ["cotisation_mois", "aide_acs_mois", "autres_aides_mois", "hors_taxe_mois"]
BookOn: TypeAlias = Callable[[date], Book]


def month_facts(covers: pl.DataFrame, month: date) -> pl.DataFrame:
    """The rule book's inputs for one month: a row per person covered at least one day of it (every month begun is due)."""
    after = add_months(month, 1)
    present = covers.filter((pl.col("starts_on") < after) & (pl.col("ends_on").is_null() | (pl.col("ends_on") > month)))
    months_gone = (month.year - pl.col("enrolment_start").dt.year().cast(pl.Int64)) * 12 + (
        month.month - pl.col("enrolment_start").dt.month().cast(pl.Int64)
    )
    return present.unique(["enrolment_id", "person_id"], keep="last", maintain_order=True).select(
        adhesion=pl.col("enrolment_id"),
        beneficiaire=pl.col("person_id"),
        lien=pl.col("link").replace_strict(LINKS, return_dtype=pl.String),
        formule=pl.col("formula"),
        regime=pl.col("scheme"),
        date_naissance=pl.col("birth_date"),
        annee_souscription=pl.col("enrolment_start").dt.year().cast(pl.Int64) + months_gone // 12,
        etudiant=pl.col("student"),
        mois=pl.lit(month),
        numero_mois=months_gone % 12 + 1,
        aide_acs=pl.col("aid_acs_cents"),
        autres_aides=pl.col("aid_other_cents"),
    )


def decide_months(book_on: BookOn, covers: pl.DataFrame, months: Sequence[date]) -> pl.DataFrame:
    """What the rule books say for these covers and months: their inputs with every monthly amount beside them.

    Each month is decided by the version in force on its first day; a tax that a version does not know is zero there.
    """
    decided = [pl.DataFrame(schema=FACT_SCHEMA).with_columns(pl.lit(0, pl.Int64).alias(name) for name in _AMOUNTS)]
    for _, same in groupby(sorted(months), key=lambda month: book_on(month).digest):
        its_months = list(same)
        book = book_on(its_months[0])
        facts = pl.concat([month_facts(covers, month) for month in its_months])
        if not facts.is_empty():
            decided.append(evaluate(book, "beneficiaire", [*_AMOUNTS, *tax_rules(book)], facts, counters=None).frame)
    return pl.concat(decided, how="diagonal").with_columns(pl.selectors.starts_with("taxe_").fill_null(0))


def taxes_in(decided: pl.DataFrame) -> list[str]:
    """The taxes that some decided month holds."""
    return [name for name in decided.columns if name.startswith("taxe_")]


def due_lines(decided: pl.DataFrame) -> pl.DataFrame:
    """The lines that the member accounts should carry, one per person, month and nature (``DUE_SCHEMA``)."""
    parts = [
        decided.select(
            enrolment_id=pl.col("adhesion"),
            person_id=pl.col("beneficiaire"),
            period=pl.col("mois"),
            nature=pl.lit(nature.value),
            amount_cents=pl.col(column) * sign,
        )
        for column, nature, sign in (
            ("cotisation_mois", Nature.PREMIUM, 1),
            ("aide_acs_mois", Nature.AID_ACS, -1),
            ("autres_aides_mois", Nature.AID_OTHER, -1),
        )
    ]
    return pl.concat(parts).filter(pl.col("amount_cents") != 0)


def difference(due: pl.DataFrame, posted: pl.DataFrame) -> pl.DataFrame:
    """``DUE_SCHEMA`` plus ``posted_cents`` and ``change_cents``, only where something must be posted."""
    keys = ["enrolment_id", "person_id", "period", "nature"]
    both = (
        due.group_by(keys)
        .agg(pl.col("amount_cents").sum())
        .join(
            posted.group_by(keys).agg(posted_cents=pl.col("amount_cents").sum()),
            on=keys,
            how="full",
            coalesce=True,
        )
    )
    return (
        both.with_columns(pl.col("amount_cents", "posted_cents").fill_null(0))
        .with_columns(change_cents=pl.col("amount_cents") - pl.col("posted_cents"))
        .filter(pl.col("change_cents") != 0)
        .sort(keys)
    )


def counterparts(changes: pl.DataFrame, decided: pl.DataFrame, former: pl.DataFrame | None = None) -> pl.DataFrame:
    """The other side of the changes: ``kind``, ``detail``, ``nature``, ``period``, ``amount_cents``, summing to minus theirs.

    A change of gross premium is shared between the insurer and each tax as the rule book shares the due gross. When
    nothing is due any more, ``former`` says how it shared what was due: what comes back comes back from the same hands.
    """
    keys = ["enrolment_id", "person_id", "period"]
    columns = {
        "enrolment_id": pl.col("adhesion"),
        "person_id": pl.col("beneficiaire"),
        "period": pl.col("mois"),
    }
    known = decided
    if former is not None and not former.is_empty():
        absent = former.join(decided, on=["adhesion", "beneficiaire", "mois"], how="anti")
        known = pl.concat([decided, absent], how="diagonal").with_columns(
            pl.selectors.starts_with("taxe_").fill_null(0)
        )
    taxes = taxes_in(known)
    shares = known.select(**columns, gross=pl.col("cotisation_mois"), **{name: pl.col(name) for name in taxes})
    premiums = changes.filter(pl.col("nature") == Nature.PREMIUM.value).join(shares, on=keys, how="left")
    parts = []
    taxed = pl.lit(0, pl.Int64)
    for name in taxes:
        # Where the posted gross was zero the tax is the book's own amount to the cent; otherwise the proportion of it.
        tax = (
            pl.when(pl.col("posted_cents") == 0)
            .then(pl.col(name))
            .when(pl.col("gross") > 0)
            .then((pl.col("change_cents") * pl.col(name) * 2 + pl.col("gross")) // (pl.col("gross") * 2))
            .otherwise(0)
            .fill_null(0)
        )
        taxed = taxed + tax
        parts.append(
            premiums.select(
                "period",
                kind=pl.lit(AccountKind.TAX.value),
                detail=pl.lit(name),
                nature=pl.lit(Nature.TAX.value),
                amount_cents=-tax,
            )
        )
    parts.append(
        premiums.select(
            "period",
            kind=pl.lit(AccountKind.PREMIUMS.value),
            detail=pl.lit(""),
            nature=pl.lit(Nature.PREMIUM.value),
            amount_cents=taxed - pl.col("change_cents"),
        )
    )
    parts.append(
        changes.filter(pl.col("nature") != Nature.PREMIUM.value).select(
            "period",
            kind=pl.lit(AccountKind.AID_FUND.value),
            detail=pl.col("nature"),
            nature=pl.col("nature"),
            amount_cents=-pl.col("change_cents"),
        )
    )
    return (
        pl.concat(parts)
        .group_by("kind", "detail", "nature", "period", maintain_order=True)
        .agg(pl.col("amount_cents").sum())
        .filter(pl.col("amount_cents") != 0)
    )


def contract_months(starts_on: date, ends_on: date | None, *, around: date) -> tuple[date, ...]:
    """The twelve months of the contract year that holds ``around`` (or the first year, before it), less those after the end."""
    first = starts_on.replace(day=1)
    while add_months(first, 12) <= around:
        first = add_months(first, 12)
    months = [add_months(first, n) for n in range(12)]
    return tuple(month for month in months if ends_on is None or month < ends_on)


def schedule(book_on: BookOn, enrolment: EnrolmentFacts, months: Sequence[date]) -> Schedule:
    """The schedule of these months as the rule books decide it now; each month is due on its first day, in advance."""
    decided = decide_months(book_on, covers_frame(enrolment), months)
    taxes = taxes_in(decided)
    by_month: dict[date, list[Share]] = {month: [] for month in months}
    for row in decided.iter_rows(named=True):
        by_month[row["mois"]].append(_share(enrolment, row, taxes))
    instalments = tuple(Instalment(month=month, due_on=month, shares=tuple(by_month[month])) for month in months)
    return Schedule(enrolment_id=enrolment.id, number=enrolment.number, instalments=instalments)


def instalment(book_on: BookOn, enrolment: EnrolmentFacts, month: date) -> Instalment:
    """One month of the schedule alone, to the same cents: the book decides its few rows case by case.

    A book is published only when its two readers agree; in front of a person, the one that opens no column is ten times
    as fast for a family.
    """
    book = book_on(month)
    taxes = tax_rules(book)
    rows = month_facts(covers_frame(enrolment), month).to_dicts()
    readers = open_group(book, "beneficiaire", rows)
    shares = (
        _share(enrolment, row | {name: reader.value(name) for name in (*_AMOUNTS, *taxes)}, taxes)
        for row, reader in zip(rows, readers, strict=True)
    )
    return Instalment(month=month, due_on=month, shares=tuple(shares))


def _share(enrolment: EnrolmentFacts, decided: Mapping[str, Any], taxes: Sequence[str]) -> Share:
    """One person's part of one month: the book's inputs with its amounts beside them."""
    person_id = decided["beneficiaire"]
    return Share(
        person_id=person_id,
        first_name=next(cover.first_name for cover in enrolment.covers if cover.person_id == person_id),
        month=decided["mois"],
        gross_cents=decided["cotisation_mois"],
        aid_acs_cents=decided["aide_acs_mois"],
        aid_other_cents=decided["autres_aides_mois"],
        before_tax_cents=decided["hors_taxe_mois"],
        taxes_cents=tuple((name, decided[name]) for name in taxes),
    )


def covers_frame(enrolment: EnrolmentFacts) -> pl.DataFrame:
    """An enrolment's covers as the frame that the batch reads from the database."""
    rows = [
        {
            "enrolment_id": enrolment.id,
            "perimeter_id": enrolment.perimeter_id,
            "person_id": cover.person_id,
            "product_code": enrolment.product_code,
            "formula": enrolment.formula,
            "scheme": enrolment.scheme,
            "enrolment_start": enrolment.starts_on,
            "link": cover.link,
            "student": cover.student,
            "birth_date": cover.birth_date,
            "starts_on": cover.starts_on,
            "ends_on": cover.ends_on,
            "aid_acs_cents": cover.aid_acs_cents,
            "aid_other_cents": cover.aid_other_cents,
        }
        for cover in enrolment.covers
    ]
    return pl.DataFrame(rows, schema=_COVERS)


_COVERS: dict[str, pl.DataType | type[pl.DataType]] = {
    "enrolment_id": pl.Int64,
    "perimeter_id": pl.Int16,
    "person_id": pl.Int64,
    "product_code": pl.String,
    "formula": pl.String,
    "scheme": pl.String,
    "enrolment_start": pl.Date,
    "link": pl.String,
    "student": pl.Boolean,
    "birth_date": pl.Date,
    "starts_on": pl.Date,
    "ends_on": pl.Date,
    "aid_acs_cents": pl.Int64,
    "aid_other_cents": pl.Int64,
}


def debit_day(month: date) -> date:
    """When a month's premium is debited: its fifth day, or the next working day (S003-108 allows until the month after)."""
    return Calendar(Region.NATIONAL).next_working_day(month.replace(day=5))
