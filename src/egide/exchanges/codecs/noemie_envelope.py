"""The envelope shared by the NOEMIE-like files: header 000, opening 010, closing 990, trailer 999.

A file is a sequence of physical records, one per line: four digits giving the length of the rest, then
entities; every entity but 000 and 999 ends with `@`.  Encoding: Latin-1, one byte per character.
Source: a public sample of reference 929 (program Coog, module contract_noemie) and the code that reads it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from egide.exchanges.codecs.fields import Field, Kind, Layout, Status
from egide.kernel.errors import Refusal

DELIMITER = "@"
LENGTH_DIGITS = 4
PHYSICAL_MAXIMUM = 9999
ENTITY_LENGTH = 128

COOG_CODE = "Coog contract_noemie, code"
COOG_SAMPLE = "Coog contract_noemie, exemple 929"
HOUSE = "Égide"

_T, _D, _C = Kind.TEXT, Kind.DIGITS, Kind.CONSTANT


def _identity(entity: str) -> tuple[Field, ...]:
    sample, guess = Status.SAMPLE, Status.GUESS
    return (
        Field("entity", 1, 3, _C, Status.CONFORMING, COOG_CODE, "code de l’entité", default=entity),
        Field("sender_type", 4, 2, _T, sample, COOG_SAMPLE, "type de l’émetteur"),
        Field("sender_id", 6, 14, _T, sample, COOG_SAMPLE, "numéro de l’émetteur, cadré à droite, blancs"),
        Field("sender_program", 20, 6, _T, sample, COOG_SAMPLE, "programme émetteur, NOE et la référence"),
        Field("recipient_type", 26, 2, _T, sample, COOG_SAMPLE, "type du destinataire, MU pour un organisme"),
        Field("recipient_id", 28, 14, _D, sample, COOG_SAMPLE, "numéro du destinataire"),
        Field("recipient_program", 42, 6, _T, sample, COOG_SAMPLE, "programme destinataire, à blanc"),
        Field("exchange_type", 48, 2, _T, guess, COOG_SAMPLE, "type d’échange (RJ dans l’exemple reçu)"),
        Field("file_id", 50, 6, _T, sample, COOG_SAMPLE, "identifiant du fichier"),
    )


HEADER = Layout(
    "000",
    "Entête de fichier",
    ENTITY_LENGTH,
    (
        *_identity("000"),
        Field("file_date", 56, 6, Kind.DATE_YMD, Status.CONFORMING, COOG_CODE, "date du fichier"),
        Field("reference", 62, 3, _T, Status.SAMPLE, COOG_SAMPLE, "référence NOEMIE"),
        Field("unknown", 65, 63, _T, Status.GUESS, COOG_SAMPLE, "zone de sens inconnu, à blanc"),
        Field("end_marker", 128, 1, _C, Status.SAMPLE, COOG_SAMPLE, "fin d’entité", default="Z"),
    ),
)
TRAILER = Layout(
    "999",
    "Fin de fichier",
    ENTITY_LENGTH,
    (
        *_identity("999"),
        Field("physical_count", 56, 8, _D, Status.SAMPLE, COOG_SAMPLE, "nombre d’enregistrements physiques"),
        Field("unknown", 64, 64, _T, Status.GUESS, COOG_SAMPLE, "zone de sens inconnu, à blanc"),
        Field("end_marker", 128, 1, _C, Status.SAMPLE, COOG_SAMPLE, "fin d’entité", default="Z"),
    ),
)
OPENING = Layout(
    "010",
    "Début de lot",
    13,
    (
        Field("entity", 1, 3, _C, Status.SAMPLE, COOG_SAMPLE, "code de l’entité", default="010"),
        Field("level", 4, 2, _C, Status.SAMPLE, COOG_SAMPLE, "niveau", default="01"),
        Field("oc_number", 6, 8, _D, Status.SAMPLE, COOG_SAMPLE, "numéro d’organisme complémentaire"),
    ),
)
CLOSING = Layout(
    "990",
    "Fin de niveau",
    42,
    (
        Field("entity", 1, 3, _C, Status.SAMPLE, COOG_SAMPLE, "code de l’entité", default="990"),
        Field("level", 4, 2, _D, Status.SAMPLE, COOG_SAMPLE, "niveau clos"),
        Field("count", 23, 8, _D, Status.SAMPLE, COOG_SAMPLE, "nombre d’entités du niveau clos"),
        Field("amount", 31, 11, Kind.CENTS, Status.SAMPLE, COOG_SAMPLE, "montant total, en centimes"),
        Field("sign", 42, 1, _T, Status.GUESS, COOG_SAMPLE, "signe du montant, à blanc si positif"),
    ),
)


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who sends what to whom: the identity written in the header and repeated in the trailer.

    ``oc_number`` is the number of the complementary insurer (8 digits); ``file_id`` has at most 6 characters.
    """

    sender_type: str
    sender_id: str
    recipient_type: str
    recipient_id: str
    oc_number: str
    file_id: str
    file_date: date
    reference: str = "929"
    exchange_type: str = "RJ"
    sender_program: str = "NOE929"
    recipient_program: str = ""

    def answer(self, *, file_id: str, exchange_type: str = "RJ") -> Envelope:
        """Return the envelope of the answer: the parties change places."""
        return replace(
            self,
            sender_type=self.recipient_type,
            sender_id=self.recipient_id,
            recipient_type=self.sender_type,
            recipient_id=self.sender_id,
            file_id=file_id,
            exchange_type=exchange_type,
        )


