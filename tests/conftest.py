"""The ground on which tests stand: a private PostgreSQL, a centre founded once, and a database for each need.

``db`` gives a transaction that is rolled back; ``database`` gives a copy of the base, for batches that commit and are
killed. Nothing is mocked. Pure tests ask for neither and start no server.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

_RUN = os.environ.setdefault("EGIDE_TEST_RUN", os.environ.get("PYTEST_XDIST_TESTRUNUID", uuid.uuid4().hex)[:12])
_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
_HOME = Path(tempfile.gettempdir()) / f"egide-tests-{_RUN}"
_TEMPLATE = "egide_template"

_HOME.mkdir(mode=0o711, exist_ok=True)
# The server is shared by the run; the files that a worker keeps are its own.
_STORE = _HOME / _WORKER
(_STORE / "static").mkdir(parents=True, exist_ok=True)
os.environ.update(EGIDE_HOME=str(_STORE), EGIDE_SECRET_KEY="tests", DJANGO_SETTINGS_MODULE="egide.settings")

from egide.postgres import Cluster, open_cluster, running  # noqa: E402
from requirement_results import Results  # noqa: E402

_CLUSTER: Cluster = open_cluster(_HOME)
os.environ["EGIDE_DATABASE_URL"] = _CLUSTER.url("egide_app", f"egide_{_WORKER}")
os.environ["EGIDE_OWNER_DATABASE_URL"] = _CLUSTER.url("egide_owner", f"egide_{_WORKER}")

import django  # noqa: E402

django.setup()

from django.db import connections, transaction  # noqa: E402

from egide.installation import create_database, drop_database, migrate  # noqa: E402
from egide.journal.facts import Channel, Context  # noqa: E402
from egide.journal.queries import system_context  # noqa: E402
from egide.journal.scope import set_perimeters  # noqa: E402
from egide.journal.sealing import seal  # noqa: E402

_ADMIN = _CLUSTER.url("egide_owner", "postgres")
_BOOKS = Path(__file__).resolve().parents[1] / "books"


def pytest_configure(config: pytest.Config) -> None:
    """The process that leads the run keeps the results of tests for the page of requirements."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Results())


def pytest_sessionfinish(session: pytest.Session) -> None:
    """The last process of the run takes its folder away."""
    if not hasattr(session.config, "workerinput"):
        shutil.rmtree(_HOME, ignore_errors=True)


def _use(name: str) -> None:
    """Points both connections at a database."""
    for alias in ("default", "owner"):
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name


def _build_template() -> None:
    """A migrated base with the demo centre and the house's books published; built once per run, then copied."""
    from egide.demo.centre import found
    from egide.products.acts import publish

    create_database(_ADMIN, "egide_building")
    _use("egide_building")
    migrate()
    found(system_context())
    context = system_context()
    for folder in sorted(_BOOKS.iterdir()):
        publish(context, folder)
    seal()
    for alias in ("default", "owner"):
        connections[alias].close()
    import psycopg

    with psycopg.connect(_ADMIN, autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE egide_building RENAME TO {_TEMPLATE}")  # type: ignore[arg-type]


def _template_exists() -> bool:
    import psycopg

    with psycopg.connect(_ADMIN, autocommit=True) as admin:
        return admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_TEMPLATE]).fetchone() is not None


@pytest.fixture(scope="session")
def server() -> Iterator[Cluster]:
    """The running server, with this worker's own database copied from the template."""
    with running(_CLUSTER):
        with (_HOME / "template.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not _template_exists():
                _build_template()
        name = f"egide_{_WORKER}"
        create_database(_ADMIN, name, template=_TEMPLATE)
        _use(name)
        yield _CLUSTER
        for alias in ("default", "owner"):
            connections[alias].close()


@pytest.fixture
def db(server: Cluster) -> Iterator[None]:
    """A transaction on the worker's base, seeing every perimeter, rolled back at the end."""
    _use(f"egide_{_WORKER}")
    with transaction.atomic():
        set_perimeters((1, 2, 3))
        yield
        transaction.set_rollback(True)


@pytest.fixture
def empty_database(server: Cluster) -> Iterator[str]:
    """A base without any table, for what happened before the schema of today."""
    name = f"egide_{_WORKER}_{uuid.uuid4().hex[:8]}"
    create_database(_ADMIN, name)
    _use(name)
    yield name
    _use(f"egide_{_WORKER}")
    drop_database(_ADMIN, name)


@pytest.fixture
def database(server: Cluster) -> Iterator[str]:
    """A copy of the base for this test alone: what it commits stays until its end."""
    name = f"egide_{_WORKER}_{uuid.uuid4().hex[:8]}"
    create_database(_ADMIN, name, template=_TEMPLATE)
    _use(name)
    yield name
    _use(f"egide_{_WORKER}")
    drop_database(_ADMIN, name)


@dataclass(frozen=True)
class Desk:
    """The people of the demo centre, by role, as contexts for acts and as signed-in browsers."""

    def context(self, role: str, *, key: str | None = None) -> Context:
        """The context of the demo user of a role."""
        from egide.people.queries import actor_of, user_by_role

        return Context(actor_of(user_by_role(role)), Channel.SCREEN, key=key)

    def client(self, role: str):  # type: ignore[no-untyped-def]
        """A signed-in test client of the demo user of a role."""
        from django.test import Client

        from egide.people.queries import user_by_role

        client = Client()
        client.force_login(user_by_role(role), backend="django.contrib.auth.backends.ModelBackend")
        return client


@pytest.fixture
def centre(db: None) -> Desk:
    """The demo centre in a transaction that is rolled back."""
    return Desk()


@pytest.fixture
def lasting_centre(database: str) -> Desk:
    """The demo centre on a base of its own, where what is committed stays until the end of the test."""
    return Desk()


@pytest.fixture
def system(server: Cluster) -> Context:
    """The context of commands and night jobs; ask for ``db`` or ``database`` too."""
    return system_context()


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> object:
    """Sets the day of the house: ``today("2015-10-05")``."""
    return lambda day: monkeypatch.setenv("EGIDE_TODAY", day)
