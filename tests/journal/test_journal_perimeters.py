"""Who sees what is decided by the database: a delegate's user never meets a row of another delegate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from django.db import ProgrammingError, connection, transaction

from egide.benefits.jobs.paying import issue_statements, pay
from egide.contracts.acts.papers import ask_papers
from egide.contracts.asked import change, enrol
from egide.contracts.facts import EndorsementAsked, EndorsementKind
from egide.contracts.queries import enrolment_by_number, enrolment_facts
from egide.documents.acts import print_waiting
from egide.exchanges.acts import keep_endings
from egide.exchanges.facts import Ended
from egide.exchanges.queries import file_to_read
from egide.journal import clock
from egide.journal.acts import perform
from egide.journal.facts import Actor, Context, Role
from egide.journal.permissions import Permission, may
from egide.journal.scope import health_open, reading, reading_as, set_perimeters
from egide.kernel.errors import Refusal
from egide.people.acts import Identity, correct_identity
from egide.people.address_acts import address_of, change_address
from egide.people.models import Person
from egide.premiums.jobs import call_month
from egide.work.acts import NewItem, open_item
from egide.work.asking import ask_of_perimeter
from people.families import Care, a_family, at, content_of, one, received_care, received_form, rows, settled

# Tables with a perimeter that everyone must read: letterheads, and which team works for whom.
OPEN_TO_ALL = {"people_organisation", "people_team_perimeters"}


def tables_with_a_perimeter() -> dict[str, bool]:
    """Every table that carries a perimeter, partitions aside, and whether its rows are protected."""
    return dict(
        rows(
            """SELECT c.relname, c.relrowsecurity FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
               WHERE a.attname = 'perimeter_id' AND NOT a.attisdropped AND c.relkind IN ('r', 'p')
                 AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace"""
        )
    )


@pytest.fixture
def two_delegates(db: None, system: Context, today: Callable[[str], None]) -> dict[int, str]:
    """Two delegates at work, each with an enrolment: its number by perimeter."""
    return {perimeter: live(system, perimeter, today) for perimeter in (2, 3)}


def live(system: Context, perimeter: int, today: Callable[[str], None]) -> str:
    """One family's life in a perimeter, so that every protected table has a row; returns the enrolment number."""
    today("2015-10-05")
    waiting = received_form(
        system, perimeter=perimeter, content=content_of(a_family(0), wished=date(2015, 11, 1), iban="")
    )
    ask_papers(system, waiting.pk, revision=1, letter=b"%PDF", pages=1)
    family = a_family(1)
    form = received_form(system, perimeter=perimeter, content=content_of(family, wished=date(2015, 11, 1)))
    enrolment = enrol(system, form.pk, revision=form.revision)
    call_month(system, date(2015, 11, 1), perimeter_id=perimeter)
    today("2015-12-15")
    lenses = Care(family[0], "LEN", on=date(2015, 11, 2), charged=5000, base=0, amo=0, withheld=0)
    settled(system, [lenses, Care(family[0], on=date(2015, 1, 5))], family[0].nir)
    settled(system, [lenses], family[0].nir)
    keep_endings(
        received_care(system, f"soins {perimeter}".encode(), perimeter=perimeter),
        [Ended(10**6, code="proof", message="Mise de côté.")],
    )
    pay(system, perimeter_id=perimeter)
    issue_statements(system, perimeter_id=perimeter)
    print_waiting()
    spouse = one("SELECT person_id FROM contracts_cover WHERE enrolment_id = %s AND link = 'spouse'", enrolment.pk)
    gone = EndorsementAsked(EndorsementKind.REMOVE_PERSON, date(2015, 12, 10), date(2015, 12, 15), person_id=spouse)
    change(system, enrolment.pk, gone, revision=0)
    member = Person.objects.select_related("household").get(pk=enrolment.member_id)
    everyone = [
        number for (number,) in rows("SELECT id FROM people_person WHERE household_id = %s", member.household_id)
    ]
    known = address_of(member.household)
    change_address(system, member.pk, replace(known, phone="0123456789"), movers=everyone, known=known)
    correct_identity(
        system,
        member.pk,
        Identity(member.last_name, "Corrigé", member.birth_date, member.birth_rank, member.insured_nir),
    )
    ask_of_perimeter(system, "benefits.statements", title="Essai", perimeter_id=perimeter)
    return enrolment.number


