"""Money and rates: whole cents, rounding half up, parts that sum to the whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egide.kernel.errors import Refusal
from egide.kernel.money import (
    divide_half_up,
    format_eur,
    parse_eur,
    part_of_whole,
    percent,
    share_out,
)
from egide.kernel.rates import format_rate, parse_rate, ratio_bp

CENTS = st.integers(-(10**12), 10**12)


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [
        (5, 2, 3),
        (-5, 2, -3),
        (5, -2, -3),
        (-5, -2, 3),
        (4, 3, 1),
        (-4, 3, -1),
        (1, 3, 0),
        (0, 7, 0),
        (3, 6, 1),
        (10**30 + 1, 2, (10**30 + 2) // 2),
    ],
)
def test_division_rounds_half_away_from_zero(numerator: int, denominator: int, expected: int) -> None:
    """Rounding is half up on the distance from zero, exact at any size."""
    assert divide_half_up(numerator, denominator) == expected


def test_division_by_zero_stops() -> None:
    """Nothing is guessed when there is nothing to divide by."""
    with pytest.raises(ZeroDivisionError):
        divide_half_up(1, 0)


@given(CENTS, st.integers(1, 10**6))
def test_division_is_symmetric_and_nearest(numerator: int, denominator: int) -> None:
    """A reversed amount rounds to the exact opposite, and never further than half a unit."""
    quotient = divide_half_up(numerator, denominator)
    assert divide_half_up(-numerator, denominator) == -quotient
    assert 2 * abs(quotient * denominator - numerator) <= denominator


@pytest.mark.parametrize(
    ("amount_cents", "rate_bp", "expected"),
    [
        (2650, 7000, 1855),
        (2892, 6000, 1735),  # 17,352 €: the published 17,35 € of a scaling
        (2892, 7000, 2024),
        (1613, 6000, 968),
        (1, 5000, 1),
        (-1, 5000, -1),
        (100, 1327, 13),
        (10000, 0, 0),
    ],
)
def test_percent(amount_cents: int, rate_bp: int, expected: int) -> None:
    """A rate in 1/10,000 of an amount, to the nearest cent."""
    assert percent(amount_cents, rate_bp) == expected


@given(CENTS, st.integers(1, 400))
def test_equal_parts_sum_to_the_whole(total_cents: int, n: int) -> None:
    """Twelve instalments make the year, to the cent, and no two differ by more than one cent."""
    parts = [part_of_whole(total_cents, k, n) for k in range(1, n + 1)]
    assert sum(parts) == total_cents
    assert max(parts) - min(parts) <= 1


def test_equal_parts_of_a_year() -> None:
    """100,00 € in 12: the odd cents are spread, not thrown on the last instalment."""
    parts = [part_of_whole(10000, k, 12) for k in range(1, 13)]
    assert parts == [833, 834, 833, 833, 834, 833, 833, 834, 833, 833, 834, 833]


@given(CENTS, st.lists(st.integers(0, 10**6), min_size=1, max_size=30).filter(any))
def test_shares_sum_to_the_whole(total_cents: int, weights: list[int]) -> None:
    """Shares sum to the whole, each within a cent of its exact share; no weight, no share."""
    shares = share_out(total_cents, weights)
    assert sum(shares) == total_cents
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share * sum(weights) - total_cents * weight) < sum(weights)
        assert weight or not share
    assert share_out(-total_cents, weights) == [-share for share in shares]


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: part_of_whole(100, 0, 12), "money.part"),
        (lambda: part_of_whole(100, 13, 12), "money.part"),
        (lambda: share_out(100, []), "money.weights"),
        (lambda: share_out(100, [0, 0]), "money.weights"),
        (lambda: share_out(100, [3, -1]), "money.weights"),
        (lambda: ratio_bp(0, 0), "rate.empty"),
        (lambda: parse_rate("12,345"), "rate.text"),
        (lambda: parse_eur("1.234"), "money.text"),
        (lambda: parse_eur("1,234"), "money.text"),
        (lambda: parse_eur("douze"), "money.text"),
        (lambda: parse_eur("12,345"), "money.text"),
        (lambda: parse_eur(""), "money.text"),
        (lambda: parse_eur("1 2,3,4"), "money.text"),
    ],
)
def test_nonsense_is_refused(call: object, code: str) -> None:
    """An amount that can be read two ways, or a share of nothing, is refused with a stable code."""
    assert callable(call)
    with pytest.raises(Refusal) as caught:
        call()
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1234,56", 123456),
        ("1 234,56 €", 123456),
        ("1\u202f234,56\u00a0€", 123456),
        ("1.234,56", 123456),
        ("1,234.56", 123456),
        ("€1,234.56", 123456),
        ("12,5", 1250),
        ("-12", -1200),
        ("−0,05 €", -5),
        ("0", 0),
        ("1 234", 123400),
        ("12 EUR", 1200),
    ],
)
def test_amounts_are_read_as_people_type_them(text: str, expected: int) -> None:
    """Comma or point, any space, with or without the sign of the euro."""
    assert parse_eur(text) == expected


@pytest.mark.parametrize(
    ("cents", "expected"),
    [
        (123456, "1\u202f234,56\u00a0€"),
        (-5, "−0,05\u00a0€"),
        (100000000, "1\u202f000\u202f000,00\u00a0€"),
        (0, "0,00\u00a0€"),
    ],
)
def test_amounts_are_written_as_people_read_them(cents: int, expected: str) -> None:
    """French typography: narrow space between thousands, comma, non-breaking space before the sign."""
    assert format_eur(cents) == expected


@given(CENTS)
def test_what_is_written_can_be_read_back(cents: int) -> None:
    """Copying an amount from a page into a field never changes it."""
    assert parse_eur(format_eur(cents)) == cents


@pytest.mark.parametrize(
    ("rate_bp", "expected"),
    [
        (7000, "70\u00a0%"),
        (1327, "13,27\u00a0%"),
        (1250, "12,5\u00a0%"),
        (-205, "−2,05\u00a0%"),
        (5, "0,05\u00a0%"),
    ],
)
def test_rates_are_written_without_useless_zeros(rate_bp: int, expected: str) -> None:
    """12,5 % rather than 12,50 %, and it reads back."""
    assert format_rate(rate_bp) == expected
    assert parse_rate(expected) == rate_bp


def test_ratio() -> None:
    """A share on time is measured to 1/10,000, half up."""
    assert [ratio_bp(9, 10), ratio_bp(2, 3), ratio_bp(1, 20000)] == [9000, 6667, 1]