def physical(body: str) -> str:
    """Return the physical record of a body: its length on four digits, then the body."""
    if len(body) > PHYSICAL_MAXIMUM:
        raise Refusal(
            "noemie.too_long",
            f"L’enregistrement fait {len(body)} caractères, le maximum est {PHYSICAL_MAXIMUM}.",
            "Répartissez son contenu sur plusieurs enregistrements.",
        )
    return f"{len(body):04d}{body}"


def _identity_values(envelope: Envelope) -> dict[str, str]:
    return {
        "sender_type": envelope.sender_type,
        "sender_id": envelope.sender_id.rjust(14),
        "sender_program": envelope.sender_program,
        "recipient_type": envelope.recipient_type,
        "recipient_id": envelope.recipient_id.strip(),
        "recipient_program": envelope.recipient_program,
        "exchange_type": envelope.exchange_type,
        "file_id": envelope.file_id,
    }


def write_header(envelope: Envelope) -> str:
    """Return the physical record 000 of an envelope."""
    return physical(
        HEADER.build(
            **_identity_values(envelope),
            file_date=f"{envelope.file_date:%y%m%d}",
            reference=envelope.reference,
        )
    )


def write_trailer(envelope: Envelope, *, physical_count: int, totals: str = "") -> str:
    """Return the physical record 999; the count includes the records 000 and 999 themselves."""
    return physical(TRAILER.build(**_identity_values(envelope), physical_count=str(physical_count), unknown=totals))


def closing(level: str, *, count: int, amount_cents: int = 0) -> str:
    """Return the entity 990 that closes a level with its number of entities and its total in cents."""
    return CLOSING.build(
        level=level, count=str(count), amount=str(abs(amount_cents)), sign="-" if amount_cents < 0 else ""
    )


def refuse_unreadable(data: bytes) -> None:
    """Refuse what is not a NOEMIE-like file at all: empty, UTF-16, compressed, EBCDIC, PDF, spreadsheet."""
    if not data.strip():
        raise Refusal("file.empty", "Le fichier est vide.", "Redemandez le fichier au partenaire.", where="ligne 1")
    head = data[:4]
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:64]:
        raise Refusal(
            "file.encoding",
            "Le fichier est codé en UTF-16 (deux octets par caractère).",
            "Demandez-le en Latin-1, un octet par caractère, sans le rouvrir dans un tableur.",
            where="ligne 1, position 1",
        )
    if head[:3] == b"\xef\xbb\xbf":
        raise Refusal(
            "file.encoding",
            "Le fichier commence par une marque UTF-8 : il a été réenregistré par un autre logiciel.",
            "Transmettez le fichier d’origine, tel que reçu du partenaire.",
            where="ligne 1, position 1",
        )
    if not (data[:4].isdigit() and data[4:7] == b"000"):
        raise Refusal(
            "file.format",
            "Le fichier ne commence pas par une longueur de quatre chiffres suivie de l’entité 000.",
            "Vérifiez que c’est bien un fichier NOEMIE, ni compressé, ni chiffré, ni transformé.",
            where="ligne 1, position 1",
        )


