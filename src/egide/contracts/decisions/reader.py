"""What reads the fields of a form: texts, dates, and every issue met on the way, so that all are told together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from egide.contracts.facts import Issue, Severity
from egide.kernel.formats import read_day
from egide.kernel.text import elided


@dataclass(slots=True)
class Reader:
    """Collects issues while fields are read, so that all of them are told together."""

    issues: list[Issue] = field(default_factory=list)

    def add(self, where: str, code: str, message: str, remedy: str, *, missing: bool = False, paper: str = "") -> None:
        severity = Severity.MISSING if missing else Severity.WRONG
        self.issues.append(Issue(where, code, elided(message), remedy, severity, elided(paper)))

    def warn(self, where: str, code: str, message: str, remedy: str, *, paper: str = "") -> None:
        self.issues.append(Issue(where, code, elided(message), remedy, Severity.WARNING, elided(paper)))

    def text(self, content: Mapping[str, object], name: str, label: str, *, where: str = "") -> str:
        value = str(content.get(name) or "").strip()
        if not value:
            self.add(
                where or name,
                "form.missing",
                f"{label} : à renseigner.",
                "Recopiez la rubrique du bulletin.",
                missing=True,
            )
        return value

    def day(self, content: Mapping[str, object], name: str, label: str, *, where: str = "") -> date | None:
        value = self.text(content, name, label, where=where)
        if not value:
            return None
        found = parse_day(value)
        if found is None:
            self.add(
                where or name,
                "form.date",
                f"{label} : « {value} » n’est pas une date.",
                "Écrivez jour/mois/année, par exemple 05/10/2015.",
            )
        return found


def parse_day(text: str) -> date | None:
    """A date as it is typed on a form; None when it is none."""
    return read_day(text)
