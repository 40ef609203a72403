"""SEPA direct debits: pain.008.001.02 and .08, from records or a frame to bytes and back, to the cent.

Orders are grouped in one payment per collection date and sequence type.  Identifiers and the creation time
are given by the caller: the same input gives the same bytes.  Sources: ISO 20022 schemas shipped by
`sepaxml`; sequences, character set and lengths from the SEPA core scheme (see docs/codecs.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from egide.exchanges.codecs import sepa_xml as xml_of
from egide.exchanges.codecs.latin import to_sepa_text
from egide.exchanges.codecs.sepa_orders import (
    Message,
    account,
    amount,
    euros,
    given,
    identifier,
    in_columns,
    stream_orders,
)
from egide.kernel.errors import Refusal

validate = xml_of.validate


class DebitSchema(StrEnum):
    """The versions of the message that can be written."""

    V02 = "pain.008.001.02"
    V08 = "pain.008.001.08"


class Sequence(StrEnum):
    """Where a debit stands in the life of its mandate."""

    FIRST = "FRST"
    RECURRENT = "RCUR"
    ONE_OFF = "OOFF"
    FINAL = "FNAL"


@dataclass(frozen=True, slots=True)
class DebitHeader:
    """Who collects, under which creditor identifier (ICS), in which message; at most 30 characters of id."""

    message_id: str
    created_at: datetime
    creditor_name: str
    creditor_iban: str
    creditor_id: str
    creditor_bic: str | None = None
    schema: DebitSchema = DebitSchema.V08


@dataclass(frozen=True, slots=True)
class Debit:
    """One debit order.  ``payment_id`` is the group it was read from, empty when written.

    ``former_mandate_reference`` and ``account_changed`` declare an amendment since the last debit.
    """

    end_to_end_id: str
    mandate_reference: str
    mandate_signed_on: date
    amount_cents: int
    debtor_name: str
    debtor_iban: str
    label: str
    sequence: Sequence
    collection_on: date
    debtor_bic: str | None = None
    former_mandate_reference: str = ""
    account_changed: bool = False
    payment_id: str = ""


@dataclass(frozen=True, slots=True)
class DebitFile:
    """A debit file as a bank reads it: its header and its orders, in the order of the file."""

    header: DebitHeader
    debits: tuple[Debit, ...]


def write_debits(header: DebitHeader, debits: Iterable[Debit] | pl.DataFrame) -> bytes:
    """Return the debit file; see `stream_debits`."""
    return b"".join(stream_debits(header, debits))


def stream_debits(header: DebitHeader, debits: Iterable[Debit] | pl.DataFrame) -> Iterator[bytes]:
    """Yield the debit file piece by piece, payments by collection date and sequence.

    ``debits`` are records or a frame whose columns are the fields of `Debit` (the last four may be missing).
    Raises Refusal naming the order when an amount, identifier, account or text cannot be sent.
    """
    return stream_orders(_message(header), in_columns(debits, _COLUMNS, _UNSAID))


_COLUMNS = {
    "end_to_end_id": pl.String,
    "mandate_reference": pl.String,
    "mandate_signed_on": pl.Date,
    "amount_cents": pl.Int64,
    "debtor_name": pl.String,
    "debtor_iban": pl.String,
    "label": pl.String,
    "sequence": pl.String,
    "collection_on": pl.Date,
    "debtor_bic": pl.String,
    "former_mandate_reference": pl.String,
    "account_changed": pl.Boolean,
    "payment_id": pl.String,
}
_UNSAID = {
    "debtor_bic": pl.lit(None, pl.String),
    "former_mandate_reference": pl.lit(""),
    "account_changed": pl.lit(False),
}


def _message(header: DebitHeader) -> Message:
    tag = _bic_tag(header.schema)
    former = pl.col("former_mandate_reference")
    return Message(
        keys=("collection_on", "sequence"),
        texts={"debtor_name": 70, "label": 140},
        sendable=identifier("end_to_end_id")
        & identifier("mandate_reference")
        & amount("amount_cents")
        & account("debtor_iban", "debtor_bic")
        & ((former == "") | identifier("former_mandate_reference"))
        & pl.col("sequence").is_in(list(Sequence)),
        refuse=_refuse,
        order=pl.format(
            "<DrctDbtTxInf><PmtId><EndToEndId>{}</EndToEndId></PmtId>"
            '<InstdAmt Ccy="EUR">{}</InstdAmt><DrctDbtTx><MndtRltdInf><MndtId>{}</MndtId>'
            "<DtOfSgntr>{}</DtOfSgntr>{}</MndtRltdInf></DrctDbtTx><DbtrAgt><FinInstnId>{}</FinInstnId></DbtrAgt>"
            "<Dbtr><Nm>{}</Nm></Dbtr><DbtrAcct><Id><IBAN>{}</IBAN></Id></DbtrAcct>"
            "<RmtInf><Ustrd>{}</Ustrd></RmtInf></DrctDbtTxInf>\n",
            "end_to_end_id",
            euros("amount_cents"),
            "mandate_reference",
            pl.col("mandate_signed_on").dt.to_string("iso"),
            _amendment(),
            given("debtor_bic", f"<{tag}>{{}}</{tag}>", otherwise=xml_of.agent(None, tag)),
            "debtor_name",
            "debtor_iban",
            "label",
        ),
        head=partial(_head, header),
        payment_head=partial(_payment_head, header),
        tail="</CstmrDrctDbtInitn></Document>\n",
        nothing=Refusal("sepa.nothing", "Il n’y a aucun ordre à envoyer.", "Vérifiez l’appel à prélever."),
    )


def _refuse(order: dict[str, Any], where: str) -> None:
    xml_of.refuse_identifier(order["end_to_end_id"], where)
    xml_of.refuse_identifier(order["mandate_reference"], where)
    xml_of.refuse_amount(order["amount_cents"], where)
    xml_of.refuse_account(order["debtor_iban"], order["debtor_bic"], where)
    if order["former_mandate_reference"]:
        xml_of.refuse_identifier(order["former_mandate_reference"], where)
    _sequence(order["sequence"], where)


def _amendment() -> pl.Expr:
    """What changed in a mandate since the last debit; nothing for most."""
    former = given("former_mandate_reference", "<OrgnlMndtId>{}</OrgnlMndtId>")
    # SMNDA: the debtor keeps the mandate but has changed account (SEPA rule book, 2016 and later).
    moved = pl.lit("<OrgnlDbtrAcct><Id><Othr><Id>SMNDA</Id></Othr></Id></OrgnlDbtrAcct>")
    told = pl.concat_str(former, pl.when("account_changed").then(moved).otherwise(pl.lit("")))
    written = pl.format("<AmdmntInd>true</AmdmntInd><AmdmntInfDtls>{}</AmdmntInfDtls>", told)
    return pl.when(told != "").then(written).otherwise(pl.lit(""))


def _bic_tag(schema: DebitSchema) -> str:
    return "BIC" if schema is DebitSchema.V02 else "BICFI"


def _head(header: DebitHeader, count: int, total_cents: int) -> str:
    xml_of.refuse_identifier(f"{header.message_id}-9999", "message")
    xml_of.refuse_identifier(header.creditor_id, "ICS")
    xml_of.refuse_account(header.creditor_iban, header.creditor_bic, "créancier")
    name = to_sepa_text(header.creditor_name, 70, "créancier")
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="{xml_of.NAMESPACE}{header.schema}"><CstmrDrctDbtInitn>'
        f"<GrpHdr><MsgId>{header.message_id}</MsgId>"
        f"<CreDtTm>{header.created_at.isoformat(timespec='seconds')}</CreDtTm>"
        f"<NbOfTxs>{count}</NbOfTxs><CtrlSum>{xml_of.euros(total_cents)}</CtrlSum>"
        f"<InitgPty><Nm>{name}</Nm></InitgPty></GrpHdr>\n"
    )


def _payment_head(header: DebitHeader, number: int, key: dict[str, Any], count: int, total_cents: int) -> str:
    bic_tag = _bic_tag(header.schema)
    return (
        f"<PmtInf><PmtInfId>{header.message_id}-{number}</PmtInfId><PmtMtd>DD</PmtMtd><BtchBookg>true</BtchBookg>"
        f"<NbOfTxs>{count}</NbOfTxs><CtrlSum>{xml_of.euros(total_cents)}</CtrlSum>"
        "<PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl><LclInstrm><Cd>CORE</Cd></LclInstrm>"
        f"<SeqTp>{key['sequence']}</SeqTp></PmtTpInf><ReqdColltnDt>{key['collection_on'].isoformat()}</ReqdColltnDt>"
        f"<Cdtr><Nm>{to_sepa_text(header.creditor_name, 70, 'créancier')}</Nm></Cdtr>"
        f"<CdtrAcct><Id><IBAN>{header.creditor_iban}</IBAN></Id></CdtrAcct>"
        f"<CdtrAgt><FinInstnId>{xml_of.agent(header.creditor_bic, bic_tag)}</FinInstnId></CdtrAgt>"
        "<ChrgBr>SLEV</ChrgBr><CdtrSchmeId><Id><PrvtId><Othr>"
        f"<Id>{header.creditor_id}</Id><SchmeNm><Prtry>SEPA</Prtry></SchmeNm>"
        "</Othr></PrvtId></Id></CdtrSchmeId>\n"
    )


# ---- the bank's side

_MANDATE = "DrctDbtTx/MndtRltdInf"
_READ = (
    "GrpHdr",
    "PmtInfId",
    "SeqTp",
    "ReqdColltnDt",
    "CdtrAcct",
    "Cdtr",
    "CdtrSchmeId",
    "CdtrAgt",
    "PmtInf",
)


def read_debits(data: bytes | Path) -> DebitFile:
    """Return the orders of a debit file; refuses one that is cut or whose counts and sums disagree."""
    name = xml_of.message_name(data)
    if name not in {each.value for each in DebitSchema}:
        raise Refusal(
            "sepa.message",
            f"Le message {name} n’est pas un prélèvement.",
            "Déposez-le dans le flux prévu.",
        )
    debits: list[Debit] = []
    tally = xml_of.Tally()
    values: dict[str, str] = {}
    for tag, element in xml_of.elements(data, _READ):
        if tag == "GrpHdr":
            tally.declare(element)
            values["MsgId"] = xml_of.text_at(element, "MsgId")
            values["CreDtTm"] = xml_of.text_at(element, "CreDtTm")
        elif tag in ("PmtInfId", "SeqTp", "ReqdColltnDt"):
            values[tag] = (element.text or "").strip()
        elif tag in ("CdtrAcct", "Cdtr", "CdtrSchmeId", "CdtrAgt"):
            values.update(_creditor(tag, element))
        elif tag == "DrctDbtTxInf":
            debit = _debit(element, values)
            debits.append(debit)
            tally.add(debit.amount_cents)
        elif tag == "PmtInf":
            tally.close_payment(element, values.get("PmtInfId", ""))
    tally.close()
    header = DebitHeader(
        message_id=values.get("MsgId", ""),
        created_at=xml_of.moment_of(values.get("CreDtTm", ""), "GrpHdr/CreDtTm"),
        creditor_name=values.get("name", ""),
        creditor_iban=values.get("iban", ""),
        creditor_id=values.get("id", ""),
        creditor_bic=values.get("bic") or None,
        schema=DebitSchema(name),
    )
    return DebitFile(header, tuple(debits))


def _creditor(tag: str, element: xml_of.Element) -> dict[str, str]:
    match tag:
        case "Cdtr":
            return {"name": xml_of.text_at(element, "Nm")}
        case "CdtrAcct":
            return {"iban": xml_of.text_at(element, "Id", "IBAN")}
        case "CdtrAgt":
            return {"bic": xml_of.bic_at(element)}
        case _:
            return {"id": xml_of.text_at(element, "Id", "PrvtId", "Othr", "Id")}


def _debit(element: xml_of.Element, values: dict[str, str]) -> Debit:
    leaf = xml_of.leaves(element).get
    end_to_end_id = leaf("PmtId/EndToEndId", "")
    where = f"ordre {end_to_end_id}, ligne {element.sourceline}"
    changed = leaf(f"{_MANDATE}/AmdmntInfDtls/OrgnlDbtrAcct/Id/Othr/Id", "")
    return Debit(
        end_to_end_id=end_to_end_id,
        mandate_reference=leaf(f"{_MANDATE}/MndtId", ""),
        mandate_signed_on=xml_of.day_of(leaf(f"{_MANDATE}/DtOfSgntr", ""), where),
        amount_cents=xml_of.cents_of(leaf("InstdAmt", ""), where),
        debtor_name=leaf("Dbtr/Nm", ""),
        debtor_iban=leaf("DbtrAcct/Id/IBAN", ""),
        label=leaf("RmtInf/Ustrd", ""),
        sequence=_sequence(values.get("SeqTp", ""), where),
        collection_on=xml_of.day_of(values.get("ReqdColltnDt", ""), where),
        debtor_bic=leaf("DbtrAgt/FinInstnId/BICFI") or leaf("DbtrAgt/FinInstnId/BIC") or None,
        former_mandate_reference=leaf(f"{_MANDATE}/AmdmntInfDtls/OrgnlMndtId", ""),
        account_changed=changed == "SMNDA",
        payment_id=values.get("PmtInfId", ""),
    )


def _sequence(text: str, where: str) -> Sequence:
    try:
        return Sequence(text)
    except ValueError as error:
        raise Refusal(
            "sepa.sequence",
            "Le type de séquence n’est ni FRST, ni RCUR, ni OOFF, ni FNAL.",
            "Corrigez le fichier et renvoyez-le.",
            where=where,
        ) from error
