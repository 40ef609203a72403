"""Bank numbers and SEPA texts: IBAN (RIB key checked), RUM, creditor identifier, transliteration.

SEPA texts keep to the character set of the EPC implementation guidelines: unaccented letters, digits, space
and ``/ - ? : ( ) . , ' +``; an identifier neither starts nor ends with a slash and holds no double slash.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from schwifty import IBAN
from schwifty.exceptions import SchwiftyException
from stdnum.eu import at_02
from stdnum.exceptions import ValidationError

from egide.kernel.errors import Refusal
from egide.kernel.text import unaccent

RUM_MAX_LENGTH = 35

_BLANKS = re.compile(r"\s+")
_IBAN_SHAPE = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_ICS_SHAPE = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{3}[A-Z0-9]{1,28}")
_RUM_SHAPE = re.compile(r"[A-Za-z0-9/\-?:().,'+]{1,35}")
_NOT_SEPA = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]+")
_SLASHES = re.compile(r"/{2,}")
_EQUIVALENTS = str.maketrans({"&": "+", "_": "-", "@": "(at)", "€": "EUR", "°": " ", "«": " ", "»": " ", ";": ","})


@dataclass(frozen=True, slots=True)
class Iban:
    """A checked account number: ``compact`` is what is kept; BIC and bank name when the bank is known."""

    compact: str
    bic: str | None
    bank_name: str | None

    @property
    def formatted(self) -> str:
        """The number in groups of four, as printed."""
        return " ".join(self.compact[i : i + 4] for i in range(0, len(self.compact), 4))

    @property
    def masked(self) -> str:
        """The number with its middle hidden, as shown to people."""
        return mask_iban(self.compact)


def mask_iban(compact: str) -> str:
    """Hide the middle of an IBAN: ``FR76 •••• •••• 0189``."""
    return f"{compact[:4]} •••• •••• {compact[-4:]}"


def check_iban(text: str) -> Iban:
    """Read an IBAN, spaces tolerated, international key and national key (RIB) both checked.

    Refusals: ``iban.form``, ``iban.key``.
    """
    compact = _BLANKS.sub("", text).upper()
    if not _IBAN_SHAPE.fullmatch(compact):
        raise Refusal(
            "iban.form",
            "Ce n’est pas un IBAN : deux lettres de pays, deux chiffres, puis le compte.",
            "Recopiez-le depuis le RIB ; un IBAN français commence par FR et compte 27 caractères.",
        )
    try:
        iban = IBAN(compact, validate_bban=True)
    except SchwiftyException as error:
        raise Refusal(
            "iban.key",
            "L’IBAN est faux : sa longueur ou l’une de ses clés de contrôle ne correspond pas.",
            "Relisez-le sur le RIB, caractère par caractère, ou demandez un nouveau RIB.",
        ) from error
    return Iban(str(iban.compact), str(iban.bic) if iban.bic else None, iban.bank_name or None)


def make_iban(bank: str, branch: str, account: str) -> Iban:
    """Build a valid French IBAN for demonstration data; the account is padded to 11 characters."""
    made = IBAN.generate("FR", bank_code=bank, branch_code=branch, account_code=account.rjust(11, "0"))
    return check_iban(str(made.compact))


def make_rum(*parts: str | int) -> str:
    """Build the unique mandate reference (RUM) from its parts, always the same for the same parts.

    Parts are unaccented, upper-cased, joined by a dash.  At most 35 characters of the SEPA set, without
    space. Refusals: ``rum.empty``, ``rum.length``; a reference is never cut, since two mandates could then
    share one.
    """
    cleaned = [_NOT_SEPA.sub("", unaccent(str(part))).replace(" ", "").replace("/", "-").upper() for part in parts]
    if not cleaned or not all(cleaned):
        raise Refusal(
            "rum.empty",
            "Une partie de la référence de mandat est vide.",
            "Donnez toutes ses parties, par exemple le numéro d’adhésion puis le rang du mandat.",
        )
    return check_rum("-".join(cleaned))


def check_rum(text: str) -> str:
    """Return a mandate reference unchanged when the norm allows it.  Refusals: ``rum.length``,
    ``rum.form``.
    """
    if len(text) > RUM_MAX_LENGTH:
        raise Refusal(
            "rum.length",
            f"La référence de mandat compte {len(text)} caractères, pour 35 au plus.",
            "Raccourcissez ses parties ; elle n’est jamais tronquée.",
        )
    if not _RUM_SHAPE.fullmatch(text) or text.startswith("/") or text.endswith("/") or "//" in text:
        raise Refusal(
            "rum.form",
            "La référence de mandat contient un caractère que la norme SEPA refuse.",
            "Lettres sans accent, chiffres et tirets ; ni espace, ni barre au début, à la fin ou doublée.",
        )
    return text


def check_creditor_identifier(text: str) -> str:
    """Return a SEPA creditor identifier (ICS), compact; its activity code (ZZZ) is not part of the key.

    Refusals: ``ics.form``, ``ics.key``.
    """
    compact = _BLANKS.sub("", text).upper()
    if not _ICS_SHAPE.fullmatch(compact):
        raise Refusal(
            "ics.form",
            "Ce n’est pas un identifiant créancier SEPA.",
            "Recopiez-le depuis le courrier de la banque : FR, deux chiffres, ZZZ, puis six caractères.",
        )
    try:
        at_02.validate(compact)
    except ValidationError as error:
        raise Refusal(
            "ics.key",
            "L’identifiant créancier SEPA est faux : "
            f"{at_02.calc_check_digits(compact)} attendu en 3e et 4e positions, {compact[2:4]} donné.",
            "Relisez-le sur le courrier de la banque.",
        ) from error
    return compact


def to_sepa_text(text: str, max_len: int) -> str:
    """Return the text in the SEPA character set, cut to ``max_len``: ``"Été & fils" -> "Ete + fils"``.

    Accents go, ``&`` is ``+``, ``_`` is ``-``; any other character becomes a space, spaces are not
    repeated, and slashes neither start, end nor repeat.  A text of which nothing is left is refused
    (``sepa.text``).
    """
    plain = _NOT_SEPA.sub(" ", unaccent(text.translate(_EQUIVALENTS)))
    plain = _SLASHES.sub("/", _BLANKS.sub(" ", plain)).strip(" /")[:max_len].strip(" /")
    if not plain:
        raise Refusal(
            "sepa.text",
            "Il ne reste rien du texte une fois écrit en caractères bancaires.",
            "Donnez un libellé qui contienne des lettres latines ou des chiffres.",
        )
    return plain
