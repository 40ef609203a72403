"""What people consult, buy and stay for: acts with their prices, grouped as they come on one invoice.

Prices, rates and flat contributions are read from ``reference/`` for the day of care; where the tables hold no price, a
range of plausible bases stands here. Weights are ours: they make a believable year, they are not statistics.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

_2020 = date(2020, 1, 1)
_PARTICIPATION = "PARTICIPATION_FORFAITAIRE"
_BOX = "FRANCHISE_MEDICAMENT"
_CARER = "FRANCHISE_AUXILIAIRE"
_RIDE = "FRANCHISE_TRANSPORT"


@dataclass(frozen=True, slots=True)
class Act:
    """One act as it can be invoiced.

    ``family`` and ``context`` find its rate in ``amo_rates`` (empty: never reimbursed by the scheme). Its base is a line
    of ``base_rates`` (``price``: act and code), an item of ``flat_contributions`` (``flat``), or drawn in ``base``.
    What is charged is drawn in ``charged`` when given, else it is the base, plus an excess so many times in a thousand.
    All ranges are in cents, for one unit; ``per`` makes the quantity follow the nights or the days of a stay.
    """

    code: str
    family: str = ""
    context: str = "STANDARD"
    price: tuple[str, str] | None = None
    flat: str = ""
    base: tuple[int, int] = (0, 0)
    charged: tuple[int, int] | None = None
    excess_per_thousand: int = 0
    excess: tuple[int, int] = (0, 0)
    quantity: tuple[int, int] = (1, 1)
    per: str = ""
    withheld: str = ""
    basket: str = ""
    executant: str = ""
    since: date | None = None
    until: date | None = None

    def sold_on(self, day: date) -> bool:
        """Whether the act exists on a day."""
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)


def _seen(
    code: str, act: str, price_code: str, executant: str, excess: int, most: int, since: date | None = None
) -> Act:
    return Act(
        code,
        "CONSULT_MED",
        price=(act, price_code),
        excess_per_thousand=excess,
        excess=(500, most),
        withheld=_PARTICIPATION,
        executant=executant,
        since=since,
    )


ACTS: dict[str, Act] = {
    "gp": _seen("G", "CONSULTATION_GENERALISTE", "G", "01", 60, 2500),
    "child supplement": Act("MEG", "CONSULT_MED", base=(500, 500), executant="01"),
    "remote gp": _seen("TCG", "TELECONSULTATION_GENERALISTE", "TCG", "01", 30, 1500, date(2023, 11, 1)),
    "specialist": _seen("CS", "CONSULTATION_SPECIALISTE", "CS+MCS+MPC", "03", 420, 5000),
    "consultant": _seen("APC", "AVIS_PONCTUEL_CONSULTANT", "APC", "04", 350, 4000),
    "psychiatrist": _seen("CNP", "CONSULTATION_PSYCHIATRE", "CNP", "33", 380, 4500, date(2023, 11, 1)),
    "technical act": Act(
        "ATM", "ACTE_TECH_MED", base=(1900, 11500), excess_per_thousand=250, excess=(800, 6000),
        withheld=_PARTICIPATION, executant="03",
    ),
    "radiology": Act("ADI", "IMAGERIE", base=(1995, 6900), excess_per_thousand=90, excess=(500, 3000), executant="06"),
    "ultrasound": Act("ADE", "IMAGERIE", base=(3780, 8100), excess_per_thousand=180, excess=(500, 4500), executant="06"),
    "medicine 65": Act("PH7", "PHARM_65", base=(230, 3200), quantity=(1, 3), withheld=_BOX, executant="50"),
    "medicine 30": Act("PH4", "PHARM_30", base=(180, 1450), quantity=(1, 2), withheld=_BOX, executant="50"),
    "medicine 15": Act("PH2", "PHARM_15", base=(190, 950), withheld=_BOX, executant="50"),
    "medicine 100": Act("PH1", "PHARM_100", base=(18_000, 95_000), withheld=_BOX, executant="50"),
    "dispensing": Act("HD7", "HONO_DISP", base=(102, 102), executant="50"),
    "blood test": Act("B", "BIOLOGIE", base=(540, 7800), withheld=_PARTICIPATION, executant="30"),
    "blood taking": Act("TB", "BIOLOGIE", base=(258, 258), executant="30"),
    "nurse": Act("AMI", "AUX_MED", base=(315, 1260), withheld=_CARER, executant="24"),
    "nurse journey": Act("IFI", "DEPLACEMENT", base=(250, 275), executant="24"),
    "physiotherapy": Act("AMK", "AUX_MED", base=(1613, 1613), withheld=_CARER, executant="26"),
    "speech therapy": Act("AMO", "AUX_MED", base=(2625, 3375), withheld=_CARER, executant="28"),
    "dentist": Act("C", "DENT_SOINS", base=(2300, 2300), executant="19"),
    "filling": Act("SDE", "DENT_SOINS", price=("CARIE_2_FACES", ""), executant="19"),
    "scaling": Act("SDE", "DENT_SOINS", price=("DETARTRAGE", "HBJA001"), executant="19"),
    "extraction": Act("DC", "DENT_SOINS", price=("EXTRACTION_DENT", ""), executant="19"),
    "root canal": Act("END", "DENT_SOINS", price=("DEVITALISATION_MOLAIRE", ""), executant="19"),
    "crown before 2020": Act(
        "SPR", "DENT_PROTH", price=("COURONNE", "HBLD038"), charged=(42_000, 78_000), executant="19", until=_2020,
    ),
    "crown without remainder": Act(
        "CM0", "DENT_PROTH", price=("COURONNE", "HBLD038"), charged=(29_000, 29_000), basket="RAC0", executant="19",
        since=_2020,
    ),
    "crown at moderate price": Act(
        "CZ1", "DENT_PROTH", price=("COURONNE", "HBLD038"), charged=(42_000, 55_000), basket="MODERE", executant="19",
        since=_2020,
    ),
    "crown at free price": Act(
        "PFC", "DENT_PROTH", price=("COURONNE", "HBLD038"), charged=(52_000, 95_000), basket="LIBRE", executant="19",
        since=_2020,
    ),
    "inlay core": Act(
        "IC0", "DENT_PROTH", price=("INLAY_CORE", "HBLD090"), charged=(17_500, 17_500), basket="RAC0", executant="19",
        since=_2020,
    ),
    "orthodontics": Act(
        "TO", "ORTHODONTIE", "SEMESTRE", price=("SEMESTRE_ORTHODONTIE", "TO"), charged=(55_000, 95_000), executant="19",
    ),
    "frame before 2020": Act(
        "LUN", "OPTIQUE", price=("MONTURE", "LUN"), charged=(7_000, 19_000), executant="63", until=_2020,
    ),
    "simple lens before 2020": Act(
        "VER", "OPTIQUE", base=(229, 412), charged=(5_500, 13_500), executant="63", until=_2020,
    ),
    "complex lens before 2020": Act(
        "VCX", "OPTIQUE", base=(732, 1037), charged=(14_000, 27_000), executant="63", until=_2020,
    ),
    "class A frame": Act(
        "M01", "OPTIQUE", price=("MONTURE_CLASSE_A", "M01"), charged=(3_000, 3_000), basket="CLASSE_A", executant="63",
        since=_2020,
    ),
    "class A lens": Act(
        "VER", "OPTIQUE", base=(975, 1275), charged=(3_250, 4_250), basket="CLASSE_A", executant="63", since=_2020,
    ),
    "class B frame": Act(
        "M03", "OPTIQUE", price=("MONTURE_CLASSE_B", "M03"), charged=(7_000, 21_000), basket="CLASSE_B", executant="63",
        since=_2020,
    ),
    "class B lens": Act(
        "VER", "OPTIQUE", price=("VERRE_CLASSE_B", ""), charged=(6_000, 14_500), basket="CLASSE_B", executant="63",
        since=_2020,
    ),
    "complex class B lens": Act(
        "VCX", "OPTIQUE", price=("VERRE_CLASSE_B", ""), charged=(14_000, 29_500), basket="CLASSE_B", executant="63",
        since=_2020,
    ),
    "hearing aid before 2019": Act(
        "PAU", "AUDIO", price=("AIDE_AUDITIVE_ADULTE", "PAU"), charged=(110_000, 190_000), executant="60",
        until=date(2019, 1, 1),
    ),
    "class I hearing aid": Act(
        "PAU", "AUDIO", price=("AIDE_AUDITIVE_ADULTE", "PAU"), charged=(80_000, 95_000), basket="CLASSE_I", executant="60",
        since=date(2021, 1, 1),
    ),
    "hearing aid": Act(
        "PAU", "AUDIO", price=("AIDE_AUDITIVE_ADULTE", "PAU"), charged=(120_000, 185_000), basket="LIBRE", executant="60",
        since=date(2021, 1, 1),
    ),
    "orthosis": Act(
        "MAC", "LPP", base=(1_890, 9_900), excess_per_thousand=350, excess=(300, 4_500), executant="61",
    ),
    "light ambulance": Act("VSL", "TRANSPORT", base=(2_400, 6_800), withheld=_RIDE, executant="55"),
    "taxi": Act("TXI", "TRANSPORT", base=(2_100, 9_500), withheld=_RIDE, executant="56"),
    "stay": Act("GHS", "HOSP_SEJOUR", base=(42_000, 185_000)),
    "heavy stay": Act("GHS", "HOSP_SEJOUR", "ACTE_LOURD", base=(185_000, 620_000)),
    "heavy act contribution": Act("PAS", "PART_ASSURE", flat="PARTICIPATION_ACTE_LOURD"),
    "daily charge": Act("FJ", "FORF_JOUR", flat="FORFAIT_JOURNALIER", per="days"),
    "private room": Act("CHP", charged=(4_500, 9_500), per="nights"),
    "surgeon": Act(
        "HCH", "ACTE_TECH_MED", "HOSPITALISATION", base=(8_000, 31_000), excess_per_thousand=480, excess=(5_000, 42_000),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Visit:
    """Acts that come together on one invoice, and how often by age band (``BANDS``); ``winter`` is in percent."""

    acts: tuple[str, ...]
    weights: tuple[int, int, int, int, int, int]
    winter: int = 100
    stay: bool = False


BANDS = (6, 16, 40, 60, 75)  # first ages of the second to the last band
CONSUMPTION = (5, 2, 2, 3, 5, 8)  # how much more one band is seen than another

_PRESCRIPTION = ("medicine 65", "dispensing")
VISITS = (
    Visit(("gp",), (0, 180, 190, 150, 130, 120), 160),
    Visit(("gp", "child supplement"), (330, 0, 0, 0, 0, 0), 170),
    Visit(("remote gp",), (15, 15, 45, 20, 8, 4), 130),
    Visit(("specialist",), (30, 45, 90, 90, 90, 80)),
    Visit(("specialist", "technical act"), (6, 12, 40, 55, 60, 55)),
    Visit(("consultant",), (8, 8, 14, 18, 22, 20)),
    Visit(("psychiatrist",), (1, 8, 16, 14, 7, 4)),
    Visit(_PRESCRIPTION, (120, 90, 70, 75, 80, 85), 150),
    Visit(("medicine 65", "medicine 30", "dispensing"), (90, 70, 55, 60, 65, 70), 160),
    Visit(("medicine 65", "medicine 65", "medicine 30", "dispensing"), (60, 30, 35, 60, 90, 110), 130),
    Visit(("medicine 65", "medicine 65", "medicine 65", "medicine 15", "dispensing"), (8, 5, 14, 50, 95, 130), 110),
    Visit(("medicine 100", "dispensing"), (1, 1, 2, 4, 6, 6)),
    Visit(("blood test", "blood taking"), (10, 15, 50, 60, 70, 75)),
    Visit(("blood test", "blood test", "blood taking"), (3, 5, 25, 35, 45, 50)),
    Visit(("nurse", "nurse journey"), (8, 5, 20, 30, 55, 110)),
    Visit(("nurse", "nurse", "nurse", "nurse journey"), (1, 1, 5, 9, 25, 65)),
    Visit(("physiotherapy",), (14, 18, 55, 80, 75, 70)),
    Visit(("speech therapy",), (30, 75, 2, 2, 4, 9)),
    Visit(("radiology",), (10, 28, 30, 38, 42, 42)),
    Visit(("ultrasound",), (8, 6, 34, 24, 26, 26)),
    Visit(("dentist",), (6, 30, 28, 26, 24, 16)),
    Visit(("scaling",), (0, 10, 34, 34, 32, 18)),
    Visit(("dentist", "filling"), (4, 22, 24, 24, 20, 10)),
    Visit(("filling", "filling"), (1, 8, 12, 10, 8, 4)),
    Visit(("root canal", "filling"), (0, 2, 9, 9, 7, 4)),
    Visit(("extraction",), (1, 6, 10, 8, 9, 7)),
    Visit(("crown before 2020",), (0, 0, 12, 24, 26, 14)),
    Visit(("crown without remainder",), (0, 0, 5, 10, 11, 7)),
    Visit(("crown at moderate price", "inlay core"), (0, 0, 4, 8, 8, 4)),
    Visit(("crown at free price",), (0, 0, 4, 8, 8, 3)),
    Visit(("orthodontics",), (0, 38, 1, 0, 0, 0)),
    Visit(("frame before 2020", "simple lens before 2020", "simple lens before 2020"), (4, 28, 26, 14, 8, 4)),
    Visit(("frame before 2020", "complex lens before 2020", "complex lens before 2020"), (0, 0, 2, 26, 28, 14)),
    Visit(("class A frame", "class A lens", "class A lens"), (2, 8, 6, 4, 4, 4)),
    Visit(("class B frame", "class B lens", "class B lens"), (3, 20, 22, 10, 4, 2)),
    Visit(("class B frame", "complex class B lens", "complex class B lens"), (0, 0, 2, 22, 24, 12)),
    Visit(("hearing aid before 2019", "hearing aid before 2019"), (0, 0, 0, 1, 6, 10)),
    Visit(("class I hearing aid", "class I hearing aid"), (0, 0, 0, 1, 5, 8)),
    Visit(("hearing aid", "hearing aid"), (0, 0, 0, 1, 4, 6)),
    Visit(("orthosis",), (3, 8, 16, 18, 20, 24)),
    Visit(("light ambulance",), (1, 1, 3, 6, 14, 26)),
    Visit(("taxi",), (1, 1, 3, 6, 12, 20)),
    Visit(("stay", "daily charge"), (4, 2, 6, 7, 12, 22), stay=True),
    Visit(("stay", "daily charge", "private room"), (1, 1, 4, 4, 6, 9), stay=True),
    Visit(("heavy stay", "heavy act contribution", "daily charge", "surgeon"), (0, 1, 3, 4, 7, 9), stay=True),
    Visit(
        ("heavy stay", "heavy act contribution", "daily charge", "private room", "surgeon"),
        (0, 0, 2, 3, 5, 6),
        stay=True,
    ),
)
