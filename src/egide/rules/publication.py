"""Proves a rule book fit to publish: everything the loader refuses, and what only a whole book can show."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl

from egide.kernel.errors import Refusal
from egide.rules.books import TEXT, Article, Book, BookProblems, load_book
from egide.rules.columns import evaluate
from egide.rules.parity import parity_problems
from egide.rules.problems import Problem, problem_at
from egide.rules.responsible import responsible_problems
from egide.rules.worked_cases import case_problems

_PROMISE = re.compile(r"\d\s*(?:€|euros?\b|%(?!\s*Santé))", re.IGNORECASE)


def check_folder(folder: Path, *, draws: int = 1000) -> list[Problem]:
    """Return every problem of a folder, whether it loads or not; empty means publishable."""
    try:
        book = load_book(folder)
    except BookProblems as refused:
        return list(refused.problems)
    return check_book(book, draws=draws)


def check_book(book: Book, *, draws: int = 1000) -> list[Problem]:
    """Return every problem of a loaded book; empty means publishable.

    Loading already proved: names once, types, no cycle, tables complete and without overlap.  Here: every
    rule tells
    itself, every table has a source and every grid is used, every clause that promises an amount computes it,
    the worked cases pass, the two readers agree on ``draws`` random situations per scope, and a responsible
    product keeps within the floors and ceilings of its dates.
    """
    problems = [*_silent_rules(book), *_unsourced(book), *_empty_promises(book), *_strangers(book)]
    if not book.cases:
        problems.append(Problem("cas/", 0, "Le livre n'a aucun cas agréé.", "Écrivez cas/*.toml avec le métier."))
    problems += case_problems(book)
    problems += parity_problems(book, draws)
    if book.responsible:
        try:
            problems += responsible_problems(book)
        except Refusal as refusal:
            problems.append(Problem(TEXT, 0, f"Contrat responsable : {refusal.message}", refusal.remedy))
    return problems


def _silent_rules(book: Book) -> list[Problem]:
    remedy = 'Ajoutez dit "…", avec {le_nom} des valeurs utiles.'
    return [
        problem_at(rule.place, f"La règle « {rule.name} » ne se dit pas.", remedy)
        for rule in book.rules.values()
        if not rule.sentence.strip()
    ]


def _unsourced(book: Book) -> list[Problem]:
    return [
        problem_at(table.definition.place, f"La table « {table.name} » n'a pas de source.", 'Ajoutez source "…".')
        for table in book.tables.values()
        if not table.source
    ]


def _strangers(book: Book) -> list[Problem]:
    """A grid that no table reads is a promise that nobody computes."""
    read = {table.file for table in book.tables.values()}
    return [
        Problem(path.name, 0, "Aucune table ne lit ce fichier.", "Déclarez la table, ou retirez le fichier.")
        for path in sorted(book.folder.glob("*.csv"))
        if path.name not in read
    ]


def _empty_promises(book: Book) -> list[Problem]:
    """A clause that writes an amount or a rate by hand must carry the definition that computes it."""
    problems = []
    defined = {
        *(rule.place.line for rule in book.rules.values()),
        *(constant.place.line for constant in book.constants.values()),
        *(table.definition.place.line for table in book.tables.values()),
    }
    for article, following in zip(book.articles, [*book.articles[1:], None], strict=True):
        last = following.line if following else 10**9
        if _PROMISE.search(article.written) and not any(article.line < line < last for line in defined):
            problems.append(_empty_promise(article))
    return problems


def _empty_promise(article: Article) -> Problem:
    found = _PROMISE.search(article.written)
    line = article.line + article.written[: found.start() if found else 0].count("\n") + 1
    message = f"{article.number} promet un montant ou un taux, mais aucun bloc ne le calcule."
    return Problem(TEXT, line, message, "Ajoutez le bloc, ou citez la constante d'un autre article : {{nom}}.")


def effect(before: Book, after: Book, frame: pl.DataFrame, *, rule: str = "rembourse") -> pl.DataFrame:
    """Return what a new version changes on past lines, by family and formula.

    ``frame`` holds the entries of the rule's scope, in running order.  Columns: formule, famille (where the
    scope has them), lines, changed, before_cents, after_cents, difference_cents.
    """
    scope = after.rule(rule).scope
    old = evaluate(before, scope, [rule], frame).frame[rule].alias("before_cents")
    new = evaluate(after, scope, [rule], frame).frame[rule].alias("after_cents")
    keys = [name for name in ("formule", "famille") if name in frame.columns]
    compared = frame.select(keys).with_columns(old, new)
    return (
        compared.group_by(keys, maintain_order=True)
        .agg(
            pl.len().cast(pl.Int64).alias("lines"),
            (pl.col("before_cents") != pl.col("after_cents")).sum().cast(pl.Int64).alias("changed"),
            pl.col("before_cents").sum(),
            pl.col("after_cents").sum(),
        )
        .with_columns((pl.col("after_cents") - pl.col("before_cents")).alias("difference_cents"))
        .sort(keys)
    )
