"""Probes a responsible health product: the floors and caps of its dates, on situations made for each of them.

CSS L871-1, R871-1 and R871-2; the figures and their dates come from ``reference/responsible_contract.csv``.
The book must define ``rembourse`` for the scope ``soin``.  Each excess is a problem at the rule's clause.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from egide.kernel.money import format_eur, percent
from egide.kernel.periods import add_months
from egide.kernel.reference import Row, load_table
from egide.rules.books import Book
from egide.rules.case import open_case
from egide.rules.kinds import Value
from egide.rules.problems import Problem

RULE, SCOPE = "rembourse", "soin"
_BASE = 10_000
_FAR = 10**6
_DOCTORS = (
    "consultation_generaliste",
    "consultation_specialiste",
    "acte_technique",
    "imagerie",
    "hospitalisation_honoraires",
)
_FULL_SHARE = (
    *_DOCTORS,
    "auxiliaire_medical",
    "biologie",
    "pharmacie_65",
    "hospitalisation_sejour",
    "transport",
    "dentaire_soins",
    "dentaire_prothese",
    "orthodontie",
    "optique_monture",
    "optique_verre_simple",
    "optique_verre_complexe",
    "aide_auditive",
    "appareillage",
)
_LENSES = {
    "a": ("optique_verre_simple", "optique_verre_simple"),
    "b": ("optique_verre_simple", "optique_verre_complexe"),
    "c": ("optique_verre_complexe", "optique_verre_complexe"),
}
_NO_REMAINDER = {
    "DENTAIRE": ("dentaire_prothese",),
    "AUDIO": ("aide_auditive",),
    "OPTIQUE_A": ("optique_monture", "optique_verre_simple", "optique_verre_complexe"),
}


def responsible_problems(book: Book) -> list[Problem]:
    """Return what breaks the responsible contract, on the first and the last day of care that the book accepts."""
    if RULE not in book.rules:
        return [Problem("reglement.md", 0, f"Il manque la règle « {RULE} ».", "Un contrat responsable rembourse.")]
    entry = book.entries["date_soins"]
    days = {book.version}
    if isinstance(entry.domain.high, date):
        days.add(entry.domain.high)
    probe = _Probe(book)
    for day in sorted(days):
        rows = load_table("responsible_contract").at(day)
        for formula, _ in book.formulas:
            probe.at(formula, day)
            probe.mandatory()
            probe.forbidden()
            probe.overrun(next(row for row in rows if row.text("item") == "DEPASSEMENT_NON_OPTAM"))
            probe.optical(list(rows.where(item="OPTIQUE")), rows.where(item="MONTURE").rows[0])
            probe.full_price([row.text("item") for row in rows if row.text("rule") == "full_within_price_limit"])
            probe.hearing(list(rows.where(item="AUDIO", category="CLASSE_II")))
    return probe.problems


class _Probe:
    """Asks the book about one formula on one day, and notes what it should not answer."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._formula = ""
        self._day = date.min
        self.problems: list[Problem] = []

    def at(self, formula: str, day: date) -> None:
        """Turn to one formula on one day, for somebody covered since long."""
        self._formula, self._day = formula, day

    def _facts(self, **given: Value) -> dict[str, Value]:
        entry = self._book.entries["debut_couverture"]
        since = add_months(self._day, -24)
        if isinstance(entry.domain.low, date):
            since = max(since, entry.domain.low)
        facts: dict[str, Value] = {
            "beneficiaire": 1,
            "adhesion": 1,
            "formule": self._formula,
            "regime": "general",
            "date_soins": self._day,
            "debut_couverture": since,
            "date_naissance": date(1980, 1, 1),
            "depense": _BASE,
            "base": _BASE,
            "taux_ro": 7_000,
            "participation": 0,
            "quantite": 1,
            "tarif_maitrise": True,
            "parcours": True,
            "panier": "aucun",
        }
        facts.update(given)
        base, rate = facts["base"], facts["taux_ro"]
        if isinstance(base, int) and isinstance(rate, int):
            facts.setdefault("montant_ro", percent(base, rate))
        return facts

    def _paid(self, counters: Mapping[tuple[str, str], int] | None = None, **given: Value) -> int:
        reader = open_case(self._book, SCOPE, self._facts(**given), counters=counters)
        self._closing = reader.closing
        return int(reader.value(RULE))  # type: ignore[arg-type]

    def _note(self, family: str, why: str, source: str) -> None:
        rule = self._book.rules[RULE]
        message = f"{rule.article}, formule {self._formula}, {family} au {self._day:%d/%m/%Y} : {why}"
        self.problems.append(Problem(rule.place.file, rule.place.line, message, f"Corrigez la garantie ({source})."))

    def mandatory(self) -> None:
        """The whole co-payment, except medicines at 30 % and 15 % and cures; the daily charge without limit."""
        for family in _FULL_SHARE:
            paid = self._paid(famille=family, depense=_BASE)
            if paid < 3_000:
                missing = format_eur(3_000 - paid)
                self._note(family, f"il manque {missing} de ticket modérateur.", "CSS R871-2 1°")
        for nights in (1, 90):
            charge = 2_000 * nights
            paid = self._paid(famille="forfait_journalier", depense=charge, base=0, montant_ro=0, quantite=nights)
            if paid < charge:
                missing = format_eur(charge - paid)
                self._note("forfait_journalier", f"{nights} jours : il manque {missing}.", "CSS R871-2 2°")

    def forbidden(self) -> None:
        """Neither the flat contribution, nor the penalty outside the care pathway, may be paid."""
        for family in _FULL_SHARE:
            paid = self._paid(famille=family, depense=_BASE, participation=200)
            if paid > 3_000:
                self._note(family, f"{format_eur(paid - 3_000)} de participation remboursés.", "CSS L871-1")
        for family in ("consultation_generaliste", "consultation_specialiste"):
            paid = self._paid(famille=family, depense=_BASE, taux_ro=3_000, parcours=False)
            if paid > 3_000:
                excess = format_eur(paid - 3_000)
                self._note(family, f"{excess} de majoration hors parcours remboursés.", "CSS L871-1")

    def overrun(self, row: Row) -> None:
        """Outside the tariff agreement: at most the ceiling, and less than with the agreement by the legal gap."""
        ceiling, gap = percent(_BASE, row.number("ceiling_bp")), percent(_BASE, row.number("gap_bp"))
        for family in _DOCTORS:
            agreed = self._paid(famille=family, depense=_FAR) - 3_000
            free = self._paid(famille=family, depense=_FAR, tarif_maitrise=False) - 3_000
            allowed = min(ceiling, max(agreed - gap, 0))
            if free > allowed:
                why = f"dépassement sans option tarifaire : {format_eur(free - allowed)} de trop pour 100 € de base."
                self._note(family, why, row.source)

    def optical(self, rows: list[Row], frame: Row) -> None:
        """An equipment outside the no-remainder basket: frame and total within floor and ceiling, scheme included."""
        for row in rows:
            lenses = _LENSES.get(row.text("category"))
            if lenses is None:
                continue
            total, frame_paid = self._equipment(lenses)
            floor, ceiling = row.number("floor_cents"), row.number("ceiling_cents")
            name = f"équipement optique {row.text('category')}"
            # The floor binds only when the contract pays more than the co-payment (R871-2: "lorsqu'il prévoit").
            if 0 < total < floor:
                self._note(name, f"il manque {format_eur(floor - total)} au minimum.", row.source)
            if total > ceiling:
                self._note(name, f"{format_eur(total - ceiling)} au-dessus du maximum.", row.source)
            if frame_paid > frame.number("ceiling_cents"):
                excess = format_eur(frame_paid - frame.number("ceiling_cents"))
                self._note("monture", f"{excess} au-dessus du maximum.", frame.source)

    def _equipment(self, lenses: tuple[str, str]) -> tuple[int, int]:
        counters: dict[tuple[str, str], int] = {}
        paid = []
        for family in ("optique_monture", *lenses):
            paid.append(self._paid(counters, famille=family, panier="libre", depense=_FAR, base=0, montant_ro=0))
            counters.update(self._closing)
        return sum(paid), paid[0]

    def full_price(self, items: list[str]) -> None:
        """The no-remainder baskets leave nothing to pay."""
        names = {"DENTAIRE", "AUDIO"} & set(items)
        if names and self._day >= date(2020, 1, 1):
            names |= {"OPTIQUE_A"}
        for family in (family for name in sorted(names) for family in _NO_REMAINDER[name]):
            price = 95_000
            paid = self._paid(famille=family, panier="sans_reste", depense=price, base=40_000, taux_ro=6_000)
            if paid < price - 24_000:
                missing = format_eur(price - 24_000 - paid)
                self._note(f"{family} (100 % Santé)", f"il reste {missing} à payer.", "CSS R871-2")

    def hearing(self, rows: list[Row]) -> None:
        """A hearing aid of class II: at most the ceiling, compulsory scheme included."""
        for row in rows:
            ceiling = row.number("ceiling_cents")
            paid = self._paid(famille="aide_auditive", panier="libre", depense=_FAR, base=40_000, taux_ro=6_000)
            if paid + 24_000 > ceiling:
                excess = format_eur(paid + 24_000 - ceiling)
                self._note("aide auditive de classe II", f"{excess} au-dessus du maximum.", row.source)
