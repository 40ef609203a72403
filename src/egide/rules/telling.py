"""Tells a step aloud, in French: the result first, then why, then what would change it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from egide.rules.checking import NONE_REFUSED
from egide.rules.steps import Step


def tell(step: Step, lang: Literal["fr"] = "fr") -> list[str]:
    """Return the lines of an explanation, ready to read aloud or to print; each sentence once, causes first.

    What weighed nothing is left out: amounts at zero and conditions are told only when they refuse.
    Raises ValueError for another language than French: the sentences are the book's.
    """
    if lang != "fr":
        raise ValueError("rule books speak French only")
    first = _line(step)
    told = list(dict.fromkeys(_line(inner) for inner in _reasons(step)))
    reasons = [line for line in told if line != first]
    lines = [first]
    if reasons:
        lines += ["Pourquoi :", *(f"– {line}" for line in reasons)]
    outlooks = dict.fromkeys(outlook.text for inner in _weighing(step, whole=True) for outlook in inner.outlook)
    if outlooks:
        lines += ["Ce qui changerait :", *(f"– {text}" for text in outlooks)]
    return lines


def tell_text(step: Step) -> str:
    """Return the explanation as one plain text."""
    return "\n".join(tell(step))


def _reasons(step: Step) -> list[Step]:
    """Return what weighed; for a result at zero, the refusals, or else every amount that cancelled out."""
    weighing = list(_weighing(step))
    if step.value or len(weighing) > 1:
        return weighing
    return [
        inner
        for inner in step.walk()
        if inner.kind == "regle" and inner.aloud and inner.value and inner.type != "ouinon"
    ]


def _weighing(step: Step, *, whole: bool = False) -> Iterator[Step]:
    """Yield the steps that weighed in the result, causes first; ``whole`` also yields those without a sentence."""
    for inner in step.inputs:
        if inner.kind == "refus":
            if inner.value:
                yield from _weighing(inner, whole=whole)
        elif inner.kind == "regle" and (inner.value and inner.value != NONE_REFUSED):
            yield from _weighing(inner, whole=whole)
        elif inner.kind == "regle":
            yield from _refusals(inner, whole=whole)
    silent = step.type == "ouinon" and step.kind != "refus"
    if whole or (step.sentence and step.aloud and not silent):
        yield step


def _refusals(step: Step, *, whole: bool) -> Iterator[Step]:
    """Yield, under a value at zero, the refusals and the exhausted limits that made it so."""
    if whole and step.outlook:
        yield step
    for inner in step.inputs:
        if inner.kind == "refus" and inner.value:
            yield from _weighing(inner, whole=whole)
        elif inner.kind == "regle" and not inner.value:
            yield from _refusals(inner, whole=whole)


def _line(step: Step) -> str:
    sentence = step.sentence or f"{step.label} : {step.said}."
    if step.rounding:
        sentence = f"{sentence.rstrip('.')} ({step.rounding})."
    return f"{sentence} ({step.article})" if step.article else sentence
