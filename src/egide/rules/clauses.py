"""What a rule may cite in its sentences, and where a ceiling may be read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from egide.rules.problems import Problem, did_you_mean, problem_at
from egide.rules.syntax import Body, Ceiling, Constant, Entry, If, Name, OncePer, Rule, children, names_in

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def unknown_citations(
    rule: Rule, entries: Mapping[str, Entry], constants: Mapping[str, Constant], rules: Mapping[str, Rule]
) -> list[Problem]:
    """Return a problem for each {name} of a rule's sentences that its scope does not know."""
    problems = []
    for name in PLACEHOLDER.findall(" ".join([*(text for _, text in rule.variants), rule.sentence])):
        entry = entries.get(name)
        known = (
            name in constants
            or (entry is not None and rule.scope in entry.scopes)
            or (name in rules and rules[name].scope == rule.scope)
        )
        if not known:
            names = [*constants, *entries, *rules]
            remedy = did_you_mean(name, names, "Citez une entrée, une constante ou une règle.")
            message = f"La phrase de « {rule.name} » cite « {{{name}}} », inconnu."
            problems.append(problem_at(rule.place, message, remedy))
    return problems


def ceilings_in_branches(rule: Rule, rules: Mapping[str, Rule]) -> list[Problem]:
    """Refuse a ceiling read in a branch: it is consumed by its own amount, whoever reads it."""
    remedy = "Mettez la condition dans le montant plafonné (zéro s'il n'est pas concerné), puis additionnez."
    return [
        problem_at(
            name.place, f"« {name.name} » dépend d'un plafond et ne se lit pas dans une branche de « si ».", remedy
        )
        for name in _branch_names(rule.body)
        if name.name in rules and needs_memory(rules, name.name, (Ceiling,))
    ]


def needs_memory(rules: Mapping[str, Rule], name: str, kinds: tuple[type[Ceiling | OncePer], ...]) -> bool:
    """Tell whether a rule, or one it needs, keeps a counter of these kinds."""
    todo, seen = [name], set[str]()
    while todo:
        current = todo.pop()
        if current in seen or current not in rules:
            continue
        seen.add(current)
        body = rules[current].body
        if isinstance(body, kinds):
            return True
        todo += [used.name for used in names_in(body)]
    return False


def _branch_names(node: Body) -> Iterator[Name]:
    if isinstance(node, If):
        yield from names_in(node.then)
        yield from names_in(node.otherwise)
        yield from _branch_names(node.condition)
        return
    for child in children(node):
        yield from _branch_names(child)
