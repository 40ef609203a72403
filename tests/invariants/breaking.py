"""A base where a centre has lived a while, and whose owner then breaks one sentence at a time by hand."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from django.db import connections, transaction

from egide.doors.commands.check import find
from egide.installation import create_database, drop_database
from egide.journal.sealing import seal
from egide.postgres import Cluster

_ALIASES = ("default", "owner")


@contextmanager
def lived_base(server: Cluster, live: Callable[[], None]) -> Iterator[None]:
    """A base of its own where ``live`` happened, then worked on as the owner of the schema: nothing there stops a hand."""
    admin, name = server.url("egide_owner", "postgres"), f"egide_broken_{uuid.uuid4().hex[:8]}"
    before = {alias: dict(connections[alias].settings_dict) for alias in _ALIASES}
    day = os.environ.get("EGIDE_TODAY")
    create_database(admin, name, template="egide_template")
    try:
        _point(name, before["default"]["USER"])
        live()
        seal()
        _point(name, before["owner"]["USER"])
        yield
    finally:
        _point(before["default"]["NAME"], before["default"]["USER"])
        drop_database(admin, name)
        os.environ.pop("EGIDE_TODAY", None)
        if day is not None:
            os.environ["EGIDE_TODAY"] = day


def _point(name: str, user: str) -> None:
    for alias in _ALIASES:
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name
    connections["default"].settings_dict["USER"] = user


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
