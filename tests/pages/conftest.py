"""What the tests of pages share: the host name under which Django's test client calls."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import override_settings


@pytest.fixture(autouse=True)
def test_host() -> Iterator[None]:
    """The test client asks for the pages of « testserver »."""
    with override_settings(ALLOWED_HOSTS=["testserver"]):
        yield
