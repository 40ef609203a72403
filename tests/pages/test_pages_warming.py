"""A server process is ready before it answers: nobody waits in front of a page for what could be loaded before."""

from __future__ import annotations

import subprocess
import sys

import pytest
from django.db import connection
from django.template import engines
from django.test.utils import CaptureQueriesContext

from egide.doors.warming import page_templates, warm_up
from egide.journal.scope import reading
from egide.products.queries import published_book, versions

_SERVED = """
import sys
import egide.doors.wsgi
from django.test import Client
loaded = set(sys.modules)
assert Client(SERVER_NAME="localhost").get("/connexion").status_code == 200
late = sorted(name for name in set(sys.modules) - loaded if name.startswith(("egide.", "holidays.", "polars.")))
sys.exit(f"loaded in front of a page: {late}" if late else 0)
"""


def test_books_and_templates_are_there_before_the_first_page(database: str) -> None:
    """After the warm-up, opening a published book asks the database nothing, and every template is compiled."""
    published_book.cache_clear()
    warm_up()
    with reading((1, 2, 3), health=True):
        digests = [version.digest for version in versions()]
        with CaptureQueriesContext(connection) as asked:
            books = [published_book(digest) for digest in digests]
    assert len(asked) == 0 and len(books) > 0
    compiled = {str(name) for name in engines["django"].engine.template_loaders[0].get_template_cache}  # type: ignore[attr-defined]
    pages = set(page_templates())
    assert pages and pages <= compiled


@pytest.mark.usefixtures("server")
def test_the_first_page_loads_no_code() -> None:
    """The application that the server loads has every view, and what they import, before it answers."""
    served = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", _SERVED], capture_output=True, text=True, timeout=120, check=False
    )
    assert served.returncode == 0, served.stderr
