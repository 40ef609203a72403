"""Is this uploaded PDF safe to keep and to show?  ``safe_pdf`` answers, or refuses with what to do next.

Refused: what is not a PDF, is cut, locked, too big, or carries anything that acts (JavaScript, launched
programs, form submission), hides another file, or unfolds into more than the machine should hold.  Nothing is
executed, rendered or cleaned: a refused file stays with its sender, an accepted one is kept byte for byte.
"""

from __future__ import annotations

import hashlib
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from egide.kernel.errors import Refusal

MAX_BYTES = 20_000_000
MAX_PAGES = 60
_MAX_OBJECTS = 200_000
_MAX_UNFOLDED_BYTES = 300_000_000
_MAX_PIXELS = 100_000_000
_MAX_DEPTH = 50
_CHUNK_BYTES = 1_000_000

_SEND_AGAIN = "Demandez à l’expéditeur de l’envoyer à nouveau, ou de numériser le document papier."
_PRINT_AGAIN = "Imprimez le document, puis renvoyez-le numérisé ou réenregistré en PDF simple."

_ACTIONS = {
    "/JavaScript": ("pdf.javascript", "le fichier contient un programme (JavaScript)."),
    "/Rendition": ("pdf.javascript", "le fichier contient un média actif."),
    "/Launch": ("pdf.launch", "le fichier cherche à lancer un programme."),
    "/SubmitForm": ("pdf.launch", "le fichier cherche à envoyer des données."),
    "/ImportData": ("pdf.launch", "le fichier cherche à lire des données de votre poste."),
    "/GoToR": ("pdf.launch", "le fichier cherche à ouvrir un autre fichier."),
    "/GoToE": ("pdf.embedded", "le fichier cherche à ouvrir un fichier caché."),
}
_KEYS = {
    "/JS": ("pdf.javascript", "le fichier contient un programme (JavaScript)."),
    "/JavaScript": ("pdf.javascript", "le fichier contient un programme (JavaScript)."),
    "/EmbeddedFiles": ("pdf.embedded", "le fichier en contient un autre, caché."),
    "/EF": ("pdf.embedded", "le fichier en contient un autre, caché."),
    "/XFA": ("pdf.active_form", "le fichier est un formulaire dynamique (XFA)."),
    "/RichMediaContent": ("pdf.embedded", "le fichier contient un média actif."),
}


class PdfRefusal(Refusal):
    """An uploaded PDF that is not kept."""


@dataclass(frozen=True, slots=True)
class PdfCheck:
    """What was found in a PDF that is safe: its fingerprint, size, pages, and whether it is a bare scan.

    ``repaired`` says that its index was damaged and had to be rebuilt to read it.
    """

    sha256: str
    size_bytes: int
    pages: int
    image_only: bool
    repaired: bool


def safe_pdf(data: bytes, *, max_bytes: int = MAX_BYTES, max_pages: int = MAX_PAGES) -> PdfCheck:
    """Return what this PDF is, or raise :class:`PdfRefusal` (codes ``pdf.…``, in French, with the remedy)."""
    _check_envelope(data, max_bytes)
    try:
        with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as pdf:
            _check_opened(pdf, max_pages)
            return PdfCheck(
                sha256=hashlib.sha256(data).hexdigest(),
                size_bytes=len(data),
                pages=len(pdf.pages),
                image_only=_image_only(pdf),
                repaired=bool(pdf.get_warnings()),
            )
    except pikepdf.PasswordError as error:
        raise _locked() from error
    except (pikepdf.PdfError, RecursionError, ValueError, TypeError, KeyError) as error:
        raise PdfRefusal("pdf.damaged", "le fichier est abîmé et ne peut pas être lu.", _SEND_AGAIN) from error


def _check_envelope(data: bytes, max_bytes: int) -> None:
    """Refuse by size, first and last bytes, before any parser sees the file."""
    if len(data) > max_bytes:
        raise PdfRefusal(
            "pdf.oversize",
            f"le fichier pèse {len(data) // 1_000_000} Mo, au-delà des {max_bytes // 1_000_000} Mo acceptés.",
            "Envoyez-le en plusieurs fois, ou numérisez-le en 200 points par pouce.",
        )
    if b"%PDF-" not in data[:1024]:
        raise PdfRefusal("pdf.not_pdf", "le fichier n’est pas un PDF.", "Envoyez le document au format PDF.")
    if b"%%EOF" not in data[-2048:]:
        raise PdfRefusal("pdf.truncated", "le fichier est incomplet : sa fin manque.", _SEND_AGAIN)


