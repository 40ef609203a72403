"""Numbers of organisations: SIREN, SIRET and FINESS, each closed by a Luhn key."""

from __future__ import annotations

import re

from stdnum import luhn
from stdnum.exceptions import ValidationError
from stdnum.fr import siren as public_siren
from stdnum.fr import siret as public_siret

from egide.kernel.errors import Refusal

_SEPARATORS = re.compile(r"[\s.\-]+")
# The Luhn sum needs digits: the Corsican letter counts as 1 (2A) or 2 (2B).  To verify in the FINESS norm.
_CORSICA = str.maketrans("AB", "12")
_FINESS = re.compile(r"(?:[0-9]{2}|2[AB])[0-9]{7}")


def check_siren(text: str) -> str:
    """Return the 9 digits of a company number.  Refusals: ``siren.length``, ``siren.key``."""
    number = _digits(text, 9, "siren", "SIREN")
    try:
        public_siren.validate(number)
    except ValidationError as error:
        raise _key_refusal("siren", "SIREN") from error
    return number


def check_siret(text: str) -> str:
    """Return the 14 digits of an establishment number (La Poste's own rule included).

    Refusals: ``siret.length``, ``siret.key``.
    """
    number = _digits(text, 14, "siret", "SIRET")
    try:
        public_siret.validate(number)
    except ValidationError as error:
        raise _key_refusal("siret", "SIRET") from error
    return number


def check_finess(text: str) -> str:
    """Return the 9 characters of a health establishment number, 2A and 2B kept.

    Refusals: ``finess.length``, ``finess.key``.
    """
    number = _SEPARATORS.sub("", text).upper()
    if not _FINESS.fullmatch(number):
        raise _length_refusal(9, len(number), "finess", "FINESS")
    if not luhn.is_valid(number.translate(_CORSICA)):
        raise _key_refusal("finess", "FINESS")
    return number


def make_finess(department: str, order: int) -> str:
    """Build a valid FINESS number for demonstration data: department (2 characters), order on 6 digits,
    key.
    """
    body = f"{department}{order:06d}"
    return check_finess(body + str(luhn.calc_check_digit(body.translate(_CORSICA))))


def _digits(text: str, length: int, code: str, name: str) -> str:
    number = _SEPARATORS.sub("", text)
    if len(number) != length or not (number.isascii() and number.isdecimal()):
        raise _length_refusal(length, len(number), code, name)
    return number


def _length_refusal(length: int, given: int, code: str, name: str) -> Refusal:
    return Refusal(
        f"{code}.length",
        f"Un numéro {name} compte {length} chiffres ; {given} ont été lus, ou l’un est inattendu.",
        "Recopiez-le en entier, depuis un document officiel.",
    )


def _key_refusal(code: str, name: str) -> Refusal:
    return Refusal(
        f"{code}.key",
        f"Le numéro {name} est faux : son chiffre de contrôle ne correspond pas.",
        "Relisez-le : un chiffre est erroné ou deux chiffres sont inversés.",
    )
