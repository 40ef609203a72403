"""A check that nobody has seen speak may be one that cannot."""

from __future__ import annotations

import ast
from pathlib import Path

from egide.doors.commands.check import find


def test_each_sentence_of_the_check_is_broken_by_a_test(db: None) -> None:
    """Every name that ``egide check`` prints opens a row of a table of this folder: a test makes it false by hand."""
    rows = {
        node.elts[0].value
        for path in Path(__file__).parent.glob("test_invariants_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Tuple) and node.elts and isinstance(node.elts[0], ast.Constant)
    }
    unbroken = sorted({finding.name for finding in find()} - rows)
    assert not unbroken, f"Break these by hand in a table of tests/invariants: {', '.join(unbroken)}."