def read_header(line: str, *, references: tuple[str, ...]) -> Envelope:
    """Return the envelope of a first line; a wrong length, date or reference is refused."""
    _refuse_length(line, 1, "000")
    raw = HEADER.cut(line[LENGTH_DIGITS:])
    try:
        file_date = yymmdd(raw["file_date"])
    except ValueError as error:
        raise Refusal(
            "noemie.file_date",
            "La date du fichier n’est pas une date AAMMJJ.",
            "Demandez au partenaire de renvoyer le fichier avec une entête correcte.",
            where=f"ligne 1, position {LENGTH_DIGITS + HEADER['file_date'].start}",
        ) from error
    if raw["reference"] not in references:
        raise Refusal(
            "noemie.reference",
            f"La référence « {raw['reference']} » n’est pas attendue ici ({', '.join(references)}).",
            "Déposez ce fichier dans le flux auquel il est destiné.",
            where=f"ligne 1, position {LENGTH_DIGITS + HEADER['reference'].start}",
        )
    return Envelope(
        sender_type=raw["sender_type"],
        sender_id=raw["sender_id"].strip(),
        recipient_type=raw["recipient_type"],
        recipient_id=raw["recipient_id"].strip(),
        oc_number="",
        file_id=raw["file_id"],
        file_date=file_date,
        reference=raw["reference"],
        exchange_type=raw["exchange_type"],
        sender_program=raw["sender_program"],
        recipient_program=raw["recipient_program"],
    )


def read_trailer(line: str, *, line_no: int, header: Envelope) -> tuple[int, str]:
    """Return the physical count and the raw totals of the last line; a file without 999 is refused whole."""
    if line[LENGTH_DIGITS : LENGTH_DIGITS + 3] != "999":
        raise Refusal(
            "noemie.cut",
            "Le fichier est coupé : sa dernière ligne n’est pas l’enregistrement de fin 999.",
            "Rien n’a été utilisé. Redemandez le fichier complet au partenaire.",
            where=f"ligne {line_no}",
        )
    _refuse_length(line, line_no, "999")
    raw = TRAILER.cut(line[LENGTH_DIGITS:])
    if raw["file_id"] != header.file_id:
        raise Refusal(
            "noemie.trailer_identity",
            "L’identifiant de fichier de la fin 999 n’est pas celui de l’entête 000.",
            "Deux fichiers ont été mélangés. Redemandez le fichier au partenaire.",
            where=f"ligne {line_no}, position {LENGTH_DIGITS + TRAILER['file_id'].start}",
        )
    count = raw["physical_count"]
    if not (count.isascii() and count.isdigit()):
        raise Refusal(
            "noemie.trailer_count",
            "Le nombre d’enregistrements de la fin 999 n’est pas un nombre.",
            "Redemandez le fichier au partenaire.",
            where=f"ligne {line_no}, position {LENGTH_DIGITS + TRAILER['physical_count'].start}",
        )
    return int(count), raw["unknown"]


def refuse_count(*, declared: int, found: int, line_no: int) -> None:
    """Refuse a file whose trailer does not count the records that are there."""
    if declared != found:
        raise Refusal(
            "noemie.physical_count",
            f"La fin 999 annonce {declared} enregistrements, le fichier en contient {found}.",
            "Rien n’a été utilisé. Redemandez le fichier complet au partenaire.",
            where=f"ligne {line_no}, position {LENGTH_DIGITS + TRAILER['physical_count'].start}",
        )


def _refuse_length(line: str, line_no: int, entity: str) -> None:
    declared = line[:LENGTH_DIGITS]
    real = len(line) - LENGTH_DIGITS
    if declared != f"{ENTITY_LENGTH:04d}" or real != ENTITY_LENGTH:
        raise Refusal(
            "noemie.envelope_length",
            f"L’entité {entity} doit faire {ENTITY_LENGTH} caractères ; la ligne en compte {real}.",
            "Le fichier a été coupé ou modifié. Redemandez-le au partenaire.",
            where=f"ligne {line_no}, position 1",
        )


def yymmdd(raw: str) -> date:
    """Return the date of AAMMJJ in the years 2000 to 2099; raises ValueError."""
    _digits(raw, 6)
    return date(2000 + int(raw[:2]), int(raw[2:4]), int(raw[4:6]))


def yyyymmdd(raw: str) -> date | None:
    """Return the date of AAAAMMJJ, None when it is all zeros or blank; raises ValueError."""
    if not raw.strip(" 0"):
        return None
    _digits(raw, 8)
    return date(int(raw[:4]), int(raw[4:6]), int(raw[6:8]))


def birth_ddmmyy(raw: str, seen_on: date) -> date | None:
    """Return a birth date written JJMMAA, None when all zeros; raises ValueError.

    The century is not written: the date is the last one that is not after ``seen_on`` (the file date), so
    a person over 100 is read a century too young.  This limit is told on the conformity page.
    """
    if not raw.strip(" 0"):
        return None
    _digits(raw, 6)
    day, month, year = int(raw[:2]), int(raw[2:4]), int(raw[4:6])
    born = date(seen_on.year - seen_on.year % 100 + year, month, day)
    return born if born <= seen_on else date(born.year - 100, month, day)


def _digits(raw: str, length: int) -> None:
    if not (len(raw) == length and raw.isascii() and raw.isdigit()):
        raise ValueError(f"{length} digits expected")
