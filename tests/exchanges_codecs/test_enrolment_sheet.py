"""Enrolment sheets: clean families are taken, the others come back with reasons, attacks are refused."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import BytesIO, StringIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from egide.exchanges.codecs.enrolment_columns import COLUMNS, REPORT_HEADINGS
from egide.exchanges.codecs.enrolment_sheet import SheetRead, read_enrolments, template, write_reject_report
from egide.kernel.errors import Refusal

HEADINGS = [column.heading for column in COLUMNS]
AT = {column.name: place for place, column in enumerate(COLUMNS)}


def _example() -> list[list[str]]:
    book = CalamineWorkbook.from_filelike(BytesIO(template()))
    return [[str(cell) for cell in row] for row in book.get_sheet_by_name("Exemple").to_python()[1:]]


HOLDER, CHILD = _example()


def row(base: Sequence[str] = HOLDER, **changes: str) -> list[str]:
    """One row of the example with some cells changed."""
    cells = list(base)
    for name, value in changes.items():
        cells[AT[name]] = value
    return cells


def as_csv(*rows: Sequence[str], headings: Sequence[str] = HEADINGS, delimiter: str = ";") -> bytes:
    out = StringIO()
    csv.writer(out, delimiter=delimiter).writerows([headings, *rows])
    return out.getvalue().encode()


def as_xlsx(*rows: Sequence[object], headings: Sequence[str] = HEADINGS) -> bytes:
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("Feuil1")
        for line, cells in enumerate([headings, *rows]):
            for place, cell in enumerate(cells):
                sheet.write(line, place, cell)
    return out.getvalue()


def codes(read: SheetRead) -> dict[int, list[str]]:
    """The codes of the reasons, by line."""
    return {reject.line_no: [reason.code for reason in reject.reasons] for reject in read.rejects}


@pytest.mark.requirement("S002-033")
@pytest.mark.parametrize("make", [as_csv, as_xlsx])
def test_the_example_of_the_template_is_accepted(make: object) -> None:
    """What the help shows is what the reader takes, in CSV and in Excel."""
    read = read_enrolments("adhesions", make(HOLDER, CHILD))  # type: ignore[operator]
    assert read.rejects == ()
    assert [(person.role, person.first_name, person.line_no) for person in read.rows] == [
        ("ASSURE", "Alix", 2),
        ("ENFANT", "Camille", 3),
    ]
    assert {person.family_reference for person in read.rows} == {"M0001"}


def test_the_template_is_the_same_each_time_and_empty() -> None:
    """A published template does not change by itself, and sent back empty it says so."""
    assert template() == template()
    with pytest.raises(Refusal) as refused:
        read_enrolments("modele.xlsx", template())
    assert refused.value.code == "sheet.nothing"


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_csv_is_read_however_a_spreadsheet_saved_it(delimiter: str, encoding: str) -> None:
    """Delimiter and encoding are those of the sender's spreadsheet."""
    data = as_csv(row(last_name="Exémple"), delimiter=delimiter).decode().encode(encoding)
    if encoding == "cp1252":
        data = as_csv(row(last_name="Exémple", address="rue"), delimiter=delimiter).decode().encode(encoding)
    assert read_enrolments("a.csv", data).rows[0].last_name == "Exémple"


