"""What is due on each care line, by the rule book, and what must be posted so that the books say the same.

Lines are taken in order of number, which is the order of arrival: a line that comes late never changes what was due on
those before it. A reversal and the line it takes back are both due zero.

All amounts are whole cents; this module adds and subtracts, and the only roundings are those that the clauses of the
book name.

Due
    1. A line stands when it is a normal one, no reversal takes it back, and the enrolment covers the person on the day
       of care. Every other line is due zero.
    2. Its product is computed by the version in force on the first of the month of care. A line whose facts the book
       cannot take, or for which no version is in force, is set apart before anything is counted.
    3. The lines of one version are computed together, in order of number; versions follow one another in order of their
       months, each opening with the counters that the one before it closed. Where a version begins inside the year of a
       ceiling, the order of arrival thus holds within each version, not across: a life that is decided again counts the
       months of the earlier version first.

Ceilings
    A counter is named by its rule and its key (for example a person and a year). It opens with what the lines before it
    used. Each line has, at most, what is left of the ceiling when it comes, and uses that much; a frequency keeps the
    day of the last thing accepted. Whoever computes A then B, with A's closing counters, gets what computing A and B
    together gives. A line that arrives goes on from the counters that are kept. Where something is taken back (a
    reversal, a cover cut), what it had used is free again, and may raise what was due on later lines: the whole life is
    then decided again from empty counters, for all the enrolments that share a person, and the counters are written
    anew.

Difference
    By line: change = due - posted, a missing side being zero; only what is not zero is posted, under the version that
    decided it. Posted + change = due, so that a second time posts nothing. What is due and what is taken back stand as
    two lines of the entry, for each enrolment and for the insurer: they are never netted, an entry must not say that
    nothing happened.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import polars as pl

from egide.benefits.facts import COUNTER_SCHEMA
from egide.kernel.errors import Refusal
from egide.rules.books import Book
from egide.rules.columns import evaluate
from egide.rules.intake import first_fault

DUE_SCHEMA = {"line_id": pl.Int64, "due_cents": pl.Int64, "book_digest": pl.String}


def care_facts(lines: pl.DataFrame) -> pl.DataFrame:
    """The rule book's inputs, one row per line, in the order of the lines."""
    return lines.select(
        beneficiaire=pl.col("person_id"),
        adhesion=pl.col("enrolment_id"),
        formule=pl.col("formula"),
        regime=pl.col("scheme"),
        famille=pl.col("family"),
        date_soins=pl.col("care_on"),
        debut_couverture=pl.col("since"),
        date_naissance=pl.col("birth_date"),
        depense=pl.col("charged_cents"),
        base=pl.col("base_cents"),
        taux_ro=pl.col("rate_bp").cast(pl.Int64),
        montant_ro=pl.col("amo_cents"),
        participation=pl.col("withheld_cents"),
        quantite=pl.col("quantity").cast(pl.Int64),
        tarif_maitrise=pl.col("tariff_agreement"),
        parcours=pl.col("care_path"),
        panier=pl.col("basket"),
    )


