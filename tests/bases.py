"""A base of its own for a module of tests: copied from the template, pointed at, left and dropped at the end."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections

from egide.installation import create_database, drop_database
from egide.postgres import Cluster

_ALIASES = ("default", "owner")


@contextmanager
def base_apart(server: Cluster, why: str) -> Iterator[None]:
    """Both connections on a fresh copy of the centre, where what is committed stays until the end; the day comes back too."""
    admin, name = server.url("egide_owner", "postgres"), f"egide_{why}_{uuid.uuid4().hex[:8]}"
    before = {alias: dict(connections[alias].settings_dict) for alias in _ALIASES}
    day = os.environ.get("EGIDE_TODAY")
    create_database(admin, name, template="egide_template")
    try:
        for alias in _ALIASES:
            point(alias, name)
        yield
    finally:
        for alias in _ALIASES:
            point(alias, before[alias]["NAME"], before[alias]["USER"])
        drop_database(admin, name)
        os.environ.pop("EGIDE_TODAY", None)
        if day is not None:
            os.environ["EGIDE_TODAY"] = day


def point(alias: str, name: str, user: str | None = None) -> None:
    """The next query of a connection goes to this base, as this user."""
    connections[alias].close()
    connections[alias].settings_dict["NAME"] = name
    if user is not None:
        connections[alias].settings_dict["USER"] = user
