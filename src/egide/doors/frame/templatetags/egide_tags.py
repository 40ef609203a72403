"""Every value on a page is shown through one of these tags, so that it looks and reads the same everywhere.

Money is ``int`` cents, rates ``int`` in 1/10,000, days ``date``, instants ``datetime``.  A *ref* is anything
with ``kind`` and ``id`` (mapping or object) and becomes a « Pourquoi ? » link.  The README gives the shapes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from itertools import pairwise
from typing import Any, Literal

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from egide.doors.frame.templatetags.egide_fields import FieldView, field_view
from egide.kernel.formats import format_count, format_date, format_date_short, format_eur, format_number, format_rate

register = template.Library()

Absent = Literal[""] | None
"""What a template passes for a name that the view did not give."""

TONES = frozenset({"ok", "info", "warn", "late", "paused", "neutral"})
SOON_DAYS = 2
"""A file due in this many working days or fewer is shown as urgent."""
_MINUS = "\N{MINUS SIGN}"
_HARD = "\N{NO-BREAK SPACE}"


def of(thing: Any, name: str, default: Any = None) -> Any:
    """Return a named part of a mapping or of an object, as templates do; ``default`` when absent."""
    if thing is None:
        return default
    if isinstance(thing, dict):
        return thing.get(name, default)
    return getattr(thing, name, default)


@register.filter
def eur(cents: int | Absent) -> str:
    """Return an amount of cents as « 1 234,56 € »; nothing for no amount."""
    return "" if cents is None or cents == "" else format_eur(cents)


@register.filter
def eur_signed(cents: int | Absent) -> str:
    """Return an amount with its sign always shown: « +12,00 € », « −3,50 € », « 0,00 € »."""
    if cents is None or cents == "":
        return ""
    sign = "+" if cents > 0 else _MINUS if cents < 0 else ""
    return sign + format_eur(abs(cents))


@register.filter
def jour(day: date | None) -> str:
    """Return a day in full: « 20 novembre 2026 », « 1er janvier 2026 »."""
    return format_date(day) if day else ""


@register.filter
def jour_court(day: date | None) -> str:
    """Return a day in figures, « 20/11/2026 »."""
    return format_date_short(day) if day else ""


@register.filter
def instant(moment: datetime | None) -> str:
    """Return a moment in local time: « 20/11/2026 14:05 »."""
    if not moment:
        return ""
    local = timezone.localtime(moment) if timezone.is_aware(moment) else moment
    return f"{format_date_short(local.date())}\N{NO-BREAK SPACE}{local:%H:%M}"


@register.filter
def taux(rate_bp: int | Absent) -> str:
    """Return a rate in 1/10,000 as a percentage without useless zeros: ``3550`` is « 35,5 % »."""
    return "" if rate_bp is None or rate_bp == "" else format_rate(rate_bp)


@register.filter
def dans(mapping: Mapping[str, Any] | None, name: str) -> Any:
    """Return one entry of a mapping, or nothing."""
    return (mapping or {}).get(name)


@register.filter
def nombre(value: int | Absent) -> str:
    """Return a whole number with its thousands apart: « 340 000 »."""
    return "" if value is None or value == "" else format_number(value)


@register.filter
def compte(value: int | Absent, nouns: str) -> str:
    """Return a count with its noun, given as « singular|plural »: ``0|compte:"ligne|lignes"`` is « 0 ligne »."""
    singular, _, plural = nouns.partition("|")
    return format_count(int(value or 0), singular, plural)


@register.filter
def nir(text: str | None) -> str:
    """Return a social-security number in its usual groups, « 2 85 07 67 482 113 64 »; other texts as is."""
    bare = (text or "").replace(" ", "")
    if len(bare) not in (13, 15):
        return text or ""
    cuts = (0, 1, 3, 5, 7, 10, 13, 15)
    return _HARD.join(part for a, b in pairwise(cuts) if (part := bare[a:b]))


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Return one icon of the sprite: decorative, unless a label makes it speak."""
    said = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html('<svg class="icon" {}><use href="{}#{}"></use></svg>', said, _sprite(), name)


def _sprite() -> str:
    return static("egide/icons.svg")


def why_url(ref: Any) -> str:
    """Return the address of the reasons of an amount or a date; nothing when there is no ref."""
    kind, key = of(ref, "kind"), of(ref, "id")
    return reverse("why", args=[kind, key]) if kind and key not in (None, "") else ""


@register.simple_tag
def why(ref: Any, label: str = "") -> SafeString:
    """Return the « Pourquoi ? » link that opens the reasons in the side panel; nothing without a ref."""
    url = why_url(ref)
    if not url:
        return SafeString("")
    words = gettext("Pourquoi ?")
    said, mark = f"{words} {label}".strip(), icon("question-circle")
    link = '<a class="why" href="{}" data-panel aria-label="{}">{}{}</a>'
    return format_html(link, url, said, mark, words)


