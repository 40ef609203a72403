# ruff: noqa: E501  (the table of extremes is read in rows)
"""The papers: complete, tagged, archivable, always the same bytes, never fooled by what they print."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import documents_samples as letters
import pikepdf
import pytest
from documents_samples import ISSUED
from documents_samples_forms import ALL, BENEFITS, BLANK_FORM, CARD, NOTICE

from egide.documents import facts as f
from egide.documents import rendering
from egide.documents.rendering import render, render_many
from egide.products.papers import facts as n

PAGES = {
    "schedule": 2,
    "premium_notice": 1,
    "missing_papers": 1,
    "acceptance": 1,
    "endorsement": 1,
    "plain_letter": 1,
    "benefit_statement": 2,
    "member_card": 1,
    "notice": 4,
    "blank_form": 2,
    "filled_form": 2,
    "certificate": 1,
}
LETTERS = ("schedule", "premium_notice", "missing_papers", "acceptance", "endorsement", "benefit_statement")


def words(pdf: bytes) -> str:
    """The text of a PDF, spaces made ordinary and lines joined."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is absent: the text of PDFs is not read here")
    command = ["pdftotext", "-layout", "-", "-"]
    text = subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()  # noqa: S603
    return " ".join(text.split())


def opened(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(pdf))


def structure(node: Any) -> list[str]:
    """The structure types of a tagged PDF, in reading order."""
    if isinstance(node, pikepdf.Array):
        return [kind for child in node for kind in structure(child)]
    if not isinstance(node, pikepdf.Dictionary):
        return []
    own = [str(node.S)] if "/S" in node else []
    return own + (structure(node.K) if "/K" in node else [])


@pytest.mark.parametrize("name", ALL)
def test_every_paper_is_archivable_tagged_and_titled(name: str) -> None:
    """Every paper is PDF/A-2a and PDF/UA-1, tagged, in French, titled, dated, with all its fonts inside."""
    with opened(render(ALL[name], issued_on=ISSUED)) as pdf:
        assert len(pdf.pages) == PAGES[name]
        assert bool(pdf.Root.MarkInfo.Marked)
        assert str(pdf.Root.Lang).lower().startswith("fr")
        kinds = structure(pdf.Root.StructTreeRoot.K)
        assert "/H1" in kinds
        with pdf.open_metadata() as meta:
            assert meta["pdfaid:part"] == "2"
            assert meta["pdfaid:conformance"] == "A"
            assert meta["pdfuaid:part"] == "1"
            assert meta["dc:title"]
            assert meta["dc:creator"]
            assert meta["xmp:CreateDate"].startswith(ISSUED.isoformat())
        fonts = [font for page in pdf.pages for font in page.resources.get("/Font", {}).values()]
        descriptors = [font.DescendantFonts[0].FontDescriptor for font in fonts if "/DescendantFonts" in font]
        assert descriptors
        assert all({"/FontFile2", "/FontFile3"} & set(iter(d.keys())) for d in descriptors)
        assert not any(font.get("/Subtype") == "/Type1" for font in fonts)


def test_tables_are_tables_for_a_screen_reader() -> None:
    """Amounts stand in tagged tables with header cells; the QR code says what it is."""
    with opened(render(letters.SCHEDULE, issued_on=ISSUED)) as pdf:
        kinds = structure(pdf.Root.StructTreeRoot.K)
    assert kinds.count("/Table") == 4
    assert kinds.count("/TH") == 5 + 5 + 4 + 2
    with opened(render(CARD, issued_on=ISSUED)) as pdf:
        assert "/Figure" in structure(pdf.Root.StructTreeRoot.K)


@pytest.mark.parametrize("name", ALL)
def test_same_facts_same_bytes(name: str) -> None:
    """The same facts on the same day give the same bytes; another day gives another file."""
    first = render(ALL[name], issued_on=ISSUED)
    assert render(ALL[name], issued_on=ISSUED) == first
    assert render(ALL[name], issued_on=date(2026, 1, 2)) != first


def test_another_process_gives_the_same_bytes(tmp_path: Path) -> None:
    """Bytes do not depend on the process, its order of work, its hash seed or its time zone."""
    script = (
        "import documents_samples as s; from egide.documents.rendering import render; import hashlib;"
        "print(hashlib.sha256(render(s.SCHEDULE, issued_on=s.ISSUED)).hexdigest())"
    )
    source = str(Path(rendering.__file__).parents[2])
    env = {"PYTHONPATH": os.pathsep.join((source, str(Path(letters.__file__).parent))), "TZ": "Asia/Tokyo"}
    command = [sys.executable, "-c", script]
    out = subprocess.run(command, capture_output=True, env=env, check=True, cwd=tmp_path)  # noqa: S603
    expected = hashlib.sha256(render(letters.SCHEDULE, issued_on=ISSUED)).hexdigest()
    assert out.stdout.decode().strip() == expected


