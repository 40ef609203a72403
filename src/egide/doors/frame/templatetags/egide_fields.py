"""One shape for every form field, whether it comes from a Django form or from a plain mapping."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.forms import BoundField, CheckboxInput, RadioSelect, Select, Textarea
from django.utils.translation import gettext

from egide.kernel.formats import format_date, format_date_short, read_day

WIDTHS = frozenset({"xs", "s", "m", "l", "full"})
INPUT_TYPES = {
    "text": "text",
    "date": "text",
    "email": "email",
    "tel": "tel",
    "number": "number",
    "money": "text",
}
INPUT_MODES = {"money": "decimal", "number": "numeric", "tel": "tel", "date": "numeric"}


@dataclass(frozen=True, slots=True)
class FieldView:
    """What a template needs to show a field; ``value`` is the text that must reappear in the input."""

    name: str
    label: str
    kind: str
    id: str
    value: str
    hint: str
    error: str
    warning: str
    options: tuple[tuple[str, str], ...]
    width: str
    required: bool
    readonly: bool
    autocomplete: str
    confidence: int | None
    page: int | None

    @property
    def input_type(self) -> str:
        """The HTML type of a one-line input."""
        return INPUT_TYPES.get(self.kind, "text")

    @property
    def input_mode(self) -> str:
        """The keyboard a telephone should offer; empty for the usual one."""
        return INPUT_MODES.get(self.kind, "")

    @property
    def read_value(self) -> str:
        """The value in the words of who only reads: the chosen label, yes or no, a French date."""
        if self.kind == "checkbox":
            return gettext("oui") if self.value else gettext("non")
        if self.options:
            return dict(self.options).get(self.value, self.value).replace("–", "")
        if self.kind == "date" and (day := read_day(self.value)):
            return format_date(day)
        return f"{self.value} €" if self.kind == "money" and self.value else self.value

    @property
    def described_by(self) -> str:
        """The ids of the texts read after the label."""
        parts = (("hint", self.hint), ("error", self.error), ("warning", self.warning))
        return " ".join(f"{self.id}-{part}" for part, text in parts if text)

    @property
    def unsure(self) -> bool:
        """True when what was read on the paper must be checked by eye."""
        return self.confidence is not None and self.confidence < 80


def _text(value: Any, kind: str = "") -> str:
    if value is None or value is False:
        return ""
    if kind == "date" and (day := value if isinstance(value, date) else read_day(str(value))):
        return format_date_short(day)
    if isinstance(value, date):
        return value.isoformat()
    return "1" if value is True else str(value)


def _options(choices: Any) -> tuple[tuple[str, str], ...]:
    return tuple((_text(value), str(label)) for value, label in choices or ())


def _from_mapping(source: Any) -> FieldView:
    def get(name: str, default: Any = "") -> Any:
        found = source.get(name) if isinstance(source, dict) else getattr(source, name, None)
        return default if found is None else found

    width = get("width", "m")
    return FieldView(
        name=str(get("name")),
        label=str(get("label")),
        kind=str(get("kind", "text")),
        id=str(get("id") or f"id_{get('name')}"),
        value=_text(get("value"), str(get("kind"))),
        hint=str(get("hint")),
        error=str(get("error")),
        warning=str(get("warning")),
        options=_options(get("options", ())),
        width=width if width in WIDTHS else "m",
        required=bool(get("required", False)),
        readonly=bool(get("readonly", False)),
        autocomplete=str(get("autocomplete")),
        confidence=get("confidence", None),
        page=get("page", None),
    )


def _kind_of(bound: BoundField) -> str:
    widget = bound.field.widget
    if bound.is_hidden:
        return "hidden"
    if isinstance(widget, RadioSelect):
        return "radio"
    for kind, widget_class in (("checkbox", CheckboxInput), ("textarea", Textarea), ("select", Select)):
        if isinstance(widget, widget_class):
            return kind
    declared = str(getattr(widget, "input_type", "text"))
    return "date" if "date" in type(widget).__name__.lower() else declared if declared in INPUT_TYPES else "text"


def _from_bound(bound: BoundField) -> FieldView:
    attrs = bound.field.widget.attrs
    value = bound.value()
    width = attrs.get("data-width", "m")
    return FieldView(
        name=bound.html_name,
        label=str(bound.label),
        kind=str(attrs.get("data-kind", _kind_of(bound))),
        id=bound.id_for_label or bound.auto_id or f"id_{bound.html_name}",
        value=_text(value, str(attrs.get("data-kind", _kind_of(bound)))),
        hint=str(bound.help_text or ""),
        error=" ".join(str(error) for error in bound.errors),
        warning=str(attrs.get("data-warning", "")),
        options=_options(getattr(bound.field, "choices", ())),
        width=width if width in WIDTHS else "m",
        required=bound.field.required,
        readonly=bool(bound.field.disabled),
        autocomplete=str(attrs.get("autocomplete", "")),
        confidence=attrs.get("data-confidence"),
        page=attrs.get("data-page"),
    )


def field_view(source: Any) -> FieldView:
    """Return the view of a field; a Django ``BoundField`` keeps its value, errors and widget attributes.

    Widget attributes read: ``data-`` followed by width, kind, warning, confidence or page.
    """
    return _from_bound(source) if isinstance(source, BoundField) else _from_mapping(source)
