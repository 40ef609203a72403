"""The explanation of an amount: steps with their value, unit, sentence, clause, inputs, rounding and outlook."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, TypeAlias

from egide.rules.kinds import TypeName, Value

StepKind: TypeAlias = Literal["regle", "refus", "entree", "constante", "table"]
ROUNDED = "arrondi au centime le plus proche, le demi-centime vers le haut"


@dataclass(frozen=True, slots=True)
class Outlook:
    """What would change the result: what is left of a ceiling, or the day from which a refusal ends."""

    kind: Literal["plafond", "attente", "renouvellement"]
    text: str
    remaining: int | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One value and its reasons.  ``type`` is its unit (montant = cents, taux = 1/10,000); ``said`` is the value in French."""

    name: str
    kind: StepKind
    value: Value
    type: TypeName
    said: str
    label: str
    sentence: str
    article: str
    inputs: tuple[Step, ...] = ()
    rounding: str | None = None
    outlook: tuple[Outlook, ...] = ()
    place: str = ""
    aloud: bool = True

    def walk(self) -> Iterator[Step]:
        """Yield the steps from the causes to the result, each once."""
        seen: set[tuple[str, str]] = set()
        yield from self._walk(seen)

    def _walk(self, seen: set[tuple[str, str]]) -> Iterator[Step]:
        for step in self.inputs:
            yield from step._walk(seen)
        mark = (self.name, self.said)
        if mark not in seen:
            seen.add(mark)
            yield self

    def outlooks(self) -> tuple[Outlook, ...]:
        """Return every outlook of the tree, causes first."""
        return tuple(dict.fromkeys(outlook for step in self.walk() for outlook in step.outlook))

    def as_dict(self) -> dict[str, Any]:
        """Return the tree as JSON-safe values (dates in ISO)."""
        return {
            "name": self.name,
            "kind": self.kind,
            "value": _json(self.value),
            "type": self.type,
            "said": self.said,
            "label": self.label,
            "sentence": self.sentence,
            "article": self.article,
            "rounding": self.rounding,
            "place": self.place,
            "aloud": self.aloud,
            "outlook": [
                {
                    "kind": o.kind,
                    "text": o.text,
                    "remaining": o.remaining,
                    "until": o.until and o.until.isoformat(),
                }
                for o in self.outlook
            ],
            "inputs": [step.as_dict() for step in self.inputs],
        }


def _json(value: Value) -> int | str | bool:
    return value.isoformat() if isinstance(value, date) else value
