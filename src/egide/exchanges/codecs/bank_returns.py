"""The bank's answer to a debit file: one return per rejected debit, with its ISO reason code.

Shape of pain.002.001.03 (customer payment status report).  No schema of that message is shipped by our
dependencies, so files are checked by this reader only: see docs/codecs.md.  Reason codes: 36 ISO codes
listed by the public code of Coog (account_payment_sepa_cog).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from xml.sax.saxutils import escape

from egide.exchanges.codecs import sepa_xml as xml_of
from egide.exchanges.codecs.faults import Effect, Fault, ReadResult
from egide.exchanges.codecs.latin import to_sepa_text
from egide.kernel.errors import Refusal

MESSAGE = "pain.002.001.03"
NOT_A_RETURN = "return.status"  # the code of a line that announces no return: it is not used, and nothing is lost
_ASK = "Rapprochez cet ordre du relevé de compte ou interrogez la banque."

REASONS: dict[str, str] = {
    "AC01": "compte incorrect",
    "AC04": "compte clos",
    "AC06": "compte bloqué",
    "AC13": "compte débiteur de consommateur",
    "AG01": "opération interdite sur ce compte",
    "AG02": "code opération invalide",
    "AM04": "provision insuffisante",
    "AM05": "opération en double",
    "ARDT": "opération déjà retournée",
    "BE04": "adresse du créancier absente ou incorrecte",
    "BE05": "émetteur non reconnu",
    "BE06": "client inconnu",
    "CUST": "annulation par le client",
    "DUPL": "envoi en double",
    "ED01": "banque correspondante impossible",
    "FF01": "format incorrect",
    "FF05": "type de prélèvement incorrect",
    "FOCR": "retour à la suite d’une demande",
    "FRAD": "fraude",
    "LEGL": "motif légal",
    "MD01": "aucun mandat",
    "MD02": "mandat incomplet ou non valide",
    "MD06": "opération contestée par le débiteur",
    "MD07": "débiteur décédé",
    "MS02": "refus du débiteur",
    "MS03": "motif non précisé",
    "NOAS": "sans réponse du bénéficiaire",
    "NOOR": "opération d’origine jamais reçue",
    "RC01": "BIC incorrect",
    "RR01": "identification du compte débiteur absente (réglementaire)",
    "RR02": "nom ou adresse du débiteur absents (réglementaire)",
    "RR03": "nom ou adresse du créancier absents (réglementaire)",
    "RR04": "motif réglementaire",
    "SL01": "service spécifique de la banque du débiteur",
    "TECH": "problème technique",
    "TM01": "fichier reçu après l’heure limite",
}


@dataclass(frozen=True, slots=True)
class ReturnHeader:
    """Which report this is, and to which debit message it answers."""

    message_id: str
    created_at: datetime
    original_message_id: str
    original_message_name: str = "pain.008.001.08"


@dataclass(frozen=True, slots=True)
class DebitReturn:
    """One debit that came back: the reference of its order, its amount in cents, its reason, its number in the report."""

    end_to_end_id: str
    original_payment_id: str
    mandate_reference: str
    amount_cents: int
    reason_code: str
    collection_on: date | None
    debtor_iban: str = ""
    original_message_id: str = ""
    line_no: int = field(default=0, compare=False)

    @property
    def reason(self) -> str:
        """The reason in French; an unlisted code says so."""
        return REASONS.get(self.reason_code, f"motif {self.reason_code} absent de la table")


def write_returns(header: ReturnHeader, returns: Sequence[DebitReturn]) -> bytes:
    """Return the report of the bank; only the returned orders are listed, each with its reason."""
    xml_of.refuse_identifier(header.message_id, "message")
    groups: dict[str, list[DebitReturn]] = {}
    for each in returns:
        groups.setdefault(each.original_payment_id, []).append(each)
    total = sum(each.amount_cents for each in returns)
    pieces = [
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="{xml_of.NAMESPACE}{MESSAGE}"><CstmrPmtStsRpt>'
        f"<GrpHdr><MsgId>{header.message_id}</MsgId>"
        f"<CreDtTm>{header.created_at.isoformat(timespec='seconds')}</CreDtTm></GrpHdr>"
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{escape(header.original_message_id)}</OrgnlMsgId>"
        f"<OrgnlMsgNmId>{header.original_message_name}</OrgnlMsgNmId>"
        f"<GrpSts>{'PART' if returns else 'ACCP'}</GrpSts>"
        f"<NbOfTxsPerSts><DtldNbOfTxs>{len(returns)}</DtldNbOfTxs><DtldSts>RJCT</DtldSts>"
        f"<DtldCtrlSum>{xml_of.euros(total)}</DtldCtrlSum></NbOfTxsPerSts></OrgnlGrpInfAndSts>\n"
    ]
    for payment_id, members in groups.items():
        pieces.append(
            f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{escape(payment_id)}</OrgnlPmtInfId><PmtInfSts>PART</PmtInfSts>\n"
        )
        pieces.extend(_transaction(each) for each in members)
        pieces.append("</OrgnlPmtInfAndSts>\n")
    pieces.append("</CstmrPmtStsRpt></Document>\n")
    return "".join(pieces).encode("ascii")


def _transaction(each: DebitReturn) -> str:
    where = f"ordre {each.end_to_end_id[:35]}"
    xml_of.refuse_identifier(each.end_to_end_id, where)
    xml_of.refuse_amount(each.amount_cents, where)
    collection = f"<ReqdColltnDt>{each.collection_on.isoformat()}</ReqdColltnDt>" if each.collection_on else ""
    mandate = (
        f"<MndtRltdInf><MndtId>{escape(each.mandate_reference)}</MndtId></MndtRltdInf>"
        if each.mandate_reference
        else ""
    )
    account = f"<DbtrAcct><Id><IBAN>{each.debtor_iban}</IBAN></Id></DbtrAcct>" if each.debtor_iban else ""
    return (
        f"<TxInfAndSts><OrgnlEndToEndId>{each.end_to_end_id}</OrgnlEndToEndId><TxSts>RJCT</TxSts>"
        f"<StsRsnInf><Rsn><Cd>{escape(each.reason_code)}</Cd></Rsn>"
        f"<AddtlInf>{escape(to_sepa_text(each.reason, 105, where))}</AddtlInf></StsRsnInf>"
        f'<OrgnlTxRef><Amt><InstdAmt Ccy="EUR">{xml_of.euros(each.amount_cents)}</InstdAmt></Amt>'
        f"{collection}{mandate}{account}</OrgnlTxRef></TxInfAndSts>\n"
    )


_READ = ("GrpHdr", "OrgnlGrpInfAndSts", "OrgnlPmtInfId")


def read_returns(data: bytes | Path) -> tuple[ReturnHeader, ReadResult[DebitReturn]]:
    """Return the returned debits of a report, with its header and the faults of its lines (numbered as they come).

    A line whose status is not RJCT is left out and reported; one with an unlisted reason code is kept and
    reported.  Raises Refusal for a file that is cut, of another message, or whose count or sum disagrees.
    """
    name = xml_of.message_name(data)
    if not name.startswith("pain.002."):
        raise Refusal(
            "sepa.message",
            f"Le message {name} n’est pas un compte rendu de prélèvements.",
            "Déposez-le dans le flux prévu.",
        )
    report = _Report()
    for tag, element in xml_of.elements(data, _READ):
        if tag == "TxInfAndSts":
            report.take(element)
        elif tag == "OrgnlPmtInfId":
            report.payment_id = (element.text or "").strip()
        else:
            report.head.update(xml_of.leaves(element))
    report.verify()
    header = ReturnHeader(
        message_id=report.head.get("MsgId", ""),
        created_at=xml_of.moment_of(report.head.get("CreDtTm", ""), "GrpHdr/CreDtTm"),
        original_message_id=report.head.get("OrgnlMsgId", ""),
        original_message_name=report.head.get("OrgnlMsgNmId", ""),
    )
    return header, ReadResult(tuple(report.records), tuple(report.faults), report.place)


class _Report:
    """What has been read of a report so far, and what its rejected lines add up to."""

    def __init__(self) -> None:
        self.head: dict[str, str] = {}
        self.payment_id = ""
        self.records: list[DebitReturn] = []
        self.faults: list[Fault] = []
        self.seen: set[str] = set()
        self.count = 0
        self.cents = 0
        self.unreadable = 0
        self.place = 0

    def take(self, element: xml_of.Element) -> None:
        """Read one line; whatever cannot be used becomes a fault."""
        leaf = xml_of.leaves(element)
        self.place += 1
        line_no = self.place
        if leaf.get("TxSts") != "RJCT":
            message = "Le statut de cette ligne n’est pas un rejet (RJCT) : elle n’est pas utilisée."
            self._fault(line_no, "TxSts", NOT_A_RETURN, message, Effect.REPORTED)
            return
        self.count += 1
        try:
            amount = xml_of.cents_of(leaf.get("OrgnlTxRef/Amt/InstdAmt", ""), "InstdAmt")
            asked = leaf.get("OrgnlTxRef/ReqdColltnDt", "")
            collection_on = xml_of.day_of(asked, "ReqdColltnDt") if asked else None
        except Refusal as refusal:
            self.unreadable += 1
            self._fault(line_no, refusal.where, "return.unreadable", refusal.message, Effect.REFUSED)
            return
        self.cents += amount
        reference = leaf.get("OrgnlEndToEndId", "")
        if not reference or reference in self.seen:
            message = "Ce rejet figure déjà plus haut." if reference else "La référence de l’ordre est absente."
            self._fault(line_no, "OrgnlEndToEndId", "return.reference", message, Effect.REFUSED)
            return
        self.seen.add(reference)
        code = leaf.get("StsRsnInf/Rsn/Cd", "") or leaf.get("StsRsnInf/Rsn/Prtry", "")
        if code not in REASONS:
            message = "Le motif n’est pas dans la table des motifs ISO : le rejet est gardé."
            self._fault(line_no, "Rsn", "return.reason", message, Effect.REPORTED)
        self.records.append(
            DebitReturn(
                end_to_end_id=reference,
                original_payment_id=self.payment_id,
                mandate_reference=leaf.get("OrgnlTxRef/MndtRltdInf/MndtId", ""),
                amount_cents=amount,
                reason_code=code,
                collection_on=collection_on,
                debtor_iban=leaf.get("OrgnlTxRef/DbtrAcct/Id/IBAN", ""),
                original_message_id=self.head.get("OrgnlMsgId", ""),
                line_no=line_no,
            )
        )

    def verify(self) -> None:
        """Refuse a report whose announced count or sum of rejects is not what it contains."""
        group = "NbOfTxsPerSts/"
        if self.head.get(f"{group}DtldSts") != "RJCT":
            return
        count, total = self.head.get(f"{group}DtldNbOfTxs", ""), self.head.get(f"{group}DtldCtrlSum", "")
        wrong_sum = total and not self.unreadable and xml_of.cents_of(total, "DtldCtrlSum") != self.cents
        if count != str(self.count) or wrong_sum:
            raise Refusal(
                "return.totals",
                f"Le compte rendu annonce {count} rejets pour {total}\u00a0€ ; il en contient {self.count} "
                f"pour {xml_of.euros(self.cents)}\u00a0€.",
                "Rien n’a été utilisé. Redemandez le fichier à la banque.",
                where="OrgnlGrpInfAndSts",
            )

    def _fault(self, line_no: int, field: str, code: str, message: str, effect: Effect) -> None:
        self.faults.append(Fault(line_no, 1, field, code, message, _ASK, effect=effect))
