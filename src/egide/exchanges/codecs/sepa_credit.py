"""SEPA credit transfers: pain.001.001.03 and .09, from records or a frame to bytes and back, to the cent.

Orders are grouped in one payment per execution date.  Identifiers and the creation time are given by the
caller: the same input gives the same bytes.  Source: ISO 20022 schemas shipped by `sepaxml`.
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


class CreditSchema(StrEnum):
    """The versions of the message that can be written."""

    V03 = "pain.001.001.03"
    V09 = "pain.001.001.09"


@dataclass(frozen=True, slots=True)
class CreditHeader:
    """Who pays, from which account, in which message; at most 30 characters of id."""

    message_id: str
    created_at: datetime
    debtor_name: str
    debtor_iban: str
    debtor_bic: str | None = None
    schema: CreditSchema = CreditSchema.V09


@dataclass(frozen=True, slots=True)
class Credit:
    """One transfer order.  ``payment_id`` is the group it was read from, empty when written."""

    end_to_end_id: str
    amount_cents: int
    creditor_name: str
    creditor_iban: str
    label: str
    execution_on: date
    creditor_bic: str | None = None
    payment_id: str = ""


@dataclass(frozen=True, slots=True)
class CreditFile:
    """A transfer file as a bank reads it: its header and its orders, in the order of the file."""

    header: CreditHeader
    credits: tuple[Credit, ...]


def write_credits(header: CreditHeader, orders: Iterable[Credit] | pl.DataFrame) -> bytes:
    """Return the transfer file; see `stream_credits`."""
    return b"".join(stream_credits(header, orders))


def stream_credits(header: CreditHeader, orders: Iterable[Credit] | pl.DataFrame) -> Iterator[bytes]:
    """Yield the transfer file piece by piece, payments by execution date.

    ``orders`` are records or a frame whose columns are the fields of `Credit` (the last two may be missing).
    Raises Refusal naming the order when an amount, identifier, account or text cannot be sent.
    """
    return stream_orders(_message(header), in_columns(orders, _COLUMNS, {"creditor_bic": pl.lit(None, pl.String)}))


_COLUMNS = {
    "end_to_end_id": pl.String,
    "amount_cents": pl.Int64,
    "creditor_name": pl.String,
    "creditor_iban": pl.String,
    "label": pl.String,
    "execution_on": pl.Date,
    "creditor_bic": pl.String,
    "payment_id": pl.String,
}


def _message(header: CreditHeader) -> Message:
    tag = _bic_tag(header.schema)
    return Message(
        keys=("execution_on",),
        texts={"creditor_name": 70, "label": 140},
        sendable=identifier("end_to_end_id") & amount("amount_cents") & account("creditor_iban", "creditor_bic"),
        refuse=_refuse,
        order=pl.format(
            "<CdtTrfTxInf><PmtId><EndToEndId>{}</EndToEndId></PmtId>"
            '<Amt><InstdAmt Ccy="EUR">{}</InstdAmt></Amt>{}<Cdtr><Nm>{}</Nm></Cdtr>'
            "<CdtrAcct><Id><IBAN>{}</IBAN></Id></CdtrAcct><RmtInf><Ustrd>{}</Ustrd></RmtInf></CdtTrfTxInf>\n",
            "end_to_end_id",
            euros("amount_cents"),
            given("creditor_bic", f"<CdtrAgt><FinInstnId><{tag}>{{}}</{tag}></FinInstnId></CdtrAgt>"),
            "creditor_name",
            "creditor_iban",
            "label",
        ),
        head=partial(_head, header),
        payment_head=partial(_payment_head, header),
        tail="</CstmrCdtTrfInitn></Document>\n",
        nothing=Refusal("sepa.nothing", "Il n’y a aucun ordre à envoyer.", "Vérifiez le règlement à payer."),
    )


def _refuse(order: dict[str, Any], where: str) -> None:
    xml_of.refuse_identifier(order["end_to_end_id"], where)
    xml_of.refuse_amount(order["amount_cents"], where)
    xml_of.refuse_account(order["creditor_iban"], order["creditor_bic"], where)


def _bic_tag(schema: CreditSchema) -> str:
    return "BIC" if schema is CreditSchema.V03 else "BICFI"


def _head(header: CreditHeader, count: int, total_cents: int) -> str:
    xml_of.refuse_identifier(f"{header.message_id}-9999", "message")
    xml_of.refuse_account(header.debtor_iban, header.debtor_bic, "donneur d’ordre")
    name = to_sepa_text(header.debtor_name, 70, "donneur d’ordre")
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="{xml_of.NAMESPACE}{header.schema}"><CstmrCdtTrfInitn>'
        f"<GrpHdr><MsgId>{header.message_id}</MsgId>"
        f"<CreDtTm>{header.created_at.isoformat(timespec='seconds')}</CreDtTm>"
        f"<NbOfTxs>{count}</NbOfTxs><CtrlSum>{xml_of.euros(total_cents)}</CtrlSum>"
        f"<InitgPty><Nm>{name}</Nm></InitgPty></GrpHdr>\n"
    )


def _payment_head(header: CreditHeader, number: int, key: dict[str, Any], count: int, total_cents: int) -> str:
    name = to_sepa_text(header.debtor_name, 70, "donneur d’ordre")
    bank = xml_of.agent(header.debtor_bic, _bic_tag(header.schema))
    day = key["execution_on"].isoformat()
    execution = day if header.schema is CreditSchema.V03 else f"<Dt>{day}</Dt>"
    return (
        f"<PmtInf><PmtInfId>{header.message_id}-{number}</PmtInfId><PmtMtd>TRF</PmtMtd><BtchBookg>true</BtchBookg>"
        f"<NbOfTxs>{count}</NbOfTxs><CtrlSum>{xml_of.euros(total_cents)}</CtrlSum>"
        "<PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl></PmtTpInf>"
        f"<ReqdExctnDt>{execution}</ReqdExctnDt><Dbtr><Nm>{name}</Nm></Dbtr>"
        f"<DbtrAcct><Id><IBAN>{header.debtor_iban}</IBAN></Id></DbtrAcct>"
        f"<DbtrAgt><FinInstnId>{bank}</FinInstnId></DbtrAgt>"
        "<ChrgBr>SLEV</ChrgBr>\n"
    )


# ---- the bank's side

_READ = ("GrpHdr", "PmtInfId", "ReqdExctnDt", "Dbtr", "DbtrAcct", "DbtrAgt", "PmtInf")


def read_credits(data: bytes | Path) -> CreditFile:
    """Return the orders of a transfer file; refuses one that is cut or whose counts and sums disagree."""
    name = xml_of.message_name(data)
    if name not in {each.value for each in CreditSchema}:
        raise Refusal("sepa.message", f"Le message {name} n’est pas un virement.", "Déposez-le dans le flux prévu.")
    orders: list[Credit] = []
    tally = xml_of.Tally()
    values: dict[str, str] = {}
    for tag, element in xml_of.elements(data, _READ):
        if tag == "GrpHdr":
            tally.declare(element)
            values["MsgId"] = xml_of.text_at(element, "MsgId")
            values["CreDtTm"] = xml_of.text_at(element, "CreDtTm")
        elif tag == "PmtInfId":
            values[tag] = (element.text or "").strip()
        elif tag == "ReqdExctnDt":
            values[tag] = xml_of.text_at(element, "Dt") or (element.text or "").strip()
        elif tag == "Dbtr":
            values["name"] = xml_of.text_at(element, "Nm")
        elif tag == "DbtrAcct":
            values["iban"] = xml_of.text_at(element, "Id", "IBAN")
        elif tag == "DbtrAgt":
            values["bic"] = xml_of.bic_at(element)
        elif tag == "CdtTrfTxInf":
            order = _credit(element, values)
            orders.append(order)
            tally.add(order.amount_cents)
        elif tag == "PmtInf":
            tally.close_payment(element, values.get("PmtInfId", ""))
    tally.close()
    header = CreditHeader(
        message_id=values.get("MsgId", ""),
        created_at=xml_of.moment_of(values.get("CreDtTm", ""), "GrpHdr/CreDtTm"),
        debtor_name=values.get("name", ""),
        debtor_iban=values.get("iban", ""),
        debtor_bic=values.get("bic") or None,
        schema=CreditSchema(name),
    )
    return CreditFile(header, tuple(orders))


def _credit(element: xml_of.Element, values: dict[str, str]) -> Credit:
    leaf = xml_of.leaves(element).get
    end_to_end_id = leaf("PmtId/EndToEndId", "")
    where = f"ordre {end_to_end_id}, ligne {element.sourceline}"
    return Credit(
        end_to_end_id=end_to_end_id,
        amount_cents=xml_of.cents_of(leaf("Amt/InstdAmt", ""), where),
        creditor_name=leaf("Cdtr/Nm", ""),
        creditor_iban=leaf("CdtrAcct/Id/IBAN", ""),
        label=leaf("RmtInf/Ustrd", ""),
        execution_on=xml_of.day_of(values.get("ReqdExctnDt", ""), where),
        creditor_bic=leaf("CdtrAgt/FinInstnId/BICFI") or leaf("CdtrAgt/FinInstnId/BIC") or None,
        payment_id=values.get("PmtInfId", ""),
    )
