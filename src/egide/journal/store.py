"""The raw store: bytes kept once, whole, under their SHA-256, before anything is decided about them.

A kept file is written beside its place, flushed to the disk, then renamed: a kill or a full disk leaves either the
whole content or nothing. Nothing is ever rewritten.
"""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from pathlib import Path

from django.conf import settings

from egide.kernel.errors import Refusal


def keep(content: bytes) -> str:
    """Keeps the bytes and returns their fingerprint; the same bytes are kept once. Refusal when the disk is full."""
    digest = hashlib.sha256(content).hexdigest()
    place = path_of(digest)
    if place.exists():
        return digest
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=place.parent, prefix="new-", delete=False) as fresh:
            fresh.write(content)
            fresh.flush()
            os.fsync(fresh.fileno())
        Path(fresh.name).rename(place)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise Refusal(
            code="store.full",
            where=str(place.parent),
            message="Le disque est plein : le fichier n’a pas pu être conservé, rien n’a été enregistré.",
            remedy="Libérez de la place puis déposez de nouveau le fichier : il sera reconnu s’il avait été reçu.",
        ) from error
    return digest


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
