"""What is due for each person and month, and what must be posted so that the ledger says the same.

Premiums are never updated: due is a pure function of the covers known today, posted is read in the ledger, and only the
difference is posted. Amounts are decided by the rule book; this module only arranges its inputs and its answers. All
amounts are whole cents, and nothing here divides: the only roundings are the book's own, half up away from zero, and
its twelve monthly parts of a year are differences of rounded cumulated twelfths, so that they make the year.

Due
    A person is due in each month of which a cover holds one day or more: every month begun is due whole, once, whatever
    the number of covers in it (the last one read gives the aids). Months are counted from the month of the enrolment's
    start: the number in the contract year (1 to 12), and the calendar year in which that contract year began. The
    version of the book in force on the first of the month decides the premium (gross, taxes inside), each tax in it,
    and each aid. On the member account a premium is a debit (+), an aid a credit (-); a tax is no line of its own. What
    is zero is not a row.

Difference
    Rows are compared by enrolment, person, month, nature and detail (the tax). Change = due - posted, the side that is
    missing being zero; rows without change are dropped. What was posted for a person whom nothing covers any more thus
    comes back whole. Posted + change = due, so that a second run finds nothing to post.

Taxes
    Taxes are decided too, each for each person and month, and stand posted inside the gross that contains them. A
    change moves the difference of two decisions, never a proportion of itself: whatever the way, the end is the same to
    the cent. The insurer has what no tax takes of the gross, so that the parts always make the whole. Where a tax moves
    and its premium does not, the premium is taken back and posted again with its taxes: a line of the ledger is never
    of zero. (Nothing posted yet: one cent out and in.)

The other side
    Each tax goes to its own account, each aid to its fund, month by month, by its own change with the opposite sign;
    the account of premiums has minus the sum of the gross changes, plus that of the tax changes. The whole entry sums
    to zero.

Day of a debit
    The schedule announces the fifth of the month, or the first day after it that is a settlement day and a French
    working day. A call debits on that day while it is at least the bank's notice away (``SEPA_PRESENTATION``, in
    settlement days); later, on the first such day that can be announced again in time (``SEPA_PRENOTIFICATION`` after
    today). Never on a day gone by. Past the last day of the ``DEBIT_LATEST``-th month after the one that is due
    (the convention), it is still asked for, and said to be late.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any, TypeAlias

import polars as pl

from egide.contracts.facts import EnrolmentFacts
from egide.kernel.calendars import Calendar, Region, add_settlement_days, is_settlement_day
from egide.kernel.periods import add_months, first_month_of_year
from egide.kernel.reference import load_time_limit
from egide.ledger.facts import AccountKind, Nature
from egide.premiums.facts import Collection, Instalment, Schedule, Share
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
    "detail": pl.String,  # of a tax, the rule that decides it
    "amount_cents": pl.Int64,  # on the member account: premiums debit, aids credit; a tax is inside its premium
}
_PERSON_MONTH = ["enrolment_id", "person_id", "period"]
_KEYS = [*_PERSON_MONTH, "nature", "detail"]


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
    """What the member accounts should carry: one row per person, month and nature, and one per tax inside (``DUE_SCHEMA``)."""
    taxes = [(name, Nature.TAX, 1, name) for name in taxes_in(decided)]
    parts = [
        decided.select(
            enrolment_id=pl.col("adhesion"),
            person_id=pl.col("beneficiaire"),
            period=pl.col("mois"),
            nature=pl.lit(nature.value),
            detail=pl.lit(detail),
            amount_cents=pl.col(column) * sign,
        )
        for column, nature, sign, detail in (
            ("cotisation_mois", Nature.PREMIUM, 1, ""),
            ("aide_acs_mois", Nature.AID_ACS, -1, ""),
            ("autres_aides_mois", Nature.AID_OTHER, -1, ""),
            *taxes,
        )
    ]
    return pl.concat(parts).filter(pl.col("amount_cents") != 0)


def difference(due: pl.DataFrame, posted: pl.DataFrame) -> pl.DataFrame:
    """``DUE_SCHEMA`` plus ``posted_cents`` and ``change_cents``, where something must be posted; one row per key in both.

    A premium whose taxes alone change is there too, with a change of zero: its taxes move inside it.
    """
    if posted.is_empty():
        both = due.with_columns(posted_cents=pl.lit(0, pl.Int64))
    else:
        stands = posted.rename({"amount_cents": "posted_cents"})
        both = due.join(stands, on=_KEYS, how="full", coalesce=True, validate="1:1")
        both = both.with_columns(pl.col("amount_cents", "posted_cents").fill_null(0))
    both = both.with_columns(change_cents=pl.col("amount_cents") - pl.col("posted_cents"))
    changed = both.filter(pl.col("change_cents") != 0)
    premiums = _of(changed, Nature.PREMIUM)
    inside = _of(changed, Nature.TAX).join(premiums, on=_PERSON_MONTH, how="anti")
    if not inside.is_empty():
        changed = pl.concat([changed, _of(both, Nature.PREMIUM).join(inside, on=_PERSON_MONTH, how="semi")])
    return changed.sort(_KEYS)


def on_account(changes: pl.DataFrame) -> pl.DataFrame:
    """The changes that a member sees on the account: taxes are inside their premium."""
    return changes.filter((pl.col("nature") != Nature.TAX.value) & (pl.col("change_cents") != 0))


def member_lines(changes: pl.DataFrame) -> pl.DataFrame:
    """The lines of the member accounts, each premium with ``parts``: what its taxes moved by, as JSON, null when by nothing.

    Where taxes move inside a premium that does not, it is taken back and posted again with its taxes.
    """
    taxes = _of(changes, Nature.TAX)
    names = taxes["detail"].unique().sort().to_list()
    lines = changes.filter(pl.col("nature") != Nature.TAX.value)
    for name in names:
        said = pl.format(f'"{name}":{{}}', "change_cents").alias(name)
        mine = taxes.filter(pl.col("detail") == name).select(*_PERSON_MONTH, said, nature=pl.lit(Nature.PREMIUM.value))
        lines = lines.join(mine, on=[*_PERSON_MONTH, "nature"], how="left", maintain_order="left")
    inside_it = pl.concat_str([pl.lit(""), *names], separator=",", ignore_nulls=True).str.strip_prefix(",")
    parts = pl.when(inside_it != "").then(pl.lit("{") + inside_it + "}")
    lines = lines.with_columns(parts=parts).drop(names)
    moved = lines.filter(pl.col("change_cents") != 0)
    inside = lines.filter(pl.col("change_cents") == 0)
    if inside.is_empty():
        return moved
    carrier = pl.when(pl.col("posted_cents") == 0).then(1).otherwise(pl.col("posted_cents"))  # a line is never of zero
    back = inside.with_columns(change_cents=-carrier, parts=pl.lit(None, pl.String))
    return pl.concat([moved, back, inside.with_columns(change_cents=carrier)])


def counterparts(changes: pl.DataFrame) -> pl.DataFrame:
    """The other side of the changes: ``kind``, ``detail``, ``nature``, ``period``, ``amount_cents``, summing to minus theirs.

    Each tax and each fund of aids moves by its own change; the insurer has the gross less its taxes.
    """
    moved = changes.group_by("nature", "detail", "period", maintain_order=True).agg(cents=pl.col("change_cents").sum())
    nature, cents = pl.col("nature"), pl.col("cents")
    tax, premium = nature == Nature.TAX.value, nature == Nature.PREMIUM.value
    sides = [
        moved.filter(tax).select("detail", "nature", "period", kind=pl.lit(AccountKind.TAX.value), amount_cents=-cents),
        moved.filter(tax | premium)
        .group_by("period", maintain_order=True)
        .agg(amount_cents=pl.when(tax).then(cents).otherwise(-cents).sum())
        .with_columns(kind=pl.lit(AccountKind.PREMIUMS.value), detail=pl.lit(""), nature=pl.lit(Nature.PREMIUM.value)),
        moved.filter(~(tax | premium)).select(
            "nature", "period", kind=pl.lit(AccountKind.AID_FUND.value), detail=nature, amount_cents=-cents
        ),
    ]
    return pl.concat(sides, how="diagonal").filter(pl.col("amount_cents") != 0)


def _of(rows: pl.DataFrame, nature: Nature) -> pl.DataFrame:
    return rows.filter(pl.col("nature") == nature.value)


def contract_months(starts_on: date, ends_on: date | None, *, around: date) -> tuple[date, ...]:
    """The twelve months of the contract year that holds ``around`` (or the first year, before it), less those after the end."""
    first = first_month_of_year(starts_on, around=around)
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
    """The day that the schedule announces for a month: its fifth, or the first day after on which people and banks work."""
    return _open_day(month.replace(day=5))


def _open_day(day: date) -> date:
    """This day, or the first after it, on which people and banks work."""
    while not (is_settlement_day(day) and Calendar(Region.NATIONAL).is_working_day(day)):
        day += timedelta(days=1)
    return day


def collection(month: date, *, today: date) -> Collection:
    """When the bank is asked to debit a month called today, and how it stands to the limit of S003-108.

    The announced day, when the bank still takes it; else a day that can be announced again in time. Never one gone by.
    """
    presentation = load_time_limit("SEPA_PRESENTATION", today)
    announced = debit_day(month)
    if announced >= add_settlement_days(today, presentation.amount):
        on, reason = announced, f"le {announced:%d/%m/%Y}, jour annoncé par l’échéancier"
    else:
        notice = load_time_limit("SEPA_PRENOTIFICATION", today)
        on = _open_day(today + timedelta(days=notice.amount))
        reason = (
            f"le {on:%d/%m/%Y} : le jour annoncé, le {announced:%d/%m/%Y}, ne peut plus être présenté à la banque, et "
            f"un autre s’annonce {notice.words()} avant ({notice.source})"
        )
    latest = load_time_limit("DEBIT_LATEST", on)
    last = add_months(month, latest.amount + 1) - timedelta(days=1)
    late = (
        f"C’est après le {last:%d/%m/%Y}, limite de présentation ({latest.source}) : prévenez le délégant et l’adhérent."
        if on > last
        else ""
    )
    return Collection(on=on, last=last, reason=f"Prélèvement {reason}.", late=late)
