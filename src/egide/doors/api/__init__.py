"""The API door: the same queries and acts as the pages, for machines. See ``README.md``."""

from __future__ import annotations

from egide.doors.api.entry import api
from egide.doors.frame.opened import doors

for _door in doors():
    if _door.api is not None:
        api.add_router("", _door.api)

__all__ = ["api"]
