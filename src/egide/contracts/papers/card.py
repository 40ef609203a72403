"""The third-party-payment card: who is covered, until when, and what nobody advances, as the rule book says."""

from __future__ import annotations

from datetime import date, timedelta

from egide.contracts.models import Enrolment
from egide.contracts.papers.facts import CardColumn, CardHolder, MemberCard
from egide.contracts.queries import facts_of
from egide.documents.acts import issue
from egide.journal.acts import Record
from egide.kernel.identifiers import nir_key
from egide.kernel.rates import WHOLE_BP
from egide.people.papers import letter_frame
from egide.people.queries import PersonRow
from egide.products.queries import book_for
from egide.rules.books import Book

_HOLDERS = 6  # as many as a card holds
_TITLES = {
    "PHAR": "Pharmacie", "MED": "Médecins", "LABO": "Biologie", "RADIO": "Imagerie", "AUXM": "Auxiliaires",
    "TRAN": "Transport", "HOSP": "Hôpital", "DENT": "Dentaire", "OPAU": "Optique, audio",
}  # fmt: skip


def issue_card(record: Record, enrolment: Enrolment, *, from_on: date) -> None:
    """Issues the card of everyone covered from a day on; past six people, as many cards as it takes."""
    facts = facts_of(enrolment)
    covers = [one for one in facts.covers if one.ends_on is None or one.ends_on > from_on]
    people = PersonRow.objects.in_bulk([one.person_id for one in covers])
    book = book_for(enrolment.product_code, enrolment.starts_on)
    if "carte" not in book.tables:
        record.because("Aucune carte émise : le règlement en vigueur ne dit pas ce qu’elle porte.")
        return
    columns, rights = _columns(book, enrolment.formula)
    for first in range(0, len(covers), _HOLDERS):
        holders = [people[one.person_id] for one in covers[first : first + _HOLDERS]]
        until = _until(enrolment, from_on)
        frame = letter_frame(enrolment.member, enrolment.number)
        paper = MemberCard(
            house=frame["house"],
            addressee=frame["addressee"],
            enrolment_number=enrolment.number,
            place=frame["place"],
            product=_product(enrolment),
            member=str(enrolment.member),
            valid_from=from_on,
            valid_to=until,
            columns=columns,
            holders=tuple(
                CardHolder(name=str(one), birth_date=one.birth_date, nir=_nir(one), rights=rights) for one in holders
            ),
            qr=f"EGIDE:CARTE:{enrolment.number}:{from_on:%Y%m%d}:{until:%Y%m%d}",
            professionals=("Télétransmission : norme NOEMIE.",),
        )
        issue(
            record,
            paper,
            kind="card",
            title=f"Carte de tiers payant valable du {from_on:%d/%m/%Y}",
            subject=("enrolment", enrolment.pk),
            perimeter_id=enrolment.perimeter_id,
        )


def _columns(book: Book, formula: str) -> tuple[tuple[CardColumn, ...], tuple[str, ...]]:
    """The columns of a formula's card, and what stands in them: a part not advanced, or « PEC », asked for first."""
    place, _type = book.tables["carte"].column("part") or (0, None)
    rows = [row for row in book.tables["carte"].rows if row.bounds[0][0] == formula]
    cells = [(str(row.bounds[1][0]), part) for row in rows if isinstance(part := row.values[place], int)]
    return (
        tuple(CardColumn(code, _TITLES[code]) for code, _part in cells),
        tuple(f"{part * 100 // WHOLE_BP} %" if part else "PEC" for _code, part in cells),
    )


def _until(enrolment: Enrolment, from_on: date) -> date:
    """The last day of the card: that of the enrolment, at the latest that of the year that it opens."""
    year_end = date(from_on.year, 12, 31) if enrolment.ends_on is None else enrolment.ends_on - timedelta(days=1)
    return max(from_on, year_end)


def _product(enrolment: Enrolment) -> str:
    book = book_for(enrolment.product_code, enrolment.starts_on)
    return f"{book.title}, formule {dict(book.formulas)[enrolment.formula]}"


def _nir(person: PersonRow) -> str:
    """« 2 85 05 45 234 012 17 », the number under which rights are open."""
    nir = person.insured_nir
    parts = (nir[0], nir[1:3], nir[3:5], nir[5:7], nir[7:10], nir[10:13], nir_key(nir))
    return "\N{NO-BREAK SPACE}".join(parts)
