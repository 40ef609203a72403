"""Proves the names, the types and the order of a book's rules, and resolves the words of closed lists.

After this, every rule is typed, every name exists in its scope, and an order of computation is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from egide.rules.agreement import comparable, countable, same
from egide.rules.clauses import ceilings_in_branches, needs_memory, unknown_citations
from egide.rules.functions import EXTREMES, FUNCTIONS
from egide.rules.kinds import (
    AMOUNT,
    COUNTABLE,
    DATE,
    NUMBER,
    YES_NO,
    Type,
    text_of,
)
from egide.rules.problems import Fault, Problem, did_you_mean
from egide.rules.syntax import (
    Binary,
    Body,
    Call,
    Ceiling,
    Constant,
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
from egide.rules.tables import Table

Typed: TypeAlias = tuple[Expression, Type]

NONE_REFUSED = "aucun"


@dataclass(slots=True)
class Checker:
    """What is known of the book while its rules are read."""

    entries: Mapping[str, Entry]
    constants: Mapping[str, Constant]
    tables: Mapping[str, Table]
    rules: dict[str, Rule]
    words: frozenset[str]
    problems: list[Problem] = field(default_factory=list)
    _types: dict[str, Type] = field(default_factory=dict)
    _typed: dict[str, Rule] = field(default_factory=dict)
    _open: list[str] = field(default_factory=list)

    def run(self) -> tuple[dict[str, Rule], list[Problem]]:
        """Return the rules, typed and resolved, in an order of computation, and every problem."""
        for name in self.rules:
            self._rule(name)
        for rule in self._typed.values():
            self.problems += unknown_citations(rule, self.entries, self.constants, self.rules)
            self.problems += ceilings_in_branches(rule, self.rules)
        return self._typed, self.problems

    def _rule(self, name: str) -> Type:
        """Type one rule, after those it needs; a cycle or a faulty rule keeps its declared type."""
        rule = self.rules[name]
        if name in self._types:
            return self._types[name]
        if name in self._open:
            cycle = " → ".join([*self._open[self._open.index(name) :], name])
            raise Fault(
                rule.place,
                f"Ces règles tournent en rond : {cycle}.",
                "Coupez le cercle : une règle ne dépend jamais d'elle-même.",
            )
        self._open.append(name)
        try:
            body, kind = self._body(rule)
            if rule.type.name != kind.name:
                raise Fault(
                    rule.place,
                    f"La règle « {name} » est déclarée {rule.type} mais vaut un {kind}.",
                    "Changez le type déclaré ou l'expression.",
                )
            self._types[name] = kind
            variants = tuple((self._as(condition, rule.scope, YES_NO), text) for condition, text in rule.variants)
            self._typed[name] = replace(rule, type=kind, body=body, variants=variants)
        except Fault as fault:
            if fault.problem not in self.problems:
                self.problems.append(fault.problem)
            self._types[name] = rule.type
        finally:
            self._open.pop()
        return self._types[name]

    def _body(self, rule: Rule) -> tuple[Body, Type]:
        scope, body = rule.scope, rule.body
        match body:
            case Ceiling():
                item, kind = self._expression(body.item, scope)
                limit, limit_type = self._expression(body.limit, scope)
                if kind.name not in ("montant", "nombre") or kind.name != limit_type.name:
                    raise Fault(
                        body.place,
                        f"On ne limite pas un {kind} par un {limit_type}.",
                        "Limitez un montant par un montant, ou un nombre par un nombre.",
                    )
                return replace(body, item=item, limit=limit, keys=self._keys(body.keys, scope)), kind
            case OncePer():
                return replace(
                    body,
                    months=self._as(body.months, scope, NUMBER),
                    keys=self._keys(body.keys, scope),
                    day=self._as(body.day, scope, DATE),
                    condition=self._as(body.condition, scope, YES_NO),
                ), YES_NO
            case _:
                return self._expression(body, scope)

    def _keys(self, keys: tuple[Expression, ...], scope: str) -> tuple[Expression, ...]:
        return tuple(self._expression(key, scope)[0] for key in keys)

    def _as(self, node: Expression, scope: str, wanted: Type) -> Expression:
        found, kind = self._expression(node, scope)
        if kind.name != wanted.name:
            raise Fault(node.place, f"Un {wanted} est attendu ici, pas un {kind}.", "Corrigez l'expression.")
        return found

    def _expression(self, node: Expression, scope: str) -> Typed:
        match node:
            case Written():
                return node, node.type
            case Name():
                return self._name(node, scope)
            case Call():
                return self._call(node, scope)
            case Lookup():
                return self._lookup(node, scope)
            case Not():
                return replace(node, operand=self._as(node.operand, scope, YES_NO)), YES_NO
            case Binary():
                return self._binary(node, scope)
            case If():
                condition = self._as(node.condition, scope, YES_NO)
                then, then_type = self._expression(node.then, scope)
                other, other_type = self._expression(node.otherwise, scope)
                kind = same(node.place, then_type, other_type, "Les deux branches d'un « si »")
                return replace(node, condition=condition, then=then, otherwise=other), kind
            case OneOf():
                item, kind = self._expression(node.item, scope)
                choices = []
                for choice in node.choices:
                    found, choice_type = self._expression(choice, scope)
                    comparable(choice.place, kind, choice_type)
                    choices.append(found)
                return replace(node, item=item, choices=tuple(choices)), YES_NO
            case Prorata():
                amount = self._as(node.amount, scope, AMOUNT)
                above, above_type = self._expression(node.numerator, scope)
                below, below_type = self._expression(node.denominator, scope)
                kind = same(node.place, above_type, below_type, "Les deux termes d'un prorata")
                countable(node.place, kind)
                return replace(node, amount=amount, numerator=above, denominator=below), AMOUNT
            case Waited():
                return replace(
                    node,
                    months=self._as(node.months, scope, NUMBER),
                    since=self._as(node.since, scope, DATE),
                    day=self._as(node.day, scope, DATE),
                ), YES_NO
            case GroupSum() | GroupRank() | GroupRunning():
                return self._group(node, scope)
            case FirstRefusal():
                return self._refusals(node, scope)

    def _group(self, node: GroupSum | GroupRank | GroupRunning, scope: str) -> Typed:
        for name in names_in(node):
            if name.name in self.rules and needs_memory(self.rules, name.name, (Ceiling, OncePer)):
                raise Fault(
                    name.place,
                    f"« {name.name} » dépend d'un plafond ou d'une fréquence : on ne peut pas le réunir par groupe.",
                    "Faites le total avant le plafond.",
                )
        keys = self._keys(node.keys, scope)
        if isinstance(node, GroupSum):
            item, kind = self._expression(node.item, scope)
            countable(node.place, kind)
            return replace(node, item=item, keys=keys), kind
        order, kind = self._expression(node.order, scope)
        if kind.name not in ("date", "nombre", "montant"):
            raise Fault(node.place, f"On ne range pas par {kind}.", "Rangez par date, nombre ou montant.")
        if isinstance(node, GroupRunning):
            item, kind = self._expression(node.item, scope)
            countable(node.place, kind)
            return replace(node, item=item, order=order, keys=keys), kind
        condition = self._as(node.condition, scope, YES_NO)
        return replace(node, condition=condition, order=order, keys=keys), NUMBER

    def _refusals(self, node: FirstRefusal, scope: str) -> Typed:
        for name in node.refusals:
            rule = self.rules.get(name.name)
            if rule is None or not rule.is_refusal or rule.scope != scope:
                known = [r.name for r in self.rules.values() if r.is_refusal and r.scope == scope]
                raise Fault(
                    name.place,
                    f"« {name.name} » n'est pas un refus de la portée {scope}.",
                    did_you_mean(name.name, known, "Définissez-le : refus nom pour … si … dit …"),
                )
            self._rule(name.name)
        return node, text_of(NONE_REFUSED, *(name.name for name in node.refusals))

    def _name(self, node: Name, scope: str) -> Typed:
        name = node.name
        if name in self.constants:
            return node, self.constants[name].type
        entry = self.entries.get(name)
        if entry is not None and scope in entry.scopes:
            return node, entry.type
        rule = self.rules.get(name)
        if rule is not None and rule.scope == scope:
            return node, self._rule(name)
        if entry is not None or rule is not None:
            raise Fault(
                node.place,
                f"« {name} » n'existe pas pour la portée {scope}.",
                "Déclarez-le aussi pour cette portée, ou prenez un autre nom.",
            )
        if name in self.words:
            return Written(name, text_of(name), node.place), text_of(name)
        known = [*self.constants, *self.words]
        known += [e.name for e in self.entries.values() if scope in e.scopes]
        known += [r.name for r in self.rules.values() if r.scope == scope]
        raise Fault(
            node.place,
            f"Le nom « {name} » est inconnu.",
            did_you_mean(name, known, "Déclarez une entrée, une constante ou une règle de ce nom."),
        )

    def _call(self, node: Call, scope: str) -> Typed:
        if node.function in EXTREMES:
            return self._extreme(node, scope)
        if node.function not in FUNCTIONS:
            if node.function in self.tables:
                columns = ", ".join(name for name, _ in self.tables[node.function].columns)
                raise Fault(
                    node.place,
                    f"Il manque la colonne lue dans la table « {node.function} ».",
                    f"Écrivez {node.function}(…).colonne ; colonnes : {columns}.",
                )
            known = [*FUNCTIONS, *EXTREMES, *self.tables]
            raise Fault(
                node.place,
                f"La fonction « {node.function} » n'existe pas.",
                did_you_mean(node.function, known, f"Fonctions : {', '.join([*FUNCTIONS, *EXTREMES])}."),
            )
        wanted, result = FUNCTIONS[node.function]
        if len(wanted) != len(node.arguments):
            raise Fault(
                node.place,
                f"« {node.function} » demande {len(wanted)} argument(s), pas {len(node.arguments)}.",
                f"Écrivez {node.function}({', '.join(str(kind) for kind in wanted)}).",
            )
        given = tuple(self._as(a, scope, kind) for a, kind in zip(node.arguments, wanted, strict=True))
        if node.function == "part_de_douze":
            return Call("part", (*given, Written(12, NUMBER, node.place)), node.place), result
        return replace(node, arguments=given), result

    def _extreme(self, node: Call, scope: str) -> Typed:
        if len(node.arguments) < 2:
            raise Fault(node.place, f"« {node.function} » compare au moins deux valeurs.", "Ajoutez-en une.")
        found = [self._expression(argument, scope) for argument in node.arguments]
        kind = found[0][1]
        for _, other in found[1:]:
            kind = same(node.place, kind, other, f"Les valeurs de « {node.function} »")
        if kind.name not in COUNTABLE and kind.name != "date":
            raise Fault(node.place, f"On ne compare pas des {kind}.", "Comparez des montants, taux, nombres ou dates.")
        return replace(node, arguments=tuple(argument for argument, _ in found)), kind

    def _lookup(self, node: Lookup, scope: str) -> Typed:
        table = self.tables.get(node.table)
        if table is None:
            remedy = did_you_mean(node.table, self.tables, 'Déclarez la table : table nom dans "fichier.csv".')
            raise Fault(node.place, f"La table « {node.table} » n'existe pas.", remedy)
        column = table.column(node.column)
        if column is None:
            names = [name for name, _ in table.columns]
            remedy = did_you_mean(node.column, names, f"Colonnes : {', '.join(names)}.")
            raise Fault(node.place, f"La table « {table.name} » n'a pas de colonne « {node.column} ».", remedy)
        wanted = ", ".join(key.name for key in table.keys)
        if len(table.keys) != len(node.keys):
            raise Fault(
                node.place,
                f"La table « {table.name} » a {len(table.keys)} clé(s), pas {len(node.keys)}.",
                f"Écrivez {table.name}({wanted}).{node.column}.",
            )
        keys = []
        for key, given in zip(table.keys, node.keys, strict=True):
            found, kind = self._expression(given, scope)
            if kind.name != key.type.name:
                raise Fault(
                    given.place,
                    f"La clé « {key.name} » de la table « {table.name} » est un {key.type}, pas un {kind}.",
                    f"Écrivez {table.name}({wanted}).{node.column}.",
                )
            unknown = [choice for choice in kind.choices if choice not in key.type.choices]
            if unknown:
                raise Fault(
                    given.place,
                    f"La table « {table.name} » ne connaît pas {key.name} = « {unknown[0]} ».",
                    did_you_mean(unknown[0], key.type.choices, "Ajoutez ces lignes à la table."),
                )
            keys.append(found)
        return replace(node, keys=tuple(keys)), column[1]

    def _binary(self, node: Binary, scope: str) -> Typed:
        left, a = self._expression(node.left, scope)
        right, b = self._expression(node.right, scope)
        done = replace(node, left=left, right=right)
        match node.operator:
            case "et" | "ou":
                for side, kind in ((left, a), (right, b)):
                    if kind.name != "ouinon":
                        raise Fault(
                            side.place,
                            f"« {node.operator} » relie des conditions, pas un {kind}.",
                            "Comparez-le.",
                        )
                return done, YES_NO
            case "=" | "<>":
                comparable(node.place, a, b)
                return done, YES_NO
            case "<" | "<=" | ">" | ">=" | "au plus" | "au moins":
                kind = same(node.place, a, b, f"Les deux côtés de « {node.operator} »")
                if kind.name not in COUNTABLE and kind.name != "date":
                    raise Fault(node.place, f"On n'ordonne pas des {kind}.", "Utilisez = ou dans (…).")
                return done, kind if node.operator in ("au plus", "au moins") else YES_NO
            case "fois":
                if a.name in COUNTABLE and b.name == "nombre":
                    return done, a
                raise Fault(
                    node.place,
                    f"On ne multiplie pas un {a} par un {b}.",
                    "« fois » prend un nombre à droite.",
                )
            case "de":
                if (a.name, b.name) == ("taux", "montant"):
                    return done, AMOUNT
                raise Fault(node.place, f"« {a} de {b} » n'a pas de sens.", "Écrivez « taux de montant ».")
            case _:
                kind = same(node.place, a, b, f"Les deux côtés de « {node.operator} »")
                countable(node.place, kind)
                return done, kind
