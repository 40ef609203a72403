"""The house stays tidy: each rule says what to do instead. They read the source, and need no database."""

from __future__ import annotations

import configparser
import re
import sys
import tomllib
from collections.abc import Callable, Iterator
from importlib.metadata import distributions, packages_distributions

import pytest
import tidy_rules as rules
from tidy_sources import ROOT, SOURCE, Module, Offence, house, kept_files, migrations, module_of, nothing, packages

from egide.doors.commands.main import declared
from egide.house import DOORS, GROUND, TRADES

RULES: tuple[tuple[Callable[[Module], Iterator[Offence]], str], ...] = (
    (rules.fractions, "Money is an integer number of cents: use egide.kernel.money, which names its roundings."),
    (rules.clocks, "Ask egide.journal.clock in an act or a job; a decision takes `today` as an argument."),
    (rules.database_in_pure_rooms, "Facts and decisions are pure: let the act read, and pass the decision its facts."),
    (
        rules.foreign_tables,
        "A package's tables are its own: call one of its queries or acts, and name its rows from there.",
    ),
    (
        rules.long_functions,
        f"A function fits on a screen ({rules.FUNCTION_LINES} lines): give its parts their own names.",
    ),
    (rules.long_files, f"A module holds one idea ({rules.FILE_LINES} lines): make a package, one file per idea."),
    (rules.vague_names, "Name the module after what it holds (a noun of docs/glossary.md), not after its convenience."),
    (rules.signals, "Callers name whom they call: call the act, or follow the journal (see journal/followers.py)."),
    (rules.prints, "Only doors/commands talk to a terminal: return the text, take a `progress` function, or log."),
    (rules.undocumented, "Say in the first line what is promised; start the name with _ if it is nobody else's."),
)


@pytest.mark.parametrize(("rule", "remedy"), RULES, ids=[rule.__name__ for rule, _ in RULES])
def test_the_house_is_tidy(rule: Callable[[Module], Iterator[Offence]], remedy: str) -> None:
    """Every module of the house keeps the rule; the message names each place and says what to do instead."""
    nothing((offence for module in house() for offence in rule(module)), remedy)


BAD = (
    (rules.fractions, "egide.x.acts", "total = float(text)", "float(…)"),
    (rules.fractions, "egide.x.acts", "total = round(cents)", "round(…)"),
    (rules.fractions, "egide.x.acts", "from decimal import Decimal", "import decimal"),
    (rules.fractions, "egide.x.acts", "euros = amount / 100", "amount / 100"),
    (rules.fractions, "egide.x.acts", "half = line.paid_cents / 2", "line.paid_cents / 2"),
    (rules.fractions, "egide.x.acts", "half = pl.col('paid_cents') / n", "pl.col('paid_cents') / n"),
    (rules.fractions, "egide.x.acts", "schema = {'a': pl.Float64}", "Float64"),
    (rules.fractions, "egide.x.acts", "half = paid_cents // 2", ""),
    (rules.fractions, "egide.doors.frame.sheets", "cell = cents / 100", ""),
    (rules.clocks, "egide.x.acts", "day = date.today()", "date.today"),
    (rules.clocks, "egide.x.acts", "now = datetime.datetime.now()", "datetime.now"),
    (rules.clocks, "egide.x.acts", "now = timezone.now()", "timezone.now"),
    (rules.clocks, "egide.x.acts", "day = timezone.localdate()", "localdate()"),
    (rules.clocks, "egide.x.acts", "day = timezone.localtime(moment)", ""),
    (rules.clocks, "egide.journal.clock", "now = datetime.now(PARIS)", ""),
    (rules.database_in_pure_rooms, "egide.x.decisions.sums", "from django.db import models", "import django.db"),
    (rules.database_in_pure_rooms, "egide.x.facts", "from egide.people.models import Person", "import egide.people.models"),
    (rules.database_in_pure_rooms, "egide.x.decisions", "from egide.x.facts import Sum", ""),
    (rules.database_in_pure_rooms, "egide.x.acts", "from egide.x.models import Sum", ""),
    (rules.foreign_tables, "egide.x.acts", "from egide.people.models import Person", "import egide.people.models"),
    (rules.foreign_tables, "egide.x.acts", "from egide.people import models", "import egide.people.models"),
    (rules.foreign_tables, "egide.doors.desk.why", "import egide.work.models", "import egide.work.models"),
    (rules.foreign_tables, "egide.doors.desk.why", "from egide.work import queries", ""),
    (rules.foreign_tables, "egide.people.acts", "from egide.people.models import Person", ""),
    (rules.long_functions, "egide.x.acts", "def f():\n" + "    a = 1\n" * 70, "f has 71 lines"),
    (rules.long_functions, "egide.x.acts", "def f():\n" + "    a = 1\n" * 69, ""),
    (rules.long_files, "egide.x.acts", "a = 1\n" * 401, "401 lines"),
    (rules.long_files, "egide.x.acts", "a = 1\n" * 400, ""),
    (rules.vague_names, "egide.x.helpers", "", "« helpers »"),
    (rules.signals, "egide.x.acts", "from django.db.models.signals import post_save", "import django.db.models.signals"),
    (rules.signals, "egide.x.acts", "from django.dispatch import receiver", "import django.dispatch"),
    (rules.prints, "egide.x.jobs", "print('done')", "print(…)"),
    (rules.prints, "egide.doors.commands.serve", "print('done')", ""),
    (rules.undocumented, "egide.x.acts", "a = 1", "the module"),
    (rules.undocumented, "egide.x.acts", '"""Acts."""\ndef pay(): ...', "pay"),
    (rules.undocumented, "egide.x.acts", '"""Acts."""\ndef _pay(): ...', ""),
    (rules.undocumented, "egide.x", "", ""),
)  # fmt: skip


