"""The page of the day is that of a job: each role finds first what it does first, and nothing of another's."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest

from egide.contracts.acts.papers import ask_papers
from egide.doors.frame.shelf import Shelf
from egide.doors.frame.templatetags.egide_charts import before_after
from egide.doors.member.member_flags import flags
from egide.journal.facts import Context
from egide.kernel.identifiers import Sex, sex_in
from egide.people.models import Person
from egide.premiums.queries import AccountLine
from pages.reading_pages import text_of
from people.families import a_family, content_of, enrolled, received_form

QUEUE, CALLER, FLOWS, JOURNAL = "Ma file", "Qui appelle", "Où nous en sommes", "Les derniers actes"
BOOKS, FILES = "Horizon Santé", "Les derniers fichiers"
FIRST = [
    # role            what stands there              and what does not
    ("administrator", (QUEUE,),                      (CALLER, FLOWS, JOURNAL, FILES)),
    ("adviser",       (CALLER,),                     (QUEUE, FLOWS, JOURNAL, FILES)),
    ("team_leader",   (FLOWS, QUEUE),                (CALLER, JOURNAL, FILES)),
    ("director",      (FLOWS,),                      (QUEUE, CALLER, JOURNAL, FILES)),
    ("auditor",       ("Vérifier la chaîne", JOURNAL), (QUEUE, CALLER, FLOWS, FILES)),
    ("delegate",      (FLOWS, QUEUE),                (CALLER, JOURNAL, FILES)),
    ("product_owner", (BOOKS,),                      (QUEUE, CALLER, FLOWS, JOURNAL, FILES)),
    ("operator",      ("Recevoir un fichier", FILES),   (QUEUE, CALLER, FLOWS, JOURNAL)),
]  # fmt: skip


@pytest.mark.parametrize(("role", "there", "elsewhere"), FIRST, ids=[row[0] for row in FIRST])
def test_each_job_has_its_own_first_page(  # type: ignore[no-untyped-def]
    centre, role: str, there: tuple[str, ...], elsewhere: tuple[str, ...]
) -> None:
    """What a role does first is on the page of the day, in that order; what another does is not."""
    answer = centre.client(role).get("/")
    said = text_of(answer)
    places = [said.find(one) for one in there]
    assert answer.status_code == 200
    assert -1 not in places and places == sorted(places)
    assert [one for one in elsewhere if one in said] == []
    assert answer.content.decode().count("button-primary") <= 1


def test_a_queue_is_told_in_one_sentence_without_zeros(centre, system: Context, today: Callable[[str], None]) -> None:  # type: ignore[no-untyped-def]
    """What is nil is not said; that nothing presses is, until something is late."""
    today("2015-10-05")
    received_form(system, content=content_of(a_family(0), wished=date(2015, 11, 1)))
    client = centre.client("administrator")
    calm = text_of(client.get("/"))
    today("2015-10-12")
    pressed = text_of(client.get("/"))
    assert "rien ne presse" in calm and not re.search(r"\b0 (en retard|en pause|à finir|faits?)\b", calm)
    assert "1 en retard" in pressed and "rien ne presse" not in pressed


def test_the_records_opened_last_are_for_their_reader_alone(
    centre, system: Context, today: Callable[[str], None]
) -> None:  # type: ignore[no-untyped-def]
    """Who answers the telephone finds the last member again; a colleague does not, nor does the next session."""
    today("2015-10-05")
    row = enrolled(system, a_family(0), starts_on=date(2015, 10, 1))
    reader = centre.client("adviser")
    reader.get(f"/adherents/{row.number}")
    reader.get(f"/adherents/{row.number}")
    assert text_of(reader.get("/")).count(row.number) == 1
    assert row.number not in text_of(centre.client("adviser").get("/"))


# ---- the line that stays at the top of a record


@pytest.fixture
def row(centre, system: Context, today: Callable[[str], None]):  # type: ignore[no-untyped-def]
    """A couple enrolled in October 2015, effect on 1 November."""
    today("2015-10-05")
    return enrolled(system, a_family(0), starts_on=date(2015, 11, 1))


def band(centre, number: str) -> str:  # type: ignore[no-untyped-def]
    """The words of that line."""
    page = centre.client("administrator").get(f"/adherents/{number}").content.decode()
    found = re.search(r'<header class="band">.*?</header>', page, re.DOTALL)
    assert found
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[0]))


def test_the_line_says_who_and_whether_they_are_covered_today(centre, row, today: Callable[[str], None]) -> None:  # type: ignore[no-untyped-def]
    """Covered or not, on the day that is: said first."""
    assert row.number in band(centre, row.number) and "Couverture à partir du 01/11/2015" in band(centre, row.number)
    today("2016-01-11")
    assert "Couvert jusqu’au 31/10/2016" in band(centre, row.number)
    today("2016-11-02")
    assert "Sans couverture aujourd’hui" in band(centre, row.number)


def line(balance_cents: int) -> AccountLine:
    """The last line of an account that stands there."""
    return AccountLine(1, date(2016, 5, 1), "Mai", "premium", None, None, balance_cents, balance_cents, 1, 1)


OWES, PAID = line(1234), line(0)
KNOWN = [
    # lines   in progress                                   what is said beside the cover
    ([],      [],                                           []),
    ([PAID],  [],                                           []),
    ([OWES],  [],                                           ["Reste dû : 12,34 €"]),
    ([],      [("RIB attendu", False)],                     ["En attente : RIB attendu"]),
    ([],      [("", True)],                                 ["Demande en retard"]),
    ([OWES],  [("", True), ("", True), ("RIB", False)],     ["Reste dû : 12,34 €", "2 demandes en retard", "En attente : RIB"]),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "going", "said"), KNOWN)
def test_the_line_says_what_presses_and_nothing_else(  # type: ignore[no-untyped-def]
    row, lines: list[AccountLine], going: list[tuple[str, bool]], said: list[str]
) -> None:
    """What is owed, late or awaited is said; what is in order is not."""
    progress = [{"deadline": {"overdue": late, "pause_reason": reason}} for reason, late in going]
    found = flags(Shelf(), row, [], lines, progress, date(2016, 6, 1))
    assert [str(one["label"]).replace("\N{NO-BREAK SPACE}", " ") for one in found[1:]] == said


def test_the_line_says_until_when_one_may_withdraw(centre, row) -> None:  # type: ignore[no-untyped-def]
    """The last day to withdraw is that of the timeline of the record."""
    page = text_of(centre.client("administrator").get(f"/adherents/{row.number}"))
    assert ("Peut renoncer jusqu’au" in band(centre, row.number)) is ("Dernier jour pour renoncer" in page)


@pytest.mark.parametrize(
    ("nir", "said"),
    [("1750375056001", "Couvert"), ("2750375056001", "Couverte"), ("", "Couverture en cours")],
)
def test_a_person_is_told_in_their_own_gender(centre, row, today: Callable[[str], None], nir: str, said: str) -> None:  # type: ignore[no-untyped-def]
    """« Couverte » for her, « Couvert » for him, and words that agree with nobody when the number is not known."""
    today("2015-11-10")
    Person.objects.filter(pk=row.member_id).update(nir=nir)
    states = re.findall(
        r'class="state state-ok">([^<]*)<',
        centre.client("administrator").get(f"/adherents/{row.number}").content.decode(),
    )
    assert states[0] == f"{said} jusqu’au 31/10/2016"


@pytest.mark.parametrize(
    ("number", "sex"),
    [("1", Sex.MALE), ("7", Sex.MALE), ("2", Sex.FEMALE), ("8", Sex.FEMALE), ("", None), ("3", None)],
)
def test_the_first_digit_tells_the_sex_or_nothing(number: str, sex: Sex | None) -> None:
    """Temporary numbers too; anything else tells nothing."""
    assert sex_in(number) is sex


# ---- the people of a form, and days


def test_people_of_a_form_are_rows_and_advice_is_said_once(
    centre, system: Context, today: Callable[[str], None]
) -> None:  # type: ignore[no-untyped-def]
    """Each person has the same lines in the paper's order; what helps to fill them is said once above them all."""
    today("2015-10-05")
    form = received_form(system, content=content_of(a_family(2), wished=date(2015, 11, 1)))
    page = centre.client("administrator").get(f"/adhesions/{form.pk}").content.decode()
    names = re.findall(r'name="persons-(\d)-(link|last_name|first_name|birth_date|birth_rank|nir)"', page)
    people = sorted({rank for rank, _name in names})
    wanted = ["link", "last_name", "first_name", "birth_date", "birth_rank", "nir"]
    assert len(people) == 4
    assert [[name for at, name in names if at == rank] for rank in people] == [wanted] * 4
    assert page.count("N° de sécurité sociale avec sa clé") == 1


