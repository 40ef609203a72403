"""The demonstration's mail arrives: the scanned form of the story's family, and a dozen others around their deadlines.

``story_content`` is exactly what a person reads on the scanned form of the family and types beside it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

from egide.contracts.acts.forms import receive_form
from egide.contracts.acts.reception import ReceivedForm
from egide.contracts.queries import FormRow
from egide.demo.centre import EAST_TEAM, ENROLMENTS_TEAM, HOUSES, Centre, found
from egide.demo.forms import Letter, queue, story_content
from egide.demo.papers import scanned_form, title_of
from egide.demo.portfolio import offer_on
from egide.journal import clock
from egide.journal.facts import Channel, Context
from egide.journal.queries import key_used

__all__ = ["receive_story_forms", "story_content"]

_EAST = next(house for house in HOUSES if house.code == "est")


def receive_story_forms(context: Context) -> int:
    """Receives the forms that are not there yet, the family's first, and returns how many were received.

    The family's form holds nothing but its scan: it is typed in front of the public.
    """
    centre = found(context)
    today = clock.today()
    family = Letter(offer_on(today).product_code, story_content(today), 1, typed=False, department="45")
    received = 0
    for number, letter in enumerate([family, *queue(today)]):
        key = f"demo/mail/{letter.product_code}/{number}"
        # The scan is slow to make: a form already received is not drawn again.
        if not key_used(context.actor, key):
            receive_letter(context, centre, letter, key=key, seed=number)
            received += 1
    return received


def receive_letter(context: Context, centre: Centre, letter: Letter, *, key: str, seed: int) -> FormRow:
    """Receives one letter of the demonstration, scanned, at its moment."""
    moment = _moment(letter, seed)
    # The family's form is read closely, in public: it is scanned finer than the others.
    ppi = 150 if seed == 0 else 110
    scan, pages = scanned_form(letter.product_code, letter.content, received_on=moment.date(), seed=seed, ppi=ppi)
    in_east = letter.department in _EAST.departments
    return receive_form(
        replace(context, channel=Channel.MAIL, key=key, received_at=moment),
        ReceivedForm(
            perimeter_id=centre.perimeter_of_department.get(letter.department, centre.perimeters[HOUSES[0].code]),
            product_code=letter.product_code,
            received_at=moment,
            title=title_of(letter.content),
            scan=scan,
            pages=pages,
            region="alsace_moselle" if in_east else "national",
            team_id=centre.teams[EAST_TEAM if in_east else ENROLMENTS_TEAM],
            content=letter.saved,
        ),
    )


def _moment(letter: Letter, seed: int) -> datetime:
    """When the letter reached the mail room: in the morning, on a weekday, never before the product nor after now."""
    day = clock.today() - timedelta(days=letter.received_days_ago)
    day -= timedelta(days=max(0, day.isoweekday() - 5))
    day = max(day, offer_on(clock.today()).first_start)
    return min(datetime.combine(day, time(8, 30 + seed % 30), tzinfo=clock.PARIS), clock.now())
