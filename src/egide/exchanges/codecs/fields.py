"""Every field of every format is declared here as data, so that conformity can be told field by field.

Positions are counted from 1, as trade documents count them.  The declarations are the only place where a
position is written: readers, writers, faults and `docs/codecs.md` all use them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from egide.kernel.errors import Refusal


class Status(StrEnum):
    """How sure we are of a field: what we read, what we deduced, what we suppose, what we decided."""

    CONFORMING = "conforming"
    SAMPLE = "sample"
    GUESS = "guess"
    HOUSE = "house"


STATUS_FRENCH = {
    Status.CONFORMING: "conforme à la source",
    Status.SAMPLE: "déduit d’un exemple",
    Status.GUESS: "supposé",
    Status.HOUSE: "maison",
}


class Kind(StrEnum):
    """How a field is written: text is padded with blanks on its right, digits with zeros on their left."""

    TEXT = "texte"
    DIGITS = "chiffres"
    CENTS = "centimes"
    DATE_YMD = "date AAMMJJ"
    DATE_DMY = "date JJMMAA"
    DATE_LONG = "date AAAAMMJJ"
    DATE_ISO = "date AAAA-MM-JJ"
    FLAG = "O ou N"
    CONSTANT = "constante"
    CHOICE = "choix fermé"
    AMOUNT = "montant à deux décimales"


_ZERO_PADDED = frozenset({Kind.DIGITS, Kind.CENTS, Kind.DATE_YMD, Kind.DATE_DMY, Kind.DATE_LONG})


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name, where it stands, how it is written, how sure we are and where we read it.

    ``start`` counts from 1 and is 0 for formats without positions, which give ``place`` (an XML path,
    a column heading) instead.  ``meaning`` is French, for the conformity page and for faults.
    """

    name: str
    start: int
    length: int
    kind: Kind
    status: Status
    source: str
    meaning: str
    place: str = ""
    default: str = ""

    @property
    def end(self) -> int:
        """The last position of the field, counted from 1."""
        return self.start + self.length - 1

    @property
    def position(self) -> str:
        """What the conformity page prints: the place, else first and last position."""
        return self.place or (f"{self.start}" if self.length == 1 else f"{self.start}–{self.end}")

    def cut(self, record: str) -> str:
        """Return the raw characters of this field in a record, padding included."""
        return record[self.start - 1 : self.end]

    def fill(self, value: str) -> str:
        """Return the value padded to the length of the field; a value that does not fit is refused."""
        if len(value) > self.length:
            raise Refusal(
                "codec.too_long",
                f"La valeur de « {self.meaning} » fait {len(value)} caractères pour {self.length} possibles.",
                "Raccourcissez la valeur ou corrigez la fiche d’où elle vient.",
                where=self.name,
            )
        if self.kind in _ZERO_PADDED:
            return value.rjust(self.length, "0")
        return value.ljust(self.length)


@dataclass(frozen=True, slots=True)
class Layout:
    """A record of fixed length made of declared fields; what no field covers is filler and is left blank."""

    name: str
    title: str
    length: int
    fields: tuple[Field, ...]
    by_name: Mapping[str, Field] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        taken = 0
        for each in self.fields:
            if self.length and (each.start <= taken or each.end > self.length):
                raise ValueError(f"{self.name}: the field {each.name} overlaps its neighbour or overflows")
            taken = each.end
        object.__setattr__(self, "by_name", {each.name: each for each in self.fields})

    def __getitem__(self, name: str) -> Field:
        return self.by_name[name]

    def cut(self, record: str) -> dict[str, str]:
        """Return every field of a record, blanks on the right removed."""
        return {each.name: each.cut(record).rstrip(" \0") for each in self.fields}

    def build(self, **values: str) -> str:
        """Return the record with these values, defaults and blanks elsewhere."""
        pieces: list[str] = []
        at = 1
        for each in self.fields:
            pieces.append(" " * (each.start - at))
            pieces.append(each.fill(values.pop(each.name, each.default)))
            at = each.end + 1
        if values:
            raise KeyError(f"{self.name} has no field {', '.join(values)}")
        pieces.append(" " * (self.length - at + 1))
        built = "".join(pieces)
        if "@" in built or not built.isprintable():
            raise Refusal(
                "codec.character",
                "Une valeur contient un caractère interdit dans ce format (@ ou caractère de contrôle).",
                "Retirez ce caractère de la fiche d’où vient la valeur.",
                where=self.title,
            )
        return built


@dataclass(frozen=True, slots=True)
class Codec:
    """What a format promises: its layouts, its honest statement and the limits that remain (French)."""

    name: str
    title: str
    statement: str
    layouts: tuple[Layout, ...]
    limits: tuple[str, ...] = ()
