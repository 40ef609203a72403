"""Each invariant of journal, ledger, contracts and premiums is broken by hand, and the check of the whole base names it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date

import pytest
from django.db import transaction

from egide.journal.queries import system_context
from egide.journal.scope import set_perimeters
from egide.postgres import Cluster
from egide.premiums.jobs import call_month
from egide.premiums.models import Debit
from invariants.breaking import lived_base, spoken, spoken_after
from people.families import a_family, enrolled, received_form

NOVEMBER = date(2015, 11, 1)
_WHERE = {
    "LAST_LINE": "(SELECT max(id) FROM ledger_line)",
    "A_CHILD": "(SELECT min(id) FROM contracts_cover WHERE link = 'child')",
}
_FREE_COVERS = "ALTER TABLE contracts_cover DROP CONSTRAINT contracts_cover_no_overlap"

_BROKEN: list[tuple[str, str, list[str]]] = [
    # the invariant that must speak     what is broken                            how, the last statement touching rows
    ("journal.chain",                   "an act says something else",
     ["UPDATE journal_act SET actor_label = 'Personne' WHERE id = (SELECT min(id) FROM journal_act)"]),
    ("journal.chain",                   "an act is gone",
     ["DELETE FROM journal_act WHERE id = (SELECT min(id) FROM journal_act)"]),
    ("journal.sealed",                  "an act waits for its seal since yesterday",
     ["UPDATE journal_unsealed SET since = since - interval '1 day'"]),
    ("ledger.balanced",                 "a line of another amount",
     ["UPDATE ledger_line SET amount_cents = amount_cents + 1 WHERE id = LAST_LINE"]),
    ("ledger.balanced",                 "a line is lost",
     ["DELETE FROM ledger_line WHERE id = LAST_LINE"]),
    ("ledger.entries_have_lines",       "an entry is lost, its lines stay",
     ["DELETE FROM ledger_entry WHERE id = (SELECT max(id) FROM ledger_entry)"]),
    ("ledger.entries_have_lines",       "the lines of an entry are lost",
     ["DELETE FROM ledger_line WHERE entry_id = (SELECT max(id) FROM ledger_entry)"]),
    ("ledger.entries_have_lines",       "a line in another perimeter than its entry",
     ["UPDATE ledger_line SET perimeter_id = 3 WHERE id = LAST_LINE"]),
    ("ledger.accounts_known",           "a line on no account",
     ["UPDATE ledger_line SET account_id = 0 WHERE id = LAST_LINE"]),
    ("ledger.accounts_known",           "an account of another perimeter",
     ["UPDATE ledger_account SET perimeter_id = 3 WHERE kind = 'member'"]),
    ("ledger.acts_known",               "an entry that no act wrote",
     ["UPDATE ledger_entry SET act_id = 0 WHERE id = (SELECT max(id) FROM ledger_entry)"]),
    ("covers.no_overlap",               "someone is covered twice the same day",
     [_FREE_COVERS,
      """INSERT INTO contracts_cover SELECT (jsonb_populate_record(c, jsonb_build_object('id',
           nextval(pg_get_serial_sequence('contracts_cover', 'id'))))).* FROM contracts_cover c LIMIT 1"""]),
    ("covers.inside_enrolment",         "a cover that begins before its enrolment",
     ["UPDATE contracts_cover SET period = daterange(lower(period) - 1, upper(period)) WHERE id = A_CHILD"]),
    ("covers.inside_enrolment",         "a cover that outlives its enrolment",
     ["UPDATE contracts_cover SET period = daterange(lower(period), NULL)"]),
    ("covers.same_perimeter",           "a cover of another perimeter than its person",
     ["UPDATE contracts_cover SET perimeter_id = 3 WHERE id = A_CHILD"]),
    ("covers.same_perimeter",           "an enrolment of another perimeter than its covers",
     ["UPDATE contracts_enrolment SET perimeter_id = 3"]),
    ("enrolments.member_covered",       "an enrolment whose member is someone else's",
     ["""UPDATE contracts_enrolment e SET member_id = (SELECT member_id FROM contracts_enrolment o WHERE o.id <> e.id
           LIMIT 1)"""]),
    ("covers.after_birth",              "a child covered before its birth",
     ["""UPDATE people_person SET birth_date = '2016-05-01'
         WHERE id = (SELECT person_id FROM contracts_cover WHERE id = A_CHILD)"""]),
    ("covers.announced",                "a cover that the scheme was never told",
     ["DELETE FROM contracts_rightsmovement WHERE cover_id = A_CHILD"]),
    ("premiums.calls_equal_postings",   "a call says one cent more than its entries",
     ["UPDATE premiums_call SET called_cents = called_cents + 1"]),
    ("premiums.debits_posted",          "a debit of another amount than the account's",
     ["UPDATE premiums_debit SET amount_cents = amount_cents + 1"]),
    ("premiums.debits_posted",          "a debit returned by the bank, and not on the account",
     ["UPDATE premiums_debit SET returned_on = '2015-11-09', return_code = 'AM04'"]),
    ("premiums.debits_posted",          "a debit of the account that was never asked",
     ["DELETE FROM premiums_debit"]),
    ("premiums.debited_within_called",  "one cent debited that was never called",
     ["UPDATE premiums_debit SET amount_cents = amount_cents + 1",
      "UPDATE ledger_line SET amount_cents = amount_cents + sign(amount_cents) WHERE nature = 'debit'"]),
    ("premiums.debited_within_called",  "a month debited before it is called",
     ["UPDATE ledger_line SET id = id + 1000000 WHERE nature = 'premium'"]),
    ("premiums.aids_within_gross",      "an aid above the premium",
     ["UPDATE ledger_line SET amount_cents = -1000000 WHERE nature = 'aid_acs'"]),
    ("premiums.taxes_inside_premiums",  "a premium that does not say its taxes",
     ["UPDATE ledger_line SET parts = NULL WHERE parts IS NOT NULL"]),
    ("premiums.gross_is_shared",        "the insurer has one cent more than its part",
     ["""UPDATE ledger_line l SET amount_cents = amount_cents - 1 FROM ledger_account a
         WHERE a.id = l.account_id AND a.kind = 'premiums'"""]),
    ("premiums.posted_equals_due",      "a premium of another amount than the book's",
     ["UPDATE ledger_line SET amount_cents = amount_cents + 1 WHERE nature = 'premium'"]),
    ("premiums.posted_equals_due",      "a cover ends, and premiums were not told",
     ["UPDATE contracts_cover SET period = daterange(lower(period), lower(period) + 1) WHERE link = 'child'",
      "UPDATE contracts_cover SET cancelled = true WHERE link = 'child'"]),
]  # fmt: skip


def _live() -> None:
    """Two families enrolled, a month called and debited; then an act that waits for its seal."""
    system = system_context()
    os.environ["EGIDE_TODAY"] = "2015-10-05"
    for _ in range(2):
        enrolled(system, a_family(1), starts_on=NOVEMBER)
    call_month(system, NOVEMBER, perimeter_id=2)


@pytest.fixture(scope="module")
def lived(server: Cluster) -> Iterator[None]:
    """The base where they lived, and the last act of which nobody has sealed."""
    with lived_base(server, _live):
        received_form(system_context())
        yield


def test_a_base_that_nobody_broke_has_nothing_to_say(lived: None) -> None:
    """All sentences hold on what the acts of the house have written, and there is something to break."""
    assert spoken() == set()
    with transaction.atomic():
        set_perimeters((1, 2, 3))
        assert Debit.objects.count() == 2


@pytest.mark.parametrize(("name", "what", "how"), _BROKEN, ids=[f"{row[0]}, {row[1]}" for row in _BROKEN])
def test_the_check_names_what_was_broken(lived: None, name: str, what: str, how: list[str]) -> None:
    """One sentence at a time is made false by hand: the check of the whole base says which."""
    for place, query in _WHERE.items():
        how = [statement.replace(place, query) for statement in how]
    assert name in spoken_after(how)