def test_days_are_shown_and_typed_as_in_france(centre, system: Context, today: Callable[[str], None]) -> None:  # type: ignore[no-untyped-def]
    """No field follows the browser's language; a day goes back and forth as it is written, or in the form of programs."""
    today("2015-10-05")
    people = a_family(0)
    form = received_form(system, content=content_of(people, wished=date(2015, 11, 1)))
    client = centre.client("administrator")
    page = client.get(f"/adhesions/{form.pk}").content.decode()
    assert 'type="date"' not in page and 'placeholder="jj/mm/aaaa"' in page
    assert re.search(r'name="wished_start" value="01/11/2015"', page)
    for typed in ("05/10/2015", "05102015", "2015-10-05"):
        answer = centre.client("director").get(f"/journal?since={typed}")
        assert 'name="since" value="05/10/2015"' in answer.content.decode()


def test_papers_awaited_are_said_on_the_queue(centre, system: Context, today: Callable[[str], None]) -> None:  # type: ignore[no-untyped-def]
    """A form that waits for its papers is counted apart, with what it waits for."""
    today("2015-10-05")
    waits = received_form(system)
    ask_papers(system, waits.pk, revision=waits.revision, letter=b"%PDF letter", pages=1)
    said = text_of(centre.client("administrator").get("/"))
    assert "1 en pause" in said and "le délai ne court pas tant que la cause dure" in said