def set_apart_uncomputable(
    lines: pl.DataFrame, book_for: Callable[[str, date], Book]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The lines that their rule book can compute, and the others with ``fault``, the name of the first wrong fact.

    A product without a version on the day of care gives the fault « version du produit ».
    """
    good, bad = [lines.head(0)], [lines.head(0).with_columns(fault=pl.lit(None, pl.String))]
    for (code, month), mine in lines.with_columns(month=pl.col("care_on").dt.truncate("1mo")).group_by(
        "product_code", "month", maintain_order=True
    ):
        own = mine.drop("month")
        try:
            book = book_for(str(code), month)
        except Refusal:
            bad.append(own.with_columns(fault=pl.lit("la version du produit")))
            continue
        told = own.with_columns(fault=first_fault(book, "soin", ["rembourse"], care_facts(own)))
        good.append(told.filter(pl.col("fault").is_null()).drop("fault"))
        bad.append(told.filter(pl.col("fault").is_not_null()))
    return pl.concat(good).sort("line_id"), pl.concat(bad)


def adjudicate(
    lines: pl.DataFrame, book_for: Callable[[str, date], Book], counters: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What is due on each normal line (``DUE_SCHEMA``) and the closing counters, with their ``product_code``.

    ``counters`` are the opening ones (``COUNTER_SCHEMA`` plus ``product_code``). Each product is computed by the version
    of its rule book in force on the first of the month of care.
    """
    normal = lines.filter(pl.col("operation") == "N").sort("line_id")
    months = normal.select("product_code", month=pl.col("care_on").dt.truncate("1mo")).unique()
    books: dict[str, dict[str, list[date]]] = {}
    for code, month in months.sort("product_code", "month").iter_rows():
        books.setdefault(code, {}).setdefault(book_for(code, month).digest, []).append(month)
    due, closing = [], []
    for code, versions in books.items():
        opening = counters.filter(pl.col("product_code") == code).select(*COUNTER_SCHEMA)
        for digest, its_months in versions.items():
            book = book_for(code, its_months[0])
            mine = normal.filter(
                (pl.col("product_code") == code) & pl.col("care_on").dt.truncate("1mo").is_in(its_months)
            )
            result = evaluate(book, "soin", ["rembourse"], care_facts(mine), counters=opening)
            due.append(
                mine.select("line_id").with_columns(due_cents=result.frame["rembourse"], book_digest=pl.lit(digest))
            )
            opening = pl.concat([opening.join(result.counters, on=["counter", "key"], how="anti"), result.counters])
            closing.append(result.counters.with_columns(product_code=pl.lit(code)))
    if not due:
        return pl.DataFrame(schema=DUE_SCHEMA), pl.DataFrame(schema={**COUNTER_SCHEMA, "product_code": pl.String})
    last = pl.concat(closing).unique(["product_code", "counter", "key"], keep="last", maintain_order=True)
    return pl.concat(due).sort("line_id"), last


def standing(lines: pl.DataFrame) -> pl.DataFrame:
    """The normal lines that no reversal takes back, on days that the enrolment still covers (``FULL_SCHEMA``).

    A back-dated end of cover thus takes back what was posted after it, and a cover given back restores it.
    """
    taken_back = lines.filter(pl.col("reverses_id").is_not_null()).select(line_id=pl.col("reverses_id"))
    return lines.filter((pl.col("operation") == "N") & pl.col("covered")).join(taken_back, on="line_id", how="anti")


def as_if_covered(
    lines: pl.DataFrame, enrolment_id: int, covers: Sequence[tuple[int, date, date | None]]
) -> pl.DataFrame:
    """The lines as if one enrolment covered these persons over these periods (``person_id``, from, until excluded) only."""
    inside = pl.lit(value=False)
    for person_id, starts_on, ends_on in covers:
        until = pl.col("care_on") < ends_on if ends_on else pl.lit(value=True)
        inside = inside | ((pl.col("person_id") == person_id) & (pl.col("care_on") >= starts_on) & until)
    return lines.with_columns(
        covered=pl.when(pl.col("enrolment_id") == enrolment_id).then(inside).otherwise(pl.col("covered"))
    )


def difference(due: pl.DataFrame, posted: pl.DataFrame) -> pl.DataFrame:
    """What must be posted: ``line_id``, ``due_cents``, ``posted_cents``, ``change_cents``, ``book_digest``."""
    return (
        due.join(posted.select("line_id", "posted_cents"), on="line_id", how="full", coalesce=True)
        .with_columns(pl.col("due_cents", "posted_cents").fill_null(0), pl.col("book_digest").fill_null(""))
        .with_columns(change_cents=pl.col("due_cents") - pl.col("posted_cents"))
        .filter(pl.col("change_cents") != 0)
        .sort("line_id")
    )
