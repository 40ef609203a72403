"""What people and the organisation of the centre declare to the house."""

from __future__ import annotations

from egide.journal.trade import SubjectKind, Trade

TRADE = Trade(
    "people",
    subjects=(
        SubjectKind("person", parent="household", among="SELECT id FROM people_person WHERE household_id = ANY (%s)"),
        SubjectKind("perimeter"),
        SubjectKind("team"),
        SubjectKind("user"),
        SubjectKind("demo"),
    ),
)
