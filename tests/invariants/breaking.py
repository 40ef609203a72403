"""A base where a centre has lived a while, and whose owner then breaks one sentence at a time by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from django.db import connections, transaction

from bases import base_apart, point
from egide.doors.commands.check import find
from egide.journal.sealing import seal
from egide.postgres import Cluster


@contextmanager
def lived_base(server: Cluster, live: Callable[[], None]) -> Iterator[None]:
    """A base of its own where ``live`` happened, then worked on as the owner of the schema: nothing there stops a hand."""
    with base_apart(server, "broken"):
        live()
        seal()
        point("default", connections["default"].settings_dict["NAME"], connections["owner"].settings_dict["USER"])
        yield


def spoken() -> set[str]:
    """The names of the sentences that ``egide check`` finds false."""
    return {finding.name for finding in find() if finding.count}


def spoken_after(statements: Sequence[str]) -> set[str]:
    """What the check says once these statements are done, which are then undone; the last one must touch a row."""
    with transaction.atomic():
        with connections["default"].cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            assert cursor.rowcount > 0, f"nothing was broken by: {statements[-1]}"
        found = spoken()
        transaction.set_rollback(True)
    return found
