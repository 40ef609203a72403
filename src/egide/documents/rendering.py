"""Facts become the house's printed papers: ``render(facts, issued_on=…)`` returns one PDF.

The same facts and the same day give the same bytes.  Every PDF is tagged, PDF/A-2a and PDF/UA-1, carries
its title, author, language and day, and embeds its fonts (see ``fonts/README.md``): it can be archived, and
read by a screen reader.  Nothing is fetched: no network, no typst package, no system font.

Speed: one compiler per thread is kept; the templates and fonts are read once.  One document per file: memory
stays flat however many letters a batch prints.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import typst

from egide.documents.facts import FactsRefusal, Printable
from egide.documents.rendering_data import french_date, plain, typography

_HERE = Path(__file__).parent
_HOUSE = _HERE.parent
_TEMPLATES = _HERE / "templates"
_ARCHIVE: list[Literal["a-2a", "ua-1"]] = ["a-2a", "ua-1"]


def render(facts: Printable, *, issued_on: date) -> bytes:
    """Return the PDF of these facts, dated ``issued_on``; raise :class:`FactsRefusal` on unprintable text."""
    return _compile(facts.PAPER.template, _dated(inputs_of(facts), issued_on), issued_on)


def render_many(papers: Iterable[Printable], *, issued_on: date, workers: int = 2) -> Iterator[bytes]:
    """Yield one PDF per paper, in order; at most ``4 × workers`` papers are held in memory at a time."""
    source = iter(papers)
    with ThreadPoolExecutor(max_workers=workers) as pool:
        while chunk := list(islice(source, 4 * workers)):
            yield from pool.map(lambda facts: render(facts, issued_on=issued_on), chunk)


def inputs_of(facts: Printable) -> str:
    """All that a template will ever know of these facts, as one JSON text: what a batch keeps instead of the PDF."""
    paper = facts.PAPER
    data: dict[str, Any] = plain(facts)
    name = typography(str(getattr(facts, paper.named_by)))
    data["paper_title"] = f"{paper.title}, {name}"
    data["keywords"] = [paper.title, name]
    return json.dumps(data, ensure_ascii=False)


def template_name(facts: Printable) -> str:
    """The place of a template in the house, as a kept letter names it."""
    return facts.PAPER.template.relative_to(_HOUSE).as_posix()


def print_inputs(template: str, inputs: str, *, issued_on: date) -> bytes:
    """The PDF of a letter kept as its inputs, dated as it was issued."""
    return _compile(_HOUSE / template, _dated(inputs, issued_on), issued_on)


def _dated(inputs: str, issued_on: date) -> dict[str, str]:
    """The inputs of a template: all the data in one JSON text, so that values are never code."""
    data: dict[str, Any] = json.loads(inputs)
    data["issued"] = {
        "year": issued_on.year,
        "month": issued_on.month,
        "day": issued_on.day,
        "text": french_date(issued_on),
    }
    return {"data": json.dumps(data, ensure_ascii=False)}


def _compile(template: Path, inputs: dict[str, str], issued_on: date) -> bytes:
    stamp = datetime(issued_on.year, issued_on.month, issued_on.day, tzinfo=UTC)
    try:
        made = _compiler().compile(
            input=str(template),
            format="pdf",
            sys_inputs=inputs,
            pdf_standards=[*_ARCHIVE],
            timestamp=stamp,
        )
    except typst.TypstError as error:
        raise _refusal(error, template) from error
    if not isinstance(made, bytes):
        raise TypeError("typst gave no single PDF")
    return made


def _refusal(error: typst.TypstError, template: Path) -> Exception:
    """Return a refusal for what the data did (a character no font has); a template's fault stays an error."""
    if "could not be displayed with font" in error.message or "contains the codepoint" in error.message:
        return FactsRefusal(
            "documents.glyph",
            f"un caractère ne peut pas s'imprimer ({error.message}).",
            "Remplacez-le par une écriture en alphabet latin, puis émettez à nouveau le document.",
            template.stem,
        )
    return error


@cache
def fonts() -> typst.Fonts:
    """Return the fonts of the charter, and no other of the machine."""
    return typst.Fonts(include_system_fonts=False, font_paths=[str(_HERE / "fonts")])


_of_thread = threading.local()


def _compiler() -> typst.Compiler:
    """Return the compiler of this thread: templates and fonts are parsed once per thread."""
    compiler = getattr(_of_thread, "compiler", None)
    if compiler is None:
        compiler = typst.Compiler(
            input=str(_TEMPLATES / "charter.typ"),
            root=str(_HOUSE),
            font_paths=fonts(),
            ignore_system_fonts=True,
        )
        _of_thread.compiler = compiler
    return compiler
