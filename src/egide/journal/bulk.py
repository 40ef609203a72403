"""Frames in and out of protected tables: COPY into a bare staging table, then one INSERT … SELECT under the policy.

PostgreSQL refuses COPY into a table under row-level security; a temporary table has none, and the INSERT that follows
is checked like any other. Shapes are those of the frame; column names are those of the table.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl
from django.db import connection

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper


def copy_frame(cursor: CursorWrapper, frame: pl.DataFrame, *, into: str, on_conflict: str = "") -> None:
    """Adds every row of the frame to a table, in the frame's order; ``on_conflict`` is SQL's own clause."""
    if frame.is_empty():
        return
    columns = ", ".join(frame.columns)
    staging = f"staging_{into}"
    cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{staging}")
    cursor.execute(f"CREATE TEMP TABLE {staging} ON COMMIT DROP AS SELECT {columns} FROM {into} WITH NO DATA")  # noqa: S608
    with cursor.copy(f"COPY {staging} ({columns}) FROM STDIN (FORMAT csv, NULL '\\N')") as copy:
        for part in frame.iter_slices(200_000):
            copy.write(part.write_csv(None, include_header=False, null_value="\\N", quote_style="necessary"))
    conflict = f" ON CONFLICT {on_conflict}" if on_conflict else ""
    cursor.execute(f"INSERT INTO {into} ({columns}) SELECT {columns} FROM {staging}{conflict}")  # noqa: S608
    cursor.execute(f"DROP TABLE pg_temp.{staging}")


def fetch_frame(
    query: str, parameters: Sequence[object], schema: dict[str, pl.DataType | type[pl.DataType]]
) -> pl.DataFrame:
    """The rows of a query as a frame with exactly this schema, read by binary-free COPY, whatever their number."""
    with connection.cursor() as cursor:
        text = cursor.mogrify(query, list(parameters)) if parameters else query
        chunks = bytearray()
        with cursor.copy(f"COPY ({text}) TO STDOUT (FORMAT csv, NULL '\\N')") as copy:
            for block in copy:
                chunks += block
    if not chunks:
        return pl.DataFrame(schema=schema)
    read_as = {name: pl.String if kind == pl.Boolean else kind for name, kind in schema.items()}
    frame = pl.read_csv(
        bytes(chunks),
        has_header=False,
        new_columns=list(schema),
        schema=read_as,
        null_values="\\N",
        try_parse_dates=False,
    )
    booleans = [name for name, kind in schema.items() if kind == pl.Boolean]
    return frame.with_columns(pl.col(name) == "t" for name in booleans)