@register.simple_tag
def amount(cents: int | Absent, ref: Any = None, *, signed: bool = False) -> SafeString:
    """Return an amount; with a ref, the amount itself opens its reasons."""
    if cents is None or cents == "":
        return SafeString('<span class="amount none">–</span>')
    shown = eur_signed(cents) if signed else eur(cents)
    weight = " neg" if cents < 0 else " nil" if cents == 0 else ""
    url = why_url(ref)
    if not url:
        return format_html('<span class="amount{}">{}</span>', weight, shown)
    said = gettext("Pourquoi %(amount)s ?") % {"amount": shown}
    return format_html(
        '<a class="amount why-amount{}" href="{}" data-panel aria-label="{}">{}{}</a>',
        weight,
        url,
        said,
        shown,
        icon("question-circle"),
    )


@register.simple_tag
def money_cell(cents: int | Absent, ref: Any = None, *, signed: bool = False) -> SafeString:
    """Return a right-aligned table cell holding an amount and its reasons."""
    return format_html('<td class="num">{}</td>', amount(cents, ref, signed=signed))


@register.simple_tag
def state(value: Any) -> SafeString:
    """Return a state as a small badge: its words always, its colour as well."""
    if not value:
        return SafeString("")
    wanted = of(value, "tone", "neutral")
    tone = wanted if wanted in TONES else "neutral"
    return format_html('<span class="state state-{}">{}</span>', tone, of(value, "label", value))


def _days_left(deadline: Any, days: int) -> str:
    """Return a number of days in the unit of the deadline; working days unless it says otherwise."""
    unit = of(deadline, "unit", "working")
    match getattr(unit, "value", unit):
        case "business":
            return format_count(days, "j ouvrable", "j ouvrables")
        case "calendar":
            return format_count(days, "jour", "jours")
        case _:
            return format_count(days, "j ouvré", "j ouvrés")


def _time_left_words(deadline: Any) -> tuple[str, str, str]:
    """Return the tone, the icon and the words of the time that is left."""
    remaining = of(deadline, "remaining_days")
    if of(deadline, "done", False):
        return "ok", "check2", gettext("Fait")
    if of(deadline, "paused", False):
        return "paused", "pause-circle", gettext("En pause")
    if remaining is None:
        return "neutral", "calendar3", ""
    if of(deadline, "overdue", False) or remaining < 0:
        late = of(deadline, "late_days") or max(0, -remaining)
        said = gettext("%(days)s de retard") % {"days": _days_left(deadline, late)} if late else gettext("En retard")
        return "late", "exclamation-triangle", said
    if remaining == 0:
        return "warn", "clock", gettext("Aujourd’hui")
    return "warn" if remaining <= SOON_DAYS else "neutral", "clock", _days_left(deadline, remaining)


@register.inclusion_tag("frame/parts/_time_left.html")
def time_left(deadline: Any, *, full: bool = False) -> dict[str, Any]:
    """Show the working days left, the due date, and why the clock is paused; ``full`` adds the reasons."""
    if not deadline:
        return {"deadline": None}
    tone, symbol, words = _time_left_words(deadline)
    return {"deadline": deadline, "tone": tone, "symbol": symbol, "words": words, "full": full}


@register.inclusion_tag("frame/parts/_field.html")
def field(source: Any) -> dict[str, FieldView]:
    """Show one form field with its label, hint, error and warning, from a bound field or a plain shape."""
    return {"field": field_view(source)}


@register.inclusion_tag("frame/parts/_field_read.html")
def field_read(source: Any) -> dict[str, FieldView]:
    """Show the label and the value of a form field to who may not change it."""
    return {"field": field_view(source)}


@register.inclusion_tag("frame/parts/_act.html", takes_context=True)
def act(context: template.Context, source: Any) -> dict[str, Any]:
    """Show one act as a link, or as a one-button form when it writes."""
    return {"act": source, "csrf_token": context.get("csrf_token"), "form_key": context.get("form_key")}


@register.simple_tag
def shown(value: Any, unit: str | None = None) -> str:
    """Return a value in the words of its unit: eur, bp, jour, instant, nombre, oui_non, or plain text."""
    if value is None or value == "":
        return ""
    match unit:
        case "oui_non":
            return gettext("oui") if value else gettext("non")
        case "eur" | "bp" | "jour" | "instant" | "nombre":
            return FORMATS[unit](value)
        case _:
            return str(value)


FORMATS: dict[str, Callable[[Any], str]] = {
    "eur": eur,
    "bp": taux,
    "jour": jour,
    "instant": instant,
    "nombre": nombre,
}
