"""script/mutation puts one fault at a time, each in its place, and never in the tree of the house."""

from __future__ import annotations

import ast

import pytest

from requirement_results import ROOT, load_script


def test_each_fault_is_one_change_of_its_target() -> None:
    """Every fault reads as Python, differs from the source and from the others, and names its line."""
    script = load_script("mutation")
    for target in script.TARGETS:
        source = (ROOT / "src" / "egide" / target).read_text(encoding="utf-8")
        plain = ast.unparse(ast.parse(source))
        found = script.faults(target)
        assert found, target
        for fault in found:
            assert fault.text != plain
            ast.parse(fault.text)
            assert 1 <= fault.line <= source.count("\n") + 1
        assert len({fault.text for fault in found}) == len(found)


def test_the_faults_of_money_are_those_that_matter() -> None:
    """The borders, signs and divisors of a rounding half up are all tried."""
    told = {fault.what for fault in load_script("mutation").faults("kernel/money.py")}
    assert {
        "numerator >= 0 → numerator > 0", "denominator == 0 → denominator != 0", "-quotient → quotient",
        "amount_cents * rate_bp → amount_cents // rate_bp", "10000 → 10001",
    } <= told  # fmt: skip


def test_an_unknown_target_says_which_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong name is refused with the right ones."""
    with pytest.raises(SystemExit):
        load_script("mutation").main(["kernel/monnaie.py"])
    assert "kernel/money.py" in capsys.readouterr().err
