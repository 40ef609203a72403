"""Benefits by the API: a care line explained."""

from __future__ import annotations

from typing import Any

from ninja import Router

from egide.benefits.queries import care_line, explain_line
from egide.doors.api.entry import ApiRequest, operation
from egide.journal.permissions import Permission

router = Router()


@router.get("/care-lines/{line_id}", tags=["prestations"])
@operation(Permission.READ_HEALTH)
def care(request: ApiRequest, line_id: int) -> dict[str, Any]:  # noqa: ARG001
    """A care line with what was posted on it and the tree of reasons of its amount."""
    line = care_line(line_id)
    explained = explain_line(line_id).as_dict() if line.operation == "N" else None
    return {
        "id": line.id,
        "care_on": line.care_on,
        "act_code": line.act_code,
        "family": line.family,
        "charged_cents": line.charged_cents,
        "base_cents": line.base_cents,
        "rate_bp": line.rate_bp,
        "amo_cents": line.amo_cents,
        "withheld_cents": line.withheld_cents,
        "posted_cents": line.posted_cents,
        "reverses_id": line.reverses_id,
        "why": explained,
    }
