"""A form is refused by the centre or given up by the candidate, with a reason; either way it leaves the queue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from egide.contracts.acts.forms import abandon_form, refuse_form, save_form, validate_form
from egide.contracts.models import EnrolmentForm
from egide.contracts.queries import forms_in
from egide.journal.facts import Context, Role
from egide.kernel.errors import Refusal
from egide.work.models import Item
from people.families import a_family, at, content_of, one, received_form

WISHED = date(2015, 11, 1)
Act = Callable[..., EnrolmentForm]


@pytest.fixture(autouse=True)
def autumn(db: None, today: Callable[[str], None]) -> None:
    """A day of October."""
    today("2015-10-05")


@pytest.mark.parametrize(
    ("act",         "state",      "kind"),
    [
        (refuse_form,  "refused",    "enrolment.refuse"),
        (abandon_form, "abandoned",  "enrolment.abandon"),
    ],
)  # fmt: skip
def test_a_form_turned_down_leaves_the_queue_with_its_reason(system: Context, act: Act, state: str, kind: str) -> None:
    """The item ends, the reason is on the form and in the journal, and the list of refused forms shows it."""
    form = received_form(system, content=content_of(a_family(0), wished=WISHED))
    act(system, form.pk, revision=form.revision, reason="Hors du champ du contrat")
    form.refresh_from_db()
    assert (form.state, form.ended_because) == (state, "Hors du champ du contrat")
    assert Item.objects.get(kind="enrolment", subject_id=form.pk).state == "done"
    assert [found.pk for found in forms_in("refused")] == [form.pk]
    reasons = one("SELECT reasons::text FROM journal_act WHERE kind = %s AND subject_id = %s", kind, form.pk)
    assert "Hors du champ du contrat" in reasons


@pytest.mark.parametrize("act", [refuse_form, abandon_form])
def test_a_form_is_turned_down_once_and_never_enrolled_after(system: Context, act: Act) -> None:
    """Nothing more is done on it: neither a second refusal nor an enrolment."""
    form = received_form(system, content=content_of(a_family(0), wished=WISHED))
    act(system, form.pk, revision=form.revision, reason="Doublon")
    form.refresh_from_db()
    for again in (
        lambda: act(system, form.pk, revision=form.revision, reason="Encore"),
        lambda: validate_form(system, form.pk, revision=form.revision),
        lambda: save_form(system, form.pk, revision=form.revision, content={}),
    ):
        with pytest.raises(Refusal) as refused:
            again()
        assert refused.value.code == "enrolment.closed"


@pytest.mark.parametrize(
    ("who",                    "reason",   "late", "code"),
    [
        (at(Role.ADMINISTRATOR), "  ",       0,      "enrolment.reason"),
        (at(Role.ADVISER),       "Doublon",  0,      "journal.permission"),
        (at(Role.ADMINISTRATOR), "Doublon",  1,      "enrolment.edited_meanwhile"),
    ],
)  # fmt: skip
def test_a_form_is_not_turned_down_without_reason_or_right(
    system: Context, who: Context, reason: str, late: int, code: str
) -> None:
    """A reason, the right to enrol, and the form as it stands: one lacks and the form waits as before."""
    form = received_form(system)
    for revision in range(late):
        save_form(system, form.pk, revision=revision, content={})
    with pytest.raises(Refusal) as refused:
        refuse_form(who, form.pk, revision=0, reason=reason)
    assert refused.value.code == code
    form.refresh_from_db()
    assert form.state == "received"
    assert Item.objects.get(kind="enrolment", subject_id=form.pk).state == "open"


def test_a_form_that_became_an_enrolment_is_not_written_over(system: Context) -> None:
    """What was signed and enrolled stays as it was read."""
    form = received_form(system, content=content_of(a_family(0), wished=WISHED))
    validate_form(system, form.pk, revision=form.revision)
    form.refresh_from_db()
    before = form.content
    with pytest.raises(Refusal) as refused:
        save_form(system, form.pk, revision=form.revision, content={})
    assert refused.value.code == "enrolment.already_done"
    form.refresh_from_db()
    assert form.content == before
