"""The schema keeps its own promises: who sees what, what is never changed, and rules that have a name."""

from __future__ import annotations

import pytest
from django.db import connections
from tidy_sources import Offence, nothing, packages

APPLICATION = "egide_app"

# Tables that name a perimeter without being anybody's file.
OPEN = {
    "people_organisation": "letterheads: the same for all who write in its name",
    "people_team_perimeters": "which team works for whom: read before any perimeter is known, at sign-in",
}

# Tables of people's files that tell nothing of anyone's health. Openness is declared here, table by table; secrecy never is.
WITHOUT_HEALTH = {
    "contracts_aidcertificate",
    "contracts_askedpaper",
    "contracts_certificate_known",
    "contracts_cover",
    "contracts_cover_known",
    "contracts_endorsement",
    "contracts_enrolment",
    "contracts_enrolmentform",
    "contracts_rightsmovement",
    "documents_print",  # the fingerprint of what was printed; its paper holds the secret
    "journal_act",  # reasons never hold health data: the journal is read by many
    "journal_touch",
    "ledger_account",
    "ledger_entry",
    "ledger_line",
    "people_bankaccount",
    "people_household",
    "people_householdpast",
    "people_mandate",
    "people_person",
    "people_personpast",
    "premiums_call",
    "premiums_debit",
    "benefits_payment",  # amounts to an account, no care
    "benefits_proposal",
    "benefits_proposedtransfer",
    "work_job",
    "work_pause",
}

# What was posted or recorded stays as it was: corrections are new rows.
INSERT_ONLY = (
    "journal_act",
    "journal_key",
    "journal_touch",
    "ledger_account",
    "ledger_entry",
    "ledger_line",
    "benefits_care_line",
    "benefits_posting",
    "benefits_ignored_line",
    "exchanges_line",
    "benefits_proposedtransfer",
    "contracts_aidcertificate",
    "products_productversion",
    "people_householdpast",
    "people_personpast",
    "documents_print",
)

_PERIMETERS = """
-- Tables with a perimeter, leaving out the partitions, which nobody may reach.
SELECT c.relname, c.relrowsecurity,
  (SELECT string_agg(p.polcmd::text || ' ' || pg_get_expr(p.polqual, p.polrelid) || ' '
     || COALESCE(pg_get_expr(p.polwithcheck, p.polrelid), ''), ';')
   FROM pg_policy p WHERE p.polrelid = c.oid AND %s::regrole = ANY (p.polroles))
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'perimeter_id' AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1
"""

_PARTITIONS = """
-- Partitions that the application could reach without their parent's policy.
SELECT c.relname FROM pg_class c
WHERE c.relispartition AND c.relkind IN ('r', 'p')
  AND has_table_privilege(%s, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE') ORDER BY 1
"""

_CHECKS = """
-- Rules that only have the name that PostgreSQL made up for them.
SELECT c.relname, k.conname, pg_get_constraintdef(k.oid) FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid AND NOT c.relispartition
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
WHERE k.contype = 'c' AND k.conname ~ '_check[0-9]*$' AND split_part(c.relname, '_', 1) = ANY (%s) ORDER BY 1, 2
"""


def ask(statement: str, *values: object) -> list[tuple[object, ...]]:
    """The rows of a question to the catalogue."""
    with connections["default"].cursor() as cursor:
        cursor.execute(statement, list(values))
        return list(cursor.fetchall())


def table(name: object, what: str) -> Offence:
    """A place in the schema."""
    return Offence(f"table {name}", 0, what)


def test_every_file_belongs_to_a_perimeter_that_the_database_checks(db: None) -> None:
    """Who sees what is decided in the database: a table with a perimeter has a policy on it, for reads and for writes."""
    rows = ask(_PERIMETERS, APPLICATION)
    assert len(rows) > 15
    nothing(
        (
            table(name, "row-level security on: " + str(on) + ", policy: " + str(policy))
            for name, on, policy in rows
            if name not in OPEN and not (on and policy and str(policy).count("egide_perimeters()") == 2)
        ),
        "Add egide.journal.sql.protected(table) to the package's migrations.",
    )


