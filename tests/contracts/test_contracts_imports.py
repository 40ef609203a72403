"""Enrolments that come as a table: each family is taken whole or refused whole, and nothing is made twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

import pytest

from contracts.sheets import START, child, holder, sheet
from egide.contracts.asked import import_enrolments
from egide.contracts.models import Cover, Enrolment
from egide.exchanges.acts import Arrival, receive
from egide.exchanges.codecs.enrolment_report import write_reject_report
from egide.exchanges.models import File, Reject
from egide.journal.facts import Context, Role
from egide.kernel.errors import Refusal
from egide.kernel.identifiers import nir_key
from people.families import HORIZON, at, iban_of, nir_of, one, received_form, typed

TODAY = "2026-10-05"


@pytest.fixture(autouse=True)
def autumn(db: None, today: Callable[[str], None]) -> None:
    """A day of autumn 2026, when Horizon is sold."""
    today(TODAY)


def imported(system: Context, content: bytes, name: str = "adhesions.csv") -> tuple[File, tuple[int, ...], list[str]]:
    """The table received and taken: its file, the enrolments made, the codes of the refused rows."""
    file = receive(system, Arrival("enrolment.sheet", "delegate", name, content, 2))
    done = import_enrolments(system, file.pk)
    file.refresh_from_db()
    return file, done.enrolment_ids, [reason.code for row in done.refused.rejects for reason in row.reasons]


@pytest.mark.requirement("S001-024")
def test_a_sound_table_makes_its_enrolments(system: Context) -> None:
    """Each family becomes an enrolment with its members, its account and its schedule."""
    first, second = holder("M1"), holder("M2")
    file, made, refused = imported(system, sheet(first, child(first), second))
    assert (len(made), refused) == (2, [])
    assert (file.state, file.lines, file.posted, file.rejected) == ("read", 3, 3, 0)
    enrolment = Enrolment.objects.get(pk=made[0])
    assert (enrolment.perimeter_id, enrolment.starts_on, enrolment.ends_on) == (2, START, None)
    assert [cover.link for cover in enrolment.covers.order_by("id")] == ["member", "child"]
    assert (
        one("SELECT count(*) FROM documents_document WHERE kind = 'schedule' AND subject_id = ANY (%s)", list(made))
        == 2
    )


def test_a_family_is_one_wherever_its_rows_stand(system: Context) -> None:
    """Insured first, children after, families mixed: each is enrolled whole, and every row ends."""
    first, second = holder("M1"), holder("M2")
    file, made, refused = imported(system, sheet(first, second, child(first), child(second)))
    assert (len(made), refused) == (2, [])
    assert (file.state, file.lines, file.posted, file.rejected) == ("read", 4, 4, 0)
    assert [Cover.objects.filter(enrolment_id=each).count() for each in made] == [2, 2]


@pytest.mark.requirement("S001-024")
def test_a_wrong_family_does_not_stop_the_others(system: Context) -> None:
    """Refused for a cell, or by the house itself: the family comes back whole, with its reasons; the others are in."""
    cell, house, sound = holder("M1", birth_date="31/02/1980"), holder("M2", formula="z"), holder("M3")
    file, made, refused = imported(system, sheet(cell, child(cell), house, child(house), sound))
    assert len(made) == 1
    assert sorted(refused) == sorted(["cell.date", "enrolment.family", "import.formula", "import.formula"])
    assert (file.lines, file.posted, file.rejected) == (5, 1, 4)
    kept = Reject.objects.filter(file=file).order_by("line_no")
    assert [(reject.line_no, reject.code) for reject in kept] == [
        (2, "cell.date"), (3, "enrolment.family"), (4, "import.formula"), (5, "import.formula"),
    ]  # fmt: skip
    assert all(reject.message and reject.remedy for reject in kept)


@pytest.mark.parametrize(
    ("changes",                    "code"),
    [
        ({"formula": "z"},          "import.formula"),
        ({"scheme": "MSA"},         "import.scheme"),
        ({"role": "AUTRE"},         "enrolment.holder"),
        ({"product": "rien"},       "products.none_in_force"),
        ({"product": "proxime_sante", "formula": "b"}, "import.certificates"),
        ({"iban": "", "payment": "VIREMENT"}, "import.iban"),
    ],
)  # fmt: skip
def test_what_the_house_cannot_enrol_is_told(system: Context, changes: dict[str, str], code: str) -> None:
    """A family that no product, scheme or account can take is refused with its cause; nothing is half-written."""
    people = one("SELECT count(*) FROM people_person")
    _, made, refused = imported(system, sheet(holder("M1", **changes)))
    assert (made, refused) == ((), [code])
    assert one("SELECT count(*) FROM people_person") == people


def test_the_report_corrected_and_sent_again_completes_the_table(system: Context) -> None:
    """Only the refused families are in the report; mended, they are taken, and the others are not made again."""
    wrong, sound = holder("M1", formula="z"), holder("M2")
    _, first, refused = imported(system, sheet(wrong, sound))
    assert refused == ["import.formula"]
    _, second, refused = imported(system, sheet(wrong | {"formula": "confort"}), "corrige.csv")
    assert (len(first), len(second), refused) == (1, 1, [])


def test_the_report_itself_can_be_sent_back(system: Context) -> None:
    """The spreadsheet of rejects is a table like another: sent back as it is, the same rows are refused."""
    file = receive(system, Arrival("enrolment.sheet", "delegate", "a.csv", sheet(holder("M1", formula="z")), 2))
    report = write_reject_report(import_enrolments(system, file.pk).refused)
    _, made, refused = imported(system, report, "a-rejets.xlsx")
    assert (made, refused) == ((), ["import.formula"])


def test_a_family_already_enrolled_is_refused_by_name(system: Context) -> None:
    """Sent again in another table, a family is told to be covered already: nobody is covered or billed twice."""
    family = holder("M1")
    imported(system, sheet(family))
    _, made, refused = imported(system, sheet(family, holder("M2")), "encore.csv")
    assert len(made) == 1
    assert refused == ["cover.overlap"]


def test_the_same_table_twice_is_refused_at_reception(system: Context) -> None:
    """The same bytes are recognised, whatever their name; the refusal says when they first came."""
    content = sheet(holder("M1"))
    imported(system, content)
    with pytest.raises(Refusal) as refused:
        imported(system, content, "autre-nom.csv")
    assert refused.value.code == "exchanges.duplicate"
    assert "05/10/2026" in refused.value.message
    assert "adhesions.csv" in refused.value.message


def test_reading_a_table_again_makes_nothing_twice(system: Context) -> None:
    """A reading that was interrupted can be run again: families already made are found, not made."""
    family = holder("M1")
    file, made, _ = imported(system, sheet(family, child(family)))
    again = import_enrolments(system, file.pk)
    assert again.enrolment_ids == made
    assert Enrolment.objects.filter(pk__in=made).count() == 1


def test_a_colleague_who_reads_a_table_again_finds_its_families(system: Context) -> None:
    """The families belong to the table, not to who asked first: none is told to be covered already."""
    file, made, _ = imported(system, sheet(holder("M1"), holder("M2")))
    colleague = replace(system, actor=replace(system.actor, id=77, label="Une collègue"))
    again = import_enrolments(colleague, file.pk)
    assert (again.enrolment_ids, again.refused.rejects) == (made, ())


@pytest.mark.parametrize("key", [None, "import-1"])
def test_an_import_under_a_key_is_one_request(system: Context, key: str | None) -> None:
    """The page that imports sends a key: it covers the whole table, however many families there are."""
    context = at(Role.ADMINISTRATOR, key=key)
    file = receive(
        at(Role.ADMINISTRATOR), Arrival("enrolment.sheet", "delegate", "a.csv", sheet(holder("M1"), holder("M2")), 2)
    )
    assert len(import_enrolments(context, file.pk).enrolment_ids) == 2


@pytest.mark.parametrize(
    ("name",          "content",                         "code"),
    [
        ("vide.csv",   b"",                               "exchanges.empty"),
        ("rien.csv",   b"a;b;c\n1;2;3\n",                 "sheet."),
        ("image.xlsx", b"\x89PNG\r\n\x1a\n",              "sheet."),
    ],
)  # fmt: skip
def test_a_table_that_is_none_is_refused_and_kept(system: Context, name: str, content: bytes, code: str) -> None:
    """What is not a table of enrolments is marked refused, with its cause; its bytes stay."""
    with pytest.raises(Refusal) as refused:
        imported(system, content, name)
    assert refused.value.code.startswith(code)
    if content:
        file = File.objects.get(name=name)
        assert (file.state, file.refusal["code"]) == ("refused", refused.value.code)


def test_a_form_and_an_import_are_the_same_enrolment(system: Context) -> None:
    """Both ways give the same rows: only the channel differs (a form of the same product is read the same)."""
    family = holder("M1")
    _, (made,), _ = imported(system, sheet(family))
    by_import = Enrolment.objects.get(pk=made)
    content = {
        "formula": "confort", "scheme": "general", "wished_start": typed(START), "signed_on": "01/10/2026", "signed": True,
        "line1": "1", "postcode": "75001", "city": "Paris", "iban": iban_of(3),
        "persons": [
            {"link": "member", "last_name": "Autre", "first_name": "Ada", "birth_date": "01/01/1980", "birth_rank": "1",
             "nir": (number := nir_of(woman=True, birth=date(1980, 1, 1), serial=59_000)) + nir_key(number)},
        ],
    }  # fmt: skip
    from egide.contracts.acts.forms import validate_form

    form = received_form(system, product=HORIZON, content=content)
    by_form = validate_form(system, form.pk, revision=1)
    same: Sequence[str] = (
        "product_code",
        "product_version",
        "formula",
        "scheme",
        "starts_on",
        "ends_on",
        "perimeter_id",
    )
    assert [getattr(by_form, name) for name in same] == [getattr(by_import, name) for name in same]
