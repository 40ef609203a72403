"""Explains one situation: a tree of steps, each with its value, unit, sentence, clause, inputs and rounding."""

from __future__ import annotations

from collections.abc import Sequence

from egide.kernel.errors import Refusal
from egide.rules.books import Book
from egide.rules.checking import NONE_REFUSED
from egide.rules.clauses import PLACEHOLDER
from egide.rules.evaluation import Counters, Evaluator, Facts, Group, Trace, cell_name
from egide.rules.kinds import Value, say
from egide.rules.steps import ROUNDED, Outlook, Step, StepKind
from egide.rules.syntax import (
    FirstRefusal,
    Lookup,
    Name,
    Rule,
)


def explain(
    book: Book,
    rule: str,
    facts: Facts,
    *,
    group: Sequence[Facts] = (),
    counters: Counters | None = None,
) -> Step:
    """Return the explained value of a rule for one situation.

    ``facts`` gives the entries of the rule's scope; ``group`` all the rows of the same enrolment, this one included
    (omitted: this one alone); ``counters`` what was used before, by (rule, key).  Raises Refusal when a fact is
    missing, unknown or outside its domain, or when a table has no cell for it.
    """
    found = book.rule(rule)
    return open_case(book, found.scope, facts, group=group, counters=counters).step(rule)


def open_case(
    book: Book, scope: str, facts: Facts, *, group: Sequence[Facts] = (), counters: Counters | None = None
) -> CaseReader:
    """Return a reader of one situation, to ask it several rules and what its counters become (``closing``)."""
    rows = list(group) or [facts]
    if facts not in rows:
        raise Refusal(
            "rules.group",
            "La situation expliquée n'est pas dans le groupe fourni.",
            "Donnez toutes les lignes de l'adhésion, y compris celle-ci.",
        )
    return open_group(book, scope, rows, counters=counters)[rows.index(facts)]


def open_group(book: Book, scope: str, rows: Sequence[Facts], *, counters: Counters | None = None) -> list[CaseReader]:
    """Return one reader per row of a group; ``counters`` is read when a rule needs it, never changed."""
    group = Group()
    opening = counters if counters is not None else {}
    readers = [CaseReader(book, scope, row, group, opening) for row in rows]
    group.readers = list(readers)
    return readers


class CaseReader(Evaluator):
    """An evaluator that also tells: one step per value, made when asked for."""

    def __init__(self, book: Book, scope: str, facts: Facts, group: Group, counters: Counters) -> None:
        super().__init__(book, scope, facts, group, counters)
        self._steps: dict[str, Step] = {}

    def step(self, name: str) -> Step:
        """Return the explained value of an entry, a constant or a rule."""
        value = self.value(name)
        if name not in self._steps:
            self._steps[name] = self._make(name, value)
        return self._steps[name]

    def _make(self, name: str, value: Value) -> Step:
        book = self._book
        said, label = self._say(name), book.label(name)
        if name in book.rules:
            return self._rule_step(book.rules[name], value, said)
        named = book.entries.get(name) or book.constants[name]
        kind: StepKind = "entree" if name in book.entries else "constante"
        article = "" if kind == "entree" else book.article_at(named.place)
        sentence = f"{label[:1].upper()}{label[1:]} : {said}."
        return Step(name, kind, value, named.type.name, said, label, sentence, article, place=str(named.place))

    def _rule_step(self, rule: Rule, value: Value, said: str) -> Step:
        trace = self._traces[rule.name]
        inputs: dict[str, Step] = {}
        for used in trace.inputs:
            step = self.step(used.name) if isinstance(used, Name) else self._cell_step(*used)
            inputs.setdefault(step.name, step)
        sentence = self._sentence(rule)
        if isinstance(rule.body, FirstRefusal) and value != NONE_REFUSED:
            sentence = self._sentence(self._book.rules[str(value)])
        return Step(
            name=rule.name,
            kind="refus" if rule.is_refusal else "regle",
            value=value,
            type=rule.type.name,
            said=said,
            label=rule.label,
            sentence=sentence,
            article=rule.article,
            inputs=tuple(inputs.values()),
            rounding=ROUNDED if trace.rounded else None,
            outlook=tuple(dict.fromkeys(trace.outlook)),
            place=str(rule.place),
            aloud=not rule.is_detail,
        )

    def _cell_step(self, node: Lookup, line: int) -> Step:
        book = self._book
        table = book.tables[node.table]
        name = cell_name(node, line)
        row = next(row for row in table.rows if row.line == line)
        position = table.column(node.column)
        assert position is not None  # noqa: S101  # proved when the book was loaded
        value, kind = row.values[position[0]], position[1]
        said = say(value, kind)
        label = f"{node.column.replace('_', ' ')} (table {table.name.replace('_', ' ')})"
        sentence = f"Table {table.name.replace('_', ' ')} : {said}."
        article = book.article_at(table.definition.place)
        return Step(name, "table", value, kind.name, said, label, sentence, article, place=f"{table.file}:{line}")

    def _say(self, name: str) -> str:
        book = self._book
        named = book.constants.get(name) or book.entries.get(name) or book.rules[name]
        return say(self.value(name), named.type, book.labels(name))

    def _sentence(self, rule: Rule) -> str:
        for condition, text in rule.variants:
            if self._of(condition, Trace([], [])):
                return self._fill(text)
        return self._fill(rule.sentence)

    def _fill(self, sentence: str) -> str:
        return PLACEHOLDER.sub(lambda match: self._say(match[1]), sentence)


__all__ = ["CaseReader", "Outlook", "Step", "explain", "open_case", "open_group"]