def test_every_table_with_a_perimeter_is_protected(db: None) -> None:
    """A new table that carries a perimeter and no policy would show its rows to everyone: there is none."""
    unprotected = {name for name, protected in tables_with_a_perimeter().items() if not protected}
    assert unprotected == OPEN_TO_ALL


@pytest.mark.requirement("S003-221")
def test_a_delegate_sees_no_row_of_another(two_delegates: dict[int, str]) -> None:
    """In every protected table both delegates have rows, each sees only their own, and without a scope nothing is."""
    protected = sorted(name for name, on in tables_with_a_perimeter().items() if on)
    for table in protected:
        set_perimeters((1, 2, 3), health=True)
        both = {perimeter for (perimeter,) in rows(f"SELECT DISTINCT perimeter_id FROM {table}")}  # noqa: S608
        assert {2, 3} <= both, f"{table} has no row for each delegate: the proof would be empty"
        for mine in (2, 3):
            set_perimeters((mine,), health=True)
            seen = {perimeter for (perimeter,) in rows(f"SELECT DISTINCT perimeter_id FROM {table}")}  # noqa: S608
            assert seen == {mine}, table
        set_perimeters(())
        assert one(f"SELECT count(*) FROM {table}") == 0, table  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute("RESET egide.perimeters")
        assert one(f"SELECT count(*) FROM {table}") == 0, table  # noqa: S608


def tables_with_health() -> dict[str, bool]:
    """Every table that hides health from who may not see it, and whether each of its rows tells of it by nature."""
    return dict(
        rows(
            """SELECT c.relname, NOT EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'health')
               FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid
               WHERE NOT p.polpermissive AND pg_get_expr(p.polqual, p.polrelid) LIKE '%%egide_sees_health%%'"""
        )
    )


def reset_health() -> None:
    """As on a connection where nobody ever said who may see what."""
    with connection.cursor() as cursor:
        cursor.execute("RESET egide.health")


def copied(table: str, where: str) -> str:
    """Puts one row of a table aside, in « theirs », and names the columns that can be written."""
    columns = ", ".join(
        name
        for (name,) in rows(
            """SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0
               AND NOT attisdropped AND attgenerated = '' AND attidentity <> 'a'""",
            table,
        )
    )
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.theirs")
        cursor.execute(f"CREATE TEMP TABLE theirs AS SELECT {columns} FROM {table} WHERE {where} LIMIT 1")  # noqa: S608
    return columns


