# ruff: noqa: E501  (a sentence of a letter is read in one piece)
"""One example of every letter, with invented people: the tests print them."""

from __future__ import annotations

from datetime import date

from egide.contracts.papers import facts as c
from egide.documents import facts as f
from egide.kernel.formats import format_month
from egide.premiums.papers import facts as p

ISSUED = date(2025, 11, 20)

HOUSE = f.House(
    name="Mutuelle du Val",
    tagline="Votre santé, ensemble",
    address=("12 quai des Augustins", "45100 Orléans"),
    phone="02 38 00 00 10",
    email="adherents@mutuelle-du-val.example",
    website="www.mutuelle-du-val.example",
    legal=(
        "Mutuelle du Val, mutuelle soumise aux dispositions du livre II du Code de la mutualité, SIREN 999 000 018.",
        "Contrat assuré par l'Union mutualiste Horizon, union soumise au livre II du Code de la mutualité, SIREN 999 000 011.",
    ),
    insurer="Union mutualiste Horizon",
    complaints="Service réclamations, 12 quai des Augustins, 45100 Orléans",
)
CONTACT = f.Contact(
    name="Claire Fontaine",
    team="Équipe Adhésions",
    phone="02 38 00 00 11",
    email="adhesions@mutuelle-du-val.example",
    hours="Du lundi au vendredi, de 9 h à 17 h 30",
)
ADDRESSEE = (
    "Madame Nadia BELKACEM",
    "Appartement 14, bâtiment C",
    "27 rue des Tilleuls",
    "45140 SAINT-JEAN-DE-LA-RUELLE",
)
FRAME = {
    "house": HOUSE,
    "addressee": ADDRESSEE,
    "contact": CONTACT,
    "enrolment_number": "PX-2025-004217",
    "place": "Orléans",
    "references": (f.Reference("Adhérente", "Nadia BELKACEM"), f.Reference("Contrat", "Proxime Santé")),
    "salutation": "Madame,",
}
IBAN = f.mask_iban("FR76 3000 6000 0112 3456 7890 189")
PAYMENT = f.Payment(
    mode="Prélèvement SEPA",
    frequency="le 5 de chaque mois",
    iban=IBAN,
    rum="MDV-PX2025004217-001",
    creditor_name="Mutuelle du Val",
    creditor_identifier="FR72ZZZ123456",
)


def person_premium(name: str, birth: date, link: str, gross: int, aid: int) -> p.PersonPremium:
    return p.PersonPremium(
        name=name,
        birth_date=birth,
        relationship=link,
        scheme="Général",
        gross_cents=gross,
        aid_cents=aid,
        to_pay_cents=gross - aid,
    )


def instalment(month: int, gross: int, acs: int) -> p.Instalment:
    return p.Instalment(
        month=format_month(date(2026, month, 1)),
        due_on=date(2026, month, 5),
        gross_cents=gross,
        acs_cents=acs,
        other_aids_cents=0,
        to_pay_cents=gross - acs,
    )


SCHEDULE = p.Schedule(
    **FRAME,
    product="Proxime Santé",
    formula="B",
    period_start=date(2026, 1, 1),
    last_day=date(2026, 12, 31),
    persons=(
        person_premium("Nadia BELKACEM", date(1985, 5, 14), "adhérente", 62_400, 20_000),
        person_premium("Karim BELKACEM", date(1982, 9, 2), "conjoint", 66_000, 20_000),
        person_premium("Inès BELKACEM", date(2012, 3, 30), "enfant", 22_800, 10_000),
        person_premium("Yanis BELKACEM", date(2015, 11, 8), "enfant", 22_800, 10_000),
        person_premium("Lina BELKACEM", date(2019, 6, 21), "enfant", 10_000, 10_000),
    ),
    instalments=tuple(instalment(month, 15_333 + (month == 1) * 4, 5_833 + (month == 1) * 4) for month in range(1, 13)),
    payment=PAYMENT,
    net_cents=162_438,
    taxes=(p.Tax(label="Taxe de solidarité additionnelle", rate="13,27 %", amount_cents=21_562),),
    mentions=(
        "Vous pouvez demander à changer de mode ou de fréquence de paiement à chaque échéance annuelle.",
        "En cas de prélèvement contesté, vous disposez de huit semaines pour en demander le remboursement à votre banque.",
    ),
    reasons=(
        p.PersonReasons(
            name="Nadia BELKACEM",
            amounts=(
                p.MonthlyAmount(
                    months_label="janvier 2026",
                    months=1,
                    gross_cents=5_200,
                    aid_cents=1_674,
                    lines=(
                        "40 ans au 1er janvier 2026, régime général, formule B : 52,00 € par mois (article 4, grille des cotisations).",
                        "Attestation ACS du 3 octobre 2025, tranche de 16 à 49 ans : aide de 200,00 € par an, un douzième par mois (article 6).",
                    ),
                ),
                p.MonthlyAmount(
                    months_label="de février à décembre 2026",
                    months=11,
                    gross_cents=5_200,
                    aid_cents=1_666,
                    lines=("Même cotisation ; un douzième de l'aide : 16,66 €.",),
                ),
            ),
        ),
        p.PersonReasons(
            name="Lina BELKACEM",
            amounts=(
                p.MonthlyAmount(
                    months_label="de janvier à décembre 2026",
                    months=12,
                    gross_cents=833,
                    aid_cents=833,
                    lines=(
                        "Troisième enfant à charge : la cotisation est limitée au montant de l'aide ACS (article 5).",
                    ),
                ),
            ),
        ),
    ),
    moves=(
        p.MoneyMove(label="Adam, mars 2026", before_cents=0, after_cents=1_933, reason="Mois déjà appelé"),
        p.MoneyMove(label="Karim, mars 2026", before_cents=9_500, after_cents=9_367, reason="Mois déjà appelé"),
    ),
)

