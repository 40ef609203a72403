"""The records of a care file (« NOEMIE-OC-like »), field by field, and how far it conforms.

Positions marked conforming come from public programs that read B2 records (base « RSF-ACE 2023 »): they are
read there at those positions, but no official B2 text was obtained.  The others are Égide's own and lie in
zones that the sources leave unread.
"""

from __future__ import annotations

from egide.exchanges.codecs.fields import Codec, Field, Kind, Layout, Status
from egide.exchanges.codecs.noemie_envelope import CLOSING, HEADER, HOUSE, OPENING, TRAILER

B2 = "PMSI RSF-ACE 2023, positions B2"
RECORD_LENGTH = 128
STRIDE = RECORD_LENGTH + 1
REFERENCE = "EGD"

_T, _D, _C, _M, _F = Kind.TEXT, Kind.DIGITS, Kind.CONSTANT, Kind.CENTS, Kind.FLAG
_KNOWN, _GUESS, _HOUSE = Status.CONFORMING, Status.GUESS, Status.HOUSE
_YMD = Kind.DATE_YMD

BENEFICIARY = Layout(
    "2",
    "Entête de facture : bénéficiaire",
    RECORD_LENGTH,
    (
        Field("record_type", 1, 1, _C, _KNOWN, B2, "type d’enregistrement", default="2"),
        Field("nir", 12, 13, _T, _KNOWN, B2, "numéro de sécurité sociale de l’assuré"),
        Field("nir_key", 25, 2, _D, _KNOWN, B2, "clé du numéro de sécurité sociale"),
        Field("beneficiary_rank", 27, 3, _D, _KNOWN, B2, "rang du bénéficiaire"),
        Field("invoice_no", 30, 9, _T, _KNOWN, B2, "numéro de facture"),
        Field("operation", 39, 1, _T, _HOUSE, B2, "nature d’opération (position B2, valeurs N et A maison)"),
        Field("scheme_code", 49, 2, _T, _KNOWN, B2, "grand régime"),
        Field("insurance_nature", 77, 2, _D, _KNOWN, B2, "nature d’assurance (10, 13, 30, 41, 90)"),
        Field("exemption", 79, 1, _T, _KNOWN, B2, "justification d’exonération du ticket modérateur"),
        Field("birth_date", 96, 6, _YMD, _GUESS, B2, "date de naissance (position B2, ordre AAMMJJ supposé)"),
        Field("birth_rank", 102, 1, _D, _KNOWN, B2, "rang de naissance"),
        Field("stay_start", 103, 6, _YMD, _GUESS, B2, "date d’entrée (position B2, ordre AAMMJJ supposé)"),
        Field("stay_end", 109, 6, _YMD, _GUESS, B2, "date de sortie (position B2, ordre AAMMJJ supposé)"),
        Field("contract_type", 117, 2, _T, _KNOWN, B2, "type de contrat de l’organisme complémentaire"),
        Field("oc_number", 119, 10, _D, _KNOWN, B2, "numéro d’organisme complémentaire, zéros à gauche"),
    ),
)

