"""Scans: image only, repeatable, and shown page by page beside a form."""

from __future__ import annotations

import io

import pikepdf
import pytest
from documents_samples import ISSUED, PREMIUM_NOTICE
from documents_samples_forms import ALL
from PIL import Image

from egide.documents.rendering import render
from egide.documents.safety import safe_pdf
from egide.documents.scans import media_type, page_images, page_png, scan
from egide.kernel.errors import Refusal

FORM = render(ALL["filled_form"], issued_on=ISSUED)
SCAN = scan(FORM, seed=7)


def test_a_scan_has_no_text() -> None:
    """A scanned form is a safe PDF of images without any text, one per page."""
    check = safe_pdf(SCAN)
    assert check.image_only
    assert check.pages == 2
    with pikepdf.open(io.BytesIO(SCAN)) as pdf:
        assert all(b"Tj" not in page.Contents.read_bytes() for page in pdf.pages)


def test_a_scan_is_repeatable() -> None:
    """The same paper and seed give the same bytes, another seed another skew."""
    assert scan(FORM, seed=7) == SCAN
    assert scan(FORM, seed=8) != SCAN


def test_pages_of_a_scan_are_its_own_images() -> None:
    """The images shown beside a form are those of the scan, untouched: A4 at 150 points per inch."""
    images = page_images(SCAN)
    assert [media_type(image) for image in images] == ["image/jpeg", "image/jpeg"]
    for image in images:
        width, height = Image.open(io.BytesIO(image)).size
        assert (width, round(height / width, 2)) == (1239, 1.41)
    with pikepdf.open(io.BytesIO(SCAN)) as pdf:
        assert pdf.pages[0].get_images()["/Im0"].read_raw_bytes() == images[0]


def test_pages_of_a_letter_are_drawn() -> None:
    """A PDF of text is drawn page by page, at the width asked, with ink on it."""
    letter = render(PREMIUM_NOTICE, issued_on=ISSUED)
    (image,) = page_images(letter, width_px=600)
    assert media_type(image) == "image/png"
    drawn = Image.open(io.BytesIO(image)).convert("L")
    assert drawn.width == 600
    darkest, lightest = drawn.getextrema()
    assert darkest < 80
    assert lightest == 255


def test_a_page_past_the_end_is_refused() -> None:
    """Asking for a page that is not there says so."""
    with pytest.raises(Refusal) as refusal:
        page_png(FORM, 3)
    assert refusal.value.code == "pdf.page"
