"""Keys to sort and to search names by, because É must not sort after Z.

The database holds the key next to the name; the same function makes the key of what a person types.
"""

from __future__ import annotations

import re
import unicodedata

_LIGATURES = str.maketrans(
    {"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss", "ẞ": "SS", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L"}
    | {"đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "TH", "ı": "i"}
    | {"’": "'", "‘": "'", "ʼ": "'", "–": "-", "—": "-", "‑": "-"}
)
# Every combining mark; none is assigned beyond these planes.
_MARKS = dict.fromkeys(code for code in range(0x20000) if unicodedata.combining(chr(code)))
_BLANKS = re.compile(r"\s+")
_NOT_ELIDED = re.compile(r"\b([Dd])e (?=[AEIOUÀÂÄÉÈÊËÎÏÔÖÙÛÜŒÆ]|avril\b|août\b|octobre\b)")
_NOT_WORDS = re.compile(r"[\W_]+")


def unaccent(text: str) -> str:
    """Return the text without accents, ligatures opened, typographic quotes and dashes made plain; case is
    kept.
    """
    if text.isascii():
        return text
    opened = unicodedata.normalize("NFKD", text.translate(_LIGATURES))
    return opened.translate(_MARKS)


def typeset(text: str) -> str:
    """Return a text of a rule book with the apostrophes of print: books are typed with the plain one."""
    return text.replace("'", "’")


def elided(sentence: str) -> str:
    """Return a French sentence with « de Aïcha » written « d’Aïcha » and « de août » written « d’août ».

    Names begin with a capital; before an h, which is silent or not, nothing is changed.
    """
    return _NOT_ELIDED.sub(r"\1’", sentence)


def sort_key(text: str) -> str:
    """Return the stored sort key of a name: unaccented, lower case, single spaces, trimmed.

    ``sort_key("Élodie  d’Œuvre") == "elodie d'oeuvre"``; idempotent.
    """
    return _BLANKS.sub(" ", unaccent(text).casefold()).strip()


def search_key(text: str) -> str:
    """Return the key under which a name is searched: its sort key with every punctuation made a space.

    ``search_key("Jean-Pierre d’Arc") == "jean pierre d arc"``: hyphen or not, the person is found.
    """
    return _NOT_WORDS.sub(" ", sort_key(text)).strip()
