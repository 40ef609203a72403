"""The envelope of a care file against its content: lots closed, counts and totals equal to the cent.

Money that cannot be reconciled is not used: a file whose totals disagree is refused whole.  When a refused
line hides its amounts, the gap cannot be verified and is reported instead.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import replace

import polars as pl

from egide.exchanges.codecs import care_line_check as check
from egide.exchanges.codecs import noemie_envelope as envelope_of
from egide.exchanges.codecs.care_line_fields import TOTALS
from egide.exchanges.codecs.care_line_write import CareTotals
from egide.exchanges.codecs.faults import Effect, Fault
from egide.exchanges.codecs.noemie_envelope import CLOSING, LENGTH_DIGITS, OPENING
from egide.kernel.errors import Refusal
from egide.kernel.money import format_eur

Marks = list[tuple[int, str]]

_TOTAL_TITLES = {
    "act_count": "nombre d’actes",
    "charged_cents": "total des dépenses",
    "amo_cents": "total du régime obligatoire",
    "amc_requested_cents": "total demandé à la complémentaire",
}


def check_lots(lines: pl.DataFrame, marks: Marks, salvaged: list[check.Salvage], last_line_no: int) -> tuple[str, int]:
    """Refuse lots that are not closed or whose counts and totals disagree; return OC number and invoices."""
    salvaged = sorted(salvaged, key=lambda each: each.line_no)
    places = [each.line_no for each in salvaged]
    signed = _signed(lines, "amo_cents").cum_sum()
    at = lines["line_no"]
    oc_number, opened, expected, invoices = "", 0, OPENING.name, 0
    after = 2
    for line_no, line in marks:
        entity = line[LENGTH_DIGITS : LENGTH_DIGITS + 3]
        layout = OPENING if entity == OPENING.name else CLOSING
        if entity != expected or (entity == OPENING.name and line_no != after):
            raise _lot_refusal(line_no if entity != expected else after)
        if line[:LENGTH_DIGITS] != f"{layout.length + 1:04d}" or line[-1] != "@":
            raise _lot_refusal(line_no)
        raw = layout.cut(line[LENGTH_DIGITS:])
        if entity == OPENING.name:
            opened, expected, oc_number = line_no, CLOSING.name, raw["oc_number"]
            continue
        found = line_no - opened - 1
        _refuse_gap(raw["count"], found, "count", "factures", line_no)
        start, stop = at.search_sorted(opened), at.search_sorted(line_no)
        amo = (signed[int(stop) - 1] if stop else 0) - (signed[int(start) - 1] if start else 0)
        first = bisect_right(places, opened)
        kept = [each.amounts for each in salvaged[first : bisect_left(places, line_no)]]
        if None not in kept:
            amo += sum(each.amo for each in kept if each)
            declared = f"{'-' if raw['sign'] == '-' else ''}{raw['amount']}"
            _refuse_gap(declared, amo, "amount", "centimes", line_no)
        invoices += found
        after, expected = line_no + 1, OPENING.name
    if expected != OPENING.name or after != last_line_no:
        raise _lot_refusal(after if expected == OPENING.name else opened)
    return oc_number, invoices


def check_totals(lines: pl.DataFrame, declared: CareTotals, salvaged: list[check.Salvage], line_no: int) -> list[Fault]:
    """Refuse a file whose totals disagree; when a line is unreadable, report the gap it explains."""
    found = CareTotals(
        invoice_count=0,
        act_count=len(lines),
        charged_cents=int(_signed(lines, "charged_cents").sum()),
        amo_cents=int(_signed(lines, "amo_cents").sum()),
        amc_requested_cents=int(_signed(lines, "amc_requested_cents").sum()),
    )
    known = [each.amounts for each in salvaged if each.amounts is not None]
    found = replace(
        found,
        act_count=found.act_count + sum(each.count for each in known),
        charged_cents=found.charged_cents + sum(each.charged for each in known),
        amo_cents=found.amo_cents + sum(each.amo for each in known),
        amc_requested_cents=found.amc_requested_cents + sum(each.amc_requested for each in known),
    )
    faults: list[Fault] = []
    unknown = len(salvaged) - len(known)
    for name, title in _TOTAL_TITLES.items():
        said, seen = getattr(declared, name), getattr(found, name)
        if said == seen:
            continue
        field = TOTALS[name.removesuffix("_cents")]
        position = LENGTH_DIGITS + envelope_of.TRAILER["unknown"].start + field.start - 1
        shown = (str(said), str(seen)) if name == "act_count" else (format_eur(said), format_eur(seen))
        if unknown:
            faults.append(
                Fault(
                    line_no, position, name, "care.total_gap",
                    f"La fin 999 annonce {shown[0]} pour « {title} », les lignes lisibles font {shown[1]} ; "
                    f"l’écart n’est pas vérifiable : {unknown} ligne(s) ou acte(s) sans montant lisible.",
                    "Traitez les lignes refusées, puis rapprochez l’écart avec la caisse.",
                    effect=Effect.REPORTED,
                )
            )  # fmt: skip
            continue
        raise Refusal(
            "care.total",
            f"La fin 999 annonce {shown[0]} pour « {title} », le fichier en contient {shown[1]}.",
            "Rien n’a été utilisé. Redemandez le fichier à la caisse.",
            where=f"ligne {line_no}, position {position}",
        )
    return faults


def _signed(lines: pl.DataFrame, column: str) -> pl.Series:
    amount = pl.col(column)
    return lines.select(pl.when(pl.col("operation") == "A").then(-amount).otherwise(amount)).to_series()


def declared_totals(raw: str, line_no: int) -> CareTotals:
    """Return the totals that a trailer declares.  Raises Refusal, with the line, when they cannot be read."""
    values: dict[str, int] = {"invoice_count": 0}
    record = raw.ljust(TOTALS.length)
    for name in _TOTAL_TITLES:
        field = TOTALS[name.removesuffix("_cents")]
        digits = field.cut(record)
        if not digits.isdigit():
            raise Refusal(
                "care.total_missing",
                f"La fin 999 ne porte pas le total « {field.meaning} ».",
                "Rien n’a été utilisé. Redemandez le fichier à la caisse.",
                where=f"ligne {line_no}, "
                f"position {LENGTH_DIGITS + envelope_of.TRAILER['unknown'].start + field.start - 1}",
            )
        sign_name = f"{field.name}_sign"
        negative = sign_name in TOTALS.by_name and TOTALS[sign_name].cut(record) == "-"
        values[name] = -int(digits) if negative else int(digits)
    return CareTotals(**values)


def _lot_refusal(line_no: int) -> Refusal:
    return Refusal(
        "care.lot",
        "Les lots ne s’enchaînent pas : chacun s’ouvre par 010 et se ferme par 990, sans rien entre eux.",
        "Rien n’a été utilisé. Redemandez le fichier à la caisse.",
        where=f"ligne {line_no}, position 1",
    )


def _refuse_gap(raw: str, found: int, field: str, unit: str, line_no: int) -> None:
    said = raw.lstrip("-")
    declared = (-int(said) if raw[:1] == "-" else int(said)) if said.isdigit() else None
    if declared != found:
        raise Refusal(
            f"care.lot_{field}",
            f"La fin de lot 990 annonce {declared if declared is not None else 'une valeur illisible'}, "
            f"le lot contient {found} {unit}.",
            "Rien n’a été utilisé. Redemandez le fichier à la caisse.",
            where=f"ligne {line_no}, position {LENGTH_DIGITS + CLOSING[field].start}",
        )
