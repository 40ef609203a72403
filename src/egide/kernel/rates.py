"""Rates are whole numbers of 1/10,000 ("bp"): 12,5 % is 1250.  Here they are read and written."""

from __future__ import annotations

import re

from egide.kernel.errors import Refusal
from egide.kernel.money import WHOLE_BP, divide_half_up

__all__ = ["WHOLE_BP", "format_rate", "parse_rate", "ratio_bp"]

_RATE = re.compile(r"(?P<sign>[-\u2212]?)(?P<units>\d{1,6})(?:[.,](?P<decimals>\d{1,2}))?%?")
_SPACES = re.compile(r"\s+")


def format_rate(rate_bp: int) -> str:
    """Write a rate as a percentage without useless zeros: ``12,5 %`` (U+00A0)."""
    units, decimals = divmod(abs(rate_bp), 100)
    sign = "\N{MINUS SIGN}" if rate_bp < 0 else ""
    rest = f"{decimals:02d}".rstrip("0")
    return f"{sign}{units}{',' if rest else ''}{rest}\N{NO-BREAK SPACE}%"


def parse_rate(text: str) -> int:
    """Read a percentage typed by a person, in 1/10,000: ``"13,27 %" -> 1327``.  Raises Refusal
    ``rate.text``.
    """
    match = _RATE.fullmatch(_SPACES.sub("", text))
    if match is None:
        raise Refusal(
            "rate.text",
            f"«\N{NO-BREAK SPACE}{text}\N{NO-BREAK SPACE}» n’est pas un pourcentage.",
            "Écrivez par exemple 13,27 : deux décimales au plus.",
        )
    rate_bp = int(match["units"]) * 100 + int((match["decimals"] or "0").ljust(2, "0"))
    return -rate_bp if match["sign"] else rate_bp


def ratio_bp(part: int, whole: int) -> int:
    """Return a share in 1/10,000, half up: ``ratio_bp(9, 10) == 9000``.

    A share of nothing is refused (``rate.empty``): "100 % of no file" would be a figure that nobody measured.
    """
    if whole == 0:
        raise Refusal(
            "rate.empty",
            "Aucun élément à mesurer : le taux n’existe pas.",
            "Affichez « sans objet » plutôt qu’un pourcentage.",
        )
    return divide_half_up(part * WHOLE_BP, whole)
