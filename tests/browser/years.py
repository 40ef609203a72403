"""The two years in which the story is lived: the day it begins, what its family is told, the files its partners send."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from egide.demo.forms import story_content
from egide.kernel.periods import add_months
from people.families import CROWN, Care, Member, care_bytes, care_rows

Content = dict[str, object]


@dataclass(frozen=True)
class Year:
    """One year of the story, and what differs from the other."""

    name: str
    today: date
    received_on: date
    due_on: date  # two working days after the form came
    ends_on: date  # the same, once the clock stood still for the missing papers
    product: str
    product_code: str
    starts_on: date
    aided: bool
    paper: str  # what is missing from the file at first
    called_on: date
    care_on: date
    late_on: date
    joined_on: date  # since when the elder child, declared two months late, is in the family's charge
    born_on: date  # the elder child's: of an age at which another child costs something
    ceiling: str  # what the adviser reads of the ceiling begun
    debits: str  # the schemas in force at the banks that year
    transfers: str

    @property
    def content(self) -> Content:
        """What is written on the family's form."""
        return story_content(self.today)

    @property
    def months(self) -> tuple[date, ...]:
        """The months called before the late change is told."""
        return tuple(add_months(self.starts_on, n) for n in range(3))


AUTUMN_2015 = Year(
    name="2015", today=date(2015, 10, 5), received_on=date(2015, 10, 2),
    due_on=date(2015, 10, 6), ends_on=date(2015, 10, 7), product="Proxime Santé", product_code="proxime_sante",
    starts_on=date(2015, 11, 1), aided=True, paper="Attestation de droit à l’ACS de Noé",
    called_on=date(2015, 11, 2), care_on=date(2015, 11, 20), late_on=date(2016, 1, 12), joined_on=date(2015, 11, 9),
    born_on=date(1996, 3, 4),
    ceiling="20,00 € restent, sur 100,00 €", debits="pain.008.001.02", transfers="pain.001.001.03",
)  # fmt: skip
TODAY_2026 = Year(
    name="2026", today=date(2026, 11, 20), received_on=date(2026, 11, 19),
    due_on=date(2026, 11, 23), ends_on=date(2026, 11, 24), product="Horizon Santé 2026",
    product_code="horizon_sante", starts_on=date(2026, 12, 1), aided=False, paper="Relevé d’identité bancaire",
    called_on=date(2026, 12, 1), care_on=date(2026, 12, 18), late_on=date(2027, 2, 9), joined_on=date(2026, 12, 7),
    born_on=date(2007, 3, 4),
    ceiling="638,75 € restent, sur 800,00 €", debits="pain.008.001.08", transfers="pain.001.001.09",
)  # fmt: skip
YEARS = (AUTUMN_2015, TODAY_2026)


def family_of(year: Year) -> list[Member]:
    """The persons of the form, as the scheme knows them."""
    persons = year.content["persons"]
    assert isinstance(persons, list)
    return [
        Member(
            str(one["link"]), str(one["first_name"]), _day(str(one["birth_date"])), str(one["nir"])[:13],
            last_name=str(one["last_name"]),
        )
        for one in persons
    ]  # fmt: skip


def _day(written: str) -> date:
    day, month, year = (int(part) for part in written.split("/"))
    return date(year, month, day)


def care_file(year: Year) -> bytes:
    """The scheme's file: a box of medicine of which 12,30 € are ours, what begins a ceiling, a repeat, a stranger's line."""
    member, _spouse, child = family_of(year)[:3]
    stranger = Member("member", "X", date(1980, 1, 1), "2800145990077")
    lines = (
        (child, 1, MEDICINE),
        (member, 2, LENSES if year.aided else CROWN),
        (child, 1, MEDICINE),
        (stranger, 4, MEDICINE),
    )
    return _file(
        [
            care | {"who": who, "on": _care_day(year), "invoice": invoice, "reference": f"R{place:08d}"}
            for place, (who, invoice, care) in enumerate(lines, 1)
        ],
        member.nir,
    )


def corrected_file(year: Year) -> bytes:
    """The scheme takes its line back and sends it right: 14,00 € instead of 12,30 €."""
    member, _spouse, child = family_of(year)[:3]
    on = _care_day(year)
    right = {"charged": 4_000, "base": 4_000, "amo": 2_600}
    return _file(
        [
            MEDICINE | {"who": child, "on": on, "invoice": 1, "reference": "R00000011", "operation": "A"},
            MEDICINE | right | {"who": child, "on": on, "invoice": 11, "reference": "R00000012"},
        ],
        member.nir,
    )


MEDICINE: dict[str, object] = {
    "act": "PH7", "charged": 3_514, "base": 3_514, "rate_bp": 6500, "amo": 2_284, "withheld": 0,
}  # fmt: skip
LENSES: dict[str, object] = {"act": "LEN", "charged": 8_000, "base": 0, "rate_bp": 0, "amo": 0, "withheld": 0}


def _care_day(year: Year) -> date:
    return year.care_on.replace(day=9)


def _file(cares: Sequence[dict[str, object]], insured: str) -> bytes:
    rows = care_rows([Care(**care) for care in cares], insured)  # type: ignore[arg-type]
    return care_bytes(rows)