def steps_of(centre, form_id: int) -> list[tuple[str, str]]:  # type: ignore[no-untyped-def]
    """The steps of a form's life, as its page draws them: where each stands, and its name."""
    page = centre.client("administrator").get(f"/adhesions/{form_id}").content.decode()
    return re.findall(r'<li class="is-(done|now|next)"[^>]*><span>([^<]*)</span>', page)


def test_the_life_of_a_form_is_a_line_of_steps(centre, system: Context, today: Callable[[str], None]) -> None:  # type: ignore[no-untyped-def]
    """What was done, where it stands, what remains; papers are a step only once they were asked for."""
    today("2015-10-05")
    form = received_form(system)
    assert steps_of(centre, form.pk) == [("done", "Reçu"), ("now", "Décision")]
    ask_papers(system, form.pk, revision=form.revision, letter=b"%PDF letter", pages=1)
    asked = [("done", "Reçu"), ("done", "Pièces demandées"), ("now", "Pièces reçues"), ("next", "Décision")]
    assert steps_of(centre, form.pk) == asked


def test_what_an_endorsement_moves_is_drawn() -> None:
    """Two bars a month, the larger as high as the drawing; nothing is drawn of a single month."""
    months = [{"before_cents": 5_000, "after_cents": 5_000}, {"before_cents": 5_000, "after_cents": 10_000}]
    drawn = before_after(months)
    assert re.findall(r'class="bar-(\w+)" .*? height="(\d+)"', drawn) == [
        ("muted", "36"), ("accent", "36"), ("muted", "36"), ("accent", "72"),
    ]  # fmt: skip
    assert "50,00" in drawn and "100,00" in drawn and before_after(months[:1]) == ""