def test_numbers_typed_as_numbers_lose_nothing() -> None:
    """A spreadsheet that turned codes into numbers is understood: leading zeros come back."""
    cells: list[object] = list(row(postal_code="", phone="", nir="", family_reference=""))
    cells[AT["postal_code"]] = 1000
    cells[AT["phone"]] = 102030405
    cells[AT["nir"]] = 180017599900137
    cells[AT["family_reference"]] = 12
    (person,) = read_enrolments("a.xlsx", as_xlsx(cells)).rows
    assert (person.postal_code, person.phone) == ("01000", "0102030405")
    assert (person.nir, person.family_reference) == ("180017599900137", "12")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"nir": "180017599900138"}, "nir.key"),
        ({"nir": "18001759990013"}, "nir.length"),
        ({"iban": "FR7630006000011234567890180"}, "iban.key"),
        ({"birth_date": "31/02/1980"}, "cell.date"),
        ({"birth_date": "01/01/1880"}, "cell.date"),
        ({"birth_date": ""}, "cell.missing"),
        ({"start": "01/01/1970"}, "enrolment.start"),
        ({"role": "COUSIN"}, "cell.choice"),
        ({"birth_rank": "0"}, "cell.rank"),
        ({"postal_code": "7500"}, ""),
        ({"postal_code": "75 001"}, "cell.postal_code"),
        ({"email": "alix"}, "cell.email"),
        ({"phone": "+33 1 02 03 04 05"}, ""),
        ({"phone": "12"}, "cell.phone"),
        ({"last_name": "123"}, "cell.name"),
        ({"last_name": "X" * 61}, "cell.length"),
        ({"last_name": "=1+1"}, "cell.trap"),
        ({"last_name": "@SUM(A1)"}, "cell.trap"),
        ({"first_name": "+cmd|' /C calc'!A0"}, "cell.trap"),
        ({"city": "-2+3"}, "cell.trap"),
        ({"iban": ""}, "enrolment.iban"),
        ({"address": ""}, "cell.missing"),
        ({"payment": "chèque", "iban": ""}, ""),
        ({"role": "enfant"}, "enrolment.holder"),
    ],
)
def test_each_cell_is_checked(changes: dict[str, str], code: str) -> None:
    """A wrong cell refuses its row with a stable code; an unusual but right one does not."""
    found = codes(read_enrolments("a.csv", as_csv(row(**changes))))
    assert found == ({2: [code]} if code else {})


def test_a_family_is_taken_whole_or_refused_whole() -> None:
    """One wrong row sends its family back, and only its family; the right rows say why they come back."""
    other = row(family_reference="M0002", first_name="Sacha", nir="269049935123428")
    data = as_csv(HOLDER, row(CHILD, birth_date="31/02/2015"), row(other, nir="2690499351234"))
    read = read_enrolments("a.csv", data)
    assert codes(read)[2] == ["enrolment.family"]
    assert codes(read)[3] == ["cell.date"]
    assert read.rows == ()


def test_the_same_person_twice_is_refused_with_the_first_line() -> None:
    """A repeated person would be covered and billed twice."""
    again = row(family_reference="M0002", first_name="ALIX")
    read = read_enrolments("a.csv", as_csv(HOLDER, CHILD, again))
    assert codes(read) == {4: ["enrolment.repeated"]}
    assert "ligne 2" in read.rejects[0].reasons[0].message


def test_a_row_with_too_many_cells_is_not_guessed() -> None:
    """A stray separator shifts every cell: the row is refused rather than read askew."""
    read = read_enrolments("a.csv", as_csv([*HOLDER, "", "de trop"]))
    assert codes(read) == {2: ["row.shifted"]}


def test_a_corrected_report_is_accepted_as_it_is() -> None:
    """The report holds the rows, marks and reasons; corrected and sent again, it is a clean sheet."""
    read = read_enrolments("a.csv", as_csv(HOLDER, row(CHILD, first_name="=Camille")))
    report = write_reject_report(read)
    assert write_reject_report(read) == report
    rows = CalamineWorkbook.from_filelike(BytesIO(report)).get_sheet_by_name("Adhésions").to_python()
    assert rows[0] == [*HEADINGS, *REPORT_HEADINGS]
    assert rows[2][AT["first_name"]] == "'=Camille"
    assert rows[2][len(HEADINGS)] == "3" and "formule" not in str(rows[2][-1])
    unchanged = read_enrolments("rejets.xlsx", report)
    assert [reject.values for reject in unchanged.rejects] == [reject.values for reject in read.rejects]
    rows[2][AT["first_name"]] = "Camille"
    assert read_enrolments("rejets.xlsx", as_xlsx(*rows[1:], headings=rows[0])).rejects == ()


