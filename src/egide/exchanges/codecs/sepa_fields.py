"""The elements of the SEPA messages that Égide writes and reads, with what proves their conformity."""

from __future__ import annotations

from egide.exchanges.codecs.fields import Codec, Field, Kind, Layout, Status
from egide.exchanges.codecs.noemie_envelope import HOUSE

_XSD = "ISO 20022, schéma livré par sepaxml"
_SEEN = "ISO 20022, messages pain.002 publics"
_COOG = "Coog account_payment_sepa_cog, 36 codes"
_T, _D, _M, _C = Kind.TEXT, Kind.DATE_ISO, Kind.AMOUNT, Kind.CHOICE


def _element(
    place: str,
    kind: Kind,
    meaning: str,
    length: int = 0,
    *,
    status: Status = Status.CONFORMING,
    source: str = _XSD,
) -> Field:
    return Field(place.rpartition("/")[2], 0, length, kind, status, source, meaning, place=place)


_GROUP = (
    _element("GrpHdr/MsgId", _T, "référence du message, donnée par l’appelant", 30),
    _element("GrpHdr/CreDtTm", _T, "date et heure de création, données par l’appelant", 19),
    _element("GrpHdr/NbOfTxs", Kind.DIGITS, "nombre d’ordres", 15),
    _element("GrpHdr/CtrlSum", _M, "somme exacte des ordres", 18),
    _element("GrpHdr/InitgPty/Nm", _T, "nom de l’émetteur", 70),
    _element("PmtInf/PmtInfId", _T, "référence du message et rang du groupe", 35),
    _element("PmtInf/NbOfTxs, PmtInf/CtrlSum", _M, "nombre et somme du groupe", 18),
    _element("PmtInf/PmtTpInf/SvcLvl/Cd", Kind.CONSTANT, "SEPA", 4),
)

DEBIT_CODEC = Codec(
    "sepa_debit",
    "Prélèvements SEPA (pain.008.001.02 et pain.008.001.08)",
    "Conforme aux schémas ISO 20022. Non conforme aux guides CFONB tant qu’une banque n’a pas accepté un "
    "envoi : les usages (SMNDA, NOTPROVIDED, jeu de caractères) ne sont pas dans les schémas.",
    (
        Layout(
            "CstmrDrctDbtInitn",
            "Ordres de prélèvement",
            0,
            (
                *_GROUP,
                _element("PmtInf/PmtTpInf/LclInstrm/Cd", Kind.CONSTANT, "CORE", 4),
                _element("PmtInf/PmtTpInf/SeqTp", _C, "FRST, RCUR, OOFF ou FNAL", 4),
                _element("PmtInf/ReqdColltnDt", _D, "date de prélèvement", 10),
                _element("PmtInf/CdtrSchmeId", _T, "identifiant créancier SEPA (ICS)", 35),
                _element("PmtInf/CdtrAcct/Id/IBAN, CdtrAgt", _T, "compte et banque du créancier", 34),
                _element("DrctDbtTxInf/PmtId/EndToEndId", _T, "référence de bout en bout, unique", 35),
                _element("DrctDbtTxInf/InstdAmt", _M, "montant en euros", 18),
                _element("…/MndtRltdInf/MndtId, DtOfSgntr", _T, "référence et signature du mandat", 35),
                _element("…/AmdmntInfDtls/OrgnlMndtId", _T, "ancienne référence du mandat", 35),
                _element(
                    "…/AmdmntInfDtls/OrgnlDbtrAcct/Id/Othr/Id", Kind.CONSTANT,
                    "SMNDA : le débiteur a changé de compte", 5,
                    status=Status.GUESS, source="règles SEPA, non sourcées ici",
                ),
                _element("DrctDbtTxInf/Dbtr/Nm", _T, "nom du débiteur, translittéré", 70),
                _element("DrctDbtTxInf/DbtrAcct/Id/IBAN", _T, "compte débité", 34),
                _element("DrctDbtTxInf/RmtInf/Ustrd", _T, "libellé, translittéré", 140),
            ),
        ),
    ),
    ("L’ordre des groupes est celui des dates puis des séquences.", "La norme B2B n’est pas écrite."),
)  # fmt: skip

