"""Evaluates one row of a scope: the values of its rules, and what each of them touched on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias, cast

from egide.kernel.errors import Refusal
from egide.kernel.money import divide_half_up, part_of_whole
from egide.kernel.periods import add_months
from egide.rules.books import Book, domain_fault
from egide.rules.checking import NONE_REFUSED
from egide.rules.functions import on_dates
from egide.rules.kinds import Type, Value, say
from egide.rules.memory import accept_purchase, key_text, under_ceiling
from egide.rules.refusals import missing_cell, negative_under_ceiling, no_such_part, zero_denominator
from egide.rules.steps import Outlook
from egide.rules.syntax import (
    Binary,
    Body,
    Call,
    Ceiling,
    Entry,
    Expression,
    FirstRefusal,
    GroupRank,
    GroupRunning,
    GroupSum,
    If,
    Lookup,
    Name,
    Not,
    OncePer,
    OneOf,
    Prorata,
    Rule,
    Waited,
    Written,
    names_in,
)

Facts: TypeAlias = Mapping[str, object]
Counters: TypeAlias = Mapping[tuple[str, str], int]


class Group:
    """The readers of the rows of one enrolment, and who shares which keys."""

    def __init__(self) -> None:
        self.readers: list[Evaluator] = []
        self._shared: dict[tuple[Expression, ...], dict[tuple[Value, ...], list[Evaluator]]] = {}

    def peers(self, reader: Evaluator, keys: tuple[Expression, ...]) -> list[Evaluator]:
        """Return the rows with the same keys as this one, in row order."""
        if keys not in self._shared:
            shared: dict[tuple[Value, ...], list[Evaluator]] = {}
            for other in self.readers:
                shared.setdefault(other.key(keys), []).append(other)
            self._shared[keys] = shared
        return self._shared[keys][reader.key(keys)]


@dataclass(slots=True)
class Trace:
    """What the evaluation of one rule touched."""

    inputs: list[Name | tuple[Lookup, int]]
    outlook: list[Outlook]
    rounded: bool = False


class Evaluator:
    """Evaluates the rules of one scope on one row; every rule once."""

    def __init__(self, book: Book, scope: str, facts: Facts, group: Group, counters: Counters) -> None:
        self._book = book
        self._scope = scope
        self._facts = facts
        self._group = group
        self._counters = counters
        self._values: dict[str, Value] = {}
        self._traces: dict[str, Trace] = {}
        self.closing: dict[tuple[str, str], int] = {}

    def value(self, name: str) -> Value:
        """Return the value of an entry, a constant or a rule."""
        if name in self._values:
            return self._values[name]
        if name in self._book.constants:
            return self._book.constants[name].value
        value = self._entry(name) if name in self._book.entries else self._rule(self._book.rule(name))
        self._values[name] = value
        return value

    def _entry(self, name: str) -> Value:
        entry = self._book.entries[name]
        if name not in self._facts or self._facts[name] is None:
            raise Refusal("rules.fact", f"Il manque {entry.label}.", "Fournissez cette donnée.", name)
        given = self._facts[name]
        fault = domain_fault(entry, given)
        if fault:
            raise Refusal(
                "rules.fact",
                f"{entry.label[:1].upper()}{entry.label[1:]} : {_given(entry, given)} {fault}.",
                "Corrigez cette donnée.",
                name,
            )
        return cast(Value, given)

    def _rule(self, rule: Rule) -> Value:
        if rule.scope != self._scope:
            raise Refusal(
                "rules.scope",
                f"La règle « {rule.name} » vaut pour {rule.scope}, pas pour {self._scope}.",
                "Demandez-la dans sa portée.",
            )
        # Every rule it names is computed, even in a branch not taken: the columns reader does the same.
        for name in names_in(rule.body):
            self.value(name.name)
        trace = Trace([], [])
        self._traces[rule.name] = trace
        return self._body(rule, trace)

    def _body(self, rule: Rule, trace: Trace) -> Value:
        body: Body = rule.body
        match body:
            case Ceiling():
                return self._ceiling(rule, body, trace)
            case OncePer():
                return self._once_per(rule, body, trace)
            case _:
                return self._of(body, trace)

    def _ceiling(self, rule: Rule, body: Ceiling, trace: Trace) -> int:
        item, limit = int(self._whole(body.item, trace)), int(self._whole(body.limit, trace))
        if item < 0:
            raise negative_under_ceiling(rule)
        key = key_text(list(self.key(body.keys)))
        used = self._counters.get((rule.name, key), 0)
        passed = under_ceiling(item, limit, used)
        if passed:
            self.closing[rule.name, key] = used + passed
        left = max(0, limit - used - passed)
        if item:
            text = f"Limite « {rule.label} » : il reste {say(left, rule.type)} sur {say(limit, rule.type)}."
            trace.outlook.append(Outlook("plafond", text, remaining=left))
        return passed

    def _once_per(self, rule: Rule, body: OncePer, trace: Trace) -> bool:
        if not self._of(body.condition, trace):
            return True
        months = int(self._whole(body.months, trace))
        day = cast(date, self._of(body.day, trace))
        key = key_text(list(self.key(body.keys)))
        last = self._counters.get((rule.name, key))
        accepted, remembered = accept_purchase(last, day, months)
        if accepted:
            self.closing[rule.name, key] = remembered
        next_day = add_months(date.fromordinal(remembered), months)
        text = f"« {rule.label} » : prochaine prise en charge à partir du {say(next_day, Type('date'))}."
        trace.outlook.append(Outlook("renouvellement", text, until=next_day))
        return accepted

    def _whole(self, node: Expression, trace: Trace) -> int:
        return cast(int, self._of(node, trace))

    def _of(self, node: Expression, trace: Trace) -> Value:
        match node:
            case Written():
                return node.value
            case Name():
                trace.inputs.append(node)
                return self.value(node.name)
            case Lookup():
                return self._cell(node, trace)
            case Call():
                return self._call(node, trace)
            case Not():
                return not self._of(node.operand, trace)
            case Binary():
                return self._binary(node, trace)
            case If():
                taken = node.then if self._of(node.condition, trace) else node.otherwise
                return self._of(taken, trace)
            case OneOf():
                item = self._of(node.item, trace)
                return any(item == self._of(choice, trace) for choice in node.choices)
            case Prorata():
                return self._prorata(node, trace)
            case Waited():
                return self._waited(node, trace)
            case GroupSum():
                trace.inputs.extend(names_in(node.item))
                return sum(peer._whole(node.item, Trace([], [])) for peer in self._group.peers(self, node.keys))
            case GroupRank():
                return self._rank(node, trace)
            case GroupRunning():
                return self._running(node, trace)
            case FirstRefusal():
                return self._first_refusal(node, trace)

    def key(self, keys: tuple[Expression, ...]) -> tuple[Value, ...]:
        """Return the values of ``par [...]`` for this row."""
        return tuple(self._of(key, Trace([], [])) for key in keys)

    def _rank(self, node: GroupRank, trace: Trace) -> int:
        blank = Trace([], [])
        if not self._of(node.condition, trace):
            return 0
        peers = [r for r in self._group.peers(self, node.keys) if r._of(node.condition, blank)]
        ranked = sorted(peers, key=lambda reader: cast(int, reader._of(node.order, blank)))
        trace.inputs.extend(names_in(node.order))
        return ranked.index(self) + 1

    def _running(self, node: GroupRunning, trace: Trace) -> int:
        trace.inputs.extend(names_in(node.item))
        blank = Trace([], [])
        ranked = sorted(self._group.peers(self, node.keys), key=lambda reader: cast(int, reader._of(node.order, blank)))
        return sum(peer._whole(node.item, blank) for peer in ranked[: ranked.index(self) + 1])

    def _first_refusal(self, node: FirstRefusal, trace: Trace) -> str:
        for name in node.refusals:
            if self.value(name.name):
                trace.inputs.append(name)
                return name.name
        trace.inputs.extend(node.refusals)
        return NONE_REFUSED

    def _cell(self, node: Lookup, trace: Trace) -> Value:
        table = self._book.tables[node.table]
        keys = tuple(self._of(key, trace) for key in node.keys)
        row = table.find(keys)
        if row is None:
            raise missing_cell(table.name, table.cell(keys), table.file)
        trace.inputs.append((node, row.line))
        position = table.column(node.column)
        assert position is not None  # noqa: S101  # proved when the book was loaded
        value = row.values[position[0]]
        self._values[cell_name(node, row.line)] = value
        return value

    def _waited(self, node: Waited, trace: Trace) -> bool:
        months = self._whole(node.months, trace)
        since = cast(date, self._of(node.since, trace))
        day = cast(date, self._of(node.day, trace))
        ends = add_months(since, months)
        if day < ends:
            text = f"Le délai d'attente de {months} mois prend fin le {say(ends, Type('date'))}."
            trace.outlook.append(Outlook("attente", text, until=ends))
        return day >= ends

    def _prorata(self, node: Prorata, trace: Trace) -> int:
        amount = self._whole(node.amount, trace)
        above, below = self._whole(node.numerator, trace), self._whole(node.denominator, trace)
        if below == 0:
            raise zero_denominator(node.place)
        trace.rounded |= amount * above % below != 0
        return divide_half_up(amount * above, below)

    def _binary(self, node: Binary, trace: Trace) -> Value:
        left = self._of(node.left, trace)
        if node.operator == "et":
            return bool(left) and bool(self._of(node.right, trace))
        if node.operator == "ou":
            return bool(left) or bool(self._of(node.right, trace))
        right = self._of(node.right, trace)
        if node.operator == "=":
            return left == right
        if node.operator == "<>":
            return left != right
        return self._ordered(node.operator, cast(int, left), cast(int, right), trace)

    @staticmethod
    def _ordered(operator: str, left: int, right: int, trace: Trace) -> Value:
        match operator:
            case "<":
                return left < right
            case "<=":
                return left <= right
            case ">":
                return left > right
            case ">=":
                return left >= right
            case "au plus":
                return min(left, right)
            case "au moins":
                return max(left, right)
            case "+":
                return left + right
            case "-":
                return left - right
            case "fois":
                return left * right
            case _:
                trace.rounded |= left * right % 10_000 != 0
                return divide_half_up(left * right, 10_000)

    def _call(self, node: Call, trace: Trace) -> Value:
        given = [self._of(argument, trace) for argument in node.arguments]
        if node.function in ("min", "max"):
            chosen = min if node.function == "min" else max
            return chosen(cast("list[int]", given))
        if node.function == "part":
            total, k, n = cast("list[int]", given)
            if not 1 <= k <= n:
                raise no_such_part(node.place)
            trace.rounded |= total % n != 0
            return part_of_whole(total, k, n)
        return on_dates(node.function, given)


def cell_name(node: Lookup, line: int) -> str:
    """Name one cell of a table."""
    return f"{node.table}.{node.column}@{line}"


def _given(entry: Entry, value: object) -> str:
    """A value as it reads in a refusal, whatever its type."""
    if isinstance(value, date) and entry.type.name == "date":
        return say(value, entry.type)
    if isinstance(value, int) and entry.type.name not in ("date", "texte"):
        return say(value, entry.type)
    return str(value)
