"""Why a care line is refused, in words: one place for the screen, the reject bench and the answer to the scheme.

A refused line moves no money and uses no ceiling. It is a reject: once its cause is mended it is taken again from the
file that was kept, under the number that it had. An ignored line is no fault: the same care is in the books already.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """A stable code, the sentence people read, and what mends it."""

    code: str
    message: str
    remedy: str


REASONS = {
    reason.code: reason
    for reason in (
        Reason(
            "person.unknown",
            "Aucune personne connue sous ce numéro, cette date et ce rang de naissance.",
            "Cherchez la personne par son nom : le numéro de rattachement ou le rang est à corriger, puis recyclez.",
        ),
        Reason(
            "person.ambiguous",
            "Plusieurs couvertures correspondent à cette personne le jour des soins.",
            "Ouvrez leurs fiches : mettez fin par un avenant à celle qui est de trop, puis recyclez ; si toutes sont justes, "
            "ignorez la ligne et demandez à la caisse le rang de naissance.",
        ),
        Reason(
            "cover.none",
            "La personne est connue, mais n’est pas couverte le jour des soins.",
            "Vérifiez les dates de la couverture ; si elles sont justes, ignorez la ligne et prévenez l’adhérent.",
        ),
        Reason(
            "act.unknown",
            "Ce code d’acte n’est rattaché à aucune famille de soins.",
            "Demandez à l’exploitation de rattacher ce code à une famille de soins, puis recyclez.",
        ),
        Reason(
            "line.uncomputable",
            "Une donnée de la ligne sort de ce que le livre de règles sait calculer.",
            "Comparez la ligne avec le livre : donnée impossible à demander à la caisse, ou version à publier.",
        ),
        Reason(
            "reversal.no_original",
            "L’annulation ne désigne aucune ligne connue et encore en vigueur.",
            "Retrouvez la ligne d’origine ; si elle n’est jamais venue, ignorez la ligne.",
        ),
        Reason(
            "line.incoherent",
            "Les montants de la ligne se contredisent (la part obligatoire dépasse la dépense).",
            "Demandez la ligne corrigée à la caisse.",
        ),
        Reason(
            "line.future",
            "La date des soins est postérieure à la réception du fichier.",
            "Demandez la ligne corrigée à la caisse.",
        ),
    )
}
IGNORED_DUPLICATE = "line.duplicate"
IGNORED = {
    IGNORED_DUPLICATE: Reason(
        IGNORED_DUPLICATE,
        "Répète une ligne déjà comptabilisée : même personne, même facture, même acte, mêmes montants.",
        "Rien à faire : le soin n’est compté qu’une fois.",
    )
}
