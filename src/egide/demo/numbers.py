"""Valid numbers by the column: NIR with its key, French IBAN with its two keys. None belongs to anyone.

Births are written in communes 950 to 989, which no department has, and accounts at branches 99000 to 99999 of real
banks: keys and names of banks are right, so that every check of the house passes, and nobody's number is taken.
"""

from __future__ import annotations

import polars as pl

from egide.demo.chance import Chance

_COMMUNES = 40
_ORDERS = 999

# Bank code and BIC, as the public directory of banks gives them.
_BANKS = pl.DataFrame(
    [
        ("20041", "PSSTFRPP"),
        ("10278", "CMCIFR2A"),
        ("30002", "CRLYFRPPXXX"),
        ("30004", "BNPAFRPP"),
        ("30006", "AGRIFRPPXXX"),
        ("30066", "CMCIFRPPXXX"),
        ("14406", "AGRIFRPP844"),
        ("18206", "AGRIFRPP882"),
        ("18707", "CCBPFRPPXXX"),
        ("14707", "CCBPFRPPXXX"),
        ("17515", "CEPAFRPPXXX"),
        ("40618", "BOUSFRPPXXX"),
        ("12548", "AXABFRPPXXX"),
    ],
    schema=["bank", "bic"],
    orient="row",
)


def nirs(frame: pl.DataFrame, chance: Chance) -> pl.Series:
    """The 13 characters of each person's own number, all different.

    The frame has ``sex``, ``birth_date`` and ``birth_department``.
    """
    born = pl.col("birth_date")
    start = pl.concat_str(
        pl.when(pl.col("sex") == "M").then(pl.lit("1")).otherwise(pl.lit("2")),
        born.dt.strftime("%y%m"),
        pl.col("birth_department"),
        (chance.below("commune", _COMMUNES) + 950).cast(pl.String),
    )
    # The order number is the rank of the birth in its commune and month, as it is in life, spread over 001 to 999.
    numbered = frame.select(start=start).with_columns(nth=pl.col("start").cum_count().over("start").cast(pl.Int64))
    order = (pl.col("nth") * 617 + pl.col("start").str.slice(1, 4).cast(pl.Int64)) % _ORDERS + 1
    return numbered.select(pl.concat_str("start", order.cast(pl.String).str.zfill(3))).to_series()


def nir_keys(column: str) -> pl.Expr:
    """The two digits that close each number: 97 less the remainder by 97, with 2A read as 19 and 2B as 18."""
    number = pl.col(column)
    department = number.str.slice(5, 2)
    plain = department.replace({"2A": "19", "2B": "18"})
    whole = pl.concat_str(number.str.slice(0, 5), plain, number.str.slice(7, 6)).cast(pl.Int64)
    return (97 - whole % 97).cast(pl.String).str.zfill(2)


def bank_accounts(chance: Chance) -> tuple[pl.Expr, pl.Expr]:
    """The IBAN and the BIC of a French account of each row.

    The RIB key is 97 - (89 × bank + 15 × branch + 3 × account) modulo 97; the IBAN key is 98 less the remainder by 97
    of the account followed by « FR00 » written 152700.
    """
    at = chance.below("bank", _BANKS.height)
    bank = pl.lit(_BANKS["bank"]).gather(at)
    branch = chance.between("branch", 99_000, 99_999)
    account = chance.between("account", 1_000_000, 99_999_999_999)
    bank_number = bank.cast(pl.Int64)
    rib = 97 - (89 * bank_number + 15 * branch + 3 * account) % 97
    # 10 to each power, modulo 97: the whole number has 29 digits, more than a column holds.
    shift = [pow(10, power, 97) for power in (24, 19, 8, 6)]
    remainder = (
        (bank_number % 97) * shift[0] + (branch % 97) * shift[1] + (account % 97) * shift[2] + rib * shift[3] + 152_700
    ) % 97
    iban = pl.concat_str(
        pl.lit("FR"),
        (98 - remainder).cast(pl.String).str.zfill(2),
        bank,
        branch.cast(pl.String),
        account.cast(pl.String).str.zfill(11),
        rib.cast(pl.String).str.zfill(2),
    )
    return iban, pl.lit(_BANKS["bic"]).gather(at)
