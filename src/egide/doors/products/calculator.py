"""The live calculator: any case typed against a rule book, answered by the same reader that explains real ones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _

from egide.doors.desk.reasons import step_shape
from egide.doors.frame.shell import Shape
from egide.journal import clock
from egide.kernel.errors import Refusal
from egide.kernel.formats import read_day
from egide.rules.books import Book
from egide.rules.case import explain
from egide.rules.kinds import Value, read_rate, read_value, say_rate
from egide.rules.syntax import Entry

AMOUNTS = {
    "soin": ("rembourse", "reste_a_charge"),
    "beneficiaire": ("cotisation_annuelle", "cotisation_mois", "aide_acs_mois", "a_payer_mois"),
}
HIDDEN = ("adhesion", "beneficiaire")
_KINDS = {"montant": "money", "taux": "text", "nombre": "number", "date": "date", "texte": "select", "ouinon": "select"}


def calculator_shape(book: Book, scope: str, typed: Mapping[str, str]) -> Shape:
    """Fields filled with what was typed, else with a plain case; and the result of that case."""
    entries = book.inputs(scope)
    given = {entry.name: typed.get(entry.name) or example(entry, book) for entry in entries}
    fields: list[Shape] = [
        {"name": "calcul", "label": "calcul", "kind": "hidden", "value": scope},
        {"name": "version", "label": "version", "kind": "hidden", "value": book.version.isoformat()},
        *(_field(entry, book, given[entry.name]) for entry in entries),
    ]
    errors: list[Shape] = []
    facts: dict[str, Value] = {}
    for entry in entries:
        try:
            facts[entry.name] = _read(entry, given[entry.name])
        except Refusal as refusal:
            errors.append({"message": f"{entry.label}\N{NO-BREAK SPACE}: {refusal.message}", "remedy": refusal.remedy})
    result = None
    if not errors:
        try:
            result = _result(book, scope, facts)
        except Refusal as refusal:
            errors.append({"message": refusal.message, "remedy": refusal.remedy})
    return {"code": book.code, "fields": fields, "errors": errors, "result": result}


def _result(book: Book, scope: str, facts: Mapping[str, Value]) -> Shape:
    steps = [explain(book, name, facts) for name in AMOUNTS[scope] if name in book.rules]
    if not steps:
        return {"amounts": []}
    main = steps[-1] if scope == "beneficiaire" else steps[0]
    return {
        "sentence": main.sentence,
        "amounts": [{"label": step.label.capitalize(), "cents": step.value} for step in steps],
        "tree": step_shape(main, book),
    }


def _field(entry: Entry, book: Book, value: str) -> Shape:
    kind = "hidden" if entry.name in HIDDEN else _KINDS[entry.type.name]
    options: list[tuple[str, str]] = []
    if entry.type.name == "texte":
        labels = book.labels(entry.name)
        options = [(one, labels.get(one, one.replace("_", " "))) for one in entry.type.choices]
    elif entry.type.name == "ouinon":
        options = [("oui", _("oui")), ("non", _("non"))]
    label = entry.label.removeprefix("le ").removeprefix("la ").removeprefix("l'").removeprefix("les ")
    return {
        "name": entry.name,
        "label": label[:1].upper() + label[1:],
        "kind": kind,
        "value": value,
        "options": options,
        "required": True,
        "width": "s" if kind in ("money", "number", "date", "text") else "m",
        "id": f"calc_{entry.name}",
    }


def example(entry: Entry, book: Book) -> str:
    """A plain value for a field nobody filled, inside what the book accepts."""
    low, high = entry.domain.low, entry.domain.high
    match entry.type.name:
        case "montant":
            return _EXAMPLES.get(entry.name, "0")
        case "taux":
            return _EXAMPLES.get(entry.name, say_rate(int(low or 0)))  # type: ignore[arg-type]
        case "date":
            return _day(entry.name, book, low, high).isoformat()
        case "nombre":
            wanted = clock.today().year if entry.name.startswith("annee") else 1
            return str(min(max(wanted, _whole(low, wanted)), _whole(high, wanted)))
        case "ouinon":
            return "oui" if entry.name in ("parcours", "tarif_maitrise") else "non"
        case _:
            preferred = {"famille": "consultation_generaliste", "panier": "aucun"}.get(entry.name)
            return preferred if preferred in entry.type.choices else entry.type.choices[0]


_EXAMPLES = {"depense": "25,00", "base": "25,00", "taux_ro": "70", "montant_ro": "17,50", "participation": "1,00"}


def _whole(bound: Value | None, otherwise: int) -> int:
    return bound if isinstance(bound, int) else otherwise


def _day(name: str, book: Book, low: Value | None, high: Value | None) -> date:
    today = max(clock.today(), book.version)
    day = {
        "date_naissance": date(today.year - 40, 6, 15),
        "mois": today.replace(day=1),
        "debut_couverture": book.version,
    }.get(name, today)
    if isinstance(low, date):
        day = max(day, low)
    return min(day, high) if isinstance(high, date) else day


def _read(entry: Entry, text: str) -> Value:
    if entry.type.name == "taux":
        return read_rate(text)
    if entry.type.name == "date" and (day := read_day(text)):
        return day
    return read_value(text.removesuffix("€").strip(), entry.type)
