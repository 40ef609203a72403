# ruff: noqa: E501  (a sentence of a letter is read in one piece)
"""One example of every other paper (statement, card, notice, forms), and ``ALL`` of them by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import documents_samples as l

from egide.benefits.papers import facts as b
from egide.contracts.papers import facts as c
from egide.contracts.papers import forms as cf
from egide.documents import facts as f
from egide.products.papers import facts as n

BENEFITS = b.BenefitStatement(
    **{
        **l.FRAME,
        "contact": f.Contact(
            team="Équipe Prestations", phone="02 38 00 00 12", email="prestations@mutuelle-du-val.example"
        ),
    },
    number="2025-11-0318",
    period_start=date(2025, 11, 1),
    last_day=date(2025, 11, 19),
    persons=(
        b.BeneficiaryCare(
            name="Nadia BELKACEM",
            lines=(
                b.CareLine(
                    care_on=date(2025, 11, 3),
                    act="Consultation généraliste",
                    charged_cents=3_000,
                    compulsory_cents=1_900,
                    ours_cents=900,
                    left_cents=200,
                    reason="Ticket modérateur de 30 % ; la participation forfaitaire de 2,00 € reste à votre charge (article 12).",
                ),
                b.CareLine(
                    care_on=date(2025, 11, 6),
                    act="Pharmacie à 65 %",
                    charged_cents=2_140,
                    compulsory_cents=1_391,
                    ours_cents=749,
                    left_cents=0,
                    reason="Ticket modérateur de 35 %.",
                    paid_to="Pharmacie des Tilleuls",
                ),
                b.CareLine(
                    care_on=date(2025, 11, 10),
                    act="Couronne céramo-métallique",
                    charged_cents=51_000,
                    compulsory_cents=7_200,
                    ours_cents=37_800,
                    left_cents=6_000,
                    reason="375 % de la base de 120,00 €, régime obligatoire compris : 450,00 € (article 9).",
                ),
            ),
        ),
        b.BeneficiaryCare(
            name="Inès BELKACEM",
            lines=(
                b.CareLine(
                    care_on=date(2025, 10, 14),
                    act="Séance d'orthophonie",
                    charged_cents=-3_250,
                    compulsory_cents=-1_950,
                    ours_cents=-1_300,
                    left_cents=0,
                    reason="Annulation : la caisse a rectifié la date de la séance.",
                    reversal=True,
                ),
                b.CareLine(
                    care_on=date(2025, 10, 15),
                    act="Séance d'orthophonie",
                    charged_cents=3_250,
                    compulsory_cents=1_950,
                    ours_cents=1_300,
                    left_cents=0,
                    reason="Ticket modérateur de 40 %.",
                ),
                b.CareLine(
                    care_on=date(2025, 11, 12),
                    act="Verres simples et monture, classe A",
                    charged_cents=9_500,
                    compulsory_cents=1_710,
                    ours_cents=7_790,
                    left_cents=0,
                    reason="100 % Santé : sans reste à charge.",
                    paid_to="Optique Saint-Jean",
                ),
            ),
        ),
    ),
    iban=l.IBAN,
    paid_on=date(2025, 11, 20),
    ceilings=(
        b.CeilingLeft(
            guarantee="Prothèses dentaires",
            person="Nadia BELKACEM",
            ceiling_cents=120_000,
            used_cents=37_800,
            last_day=date(2025, 12, 31),
        ),
        b.CeilingLeft(
            guarantee="Médecines douces",
            person="Karim BELKACEM",
            ceiling_cents=10_000,
            used_cents=10_000,
            last_day=date(2025, 12, 31),
        ),
    ),
    mentions=(
        "Un désaccord ? Vous pouvez adresser une réclamation au service réclamations ; il en accuse réception sous dix jours ouvrables.",
    ),
)

CARD = c.MemberCard(
    house=l.HOUSE,
    addressee=l.ADDRESSEE,
    enrolment_number="PX-2025-004217",
    place="Orléans",
    product="Proxime Santé, formule B",
    member="Nadia BELKACEM",
    valid_from=date(2026, 1, 1),
    valid_to=date(2026, 12, 31),
    operator="iGestion",
    amc_number="99900018",
    columns=(
        c.CardColumn("PHAR", "Pharmacie"),
        c.CardColumn("MED", "Médecins"),
        c.CardColumn("LABO", "Biologie"),
        c.CardColumn("RADIO", "Imagerie"),
        c.CardColumn("HOSP", "Hôpital"),
        c.CardColumn("OPTI", "Optique"),
        c.CardColumn("DENT", "Dentaire"),
        c.CardColumn("AUDIO", "Audition"),
    ),
    holders=(
        c.CardHolder(
            name="Nadia BELKACEM",
            birth_date=date(1985, 5, 14),
            nir="2 85 05 45 234 012 17",
            rights=("100 %", "100 %", "100 %", "100 %", "PEC", "PEC", "PEC", "PEC"),
        ),
        c.CardHolder(
            name="Karim BELKACEM",
            birth_date=date(1982, 9, 2),
            nir="1 82 09 45 234 045 02",
            rights=("100 %", "100 %", "100 %", "100 %", "PEC", "PEC", "PEC", "PEC"),
        ),
        c.CardHolder(
            name="Inès BELKACEM",
            birth_date=date(2012, 3, 30),
            nir="2 85 05 45 234 012 17",
            rights=("100 %", "100 %", "100 %", "100 %", "PEC", "PEC", "PEC", "—"),
        ),
    ),
    qr="EGIDE:CARTE:PX-2025-004217:20260101:20261231",
    professionals=(
        "Télétransmission : norme NOEMIE, tiers payant coordonné.",
        "Prise en charge (PEC) : 02 38 00 00 13 ou portail.igestion.example",
    ),
    salutation="Madame,",
)

NOTICE = n.RuleBookNotice(
    house=l.HOUSE,
    title="Proxime Santé",
    subtitle="Contrat collectif à adhésion facultative, assuré par l'Union mutualiste Horizon",
    product="Proxime Santé",
    version_on=date(2026, 1, 1),
    digest="9f2c41d07ab85e6633c0f1d2a4b7889e10c25d6f7a8b9c0d1e2f3a4b5c6d7e8f",
    articles=(
        n.Article(
            number="1",
            chapter="Votre adhésion",
            title="Qui peut adhérer",
            parts=(
                n.Prose(
                    "Peuvent adhérer les personnes **titulaires d'une attestation ACS** en cours de validité.\n\n- l'adhérent ;\n- son conjoint, partenaire ou concubin ;\n- ses enfants à charge.\n\n> L'attestation de chaque personne est jointe au bulletin."
                ),
            ),
        ),
        n.Article(
            number="2",
            chapter="Votre adhésion",
            title="Date d'effet",
            parts=(
                n.Prose(
                    "L'adhésion prend effet le premier jour du mois qui suit la réception du dossier complet, et au plus tôt à la date souhaitée."
                ),
                n.RuleBox(
                    (
                        n.RuleSentence(
                            "date_effet",
                            "La couverture commence le premier jour du mois qui suit la réception du dossier complet, ou à la date souhaitée si elle est plus tardive.",
                            "plus_tard(mois_suivant(dossier_complet), date_souhaitee)",
                        ),
                    )
                ),
            ),
        ),
        n.Article(
            number="4",
            chapter="Vos cotisations",
            title="Cotisation",
            parts=(
                n.Prose(
                    "La cotisation annuelle de chaque bénéficiaire dépend de la formule, de son âge au 1er janvier et de son régime obligatoire. À partir du troisième enfant, elle est limitée au montant de l'aide.\n\n| Paiement | Frais |\n|:--|--:|\n| Prélèvement | 0,00 € |\n| Chèque | 0,00 € |"
                ),
                n.RuleBox(
                    (
                        n.RuleSentence(
                            "cotisation_beneficiaire",
                            "La cotisation se lit dans la grille, à la ligne de l'âge au 1er janvier et à la colonne de la formule.",
                            "si rang_enfant >= 3 alors aide sinon table(tarif, formule, regime, age)",
                        ),
                        n.RuleSentence("mois_dus", "Tout mois commencé est dû."),
                    )
                ),
                n.Grid(
                    title="Grille des cotisations mensuelles, régime général",
                    header=("Âge au 1er janvier", "Formule A", "Formule B", "Formule C"),
                    rows=tuple(
                        (
                            f"{age} à {age + 4} ans",
                            f"{20 + age // 2},00 €",
                            f"{24 + age // 2},50 €",
                            f"{29 + age // 2},00 €",
                        )
                        for age in range(0, 90, 5)
                    ),
                    source="Annexe tarifaire de l'Union mutualiste Horizon, en vigueur au 1er janvier 2026.",
                ),
            ),
        ),
        n.Article(
            number="9",
            chapter="Vos garanties",
            title="Prothèses dentaires",
            parts=(
                n.Prose(
                    "Le remboursement total est limité aux frais réels ; il s'entend **régime obligatoire compris**, dans la limite annuelle.\n\n1. le devis est transmis avant les soins ;\n2. la réponse est donnée sous cinq jours ouvrés.\n\n### Exemple\n\nPour une couronne facturée *510,00 €*, la base est de 120,00 €."
                ),
                n.RuleBox(
                    (
                        n.RuleSentence(
                            "garantie",
                            "375 % de la base de remboursement, régime obligatoire compris.",
                            "pourcent(base, 375 %)",
                        ),
                        n.RuleSentence("rembourse", "Dans la limite de 1 200,00 € par personne et par année de soins."),
                    )
                ),
            ),
        ),
    ),
)

BLANK_FORM = cf.EnrolmentForm(
    house=l.HOUSE,
    product="Proxime Santé",
    edition="BA-PX-2025-07",
    contract_number="UMH-PX-2015-001",
    formulas=("Formule A", "Formule B", "Formule C"),
    frequencies=("Mensuelle", "Trimestrielle", "Annuelle"),
    enclosures=(
        "l'attestation de droit ACS de chaque personne à assurer",
        "la copie de l'attestation Vitale de chaque personne",
        "un relevé d'identité bancaire",
    ),
    creditor_identifier="FR72ZZZ123456",
    reply_address=("Mutuelle du Val, Adhésions", "TSA 12345", "45909 ORLÉANS CEDEX 9"),
    declarations=(
        "Je demande mon adhésion au contrat collectif à adhésion facultative Proxime Santé, souscrit auprès de l'Union mutualiste Horizon par la Mutuelle du Val.",
        "Je reconnais avoir reçu la notice d'information et le tableau des garanties avant de signer.",
        "Je certifie exacts les renseignements donnés ; une fausse déclaration intentionnelle entraîne la nullité de la garantie.",
        "Je dispose d'un droit de renonciation dont le délai et les effets sont décrits dans la notice.",
    ),
)
FILLED = cf.FilledForm(
    title="Madame",
    member=cf.FormPerson(last_name="BELKACEM", first_name="Nadia", birth_date="14051985", nir="285054523401217"),
    address=("Appt 14, bâtiment C", "27 rue des Tilleuls", "45140 Saint-Jean-de-la-Ruelle"),
    phone="06 00 00 41 27",
    email="nadia.belkacem@courriel.example",
    beneficiaries=(
        cf.FormPerson(
            last_name="BELKACEM",
            first_name="Karim",
            birth_date="02091982",
            nir="182094523404502",
            relationship="conjoint",
        ),
        cf.FormPerson(
            last_name="BELKACEM",
            first_name="Inès",
            birth_date="30032012",
            nir="285054523401217",
            relationship="enfant",
        ),
        cf.FormPerson(
            last_name="BELKACEM",
            first_name="Yanis",
            birth_date="08112015",
            nir="285054523401217",
            relationship="enfant",
            has_certificate=False,
        ),
    ),
    formula="Formule B",
    wished_on="01012026",
    frequency="Mensuelle",
    iban="FR7630006000011234567890189",
    bic="AGRIFRPP",
    account_holder="Nadia Belkacem",
    signed_at="Saint-Jean-de-la-Ruelle",
    signed_on="09/11/2025",
    signature="N. Belkacem",
    struck=(("wished_on", "01122025"),),
    stamped_on=date(2025, 11, 12),
)
FILLED_FORM = replace(BLANK_FORM, filled=FILLED)
CERTIFICATE = cf.AcsCertificate(
    fund="Caisse primaire d'assurance maladie du Loiret",
    fund_address=("Place du Général-de-Gaulle", "45021 ORLÉANS CEDEX 1"),
    file_number="451-2025-098431",
    holder="Nadia BELKACEM",
    beneficiary="Karim BELKACEM",
    birth_date=date(1982, 9, 2),
    nir="1 82 09 45 234 045 02",
    agreed_on=date(2025, 10, 3),
    last_day=date(2026, 10, 31),
    aid_cents=20_000,
    age_band="de 16 à 49 ans",
    addressee=l.ADDRESSEE,
)

ALL = {
    "schedule": l.SCHEDULE,
    "premium_notice": l.PREMIUM_NOTICE,
    "missing_papers": l.MISSING_PAPERS,
    "acceptance": l.ACCEPTANCE,
    "endorsement": l.ENDORSEMENT,
    "plain_letter": l.PLAIN,
    "benefit_statement": BENEFITS,
    "member_card": CARD,
    "notice": NOTICE,
    "blank_form": BLANK_FORM,
    "filled_form": FILLED_FORM,
    "certificate": CERTIFICATE,
}
