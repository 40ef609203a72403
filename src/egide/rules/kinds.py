"""The six closed types of the language, and how each value is read and written in French."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from egide.kernel.errors import Refusal
from egide.kernel.money import format_eur, parse_eur

TypeName: TypeAlias = Literal["montant", "taux", "nombre", "date", "texte", "ouinon"]
Value: TypeAlias = int | date | str | bool
TYPE_NAMES: tuple[TypeName, ...] = ("montant", "taux", "nombre", "date", "texte", "ouinon")
COUNTABLE: frozenset[TypeName] = frozenset({"montant", "taux", "nombre"})

_MONTHS = (
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()  # noqa: SIM905
)
_HARD = "\N{NO-BREAK SPACE}"
_RATE = re.compile(r"(-?)(\d+)(?:[.,](\d{1,2}))?\s*%?")


@dataclass(frozen=True, slots=True)
class Type:
    """A type; ``choices`` is the closed list of a ``texte``."""

    name: TypeName
    choices: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.name


AMOUNT, RATE, NUMBER, DATE, YES_NO = (
    Type("montant"),
    Type("taux"),
    Type("nombre"),
    Type("date"),
    Type("ouinon"),
)


def text_of(*choices: str) -> Type:
    """Return the texte type closed over these choices (order kept, doubles dropped)."""
    return Type("texte", tuple(dict.fromkeys(choices)))


def say_date(day: date) -> str:
    """Write a date as in a letter: "1er janvier 2026"."""
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number}{_HARD}{_MONTHS[day.month - 1]} {day.year}"


def say_rate(rate_bp: int) -> str:
    """Write a rate: 1327 is "13,27 %", 7000 is "70 %"."""
    sign = "\N{MINUS SIGN}" if rate_bp < 0 else ""
    whole, rest = divmod(abs(rate_bp), 100)
    decimals = f",{rest:02d}".rstrip("0") if rest else ""
    return f"{sign}{whole}{decimals}{_HARD}%"


def say(value: Value, kind: Type, labels: dict[str, str] | None = None) -> str:
    """Write a value of a type in French; ``labels`` names the choices of a texte."""
    if kind.name == "montant":
        return format_eur(int(value))  # type: ignore[arg-type]
    if kind.name == "taux":
        return say_rate(int(value))  # type: ignore[arg-type]
    if isinstance(value, date):
        return say_date(value)
    if kind.name == "ouinon":
        return "oui" if value else "non"
    if kind.name == "texte":
        return (labels or {}).get(str(value), str(value).replace("_", " "))
    if isinstance(value, int) and abs(value) < 10_000:
        return str(value)
    return f"{value:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def read_rate(text: str) -> int:
    """Read a rate in percent, in 1/10,000: "13,27" is 1327.  Raises Refusal ``rate.text``."""
    match = _RATE.fullmatch(text.strip())
    if match is None:
        raise Refusal("rate.text", f"« {text} » n'est pas un taux.", "Écrivez par exemple 13,27.")
    bp = int(match[2]) * 100 + int((match[3] or "0").ljust(2, "0"))
    return -bp if match[1] else bp


def read_value(text: str, kind: Type) -> Value:
    """Read a value written in a table cell or a worked case.  Raises Refusal naming what was expected."""
    bare = text.strip()
    if kind.name == "montant":
        return parse_eur(bare)
    if kind.name == "taux":
        return read_rate(bare)
    if kind.name == "nombre" and re.fullmatch(r"-?\d+", bare):
        return int(bare)
    if kind.name == "ouinon" and bare in ("oui", "non"):
        return bare == "oui"
    if kind.name == "date":
        try:
            return date.fromisoformat(bare)
        except ValueError:
            pass
    if kind.name == "texte" and bare in kind.choices:
        return bare
    wanted = f"texte parmi {', '.join(kind.choices)}" if kind.choices else str(kind)
    raise Refusal("rules.value", f"« {bare} » n'est pas un {wanted}.", "Corrigez la valeur.")
