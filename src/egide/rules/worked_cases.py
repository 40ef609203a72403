"""Worked cases of a book: situations agreed with the product owner, expected result last.

``cas/*.toml``::

    titre = "…"
    source = "…"                    # who agreed, or the published example
    pour = "soin"
    [situation]                     # what the cases share
    formule = "confort"
    [[cas]]
    titre = "…"
    situation = { depense = "26,50 €", taux_ro = "70 %" }
    compteurs = { plafond_dentaire = { "1|2026" = "150 €" } }     # optional: used before; a frequency takes a date
    groupe = [ { beneficiaire = 2, lien = "enfant" } ]            # optional: the other rows, over this situation
    avant = [ { date_soins = 2026-01-10 } ]                       # optional: earlier lines, over this situation
    attendu = { rembourse = "7,50 €" }
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from egide.kernel.errors import Refusal
from egide.rules.books import Book
from egide.rules.case import CaseReader, open_case
from egide.rules.kinds import Type, Value, read_value, say
from egide.rules.problems import Problem, did_you_mean
from egide.rules.syntax import OncePer


@dataclass(frozen=True, slots=True)
class WorkedCase:
    """One situation, its group and earlier lines, its opening counters, and what is expected by rule."""

    file: str
    title: str
    scope: str
    facts: Mapping[str, Value]
    others: tuple[Mapping[str, Value], ...]
    before: tuple[Mapping[str, Value], ...]
    counters: Mapping[tuple[str, str], int]
    expected: Mapping[str, Value]


def read_cases(book: Book, path: Path) -> list[WorkedCase]:
    """Return the cases of one file.  Raises Refusal naming the file, the case and what cannot be read."""
    inside = path.resolve().is_relative_to(book.folder.resolve())
    file = path.resolve().relative_to(book.folder.resolve()).as_posix() if inside else path.name
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise Refusal("rules.case_file", f"Ce fichier ne se lit pas : {error}.", "Corrigez-le.", file) from None
    shared = content.get("situation", {})
    scope = str(content.get("pour", ""))
    cases: list[WorkedCase] = []
    for case in content.get("cas", []):
        title = str(case.get("titre", f"cas {len(cases) + 1}"))
        try:
            own = {**shared, **case.get("situation", {})}
            cases.append(
                WorkedCase(
                    file=file,
                    title=title,
                    scope=scope,
                    facts=_facts(book, own),
                    others=tuple(_facts(book, {**own, **row}) for row in case.get("groupe", [])),
                    before=tuple(_facts(book, {**own, **row}) for row in case.get("avant", [])),
                    counters=_counters(book, case.get("compteurs", {})),
                    expected=_expected(book, case.get("attendu", {})),
                )
            )
        except Refusal as refusal:
            raise refusal.at(f"{file}, « {title} »") from None
    if not cases:
        raise Refusal("rules.case_file", "Ce fichier ne contient aucun cas.", "Ajoutez [[cas]].", file)
    return cases


def _facts(book: Book, written: Mapping[str, Any]) -> dict[str, Value]:
    facts: dict[str, Value] = {}
    for name, value in written.items():
        entry = book.entries.get(name)
        if entry is None:
            remedy = did_you_mean(name, book.entries, "Retirez-la.")
            raise Refusal("rules.case_file", f"L'entrée « {name} » n'existe pas.", remedy, name)
        facts[name] = _typed(value, entry.type, name)
    return facts


def _typed(value: object, kind: Type, name: str) -> Value:
    if isinstance(value, str):
        return read_value(value, kind)
    fits = {"date": date, "ouinon": bool, "nombre": int}.get(kind.name)
    if fits is None or not isinstance(value, fits) or (isinstance(value, bool) and kind.name != "ouinon"):
        raise Refusal(
            "rules.case_file",
            f"« {value} » n'est pas un {kind}.",
            'Écrivez les montants et les taux entre guillemets : "12,50 €", "70 %".',
            name,
        )
    return value  # type: ignore[return-value]


def _counters(book: Book, written: Mapping[str, Mapping[str, Any]]) -> dict[tuple[str, str], int]:
    counters = {}
    for name, keys in written.items():
        rule = book.rule(name)
        for key, value in keys.items():
            kind = Type("date") if isinstance(rule.body, OncePer) else rule.type
            used = _typed(value, kind, name)
            counters[name, key] = used.toordinal() if isinstance(used, date) else int(used)
    return counters


def _expected(book: Book, written: Mapping[str, Any]) -> dict[str, Value]:
    if not written:
        raise Refusal("rules.case_file", "Ce cas n'attend rien.", "Ajoutez attendu = { … } en dernier.")
    return {name: _typed(value, book.rule(name).type, name) for name, value in written.items()}


def play(book: Book, case: WorkedCase) -> CaseReader:
    """Return the case reader of a worked case, after its earlier lines (each updates the counters)."""
    counters = dict(case.counters)
    for facts in case.before:
        earlier = open_case(book, case.scope, facts, counters=counters)
        for name in case.expected:
            earlier.value(name)
        counters.update(earlier.closing)
    return open_case(book, case.scope, case.facts, group=[case.facts, *case.others], counters=counters)


def case_problems(book: Book) -> list[Problem]:
    """Return one problem per worked case that does not give what is expected, with the explanation."""
    problems = []
    for path in book.cases:
        file = path.relative_to(book.folder).as_posix()
        try:
            for case in read_cases(book, path):
                problems += _mismatches(book, case)
        except Refusal as refusal:
            problems.append(Problem(file, 0, f"{refusal.where} : {refusal.message}", refusal.remedy))
    return problems


def _mismatches(book: Book, case: WorkedCase) -> list[Problem]:
    found = []
    try:
        reader = play(book, case)
        for name, wanted in case.expected.items():
            step = reader.step(name)
            if step.value != wanted:
                message = f"« {case.title} » : {name} vaut {step.said}, {_said(book, name, wanted)} attendu."
                found.append(Problem(case.file, 0, message, "Corrigez la règle, ou le cas avec son auteur."))
    except Refusal as refusal:
        found.append(Problem(case.file, 0, f"« {case.title} » : {refusal.message}", refusal.remedy))
    return found


def _said(book: Book, name: str, value: Value) -> str:
    return say(value, book.rule(name).type)