@pytest.mark.parametrize(("rule", "name", "text", "found"), BAD)
def test_each_rule_finds_what_it_forbids(
    rule: Callable[..., Iterator[Offence]], name: str, text: str, found: str
) -> None:
    """A rule that cannot fail protects nothing."""
    assert [offence.what for offence in rule(module_of(name, text))] == ([found] if found else [])


ENTRIES = {
    "egide.__main__": "python -m egide",
    "egide.exchanges.codecs.conformity": "writes docs/codecs.md, which its test keeps true",
}


def test_no_module_is_imported_by_nobody() -> None:
    """What nobody calls is removed: git keeps it."""
    entries = {*ENTRIES, *_declared(), *_template_tags()}
    remedy = (
        "Remove the module, or have its caller import it; a true entry point is declared in ENTRIES with its reason."
    )
    nothing(rules.orphans(house(), (*house(), *migrations()), entries), remedy)


def _declared() -> Iterator[str]:
    """The modules that the house loads by name: what each trade and each door declares, and the commands they name."""
    for trade in (*GROUND, *TRADES):
        yield f"egide.{trade}.trade"
    for door in DOORS:
        yield from (f"egide.doors.{door}.door", f"egide.doors.{door}.declared")
    yield from (command.module for command in declared())


def _template_tags() -> Iterator[str]:
    """The modules that templates load by name."""
    for template in SOURCE.rglob("templates/**/*.html"):
        for names in re.findall(r"{% load ([\w ]+?) %}", template.read_text(encoding="utf-8")):
            yield from (f"egide.doors.frame.templatetags.{name}" for name in names.split())


def test_no_test_imports_a_test() -> None:
    """What two tests share stands in a module of its own: a test moved, renamed or left out of a run takes nothing away."""
    offences = []
    for path in sorted((ROOT / "tests").rglob("*.py")):
        module = module_of(path.stem, path.read_text(encoding="utf-8"))
        for node, name in rules.imports(module):
            if any(part.startswith("test_") for part in name.split(".")):
                offences.append(Offence(path.relative_to(ROOT).as_posix(), node.lineno, f"import {name}"))
    nothing(offences, "Put what is shared in a module beside them whose name does not begin with test_.")


def test_a_forgotten_module_is_found() -> None:
    """An import or a dotted string saves a module; a mention of itself does not."""
    modules = [
        module_of("egide.x", ""),
        module_of("egide.x.acts", "from egide.x import facts\nurl = 'egide.x.views.page'"),
        module_of("egide.x.facts", ""),
        module_of("egide.x.views", "import egide.x.views"),
        module_of("egide.x.old", "import egide.x.old"),
    ]
    assert [offence.path for offence in rules.orphans(modules, modules, ["egide.x.acts"])] == ["src/egide/x/old.py"]


def test_every_package_has_its_page() -> None:
    """One page per package says its purpose, its nouns and its invariants."""
    missing = [Offence(f"src/egide/{name}", 0, "no README.md") for name in packages() if not _page(name).exists()]
    nothing(missing, "Write README.md: purpose, nouns, invariants, a small diagram, on one page.")
    long = [
        Offence(f"src/egide/{name}/README.md", 0, f"{_page(name).read_text(encoding='utf-8').count(chr(10))} lines")
        for name in packages()
        if _page(name).read_text(encoding="utf-8").count("\n") > 150
    ]
    nothing(long, "A README is one page: move the details to the docstrings of the modules.")


def _page(name: str):  # type: ignore[no-untyped-def]
    return SOURCE / name / "README.md"


def test_every_package_has_its_floor() -> None:
    """A package that the import contract does not name could import anything."""
    contract = configparser.ConfigParser()
    contract.read(ROOT / ".importlinter")
    floors = set(re.findall(r"egide\.(\w+)", contract["importlinter:contract:floors"]["layers"]))
    assert set(packages()) == floors, "Give each package its floor in .importlinter and in docs/maison.md."


