"""The rules that a module of the house keeps, each a function from a module to the places where it does not."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence

from tidy_sources import Module, Offence

FUNCTION_LINES = 70
FILE_LINES = 400
VAGUE = {"utils", "util", "helpers", "helper", "services", "service", "common", "managers", "manager", "misc", "tools"}

# Fractions of a pixel, of a second or of a workbook's cell: none of them comes back as an amount.
FRACTIONS_ALLOWED = (
    "egide.doors.frame.templatetags.egide_charts",  # places on a drawing
    "egide.doors.frame.sheets",  # a spreadsheet holds binary numbers, by its format
    "egide.doors.commands.bench",  # lines per second
    "egide.doors.commands.demo",  # seconds
    "egide.documents.scans",  # points per inch
)
CLOCK = "egide.journal.clock"


def fractions(module: Module) -> Iterator[Offence]:
    """Floats and decimals: the ways by which a cent gets lost."""
    if module.name.startswith(FRACTIONS_ALLOWED):
        return
    for node in ast.walk(module.tree):
        match node:
            case ast.Call(func=ast.Name(id="float" | "round" as name)):
                yield _at(module, node, f"{name}(…)")
            case ast.ImportFrom(module="decimal") | ast.Import(names=[ast.alias(name="decimal")]):
                yield _at(module, node, "import decimal")
            case ast.Attribute(attr="Float32" | "Float64" | "Decimal" as name):
                yield _at(module, node, name)
            case ast.BinOp(op=ast.Div(), left=left, right=right) if _is_amount(left) or _is_amount(right):
                yield _at(module, node, ast.unparse(node))
            case ast.BinOp(op=ast.Div(), right=ast.Constant(value=100 | 10_000)):
                yield _at(module, node, ast.unparse(node))


def _is_amount(node: ast.expr) -> bool:
    """Whether an expression reads a name that ends in a unit of money or rate."""
    return any(
        (isinstance(each, ast.Name) and each.id.endswith(("_cents", "_bp")))
        or (isinstance(each, ast.Attribute) and each.attr.endswith(("_cents", "_bp")))
        or (isinstance(each, ast.Constant) and isinstance(each.value, str) and each.value.endswith(("_cents", "_bp")))
        for each in ast.walk(node)
    )


def clocks(module: Module) -> Iterator[Offence]:
    """Readings of the machine's clock anywhere but in the house's own."""
    if module.name == CLOCK:
        return
    for node in ast.walk(module.tree):
        match node:
            case ast.Attribute(value=ast.Name(id="date" | "datetime" | "timezone" as owner), attr=attribute) if (
                attribute in {"today", "now", "utcnow"}
            ):
                yield _at(module, node, f"{owner}.{attribute}")
            case ast.Call(func=ast.Attribute(attr="localdate" | "localtime" as attribute), args=[], keywords=[]):
                yield _at(module, node, f"{attribute}()")
            case ast.Attribute(value=ast.Name(id="time"), attr="time" | "localtime" | "strftime" as attribute):
                yield _at(module, node, f"time.{attribute}")
            case ast.Attribute(
                value=ast.Attribute(attr="date" | "datetime" as owner), attr="today" | "now" as attribute
            ):
                yield _at(module, node, f"{owner}.{attribute}")


def database_in_pure_rooms(module: Module) -> Iterator[Offence]:
    """Imports of the database, of tables, of acts or of queries in a module of facts or decisions."""
    if module.room not in {"facts", "decisions"}:
        return
    rooms = (".models", ".queries", ".acts", ".jobs", ".papers", ".bulk", ".clock", ".store", ".scope")
    for node, name in imports(module):
        if name.split(".")[0] in {"django", "psycopg"} or (name.startswith("egide.") and name.endswith(rooms)):
            yield _at(module, node, f"import {name}")


def foreign_tables(module: Module) -> Iterator[Offence]:
    """A package, the doors among them, that reaches into another package's tables."""
    own = module.name.split(".")[1:2]
    for node, name in imports(module):
        found = re.match(r"egide\.(\w+)(?:\.models\b|$)", name)
        names = [alias.name for alias in node.names] if isinstance(node, ast.ImportFrom) else []
        if found and [found[1]] != own and (".models" in name or "models" in names):
            yield _at(module, node, f"import egide.{found[1]}.models")


def long_functions(module: Module) -> Iterator[Offence]:
    """Functions that do not fit on a screen."""
    for node in ast.walk(module.tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield _at(module, node, f"{node.name} has {lines} lines")


def long_files(module: Module) -> Iterator[Offence]:
    """Files that hold more than one idea."""
    lines = module.text.count("\n")
    if lines > FILE_LINES:
        yield Offence(module.path, lines, f"{lines} lines")


def vague_names(module: Module) -> Iterator[Offence]:
    """Modules named after nothing."""
    for part in module.name.split("."):
        if part in VAGUE:
            yield Offence(module.path, 1, f"« {part} »")


def signals(module: Module) -> Iterator[Offence]:
    """Calls that name nobody."""
    for node, name in imports(module):
        if name.endswith(".signals") or name.startswith("django.dispatch"):
            yield _at(module, node, f"import {name}")


def prints(module: Module) -> Iterator[Offence]:
    """Words thrown at a terminal outside the command line."""
    if re.fullmatch(r"egide\.doors\.(commands\.\w+|\w+\.commands)", module.name):
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            yield _at(module, node, "print(…)")


def undocumented(module: Module) -> Iterator[Offence]:
    """Modules, public functions and public classes that do not say what they promise."""
    if module.text.strip() and ast.get_docstring(module.tree) is None:
        yield Offence(module.path, 1, "the module")
    for node in module.tree.body:
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) or node.name.startswith("_"):
            continue
        if ast.get_docstring(node) is None:
            yield _at(module, node, node.name)


def imports(module: Module) -> Iterator[tuple[ast.stmt, str]]:
    """Every import statement with the dotted name that it loads."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node, node.module


def orphans(modules: Sequence[Module], importers: Sequence[Module], entries: Iterable[str]) -> list[Offence]:
    """Modules that no other module names, by an import or by a dotted string, and that are no entry."""
    names = {module.name for module in modules}
    named = set(entries)
    for importer in importers:
        for dotted in _names_written(importer):
            if dotted in names and dotted != importer.name:
                named.add(dotted)
    # A package is used when something inside it is.
    used = {".".join(name.split(".")[:depth]) for name in named for depth in range(1, name.count(".") + 2)}
    return [Offence(module.path, 1, "imported by nobody") for module in modules if module.name not in used]


def _names_written(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("egide."):
            dotted = node.value.split(":")[0]
            yield from (dotted, dotted.rpartition(".")[0])


def _at(module: Module, node: ast.stmt | ast.expr, what: str) -> Offence:
    return Offence(module.path, node.lineno, what)
