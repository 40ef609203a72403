"""Money is a plain number of cents, and every rounding has a name.

Amounts are ``int`` cents, rates ``int`` in 1/10,000 ("bp": 100 % is 10,000).  Rounding is half up, away from
zero: a refund of a rounded amount is exactly its opposite.  Parts always sum to the whole.
No float and no binary decimal enters this module.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from egide.kernel.errors import Refusal

WHOLE_BP = 10_000
"""100 %, in 1/10,000."""

_NARROW = "\N{NARROW NO-BREAK SPACE}"
_HARD = "\N{NO-BREAK SPACE}"
_MINUS = "\N{MINUS SIGN}"
_EURO_SIGN = re.compile(r"^([-\u2212+]?)€|(?:€|EUR)$")
_AMBIGUOUS = re.compile(r"[-\u2212+]?\d{1,3}[.,]\d{3}")
_SPACES = re.compile(r"[\s\u00a0\u202f\u2009]+")
_FRENCH_AMOUNT = re.compile(r"(?P<sign>[-\u2212+]?)(?P<units>\d{1,3}(?:\.\d{3})+|\d+)(?:,(?P<cents>\d{1,2}))?")
_POINT_AMOUNT = re.compile(r"(?P<sign>[-\u2212+]?)(?P<units>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<cents>\d{1,2}))?")


def divide_half_up(numerator: int, denominator: int) -> int:
    """Return ``numerator / denominator`` rounded to the nearest whole, halves away from zero.

    Symmetric: ``divide_half_up(-n, d) == -divide_half_up(n, d)``.  Raises ``ZeroDivisionError`` on zero.
    """
    if denominator == 0:
        raise ZeroDivisionError("divide_half_up by zero")
    quotient = (2 * abs(numerator) + abs(denominator)) // (2 * abs(denominator))
    return quotient if (numerator >= 0) == (denominator > 0) else -quotient


def percent(amount_cents: int, rate_bp: int) -> int:
    """Return ``rate_bp`` (1/10,000) of an amount, in cents, half up: ``percent(2650, 7000) == 1855``."""
    return divide_half_up(amount_cents * rate_bp, WHOLE_BP)


def part_of_whole(total_cents: int, k: int, n: int) -> int:
    """Return the ``k``-th (from 1) of ``n`` equal parts; the ``n`` parts sum exactly to the total.

    Each part is the difference of two rounded cumulated amounts, so no part differs from another by more
    than a cent.
    """
    if not 1 <= k <= n:
        raise Refusal(
            "money.part",
            f"La part n° {k} n’existe pas dans un partage en {n}.",
            "Demandez une part comprise entre 1 et le nombre de parts.",
        )
    return divide_half_up(total_cents * k, n) - divide_half_up(total_cents * (k - 1), n)


def share_out(total_cents: int, weights: Sequence[int]) -> list[int]:
    """Share an amount in proportion to whole weights; the shares sum exactly to the total.

    Largest remainder, ties to the first; a zero weight receives nothing.  Negative totals mirror positive
    ones.
    """
    whole = sum(weights)
    if whole <= 0 or any(weight < 0 for weight in weights):
        raise Refusal(
            "money.weights",
            "Le partage demande des poids positifs dont la somme n’est pas nulle.",
            "Corrigez les poids du partage.",
        )
    sign = -1 if total_cents < 0 else 1
    amount = abs(total_cents)
    shares = [amount * weight // whole for weight in weights]
    left = amount - sum(shares)
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(amount * weights[i] % whole), i))
    for index in by_remainder[:left]:
        shares[index] += 1
    return [sign * share for share in shares]


def format_eur(cents: int) -> str:
    """Write an amount as a reader expects: ``1 234,56 €`` (U+202F, U+00A0).

    A negative amount takes a true minus sign (U+2212), never brackets.
    """
    units, rest = divmod(abs(cents), 100)
    sign = _MINUS if cents < 0 else ""
    return f"{sign}{units:,}".replace(",", _NARROW) + f",{rest:02d}{_HARD}€"


def parse_eur(text: str) -> int:
    """Read an amount typed by a person, in cents: ``"1 234,56 €"``, ``"1234.5"``, ``"-12"``.

    Accepts a comma or a point before one or two decimals, any space between thousands, and the euro sign.
    "1.234" and "1,234" are refused: thousands or decimals, nobody can tell.  Raises Refusal ``money.text``.
    """
    bare = _EURO_SIGN.sub(r"\1", _SPACES.sub("", text))
    for form in (_FRENCH_AMOUNT, _POINT_AMOUNT):
        match = form.fullmatch(bare)
        if match and not _AMBIGUOUS.fullmatch(bare):
            digits = re.sub(r"[.,]", "", match["units"])
            cents = int(digits) * 100 + int((match["cents"] or "0").ljust(2, "0"))
            return -cents if match["sign"] in ("-", _MINUS) else cents
    raise Refusal(
        "money.text",
        f"«\N{NO-BREAK SPACE}{text}\N{NO-BREAK SPACE}» n’est pas un montant en euros.",
        "Écrivez par exemple 1234,56 : deux décimales au plus, après une virgule.",
    )
