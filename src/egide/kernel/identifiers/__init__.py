"""Public numbers, checked key included: NIR, SIREN, SIRET, FINESS, IBAN, RUM and SEPA creditor identifier.

A check takes what a person typed and returns the compact form, or raises a Refusal that says what is wrong.
No refusal repeats the number itself: it may be read in a log.
"""

from egide.kernel.identifiers.banking import (
    Iban,
    check_creditor_identifier,
    check_iban,
    check_rum,
    make_iban,
    make_rum,
    mask_iban,
    to_sepa_text,
)
from egide.kernel.identifiers.nir import Nir, Sex, check_nir, make_nir, nir_key, sex_in
from egide.kernel.identifiers.organisations import check_finess, check_siren, check_siret, make_finess

__all__ = [
    "Iban",
    "Nir",
    "Sex",
    "check_creditor_identifier",
    "check_finess",
    "check_iban",
    "check_nir",
    "check_rum",
    "check_siren",
    "check_siret",
    "make_finess",
    "make_iban",
    "make_nir",
    "make_rum",
    "mask_iban",
    "nir_key",
    "sex_in",
    "to_sepa_text",
]
