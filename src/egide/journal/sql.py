"""SQL that several floors' migrations share: perimeter policies, monthly partitions, insert-only tables.

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
