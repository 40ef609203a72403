"""What the SEPA messages share: exact amounts, identifiers, safe parsing and validation by their schema.

The schemas (pain.001.001.03 and .09, pain.008.001.02 and .08) are the ISO 20022 ones shipped by `sepaxml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import cache
from importlib.resources import as_file, files
from io import BytesIO
from pathlib import Path
from typing import IO

from lxml import etree

from egide.kernel.errors import Refusal

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:"
Element = etree._Element
AMOUNT_MAXIMUM_CENTS = 99_999_999_999

IDENTIFIER = r"[A-Za-z0-9?:().,'+ -][A-Za-z0-9/?:().,'+ -]{0,34}"
IBAN = r"[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}"
BIC = r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?"
_AMOUNT = re.compile(r"[0-9]{1,15}(\.[0-9]{1,2}0*)?")


def euros(cents: int) -> str:
    """Return cents as "1234.56", without any float on the way."""
    return f"{cents // 100}.{cents % 100:02d}"


def cents_of(text: str, where: str) -> int:
    """Return the cents of "1234.56"; more than two decimals, a sign or a letter is refused."""
    if not _AMOUNT.fullmatch(text):
        raise Refusal(
            "sepa.amount",
            "Le montant n’est pas un nombre à deux décimales au plus.",
            "Demandez à la banque de renvoyer le fichier.",
            where=where,
        )
    whole, _, part = text.partition(".")
    return int(whole) * 100 + int(part[:2].ljust(2, "0"))


def refuse_identifier(text: str, where: str) -> None:
    """Refuse an identifier that banks reject: over 35 characters, foreign characters, misplaced slashes."""
    if not re.fullmatch(IDENTIFIER, text) or "//" in text or text[-1] == "/":
        raise Refusal(
            "sepa.identifier",
            "L’identifiant doit avoir de 1 à 35 caractères latins, sans accent ni barre oblique au bord.",
            "Corrigez la référence à sa source.",
            where=where,
        )


def refuse_account(iban: str, bic: str | None, where: str) -> None:
    """Refuse an IBAN or a BIC without the shape of one (its key is checked when it is recorded)."""
    if not re.fullmatch(IBAN, iban):
        raise Refusal(
            "sepa.iban",
            "L’IBAN n’a pas la forme d’un IBAN.",
            "Corrigez les coordonnées bancaires.",
            where=where,
        )
    if bic and not re.fullmatch(BIC, bic):
        raise Refusal(
            "sepa.bic",
            "Le BIC n’a pas la forme d’un BIC.",
            "Corrigez-le, ou laissez-le vide : il est facultatif.",
            where=where,
        )


def refuse_amount(cents: int, where: str) -> None:
    """Refuse an amount that a SEPA order cannot carry: zero, negative, or above 999 999 999,99 €."""
    if not 0 < cents <= AMOUNT_MAXIMUM_CENTS:
        raise Refusal(
            "sepa.amount",
            "Le montant doit être compris entre 0,01\u00a0€ et 999\u202f999\u202f999,99\u00a0€.",
            "Retirez cet ordre de l’envoi ou corrigez son montant.",
            where=where,
        )


def agent(bic: str | None, tag: str) -> str:
    """Return the identification of a bank: its BIC, or the NOTPROVIDED that rule books ask for."""
    return f"<{tag}>{bic}</{tag}>" if bic else "<Othr><Id>NOTPROVIDED</Id></Othr>"


# ---- validation and reading


@cache
def _schema(name: str) -> etree.XMLSchema:
    with as_file(files("sepaxml") / "schemas" / f"{name}.xsd") as path:
        return etree.XMLSchema(etree.parse(str(path)))


def message_name(xml: bytes | Path) -> str:
    """Return the message of a file ("pain.008.001.02"), read from its namespace; refuses anything else."""
    with _opened(xml) as source:
        head = source.read(4096)
    if not head.strip():
        raise Refusal("file.empty", "Le fichier est vide.", "Redemandez le fichier.", where="ligne 1")
    found = re.search(rb"urn:iso:std:iso:20022:tech:xsd:(pain\.\d{3}\.\d{3}\.\d{2})", head)
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head or not found:
        raise Refusal(
            "sepa.format",
            "Le fichier n’est pas un message ISO 20022 de la famille pain, ou il déclare un DTD.",
            "Vérifiez que c’est bien le fichier de la banque, non modifié.",
            where="ligne 1",
        )
    return found.group(1).decode("ascii")


def validate(xml: bytes | Path) -> Refusal | None:
    """Return None when the file is valid for its schema, else the first error with its line.

    The file is read as a stream, whatever its size.  Messages without a shipped schema are refused.
    """
    try:
        name = message_name(xml)
    except Refusal as refusal:
        return refusal
    if not (files("sepaxml") / "schemas" / f"{name}.xsd").is_file():
        return Refusal(
            "sepa.schema",
            f"Aucun schéma n’est disponible pour {name}.",
            "Utilisez pain.001.001.03 ou .09, pain.008.001.02 ou .08.",
        )
    try:
        for _ in _parsed(xml, tags=_RELEASED, schema=_schema(name)):
            pass
    except etree.XMLSyntaxError as error:
        # The text of the error quotes the value: names and IBANs must not reach a log.
        line = error.lineno or 1
        tag = re.search(r"Element '\{[^}]*\}([A-Za-z]+)'", str(error))
        return Refusal(
            "sepa.invalid",
            f"Le fichier n’est pas conforme au schéma {name}" + (f" : élément {tag.group(1)}." if tag else "."),
            "Corrigez l’ordre concerné puis régénérez le fichier.",
            where=f"ligne {line}",
        )
    return None


def elements(xml: bytes | Path, tags: Iterable[str]) -> Iterator[tuple[str, etree._Element]]:
    """Yield each closed element of these local names; transactions are released once seen.

    Raises Refusal with the line of a file that is cut or malformed.
    """
    try:
        yield from _parsed(xml, tags={*tags, *_RELEASED}, schema=None)
    except etree.XMLSyntaxError as error:
        raise Refusal(
            "sepa.cut",
            "Le fichier XML est coupé ou mal formé.",
            "Rien n’a été utilisé. Redemandez le fichier complet.",
            where=f"ligne {error.lineno or 1}",
        ) from error


_RELEASED = frozenset({"DrctDbtTxInf", "CdtTrfTxInf", "TxInfAndSts"})


def _parsed(
    xml: bytes | Path, *, tags: Iterable[str], schema: etree.XMLSchema | None
) -> Iterator[tuple[str, etree._Element]]:
    with _opened(xml) as source:
        stream = etree.iterparse(
            source,
            events=("end",),
            tag=[f"{{*}}{name}" for name in tags],
            schema=schema,
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
        )
        for _, element in stream:
            name = str(element.tag).rpartition("}")[2]
            yield name, element
            if name in _RELEASED:
                element.clear()
                before, parent = element.getprevious(), element.getparent()
                # Only the orders already seen are let go: the totals of the group stand before them.
                if before is not None and parent is not None and before.tag == element.tag:
                    parent.remove(before)


def _opened(xml: bytes | Path) -> IO[bytes]:
    return BytesIO(xml) if isinstance(xml, bytes) else xml.open("rb")


def text_at(element: etree._Element, *path: str) -> str:
    """Return the text under a path of local names, empty when an element is missing."""
    namespace = str(element.tag).rpartition("}")[0] + "}"
    return (element.findtext(_path(namespace, path)) or "").strip()


@cache
def _path(namespace: str, names: tuple[str, ...]) -> str:
    return "/".join(f"{namespace}{name}" for name in names)


def leaves(element: etree._Element) -> dict[str, str]:
    """Return every text under an element by its path of local names ("Dbtr/Nm"); the first one wins."""
    found: dict[str, str] = {}
    _gather(element, "", found)
    return found


def _gather(element: etree._Element, prefix: str, found: dict[str, str]) -> None:
    for child in element:
        path = prefix + str(child.tag).rpartition("}")[2]
        if len(child):
            _gather(child, f"{path}/", found)
        else:
            found.setdefault(path, (child.text or "").strip())


def day_of(text: str, where: str) -> date:
    """Return an ISO date, time and zone left aside; anything else is refused."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise _date_refusal(where) from error