_CELLS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(_CELLS, min_size=len(COLUMNS), max_size=len(COLUMNS)), min_size=1, max_size=6))
def test_nothing_read_is_lost(rows: list[list[str]]) -> None:
    """Every row that is not blank is a person or a reject, whatever it holds."""
    filled = sum(any(cell.strip() for cell in cells) for cells in rows)
    try:
        read = read_enrolments("a.csv", as_csv(*rows))
    except Refusal as refused:
        assert refused.code in ("sheet.nothing", "sheet.csv")
        return
    assert len(read.rows) + len(read.rejects) == filled


# ---- hostile files


def _package(changes: dict[str, bytes], base: bytes | None = None) -> bytes:
    out = BytesIO()
    with ZipFile(BytesIO(base or as_xlsx(HOLDER))) as source, ZipFile(out, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, changes.pop(name, source.read(name)))
        for name, content in changes.items():
            target.writestr(name, content)
    return out.getvalue()


def _stretched(cell: bytes) -> bytes:
    with ZipFile(BytesIO(as_xlsx(HOLDER))) as package:
        sheet = package.read("xl/worksheets/sheet1.xml").replace(b'r="A2"', cell, 1)
    return _package({"xl/worksheets/sheet1.xml": sheet})


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.csv", b"", "file.empty"),
        ("a.csv", b"a;b\n" * 6_000_000, "sheet.size"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "sheet.old"),
        ("a.xlsx", b"%PDF-1.7", "sheet.type"),
        ("a.csv", b"\x89PNG\r\n", "sheet.type"),
        ("a.csv", b"MZ\x90", "sheet.type"),
        ("a.csv", b"<html><table>", "sheet.type"),
        ("a.csv", "Nom;Prénom".encode("utf-16"), "sheet.type"),
        ("a.xlsx", b"Nom;Prenom\n", "sheet.type"),
        ("a.zip", _package({}, base=None)[:300], "sheet.damaged"),
        ("a.xlsx", _package({"xl/vbaProject.bin": b"x"}), "sheet.macro"),
        ("a.xlsm", _package({"[Content_Types].xml": b"<Types>macroEnabled</Types>"}), "sheet.macro"),
        ("a.xlsx", _package({"xl/externalLinks/externalLink1.xml": b"<x/>"}), "sheet.links"),
        ("a.xlsx", _package({"xl/embeddings/oleObject1.bin": b"x"}), "sheet.objects"),
        ("a.xlsx", _package({"xl/media/a.bin": b"\0" * 30_000_000}), "sheet.bomb"),
        ("a.xlsx", _package({"xl/styles.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><x/>'}), "sheet.entities"),
        ("a.xlsx", _stretched(b'r="XFD2"'), "sheet.extent"),
        ("a.xlsx", _stretched(b'r="A1048576"'), "sheet.extent"),
        ("a.csv", as_csv(HOLDER) + b'"unclosed;\n', "sheet.csv"),
        ("a.csv", as_csv(HOLDER, headings=["Nom", *HEADINGS[1:]]), "sheet.headings"),
        ("a.csv", as_csv(HOLDER, headings=[*HEADINGS[:-1], "Surnom"]), "sheet.headings"),
    ],
)  # fmt: skip
def test_a_hostile_or_foreign_file_is_refused_with_clear_words(name: str, data: bytes, code: str) -> None:
    """Bombs, macros, links, objects, disguises and damaged files are refused before they are read."""
    with pytest.raises(Refusal) as refused:
        read_enrolments(name, data)
    assert refused.value.code == code
    assert name in refused.value.where and refused.value.remedy


def test_an_archive_that_is_not_a_workbook_is_refused() -> None:
    """A zip of anything else is not opened further."""
    out = BytesIO()
    with ZipFile(out, "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("word/document.xml", "<x/>")
    with pytest.raises(Refusal, match="n’est pas un classeur"):
        read_enrolments("a.xlsx", out.getvalue())


def test_a_formula_is_not_taken_for_a_value() -> None:
    """The value that a formula shows is nobody's word: the row comes back."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_row(1, 0, HOLDER)
        sheet.write_formula(1, AT["last_name"], '=HYPERLINK("http://x.invalid")', None, "EXEMPLE")
    assert codes(read_enrolments("a.xlsx", out.getvalue())) == {2: ["cell.formula"]}
