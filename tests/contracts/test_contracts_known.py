"""Two times: what was known on one day of the covers of another, after backdated changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.db import ProgrammingError, connection, transaction

from egide.contracts.asked import change, enrol
from egide.contracts.facts import EndorsementAsked, EndorsementKind
from egide.contracts.known_queries import certificates_known, covers_known
from egide.journal.facts import Context
from people.families import a_family, content_of, one, received_form, rows


def test_what_was_known_on_a_day_about_another(db: None, system: Context, today: Callable[[str], None]) -> None:
    """A removal received in December from the 1st changes who was covered that day, not who was thought covered then."""
    today("2015-10-05")
    family = a_family(1)
    form = received_form(system, content=content_of(family, wished=date(2015, 11, 1)))
    enrolment = enrol(system, form.pk, revision=form.revision)
    today("2015-12-15")
    spouse = one("SELECT person_id FROM contracts_cover WHERE enrolment_id = %s AND link = 'spouse'", enrolment.pk)
    event = date(2015, 12, 1)
    gone = EndorsementAsked(EndorsementKind.REMOVE_PERSON, event, date(2015, 12, 15), person_id=spouse)
    change(system, enrolment.pk, gone, revision=0)
    ends = one("SELECT upper(period) FROM contracts_cover WHERE person_id = %s", spouse)

    def links(known_on: date, on: date) -> list[str]:
        return sorted(cover.link for cover in covers_known(enrolment.pk, known_on=known_on, on=on))

    everyone, without = ["child", "member", "spouse"], ["child", "member"]
    for known_on, on, expected in (
        (date(2015, 10, 4),  date(2015, 11, 15), []),        # nobody had enrolled
        (date(2015, 10, 5),  date(2015, 10, 15), []),        # known, not yet begun
        (date(2015, 10, 5),  date(2015, 11, 15), everyone),
        (date(2015, 12, 14), ends,               everyone),  # nobody knew yet
        (date(2015, 12, 15), ends,               without),
        (date(2015, 12, 15), date(2015, 11, 15), everyone),  # they were, and that is still known
    ):  # fmt: skip
        assert links(known_on, on) == expected, (known_on, on)
    (before,) = (c for c in covers_known(enrolment.pk, known_on=date(2015, 12, 14), on=ends) if c.link == "spouse")
    acts = dict(rows("SELECT id, kind FROM journal_act"))
    assert (before.ends_on, before.person_id, acts[before.act_id or 0]) == (
        enrolment.ends_on,
        spouse,
        "enrolment.validate",
    )


def test_a_certificate_counts_from_the_day_it_was_received(
    db: None, system: Context, today: Callable[[str], None]
) -> None:
    """A certificate agreed in September was not known before the form that brought it."""
    today("2015-10-05")
    form = received_form(system, content=content_of(a_family(1), wished=date(2015, 11, 1)))
    enrolment = enrol(system, form.pk, revision=form.revision)
    about = date(2015, 11, 15)
    assert certificates_known(enrolment.pk, known_on=date(2015, 10, 4), on=about) == []
    kept = rows(
        "SELECT id, amount_cents FROM contracts_aidcertificate WHERE enrolment_id = %s ORDER BY id", enrolment.pk
    )
    known = certificates_known(enrolment.pk, known_on=date(2015, 10, 5), on=about)
    assert kept and [(one.certificate_id, one.amount_cents) for one in known] == kept
    assert certificates_known(enrolment.pk, known_on=date(2015, 10, 5), on=date(2020, 1, 1)) == []


@pytest.mark.parametrize("table", ["contracts_cover_known", "contracts_certificate_known"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET known_on = '2000-01-01'", "TRUNCATE {}"])
def test_what_was_known_is_never_rewritten(db: None, table: str, statement: str) -> None:
    """The database alone writes what was known; the application reads it."""
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))
