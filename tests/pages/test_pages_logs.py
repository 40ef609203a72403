"""What reaches a log: where something failed and what kind of failure it was, never whom it was about."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from logging.config import dictConfig

import psycopg
import pytest
from django.conf import settings
from django.db import IntegrityError, connection
from django.test import Client

from egide.postgres import Cluster

NIR, CARE = "184127511000542", "prothèse dentaire de Léonie"


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """The log as the settings make it, kept instead of printed."""
    kept = io.StringIO()
    dictConfig(settings.LOGGING)
    (handler,) = (one for one in logging.getLogger().handlers if one.name == "console")
    assert isinstance(handler, logging.StreamHandler)
    monkeypatch.setattr(handler, "stream", kept)
    yield kept


@pytest.mark.requirement("S001-058")
def test_a_page_that_fails_says_where_and_nothing_of_whom(
    centre,  # type: ignore[no-untyped-def]
    written: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An error quotes a number and a care: the log holds its kind and its place; the screen, a sentence."""

    def fails(*_: object) -> None:
        raise IntegrityError(f"Key (nir)=({NIR}) : {CARE}")

    monkeypatch.setattr("egide.doors.member.member.enrolment_by_number", fails)
    client: Client = centre.client("administrator")
    client.raise_request_exception = False
    answer = client.get(f"/adherents/{NIR}?q={NIR}")
    (line,) = (json.loads(each) for each in written.getvalue().splitlines())
    assert (answer.status_code, NIR in answer.content.decode()) == (500, False)
    assert (line["page"], line["method"], line["status"], line["error"]) == ("member", "GET", 500, "IntegrityError")
    assert line["where"][0].startswith("test_pages_logs.py:")
    assert NIR not in written.getvalue() and "Léonie" not in written.getvalue()


@pytest.mark.parametrize(
    ("logger",       "words",                "kept"),
    [
        ("django.x",   ("soin de %s", NIR),    "soin de %s"),
        ("any.library", (f"%s {CARE[:0]}", CARE), "%s "),
        ("egide.doors", ("work %s done", 12),  "work 12 done"),
    ],
)  # fmt: skip
def test_the_words_of_others_are_kept_without_what_was_put_in_them(
    written: io.StringIO, logger: str, words: tuple[str, object], kept: str
) -> None:
    """A library's message is its template; ours are written with numbers and kinds only, and are kept whole."""
    logging.getLogger(logger).warning(*words)
    (line,) = (json.loads(each) for each in written.getvalue().splitlines())
    assert (line["event"], line["level"], line["logger"]) == (kept, "warning", logger)


def test_the_server_s_own_log_quotes_no_row(server: Cluster, database: str) -> None:
    """A refused row is told to who wrote it; the file beside the database does not keep it."""
    with pytest.raises(IntegrityError, match=NIR), connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE seen (nir text PRIMARY KEY)")
        cursor.execute("INSERT INTO seen VALUES (%s), (%s)", [NIR, NIR])
    address = server.url("egide_owner", database)
    with psycopg.connect(address, autocommit=True) as other, pytest.raises(psycopg.Error, match=NIR):
        other.execute(f"SELECT '{NIR}x'::bigint")
    assert NIR not in (server.home / "server.log").read_text(errors="replace")
