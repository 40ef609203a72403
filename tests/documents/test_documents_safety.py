"""Uploaded PDFs: what is safe is kept, what is hostile, locked, cut or too big is refused in French."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable

import documents_samples as s
import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

from egide.documents.rendering import render
from egide.documents.safety import PdfRefusal, safe_pdf

GOOD = render(s.PREMIUM_NOTICE, issued_on=s.ISSUED)


def changed(change: Callable[[Pdf], object], **save: object) -> bytes:
    """The good PDF with one change, saved with compressed object streams, as most writers do."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(GOOD)) as pdf:
        change(pdf)
        pdf.save(out, **({"object_stream_mode": pikepdf.ObjectStreamMode.generate} | save))
    return out.getvalue()


def action(kind: str, **more: object) -> Dictionary:
    return Dictionary(S=Name(kind), **more)


def on_open(kind: str, **more: object) -> bytes:
    return changed(lambda pdf: setattr(pdf.Root, "OpenAction", action(kind, **more)))


def in_annotation(kind: str) -> bytes:
    """An action hidden two direct dictionaries deep, in an annotation of the page."""

    def change(pdf: Pdf) -> None:
        link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), AA=Dictionary(E=action(kind)))
        pdf.pages[0].obj["/Annots"] = Array([link])

    return changed(change)


def attached(pdf: Pdf) -> None:
    pdf.attachments["virus.exe"] = b"MZ"


def named_script(pdf: Pdf) -> None:
    pdf.Root.Names = Dictionary(JavaScript=Dictionary())


def dynamic_form(pdf: Pdf) -> None:
    pdf.Root.AcroForm = Dictionary(Fields=Array([]), XFA=Stream(pdf, b"<xdp/>"))


def huge_image(pdf: Pdf) -> None:
    picture = Stream(pdf, b"0", Subtype=Name.Image, Type=Name.XObject, Width=60_000, Height=60_000)
    pdf.pages[0].obj["/Extra"] = pdf.make_indirect(picture)


def bomb(pdf: Pdf) -> None:
    pdf.pages[0].obj["/Extra"] = pdf.make_indirect(Stream(pdf, b""))
    packed = zlib.compress(b"\0" * 400_000_000, 1)
    pdf.pages[0].obj["/Extra"].write(packed, filter=Name.FlateDecode)


def many_pages(pdf: Pdf) -> None:
    for _ in range(60):
        pdf.pages.append(pdf.pages[0])


def locked(user: str) -> bytes:
    return changed(lambda _pdf: None, encryption=pikepdf.Encryption(owner="secret", user=user))


HOSTILE: list[tuple[str, Callable[[], bytes], str]] = [
    ("empty", lambda: b"", "pdf.not_pdf"),
    ("word file", lambda: b"PK\x03\x04" + b"0" * 5000, "pdf.not_pdf"),
    ("oversize", lambda: GOOD + b"\0" * 20_000_000, "pdf.oversize"),
    ("half", lambda: GOOD[: len(GOOD) // 2], "pdf.truncated"),
    ("only head and tail", lambda: b"%PDF-1.7\n%%EOF", "pdf.damaged"),
    ("noise", lambda: b"%PDF-1.7\n" + bytes(range(256)) * 40 + b"%%EOF", "pdf.damaged"),
    ("user password", lambda: locked("x"), "pdf.encrypted"),
    ("owner password", lambda: locked(""), "pdf.encrypted"),
    ("JavaScript on open", lambda: on_open("/JavaScript", JS=String("app.alert(1)")), "pdf.javascript"),
    ("JavaScript name tree", lambda: changed(named_script), "pdf.javascript"),
    ("JavaScript in annotation", lambda: in_annotation("/JavaScript"), "pdf.javascript"),
    ("launch", lambda: on_open("/Launch", F=String("cmd.exe")), "pdf.launch"),
    ("launch in annotation", lambda: in_annotation("/Launch"), "pdf.launch"),
    ("submit form", lambda: on_open("/SubmitForm"), "pdf.launch"),
    ("remote go to", lambda: on_open("/GoToR", F=String("\\\\host\\share")), "pdf.launch"),
    ("embedded file", lambda: changed(attached), "pdf.embedded"),
    ("dynamic form", lambda: changed(dynamic_form), "pdf.active_form"),
    ("too many pages", lambda: changed(many_pages), "pdf.pages"),
    ("huge image", lambda: changed(huge_image), "pdf.image"),
    ("inflating stream", lambda: changed(bomb), "pdf.bomb"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "make", "code"), HOSTILE, ids=[row[0] for row in HOSTILE])
def test_hostile_pdfs_are_refused(what: str, make: Callable[[], bytes], code: str) -> None:
    """A PDF that acts, hides, is locked, cut, or unfolds without measure is refused, with the remedy."""
    with pytest.raises(PdfRefusal) as refusal:
        safe_pdf(make())
    assert refusal.value.code == code, what
    assert refusal.value.message.endswith(".")
    assert refusal.value.remedy.endswith(".")


def test_a_good_pdf_is_described() -> None:
    """A safe PDF is accepted with its size, pages and fingerprint; a link to the web is harmless."""
    check = safe_pdf(GOOD)
    assert (check.pages, check.size_bytes, check.image_only, check.repaired) == (1, len(GOOD), False, False)
    link = on_open("/URI", URI=String("https://example.org"))
    assert safe_pdf(link).pages == 1


def test_a_damaged_index_is_rebuilt_and_said() -> None:
    """A whole PDF whose index is wrong is read all the same, and the check says it was repaired."""
    moved = GOOD.replace(b"%PDF-1.7\n", b"%PDF-1.7\n%some added line\n", 1)
    assert safe_pdf(moved).repaired


def test_limits_can_be_tightened() -> None:
    """The caller may lower the limits of size and pages."""
    with pytest.raises(PdfRefusal, match="au-delà"):
        safe_pdf(GOOD, max_bytes=1000)
