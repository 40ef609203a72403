"""Rejected acts are taken again once what stopped them is mended; what fails again is open again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from egide.benefits.jobs.reading import recycle
from egide.doors.commands.check import find
from egide.exchanges.models import Reject
from egide.exchanges.queries import count_open_rejects, open_rejects
from egide.journal.facts import Context
from egide.work.models import Item
from people.families import Care, a_family, enrolled, posted_by_line, settled


@pytest.mark.requirement("S003-145")
def test_a_rejected_act_is_taken_once_its_person_is_known(
    db: None, system: Context, today: Callable[[str], None]
) -> None:
    """An unknown person's two acts are rejected; enrolled since, one is posted, the other, uncovered, stays open."""
    today("2015-12-15")
    people = a_family(0, serial=70_000)
    early = Care(people[0], invoice=1, on=date(2015, 8, 3))
    inside = Care(people[0], invoice=2, on=date(2015, 12, 1))
    file, outcome = settled(system, [early, inside], people[0].nir)
    assert (outcome.posted, outcome.rejected) == (0, 2)
    assert Item.objects.get(kind="rejects", subject_id=file.pk).state == "open"
    enrolled(system, people, starts_on=date(2015, 11, 1))

    taken = recycle(system, [reject.pk for reject in open_rejects(file_id=file.pk)])

    assert taken == 1
    assert sum(posted_by_line().values()) > 0
    standing = Reject.objects.filter(file=file, state="open")
    assert [reject.code for reject in standing] == ["cover.none"]
    file.refresh_from_db()
    assert (file.state, file.lines, file.posted, file.rejected) == ("read", 2, 1, 1)
    assert [finding for finding in find() if finding.count] == []


def test_recycling_without_a_remedy_changes_nothing(db: None, system: Context, today: Callable[[str], None]) -> None:
    """Taken again while nothing was mended, a reject is open again, once; a second try does the same."""
    today("2015-12-15")
    people = a_family(0, serial=71_000)
    file, _ = settled(system, [Care(people[0], invoice=3)], people[0].nir)
    for _ in range(2):
        assert recycle(system, [reject.pk for reject in open_rejects(file_id=file.pk)]) == 0
        assert count_open_rejects(file.pk) == 1
    file.refresh_from_db()
    assert (file.posted, file.rejected) == (0, 1)


def test_the_item_closes_with_the_last_reject(db: None, system: Context, today: Callable[[str], None]) -> None:
    """When every act of the file found its place, the work it gave is done."""
    today("2015-12-15")
    people = a_family(0, serial=72_000)
    file, _ = settled(system, [Care(people[0], invoice=4, on=date(2015, 12, 1))], people[0].nir)
    enrolled(system, people, starts_on=date(2015, 11, 1))
    assert recycle(system, [reject.pk for reject in open_rejects(file_id=file.pk)]) == 1
    assert count_open_rejects(file.pk) == 0
    assert Item.objects.get(kind="rejects", subject_id=file.pk).state == "done"
