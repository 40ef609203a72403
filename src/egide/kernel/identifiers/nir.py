"""The NIR (social-security number): 13 characters and a key of 2 digits, Corsica included.

Layout (INSEE): sex, 2 digits of the year of birth, month, department, commune or country, order, key.
Months 01 to 12 are real; 31 to 42 are an incomplete record whose month is known (31 is January); 20 to 30
and 50 to 99 are records without a month.  First digit: 1 and 2, or 3 and 4 (registration under way), 7 and
8 (temporary). Key: 97 minus the remainder of the number by 97, with 2A read as 19 and 2B as 18.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import Enum

from stdnum.fr import nir as public_nir

from egide.kernel.errors import Refusal

_SEPARATORS = re.compile(r"[\s.\-]+")
_SHAPE = re.compile(r"[0-9]{5}(?:[0-9]{2}|2[AB])[0-9]{6}")
_KEY = re.compile(r"[0-9]{2}")
_MONTHS_TAKEN = (*range(1, 13), *range(20, 43), *range(50, 100))
_TEMPORARY = "78"


class Sex(Enum):
    """The sex written in the number."""

    MALE = "M"
    FEMALE = "F"


@dataclass(frozen=True, slots=True)
class Nir:
    """A checked number: ``number`` holds the 13 characters (2A and 2B kept), ``key`` the 2 digits."""

    number: str
    key: str

    @property
    def compact(self) -> str:
        """The 15 characters, as kept and sent."""
        return self.number + self.key

    @property
    def formatted(self) -> str:
        """The number as printed on the card: ``2 95 10 99 126 111 93``."""
        return public_nir.format(self.compact)

    @property
    def masked(self) -> str:
        """A form for screens that need not show it all: sex, year and month, then the key."""
        return f"{self.number[0]} {self.number[1:3]} {self.number[3:5]} •• ••• ••• {self.key}"

    @property
    def sex(self) -> Sex:
        """The sex: odd first digit for men, even for women."""
        return Sex.MALE if int(self.number[0]) % 2 else Sex.FEMALE

    @property
    def birth_month(self) -> int | None:
        """The month of birth, None when the civil record does not give it."""
        month = int(self.number[3:5])
        if 1 <= month <= 12:
            return month
        return month - 30 if 31 <= month <= 42 else None

    @property
    def department(self) -> str:
        """The department of birth: 2 characters, 3 overseas (971 to 978, 98x), 99 for abroad."""
        return self.number[5:8] if self.number[5:7] in ("97", "98") else self.number[5:7]

    @property
    def is_temporary(self) -> bool:
        """Tell whether the number was given while waiting for the real one (first digit 7 or 8)."""
        return self.number[0] in _TEMPORARY

    def birth_year(self, today: date) -> int:
        """Return the year of birth: the latest one that is not after ``today``.

        The number has two digits only: a centenarian reads as a child, so trust a known birth date first.
        """
        year = today.year - today.year % 100 + int(self.number[1:3])
        return year if year <= today.year else year - 100

    def matches(self, birth: date, sex: Sex | None = None) -> bool:
        """Tell whether a birth date, and a sex when known, agree with the number."""
        same_year = birth.year % 100 == int(self.number[1:3])
        same_month = self.birth_month is None or self.birth_month == birth.month
        return same_year and same_month and sex in (None, self.sex)


def nir_key(nir13: str) -> str:
    """Return the 2 digits of the key of a 13-character number.  Raises Refusal ``nir.form``."""
    number = _compact(nir13)
    if not _SHAPE.fullmatch(number):
        raise _form_refusal()
    return str(public_nir.calc_check_digits(number))


def sex_in(number: str) -> Sex | None:
    """The sex that a number tells by its first digit; None without a number: words then agree with nobody."""
    return {"1": Sex.MALE, "7": Sex.MALE, "2": Sex.FEMALE, "8": Sex.FEMALE}.get(number[:1])


def check_nir(text: str) -> Nir:
    """Read a number with its key, spaces, dots and dashes tolerated.

    Refusals: ``nir.length``, ``nir.form``, ``nir.sex``, ``nir.month``, ``nir.place``, ``nir.order``,
    ``nir.key`` (the last one gives the expected key and the one given).
    """
    number = _compact(text)
    if len(number) == 13 and _SHAPE.fullmatch(number):
        raise Refusal(
            "nir.length",
            "Le numéro de sécurité sociale est donné sans sa clé.",
            f"Ajoutez les deux chiffres de la clé : {nir_key(number)} si les treize premiers sont exacts.",
        )
    if len(number) != 15:
        raise Refusal(
            "nir.length",
            f"Le numéro de sécurité sociale compte {len(number)} caractères au lieu de 15.",
            "Recopiez les 13 caractères et la clé de 2 chiffres, comme sur la carte Vitale.",
        )
    if not _SHAPE.fullmatch(number[:13]) or not _KEY.fullmatch(number[13:]):
        raise _form_refusal()
    _check_parts(number)
    expected = nir_key(number[:13])
    if expected != number[13:]:
        raise Refusal(
            "nir.key",
            f"La clé du numéro de sécurité sociale est fausse : {expected} attendue, {number[13:]} donnée.",
            "Relisez le numéro sur la carte Vitale ou l’attestation : un chiffre au moins est faux.",
        )
    return Nir(number[:13], number[13:])


def make_nir(sex: Sex, birth: date, department: str, commune: int, order: int) -> Nir:
    """Build a valid number for demonstration data; ``department`` as in :attr:`Nir.department`."""
    first = "1" if sex is Sex.MALE else "2"
    place = f"{department}{commune:0{5 - len(department)}d}"
    number = f"{first}{birth:%y%m}{place}{order:03d}"
    return check_nir(number + nir_key(number))


def _compact(text: str) -> str:
    return _SEPARATORS.sub("", text).upper()


def _form_refusal() -> Refusal:
    return Refusal(
        "nir.form",
        "Le numéro de sécurité sociale contient un caractère inattendu.",
        "Il ne contient que des chiffres, sauf 2A ou 2B pour une naissance en Corse.",
    )


def _check_parts(number: str) -> None:
    temporary = number[0] in _TEMPORARY
    if number[0] not in "1234" + _TEMPORARY:
        raise Refusal(
            "nir.sex",
            f"Le numéro de sécurité sociale commence par {number[0]}.",
            "Le premier chiffre est 1 ou 2 (3, 4, 7 ou 8 pour un numéro d’attente). Relisez-le.",
        )
    if int(number[3:5]) not in _MONTHS_TAKEN:
        raise Refusal(
            "nir.month",
            f"Le mois de naissance {number[3:5]} n’existe pas dans un numéro de sécurité sociale.",
            "Relisez les 4e et 5e chiffres : 01 à 12 (20 à 42 ou 50 à 99 si l’acte est incomplet).",
        )
    if number[5:7] == "00" or (number[7:10] == "000" and not temporary):
        raise Refusal(
            "nir.place",
            "Le lieu de naissance du numéro de sécurité sociale n’existe pas.",
            "Relisez les 6e à 10e caractères : département puis commune, ou 99 puis pays.",
        )
    if number[10:13] == "000" and not temporary:
        raise Refusal(
            "nir.order",
            "Le numéro d’ordre du numéro de sécurité sociale est nul.",
            "Relisez les 11e à 13e chiffres.",
        )
