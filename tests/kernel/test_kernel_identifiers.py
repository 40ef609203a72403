"""Public numbers: what is accepted, and how a wrong one is refused."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egide.kernel.errors import Refusal
from egide.kernel.identifiers import (
    Nir,
    Sex,
    check_creditor_identifier,
    check_finess,
    check_iban,
    check_nir,
    check_rum,
    check_siren,
    check_siret,
    make_finess,
    make_iban,
    make_nir,
    make_rum,
    nir_key,
    to_sepa_text,
)


@pytest.mark.parametrize(
    ("text", "sex", "month", "department", "expected"),
    [
        ("2 95 10 99 126 111 93", Sex.FEMALE, 10, "99", Nir("2951099126111", "93")),
        ("253072B07300470", Sex.FEMALE, 7, "2B", Nir("253072B073004", "70")),
        ("253072a07300443", Sex.FEMALE, 7, "2A", Nir("253072A073004", "43")),
        ("1.84.12.76.451.089.46", Sex.MALE, 12, "76", Nir("1841276451089", "46")),
    ],
)
def test_a_nir_is_read_with_its_key(text: str, sex: Sex, month: int, department: str, expected: Nir) -> None:
    """13 characters and a key; spaces, dots and lower case are tolerated, Corsica is 2A and 2B."""
    nir = check_nir(text)
    assert (nir, nir.sex, nir.birth_month, nir.department) == (expected, sex, month, department)
    assert check_nir(nir.formatted) == nir


@pytest.mark.parametrize(
    ("month", "expected"),
    [("01", 1), ("31", 1), ("42", 12), ("20", None), ("30", None), ("50", None), ("99", None)],
)
def test_incomplete_birth_records_have_their_own_months(month: str, expected: int | None) -> None:
    """Months 31 to 42 are real ones of an incomplete record; 20 to 30 and 50 to 99 say that none is known."""
    number = f"195{month}75116005"
    assert check_nir(number + nir_key(number)).birth_month == expected


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("2951099126111 94", "nir.key", "93 attendue, 94 donnée"),
        ("2951099126111", "nir.length", "Ajoutez les deux chiffres de la clé\u00a0: 93"),
        ("29510991261119", "nir.length", "14 caractères au lieu de 15"),
        ("", "nir.length", "0 caractères au lieu de 15"),
        ("253072C07300443", "nir.form", "2A ou 2B"),
        ("29510991261119X", "nir.form", "caractère inattendu"),
        ("٢٩٥١٠٩٩١٢٦١١١٩٣", "nir.form", "caractère inattendu"),
        ("595109912611193", "nir.sex", "commence par 5"),
        ("295139912611193", "nir.month", "mois de naissance 13"),
        ("295459912611193", "nir.month", "mois de naissance 45"),
        ("295100012611193", "nir.place", "lieu de naissance"),
        ("295109900011193", "nir.place", "lieu de naissance"),
        ("295109912600093", "nir.order", "numéro d’ordre"),
    ],
)
def test_a_wrong_nir_says_what_is_wrong(text: str, code: str, said: str) -> None:
    """The refusal tells the fault and what to read again, and never repeats the number."""
    with pytest.raises(Refusal) as caught:
        check_nir(text)
    assert caught.value.code == code
    assert said in str(caught.value)
    assert text[:13] not in str(caught.value) or not text


PLACES = st.one_of(
    st.tuples(st.sampled_from(["01", "2A", "2B", "57", "75", "95", "99"]), st.integers(1, 990)),
    st.tuples(st.sampled_from(["971", "974", "988"]), st.integers(1, 90)),
)


@given(st.sampled_from(Sex), st.dates(date(1920, 1, 1), date(2026, 11, 20)), PLACES, st.integers(1, 999))
def test_made_numbers_are_valid_and_any_wrong_digit_is_seen(
    sex: Sex, birth: date, place: tuple[str, int], order: int
) -> None:
    """A made number is accepted, tells the sex and birth it was made from, and one wrong digit breaks it."""
    nir = make_nir(sex, birth, *place, order)
    assert check_nir(nir.compact) == nir
    assert (nir.sex, nir.birth_month, nir.department) == (sex, birth.month, place[0])
    assert nir.matches(birth, sex)
    assert not nir.matches(birth, Sex.MALE if sex is Sex.FEMALE else Sex.FEMALE)
    assert nir.birth_year(date(2026, 11, 20)) % 100 == birth.year % 100
    for position in (1, 2, 10, 11, 12, 13, 14):
        wrong = nir.compact
        wrong = wrong[:position] + str((int(wrong[position]) + 1) % 10) + wrong[position + 1 :]
        with pytest.raises(Refusal):
            check_nir(wrong)


def test_two_digits_of_a_year_are_read_from_today() -> None:
    """The century is the latest that is not in the future."""
    nir = check_nir("295109912611193")
    assert nir.birth_year(date(2026, 1, 1)) == 1995
    child = make_nir(Sex.MALE, date(2026, 2, 1), "75", 116, 5)
    assert child.birth_year(date(2026, 3, 1)) == 2026
    assert child.masked == f"1 26 02 •• ••• ••• {child.key}"


@pytest.mark.parametrize(
    ("check", "text", "expected"),
    [
        (check_siren, "732 829 320", "732829320"),
        (check_siret, "732 829 320 00074", "73282932000074"),
        (check_siret, "35600000049837", "35600000049837"),
        (check_finess, "75 071 218 4", "750712184"),
        (check_finess, "2a0000014", "2A0000014"),
        (check_finess, "2B0000020", "2B0000020"),
        (check_creditor_identifier, "FR72 ZZZ 123456", "FR72ZZZ123456"),
        (check_rum, "ADH-000123-1", "ADH-000123-1"),
    ],
)
def test_numbers_of_organisations_are_read(check: Callable[[str], str], text: str, expected: str) -> None:
    """Spaces are tolerated, the compact form is returned."""
    assert check(text) == expected


@pytest.mark.parametrize(
    ("check", "text", "code"),
    [
        (check_siren, "732829321", "siren.key"),
        (check_siren, "73282932", "siren.length"),
        (check_siren, "73282932A", "siren.length"),
        (check_siret, "73282932000075", "siret.key"),
        (check_siret, "7328293200007", "siret.length"),
        (check_finess, "750712185", "finess.key"),
        (check_finess, "2C0000014", "finess.length"),
        (check_iban, "FR7630006000011234567890188", "iban.key"),
        (check_iban, "FR7630006000011234567890", "iban.key"),
        (check_iban, "bonjour", "iban.form"),
        (check_creditor_identifier, "FR71ZZZ123456", "ics.key"),
        (check_creditor_identifier, "ZZZ123456", "ics.form"),
        (check_rum, "A" * 36, "rum.length"),
        (check_rum, "ADH 123", "rum.form"),
        (check_rum, "/ADH123", "rum.form"),
        (check_rum, "ADH//123", "rum.form"),
        (check_rum, "", "rum.form"),
    ],
)
def test_wrong_numbers_are_refused(check: Callable[[str], object], text: str, code: str) -> None:
    """Each refusal has a stable code, a French message and a remedy."""
    with pytest.raises(Refusal) as caught:
        check(text)
    assert caught.value.code == code
    assert caught.value.remedy


def test_a_wrong_rib_key_inside_a_right_iban_is_seen() -> None:
    """The national key is checked too: an IBAN recomputed over a wrong RIB is refused."""
    right = make_iban("30006", "00001", "12345678901")
    assert right.compact == "FR7630006000011234567890189"
    assert (right.bic, right.bank_name) == ("AGRIFRPPXXX", "CREDIT AGRICOLE SA")
    assert right.formatted == "FR76 3000 6000 0112 3456 7890 189"
    assert right.masked == "FR76 •••• •••• 0189"
    wrong = "30006000011234567890188"
    key = 98 - int(wrong + "152700") % 97
    with pytest.raises(Refusal) as caught:
        check_iban(f"FR{key:02d}{wrong}")
    assert caught.value.code == "iban.key"


@given(st.integers(0, 99999), st.integers(0, 99999), st.integers(0, 10**11 - 1))
def test_made_ibans_are_valid(bank: int, branch: int, account: int) -> None:
    """Demonstration accounts pass the same check as real ones."""
    made = make_iban(f"{bank:05d}", f"{branch:05d}", str(account))
    assert check_iban(made.formatted.lower()) == made


@given(st.sampled_from(["01", "2A", "2B", "75"]), st.integers(0, 999999))
def test_made_finess_are_valid(department: str, order: int) -> None:
    """Demonstration establishments pass the same check as real ones."""
    assert check_finess(make_finess(department, order)).startswith(department)


def test_a_mandate_reference_is_always_the_same() -> None:
    """The RUM depends on its parts only, is never cut, and no part may vanish."""
    assert make_rum("Égide", "adh 000/123", 1) == make_rum("Égide", "adh 000/123", 1) == "EGIDE-ADH000-123-1"
    for parts, code in ((("ADH", ""), "rum.empty"), ((), "rum.empty"), (("A" * 34, 12), "rum.length")):
        with pytest.raises(Refusal) as caught:
            make_rum(*parts)
        assert caught.value.code == code


@pytest.mark.parametrize(
    ("text", "max_len", "expected"),
    [
        ("Été & fils", 70, "Ete + fils"),
        ("Société d’Œuvre — « bon » n°3", 70, "Societe d'OEuvre - bon n 3"),
        ("COTISATION_2026/11", 140, "COTISATION-2026/11"),
        ("//double//barre//", 70, "double/barre"),
        ("a" * 80, 70, "a" * 70),
        ("abc def", 4, "abc"),
        ("1 234,56 €", 70, "1 234,56 EUR"),
        ("Łódź\t\nStraße", 70, "Lodz Strasse"),
    ],
)
def test_sepa_texts(text: str, max_len: int, expected: str) -> None:
    """Names and labels are written in the bank's alphabet, cut to its length."""
    assert to_sepa_text(text, max_len) == expected


@given(st.text(max_size=60), st.integers(1, 140))
def test_sepa_texts_are_always_clean(text: str, max_len: int) -> None:
    """Whatever is typed, the result is in the alphabet and stable, or the text is refused."""
    try:
        plain = to_sepa_text(text, max_len)
    except Refusal as refusal:
        assert refusal.code == "sepa.text"
        return
    assert 0 < len(plain) <= max_len
    assert set(plain) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-?:().,'+ ")
    assert "//" not in plain
    assert to_sepa_text(plain, max_len) == plain
