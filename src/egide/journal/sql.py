"""SQL that several floors' migrations share: perimeter policies and health, monthly partitions, insert-only tables.

Each function returns the statements for one table, to be run by a migration under the owner role.
"""

from __future__ import annotations


def protected(table: str) -> str:
    """Row-level security by perimeter: outside a scope nothing is seen, inside only the scope's rows.

    The policy also refuses a perimeter that the scope does not hold, so that large tables carry no foreign key to it:
    checking one row by row would cost a batch more than its own work.
    """
    return f"""
    ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
    CREATE POLICY {table}_perimeter ON {table} TO egide_app
      USING (perimeter_id = ANY ((SELECT egide_perimeters())::smallint[]))
      WITH CHECK (perimeter_id = ANY ((SELECT egide_perimeters())::smallint[]));
    """


def health_aware(table: str) -> str:
    """Rows whose ``health`` is true are not there, to read or to write, for a transaction that may not see health."""
    return f"""
    CREATE POLICY {table}_health ON {table} AS RESTRICTIVE TO egide_app
      USING (NOT health OR (SELECT egide_sees_health()));
    """


def health_by_nature(table: str) -> str:
    """Every row of the table tells of someone's health: none is there for a transaction that may not see it."""
    return f"""
    CREATE POLICY {table}_health ON {table} AS RESTRICTIVE TO egide_app USING ((SELECT egide_sees_health()));
    """


def with_health(table: str, *, open_when: str) -> str:
    """Gives an older table its ``health`` column, without default: true but for the rows where ``open_when`` holds."""
    return f"""
    ALTER TABLE {table} ADD COLUMN health boolean;
    UPDATE {table} SET health = NOT ({open_when});
    SET CONSTRAINTS ALL IMMEDIATE;
    ALTER TABLE {table} ALTER COLUMN health SET NOT NULL;
    {health_aware(table)}
    """  # noqa: S608 - written in a migration, nobody's input


def insert_only(table: str) -> str:
    """Rows are added and read, never changed nor removed, by anyone but the owner of the schema."""
    return f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM egide_app;"


def by_month(table: str) -> str:
    """A default partition, so that no row is ever without a home; ``egide_month(table, day)`` makes the real ones.

    Partitions are out of the application's reach: only the parent, which carries the policy, can be asked.
    """
    return f"""
    CREATE TABLE {table}_default PARTITION OF {table} DEFAULT;
    REVOKE ALL ON {table}_default FROM egide_app;
    """