NASTY = '#eval("1") $x^2$ [a] \\n "q" *b* _i_ `c` <l> @r ~ // /* {} #import'


def test_names_print_literally() -> None:
    """What a person is called, or types, is printed as it is: it is never typst code nor markdown."""
    card = replace(CARD, holders=(replace(CARD.holders[0], name=NASTY),))
    letter = replace(letters.PREMIUM_NOTICE, period_label=NASTY, addressee=("M. #[x] O'Brien", "1 rue $a$"))
    assert NASTY in words(render(card, issued_on=ISSUED))
    printed = words(render(letter, issued_on=ISSUED))
    assert NASTY in printed
    assert "M. #[x] O'Brien" in printed
    assert "1 rue $a$" in printed


def test_markdown_prose_cannot_become_code() -> None:
    """Prose with typst marks prints them: only the markdown that the charter knows is laid out."""
    article = replace(NOTICE.articles[0], parts=(n.Prose("Avant #eval(1) $x$ **gras** <b>html</b> [x]"),))
    printed = words(render(replace(NOTICE, articles=(article,)), issued_on=ISSUED))
    assert "Avant #eval(1) $x$ gras <b>html</b> [x]" in printed


@pytest.mark.parametrize("character", ["漢", "😀", "\ue000"])
def test_a_character_without_glyph_is_refused(character: str) -> None:
    """No blank box in a letter: a character that no font has stops it, with what to do."""
    with pytest.raises(f.FactsRefusal) as refusal:
        render(replace(letters.PREMIUM_NOTICE, product=character), issued_on=ISSUED)
    assert refusal.value.code == "documents.glyph"
    assert "alphabet latin" in refusal.value.remedy


@pytest.mark.parametrize("name", ["Łukasz ŻÓŁĆ", "Ğülşah ÖZDEMİR", "Zoë D'ŒILLY-ÑAÑEZ", "Ştefan ȚEPEȘ"])
def test_european_names_print(name: str) -> None:
    """Names of the whole Latin alphabet are printed with their signs."""
    assert name in words(render(replace(CARD, member=name), issued_on=ISSUED))


@pytest.mark.requirement("S003-137", "S003-142")
@pytest.mark.parametrize("name", LETTERS)
def test_each_letter_bears_the_charter(name: str) -> None:
    """Every letter shows the house, its legal mentions, the insurer, and a phone and e-mail to reach."""
    printed = words(render(ALL[name], issued_on=ISSUED))
    contact = ALL[name].contact
    wanted = ("Mutuelle du Val", *letters.HOUSE.legal, contact.phone, contact.email, "PX-2025-004217")
    for mention in wanted:
        assert mention.replace("l'", "l’").replace("L'", "L’") in printed.replace("l'", "l’")


def test_schedule_shows_gross_aid_and_due_per_person() -> None:
    """The schedule gives gross, ACS aid and amount to pay per person and per date, taxes apart, and why."""
    printed = words(render(letters.SCHEDULE, issued_on=ISSUED))
    for wanted in (
        "Nadia BELKACEM Général 624,00 € 200,00 € 424,00 €",
        "5 janvier 2026 153,37 € 58,37 € 95,00 €",
        "Total 1 840,00 € 700,00 € 1 140,00 €",
        "Taxe de solidarité additionnelle (13,27 %) 215,62 €",
        "MDV-PX2025004217-001",
        "FR72ZZZ123456",
        "40 ans au 1er janvier 2026",
    ):
        assert wanted in printed


def test_no_paper_shows_a_full_iban() -> None:
    """A letter shows the last four characters of an account and no more."""
    for paper in (letters.SCHEDULE, BENEFITS):
        printed = words(render(paper, issued_on=ISSUED)).replace(" ", "")
        assert "0189" in printed
        assert "3000" not in printed.replace("3000€", "")


def test_a_moved_effect_date_is_told() -> None:
    """When cover does not start on the wished day, the member reads which day was kept, and why."""
    printed = words(render(letters.ACCEPTANCE, issued_on=ISSUED))
    assert "La date retenue n’est pas celle que vous souhaitiez" in printed
    assert "1er janvier 2026 au lieu du 1er décembre 2025" in printed


def test_missing_papers_letter_tells_the_clock() -> None:
    """The letter says that the clock is paused, since when, what restarts it and how long is left."""
    printed = words(render(letters.MISSING_PAPERS, issued_on=ISSUED))
    assert "suspendu depuis le 20 novembre 2025" in printed
    assert "Il reprend le jour où nous recevons la dernière de ces pièces" in printed
    assert "3 jours ouvrés" in printed


