"""Cuts the text of a ``regle`` block into words, with the line and column of each.

Accents and capitals do not matter in names and keywords ("règle" is "regle").  Amounts carry ``€`` and rates
``%``; a bare number is whole.  ``#`` starts a remark, to the end of the line.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import Enum

from egide.rules.problems import Place, Problem, problem_at


class Kind(Enum):
    """What a word is."""

    NAME = "un nom"
    NUMBER = "un nombre"
    AMOUNT = "un montant"
    RATE = "un taux"
    DATE = "une date"
    TEXT = "un texte entre guillemets droits"
    SIGN = "un signe"
    END = "la fin du bloc"


@dataclass(frozen=True, slots=True)
class Token:
    """One word: its kind, its folded text, its value (int, date or str), its place, and whether it opens a line."""

    kind: Kind
    text: str
    value: int | date | str
    place: Place
    opens_line: bool

    def is_word(self, *words: str) -> bool:
        """Tell whether this is one of these keywords."""
        return self.kind is Kind.NAME and self.text in words

    def is_sign(self, *signs: str) -> bool:
        """Tell whether this is one of these signs."""
        return self.kind is Kind.SIGN and self.text in signs


_SPACE = r"[ \u00a0\u202f]"
_PATTERNS = re.compile(
    rf"""(?P<blank>[ \t\u00a0\u202f\r]+)|(?P<line>\n)|(?P<remark>\#[^\n]*)
    |(?P<text>"[^"]*")
    |(?P<date>\d{{4}}-\d{{2}}-\d{{2}}(?!\d))
    |(?P<number>(?:\d{{1,3}}(?:{_SPACE}\d{{3}})+(?!\d)|\d+)(?:,\d+)?)(?P<unit>{_SPACE}?[€%])?
    |(?P<name>[^\W\d]\w*)
    |(?P<sign><=|>=|<>|[≤≥≠=<>+()\[\],.:-])""",
    re.VERBOSE,
)
_SIGNS = {"≤": "<=", "≥": ">=", "≠": "<>"}


def fold(word: str) -> str:
    """Return a name without accents or capitals."""
    plain = unicodedata.normalize("NFD", word)
    return "".join(c for c in plain if unicodedata.category(c) != "Mn").lower().replace("œ", "oe")


def read_words(text: str, file: str, first_line: int = 1) -> tuple[list[Token], list[Problem]]:
    """Return the words of a block (an END last) and the problems met; reading goes on after a bad character."""
    words: list[Token] = []
    problems: list[Problem] = []
    position, line, line_start, opens = 0, first_line, 0, True
    while position < len(text):
        place = Place(file, line, position - line_start + 1)
        match = _PATTERNS.match(text, position)
        if match is None:
            problems.append(_unreadable(text[position], place))
            position += 1
            continue
        position = match.end()
        group = match.lastgroup
        if group == "line":
            line, line_start, opens = line + 1, position, True
        elif group not in ("blank", "remark"):
            words.append(_word(match, place, opens, problems))
            opens = False
            breaks = match.group().count("\n")
            if breaks:
                line, line_start = line + breaks, match.start() + match.group().rfind("\n") + 1
    words.append(Token(Kind.END, "", "", Place(file, line, 1), True))
    return words, problems


def _unreadable(character: str, place: Place) -> Problem:
    if character == '"':
        return problem_at(place, "Ce texte n'est pas refermé.", 'Ajoutez le guillemet droit (") de fin.')
    remedy = "Retirez-le, ou mettez-le dans une phrase entre guillemets droits."
    if character in "«»“”":
        remedy = 'Les textes s\'écrivent entre guillemets droits : "…".'
    elif character in "*×/":
        remedy = "Écrivez « montant fois nombre », « taux de montant » ou « montant prorata n sur d »."
    return problem_at(place, f"Le signe « {character} » n'existe pas dans une règle.", remedy)


def _word(match: re.Match[str], place: Place, opens: bool, problems: list[Problem]) -> Token:
    """Return a word; a faulty one is told, and stands for a plausible value so that it is told only once."""
    kind, text = match.lastgroup, match.group()
    if kind == "text":
        content = re.sub(r"\s*\n\s*", " ", text[1:-1]).strip()
        return Token(Kind.TEXT, content, content, place, opens)
    if kind == "date":
        try:
            day = date.fromisoformat(text)
        except ValueError:
            remedy = "Écrivez une date AAAA-MM-JJ du calendrier."
            problems.append(problem_at(place, f"Le {text} n'existe pas.", remedy))
            day = date.min
        return Token(Kind.DATE, text, day, place, opens)
    if kind in ("number", "unit"):
        return _number(match, place, opens, problems)
    if kind == "sign":
        sign = _SIGNS.get(text, text)
        return Token(Kind.SIGN, sign, sign, place, opens)
    folded = fold(text)
    return Token(Kind.NAME, folded, folded, place, opens)


def _number(match: re.Match[str], place: Place, opens: bool, problems: list[Problem]) -> Token:
    written = re.sub(r"\s", "", match["number"])
    unit = (match["unit"] or "").strip()
    whole, _, decimals = written.partition(",")
    if not unit and decimals:
        remedy = "Un nombre est entier ; un montant s'écrit « 12,50 € », un taux « 12,5 % », une liste « 1, 2 »."
        problems.append(problem_at(place, f"« {written} » n'a pas d'unité.", remedy))
        unit = "€"
    elif len(decimals) > 2:
        message = f"« {written} {unit} » a plus de deux décimales."
        problems.append(problem_at(place, message, "Deux décimales au plus."))
    value = int(whole) * 100 + int(decimals[:2].ljust(2, "0")) if unit else int(whole)
    kind = {"€": Kind.AMOUNT, "%": Kind.RATE, "": Kind.NUMBER}[unit]
    return Token(kind, match.group(), value, place, opens)
