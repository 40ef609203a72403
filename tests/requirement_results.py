"""What the tests that claim a row of the checklist did: left in build/ for script/requirements, looked at when all have run."""

from __future__ import annotations

import importlib.util
import io
import json
import sys
from contextlib import redirect_stderr
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]


def load_script(name: str = "requirements") -> ModuleType:
    """A command of script/ that is written in Python, loaded from its file."""
    loader = SourceFileLoader(f"script_{name}", str(ROOT / "script" / name))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[loader.name] = module  # a dataclass looks its own module up by name
    loader.exec_module(module)
    return module


class Results:
    """Hears each test end, on the process that leads the run; a test passed when every case and every phase of it did."""

    def __init__(self, root: Path = ROOT) -> None:
        self.root, self.seen, self.told = root, dict[str, bool](), ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A case that failed or was skipped at any phase takes its test down; one that was called and passed bears it."""
        test = report.nodeid.split("[")[0]
        if not report.passed:
            self.seen[test] = False
        elif report.when == "call":
            self.seen.setdefault(test, True)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Keeps what was seen; after a run of everything, the page of requirements must be what was seen."""
        config = session.config
        if config.option.collectonly or not self.seen:
            return
        script = load_script()
        path = self.root / script.RESULTS
        chosen = config.option.keyword or config.option.markexpr or session.shouldstop
        everything = config.args_source is pytest.Config.ArgsSource.TESTPATHS and not chosen
        before = json.loads(path.read_text(encoding="utf-8")) if path.exists() and not everything else {}
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(before | self.seen, indent=0, sort_keys=True), encoding="utf-8")
        if everything and session.exitstatus == 0:
            with redirect_stderr(io.StringIO()) as told:
                if script.main(["--check"], self.root):
                    self.told, session.exitstatus = told.getvalue(), pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Says what the page claims and nobody saw, before pytest's own closing line."""
        if self.told:
            terminalreporter.section("docs/requirements.md")
            terminalreporter.write_line(self.told.rstrip())