# Written in two parts, so that this file does not break its own rule.
NOT_OURS = re.compile(
    "|".join(
        (
            r"(?<![\w.])/wo" + r"rk/(?:main|brief|sha" + r"red)\b",
            r"\.\./sha" + r"red\b",
            r"\bsha" + r"red/(?:design|seeds|reference|requirements|hooks)\b",
            r"(?<!\w)\.lib" + r"rary\b",
            r"--(?:extra-)?index" + r"-url\b",
            r"(?i:arti" + r"factory|\bdev" + r"pi\b|//[\w.-]*\b(?:mirror|nexus|proxy|registry)[\w-]*\.)",
            r"//[\w.-]+\.inter" + r"nal\b",
        )
    )
)


def test_nothing_names_the_workshop() -> None:
    """The project names no machine, no tool and no package mirror: it lives anywhere, and reads only its own files."""
    nothing(
        _workshop_words(), "Say it without the name of a machine, a tool or a host; copy what is read into the project."
    )


def _workshop_words() -> Iterator[Offence]:
    for path in kept_files():
        content = path.read_bytes()
        if b"\0" in content[:8000]:
            continue
        for number, line in enumerate(content.decode("utf-8", errors="replace").splitlines(), start=1):
            for found in NOT_OURS.findall(line):
                yield Offence(path.relative_to(ROOT).as_posix(), number, found)


def test_migrations_stand_in_one_line() -> None:
    """Each package's migrations follow one another: nothing to merge, and no number used twice."""
    from django.db.migrations.loader import MigrationLoader

    graph = MigrationLoader(None).graph
    offences = []
    for label in packages():
        own = sorted(name for app, name in graph.nodes if app == label)
        leaves = [name for _, name in graph.leaf_nodes(label)]
        numbers = [int(name.split("_")[0]) for name in own]
        if len(leaves) > 1:
            offences.append(Offence(f"src/egide/{label}/migrations", 0, f"ends: {', '.join(leaves)}"))
        if numbers != list(range(1, len(own) + 1)):
            offences.append(Offence(f"src/egide/{label}/migrations", 0, f"numbers: {numbers}"))
    nothing(offences, "Rebase the later migration on the earlier one: rename it and change its dependency.")


def test_models_and_migrations_agree() -> None:
    """The schema is what the models say: a forgotten migration is found here, not in production."""
    from django.apps import apps
    from django.db.migrations.autodetector import MigrationAutodetector
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.state import ProjectState
    from django.utils import translation

    with translation.override(None):  # a column's name in French is not a change of the schema
        loader = MigrationLoader(None)
        found = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps)).changes(graph=loader.graph)
    ours = {
        label: [op.describe() for m in found[label] for op in m.operations] for label in found if label in packages()
    }
    nothing(
        (Offence(f"src/egide/{label}/models.py", 0, said) for label, told in ours.items() for said in told),
        "Write it: PYTHONPATH=src DJANGO_SETTINGS_MODULE=egide.settings .venv/bin/django-admin makemigrations; read it.",
    )


def test_every_dependency_is_declared() -> None:
    """A dependency is a decision: what the source imports stands in pyproject.toml, with what it replaces."""
    declared = {_plain(line) for line in _project()["project"]["dependencies"]}
    owners = packages_distributions()
    offences = []
    for module in (*house(), *migrations()):
        for node, name in rules.imports(module):
            top = name.split(".")[0]
            if top in sys.stdlib_module_names or top == "egide":
                continue
            if not declared & {_plain(owner) for owner in owners.get(top, [])}:
                offences.append(Offence(module.path, node.lineno, f"import {name}"))
    nothing(offences, "Declare it in pyproject.toml with what it replaces and lock it, or do without.")


def _project() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _plain(requirement: str) -> str:
    """The distribution's name alone, as the index compares names."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~; ]", requirement)[0]).lower()


def test_every_setting_is_explained_to_the_operator() -> None:
    """A variable that the house reads is in docs/exploiter.md, with its default and its effect."""
    explained = (ROOT / "docs" / "exploiter.md").read_text(encoding="utf-8")
    read = {name for module in house() for name in re.findall(r"\bEGIDE_[A-Z_]+\b", module.text)}
    missing = sorted(name for name in read if f"`{name}`" not in explained)
    assert not missing, f"Add to the table of docs/exploiter.md: {', '.join(missing)}"


def test_the_environment_is_the_lock() -> None:
    """Tests run on what a fresh installation has: a package left behind by an experiment would hide a missing one."""
    locked = {
        _plain(line) for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines() if "==" in line
    }
    installers = {"pip", "setuptools", "uv", "wheel"}
    strays = sorted({_plain(each.metadata["Name"]) for each in distributions()} - locked - installers)
    assert not strays, f"Lock what is needed of {', '.join(strays)}, then rm -r .venv && script/setup."