_HEALTH = """
-- Tables with a perimeter or a health column, the rule that hides health from who may not see it, and what the column allows.
SELECT c.relname,
  (SELECT string_agg(p.polcmd::text || ' ' || pg_get_expr(p.polqual, p.polrelid)
      || COALESCE(' check ' || pg_get_expr(p.polwithcheck, p.polrelid), ''), ';')
   FROM pg_policy p WHERE p.polrelid = c.oid AND NOT p.polpermissive AND %s::regrole = ANY (p.polroles)),
  h.attname IS NOT NULL, h.attnotnull AND NOT h.atthasdef
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
LEFT JOIN pg_attribute h ON h.attrelid = c.oid AND h.attname = 'health' AND NOT h.attisdropped
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND (h.attname IS NOT NULL OR EXISTS (
  SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'perimeter_id' AND NOT a.attisdropped))
ORDER BY 1
"""
_BY_ROW = "* ((NOT health) OR ( SELECT egide_sees_health() AS egide_sees_health))"
_BY_NATURE = "* ( SELECT egide_sees_health() AS egide_sees_health)"


def test_health_is_hidden_by_the_database_unless_declared_open(db: None) -> None:
    """A table of people's files says of each row whether it tells of health, or does by nature, or is declared open above.

    The column is never null and has no default: a writer that forgot it is refused.
    """
    rows = ask(_HEALTH, APPLICATION)
    assert {name for name, policy, *_ in rows if policy} & WITHOUT_HEALTH == set()
    nothing(
        (
            table(name, f"policy: {policy}, column told by the writer: {sound}")
            for name, policy, has_column, sound in rows
            if name not in OPEN
            and name not in WITHOUT_HEALTH
            and not ((policy == _BY_ROW and sound) if has_column else policy == _BY_NATURE)
        ),
        "Add egide.journal.sql.health_aware(table) or health_by_nature(table) to the package's migrations.",
    )


def test_no_partition_can_be_reached_without_its_parent(db: None) -> None:
    """A month's partition carries no policy of its own: only its parent may be asked."""
    nothing(
        (table(name, "reachable") for (name,) in ask(_PARTITIONS, APPLICATION)),
        "Make partitions with egide.journal.sql.by_month and egide_month(), which take the rights away.",
    )


@pytest.mark.parametrize("name", INSERT_ONLY)
def test_what_is_recorded_is_never_changed(db: None, name: str) -> None:
    """The application may add to these tables and read them; it holds no right to change or remove."""
    rights = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
    held = [right for right in rights if ask("SELECT has_table_privilege(%s, %s, %s)", APPLICATION, name, right)[0][0]]
    columns = ask("SELECT has_any_column_privilege(%s, %s, 'UPDATE')", APPLICATION, name)[0][0]
    assert (held, columns) == (["SELECT", "INSERT"], False), (
        "Add egide.journal.sql.insert_only(table) to the migrations."
    )


def test_the_application_has_no_way_round(db: None) -> None:
    """The application's role is held by the policies: it is no superuser, passes none of them and owns no table."""
    role = ask("SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = %s", APPLICATION)
    owned = ask("SELECT relname FROM pg_class WHERE relowner = %s::regrole", APPLICATION)
    acting = ask("SELECT current_user")
    assert (role, owned, acting) == ([(False, False, False)], [], [(APPLICATION,)])


def test_every_check_has_a_name(db: None) -> None:
    """A refused row names the rule it breaks; a made-up name tells nobody anything."""
    nothing(
        (table(name, f"{constraint} {rule}") for name, constraint, rule in ask(_CHECKS, list(packages()))),
        "Write CONSTRAINT <table>_<what_holds> before CHECK, or give CheckConstraint its name.",
    )
