"""Sheets that attack: they are refused before they are read, with words their sender understands.

Looked for: wrong type, size, compression bombs, macros, embedded objects, external links, encryption,
entities, formulas, and cells that a spreadsheet would execute when it opens our reports.
"""

from __future__ import annotations

import re
from io import BytesIO
from zipfile import BadZipFile, ZipFile

from lxml import etree

from egide.kernel.errors import Refusal

SIZE_MAXIMUM = 20 * 1024 * 1024
UNPACKED_MAXIMUM = 150 * 1024 * 1024
RATIO_MAXIMUM = 200
ENTRIES_MAXIMUM = 500
ROWS_MAXIMUM = 50_000
COLUMNS_MAXIMUM = 100

_FORBIDDEN_PARTS = {
    "vbaProject": ("sheet.macro", "Le classeur contient des macros."),
    "xl/macrosheets": ("sheet.macro", "Le classeur contient des macros."),
    "xl/externalLinks": ("sheet.links", "Le classeur est lié à d’autres fichiers."),
    "xl/embeddings": ("sheet.objects", "Le classeur contient des objets incorporés."),
    "xl/activeX": ("sheet.objects", "Le classeur contient des objets incorporés."),
    "xl/connections": ("sheet.links", "Le classeur est lié à d’autres données."),
}
_MAGIC = (
    (b"%PDF", "un PDF"),
    (b"\xff\xd8\xff", "une image"),
    (b"\x89PNG", "une image"),
    (b"GIF8", "une image"),
    (b"\x1f\x8b", "une archive compressée"),
    (b"MZ", "un programme"),
    (b"\x7fELF", "un programme"),
    (b"{\\rtf", "un document texte"),
    (b"<", "une page ou un document XML"),
)
_CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*>(\s*<(?:\w+:)?f\b)?')
_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*?\br="([0-9]+)"')
_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_PHONE = re.compile(r"\+?[0-9][0-9 .\-()]*")
_SAFE = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
_TEMPLATE = "Repartez du modèle fourni, au format .xlsx ou .csv."


def refuse_hostile(name: str, data: bytes) -> str:
    """Return "xlsx" or "csv", or refuse the file with a reason and a remedy."""
    if not data.strip():
        raise Refusal("file.empty", "Le fichier est vide.", _TEMPLATE, where=name)
    if len(data) > SIZE_MAXIMUM:
        raise Refusal(
            "sheet.size",
            f"Le fichier dépasse {SIZE_MAXIMUM // 1024 // 1024} Mo.",
            "Partagez-le en plusieurs fichiers, sans couper une famille.",
            where=name,
        )
    if data[:4] == b"\xd0\xcf\x11\xe0":
        raise Refusal(
            "sheet.old",
            "C’est un ancien classeur .xls, ou un classeur protégé par mot de passe.",
            "Enregistrez-le au format .xlsx, sans mot de passe.",
            where=name,
        )
    if data[:2] == b"PK":
        _refuse_package(name, data)
        return "xlsx"
    for magic, what in _MAGIC:
        if data.startswith(magic):
            raise Refusal("sheet.type", f"Le fichier est {what}, pas un tableau.", _TEMPLATE, where=name)
    if b"\0" in data:
        raise Refusal(
            "sheet.type", "Le fichier n’est pas un texte CSV lisible.",
            "Enregistrez-le en « CSV UTF-8 », ou en .xlsx.", where=name,
        )  # fmt: skip
    if name.lower().endswith((".xlsx", ".xlsm", ".xls", ".ods")):
        raise Refusal("sheet.type", "Le contenu ne correspond pas à son extension.", _TEMPLATE, where=name)
    return "csv"


_COPY = "Recopiez les données, en valeurs, dans le modèle fourni."


