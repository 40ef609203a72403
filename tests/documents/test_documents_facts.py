"""Facts that do not hold together cannot be built; prose that cannot be printed is refused with its line."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import documents_samples as s
import pytest
from documents_samples_forms import ALL, BENEFITS, BLANK_FORM, CARD, FILLED, NOTICE

from egide.documents import facts as f
from egide.documents.markdown import parse
from egide.documents.rendering_data import plain, typography

BROKEN: list[tuple[str, Callable[[], object], str]] = [
    ("person", lambda: replace(s.SCHEDULE.persons[0], to_pay_cents=1), "documents.sum"),
    ("instalment", lambda: replace(s.SCHEDULE.instalments[0], acs_cents=0), "documents.sum"),
    ("schedule", lambda: replace(s.SCHEDULE, instalments=s.SCHEDULE.instalments[1:]), "documents.sum"),
    ("taxes", lambda: replace(s.SCHEDULE, net_cents=0), "documents.sum"),
    ("care line", lambda: replace(BENEFITS.persons[0].lines[0], left_cents=0), "documents.sum"),
    ("ceiling", lambda: replace(BENEFITS.ceilings[0], used_cents=120_001), "documents.ceiling"),
    ("effect", lambda: replace(s.ACCEPTANCE.persons[0], why=""), "documents.effect"),
    ("address", lambda: replace(s.PLAIN, addressee=("A",) * 8), "documents.address"),
    ("rights", lambda: replace(CARD, columns=CARD.columns[1:]), "documents.card"),
    ("holders", lambda: replace(CARD, holders=CARD.holders * 3), "documents.card"),
    ("grid", lambda: replace(NOTICE.articles[2].parts[2], header=("Âge",)), "documents.grid"),
    (
        "form",
        lambda: replace(BLANK_FORM, filled=replace(FILLED, beneficiaries=FILLED.beneficiaries * 2)),
        "documents.form",
    ),
    ("iban", lambda: f.mask_iban("FR76"), "documents.iban"),
    ("image", lambda: parse("Voir ![x](y)"), "documents.markdown"),
    ("code", lambda: parse("Avant\n\n```toml\na = 1\n```"), "documents.markdown"),
]


@pytest.mark.parametrize(("what", "build", "code"), BROKEN, ids=[row[0] for row in BROKEN])
def test_broken_facts_are_refused(what: str, build: Callable[[], object], code: str) -> None:
    """A paper whose parts are not its whole, or that lacks a reason it owes, is never printed."""
    with pytest.raises(f.FactsRefusal) as refusal:
        build()
    assert refusal.value.code == code, what
    assert refusal.value.remedy


def test_refused_prose_names_its_line() -> None:
    """The author of a rule book learns which line cannot be printed."""
    with pytest.raises(f.FactsRefusal) as refusal:
        parse("Avant\n\n```toml\na = 1\n```")
    assert refusal.value.where == "ligne 3"


TYPOGRAPHY = [
    ("Pourquoi ?", "Pourquoi\u202f?"),
    ("montant : 3 %", "montant\u00a0: 3\u00a0%"),
    ("« Santé »", "«\u00a0Santé\u00a0»"),
    ("l'adhérent", "l’adhérent"),
    ("L'attestation d'Inès", "L’attestation d’Inès"),
    ("O'Brien", "O'Brien"),
    ("D'ALMEIDA", "D'ALMEIDA"),
    ("a\x00b\nc", "a b c"),
    ("e\u0301", "é"),
]


@pytest.mark.parametrize(("typed", "printed"), TYPOGRAPHY)
def test_french_typography(typed: str, printed: str) -> None:
    """Printed French has its non-breaking spaces and apostrophes; names keep what was typed."""
    assert typography(typed) == printed


def test_a_template_never_sees_an_iban() -> None:
    """What reaches a template holds the masked account only."""
    assert plain(s.SCHEDULE)["payment"]["iban"] == "FR••\u00a0••••\u00a0••••\u00a00189"


def test_markdown_becomes_data() -> None:
    """Paragraphs, emphasis, lists, tables, quotes and headings become a tree; HTML stays text."""
    tree = parse("# T\n\na **b** *c* `d`\\\ne\n\n3. x\n4. y\n\n| A | B |\n|--|--:|\n| 1 | 2 |\n\n> <i>q</i>\n\n---")
    assert [node["t"] for node in tree] == ["h", "p", "ol", "table", "quote"]
    assert [node["t"] for node in tree[1]["c"]] == [
        "text",
        "strong",
        "text",
        "em",
        "text",
        "code",
        "br",
        "text",
    ]
    assert tree[2]["start"] == 3
    assert tree[3]["align"] == ["left", "right"]
    assert tree[4]["c"][0]["c"][0]["s"] == "<i>q</i>"


_FRAME_NAMES = {"paper_title", "keywords", "issued"}


@pytest.mark.parametrize("name", ALL)
def test_a_template_asks_only_for_facts_that_exist(name: str) -> None:
    """A misspelt name is found wherever it stands, in the branch that no sample takes too."""
    facts = ALL[name]
    asked = set(re.findall(r"\bd\.([a-z_]+)\b(?!\()", facts.PAPER.template.read_text()))
    known = set(plain(facts)) | _FRAME_NAMES
    assert asked <= known, f"{facts.PAPER.template.name}: {sorted(asked - known)}"
