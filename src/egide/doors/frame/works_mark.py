"""The discreet mark of the header: works of mine that are under way, or ended since I last looked."""

from __future__ import annotations

from datetime import datetime, timedelta

from egide.doors.frame.access import PageRequest
from egide.journal import clock
from egide.work.job_queries import mine

_SEEN = "works_seen"
_NEWS = timedelta(hours=12)


def works_mark(request: PageRequest) -> dict[str, int] | None:
    """``under_way``, ``ended`` and ``stopped`` of the works that this person asked for; None for who cannot ask."""
    if request.context.actor.id is None:
        return None
    found = mine(request.context.actor.id, since=_seen_at(request))
    return {"under_way": found.under_way, "ended": found.ended, "stopped": found.stopped}


def seen(request: PageRequest) -> None:
    """This person looks at their works now: what ended before is no news any more."""
    request.session[_SEEN] = clock.now().isoformat()


def _seen_at(request: PageRequest) -> datetime:
    kept = request.session.get(_SEEN)
    return datetime.fromisoformat(kept) if kept else clock.now() - _NEWS