@pytest.mark.requirement("S003-221")
def test_health_is_not_there_for_who_may_not_see_it(two_delegates: dict[int, str], system: Context) -> None:
    """In every table that tells of health, its rows are neither read nor written without the setting; fails closed."""
    with perform(system, "proof", needs=Permission.READ, given=1) as act:
        act.on("proof", 1, "Preuve", 2)
        open_item(act, NewItem("never_named", "Preuve", 2, "proof", 1, clock.now(), "ENROLMENT_ACT"))
    tables = tables_with_health()
    assert {name for name, by_nature in tables.items() if by_nature} == {
        "benefits_care_line", "benefits_posting", "benefits_counter", "benefits_ignored_line",
    }  # fmt: skip
    for table, by_nature in tables.items():
        told = "true" if by_nature else "health"
        set_perimeters((1, 2, 3), health=True)
        assert one(f"SELECT count(*) FROM {table} WHERE {told}") > 0, f"{table}: the proof would be empty"  # noqa: S608
        others = 0 if by_nature else one(f"SELECT count(*) FROM {table} WHERE NOT health")  # noqa: S608
        columns = copied(table, told)
        for closing in (lambda: set_perimeters((1, 2, 3)), reset_health):
            closing()
            assert one(f"SELECT count(*) FROM {table}") == others, table  # noqa: S608
            with (
                pytest.raises(ProgrammingError, match=r"row-level security|permission denied"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM theirs")  # noqa: S608


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SYSTEM])
def test_a_scope_opens_health_to_those_who_need_it(two_delegates: dict[int, str], role: Role) -> None:
    """What a role may see of care is what its permissions say, for pages, acts and jobs alike."""
    sees = may(role, Permission.READ_HEALTH)
    with reading_as(at(role, perimeters=(2, 3)).actor):
        assert (one("SELECT count(*) FROM benefits_care_line") > 0) is sees
        assert (one("SELECT count(*) FROM documents_document WHERE kind = 'statement'") > 0) is sees
        assert one("SELECT count(*) FROM documents_document WHERE kind = 'schedule'") > 0


def test_what_the_house_must_do_closes_behind_it(two_delegates: dict[int, str]) -> None:
    """Health opened for the house's own duty is closed at the end of it, refused or not."""

    def care() -> int:
        return int(one("SELECT count(*) FROM benefits_care_line"))

    set_perimeters((2, 3))
    with health_open():
        assert care() > 0
    assert care() == 0
    with pytest.raises(Refusal), health_open():
        raise Refusal("proof", "Non.", "Rien.")
    assert care() == 0


def test_nobody_writes_outside_their_scope(two_delegates: dict[int, str]) -> None:
    """A row for another delegate is refused by the database in every protected table, whatever the code says."""
    for table, protected in tables_with_a_perimeter().items():
        if not protected:
            continue
        set_perimeters((2, 3), health=True)
        columns = copied(table, "perimeter_id = 3")
        set_perimeters((2,), health=True)
        with (
            pytest.raises(ProgrammingError, match=r"row-level security|permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM theirs")  # noqa: S608


def test_a_row_cannot_be_given_away(two_delegates: dict[int, str]) -> None:
    """Changing the perimeter of one's own row to another's is refused too."""
    set_perimeters((2,))
    with (
        pytest.raises(ProgrammingError, match=r"row-level security|permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE people_household SET perimeter_id = 3")


def test_absent_and_forbidden_have_the_same_answer(two_delegates: dict[int, str]) -> None:
    """Nobody learns from a refusal that a file exists elsewhere."""
    set_perimeters((3,))
    theirs = enrolment_by_number(two_delegates[3])
    file_id = one("SELECT id FROM exchanges_file WHERE direction = 'out' AND perimeter_id = 3 LIMIT 1")
    mine = at(Role.DELEGATE, perimeters=(2,))
    with reading((2,)):
        for ask in (
            lambda: enrolment_by_number(two_delegates[3]),
            lambda: enrolment_by_number("999999999"),
            lambda: enrolment_facts(theirs.pk),
            lambda: enrolment_facts(10**9),
        ):
            with pytest.raises(Refusal) as refused:
                ask()
            assert refused.value.code == "enrolment.not_found"
        for identifier in (file_id, 10**9):
            with pytest.raises(Refusal) as refused:
                file_to_read(mine, identifier)
            assert refused.value.code == "exchanges.not_found"


def test_a_base_without_organisation_says_what_to_do_first() -> None:
    """A command on a base where no centre was opened answers with the command that opens one."""
    with pytest.raises(Refusal, match="Aucun organisme") as refused:
        _ = Actor("Égide", Role.SYSTEM, ()).first_perimeter
    assert "centre insurer" in refused.value.remedy
    assert Actor("Égide", Role.SYSTEM, (2, 3)).first_perimeter == 2
