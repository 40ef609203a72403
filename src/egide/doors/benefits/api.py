"""Benefits by the API: a care line explained."""

from __future__ import annotations

from typing import Any

from ninja import Router

from egide.benefits.queries import care_line
from egide.benefits.standing import posted_on_line, tell_line
from egide.doors.api.entry import ApiRequest, operation
from egide.journal.permissions import Permission

router = Router()


@router.get("/care-lines/{line_id}", tags=["prestations"])
@operation(Permission.READ_HEALTH)
def care(request: ApiRequest, line_id: int) -> dict[str, Any]:  # noqa: ARG001
    """A care line with each amount posted on it, and the tree of reasons of what stands: none where the clauses of the book
    do not give it any more (taken back by the scheme, or out of cover since)."""
    line = care_line(line_id)
    posted = posted_on_line(line_id)
    told = tell_line(line_id, posted).step if line.operation == "N" else None
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
        "postings": [
            {"booked_on": one.booked_on, "amount_cents": one.amount_cents, "act_id": one.act_id} for one in posted
        ],
        "why": told.as_dict() if told is not None and told.value == line.posted_cents else None,
    }