def _refuse_package(name: str, data: bytes) -> None:
    try:
        with ZipFile(BytesIO(data)) as package:
            if _is_bomb(package):
                message = "Le classeur se déploie bien au-delà de sa taille : il n’a pas été ouvert."
                raise Refusal("sheet.bomb", message, _COPY, where=name)
            parts = package.namelist()
            for fragment, (code, message) in _FORBIDDEN_PARTS.items():
                if any(fragment in part for part in parts):
                    raise Refusal(code, message, _COPY, where=name)
            if "xl/workbook.xml" not in parts:
                raise Refusal("sheet.type", "L’archive n’est pas un classeur .xlsx.", _TEMPLATE, where=name)
            if b"macroEnabled" in package.read("[Content_Types].xml"):
                remedy = "Enregistrez-le au format .xlsx, sans macros."
                raise Refusal("sheet.macro", "Le classeur est d’un type à macros.", remedy, where=name)
            # Reading every part proves that the archive did not lie about its sizes.
            if package.testzip() is not None:
                raise _damaged(name)
            if any(_declares_entities(package, part) for part in parts):
                message = "Le classeur contient des déclarations XML interdites."
                raise Refusal("sheet.entities", message, _TEMPLATE, where=name)
    except (BadZipFile, KeyError, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
        raise _damaged(name) from error


def _damaged(name: str) -> Refusal:
    return Refusal(
        "sheet.damaged",
        "Le classeur est abîmé, incomplet ou chiffré.",
        "Rouvrez-le dans votre tableur, enregistrez-le à nouveau en .xlsx, puis renvoyez-le.",
        where=name,
    )


def _declares_entities(package: ZipFile, part: str) -> bool:
    with package.open(part) as opened:
        head = opened.read(4096)
    return b"<!DOCTYPE" in head or b"<!ENTITY" in head


def _is_bomb(package: ZipFile) -> bool:
    entries = package.infolist()
    unpacked = sum(each.file_size for each in entries)
    swollen = any(_swollen(each.file_size, each.compress_size) for each in entries)
    return unpacked > UNPACKED_MAXIMUM or swollen or len(entries) > ENTRIES_MAXIMUM


def _swollen(unpacked: int, packed: int) -> bool:
    return unpacked > 5 * 1024 * 1024 and unpacked > RATIO_MAXIMUM * max(packed, 1)


def formulas_of(name: str, data: bytes, sheet: str) -> frozenset[tuple[int, int]]:
    """Return the (line, column) of the cells of a sheet that hold a formula: their value is nobody's word.

    Refuses a sheet that reaches too far: a reader would reserve room for every empty cell on the way.
    """
    with ZipFile(BytesIO(data)) as package:
        part = _part_of(package, sheet)
        content = package.read(part) if part else b""
    far = max((int(row) for row in _ROW.findall(content)), default=0) > ROWS_MAXIMUM + 1
    formulas: set[tuple[int, int]] = set()
    for column, line, formula in _CELL.findall(content):
        at = (int(line), _column_number(column))
        far = far or at[0] > ROWS_MAXIMUM + 1 or at[1] > COLUMNS_MAXIMUM
        if formula:
            formulas.add(at)
    if far:
        raise refuse_extent(name)
    return frozenset(formulas)


def refuse_extent(name: str) -> Refusal:
    """Return the refusal of a sheet that is too long or too wide."""
    return Refusal(
        "sheet.extent",
        f"La feuille dépasse {ROWS_MAXIMUM} lignes ou {COLUMNS_MAXIMUM} colonnes.",
        "Supprimez les lignes et colonnes inutiles, ou partagez le fichier sans couper une famille.",
        where=name,
    )


def _part_of(package: ZipFile, sheet: str) -> str:
    """Return the part of the package that holds a sheet, following the workbook's relations."""
    book = etree.fromstring(package.read("xl/workbook.xml"), _SAFE)
    relation = next(
        (
            value
            for each in book.iter("{*}sheet")
            if each.get("name") == sheet
            for key, value in each.attrib.items()
            if str(key).endswith("}id")
        ),
        "",
    )
    relations = etree.fromstring(package.read("xl/_rels/workbook.xml.rels"), _SAFE)
    target = next((each.get("Target", "") for each in relations if each.get("Id") == relation), "")
    part = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    return part if part in package.namelist() else ""


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def is_trap(text: str, *, phone: bool = False) -> bool:
    """Whether a spreadsheet would execute this text; a phone number may start with +."""
    if phone and _PHONE.fullmatch(text):
        return False
    return text.startswith(_STARTS) and text not in ("-", "+")


def neutral(text: str) -> str:
    """Return the text as an export can hold it: what would be executed is preceded by an apostrophe."""
    return f"'{text}" if text.startswith(_STARTS) else text


def plain(text: str) -> str:
    """Return the text without the apostrophe that an earlier export put before it."""
    return text[1:] if text[:1] == "'" and text[1:2] in _STARTS else text
