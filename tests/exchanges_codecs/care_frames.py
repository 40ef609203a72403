"""Frames of acts for the tests: small, varied, valid."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from egide.exchanges.codecs.noemie_envelope import Envelope
from egide.kernel.identifiers import nir_key

HEADER = Envelope(
    "SI", "00999000", "MU", "00000099999999", "99999999", "0001DC", date(2026, 3, 15),
    reference="EGD", exchange_type="DC", sender_program="NOEEGD",
)  # fmt: skip
NIR = "1800175999001"
CORSICAN = "180012A999001"


def act(**changes: Any) -> dict[str, Any]:
    """One valid act; the changes replace its values."""
    nir = changes.get("nir", NIR)
    return {
        "reference": "0000000001", "reversed_reference": "", "nir": nir, "nir_key": nir_key(nir),
        "beneficiary_rank": 1, "birth_date": date(1980, 1, 1), "birth_rank": 1, "invoice_no": "000000001",
        "operation": "N", "scheme_code": "01", "insurance_nature": "10", "exemption": "0",
        "contract_type": "01", "oc_number": "0099999999", "stay_start": None, "stay_end": None,
        "is_stay": False, "act_code": "CS", "care_date": date(2026, 3, 1), "quantity": 1, "coefficient": 100,
        "unit_price_cents": 3000, "base_cents": 3000, "rate_bp": 7000, "amo_cents": 1900,
        "charged_cents": 5000, "amc_requested_cents": 900, "withheld_cents": 200, "tariff_agreement": True,
        "care_path": False, "basket": "", "executant": "01",
    } | changes  # fmt: skip


def frame(*acts: dict[str, Any]) -> pl.DataFrame:
    """The frame of some acts."""
    dates = {name: pl.Date() for name in ("birth_date", "care_date", "stay_start", "stay_end")}
    return pl.DataFrame(list(acts), schema_overrides=dates, infer_schema_length=None)
