"""docs/requirements.md says where each row of the seed checklist is shown, and nothing that is not so."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from requirement_results import ROOT, load_script

HEAD = "id,kind,area,what\n"
ROWS = HEAD + "S003-095,N,Premium,Each started month due\nS003-096,F,Tariff,Age at 1 January\n"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """The command itself, loaded from its file."""
    return load_script()


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
    assert script.main(["--marks"], root) == 0
    written = (root / "docs" / "requirements.md").read_text(encoding="utf-8")
    assert f"| S003-095 | N | Premium | Each started month due | {where} |" in written
    assert "| S003-096 | F | Tariff | Age at 1 January | pas encore |" in written
    assert f"| Premium | {int('pas' not in where)} | 0 | 1 |" in written
    assert script.main(["--check", "--marks"], root) == 0


BOTH = "`tests/test_a.py::test_a`<br>`tests/test_a.py::test_b`"
RESULTS = (
    # what pytest saw, what the page says of a row that test_a and test_b claim
    ({"tests/test_a.py::test_a": True, "tests/test_a.py::test_b": True}, BOTH),
    ({"tests/test_a.py::test_a": True, "tests/test_a.py::test_b": False}, BOTH),
    ({"tests/test_a.py::test_a": False, "tests/test_a.py::test_b": False}, "pas encore"),
    ({"tests/test_a.py::test_abc": True}, "pas encore"),
    ({}, "pas encore"),
)  # fmt: skip


@pytest.mark.parametrize(("results", "where"), RESULTS)
def test_a_row_is_shown_when_a_test_of_it_passed(
    script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str], results: dict[str, bool], where: str
) -> None:
    """A test that failed, was skipped or never ran shows nothing; without any result, the command says what to run."""
    root = project(tmp_path, ROWS, f"{MARK}\ndef test_a(): ...\n{MARK}\ndef test_b(): ...")
    assert script.main([], root) == 1
    assert "Lancez script/test" in capsys.readouterr().err
    (root / "build").mkdir()
    (root / script.RESULTS).write_text(json.dumps(results), encoding="utf-8")
    assert script.main([], root) == 0
    assert f"| Each started month due | {where} |" in (root / "docs" / "requirements.md").read_text(encoding="utf-8")
    assert script.main(["--check"], root) == 0
    assert script.main(["--check", "--marks"], root) == int(where == "pas encore")


MISSING = "id,missing\n"
PARTS = (
    # the missing parts, what is said or written
    (MISSING + "S003-095,l’envoi\n", 0, "| **en partie**, il manque : l’envoi<br>`tests/test_a.py::test_due` |"),
    (MISSING + "S003-096,tout\n", 1, "no test claims S003-096"),
    (MISSING + "S003-095,\n", 1, "S003-095 is repeated or says nothing"),
    (MISSING + "S003-095,a\nS003-095,b\n", 1, "S003-095 is repeated or says nothing"),
)


@pytest.mark.parametrize(("missing", "code", "said"), PARTS)
def test_a_row_shown_in_part_says_what_is_missing(
    script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str], missing: str, code: int, said: str
) -> None:
    """Between shown and not yet there is « en partie », with its missing part in words, counted apart."""
    root = project(tmp_path, ROWS, f"{MARK}\ndef test_due(): ...")
    (root / "docs" / "requirements_missing.csv").write_text(missing, encoding="utf-8")
    assert script.main(["--marks"], root) == code
    page = root / "docs" / "requirements.md"
    written = page.read_text(encoding="utf-8") if code == 0 else capsys.readouterr().err
    assert said in written
    assert code or "| Premium | 0 | 1 | 1 |" in written


LIVED = """
import pytest
MARK = pytest.mark.parametrize("case", [1, 2])
@pytest.fixture
def falls():
    yield
    raise RuntimeError
def test_passes(): pass
@MARK
def test_passes_twice(case): pass
@MARK
def test_fails_once(case): assert case == 1
@MARK
def test_is_skipped_once(case):
    if case == 2: pytest.skip("no browser")
def test_falls_at_the_end(falls): pass
"""


def test_pytest_leaves_what_it_saw(tmp_path: Path) -> None:
    """A test is told as passed when every case of it passed, from its setting-up to its taking-down; runs of some add up."""
    project(tmp_path, ROWS, LIVED)
    (tmp_path / "conftest.py").write_text(
        "from pathlib import Path\nfrom requirement_results import Results\n"
        "def pytest_configure(config): config.pluginmanager.register(Results(Path(__file__).parent))\n"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT / "tests"), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    for words in (["tests/test_a.py"], ["tests/test_a.py", "-k", "passes_twice"]):
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words]
        subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False)  # noqa: S603
    assert json.loads((tmp_path / "build" / "requirements_results.json").read_text(encoding="utf-8")) == {
        "tests/test_a.py::test_passes": True,
        "tests/test_a.py::test_passes_twice": True,
        "tests/test_a.py::test_fails_once": False,
        "tests/test_a.py::test_is_skipped_once": False,
        "tests/test_a.py::test_falls_at_the_end": False,
    }


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
    assert script.main(["--marks"], root) == 1
    assert said in capsys.readouterr().err
    assert not (root / "docs" / "requirements.md").exists()


def test_the_page_is_what_the_tests_say(script: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    """docs/requirements.md is fresh: run script/requirements after marking a test, and commit the page with it.

    Results are looked at when all tests have run (requirement_results.py); here, the marks alone.
    """
    assert script.main(["--check", "--marks"]) == 0, capsys.readouterr().err
