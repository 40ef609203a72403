"""Pages as images: show any PDF beside a form, and give a paper the look of a scan (for demonstrations).

Rasterising is done by typst, which reads PDF pages as images: no system tool is needed.  A file that comes
from outside goes through :func:`egide.documents.safety.safe_pdf` first.
"""

from __future__ import annotations

import io
import random
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pikepdf
import typst
from pikepdf import Array, Dictionary, Name, Pdf, PdfImage, Stream
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from egide.documents.rendering import fonts
from egide.kernel.errors import Refusal

_A4_WIDTH_PT = 595
_PAPER = (246, 244, 238)
_GLASS = (205, 205, 203)


def page_png(pdf: bytes, page: int, *, width_px: int = 1000) -> bytes:
    """Return one page (from 1) of a PDF as a PNG ``width_px`` wide; raise :class:`Refusal` past its end."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "in.pdf").write_bytes(pdf)
        # The page number is an int of ours: nothing of the file enters this text.
        main = Path(folder) / "page.typ"
        main.write_text(
            "#set page(width: auto, height: auto, margin: 0pt, fill: white)\n"
            f'#image("in.pdf", page: {int(page)}, width: 100pt)\n'
        )
        try:
            compiler = typst.Compiler(str(main), root=folder, font_paths=fonts(), ignore_system_fonts=True)
            made = compiler.compile(format="png", ppi=width_px * 72 / 100)
        except typst.TypstError as error:
            raise Refusal(
                "pdf.page",
                f"la page {page} ne peut pas être affichée.",
                "Ouvrez le fichier d'origine, ou demandez un nouvel envoi.",
            ) from error
    return made if isinstance(made, bytes) else b"".join(made or [])


def page_images(pdf: bytes, *, width_px: int = 1000) -> list[bytes]:
    """Return one image (JPEG or PNG) per page: the scan itself where the page is one, else its rendering."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        found = [_only_image(page) for page in opened.pages]
    return [image or page_png(pdf, number, width_px=width_px) for number, image in enumerate(found, 1)]


def media_type(image: bytes) -> str:
    """Return the media type of an image given by :func:`page_images`."""
    return "image/jpeg" if image.startswith(b"\xff\xd8") else "image/png"


def scan(pdf: bytes, *, seed: int = 0, ppi: int = 150) -> bytes:
    """Return the same pages as a scanner would give them: image only, a little askew, grey and noisy.

    The same PDF and seed give the same bytes.
    """
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        count = len(opened.pages)
    width_px = _A4_WIDTH_PT * ppi // 72
    # Chance here is only dust and skew: a seeded, repeatable one is what is wanted.
    pages = [
        _worn(page_png(pdf, number, width_px=width_px), random.Random(seed * 1000 + number))  # noqa: S311
        for number in range(1, count + 1)
    ]
    return _wrap(pages, ppi)


def _only_image(page: pikepdf.Page) -> bytes | None:
    """Return the image of a page that holds one image and no text, as stored when it is a JPEG."""
    images = [image for image in page.get_images(recursive=False).values() if isinstance(image, Stream)]
    if len(images) != 1 or page.resources.get("/Font"):
        return None
    out = io.BytesIO()
    try:
        kind = PdfImage(images[0]).extract_to(stream=out)
    except (pikepdf.PdfError, NotImplementedError, ValueError):
        return None
    return out.getvalue() if kind in (".jpg", ".png") else None


def _worn(png: bytes, chance: random.Random) -> Image.Image:
    """Return a page as seen by a tired scanner: paper tint, skew, blur, grain, dust and an edge shadow."""
    clean = Image.open(io.BytesIO(png)).convert("RGB")
    size = clean.size
    page = ImageChops.multiply(clean, Image.new("RGB", size, _PAPER))
    angle = chance.choice((-1, 1)) * chance.uniform(0.35, 0.85)
    shift = (chance.randint(-6, 6), chance.randint(-5, 8))
    page = page.rotate(angle, resample=Image.Resampling.BICUBIC, translate=shift, fillcolor=_GLASS)
    page = page.filter(ImageFilter.GaussianBlur(0.55))
    grain = Image.frombytes("L", size, chance.randbytes(size[0] * size[1])).filter(ImageFilter.GaussianBlur(0.7))
    page = ImageChops.subtract(page, grain.point([value // 14 for value in range(256)]).convert("RGB"))
    shade = Image.linear_gradient("L").rotate(90).resize(size)
    shadow = shade.point([min(255, 205 + value * 4) if value < 13 else 255 for value in range(256)])
    page = ImageChops.multiply(page, shadow.convert("RGB"))
    _dust(page, chance)
    return page


def _dust(page: Image.Image, chance: random.Random) -> None:
    pen = ImageDraw.Draw(page)
    for _ in range(26):
        x, y, r = chance.randrange(page.width), chance.randrange(page.height), chance.choice((0, 0, 1, 1, 2))
        grey = chance.randint(110, 190)
        pen.ellipse((x, y, x + r, y + r), fill=(grey, grey, grey))


def _wrap(pages: Sequence[Image.Image], ppi: int) -> bytes:
    """Return a PDF of one JPEG per page and nothing else, always the same bytes."""
    pdf = Pdf.new()
    for image in pages:
        jpeg = io.BytesIO()
        image.save(jpeg, "JPEG", quality=68)
        width, height = image.width * 72 / ppi, image.height * 72 / ppi
        picture = Stream(
            pdf,
            jpeg.getvalue(),
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=image.width,
            Height=image.height,
            ColorSpace=Name.DeviceRGB,
            BitsPerComponent=8,
            Filter=Name.DCTDecode,
        )
        content = Stream(pdf, f"q {width:.2f} 0 0 {height:.2f} 0 0 cm /Im0 Do Q".encode())
        page = Dictionary(
            Type=Name.Page,
            MediaBox=Array([0, 0, round(width), round(height)]),
            Resources=Dictionary(XObject=Dictionary(Im0=pdf.make_indirect(picture))),
            Contents=pdf.make_indirect(content),
        )
        pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
    out = io.BytesIO()
    pdf.save(out, deterministic_id=True)
    return out.getvalue()
