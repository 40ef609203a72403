"""Text made fit for partners that only read the basic Latin alphabet.

Sources: the SEPA character set of `egide.kernel.identifiers`; the NOEMIE sample, which holds capitals only.
"""

from __future__ import annotations

import re
from functools import lru_cache

from egide.kernel import identifiers
from egide.kernel.errors import Refusal
from egide.kernel.text import unaccent

# Nothing to do to such a text: no accent, single blanks, none at the end.
PLAIN_TEXT = r"[A-Za-z0-9](?: ?[A-Za-z0-9\-?:().,'+])*"
_PLAIN = re.compile(PLAIN_TEXT)
_NOT_NAME = re.compile(r"[^A-Z0-9' \-]+")
_BLANKS = re.compile(r" {2,}")


@lru_cache(maxsize=65_536)
def to_sepa_text(text: str, length: int, where: str) -> str:
    """Return the text in the SEPA character set, at most ``length`` characters; a refusal says where."""
    # Most names and labels are plain already: the test costs a tenth of the transliteration.
    if len(text) <= length and _PLAIN.fullmatch(text):
        return text
    try:
        return identifiers.to_sepa_text(text, length)
    except Refusal as refusal:
        raise refusal.at(where) from refusal


def to_upper_latin(text: str, length: int) -> str:
    """Return the text in unaccented capitals, digits, blank, apostrophe and hyphen, cut at ``length``."""
    drawn = _NOT_NAME.sub(" ", unaccent(text).upper())
    return _BLANKS.sub(" ", drawn).strip()[:length].rstrip()
