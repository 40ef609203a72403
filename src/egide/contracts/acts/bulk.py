"""A whole portfolio written at once, from frames: what ``enrol`` does for one form, by COPY, inside the same act.

A frame's column named after another frame holds the row it points to, counted from 0. Identifiers are drawn from the
tables' own sequences, so that a person working at the same time never meets one of them.

The frames and their columns:

- households: perimeter_id, line1, postcode, city, phone, email
- persons: household, perimeter_id, last_name, first_name, sort_key, birth_date, birth_rank, nir, insured_nir
- bank_accounts: person, perimeter_id, iban, bic, holder
- mandates: bank_account, perimeter_id, signed_on (one for each enrolment that has one)
- enrolments: member (a person), mandate (a row, or null), perimeter_id, product_code, formula, scheme, starts_on,
  ends_on (null: open), received_on
- covers: enrolment, person, perimeter_id, link, student, starts_on, ends_on, since
- certificates: enrolment, person, perimeter_id, nature, file_holder, certificate_holder, agreed_on, valid_until,
  amount_cents
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import polars as pl
from django.db import IntegrityError, connection

from egide.contracts.queries import product_terms
from egide.journal.acts import Record
from egide.journal.bulk import copy_frame, fetch_frame
from egide.kernel.errors import Refusal
from egide.ledger.acts import open_accounts
from egide.ledger.facts import AccountKind

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper

_COLUMNS = {
    "households": ("perimeter_id", "line1", "postcode", "city", "phone", "email"),
    "persons": (
        "household", "perimeter_id", "last_name", "first_name", "sort_key", "birth_date", "birth_rank", "nir",
        "insured_nir",
    ),
    "bank_accounts": ("person", "perimeter_id", "iban", "bic", "holder"),
    "mandates": ("bank_account", "perimeter_id", "signed_on"),
    "enrolments": (
        "member", "mandate", "perimeter_id", "product_code", "formula", "scheme", "starts_on", "ends_on", "received_on",
    ),
    "covers": ("enrolment", "person", "perimeter_id", "link", "student", "starts_on", "ends_on", "since"),
    "certificates": (
        "enrolment", "person", "perimeter_id", "nature", "file_holder", "certificate_holder", "agreed_on",
        "valid_until", "amount_cents",
    ),
}  # fmt: skip
_UNIQUE = {
    "people_person_known_once": (
        "personnes",
        "Une personne de ce lot est déjà connue sous le même numéro, la même date et le même rang de naissance.",
    ),
    "contracts_cover_no_overlap": (
        "couvertures",
        "Une personne de ce lot est déjà couverte sur une partie de la période.",
    ),
}


class PortfolioFrames(Protocol):
    """Frames of whole enrolments, as described above, whoever made them: a generator, an import."""

    @property
    def households(self) -> pl.DataFrame: ...
    @property
    def persons(self) -> pl.DataFrame: ...
    @property
    def bank_accounts(self) -> pl.DataFrame: ...
    @property
    def mandates(self) -> pl.DataFrame: ...
    @property
    def enrolments(self) -> pl.DataFrame: ...
    @property
    def covers(self) -> pl.DataFrame: ...
    @property
    def certificates(self) -> pl.DataFrame: ...


@dataclass(frozen=True, slots=True)
class _Ids:
    """The identifiers given to the rows of each frame, in their order."""

    households: pl.Series
    persons: pl.Series
    bank_accounts: pl.Series
    mandates: pl.Series
    enrolments: pl.Series
    covers: pl.Series

    def of(self, frame: str, column: str) -> pl.Expr:
        """The identifier that a column of row numbers points to."""
        series: pl.Series = getattr(self, frame)
        return pl.lit(series).gather(pl.col(column))


def enrol_frames(record: Record, frames: PortfolioFrames, *, rights_state: str = "to_send") -> int:
    """Writes whole enrolments inside an act and returns how many. All or nothing, like any act.

    Each enrolment gets its number, its mandate reference, its ledger accounts, and one rights movement per cover in
    ``rights_state``: « to_send » leaves with the next file, « acquitted » is for rights that the scheme already holds.
    Refusals: ``bulk.columns`` (a frame lacks a column), ``bulk.known`` (someone is already known or covered), and that
    of a product that has no version on a start date.
    """
    _refuse_incomplete(frames)
    if frames.enrolments.is_empty():
        return 0
    terms = _terms(frames.enrolments)
    with connection.cursor() as cursor:
        ids = _Ids(
            households=_draw("people_household", frames.households.height),
            persons=_draw("people_person", frames.persons.height),
            bank_accounts=_draw("people_bankaccount", frames.bank_accounts.height),
            mandates=_draw("people_mandate", frames.mandates.height),
            enrolments=_draw("contracts_enrolment", frames.enrolments.height),
            covers=_draw("contracts_cover", frames.covers.height),
        )
        numbered = frames.enrolments.with_columns(number=_numbers(frames.enrolments.height)).join(
            terms, on=["product_code", "starts_on"], how="left", maintain_order="left"
        )
        try:
            _write_people(cursor, frames, ids, numbered)
            _write_contracts(cursor, frames, ids, numbered, rights_state)
        except IntegrityError as error:
            raise _known(error) from error
    open_accounts(
        [AccountKind.MEMBER, AccountKind.BENEFITS_DUE],
        frames.enrolments["perimeter_id"].to_list(),
        ids.enrolments.to_list(),
    )
    count = frames.enrolments.height
    record.because(f"{count} adhésions et {frames.persons.height} personnes enregistrées en une fois.")
    return count


def _write_people(cursor: CursorWrapper, frames: PortfolioFrames, ids: _Ids, numbered: pl.DataFrame) -> None:
    """Households, persons, bank accounts and mandates, in the order of their references."""
    _copy(cursor, frames.households, "people_household", ids.households)
    persons = frames.persons.with_columns(household_id=ids.of("households", "household")).drop("household")
    _copy(cursor, persons, "people_person", ids.persons)
    accounts = frames.bank_accounts.with_columns(person_id=ids.of("persons", "person")).drop("person")
    _copy(cursor, accounts, "people_bankaccount", ids.bank_accounts)
    # The same reference as people.acts.sign_mandate gives: EG, the enrolment number, the day of signature.
    signed_for = numbered.select(mandate=pl.col("mandate").cast(pl.Int64), number="number").drop_nulls("mandate")
    mandates = frames.mandates.with_row_index("mandate").with_columns(pl.col("mandate").cast(pl.Int64))
    mandates = mandates.join(signed_for, on="mandate", how="left", validate="1:1", maintain_order="left").select(
        "perimeter_id",
        "signed_on",
        bank_account_id=ids.of("bank_accounts", "bank_account"),
        rum=pl.concat_str(pl.lit("EG-"), "number", pl.lit("-"), pl.col("signed_on").dt.strftime("%y%m%d")),
    )
    _copy(cursor, mandates, "people_mandate", ids.mandates)


def _write_contracts(
    cursor: CursorWrapper, frames: PortfolioFrames, ids: _Ids, numbered: pl.DataFrame, rights_state: str
) -> None:
    """Enrolments, covers, certificates and the movements that tell the compulsory scheme."""
    enrolments = numbered.with_columns(
        member_id=ids.of("persons", "member"),
        mandate_id=ids.of("mandates", "mandate"),
        concluded_on=pl.col("received_on"),
        revision=pl.lit(0),
    ).drop("member", "mandate", "contract_type")
    _copy(cursor, enrolments, "contracts_enrolment", ids.enrolments)
    targets = {"enrolment_id": ids.of("enrolments", "enrolment"), "person_id": ids.of("persons", "person")}
    end = pl.col("ends_on").cast(pl.String).fill_null("")
    period = pl.concat_str(pl.lit("["), pl.col("starts_on").cast(pl.String), pl.lit(","), end, pl.lit(")"))
    covers = frames.covers.with_columns(**targets, period=period)
    _copy(
        cursor,
        covers.select("enrolment_id", "person_id", "perimeter_id", "link", "student", "period", "since"),
        "contracts_cover",
        ids.covers,
    )
    certificates = frames.certificates.with_columns(**targets).drop("enrolment", "person")
    _copy(cursor, certificates, "contracts_aidcertificate", _draw("contracts_aidcertificate", certificates.height))
    movements = covers.select(
        "person_id",
        "perimeter_id",
        "starts_on",
        "ends_on",
        cover_id=ids.covers,
        movement=pl.lit("create"),
        contract_type=pl.lit(numbered["contract_type"]).gather(pl.col("enrolment")),
        state=pl.lit(rights_state),
        return_code=pl.lit(""),
    )
    _copy(cursor, movements, "contracts_rightsmovement", _draw("contracts_rightsmovement", movements.height))


def _copy(cursor: CursorWrapper, frame: pl.DataFrame, table: str, ids: pl.Series) -> None:
    copy_frame(cursor, frame.with_columns(id=ids), into=table)


def _draw(table: str, count: int) -> pl.Series:
    """So many identifiers of a table, from its own sequence: whoever inserts beside us gets others."""
    return _next_values(f"pg_get_serial_sequence('{table}', 'id')::regclass", count)


def _numbers(count: int) -> pl.Series:
    """So many enrolment numbers, as ``next_number`` writes them."""
    return _next_values("'contracts_enrolment_number'::regclass", count).cast(pl.String).str.zfill(9)


def _next_values(sequence: str, count: int) -> pl.Series:
    # ``sequence`` is one of our own names, never a text from outside.
    query = f"SELECT nextval({sequence}) FROM generate_series(1, {int(count)})"  # noqa: S608
    return fetch_frame(query, [], {"id": pl.Int64})["id"]


def _terms(enrolments: pl.DataFrame) -> pl.DataFrame:
    """The version and the contract type of each product on each start date, asked once each."""
    asked = enrolments.select("product_code", "starts_on").unique().sort("product_code", "starts_on")
    found = [product_terms(code, start) for code, start in asked.iter_rows()]
    return asked.with_columns(
        product_version=pl.Series([terms.version for terms in found], dtype=pl.Date),
        contract_type=pl.Series([terms.contract_type for terms in found], dtype=pl.String),
    )


def _refuse_incomplete(frames: PortfolioFrames) -> None:
    for name, columns in _COLUMNS.items():
        frame: pl.DataFrame = getattr(frames, name)
        missing = [column for column in columns if column not in frame.columns]
        if missing:
            raise Refusal(
                code="bulk.columns",
                where=name,
                message=f"Il manque des colonnes pour enregistrer ce lot : {', '.join(missing)}.",
                remedy="Complétez le tableau : ses colonnes sont décrites en tête de ce module.",
            )


def _known(error: IntegrityError) -> Exception:
    """The refusal of a batch that meets someone already there; any other fault stays as the database tells it."""
    for constraint, (where, message) in _UNIQUE.items():
        if constraint in str(error):
            return Refusal(
                code="bulk.known",
                where=where,
                message=message,
                remedy="Rien n’a été enregistré. Retirez cette personne du lot, ou passez par un avenant.",
            )
    return error
