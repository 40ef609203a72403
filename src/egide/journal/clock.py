"""The one clock of the house: every date on every floor comes from here, and EGIDE_TODAY can set it."""

from __future__ import annotations

import os
from datetime import date, datetime
from zoneinfo import ZoneInfo

from egide.kernel.errors import Refusal

PARIS = ZoneInfo("Europe/Paris")


def now() -> datetime:
    """The present moment in Paris; with EGIDE_TODAY set (ISO date), that day at the real time of day."""
    moment = datetime.now(PARIS)
    chosen = os.environ.get("EGIDE_TODAY")
    if not chosen:
        return moment
    try:
        day = date.fromisoformat(chosen)
    except ValueError as error:
        raise Refusal(
            code="clock.today",
            where="EGIDE_TODAY",
            message=f"« {chosen} » n’est pas une date.",
            remedy="Écrivez la date sous la forme AAAA-MM-JJ, par exemple 2015-10-05.",
        ) from error
    return moment.replace(year=day.year, month=day.month, day=day.day)


def today() -> date:
    """The present day in Paris, or the one that EGIDE_TODAY sets."""
    return now().date()
