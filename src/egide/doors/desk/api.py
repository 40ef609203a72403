"""The desk by the API: people found, the week, files that came and went, and receiving one.

A file is kept first; it is read afterwards, at our pace.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from ninja import File, Form, Router, Schema
from ninja.files import UploadedFile

from egide.doors.api.entry import ApiRequest, absent, operation
from egide.doors.desk.intake import AUTO, arrival_of
from egide.doors.desk.search_reads import find
from egide.exchanges.acts import receive as receive_file
from egide.exchanges.queries import causes
from egide.exchanges.queries import files as latest_files
from egide.journal import clock
from egide.journal.permissions import Permission
from egide.kernel.errors import Refusal
from egide.kernel.formats import read_day
from egide.people.search import MOST_LETTERS, MOST_WORDS, too_long
from egide.work.delays import delays
from egide.work.queries import week

router = Router()
_MOST = 100


class FileOut(Schema):
    """A file and how its lines ended."""

    id: int
    direction: str
    format: str
    partner: str
    name: str
    sha256: str
    size_bytes: int
    received_at: datetime
    state: str
    lines: int
    posted: int
    ignored: int
    rejected: int


class ArrivalIn(Schema):
    """What a file claims to be (« auto »: its content tells), and whose it is."""

    format: str = AUTO
    perimeter_id: int


@router.get("/files", response=list[FileOut], tags=["fichiers"])
@operation(Permission.EXCHANGES)
def files(request: ApiRequest, limit: int = 100) -> list[Any]:  # noqa: ARG001
    """The latest files, in and out."""
    return list(latest_files(limit=max(1, min(limit, 500))))


@router.post("/files", tags=["fichiers"])
@operation(Permission.EXCHANGES, writes=True)
def receive(request: ApiRequest, given: Form[ArrivalIn], content: File[UploadedFile]) -> dict[str, Any]:
    """Receive a file: its format told by its content, its sender by its format; the same bytes twice are refused (409)."""
    if given.perimeter_id not in request.context.actor.perimeters:
        raise absent("perimeter_id")
    kept = receive_file(request.context, arrival_of(content, chosen=given.format, perimeter_id=given.perimeter_id))
    return {"file": kept.pk, "size_bytes": kept.size_bytes}


@router.get("/rejects", tags=["fichiers"])
@operation(Permission.EXCHANGES)
def rejects(request: ApiRequest) -> list[dict[str, Any]]:  # noqa: ARG001
    """Open rejects by cause, the most frequent first."""
    return [
        {"code": one.code, "count": one.count, "files": one.files, "message": one.message, "remedy": one.remedy}
        for one in causes()
    ]


class Hit(Schema):
    """One person found, with the number of the enrolment that tells who they are."""

    number: str
    name: str
    detail: str


class Found(Schema):
    """What a search gives; ``more`` when there are others."""

    results: list[Hit]
    more: bool


@router.get("/search", response=Found, tags=["adhérents"])
@operation(Permission.READ)
def search(request: ApiRequest, q: str, limit: int = 20) -> dict[str, Any]:  # noqa: ARG001
    """Find people by name, number, phone, e-mail, social-security number, end of IBAN or birth date."""
    if too_long(q):
        raise Refusal(
            code="search.too_long",
            where="q",
            message="Ce texte est trop long pour être cherché.",
            remedy=f"Donnez au plus {MOST_LETTERS} caractères et {MOST_WORDS} mots.",
        )
    found = find(q, limit=max(1, min(limit, _MOST)))
    results = [{"number": hit.number, "name": hit.name, "detail": hit.detail} for hit in found.hits]
    return {"results": results, "more": found.bounded or found.total > len(results)}


@router.get("/week", tags=["pilotage"])
@operation(Permission.MEASURE)
def this_week(request: ApiRequest, day: date | None = None) -> dict[str, Any]:  # noqa: ARG001
    """Flows by team over a week, and the delay kept for nine acts in ten."""
    asked = day or clock.today()
    if read_day(asked.isoformat()) is None:
        raise Refusal(
            "week.day", "Cette date est hors des années du centre.", "Donnez un jour de l’une d’elles.", "day"
        )
    return {"teams": week(asked), "delays": [asdict(one) for one in delays(asked)]}