def moment_of(text: str, where: str) -> datetime:
    """Return an ISO date and time."""
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise _date_refusal(where) from error


def _date_refusal(where: str) -> Refusal:
    return Refusal("sepa.date", "La date n’est pas au format AAAA-MM-JJ.", "Redemandez le fichier.", where=where)


def bic_at(element: etree._Element, *path: str) -> str:
    """Return the BIC of a bank under a path, whatever the version of the message; empty if not given."""
    found = (text_at(element, *path, "FinInstnId", tag) for tag in ("BICFI", "BIC"))
    return next((each for each in found if each), "")


class Tally:
    """Counts and sums what is read, and refuses a file whose declared numbers are not those."""

    def __init__(self) -> None:
        self.declared: tuple[str, str] = ("", "")
        self.total = (0, 0)
        self.payment = (0, 0)

    def declare(self, group_header: etree._Element) -> None:
        """Take the numbers that the header announces."""
        self.declared = (text_at(group_header, "NbOfTxs"), text_at(group_header, "CtrlSum"))

    def add(self, amount_cents: int) -> None:
        """Count one order."""
        self.total = (self.total[0] + 1, self.total[1] + amount_cents)
        self.payment = (self.payment[0] + 1, self.payment[1] + amount_cents)

    def close_payment(self, element: etree._Element, payment_id: str) -> None:
        """Verify one payment group and start the next."""
        self._verify((text_at(element, "NbOfTxs"), text_at(element, "CtrlSum")), self.payment, f"paiement {payment_id}")
        self.payment = (0, 0)

    def close(self) -> None:
        """Verify the whole file."""
        if not self.declared[0]:
            raise Refusal(
                "sepa.header",
                "L’entête GrpHdr est absente.",
                "Redemandez le fichier complet.",
                where="GrpHdr",
            )
        self._verify(self.declared, self.total, "fichier")

    @staticmethod
    def _verify(declared: tuple[str, str], found: tuple[int, int], where: str) -> None:
        count, total = declared
        if count and count != str(found[0]):
            raise Refusal(
                "sepa.count",
                f"Le nombre d’ordres annoncé ({count}) n’est pas celui du fichier ({found[0]}).",
                "Rien n’a été utilisé. Redemandez le fichier.",
                where=where,
            )
        if total and cents_of(total, where) != found[1]:
            raise Refusal(
                "sepa.sum",
                f"La somme annoncée ({total}\u00a0€) n’est pas celle des ordres ({euros(found[1])}\u00a0€).",
                "Rien n’a été utilisé. Redemandez le fichier.",
                where=where,
            )