# The zone 2 to 38 of records 3 and 4 is not read by the sources: the house fields all live there.
_HOUSE_ZONE = (
    Field("reference", 2, 10, _T, _HOUSE, HOUSE, "référence de la ligne chez le régime"),
    Field("reversed_reference", 12, 10, _T, _HOUSE, HOUSE, "référence de la ligne annulée"),
    Field("tariff_agreement", 22, 1, _F, _HOUSE, HOUSE, "praticien engagé dans l’option tarifaire"),
    Field("care_path", 23, 1, _F, _HOUSE, HOUSE, "parcours de soins respecté"),
    Field("basket", 24, 8, _T, _HOUSE, HOUSE, "panier 100 % Santé"),
    Field("withheld", 32, 7, _M, _HOUSE, HOUSE, "participation et franchises retenues"),
)
STAY = Layout(
    "3",
    "Prestation hospitalière",
    RECORD_LENGTH,
    (
        Field("record_type", 1, 1, _C, _KNOWN, B2, "type d’enregistrement", default="3"),
        *_HOUSE_ZONE,
        Field("treatment_mode", 39, 2, _T, _KNOWN, B2, "mode de traitement"),
        Field("discipline", 41, 3, _T, _KNOWN, B2, "discipline de prestation"),
        Field("care_date", 44, 6, _YMD, _GUESS, B2, "date des soins (position B2, ordre AAMMJJ supposé)"),
        Field("act_code", 56, 5, _T, _KNOWN, B2, "code de l’acte (4+1)"),
        Field("quantity", 61, 3, _D, _KNOWN, B2, "quantité"),
        Field("act_exemption", 64, 1, _T, _KNOWN, B2, "exonération du ticket modérateur"),
        Field("coefficient", 65, 5, _D, _KNOWN, B2, "coefficient (3+2)"),
        Field("unit_price", 76, 7, _M, _KNOWN, B2, "prix unitaire (5+2)"),
        Field("base", 83, 8, _M, _KNOWN, B2, "base de remboursement (6+2)"),
        Field("rate", 91, 3, _D, _KNOWN, B2, "taux, en pour cent"),
        Field("amo", 94, 8, _M, _KNOWN, B2, "montant remboursable par le régime obligatoire (6+2)"),
        Field("charged", 102, 8, _M, _KNOWN, B2, "montant total de la dépense (6+2)"),
        Field("amc_requested", 122, 7, _M, _KNOWN, B2, "montant remboursable par la complémentaire (5+2)"),
    ),
)
ACT = Layout(
    "4",
    "Acte ou prestation de ville",
    RECORD_LENGTH,
    (
        Field("record_type", 1, 1, _C, _KNOWN, B2, "type d’enregistrement", default="4"),
        *_HOUSE_ZONE,
        Field("treatment_mode", 39, 2, _T, _KNOWN, B2, "mode de traitement"),
        Field("act_exemption", 54, 1, _T, _KNOWN, B2, "exonération du ticket modérateur"),
        Field("executant", 68, 2, _D, _KNOWN, B2, "spécialité de l’exécutant"),
        Field("care_date", 70, 6, _YMD, _GUESS, B2, "date des soins (position B2, ordre AAMMJJ supposé)"),
        Field("act_code", 76, 5, _T, _KNOWN, B2, "code de l’acte (4+1)"),
        Field("quantity", 81, 2, _D, _KNOWN, B2, "quantité"),
        Field("coefficient", 83, 6, _D, _KNOWN, B2, "coefficient (4+2)"),
        Field("unit_price", 91, 7, _M, _KNOWN, B2, "prix unitaire (5+2)"),
        Field("base", 98, 7, _M, _GUESS, B2, "base de remboursement (longueur déduite)"),
        Field("rate", 105, 3, _D, _KNOWN, B2, "taux, en pour cent"),
        Field("amo", 108, 7, _M, _GUESS, B2, "montant remboursé par le régime obligatoire (longueur déduite)"),
        Field("charged", 115, 8, _M, _GUESS, B2, "honoraires, dépassement compris (longueur déduite)"),
        Field("amc_requested", 123, 6, _M, _GUESS, B2, "montant complémentaire demandé (longueur déduite)"),
    ),
)
TOTALS = Layout(
    "999 (zone 64–127)",
    "Totaux de fin de fichier",
    64,
    (
        Field("act_count", 1, 10, _D, _HOUSE, HOUSE, "nombre d’actes"),
        Field("charged", 11, 13, _M, _HOUSE, HOUSE, "total des dépenses, annulations déduites"),
        Field("charged_sign", 24, 1, _T, _HOUSE, HOUSE, "signe du total"),
        Field("amo", 25, 13, _M, _HOUSE, HOUSE, "total du régime obligatoire, annulations déduites"),
        Field("amo_sign", 38, 1, _T, _HOUSE, HOUSE, "signe du total"),
        Field("amc_requested", 39, 13, _M, _HOUSE, HOUSE, "total demandé, annulations déduites"),
        Field("amc_requested_sign", 52, 1, _T, _HOUSE, HOUSE, "signe du total"),
    ),
)
RECEIPT = Layout(
    "910",
    "Acquittement d’un fichier",
    60,
    (
        Field("entity", 1, 3, _C, _HOUSE, HOUSE, "code de l’entité", default="910"),
        Field("file_id", 4, 6, _T, _HOUSE, HOUSE, "identifiant du fichier acquitté"),
        Field("file_date", 10, 6, _YMD, _HOUSE, HOUSE, "date du fichier acquitté"),
        Field("verdict", 16, 1, _T, _HOUSE, HOUSE, "A accepté, P en partie, R refusé"),
        Field("accepted", 17, 8, _D, _HOUSE, HOUSE, "nombre d’actes acceptés"),
        Field("refused", 25, 8, _D, _HOUSE, HOUSE, "nombre de lignes ou d’actes refusés"),
    ),
)
RECEIPT_REASON = Layout(
    "920",
    "Motif de refus",
    204,
    (
        Field("entity", 1, 3, _C, _HOUSE, HOUSE, "code de l’entité", default="920"),
        Field("line_no", 4, 8, _D, _HOUSE, HOUSE, "ligne du fichier acquitté, zéro pour le fichier entier"),
        Field("position", 12, 5, _D, _HOUSE, HOUSE, "position dans la ligne"),
        Field("code", 17, 28, _T, _HOUSE, HOUSE, "code du motif"),
        Field("message", 45, 160, _T, _HOUSE, HOUSE, "motif en clair"),
    ),
)

CODEC = Codec(
    "care_lines",
    "Décomptes de soins du régime obligatoire (« NOEMIE-OC-like »)",
    "Non conforme tant que les positions de l’entité 255 et du retour de paiement NOEMIE-OC n’ont pas été "
    "obtenues : format maison, enveloppe NOEMIE et contenu calqué sur des enregistrements B2.",
    (HEADER, OPENING, BENEFICIARY, STAY, ACT, CLOSING, TRAILER, TOTALS, RECEIPT, RECEIPT_REASON),
    (
        "Un enregistrement physique porte une facture : un type 2, puis 76 actes au plus (types 3 et 4).",
        "Une annulation porte des montants positifs et la nature d’opération A, sur la facture entière.",
        "Le siècle des dates de naissance n’est pas écrit (même règle que pour les droits).",
        "Les types 2S, 3F, 3H, 4M et 5 ne sont pas portés ; les codes CCAM, dents et LPP non plus.",
        "L’accusé de réception (910, 920) est un format maison.",
    ),
)
