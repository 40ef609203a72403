"""Facts become the plain JSON that a template lays out: French amounts, dates and typography included.

Keys are those of the facts, properties included.  ``…_cents`` become « 1 234,56 € »; a date becomes
``{"long": "1er janvier 2026", "short": "01/01/2026"}``; every dataclass carries its ``kind``.  Text stays
text: a template only ever receives values, so no name or reason can be read as typst code.
"""

from __future__ import annotations

import dataclasses
import io
import re
import unicodedata
from collections.abc import Callable
from datetime import date
from enum import Enum
from typing import Any

import segno

from egide.documents.facts import Markdown, MaskedIban, QrCode
from egide.documents.markdown import Node, parse
from egide.kernel.formats import format_date, format_date_short
from egide.kernel.money import format_eur

_BEFORE_HIGH_SIGN = re.compile(r" (?=[;!?])")
_BEFORE_SIGN = re.compile(r" (?=[:»€%])")
_AFTER_OPENING = re.compile(r"(?<=«) ")
# An elided word takes a typographic apostrophe; names such as "D'Almeida" or "O'Brien" keep what was typed.
_ELISIONS = "[ldjmtscn]|qu|jusqu|lorsqu|puisqu|aujourd"
_ELISION = re.compile(rf"\b({_ELISIONS}|(?:[LDJMTSCN]|Qu|Jusqu|Lorsqu|Puisqu|Aujourd)(?='[a-zà-ÿ«]))'(?=[\w«])")
# Cc and Cs characters cannot be printed; tabs and line ends are spaces inside a value.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def plain(facts: object) -> Any:
    """Return the JSON-able form of facts, ready for a template."""
    return _value(facts, "")


def french_date(day: date) -> str:
    """Return « 20 novembre 2026 » with the non-breaking spaces that print needs."""
    return format_date(day).replace(" ", "\N{NO-BREAK SPACE}")


def typography(text: str) -> str:
    """Return the text with French non-breaking spaces, in NFC, without control characters."""
    text = unicodedata.normalize("NFC", _CONTROL.sub(" ", text))
    text = _ELISION.sub("\\1\N{RIGHT SINGLE QUOTATION MARK}", text)
    text = _BEFORE_HIGH_SIGN.sub("\N{NARROW NO-BREAK SPACE}", text)
    text = _BEFORE_SIGN.sub("\N{NO-BREAK SPACE}", text)
    return _AFTER_OPENING.sub("\N{NO-BREAK SPACE}", text)


def qr_svg(content: str) -> str:
    """Return the QR code of a text as SVG (error correction M, quiet zone left to the template)."""
    out = io.BytesIO()
    segno.make(content, error="m", micro=False).save(out, kind="svg", border=0, xmldecl=False, dark="#14213d")
    return out.getvalue().decode()


def _value(value: object, name: str) -> Any:
    """Return one value as JSON; dispatch on its type, amounts being known by the name of their field."""
    if isinstance(value, int) and name.endswith("_cents"):
        sign = "+" if name.startswith("difference") and value > 0 else ""
        return sign + format_eur(value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, tuple):
        return [_value(item, "") for item in value]
    writer = next((write for kind, write in _WRITERS.items() if isinstance(value, kind)), None)
    return writer(value) if writer else _record(value)


def _record(facts: Any) -> dict[str, Any]:
    record: dict[str, Any] = {"kind": type(facts).__name__}
    for name in _names(type(facts)):
        record[name] = _value(getattr(facts, name), name)
    return record


# The first kind that fits writes: prose and codes are texts too, and stand before them.
_WRITERS: dict[type, Callable[[Any], Any]] = {
    Markdown: lambda prose: _typeset(parse(prose)),
    QrCode: qr_svg,
    str: typography,
    date: lambda day: {"long": french_date(day), "short": format_date_short(day)},
    Enum: lambda member: {"name": member.name, "text": member.value},
    MaskedIban: lambda iban: "\N{NO-BREAK SPACE}".join((f"{iban.country}••", "••••", "••••", iban.last4)),
}


def _names(kind: Any) -> tuple[str, ...]:
    """Return the field and property names of a class of facts."""
    lineage: tuple[type, ...] = kind.__mro__
    if not dataclasses.is_dataclass(kind):
        raise TypeError(f"{kind} is not a class of facts")
    fields = [field.name for field in dataclasses.fields(kind)]
    properties = [n for c in lineage for n, member in vars(c).items() if isinstance(member, property)]
    return (*fields, *dict.fromkeys(properties))


def _typeset(nodes: list[Node]) -> list[Node]:
    """Return a markdown tree whose texts follow French typography."""
    return [_typeset_node(node) for node in nodes]


def _typeset_node(node: Any) -> Any:
    if isinstance(node, list):
        return [_typeset_node(item) for item in node]
    if isinstance(node, dict):
        return {key: typography(v) if key == "s" else _typeset_node(v) for key, v in node.items()}
    return node
