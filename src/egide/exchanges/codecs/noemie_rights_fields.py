"""The entities of a rights file (reference 929), field by field, with what we know of each.

Source: the public sample `NOEASS.FIC8132` of the program Coog and the code of that program that reads it.
"""

from __future__ import annotations

from egide.exchanges.codecs.fields import Codec, Field, Kind, Layout, Status
from egide.exchanges.codecs.noemie_envelope import (
    CLOSING,
    COOG_CODE,
    COOG_SAMPLE,
    HEADER,
    HOUSE,
    OPENING,
    TRAILER,
)

_T, _D, _C = Kind.TEXT, Kind.DIGITS, Kind.CONSTANT
_KNOWN, _SAMPLE, _GUESS = Status.CONFORMING, Status.SAMPLE, Status.GUESS

HOLDER = Layout(
    "110",
    "Assuré",
    87,
    (
        Field("entity", 1, 3, _C, _KNOWN, COOG_CODE, "code de l’entité", default="110"),
        Field("level", 4, 2, _C, _SAMPLE, COOG_SAMPLE, "niveau", default="02"),
        Field("nir", 6, 13, _T, _KNOWN, COOG_CODE, "numéro de sécurité sociale de l’assuré"),
        Field("nir_key", 19, 2, _D, _KNOWN, COOG_CODE, "clé du numéro"),
        Field("name_nature", 21, 1, _C, _GUESS, COOG_SAMPLE, "nature du nom (U, usuel ?)", default="U"),
        Field("last_name", 22, 51, _T, _SAMPLE, COOG_SAMPLE, "nom, puis blancs (sans doute deux zones)"),
        Field("first_name", 73, 15, _T, _SAMPLE, COOG_SAMPLE, "prénom"),
    ),
)
BENEFICIARY = Layout(
    "120",
    "Bénéficiaire",
    56,
    (
        Field("entity", 1, 3, _C, _KNOWN, COOG_CODE, "code de l’entité", default="120"),
        Field("level", 4, 2, _C, _SAMPLE, COOG_SAMPLE, "niveau de détail", default="99"),
        Field("birth_date", 6, 6, Kind.DATE_DMY, _KNOWN, COOG_CODE, "date de naissance, 000000 si absente"),
        Field("birth_rank", 12, 1, _D, _KNOWN, COOG_CODE, "rang de naissance"),
        Field("last_name", 13, 25, _T, _SAMPLE, COOG_SAMPLE, "nom"),
        Field("first_name", 38, 19, _T, _SAMPLE, COOG_SAMPLE, "prénom"),
    ),
)
MOVEMENT = Layout(
    "140",
    "Mouvement de contrat",
    68,
    (
        Field("entity", 1, 3, _C, _SAMPLE, COOG_SAMPLE, "code de l’entité", default="140"),
        Field("level", 4, 2, _C, _SAMPLE, COOG_SAMPLE, "niveau de détail", default="99"),
        Field("reference", 6, 8, _T, _GUESS, HOUSE, "référence de l’organisme (à blanc dans l’exemple)"),
        Field("movement", 14, 1, _T, _GUESS, COOG_SAMPLE, "mouvement : C création, M modification, A annulation"),
        Field("contract_type", 15, 2, _T, _GUESS, COOG_SAMPLE, "type de contrat (01 ; 85, 87, 88 cités)"),
        Field("start", 17, 8, Kind.DATE_LONG, _SAMPLE, COOG_SAMPLE, "début des droits"),
        Field("end", 25, 8, Kind.DATE_LONG, _SAMPLE, COOG_SAMPLE, "fin des droits, zéros si aucune"),
        Field("zeros", 33, 36, _D, _SAMPLE, COOG_SAMPLE, "zone à zéros de sens inconnu"),
    ),
)
RETURN = Layout(
    "290",
    "Retour",
    97,
    (
        Field("entity", 1, 3, _C, _KNOWN, COOG_CODE, "code de l’entité", default="290"),
        Field("level", 4, 2, _C, _SAMPLE, COOG_SAMPLE, "niveau de détail", default="99"),
        Field("sub", 6, 2, _C, _GUESS, COOG_SAMPLE, "sous-type", default="01"),
        Field("party_type", 8, 2, _C, _GUESS, COOG_SAMPLE, "type d’intervenant", default="MU"),
        Field("return_code", 15, 2, _D, _KNOWN, COOG_CODE, "code retour"),
        Field("movement", 17, 1, _T, _SAMPLE, COOG_SAMPLE, "mouvement d’origine"),
        Field("label", 18, 80, _T, _SAMPLE, COOG_SAMPLE, "libellé du retour"),
    ),
)

CODEC = Codec(
    "noemie_rights",
    "Droits : mouvements et retours du régime obligatoire (« NOEMIE 929 »)",
    "Non conforme tant que le cahier des charges NOEMIE-OC (référence 929 et flux aller) n’a pas été obtenu "
    "et qu’un fichier n’a pas été accepté par une caisse : le format est reconstruit d’un exemple public.",
    (HEADER, OPENING, HOLDER, BENEFICIARY, MOVEMENT, RETURN, CLOSING, TRAILER),
    (
        "Le siècle de naissance n’est pas écrit : après cent ans, on est lu un siècle trop jeune.",
        "Le sens aller (mouvements) est supposé symétrique du retour observé, sans l’entité 290.",
        "À l’écriture, un enregistrement physique porte un lot complet (010 à 990 niveau 01) : choix maison.",
        "Les libellés des codes retour sont des paraphrases ; les codes 36 et 37 n’ont pas de classe connue.",
    ),
)
