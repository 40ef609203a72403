"""Prose of a rule book as HTML: only the marks that the letters print, everything else escaped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from egide.documents.markdown import Node, parse

_TAGS = {"p": "p", "quote": "blockquote", "strong": "strong", "em": "em", "code": "code"}


def as_html(markdown: str) -> SafeString:
    """A markdown text as safe HTML; raises FactsRefusal on what the charter does not print."""
    return _join(_block(node) for node in parse(markdown))


def _join(parts: Any) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))


def _block(node: Node) -> SafeString:
    match node["t"]:
        case "h":
            level = min(6, node["l"] + 1)
            return format_html("<h{}>{}</h{}>", level, _inlines(node["c"]), level)
        case "ul" | "ol":
            items = _join(format_html("<li>{}</li>", _join(_block(one) for one in item)) for item in node["i"])
            return format_html("<{}>{}</{}>", node["t"], items, node["t"])
        case "table":
            return _table(node)
        case "quote":
            return format_html("<blockquote>{}</blockquote>", _join(_block(one) for one in node["c"]))
        case _:
            return format_html("<p>{}</p>", _inlines(node["c"]))


def _table(node: Node) -> SafeString:
    head = _join(format_html('<th scope="col">{}</th>', _inlines(cell)) for cell in node["head"])
    rows = _join(
        format_html("<tr>{}</tr>", _join(format_html("<td>{}</td>", _inlines(cell)) for cell in row))
        for row in node["rows"]
    )
    return format_html(
        '<div class="table-box" tabindex="0"><table class="table-plain"><thead><tr>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>",
        head,
        rows,
    )


def _inlines(nodes: Sequence[Node]) -> SafeString:
    return _join(_inline(node) for node in nodes)


def _inline(node: Node) -> SafeString:
    match node["t"]:
        case "text":
            return format_html("{}", node["s"])
        case "code":
            return format_html("<code>{}</code>", node["s"])
        case "br":
            return mark_safe("<br>")
        case "link":
            url = node["url"] if node["url"].startswith(("https://", "#", "/")) else "#"
            return format_html('<a href="{}">{}</a>', url, _inlines(node["c"]))
        case kind:
            return format_html("<{}>{}</{}>", _TAGS[kind], _inlines(node["c"]), _TAGS[kind])
