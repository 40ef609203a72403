"""The shapes of the language: expressions, the bodies that keep a memory, and the definitions of a book.

Every node knows its place.  Nothing here computes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from egide.rules.kinds import Type, Value
from egide.rules.problems import Place

Operator: TypeAlias = Literal[
    "+", "-", "fois", "de", "=", "<>", "<", "<=", ">", ">=", "et", "ou", "au plus", "au moins"
]


@dataclass(frozen=True, slots=True)
class Written:
    """A value written in the text."""

    value: Value
    type: Type
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class Name:
    """The name of an entry, a constant, a rule, or one word of a closed list."""

    name: str
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A function of the closed list, applied."""

    function: str
    arguments: tuple[Expression, ...]
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class Lookup:
    """One cell of a table: ``tarif(formule, regime, age).annuel``."""

    table: str
    keys: tuple[Expression, ...]
    column: str
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """``non condition``."""

    operand: Expression
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class Binary:
    """An operator between two expressions; ``place`` is the operator's."""

    operator: Operator
    left: Expression
    right: Expression
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class If:
    """``si condition alors a sinon b``."""

    condition: Expression
    then: Expression
    otherwise: Expression
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class OneOf:
    """``x dans (a, b, c)``."""

    item: Expression
    choices: tuple[Expression, ...]
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class Prorata:
    """``montant prorata n sur d``, half up."""

    amount: Expression
    numerator: Expression
    denominator: Expression
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class Waited:
    """``attente de n mois depuis debut passee le jour``."""

    months: Expression
    since: Expression
    day: Expression
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class GroupSum:
    """``somme de x par [cles]``, over the rows of the group."""

    item: Expression
    keys: tuple[Expression, ...]
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class GroupRank:
    """``rang parmi condition par ordre dans [cles]``: 1 for the smallest; 0 outside the condition; ties keep the row order."""

    condition: Expression
    order: Expression
    keys: tuple[Expression, ...]
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class GroupRunning:
    """``cumul de x par ordre dans [cles]``: the sum up to this row included; ties keep the row order."""

    item: Expression
    order: Expression
    keys: tuple[Expression, ...]
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class FirstRefusal:
    """``premier refus parmi (a, b)``: the name of the first refusal that holds, or ``aucun``."""

    refusals: tuple[Name, ...]
    place: Place = field(compare=False)


Expression: TypeAlias = (
    Written
    | Name
    | Call
    | Lookup
    | Not
    | Binary
    | If
    | OneOf
    | Prorata
    | Waited
    | GroupSum
    | GroupRank
    | GroupRunning
    | FirstRefusal
)


@dataclass(frozen=True, slots=True)
class Ceiling:
    """``x dans la limite de plafond par [cles]``: a whole rule, with a counter named after it."""

    item: Expression
    limit: Expression
    keys: tuple[Expression, ...]
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class OncePer:
    """``une fois par n mois par [cles] le jour parmi condition``: a whole rule; remembers the last accepted day."""

    months: Expression
    keys: tuple[Expression, ...]
    day: Expression
    condition: Expression
    place: Place = field(compare=False)


Body: TypeAlias = Expression | Ceiling | OncePer


@dataclass(frozen=True, slots=True)
class Domain:
    """What an entry or a key may be: a range (both ends inside) or labelled choices."""

    low: Value | None = None
    high: Value | None = None
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Product:
    """The identity of a book."""

    code: str
    version: Value
    title: str
    insurer: str
    formulas: tuple[tuple[str, str], ...]
    responsible: bool
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact supplied by the engine."""

    name: str
    scopes: tuple[str, ...]
    type: Type
    domain: Domain
    label: str
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class KeyColumn:
    """A key of a table: one column, or two columns holding a range (empty = open).

    ``end_outside``: the second column is the first value outside ("avant"), not the last one inside ("a").
    """

    name: str
    type: Type | None
    domain: Domain
    columns: tuple[str, ...]
    end_outside: bool
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class ValueColumn:
    """A value of a table."""

    name: str
    type: Type
    column: str
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class TableDefinition:
    """A table as declared; its cells are read by ``tables``."""

    name: str
    file: str
    keys: tuple[KeyColumn, ...]
    values: tuple[ValueColumn, ...]
    source: str
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class Constant:
    """A named value, for the rules and for the prose."""

    name: str
    type: Type
    value: Value
    label: str
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class Rule:
    """A named value of one scope: its type, its body, its sentence, the article it stands in.

    ``variants`` are tried first: the sentence of the first condition that holds is told instead.
    ``is_detail``: the sentence is in the tree of steps but is not read aloud.
    """

    name: str
    scope: str
    type: Type
    body: Body
    sentence: str
    label: str
    place: Place = field(compare=False)
    article: str = ""
    is_refusal: bool = False
    variants: tuple[tuple[Expression, str], ...] = ()
    is_detail: bool = False


Definition: TypeAlias = Product | Entry | TableDefinition | Constant | Rule


def children(node: Body) -> tuple[Expression, ...]:
    """Return the expressions directly inside a node, in reading order."""
    match node:
        case Call(arguments=several) | Lookup(keys=several):
            return several
        case FirstRefusal(refusals=names):
            return names
        case Not(operand=one):
            return (one,)
        case Binary(left=left, right=right):
            return (left, right)
        case If(condition=condition, then=then, otherwise=otherwise):
            return (condition, then, otherwise)
        case OneOf(item=item, choices=choices):
            return (item, *choices)
        case Prorata(amount=amount, numerator=n, denominator=d):
            return (amount, n, d)
        case Waited(months=months, since=since, day=day):
            return (months, since, day)
        case GroupSum(item=item, keys=keys):
            return (item, *keys)
        case GroupRank(condition=condition, order=order, keys=keys):
            return (condition, order, *keys)
        case GroupRunning(item=item, order=order, keys=keys):
            return (item, order, *keys)
        case Ceiling(item=item, limit=limit, keys=keys):
            return (item, limit, *keys)
        case OncePer(months=months, keys=keys, day=day, condition=condition):
            return (months, *keys, day, condition)
        case _:
            return ()


def names_in(node: Body) -> list[Name]:
    """Return every name used in a node, in reading order."""
    found = [node] if isinstance(node, Name) else []
    for child in children(node):
        found.extend(names_in(child))
    return found
