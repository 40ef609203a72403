"""The frozen facts of the notice d'information: the rule book as it is printed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import ClassVar

from egide.documents.facts import FactsRefusal, House, Markdown, Paper

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Prose:
    """A clause of the rule book, in markdown (paragraphs, lists, emphasis, tables, headings; no HTML)."""

    markdown: str

    @property
    def blocks(self) -> Markdown:
        return Markdown(self.markdown)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A large table given as rows; every row is as wide as the header."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    source: str = ""

    def __post_init__(self) -> None:
        for number, row in enumerate(self.rows, 1):
            if len(row) != len(self.header):
                raise FactsRefusal(
                    "documents.grid",
                    f"la ligne {number} a {len(row)} cases pour {len(self.header)} colonnes.",
                    "Complétez la grille avant d'imprimer la notice.",
                    self.title,
                )


@dataclass(frozen=True, slots=True)
class RuleSentence:
    """One rule told in French, and its formula as the rule book writes it (may be empty)."""

    name: str
    sentence: str
    formula: str = ""


@dataclass(frozen=True, slots=True)
class RuleBox:
    """« Encadré de calcul » : the rules that compute the clause just above."""

    rules: tuple[RuleSentence, ...]


ArticlePart = Prose | Grid | RuleBox


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article; ``chapter`` opens a new chapter when it differs from that of the article before."""

    number: str
    title: str
    parts: tuple[ArticlePart, ...]
    chapter: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBookNotice:
    """The printed notice: the same text as the engine's, with the version and the digest that prove it."""

    PAPER: ClassVar = Paper(_HERE / "notice.typ", "Notice d'information", "product")

    house: House
    title: str
    product: str
    version_on: date
    digest: str
    articles: tuple[Article, ...]
    subtitle: str = ""
