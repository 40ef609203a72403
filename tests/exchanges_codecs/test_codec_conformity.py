"""The conformity page is made from the code, says what is not conforming, and is up to date."""

from __future__ import annotations

from pathlib import Path

import pytest

from egide.exchanges.codecs.conformity import CODECS, page
from egide.exchanges.codecs.fields import Codec, Field, Kind, Layout, Status


def test_the_page_of_the_documentation_is_the_one_of_the_code() -> None:
    """A position is never documented otherwise than it is read."""
    published = Path(__file__).parents[2] / "docs" / "codecs.md"
    assert published.read_text(encoding="utf-8") == page(), (
        "run: python -m egide.exchanges.codecs.conformity > docs/codecs.md"
    )


@pytest.mark.parametrize("codec", CODECS, ids=lambda codec: codec.name)
def test_every_field_says_where_it_comes_from(codec: Codec) -> None:
    """No field without a source and a meaning; a codec with unsure fields says it is not conforming."""
    fields = [field for layout in codec.layouts for field in layout.fields]
    assert all(field.source and field.meaning and (field.start or field.place) for field in fields)
    if any(field.status in (Status.GUESS, Status.SAMPLE) for field in fields):
        assert "on conforme" in codec.statement and "tant qu" in codec.statement


def test_two_fields_never_share_a_position() -> None:
    """A layout whose fields overlap cannot even be declared."""
    first = Field("a", 1, 3, Kind.TEXT, Status.HOUSE, "test", "a")
    second = Field("b", 3, 2, Kind.TEXT, Status.HOUSE, "test", "b")
    with pytest.raises(ValueError, match="overlaps"):
        Layout("x", "x", 10, (first, second))