def _check_opened(pdf: Pdf, max_pages: int) -> None:
    if pdf.is_encrypted:
        raise _locked()
    count = len(pdf.pages)
    if not 1 <= count <= max_pages:
        raise PdfRefusal(
            "pdf.pages",
            f"le fichier a {count} pages ; de 1 à {max_pages} sont acceptées.",
            "Envoyez-le en plusieurs fichiers.",
        )
    unfolded = 0
    for number, thing in enumerate(_every_object(pdf), 1):
        if number > _MAX_OBJECTS:
            raise _too_complex()
        if isinstance(thing, Dictionary | Stream):
            _check_dictionary(thing)
        if isinstance(thing, Stream):
            unfolded += _unfolded_bytes(thing, _MAX_UNFOLDED_BYTES - unfolded)


def _every_object(pdf: Pdf) -> Iterator[Object]:
    """Yield each indirect object and every container written inside it, in compressed streams too."""
    yield from _nested(pdf.trailer, 0)
    for thing in pdf.objects:
        yield from _nested(thing, 0)


def _nested(thing: object, depth: int) -> Iterator[Object]:
    if not isinstance(thing, Dictionary | Stream | Array):
        return
    if depth > _MAX_DEPTH:
        raise _too_complex()
    yield thing
    children = list(thing) if isinstance(thing, Array) else [value for _, value in thing.items()]
    for child in children:
        if isinstance(child, Object) and not child.is_indirect:
            yield from _nested(child, depth + 1)


def _check_dictionary(thing: Dictionary | Stream) -> None:
    """Refuse a dictionary that acts, hides a file, or announces an image beyond reason."""
    for key in iter(thing.keys()):
        if key in _KEYS:
            raise PdfRefusal(*_KEYS[key], _PRINT_AGAIN)
    action = thing.get("/S")
    if isinstance(action, Name) and str(action) in _ACTIONS:
        raise PdfRefusal(*_ACTIONS[str(action)], _PRINT_AGAIN)
    if thing.get("/Subtype") == Name("/Image"):
        pixels = int(thing.get("/Width", 0)) * int(thing.get("/Height", 0))
        if pixels > _MAX_PIXELS:
            raise PdfRefusal(
                "pdf.image",
                f"une image du fichier est démesurée ({pixels // 1_000_000} millions de points).",
                "Numérisez le document en 200 points par pouce.",
            )


def _unfolded_bytes(stream: Stream, allowed_bytes: int) -> int:
    """Return the size of a stream once inflated, giving up (and refusing) past what is allowed."""
    filters = stream.get("/Filter")
    names = [str(name) for name in filters] if isinstance(filters, Array) else [str(filters)]
    if sum(name in ("/FlateDecode", "/Fl", "/LZWDecode", "/RunLengthDecode") for name in names) > 1:
        raise _too_complex()
    if names[0] not in ("/FlateDecode", "/Fl"):
        return 0
    inflate, size, rest = zlib.decompressobj(), 0, bytes(stream.read_raw_bytes())
    while rest:
        try:
            size += len(inflate.decompress(rest, _CHUNK_BYTES))
        except zlib.error:
            return size
        rest = inflate.unconsumed_tail
        if size > allowed_bytes:
            raise _too_complex()
    return size


def _image_only(pdf: Pdf) -> bool:
    """Return whether no page uses a font: a scan, whose text must be read by eye or by recognition."""
    pages = islice(pdf.pages, len(pdf.pages))
    return all(page.get_images() and not page.resources.get("/Font") for page in pages)


def _locked() -> PdfRefusal:
    return PdfRefusal(
        "pdf.encrypted",
        "le fichier est protégé par un mot de passe ou des restrictions.",
        "Demandez une copie sans protection, ou imprimez-le puis numérisez-le.",
    )


def _too_complex() -> PdfRefusal:
    return PdfRefusal("pdf.bomb", "le fichier se déplie au-delà de ce qui est raisonnable.", _PRINT_AGAIN)
