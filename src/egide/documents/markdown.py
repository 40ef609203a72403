"""Prose in markdown becomes a tree of plain data that the templates lay out: no typst code is ever written.

The tree is JSON: a block is ``{"t": kind, …}`` with kinds ``p``, ``h`` (level ``l``), ``ul``, ``ol`` (first
number ``start``), ``table`` (``head``, ``rows``, ``align``) and ``quote``; an inline is ``{"t": kind, …}``
with kinds ``text``, ``strong``, ``em``, ``code``, ``br`` and ``link`` (``url``).  What the charter does not
print (images, code blocks) is refused with its line, never dropped; HTML is not read: it prints as typed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from egide.documents.facts import FactsRefusal

Node = dict[str, Any]

# Raw HTML is left unparsed by the "html: False" option: it prints literally, like any other text.
_READER = MarkdownIt("commonmark", {"html": False}).enable("table").disable("code")


def parse(prose: str) -> list[Node]:
    """Return the blocks of a markdown text; raise :class:`FactsRefusal` on what the charter cannot print."""
    return _blocks(SyntaxTreeNode(_READER.parse(prose)))


def _blocks(parent: SyntaxTreeNode) -> list[Node]:
    return [_block(child) for child in parent.children if child.type != "hr"]


def _block(node: SyntaxTreeNode) -> Node:
    reader = _BLOCKS.get(node.type)
    if reader is None:
        raise _unprintable(node, node.map[0] + 1 if node.map else 1)
    return reader(node)


def _list(kind: str) -> Callable[[SyntaxTreeNode], Node]:
    def read(node: SyntaxTreeNode) -> Node:
        start = node.attrs.get("start", 1)
        return {"t": kind, "start": int(start), "i": [_blocks(item) for item in node.children]}

    return read


def _table(node: SyntaxTreeNode) -> Node:
    rows = [row for section in node.children for row in section.children]
    cells = [[_inlines(cell) for cell in row.children] for row in rows]
    align = [_alignment(cell) for cell in rows[0].children]
    return {"t": "table", "head": cells[0], "rows": cells[1:], "align": align}


def _alignment(cell: SyntaxTreeNode) -> str:
    style = str(cell.attrs.get("style", ""))
    return next((side for side in ("right", "center") if style.endswith(side)), "left")


def _inlines(block: SyntaxTreeNode) -> list[Node]:
    """Return the inline nodes of a block, whose only child is its ``inline`` token."""
    line = block.map[0] + 1 if block.map else 1
    return [_inline(node, line) for inline in block.children for node in inline.children]


def _inline(node: SyntaxTreeNode, line: int) -> Node:
    if node.type in ("text", "text_special"):
        return {"t": "text", "s": node.content}
    if node.type == "softbreak":
        return {"t": "text", "s": " "}
    if node.type == "hardbreak":
        return {"t": "br"}
    if node.type == "code_inline":
        return {"t": "code", "s": node.content}
    if node.type not in ("strong", "em", "link"):
        raise _unprintable(node, line)
    children = [_inline(child, line) for child in node.children]
    if node.type == "link":
        return {"t": "link", "url": str(node.attrs["href"]), "c": children}
    return {"t": node.type, "c": children}


def _unprintable(node: SyntaxTreeNode, line: int) -> FactsRefusal:
    return FactsRefusal(
        "documents.markdown",
        f"l'élément « {node.type} » ne s'imprime pas.",
        "Écrivez ce passage en paragraphes, listes ou tableaux.",
        f"ligne {line}",
    )


_BLOCKS: dict[str, Callable[[SyntaxTreeNode], Node]] = {
    "paragraph": lambda node: {"t": "p", "c": _inlines(node)},
    "heading": lambda node: {"t": "h", "l": int(node.tag[1]), "c": _inlines(node)},
    "blockquote": lambda node: {"t": "quote", "c": _blocks(node)},
    "bullet_list": _list("ul"),
    "ordered_list": _list("ol"),
    "table": _table,
}