MISSING_PAPERS = c.MissingPapersLetter(
    **FRAME,
    request_label="votre demande d'adhésion à Proxime Santé",
    received_on=date(2025, 11, 12),
    paused_since=date(2025, 11, 20),
    working_days_left=3,
    papers=(
        c.MissingPaper(
            trouble=c.PaperTrouble.MISSING,
            title="Attestation de droit ACS de Karim BELKACEM",
            reason="Elle fixe le montant de l'aide et la date jusqu'à laquelle il y a droit.",
            send="La copie de l'attestation délivrée par sa caisse d'assurance maladie.",
        ),
        c.MissingPaper(
            trouble=c.PaperTrouble.CONTRADICTORY,
            title="Date de naissance d'Inès BELKACEM",
            reason="Le bulletin indique le 30 mars 2012, l'attestation Vitale le 13 mars 2012.",
            send="La copie du livret de famille ou d'une pièce d'identité.",
        ),
        c.MissingPaper(
            trouble=c.PaperTrouble.CONTRADICTORY,
            title="Bulletin d'adhésion, page 2",
            reason="L'IBAN porte une rature : une rubrique corrigée à la main ne peut pas être acceptée.",
            send="Un nouveau bulletin, daté et signé, avec un relevé d'identité bancaire.",
        ),
    ),
    reply_address=("Mutuelle du Val", "Adhésions", "TSA 12345", "45909 ORLÉANS CEDEX 9"),
    sorting_code="EGIDE:PIECES:PX-2025-004217",
    reply_before=date(2026, 1, 20),
    without_reply="sans réponse de votre part, votre demande sera classée ; vous pourrez la présenter à nouveau.",
)

ACCEPTANCE = c.AcceptanceLetter(
    **FRAME,
    product="Proxime Santé",
    formula="B",
    accepted_on=date(2025, 12, 2),
    persons=(
        c.PersonEffect(
            name="Nadia BELKACEM",
            wished_on=date(2025, 12, 1),
            effect_on=date(2026, 1, 1),
            last_day=date(2026, 12, 31),
            why="votre dossier complet est arrivé le 2 décembre 2025 : la couverture commence le premier jour du mois suivant (article 2).",
        ),
        c.PersonEffect(
            name="Karim BELKACEM",
            wished_on=date(2026, 1, 1),
            effect_on=date(2026, 1, 1),
            last_day=date(2026, 10, 31),
        ),
    ),
    starts_on=date(2026, 1, 1),
    last_day=date(2026, 12, 31),
    withdrawal_until=date(2026, 1, 14),
    next_steps=(
        "Votre carte de tiers payant vous parvient sous dix jours.",
        "Le premier prélèvement a lieu le 5 janvier 2026.",
    ),
    enclosures=("échéancier de cotisations", "notice d'information"),
)
ENDORSEMENT = c.EndorsementLetter(
    **FRAME,
    title="Naissance d'Adam",
    asked_on=date(2026, 3, 9),
    effect_on=date(2026, 3, 1),
    changes=(
        c.Change(
            "Personnes couvertes",
            "Nadia, Karim, Inès, Yanis, Lina",
            "Nadia, Karim, Inès, Yanis, Lina et Adam, né le 1er mars 2026",
        ),
        c.Change("Formule", "B", "B (inchangée)"),
    ),
    reasons=("Naissance le 1er mars 2026 : couverture dès ce jour.", "Tout mois commencé est dû."),
    enclosures=("échéancier de cotisations mis à jour", "carte de tiers payant"),
)
PREMIUM_NOTICE = p.PremiumNotice(
    **FRAME,
    product="Proxime Santé, formule B",
    period_label="janvier 2026",
    due_on=date(2026, 1, 5),
    lines=(p.PremiumLine("Cotisation de janvier 2026", 15_337), p.PremiumLine("Aide ACS déduite", -5_837)),
    payment=PAYMENT,
)
PLAIN = f.PlainLetter(
    **FRAME,
    subject="Nous avons bien reçu votre réclamation",
    sent_as="Par lettre simple",
    prose="Votre réclamation nous est parvenue le **18 novembre 2025**. Nous vous répondrons au plus tard le **18 janvier 2026**.\n\n- elle porte le numéro R-2025-118 ;\n- elle est suivie par le service réclamations.\n\nDeux mois après votre premier courrier, et quelle que soit l'étape, vous pouvez saisir le médiateur.",
    key_facts=(f.Reference("Numéro", "R-2025-118"), f.Reference("Objet", "Délai de remboursement")),
)
