"""The raw store: bytes kept once, whole, under their SHA-256, before anything is decided about them.

A kept file is written beside its place, flushed to the disk, then renamed: a kill or a full disk leaves either the
whole content or nothing. Nothing is ever rewritten.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path

from django.conf import settings

from egide.kernel.errors import Refusal

_tried: ContextVar[list[Path] | None] = ContextVar("egide_store_trial", default=None)


def keep(content: bytes) -> str:
    """Keeps the bytes and returns their fingerprint; the same bytes are kept once. Refusal when the disk is full."""
    digest = hashlib.sha256(content).hexdigest()
    place = path_of(digest)
    if place.exists():
        return digest
    started: Path | None = None
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=place.parent, prefix="new-", delete=False) as fresh:
            started = Path(fresh.name)
            fresh.write(content)
            fresh.flush()
            os.fsync(fresh.fileno())
        started.rename(place)
        if (tried := _tried.get()) is not None:
            tried.append(place)
    except OSError as error:
        # What was cut short would fill the disk a little more at each try.
        if started is not None:
            started.unlink(missing_ok=True)
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise Refusal(
            code="store.full",
            where=str(place.parent),
            message="Le disque est plein : le fichier n’a pas pu être conservé, rien n’a été enregistré.",
            remedy="Libérez de la place puis déposez de nouveau le fichier : il sera reconnu s’il avait été reçu.",
        ) from error
    return digest


@contextlib.contextmanager
def trial() -> Iterator[None]:
    """Inside the block, what is kept for the first time is taken away again at the end: a trial leaves nothing."""
    fresh: list[Path] = []
    token = _tried.set(fresh)
    try:
        yield
    finally:
        _tried.reset(token)
        for place in fresh:
            place.unlink(missing_ok=True)


def in_trial() -> bool:
    """True inside a trial: all that is done will be undone."""
    return _tried.get() is not None


def load(digest: str) -> bytes:
    """The bytes kept under a fingerprint. Refusal when they are missing or no longer match it."""
    place = path_of(digest)
    try:
        content = place.read_bytes()
    except FileNotFoundError as error:
        raise Refusal(
            code="store.missing",
            where=digest[:12],
            message="Le contenu de ce fichier n’est plus dans le magasin.",
            remedy="Restaurez la dernière sauvegarde du dossier des fichiers, puis relancez.",
        ) from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise Refusal(
            code="store.altered",
            where=digest[:12],
            message="Le contenu de ce fichier a été altéré depuis sa réception.",
            remedy="Restaurez la dernière sauvegarde du dossier des fichiers, puis prévenez l’exploitation.",
        )
    return content


def path_of(digest: str) -> Path:
    """Where the bytes of a fingerprint are; two levels, so that no folder grows without end."""
    return Path(settings.HOME) / "files" / digest[:2] / digest
