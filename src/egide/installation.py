"""One installation of Égide on this machine: its folder, its secret, its database, ready before Django is."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import sql

from egide.postgres import open_cluster, running

_PROJECT = Path(__file__).resolve().parents[2]


def home() -> Path:
    """The installation's folder: ``EGIDE_HOME``, else ``.egide`` in the project, else a system folder for root.

    Root lends the server another user, who could not enter a project under ``/root``.
    """
    if named := os.environ.get("EGIDE_HOME"):
        return Path(named)
    if os.geteuid() == 0:
        return Path("/var/lib/egide") / hashlib.sha256(str(_PROJECT).encode()).hexdigest()[:12]
    return _PROJECT / ".egide"


@contextlib.contextmanager
def open_installation(folder: Path, *, name: str = "egide") -> Iterator[None]:
    """Inside the block the environment points at a running database with both roles and the current schema."""
    (folder / "static").mkdir(parents=True, exist_ok=True)
    os.environ["EGIDE_HOME"] = str(folder)
    os.environ.setdefault("EGIDE_SECRET_KEY", _secret(folder))
    if "EGIDE_DATABASE_URL" in os.environ:
        yield
        return
    with running(open_cluster(folder)) as cluster:
        create_database(cluster.url("egide_owner", "postgres"), name)
        os.environ["EGIDE_DATABASE_URL"] = cluster.url("egide_app", name)
        os.environ["EGIDE_OWNER_DATABASE_URL"] = cluster.url("egide_owner", name)
        try:
            yield
        finally:
            del os.environ["EGIDE_DATABASE_URL"], os.environ["EGIDE_OWNER_DATABASE_URL"]


def create_database(admin_url: str, name: str, *, template: str | None = None) -> None:
    """The named database with its two roles, if they are not there yet; ``template`` copies another one."""
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute("SELECT pg_advisory_lock(hashtext('egide_create_database'))")
        if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = 'egide_app'").fetchone():
            admin.execute("CREATE ROLE egide_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE")
        if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return
        source = sql.SQL(" TEMPLATE {}").format(sql.Identifier(template)) if template else sql.SQL("")
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)) + source)
    if template:
        return
    with psycopg.connect(admin_url.replace("/postgres?", f"/{name}?"), autocommit=True) as owner:
        owner.execute("ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO egide_app")
        owner.execute("ALTER DEFAULT PRIVILEGES GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO egide_app")
        owner.execute("GRANT USAGE ON SCHEMA public TO egide_app")
        owner.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        for extension in ("btree_gist", "pg_trgm"):
            owner.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))


def drop_database(admin_url: str, name: str) -> None:
    """Removes a database and whoever is connected to it."""
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def migrate() -> None:
    """Brings the schema to the code's version, under the owner role."""
    from django.core.management import call_command  # noqa: PLC0415 - Django must be set up first

    call_command("migrate", database="owner", verbosity=0, interactive=False)


def _secret(folder: Path) -> str:
    path = folder / "secret"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48))
    return path.read_text()
