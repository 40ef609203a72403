"""Small charts drawn on the server as SVG: no script, no inline style, every point can open its list.

Values are whole numbers (counts, days, cents).  Geometry is in whole SVG units, given to templates as text so
that no localisation touches it.  Colours are CSS classes: both themes and print are served by one drawing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from egide.doors.frame.templatetags.egide_tags import eur, nombre, of

register = template.Library()

WIDTH, HEIGHT = 720, 216
LEFT, BOTTOM, TOP = 36, 24, 10
TONES = frozenset({"ink", "accent", "late", "muted"})


def round_scale(highest: int) -> tuple[int, int]:
    """Return a readable step (1, 2 or 5 times a power of ten) and the top of a scale of at most 5 lines."""
    step = 1
    while step * 4 < highest:
        step = step * 5 // 2 if str(step).startswith("2") else step * 2
    return step, max(step, -(-highest // step) * step)


def _tone(series: Any) -> str:
    tone = of(series, "tone", "ink")
    return tone if tone in TONES else "ink"


def _bars(point: Any, series: Sequence[Any], x: int, slot: int, top: int) -> list[dict[str, str]]:
    """Return the bars of one point, side by side in its slot."""
    room = HEIGHT - TOP - BOTTOM
    gap = max(4, slot * 22 // 100)
    width = max(2, (slot - gap) // max(1, len(series)))
    bars = []
    for rank, (one, value) in enumerate(zip(series, of(point, "values", ()), strict=False)):
        tall = 0 if value <= 0 else max(2, value * room // top)
        bars.append(
            {
                "x": str(x + gap // 2 + rank * width),
                "y": str(HEIGHT - BOTTOM - tall),
                "width": str(max(2, width - 2)),
                "height": str(tall),
                "tone": _tone(one),
            }
        )
    return bars


def _opened(point: Any) -> list[tuple[int, str]]:
    """The values of a point, each with the list that it opens, if any."""
    values, urls = list(of(point, "values", ())), list(of(point, "urls", ()) or ())
    return [(value, urls[rank] if rank < len(urls) else "") for rank, value in enumerate(values)]


@register.inclusion_tag("frame/parts/_week_chart.html")
def week_chart(chart: Any) -> dict[str, Any]:
    """Draw flows as grouped bars per day, with a scale, a legend and the same figures as a table."""
    points, series = list(of(chart, "points", ()) or ()), list(of(chart, "series", ()) or ())
    highest = max((value for point in points for value in of(point, "values", ())), default=0)
    step, top = round_scale(highest)
    room, slot = HEIGHT - TOP - BOTTOM, (WIDTH - LEFT) // max(1, len(points))
    lines = [
        {"y": str(HEIGHT - BOTTOM - value * room // top), "label": nombre(value)} for value in range(0, top + 1, step)
    ]
    columns = [
        {
            "label": of(point, "label", ""),
            "url": of(point, "url") or next(iter(of(point, "urls", ()) or ()), None),
            "x": str(LEFT + rank * slot),
            "middle": str(LEFT + rank * slot + slot // 2),
            "slot": str(slot),
            "bars": _bars(point, series, LEFT + rank * slot, slot, top),
            "values": _opened(point),
            "said": ", ".join(
                f"{of(one, 'label')} : {nombre(value)}"
                for one, value in zip(series, of(point, "values", ()), strict=False)
            ),
        }
        for rank, point in enumerate(points)
    ]
    return {
        "chart": chart,
        "series": [{"label": of(one, "label"), "tone": _tone(one)} for one in series],
        "columns": columns,
        "lines": lines,
        "box": f"0 0 {WIDTH} {HEIGHT}",
        "left": str(LEFT),
        "right": str(WIDTH),
        "base": str(HEIGHT - 6),
        "tall": str(HEIGHT - BOTTOM - TOP),
        "top": str(TOP),
    }


@register.simple_tag
def sparkline(points: Sequence[int] | None, label: str = "") -> SafeString:
    """Draw a series of values as a small line with its last point marked; nothing under two values."""
    values = list(points or ())
    if len(values) < 2:
        return SafeString("")
    low, high = min(values), max(values)
    span, last = max(1, high - low), len(values) - 1
    spots = [(2 + rank * 84 // last, 22 - (value - low) * 18 // span) for rank, value in enumerate(values)]
    path = " ".join(f"{x},{y}" for x, y in spots)
    said = label or gettext("Évolution : de %(first)s à %(last)s") % {
        "first": nombre(values[0]),
        "last": nombre(values[-1]),
    }
    return format_html(
        '<svg class="spark" viewBox="0 0 92 26" role="img" aria-label="{}">'
        '<polyline points="{}"></polyline><circle cx="{}" cy="{}" r="2.5"></circle></svg>',
        said,
        path,
        spots[-1][0],
        spots[-1][1],
    )


@register.simple_tag
def gauge(used: int, ceiling: int, label: str = "") -> SafeString:
    """Draw how much of a ceiling is used; the tone warns from four fifths on."""
    share = 0 if ceiling <= 0 else min(100, max(0, used * 100 // ceiling))
    tone = "full" if share >= 100 else "high" if share >= 80 else "some"
    said = label or gettext("%(share)s %% utilisés") % {"share": share}
    return format_html(
        '<svg class="gauge gauge-{}" role="img" aria-label="{}" width="100%" height="6">'
        '<rect class="rail" width="100%" height="6" rx="3"></rect>'
        '<rect class="fill" width="{}%" height="6" rx="3"></rect></svg>',
        tone,
        said,
        share,
    )


@register.simple_tag
def ruler(p50_days: int, p90_days: int, target_days: int, longest_days: int = 0) -> SafeString:
    """Draw median, 90th percentile and target on one ruler, so that kinds of acts compare at a glance.

    ``longest_days`` is the end of the ruler, the same for all lines; by default the largest value.
    """
    end = max(1, longest_days, p90_days, target_days)
    half, nine, goal = (min(200, days * 200 // end) for days in (p50_days, p90_days, target_days))
    tone = "late" if p90_days > target_days else "fine"
    said = gettext("Médiane %(p50)s j, 9 sur 10 en %(p90)s j ou moins, engagement %(goal)s j") % {
        "p50": p50_days,
        "p90": p90_days,
        "goal": target_days,
    }
    return format_html(
        '<svg class="ruler ruler-{}" viewBox="0 0 204 20" role="img" aria-label="{}">'
        '<rect class="rail" x="2" y="9" width="200" height="3" rx="1"></rect>'
        '<rect class="fill" x="2" y="7" width="{}" height="7" rx="2"></rect>'
        '<rect class="half" x="{}" y="5" width="2" height="11"></rect>'
        '<rect class="goal" x="{}" y="2" width="2" height="17"></rect></svg>',
        tone,
        said,
        max(2, nine),
        half + 1,
        goal + 1,
    )


@register.simple_tag
def stack(counts: Any) -> SafeString:
    """Draw posted, ignored, pending and rejected lines of a file as one bar; ``counts`` has these names."""
    parts = [(name, of(counts, name, 0) or 0) for name in ("posted", "ignored", "pending", "rejected")]
    whole = sum(count for _, count in parts)
    if not whole:
        return SafeString("")
    edges, running = [], 0
    for name, count in parts:
        start, running = running * 1000 // whole, running + count
        end = running * 1000 // whole
        if count and end - start < 6:  # one rejected line in a million must still be seen
            start = max(0, end - 6)
        edges.append((name, str(start), str(max(0, end - start))))
    rects = format_html_join("", '<rect class="part-{}" x="{}" width="{}" height="8"></rect>', edges)
    words = {
        "posted": gettext("comptabilisées"),
        "ignored": gettext("ignorées"),
        "pending": gettext("en attente"),
        "rejected": gettext("rejetées"),
    }
    said = ", ".join(f"{nombre(count)} {words[name]}" for name, count in parts if count)
    return format_html(
        '<svg class="stack" viewBox="0 0 1000 8" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>',
        said,
        rects,
    )


@register.simple_tag
def parts_bar(parts: Any) -> SafeString:
    """Draw who bears an expense as one bar; ``parts`` are {name, label, cents}, said in words to those who do not see it."""
    shown = [(of(one, "name"), of(one, "label"), max(0, of(one, "cents", 0))) for one in parts or ()]
    whole = sum(cents for _, _, cents in shown)
    if not whole:
        return SafeString("")
    edges, running = [], 0
    for name, _, cents in shown:
        start, running = running * 1000 // whole, running + cents
        if cents:
            edges.append((name, str(start), str(max(6, running * 1000 // whole - start))))
    rects = format_html_join("", '<rect class="share-{}" x="{}" width="{}" height="20"></rect>', edges)
    said = ", ".join(f"{label} {eur(cents)}" for _, label, cents in shown)
    return format_html(
        '<svg class="parts" viewBox="0 0 1000 20" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>',
        said,
        rects,
    )


@register.simple_tag
def money_line(series: Any) -> SafeString:
    """Draw a balance over time around zero; ``series`` has points (cents), title and summary."""
    values = list(of(series, "points", ()) or ())
    if len(values) < 2:
        return SafeString("")
    low, high = min(0, *values), max(0, *values)
    span, last = max(1, high - low), len(values) - 1
    heights = [58 - (value - low) * 52 // span for value in values]
    spots = [f"{rank * 400 // last},{y}" for rank, y in enumerate(heights)]
    zero = str(58 + low * 52 // span)
    return format_html(
        '<svg class="balance" viewBox="0 0 400 64" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<line class="zero" x1="0" x2="400" y1="{}" y2="{}"></line><polyline points="{}"></polyline></svg>',
        of(series, "summary", ""),
        zero,
        zero,
        " ".join(spots),
    )