CREDIT_CODEC = Codec(
    "sepa_credit",
    "Virements SEPA (pain.001.001.03 et pain.001.001.09)",
    "Conforme aux schémas ISO 20022. Non conforme aux guides CFONB tant qu’une banque n’a pas accepté un envoi.",
    (
        Layout(
            "CstmrCdtTrfInitn",
            "Ordres de virement",
            0,
            (
                *_GROUP,
                _element("PmtInf/ReqdExctnDt", _D, "date d’exécution (sous Dt en version 09)", 10),
                _element("PmtInf/DbtrAcct/Id/IBAN, DbtrAgt", _T, "compte et banque du donneur d’ordre", 34),
                _element("CdtTrfTxInf/PmtId/EndToEndId", _T, "référence de bout en bout, unique", 35),
                _element("CdtTrfTxInf/Amt/InstdAmt", _M, "montant en euros", 18),
                _element("CdtTrfTxInf/CdtrAgt", _T, "BIC du bénéficiaire, facultatif", 11),
                _element("CdtTrfTxInf/Cdtr/Nm", _T, "nom du bénéficiaire, translittéré", 70),
                _element("CdtTrfTxInf/CdtrAcct/Id/IBAN", _T, "compte crédité", 34),
                _element("CdtTrfTxInf/RmtInf/Ustrd", _T, "libellé, translittéré", 140),
            ),
        ),
    ),
    ("Les adresses structurées ne sont pas écrites.",),
)


def _seen(place: str, kind: Kind, meaning: str, length: int) -> Field:
    return _element(place, kind, meaning, length, status=Status.SAMPLE, source=_SEEN)


RETURN_CODEC = Codec(
    "bank_returns",
    "Retours de prélèvements (forme pain.002.001.03)",
    "Non conforme tant que le schéma pain.002 n’a pas été obtenu et qu’un fichier de banque n’a pas été lu : "
    "aucun schéma de ce message n’est livré par nos dépendances ; la forme suit des messages publics.",
    (
        Layout(
            "CstmrPmtStsRpt",
            "Compte rendu de la banque",
            0,
            (
                _seen("GrpHdr/MsgId, CreDtTm", _T, "référence et date du compte rendu", 35),
                _seen("OrgnlGrpInfAndSts/OrgnlMsgId", _T, "message de prélèvement d’origine", 35),
                _seen("OrgnlGrpInfAndSts/NbOfTxsPerSts", _M, "nombre et somme des rejets, vérifiés", 18),
                _seen("OrgnlPmtInfAndSts/OrgnlPmtInfId", _T, "groupe d’origine", 35),
                _seen("TxInfAndSts/OrgnlEndToEndId", _T, "référence de l’ordre rejeté", 35),
                _seen("TxInfAndSts/TxSts", _C, "RJCT ; une autre valeur est signalée", 4),
                _element("…/StsRsnInf/Rsn/Cd", _C, "motif ISO", 4, source=_COOG),
                _seen("…/OrgnlTxRef/Amt/InstdAmt", _M, "montant rejeté", 18),
                _seen("…/OrgnlTxRef/ReqdColltnDt", _D, "date de prélèvement", 10),
                _seen("…/OrgnlTxRef/MndtRltdInf/MndtId", _T, "référence du mandat", 35),
                _element("…/StsRsnInf/AddtlInf", _T, "motif en clair", 105, status=Status.HOUSE, source=HOUSE),
            ),
        ),
    ),
    (
        "Les retours après règlement par relevé camt.054 ne sont pas lus.",
        "Un motif hors des 36 codes connus est gardé et signalé.",
    ),
)