def test_the_schedule_of_an_endorsement_shows_every_euro() -> None:
    """Each amount already called that a change moves stands before and after, with the signed difference."""
    printed = words(render(letters.SCHEDULE, issued_on=ISSUED))
    assert "0,00 € 19,33 € +19,33 €" in printed
    assert "Total 95,00 € 113,00 € +18,00 €" in printed


def test_statement_separates_what_was_paid_to_whom() -> None:
    """The statement says what went to professionals, what to the member, and what reversals took back."""
    printed = words(render(BENEFITS, issued_on=ISSUED))
    assert "85,39 € 62,00 € 387,00 €" in printed
    assert "Annulation" in printed
    assert "−13,00 €" in printed
    assert BENEFITS.paid_to_member_cents + BENEFITS.paid_to_professionals_cents == BENEFITS.ours_cents


def test_notice_proves_its_version() -> None:
    """The notice has a table of contents, the rules in French, and its version and digest on each page."""
    pdf = render(NOTICE, issued_on=ISSUED)
    printed = words(pdf)
    assert "Sommaire" in printed
    assert "Encadré de calcul" in printed
    assert printed.count("Version du 01/01/2026, empreinte 9f2c41d07ab85e66") == 3
    with opened(pdf) as opened_pdf:
        assert "/TOC" in structure(opened_pdf.Root.StructTreeRoot.K)
        assert opened_pdf.Root.Outlines


@pytest.mark.requirement("S003-029")
def test_the_form_names_the_offer_the_insurer_and_the_mutual() -> None:
    """The enrolment form bears the offer, the insurer and the mutual."""
    printed = words(render(BLANK_FORM, issued_on=ISSUED))
    for wanted in ("Bulletin d’adhésion", "Proxime Santé", "assuré par Union mutualiste Horizon", "Mutuelle du Val"):
        assert wanted in printed


@pytest.mark.requirement("S004-017")
def test_cards_are_printed_far_faster_than_needed() -> None:
    """400 cards an hour are one every nine seconds; forty are made in the time of one."""
    cards = [replace(CARD, enrolment_number=f"PX-{number}") for number in range(40)]
    start = time.perf_counter()
    made = list(render_many(cards, issued_on=ISSUED))
    assert time.perf_counter() - start < 9
    assert len({hashlib.sha256(card).digest() for card in made}) == 40


def test_a_batch_keeps_its_order() -> None:
    """A batch gives one file per paper, in order, and what one call would have given."""
    papers = [replace(letters.PREMIUM_NOTICE, enrolment_number=f"N{number}") for number in range(11)]
    made = list(render_many(iter(papers), issued_on=ISSUED, workers=2))
    assert made == [render(paper, issued_on=ISSUED) for paper in papers]


def test_fonts_are_those_vendored() -> None:
    """The fonts are the files whose licence stands beside them, unmodified, and no font of the machine."""
    folder = Path(rendering.__file__).parent / "fonts"
    listed = dict(reversed(line.split("  ")) for line in (folder / "CHECKSUMS.sha256").read_text().splitlines())
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.ttf")}
    assert found == listed
    assert {"Source Sans 3", "Source Serif 4", "Caveat"} <= set(rendering.fonts().families())
    assert "Liberation Sans" not in rendering.fonts().families()


def without_chapters() -> object:
    return replace(NOTICE, articles=tuple(replace(article, chapter="") for article in NOTICE.articles))


EXTREMES = [
    ("six people, nine columns", replace(CARD, columns=(*CARD.columns, CARD.columns[0]), holders=tuple(replace(CARD.holders[0], name=f"Jean-Christophe-Emmanuel DE LA ROCHEFOUCAULD-LIANCOURT {n}", rights=("100 %",) * 9) for n in range(6))), 1),
    ("bare schedule", replace(letters.SCHEDULE, taxes=(), net_cents=None, mentions=(), reasons=(), payment=f.Payment(mode="Chèque", frequency="à réception")), 2),
    ("nothing moves", replace(letters.ENDORSEMENT, reasons=()), 1),
    ("twenty papers", replace(letters.MISSING_PAPERS, papers=letters.MISSING_PAPERS.papers * 7, reply_before=None), 3),
    ("no chapter", without_chapters(), 4),
    ("seven address lines", replace(letters.PLAIN, addressee=("Une ligne de trente-huit caractères.",) * 7), 1),
]  # fmt: skip


@pytest.mark.parametrize(("what", "facts", "pages"), EXTREMES, ids=[row[0] for row in EXTREMES])
def test_extremes_still_print(what: str, facts: Any, pages: int) -> None:
    """The fullest and the barest papers print, still tagged and archivable; a card stays on one page."""
    with opened(render(facts, issued_on=ISSUED)) as pdf:
        assert len(pdf.pages) == pages, what
