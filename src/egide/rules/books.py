"""Reads a rule book folder into an immutable, typed Book, or tells every fault at once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from egide.kernel.errors import Refusal
from egide.kernel.reference import reference_folder
from egide.rules.checking import NONE_REFUSED, Checker
from egide.rules.definitions import read_definitions
from egide.rules.kinds import Type, Value, say
from egide.rules.problems import BookProblems, Fault, Place, Problem, did_you_mean, problem_at
from egide.rules.syntax import (
    Ceiling,
    Constant,
    Definition,
    Entry,
    Name,
    OncePer,
    Product,
    Rule,
    TableDefinition,
)
from egide.rules.tables import OPEN_HIGH, Table, plain, read_table, table_problems

TEXT = "reglement.md"
_HEADING = re.compile(r"^#{1,6}\s+(.*)$")
_ARTICLE = re.compile(r"^(Article\s+[\w-]+(?:\.[\w-]+)*|Annexe(?:\s+\w+)?)\s*[.:–—-]?\s*(.*)$", re.IGNORECASE)
_CITED = re.compile(r"\{\{\s*(table\s+)?(\w+)\s*\}\}")
__all__ = ["Article", "Book", "BookProblems", "load_book"]


@dataclass(frozen=True, slots=True)
class Article:
    """A clause: its number ("Article 9"), its title, its prose with values filled in, the rules it carries."""

    number: str
    title: str
    prose: str
    rules: tuple[str, ...]
    line: int
    written: str


@dataclass(frozen=True, slots=True)
class Book:
    """One published version of one product.  ``rules`` stand in an order of computation."""

    folder: Path
    code: str
    version: date
    title: str
    insurer: str
    formulas: tuple[tuple[str, str], ...]
    responsible: bool
    digest: str
    references: tuple[tuple[str, str], ...]
    articles: tuple[Article, ...]
    entries: Mapping[str, Entry]
    constants: Mapping[str, Constant]
    rules: Mapping[str, Rule]
    tables: Mapping[str, Table]
    cases: tuple[Path, ...]

    def inputs(self, scope: str) -> tuple[Entry, ...]:
        """Return the entries of a scope, in reading order."""
        return tuple(entry for entry in self.entries.values() if scope in entry.scopes)

    def rule(self, name: str) -> Rule:
        """Return a rule; raises Refusal ``rules.unknown`` with the nearest names."""
        if name not in self.rules:
            remedy = did_you_mean(name, self.rules, f"Règles : {', '.join(self.rules)}.")
            raise Refusal("rules.unknown", f"La règle « {name} » n'existe pas.", remedy, self.code)
        return self.rules[name]

    def counter_owner(self, counter: str) -> str:
        """Return the first key of a counter, which says whose it is: ``beneficiaire`` or ``adhesion``."""
        body = self.rule(counter).body
        first = body.keys[0] if isinstance(body, (Ceiling, OncePer)) and body.keys else None
        if not isinstance(first, Name):
            raise Refusal(
                "rules.counter",
                f"« {counter} » ne compte rien par personne ni par adhésion.",
                "Commencez sa liste « par [...] » par beneficiaire ou par adhesion.",
                self.code,
            )
        return first.name

    def labels(self, name: str) -> dict[str, str]:
        """Return the French labels of the choices of an entry (empty for anything else)."""
        entry = self.entries.get(name)
        return dict(entry.domain.labels) if entry else {}

    def article_at(self, place: Place) -> str:
        """Return the number of the article that holds a place of the règlement ("" before the first)."""
        numbers = [article.number for article in self.articles if article.line <= place.line]
        return numbers[-1] if numbers else ""

    def label(self, name: str) -> str:
        """Return the French name of an entry, a constant or a rule."""
        named = self.entries.get(name) or self.constants.get(name) or self.rules.get(name)
        return named.label if named else name.replace("_", " ")


def load_book(folder: Path, reference: Path | None = None) -> Book:
    """Return the book of a folder, or raise BookProblems with every fault of its text, tables and rules.

    ``reference`` is the folder of the project's national tables; by default the project's own.
    """
    text = folder / TEXT
    if not text.is_file():
        raise BookProblems(str(folder), [Problem(TEXT, 0, "Le règlement manque.", f"Écrivez {TEXT}.")])
    loader = _Loader(folder, reference or reference_folder())
    loader.read(text.read_text(encoding="utf-8"))
    book = loader.book()
    if loader.problems or book is None:
        raise BookProblems(folder.name, loader.problems)
    return book


class _Loader:
    """Collects the definitions and the problems of one folder."""

    def __init__(self, folder: Path, reference: Path) -> None:
        self.folder = folder
        self.reference = reference
        self.problems: list[Problem] = []
        self.articles: list[Article] = []
        self.definitions: list[Definition] = []

    def read(self, text: str) -> None:
        """Cut the règlement into articles and blocks, and read each block."""
        number, title, started = "", "", 1
        prose: list[str] = []
        rules: list[str] = []
        block: list[str] | None = None
        opened = 0
        for line_number, line in enumerate([*text.splitlines(), "# "], start=1):
            if block is not None:
                if line.strip() != "```":
                    block.append(line)
                    continue
                rules += self._block("\n".join(block), opened + 1, number)
                block = None
                continue
            if line.strip().startswith("```regle") or line.strip().startswith("```règle"):
                block, opened = [], line_number
                continue
            heading = _HEADING.match(line)
            if heading is None:
                prose.append(line)
                continue
            if number:
                written = "\n".join(prose).strip()
                self.articles.append(Article(number, title, written, tuple(rules), started, written))
            match = _ARTICLE.match(heading[1])
            number, title = (match[1], match[2].strip()) if match else ("", "")
            prose, rules, started = [], [], line_number
        if block is not None:
            self.problems.append(
                Problem(TEXT, opened, "Ce bloc de règles n'est pas refermé.", "Ajoutez une ligne ``` après lui.")
            )

    def _block(self, text: str, first_line: int, article: str) -> list[str]:
        definitions, problems = read_definitions(text, TEXT, first_line, article)
        self.definitions += definitions
        self.problems += problems
        names = [d.name for d in definitions if isinstance(d, Rule)]
        if names and not article:
            message = f"La règle « {names[0]} » n'est dans aucun article."
            remedy = "Placez le bloc sous un titre « ## Article n. … » : une règle cite toujours sa clause."
            self.problems.append(Problem(TEXT, first_line, message, remedy))
        return names

    def book(self) -> Book | None:
        """Check everything that was read and return the book, or None when there is no product."""
        products = [d for d in self.definitions if isinstance(d, Product)]
        if len(products) != 1:
            found = "aucun produit" if not products else f"{len(products)} produits"
            remedy = "Écrivez une seule définition « produit »."
            self.problems.append(Problem(TEXT, 0, f"Le livre déclare {found}.", remedy))
        named = self._named()
        entries = {d.name: d for d in named if isinstance(d, Entry)}
        constants = {d.name: d for d in named if isinstance(d, Constant)}
        tables = self._tables([d for d in named if isinstance(d, TableDefinition)], entries)
        rules = {d.name: d for d in named if isinstance(d, Rule)}
        self._scopes(rules.values(), entries)
        words = {c for e in entries.values() for c in e.type.choices} | {NONE_REFUSED}
        words |= {c for t in tables.values() for key in t.keys for c in key.type.choices}
        words |= {rule.name for rule in rules.values() if rule.is_refusal}
        checker = Checker(entries, constants, tables, rules, frozenset(words))
        typed, problems = checker.run()
        self.problems += problems
        articles = tuple(self._told(article, entries, constants, tables) for article in self.articles)
        if not products:
            return None
        return self._assemble(products[0], articles, entries, constants, typed, tables)

    def _assemble(
        self,
        product: Product,
        articles: tuple[Article, ...],
        entries: dict[str, Entry],
        constants: dict[str, Constant],
        rules: dict[str, Rule],
        tables: dict[str, Table],
    ) -> Book:
        version = product.version
        assert isinstance(version, date)  # noqa: S101  # the parser only lets dates through
        formula = entries.get("formule")
        if formula is not None and set(formula.type.choices) != {code for code, _ in product.formulas}:
            remedy = "Donnez la même liste aux deux endroits."
            message = "Les formules du produit et de l'entrée « formule » diffèrent."
            self.problems.append(problem_at(formula.place, message, remedy))
        return Book(
            folder=self.folder,
            code=product.code,
            version=version,
            title=product.title,
            insurer=product.insurer,
            formulas=product.formulas,
            responsible=product.responsible,
            digest=_digest(self.folder),
            references=self._references(tables.values()),
            articles=articles,
            entries=entries,
            constants=constants,
            rules=rules,
            tables=tables,
            cases=tuple(sorted(self.folder.glob("cas/*.toml"))),
        )

    def _named(self) -> list[Definition]:
        """Return the named definitions; a name defined twice is a problem, whatever its kind."""
        first: dict[str, Definition] = {}
        for definition in self.definitions:
            if isinstance(definition, Product):
                continue
            if definition.name in first:
                place = first[definition.name].place
                message = f"« {definition.name} » est déjà défini à la ligne {place.line}."
                self.problems.append(
                    problem_at(definition.place, message, "Un nom, une définition : renommez l'une des deux.")
                )
            else:
                first[definition.name] = definition
        return list(first.values())

    def _tables(self, written: list[TableDefinition], entries: dict[str, Entry]) -> dict[str, Table]:
        tables: dict[str, Table] = {}
        for definition in written:
            try:
                table, problems = read_table(definition, self.folder, self.reference, entries)
            except Fault as fault:
                self.problems.append(fault.problem)
                continue
            self.problems += problems or table_problems(table)
            tables[definition.name] = table
        return tables

    def _scopes(self, rules: Iterable[Rule], entries: dict[str, Entry]) -> None:
        known = {scope for entry in entries.values() for scope in entry.scopes}
        for rule in rules:
            if rule.scope not in known:
                remedy = did_you_mean(rule.scope, known, "Déclarez une entrée de cette portée.")
                message = f"La portée « {rule.scope} » n'a aucune entrée."
                self.problems.append(problem_at(rule.place, message, remedy))

    def _told(
        self, article: Article, entries: dict[str, Entry], constants: dict[str, Constant], tables: dict[str, Table]
    ) -> Article:
        """Fill the values cited by the prose ({{constante}}, {{table nom}}): the notice cannot drift from the rules."""

        def fill(match: re.Match[str]) -> str:
            name = match[2]
            if match[1] and name in tables:
                return table_as_markdown(tables[name], entries)
            if not match[1] and name in constants:
                return say(constants[name].value, constants[name].type)
            known = tables if match[1] else constants
            remedy = did_you_mean(name, known, "Citez une constante, ou « {{table nom}} ».")
            line = article.line + article.written[: match.start()].count("\n")
            message = f"Le texte de {article.number} cite « {name} », inconnu."
            self.problems.append(Problem(TEXT, line, message, remedy))
            return match[0]

        return replace(article, prose=_CITED.sub(fill, article.written))

    def _references(self, tables: Iterable[Table]) -> tuple[tuple[str, str], ...]:
        names = sorted({t.file for t in tables if t.file.startswith("reference:")})
        paths = [(name, self.reference / name.removeprefix("reference:")) for name in names]
        return tuple((name, hashlib.sha256(path.read_bytes()).hexdigest()) for name, path in paths)


def table_as_markdown(table: Table, entries: Mapping[str, Entry] | None = None) -> str:
    """Write a grid as the notice shows it; the entries of the same names as the keys give the French words."""
    header = [key.name for key in table.keys] + [name for name, _ in table.columns]
    lines = [" | ".join(word.replace("_", " ") for word in header), " | ".join("---" for _ in header)]
    named = [(entries or {}).get(key.name) for key in table.keys]
    labels = [dict(entry.domain.labels) if entry else {} for entry in named]
    for row in table.rows:
        cells = [
            words.get(str(bounds[0])) or _say_bounds(bounds, key.type)
            for key, bounds, words in zip(table.keys, row.bounds, labels, strict=True)
        ] + [say(value, kind) for value, (_, kind) in zip(row.values, table.columns, strict=True)]
        lines.append(" | ".join(cells))
    return "\n".join(f"| {line} |" for line in lines)


def _say_bounds(bounds: tuple[int | str, int | str], kind: Type) -> str:
    low, high = bounds
    if isinstance(low, str) or isinstance(high, str):
        return str(low).replace("_", " ")
    first, last = (_say_plain(value, kind) for value in (low, high))
    dated = kind.name == "date"
    if low == high:
        return first
    if abs(high) >= OPEN_HIGH:
        return f"{'depuis le' if dated else 'à partir de'} {first}"
    if abs(low) >= OPEN_HIGH:
        return f"jusqu'{'au' if dated else 'à'} {last}"
    return f"du {first} au {last}" if dated else f"de {first} à {last}"


def _say_plain(value: int, kind: Type) -> str:
    if abs(value) >= OPEN_HIGH:
        return ""
    shown: Value = date.fromordinal(value) if kind.name == "date" else value
    return say(shown, kind)


def _digest(folder: Path) -> str:
    """Return the SHA-256 of every file of the folder, names and contents, in the order of their names."""
    total = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith(".")):
        name = path.relative_to(folder).as_posix()
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{name}\n{content}\n".encode())
    return total.hexdigest()


def domain_fault(entry: Entry, value: object) -> str | None:
    """Say in French why a value is not acceptable for an entry, or None."""
    kind = entry.type
    wanted: dict[str, type] = {"date": date, "ouinon": bool, "texte": str}
    if not isinstance(value, wanted.get(kind.name, int)) or (isinstance(value, bool) and kind.name != "ouinon"):
        return f"n'est pas un {kind}"
    if kind.name == "texte" and value not in kind.choices:
        return f"n'est pas dans la liste {', '.join(one.replace('_', ' ') for one in kind.choices)}"
    if entry.domain.low is not None and entry.domain.high is not None:
        low, high = plain(entry.domain.low), plain(entry.domain.high)
        if not low <= plain(value) <= high:  # type: ignore[operator, arg-type]
            return f"n'est pas entre {say(entry.domain.low, kind)} et {say(entry.domain.high, kind)}"
    return None
