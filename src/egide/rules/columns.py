"""Computes the rules of one scope over a frame of millions: the same text as the case reader, Int64 only.

The frame is proved first (``intake``); then each rule becomes a column, in the order of the book.  A missing
table cell, a division by zero or a negative amount under a ceiling stops the batch and names the line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import polars as pl

from egide.kernel.errors import Refusal
from egide.rules.arithmetic import age_column, divide_half_up_column, months_begun_column
from egide.rules.books import Book
from egide.rules.checking import NONE_REFUSED
from egide.rules.grids import Grid
from egide.rules.intake import needed_names, take_in
from egide.rules.kinds import Value
from egide.rules.refusals import missing_cell, negative_under_ceiling, no_such_part, zero_denominator
from egide.rules.running import COUNTER_SCHEMA, Remembered, ceiling, once_per, rank, running_sum
from egide.rules.syntax import (
    Binary,
    Call,
    Ceiling,
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
)


@dataclass(frozen=True, slots=True)
class ColumnsResult:
    """``frame``: the input rows, in order, with the wanted columns.  ``counters``: counter, key, used at closing."""

    frame: pl.DataFrame
    counters: pl.DataFrame


def evaluate(
    book: Book,
    scope: str,
    wanted: Sequence[str],
    frame: pl.DataFrame,
    *,
    counters: pl.DataFrame | None = None,
) -> ColumnsResult:
    """Return the frame with the wanted rules computed, and the closing counters of the keys touched.

    ``counters`` (counter, key, used) is what was used before.  Raises Refusal, before anything computes, for
    a missing, empty or out-of-domain fact; and while computing for a missing cell: nothing is half computed.
    """
    doubled = [name for name in wanted if name in frame.columns]
    if doubled:
        raise Refusal(
            "rules.columns",
            f"La colonne « {doubled[0]} » est déjà dans le tableau.",
            "Retirez-la : le livre la calcule.",
            book.code,
        )
    rules, entries = needed_names(book, scope, wanted)
    reader = _ColumnsReader(book, take_in(frame, entries), _opening(counters))
    for name in rules:
        reader.compute(book.rules[name])
    return ColumnsResult(frame.with_columns(reader.columns(wanted)), reader.counters())


def _opening(counters: pl.DataFrame | None) -> pl.DataFrame:
    if counters is None:
        return pl.DataFrame(schema=COUNTER_SCHEMA)
    opening = counters.select(pl.col(name).cast(kind) for name, kind in COUNTER_SCHEMA.items())
    if opening.select("counter", "key").is_duplicated().any() or any(opening.null_count().row(0)):
        raise Refusal(
            "rules.counters",
            "Les compteurs d'ouverture sont vides ou en double.",
            "Donnez une seule ligne par compteur et par clé.",
        )
    return opening


class _ColumnsReader:
    """Holds the working frame: entries, then rules, then what lookups and groups brought (names start with __)."""

    def __init__(self, book: Book, frame: pl.DataFrame, opening: pl.DataFrame) -> None:
        self._book = book
        self._frame = frame
        self._opening = opening
        self._closing: list[pl.DataFrame] = []
        self._grids: dict[str, Grid] = {}
        self._positions: dict[tuple[str, tuple[Expression, ...]], pl.Series] = {}
        self._found: dict[Lookup, str] = {}
        self._extra = 0

    def columns(self, wanted: Sequence[str]) -> list[pl.Series]:
        """Return the computed columns."""
        return [self._frame[name] for name in wanted]

    def counters(self) -> pl.DataFrame:
        """Return the closing counters."""
        return pl.concat([pl.DataFrame(schema=COUNTER_SCHEMA), *self._closing])

    def compute(self, rule: Rule) -> None:
        """Add the column of one rule."""
        match rule.body:
            case Ceiling() as body:
                column = self._ceiling(rule, body)
            case OncePer() as body:
                column = self._once_per(rule, body)
            case _:
                column = self._eager(self._of(rule.body, None))
        if rule.type.name == "texte":
            column = column.cast(pl.String).cast(pl.Enum(list(rule.type.choices)))
        elif rule.type.name in ("montant", "taux", "nombre"):
            column = column.cast(pl.Int64)
        if column.null_count():
            line = int(column.is_null().arg_true()[0]) + 1
            raise Refusal(
                "rules.null",
                f"La règle « {rule.name} » ne donne pas de valeur ({rule.place}).",
                "Vérifiez les tables et les dénominateurs de cette règle.",
                f"ligne {line}",
            )
        self._frame = self._frame.with_columns(column.alias(rule.name))

    def _ceiling(self, rule: Rule, body: Ceiling) -> pl.Series:
        item = self._eager(self._of(body.item, None)).cast(pl.Int64)
        negative = item < 0
        if negative.any():
            raise negative_under_ceiling(rule, self._line(negative))
        limit = self._eager(self._of(body.limit, None)).cast(pl.Int64)
        return self._remember(rule, ceiling(item, limit, self._keys(body.keys), self._used(rule)))

    def _once_per(self, rule: Rule, body: OncePer) -> pl.Series:
        condition = self._eager(self._of(body.condition, None))
        day = self._eager(self._of(body.day, None))
        months = self._eager(self._of(body.months, None)).cast(pl.Int64)
        return self._remember(rule, once_per(condition, day, months, self._keys(body.keys), self._used(rule)))

    def _used(self, rule: Rule) -> pl.DataFrame:
        return self._opening.filter(pl.col("counter") == rule.name)

    def _remember(self, rule: Rule, found: Remembered) -> pl.Series:
        closing = found.closing.select(pl.lit(rule.name).alias("counter"), "key", "used")
        self._closing.append(closing)
        return found.values

    def _keys(self, keys: tuple[Expression, ...]) -> pl.DataFrame:
        return pl.DataFrame([self._eager(self._of(key, None)).alias(f"key{i}") for i, key in enumerate(keys)])

    def _eager(self, expression: pl.Expr) -> pl.Series:
        """Return an expression as a full column (a constant is repeated)."""
        return self._frame.with_columns(expression.alias("__"))["__"]

    def _add(self, column: pl.Series) -> str:
        self._extra += 1
        name = f"__{self._extra}"
        self._frame = self._frame.with_columns(column.alias(name))
        return name

    def _line(self, wrong: pl.Series) -> str:
        return f"ligne {int(wrong.arg_true()[0]) + 1}"

    def _of(self, node: Expression, guard: pl.Expr | None) -> pl.Expr:
        """Return the Polars expression of a node; ``guard`` says for which rows it is really read."""
        match node:
            case Written():
                return _literal(node.value)
            case Name():
                constant = self._book.constants.get(node.name)
                return _literal(constant.value) if constant else pl.col(node.name)
            case Lookup():
                return self._lookup(node, guard)
            case Call():
                return self._call(node, guard)
            case Not():
                return ~self._of(node.operand, guard)
            case Binary():
                return self._binary(node, guard)
            case If():
                return self._if(node, guard)
            case OneOf():
                one = self._of(node.item, guard)
                tests = [_equal(node.item, one, choice, self._of(choice, guard)) for choice in node.choices]
                return reduce(lambda a, b: a | b, tests)
            case Prorata():
                return self._prorata(node, guard)
            case Waited():
                ends = self._after(node.since, node.months, guard)
                return self._of(node.day, guard) >= ends
            case GroupSum():
                item_column = self._add(self._eager(self._of(node.item, guard)).cast(pl.Int64))
                keys = [self._add(column) for column in self._keys(node.keys)]
                return pl.col(item_column).sum().over(keys)
            case GroupRank():
                condition = self._eager(self._of(node.condition, guard))
                order = self._eager(self._of(node.order, guard))
                return pl.col(self._add(rank(condition, order, self._keys(node.keys))))
            case GroupRunning():
                item = self._eager(self._of(node.item, guard)).cast(pl.Int64)
                order = self._eager(self._of(node.order, guard))
                return pl.col(self._add(running_sum(item, order, self._keys(node.keys))))
            case FirstRefusal():
                found = pl.lit(NONE_REFUSED)
                for name in reversed(node.refusals):
                    found = pl.when(pl.col(name.name)).then(pl.lit(name.name)).otherwise(found)
                return found

    def _if(self, node: If, guard: pl.Expr | None) -> pl.Expr:
        condition = self._of(node.condition, guard)
        then = self._of(node.then, _both(guard, condition))
        other = self._of(node.otherwise, _both(guard, ~condition))
        if self._is_text(node.then):
            then, other = then.cast(pl.String), other.cast(pl.String)
        return pl.when(condition).then(then).otherwise(other)

    def _is_text(self, node: Expression) -> bool:
        """Tell whether a branch is a texte; two lists that differ must be read as plain text."""
        match node:
            case Written():
                return isinstance(node.value, str)
            case If():
                return self._is_text(node.then)
            case Name():
                book = self._book
                named = book.entries.get(node.name) or book.constants.get(node.name) or book.rules[node.name]
                return named.type.name == "texte"
            case Lookup():
                found = self._book.tables[node.table].column(node.column)
                return found is not None and found[1].name == "texte"
            case _:
                return isinstance(node, FirstRefusal)

    def _lookup(self, node: Lookup, guard: pl.Expr | None) -> pl.Expr:
        table = self._book.tables[node.table]
        grid = self._grids.setdefault(node.table, Grid(table))
        if node not in self._found:
            keys = [self._eager(self._of(key, guard)) for key in node.keys]
            mark = (node.table, node.keys)
            if mark not in self._positions:
                self._positions[mark] = grid.positions(keys)
            self._found[node] = self._add(grid.gather(node.column, self._positions[mark]))
        name = self._found[node]
        if self._frame[name].null_count():
            wrong = self._eager(_both(guard, pl.col(name).is_null())).fill_null(False)
            if wrong.any():
                line = int(wrong.arg_true()[0])
                keys = [self._eager(self._of(key, guard)) for key in node.keys]
                cell = table.cell(tuple(key[line] for key in keys))
                raise missing_cell(table.name, cell, table.file, self._line(wrong))
        return pl.col(name)

    def _prorata(self, node: Prorata, guard: pl.Expr | None) -> pl.Expr:
        amount, above, below = (self._of(part, guard) for part in (node.amount, node.numerator, node.denominator))
        self._refuse_where(below == 0, guard, node.denominator, zero_denominator(node.place))
        return divide_half_up_column(amount * above, below)

    def _refuse_where(self, wrong: pl.Expr, guard: pl.Expr | None, node: Expression, refusal: Refusal) -> None:
        if isinstance(node, Written) and isinstance(node.value, int) and node.value > 0:
            return
        found = self._eager(_both(guard, wrong)).fill_null(False)
        if found.any():
            raise refusal.at(self._line(found))

    def _binary(self, node: Binary, guard: pl.Expr | None) -> pl.Expr:
        left = self._of(node.left, guard)
        if node.operator == "et":
            return left & self._of(node.right, _both(guard, left))
        if node.operator == "ou":
            return left | self._of(node.right, _both(guard, ~left))
        right = self._of(node.right, guard)
        match node.operator:
            case "=":
                return _equal(node.left, left, node.right, right)
            case "<>":
                return ~_equal(node.left, left, node.right, right)
            case "<":
                return left < right
            case "<=":
                return left <= right
            case ">":
                return left > right
            case ">=":
                return left >= right
            case "au plus":
                return pl.min_horizontal(left, right)
            case "au moins":
                return pl.max_horizontal(left, right)
            case "+":
                return left + right
            case "-":
                return left - right
            case "fois":
                return left * right
            case "de":
                return divide_half_up_column(left * right, pl.lit(10_000, dtype=pl.Int64))

    def _call(self, node: Call, guard: pl.Expr | None) -> pl.Expr:
        given = [self._of(argument, guard) for argument in node.arguments]
        match node.function:
            case "min":
                return pl.min_horizontal(given)
            case "max":
                return pl.max_horizontal(given)
            case "part":
                return self._part(node, given, guard)
            case "annee":
                return given[0].dt.year().cast(pl.Int64)
            case "numero_du_mois":
                return given[0].dt.month().cast(pl.Int64)
            case "premier_du_mois":
                return given[0].dt.month_start()
            case "premier_janvier":
                return pl.date(given[0], 1, 1)
            case "ajouter_jours":
                return given[0] + pl.duration(days=given[1])
            case "ajouter_mois":
                return self._after(node.arguments[0], node.arguments[1], guard)
            case "age_a":
                return age_column(given[0], given[1])
            case "age_au_1er_janvier":
                return age_column(given[0], pl.date(given[1], 1, 1))
            case "mois_commences":
                return months_begun_column(given[0], given[1])
            case other:
                raise NotImplementedError(other)

    def _part(self, node: Call, given: list[pl.Expr], guard: pl.Expr | None) -> pl.Expr:
        total, k, n = given
        found = self._eager(_both(guard, (k < 1) | (k > n))).fill_null(False)
        if found.any():
            raise no_such_part(node.place, self._line(found))
        return divide_half_up_column(total * k, n) - divide_half_up_column(total * (k - 1), n)

    def _after(self, since: Expression, months: Expression, guard: pl.Expr | None) -> pl.Expr:
        """Return ``add_months(since, months)``: the same day, or the last day of a shorter month."""
        day = self._of(since, guard)
        if isinstance(months, Written):
            return day.dt.offset_by(f"{months.value}mo")
        count = day.dt.year().cast(pl.Int64) * 12 + day.dt.month() - 1 + self._of(months, guard)
        month_start = pl.date(count // 12, count % 12 + 1, 1)
        last = month_start.dt.month_end().dt.day()
        return pl.date(count // 12, count % 12 + 1, pl.min_horizontal(day.dt.day(), last))


def _literal(value: Value) -> pl.Expr:
    if isinstance(value, int) and not isinstance(value, bool):
        return pl.lit(value, dtype=pl.Int64)
    return pl.lit(value)


def _both(guard: pl.Expr | None, condition: pl.Expr) -> pl.Expr:
    return condition if guard is None else guard & condition


def _equal(left: Expression, a: pl.Expr, right: Expression, b: pl.Expr) -> pl.Expr:
    """Compare two values; two texte columns whose lists may differ are compared as plain text."""
    for node, other in ((left, b), (right, a)):
        if isinstance(node, Written):
            return other == _literal(node.value)
    return a.cast(pl.String) == b.cast(pl.String) if _may_be_text(left, right) else a == b


def _may_be_text(left: Expression, right: Expression) -> bool:
    """Tell whether two compared nodes could both be texte: neither is arithmetic."""
    return all(isinstance(node, Name | Lookup | If | FirstRefusal) for node in (left, right))
