"""docs/requirements.md says where each row of the seed checklist is shown, and nothing that is not so."""

from __future__ import annotations

import importlib.util
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest
from tidy_sources import ROOT

HEAD = "id,kind,area,what\n"
ROWS = HEAD + "S003-095,N,Premium,Each started month due\nS003-096,F,Tariff,Age at 1 January\n"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """The command itself, loaded from its file."""
    loader = SourceFileLoader("script_requirements", str(ROOT / "script" / "requirements"))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    # A dataclass looks its own module up by name.
    import sys

    sys.modules[loader.name] = module
    loader.exec_module(module)
    return module


def project(root: Path, rows: str, test: str) -> Path:
    """A small project with one test file."""
    for folder in ("docs", "tests"):
        (root / folder).mkdir()
    (root / "docs" / "seed_checklist.csv").write_text(rows, encoding="utf-8")
    (root / "tests" / "test_a.py").write_text(test, encoding="utf-8")
    return root


MARK = '@pytest.mark.requirement("S003-095")'
CLAIMS = (
    # how it is claimed, the test that is named
    (f"{MARK}\ndef test_due(): ...", "`tests/test_a.py::test_due`"),
    (f"{MARK}\nclass TestLife:\n    def test_due(self): ...", "`tests/test_a.py::TestLife`"),
    (f"class TestLife:\n    {MARK}\n    def test_due(self): ...", "`tests/test_a.py::TestLife::test_due`"),
    ('pytestmark = pytest.mark.requirement("S003-095")', "`tests/test_a.py`"),
    ('CASES = [pytest.param(1, marks=pytest.mark.requirement("S003-095"))]', "`tests/test_a.py`"),
    (f"{MARK}\ndef test_a(): ...\n{MARK}\ndef test_b(): ...", "`tests/test_a.py::test_a`<br>`tests/test_a.py::test_b`"),
    ("def test_due(): ...", "pas encore"),
    ("# S003-095 is only mentioned", "pas encore"),
)


@pytest.mark.parametrize(("test", "where"), CLAIMS)
def test_each_row_names_the_tests_that_show_it(script: ModuleType, tmp_path: Path, test: str, where: str) -> None:
    """A row is met where a mark says so, and nowhere else."""
    root = project(tmp_path, ROWS, test)
    assert script.main([], root) == 0
    written = (root / "docs" / "requirements.md").read_text(encoding="utf-8")
    assert f"| S003-095 | N | Premium | Each started month due | {where} |" in written
    assert "| S003-096 | F | Tariff | Age at 1 January | pas encore |" in written
    assert f"| Premium | {int('pas' not in where)} | 1 |" in written
    assert script.main(["--check"], root) == 0


REFUSED = (
    (ROWS, '@pytest.mark.requirement("S009-999")\ndef test_a(): ...', "S009-999 is not in the checklist"),
    (ROWS, "@pytest.mark.requirement(ROW)\ndef test_a(): ...", "Write the id here"),
    (ROWS + "S003-096,F,Tariff,Twice\n", "", "S003-096 is repeated"),
    (HEAD + "S003-095,X,Premium,What\n", "", "of an unknown kind"),
)


@pytest.mark.parametrize(("rows", "test", "said"), REFUSED)
def test_a_claim_that_cannot_be_kept_stops_the_page(
    script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str], rows: str, test: str, said: str
) -> None:
    """An unknown row or an unreadable claim names its place and leaves the page as it was."""
    root = project(tmp_path, rows, test)
    assert script.main([], root) == 1
    assert said in capsys.readouterr().err
    assert not (root / "docs" / "requirements.md").exists()


def test_the_page_is_what_the_tests_say(script: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    """docs/requirements.md is fresh: run script/requirements after marking a test, and commit the page with it."""
    assert script.main(["--check"]) == 0, capsys.readouterr().err
