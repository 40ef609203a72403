"""The columns of the enrolment sheet, as data: the template, the reader and the conformity page use them.

House format: no norm describes the enrolment sheet of a policyholder.
"""

from __future__ import annotations

from dataclasses import dataclass

from egide.exchanges.codecs.fields import Codec, Field, Kind, Layout, Status
from egide.exchanges.codecs.noemie_envelope import HOUSE


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column: its heading, how it is read, whether it must be filled, its choices, its help."""

    name: str
    heading: str
    kind: Kind
    length: int
    required: bool
    help: str
    example: str
    choices: tuple[str, ...] = ()


_T, _D, _C, _N = Kind.TEXT, Kind.DATE_ISO, Kind.CHOICE, Kind.DIGITS

ROLES = ("ASSURE", "CONJOINT", "ENFANT", "AUTRE")
SCHEMES = ("GENERAL", "ALSACE_MOSELLE", "MSA", "INDEPENDANT", "AUTRE")
FREQUENCIES = ("MENSUEL", "TRIMESTRIEL", "SEMESTRIEL", "ANNUEL")
PAYMENTS = ("PRELEVEMENT", "VIREMENT", "CHEQUE", "PRECOMPTE")

COLUMNS = (
    SheetColumn(
        "family_reference", "Référence famille", _T, 20, True,
        "La même pour toutes les personnes d’une adhésion ; votre numéro de matricule convient.", "M0001",
    ),
    SheetColumn("role", "Rôle", _C, 10, True, "Un seul ASSURE par famille.", "ASSURE", ROLES),
    SheetColumn("last_name", "Nom", _T, 60, True, "Nom d’usage.", "EXEMPLE"),
    SheetColumn("birth_name", "Nom de naissance", _T, 60, False, "Seulement s’il diffère du nom.", ""),
    SheetColumn("first_name", "Prénom", _T, 60, True, "Prénom usuel.", "Alix"),
    SheetColumn("birth_date", "Date de naissance", _D, 10, True, "JJ/MM/AAAA.", "01/01/1980"),
    SheetColumn("birth_rank", "Rang de naissance", _N, 1, False, "1, sauf jumeaux nés le même jour.", "1"),
    SheetColumn(
        "nir", "N° de sécurité sociale", _T, 15, True,
        "15 caractères, clé comprise ; pour un enfant, le numéro du parent qui l’assure.", "180017599900137",
    ),
    SheetColumn("scheme", "Régime obligatoire", _C, 20, True, "Régime de la personne.", "GENERAL", SCHEMES),
    SheetColumn("product", "Produit", _T, 40, True, "Code du produit ou du contrat.", "horizon_sante"),
    SheetColumn("formula", "Formule", _T, 40, True, "Code de la formule choisie.", "confort"),
    SheetColumn("start", "Date d’effet", _D, 10, True, "JJ/MM/AAAA.", "01/01/2027"),
    SheetColumn("address", "Adresse", _T, 120, False, "Demandée pour l’assuré.", "1 rue de l’Exemple"),
    SheetColumn("postal_code", "Code postal", _T, 5, False, "5 chiffres.", "75001"),
    SheetColumn("city", "Ville", _T, 60, False, "Demandée pour l’assuré.", "Paris"),
    SheetColumn("email", "Courriel", _T, 120, False, "Facultatif.", "alix@exemple.invalid"),
    SheetColumn("phone", "Téléphone", _T, 20, False, "Chiffres, éventuellement précédés de +.", "0102030405"),
    SheetColumn("iban", "IBAN", _T, 34, False, "Pour le prélèvement et les remboursements.", ""),
    SheetColumn("frequency", "Périodicité", _C, 12, False, "Pour l’assuré.", "MENSUEL", FREQUENCIES),
    SheetColumn("payment", "Mode de paiement", _C, 12, False, "Pour l’assuré.", "PRELEVEMENT", PAYMENTS),
)  # fmt: skip

# Added by the reject report, ignored by the reader, so that a corrected report can be sent as it is.
REPORT_HEADINGS = ("Ligne d’origine", "Motif du rejet", "Que faire")

BY_NAME = {column.name: column for column in COLUMNS}

CODEC = Codec(
    "enrolment_sheet",
    "Bulletins d’adhésion en tableau (CSV ou Excel)",
    "Format maison, publié avec son modèle ; aucune norme ne le décrit.",
    (
        Layout(
            "feuille « Adhésions »",
            "Une ligne par personne",
            0,
            tuple(
                Field(
                    column.name,
                    0,
                    column.length,
                    column.kind,
                    Status.HOUSE,
                    HOUSE,
                    column.help + (f" Choix : {', '.join(column.choices)}." if column.choices else ""),
                    place=f"colonne {number}, « {column.heading} »",
                )
                for number, column in enumerate(COLUMNS, start=1)
            ),
        ),
    ),
    (
        "Une famille est acceptée ou rejetée entière : le compte rendu contient toutes ses lignes.",
        "Refusés : .xls, .ods, classeurs à macros, chiffrés ou liés, plus de 20 Mo ou de 50 000 lignes.",
    ),
)
