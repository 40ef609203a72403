"""The API door: the same queries and acts as the pages, for machines. See ``README.md``."""

from __future__ import annotations

from egide.doors.api.entry import api
from egide.doors.api.operations import contracts, exchanges, reading

api.add_router("", reading.router)
api.add_router("", contracts.router)
api.add_router("", exchanges.router)

__all__ = ["api"]
