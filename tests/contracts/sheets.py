"""Tables of enrolments, as a network of sale types them: a sound family row by row, and the spreadsheet that holds them."""

from __future__ import annotations

import csv
import itertools
from datetime import date
from io import StringIO

from egide.exchanges.codecs.enrolment_columns import COLUMNS
from egide.kernel.identifiers import nir_key
from people.families import HORIZON, iban_of, nir_of, typed

START = date(2026, 11, 1)
_serials = itertools.count(50_000)


def holder(reference: str, **changes: str) -> dict[str, str]:
    """A row of a sound family: its insured."""
    birth = date(1980, 1, 1)
    nir = nir_of(woman=False, birth=birth, serial=next(_serials))
    return {
        "family_reference": reference, "role": "ASSURE", "last_name": "EXEMPLE", "birth_name": "", "first_name": "Alix",
        "birth_date": typed(birth), "birth_rank": "1", "nir": nir + nir_key(nir), "scheme": "GENERAL", "product": HORIZON,
        "formula": "confort", "start": typed(START), "address": "1 rue de l’Exemple", "postal_code": "75001",
        "city": "Paris", "email": "", "phone": "0102030405", "iban": iban_of(int(nir[-6:])), "frequency": "MENSUEL",
        "payment": "PRELEVEMENT",
    } | changes  # fmt: skip


def child(of: dict[str, str], **changes: str) -> dict[str, str]:
    """A child under the insured's number."""
    return of | {
        "role": "ENFANT", "first_name": "Camille", "birth_date": "05/06/2015", "address": "", "postal_code": "", "city": "",
        "iban": "", "frequency": "", "payment": "", "phone": "",
    } | changes  # fmt: skip


def sheet(*rows: dict[str, str]) -> bytes:
    """The table as a spreadsheet saves it."""
    out = StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow([column.heading for column in COLUMNS])
    writer.writerows([row[column.name] for column in COLUMNS] for row in rows)
    return out.getvalue().encode("utf-8-sig")
