"""What a log may hold: a list of allowed facts, and nothing else. Health data and identities have no way in.

The text of an error may quote a row, a name or a care; the address of a page may hold a member's number. So a line says what
kind of error it was and where in the code, never its words; which page it was, never its address.
"""

from __future__ import annotations

import json
import logging
import os
import traceback
from datetime import UTC, datetime

_FRAMES = 12
_OURS = "egide."


class AllowedFacts(logging.Formatter):
    """One line of JSON per event: when, how serious, who says it, what, and where in the code for an error."""

    def format(self, record: logging.LogRecord) -> str:
        """The allowed facts of a record; the words of others are their template, without what was put in it."""
        facts: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage() if record.name.startswith(_OURS) else str(record.msg),
        }
        if isinstance(status := getattr(record, "status_code", None), int):
            facts["status"] = status
        request = getattr(record, "request", None)
        if (match := getattr(request, "resolver_match", None)) is not None:
            facts["page"] = match.view_name
        if isinstance(method := getattr(request, "method", None), str):
            facts["method"] = method
        if record.exc_info and record.exc_info[0] is not None:
            facts["error"] = record.exc_info[0].__name__
            facts["where"] = places(record.exc_info[1])
        return json.dumps(facts, ensure_ascii=False)


def places(error: BaseException | None) -> list[str]:
    """Where an error happened, the innermost first: file, line and function, never values."""
    if error is None:
        return []
    frames = reversed(traceback.extract_tb(error.__traceback__)[-_FRAMES:])
    return [f"{os.path.basename(one.filename)}:{one.lineno} {one.name}" for one in frames]  # noqa: PTH119 - a name only
