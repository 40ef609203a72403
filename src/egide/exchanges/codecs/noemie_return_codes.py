"""The return codes of the compulsory scheme to a rights movement, with their class and French label.

Source: public code of the program Coog, module contract_noemie (62 codes; 36 and 37 carry no class there).
The labels are paraphrases: the official wording was not obtained.
"""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """What a return code says: taken into account, taken with a remark, or rejected."""

    ACQUITTED = "ACQUITTED"
    REPORTED = "REPORTED"
    REJECTED = "REJECTED"


_ACQUITTED = {
    "32": "modification acquittée",
    "33": "création acquittée",
    "34": "annulation acquittée",
}
_REPORTED = {
    "13": "réservé à la caisse",
    "19": "réservé à la caisse",
    "27": "divergence d’état civil",
    "38": "changement de caisse",
    "40": "changement de matricule",
    "41": "changement de date de naissance",
    "43": "annulation du bénéficiaire mutualiste",
    "53": "chevauchement de contrats",
    "60": "création d’un contrat CMU, assuré connu",
    "61": "prolongation d’un contrat CMU",
    "62": "modification d’un contrat CMU",
    "63": "création d’un contrat CMU",
    "64": "annulation d’un contrat CMU",
    "65": "création CMU, renouvellement par la caisse",
    "66": "création CMU, renouvellement par l’organisme complémentaire",
    "72": "informations de l’organisme complémentaire modifiées par la caisse",
    "73": "informations de l’organisme complémentaire créées par la caisse",
    "74": "informations de l’organisme complémentaire annulées par la caisse",
    "75": "identifiant de l’organisme complémentaire modifié",
    "84": "changement de type de contrat",
}
_REJECTED = {
    "01": "date de naissance absente",
    "02": "matricule erroné",
    "03": "code mouvement erroné",
    "04": "numéro d’organisme complémentaire erroné",
    "05": "type de contrat erroné",
    "06": "date de début invalide",
    "07": "date de fin invalide",
    "08": "dates incompatibles",
    "09": "date de naissance du bénéficiaire erronée",
    "10": "rang erroné",
    "11": "réservé à la caisse",
    "14": "annulation impossible, rubrique de l’organisme inconnue",
    "15": "création du bénéficiaire impossible (plus de 19)",
    "16": "création de l’organisme impossible (plus de 3)",
    "17": "organisme complémentaire inconnu au fichier",
    "18": "assuré inconnu",
    "20": "bénéficiaire inconnu",
    "21": "assuré géré par une autre caisse",
    "22": "période de l’organisme complémentaire non échue",
    "23": "assuré non mutualiste",
    "24": "bénéficiaire non mutualiste",
    "25": "modification impossible, rubrique non trouvée",
    "26": "réservé à la caisse",
    "28": "rubrique du bénéficiaire réservée à Vitale",
    "29": "origine du flux différente de l’option",
    "30": "clé du matricule absente ou erronée",
    "31": "divergence de date de naissance",
    "35": "refus d’échange par l’adhérent",
    "55": "mise à jour du contrat CMU non autorisée",
    "56": "chevauchement d’un contrat CMU",
    "59": "seule la mise à jour du numéro d’assuré est permise",
    "67": "rejet, deux contrats existants",
    "78": "date de fin obligatoire pour les contrats 85, 87 et 88",
    "80": "type de contrat incohérent avec l’historique",
    "81": "chevauchement de contrats 85, 87 ou 88 interdit",
    "82": "contrat 85, 87 ou 88 existant",
    "85": "transposition de l’organisme complémentaire non traitée",
}

# Listed by the source without a class: the answer is used as reported, and a fault asks someone to look.
UNCLASSIFIED = {
    "36": "situation mutualiste de l’adhérent",
    "37": "organisme complémentaire non trouvé",
}

RETURN_CODES: dict[str, tuple[Outcome, str]] = {
    **{code: (Outcome.ACQUITTED, label) for code, label in _ACQUITTED.items()},
    **{code: (Outcome.REPORTED, label) for code, label in _REPORTED.items()},
    **{code: (Outcome.REPORTED, label) for code, label in UNCLASSIFIED.items()},
    **{code: (Outcome.REJECTED, label) for code, label in _REJECTED.items()},
}
