"""The national tables: well formed, without overlap, and read with their source."""

from datetime import date
from pathlib import Path

import pytest

from egide.kernel.errors import Refusal
from egide.kernel.reference import Table, load_table, load_time_limit, reference_folder
from egide.kernel.time_limits import TimeLimit, Unit

KEYS = {
    "acs_aids": ("from_age",),
    "acs_guarantees": ("contract", "guarantee"),
    "act_families": ("code_b2",),
    "amo_rates": ("family", "context", "regime"),
    "base_rates": ("act", "code"),
    "dental_fee_ceilings": ("ccam",),
    "flat_contributions": ("item",),
    "noemie_return_codes": ("code",),
    "premium_taxes": ("tax",),
    "responsible_contract": ("item", "category"),
    "sepa_reason_codes": ("code",),
    "time_limits": ("code",),
}


# A table that declares no key here is keyed by its first column.
TABLES = sorted(path.stem for path in reference_folder().glob("*.csv"))


def test_the_promised_tables_are_there() -> None:
    """Other packages load these tables by name."""
    assert set(KEYS) <= set(TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_a_key_has_at_most_one_row_a_day(name: str) -> None:
    """Two rows in force for one key would pay at random: their periods never overlap."""
    table = load_table(name)
    rows, key = table.rows, KEYS.get(name, table.columns[:1])
    assert rows
    for index, row in enumerate(rows):
        for other in rows[index + 1 :]:
            if all(row.values[column] == other.values[column] for column in key):
                assert not row.period.overlaps(other.period), (row.where, other.where)


@pytest.mark.parametrize("name", TABLES)
def test_no_source_names_a_machine(name: str) -> None:
    """Sources are public: an article of law, an agreement or a page."""
    for row in load_table(name):
        assert row.source.strip() == row.source
        assert not row.source.startswith("/")
        assert "seed" not in row.source.lower()


def test_every_family_has_a_rate_today_in_both_schemes() -> None:
    """A care line of any family finds its compulsory share, in the general and the local scheme."""
    day = date(2026, 11, 20)
    families = {row.text("family") for row in load_table("act_families").at(day)}
    rates = load_table("amo_rates")
    for family in sorted(families):
        for regime in ("GENERAL", "ALSACE_MOSELLE"):
            assert 0 <= rates.one(day, family=family, regime=regime, context="STANDARD").number("rate_bp") <= 10000


@pytest.mark.parametrize(
    ("table", "day", "column", "wanted", "expected"),
    [
        ("amo_rates", (2023, 10, 14), "rate_bp", ("DENT_SOINS", "STANDARD", "GENERAL"), 7000),
        ("amo_rates", (2023, 10, 15), "rate_bp", ("DENT_SOINS", "STANDARD", "GENERAL"), 6000),
        ("amo_rates", (2026, 1, 1), "rate_bp", ("CONSULT_MED", "STANDARD", "ALSACE_MOSELLE"), 9000),
        ("amo_rates", (2026, 1, 1), "rate_bp", ("CONSULT_MED", "HORS_PARCOURS", "GENERAL"), 3000),
        ("base_rates", (2017, 4, 30), "base_cents", ("CONSULTATION_GENERALISTE", "G"), 2300),
        ("base_rates", (2024, 12, 21), "base_cents", ("CONSULTATION_GENERALISTE", "G"), 2650),
        ("base_rates", (2024, 12, 22), "base_cents", ("CONSULTATION_GENERALISTE", "G"), 3000),
        ("flat_contributions", (2024, 5, 14), "amount_cents", ("PARTICIPATION_FORFAITAIRE",), 100),
        ("flat_contributions", (2024, 5, 15), "amount_cents", ("PARTICIPATION_FORFAITAIRE",), 200),
        ("flat_contributions", (2026, 2, 28), "amount_cents", ("FORFAIT_JOURNALIER",), 2000),
        ("flat_contributions", (2026, 3, 1), "amount_cents", ("FORFAIT_JOURNALIER",), 2300),
        ("premium_taxes", (2015, 12, 31), "rate_bp", ("TAXE_CMU",), 627),
        ("premium_taxes", (2026, 1, 1), "rate_bp", ("TSA_RESPONSABLE",), 1327),
        ("premium_taxes", (2026, 6, 1), "rate_bp", ("CONTRIBUTION_EXCEPTIONNELLE",), 205),
        ("acs_aids", (2015, 7, 1), "aid_cents", (60,), 55000),
        ("responsible_contract", (2019, 12, 31), "ceiling_cents", ("OPTIQUE", "a"), 47000),
        ("responsible_contract", (2020, 1, 1), "ceiling_cents", ("OPTIQUE", "a"), 42000),
    ],
)
def test_published_figures(
    table: str, day: tuple[int, int, int], column: str, wanted: tuple[str | int, ...], expected: int
) -> None:
    """Figures that anybody can check in the source, on both sides of a change."""
    key = dict(zip(KEYS[table], wanted, strict=True))
    assert load_table(table).one(date(*day), **key).number(column) == expected


def test_time_limits_are_ready_to_count() -> None:
    """The limit of an act comes with its unit and its text; every line of the table is usable."""
    assert load_time_limit("ENROLMENT_ACT", date(2026, 1, 1)) == TimeLimit(
        2, Unit.WORKING, "Convention de délégation, art. 2.13"
    )
    for row in load_table("time_limits"):
        assert load_time_limit(row.text("code"), row.period.start).amount == row.number("amount_count")


def _table(folder: Path, text: str) -> Table:
    (folder / "essai.csv").write_text(text, encoding="utf-8")
    return load_table("essai")


HEADER = "code,rate_bp,valid_from,valid_to,source,confidence\n"


@pytest.mark.parametrize(
    ("text", "code", "where"),
    [
        ("code,source\n", "reference.header", "essai.csv, ligne 1"),
        ("", "reference.header", "essai.csv, ligne 1"),
        (HEADER + "a,7000,2015-01-01,,loi,A\nb,7000\n", "reference.row", "essai.csv, ligne 3"),
        (HEADER + "a,70.5,,,loi,A\n", "reference.row", "essai.csv, ligne 2"),
        (HEADER + "a,7000,01/01/2015,,loi,A\n", "reference.row", "essai.csv, ligne 2"),
        (HEADER + "a,7000,,,,A\n", "reference.row", "essai.csv, ligne 2"),
        (HEADER + "a,7000,,,loi,Z\n", "reference.row", "essai.csv, ligne 2"),
        (HEADER + "a,7000,2020-01-01,2019-01-01,loi,A\n", "period.empty", "essai.csv, ligne 2"),
    ],
)
def test_a_bad_table_is_refused_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, code: str, where: str
) -> None:
    """A table that cannot be trusted stops, and says which file and which line."""
    monkeypatch.setenv("EGIDE_REFERENCE", str(tmp_path))
    with pytest.raises(Refusal) as caught:
        _table(tmp_path, text)
    assert (caught.value.code, caught.value.where) == (code, where)


def test_nothing_is_picked_when_the_table_is_silent_or_says_two_things(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No row, two rows, an empty cell, an unknown column or table: all refused, never a default."""
    monkeypatch.setenv("EGIDE_REFERENCE", str(tmp_path))
    table = _table(tmp_path, HEADER + "a,7000,2015-01-01,2020-01-01,loi,A\nb,,,,loi,A\nc,1,,,l,A\nc,2,,,l,A\n")
    day = date(2019, 12, 31)
    assert table.one(day, code="a").number("rate_bp") == 7000
    for call, code in (
        (lambda: table.one(date(2020, 1, 1), code="a"), "reference.missing"),
        (lambda: table.one(day, code="c"), "reference.conflict"),
        (lambda: table.one(day, code="b").number("rate_bp"), "reference.empty"),
        (lambda: table.one(day, codes="a"), "reference.column"),
        (lambda: table.one(day, code="a").number("code"), "reference.column"),
        (lambda: load_table("absente"), "reference.absent"),
        (lambda: load_table("../essai"), "reference.absent"),
    ):
        with pytest.raises(Refusal) as caught:
            call()
        assert caught.value.code == code
