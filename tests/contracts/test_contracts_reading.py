"""Reading a form: a complete one becomes a request, a broken one says which field, why and what to do."""

from __future__ import annotations

import copy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egide.contracts.decisions.effect import effect_date
from egide.contracts.decisions.reader import parse_day
from egide.contracts.decisions.reading import read_form
from egide.contracts.facts import FormRead, Severity
from egide.rules.books import load_book
from people.families import a_family, asked_for, certificate, content_of, iban_of

RECEIVED = date(2015, 10, 5)
BOOKS = Path(__file__).resolve().parents[2] / "books"
PROXIME_2015, HORIZON_2026 = load_book(BOOKS / "proxime_sante_2015"), load_book(BOOKS / "horizon_sante_2026")
COMPLETE = content_of(a_family(3), wished=date(2015, 11, 1))


def read(content: dict[str, Any], *, certificates: bool = True, complete: date = RECEIVED) -> FormRead:
    """The form as the house reads it on the day of reception, or when its papers are complete."""
    return read_form(
        content,
        book=PROXIME_2015,
        certificates_required=certificates,
        received_on=RECEIVED,
        complete_on=complete,
    )


def broken(place: str, value: object) -> dict[str, Any]:
    """The complete form with one field changed; ``persons.2.nir`` goes down the tree."""
    content = copy.deepcopy(COMPLETE)
    *path, last = place.split(".")
    target: Any = content
    for step in path:
        target = target[int(step)] if step.isdigit() else target[step]
    target[int(last) if last.isdigit() else last] = value
    return content


@pytest.mark.requirement("S003-032")
def test_a_complete_form_is_a_request() -> None:
    """Every field filled and coherent: nothing is asked, and the request carries all that was typed."""
    found = read(COMPLETE)
    assert found.issues == ()
    assert found.asked is not None
    assert [person.link for person in found.asked.persons] == ["member", "spouse", "child", "child", "child"]
    member, _, child, *_ = found.asked.persons
    assert (child.nir, child.insured_nir) == ("", member.nir)
    assert member.certificate is not None
    assert member.certificate.amount_cents == 20_000
    assert found.asked.signed_on == date(2015, 10, 1)


_NIR_OF_A_WOMAN = COMPLETE["persons"][1]["nir"]
_ONE_BROKEN = [
    # the field that is broken                   its value        the field told                        code
    ("formula",                                  "",              "formula",                            "form.missing"),
    ("formula",                                  "z",             "formula",                            "form.formula"),
    ("scheme",                                   "",              "scheme",                             "form.missing"),
    ("wished_start",                             "",              "wished_start",                       "form.missing"),
    ("wished_start",                             "31/11/2015",    "wished_start",                       "form.date"),
    ("wished_start",                             "bientôt",       "wished_start",                       "form.date"),
    ("wished_start",                             "31/12/9999",    "wished_start",                       "form.date"),
    ("signed_on",                                "",              "signed_on",                          "form.missing"),
    ("signed_on", "06/10/2015", "signed_on", "form.signed_after_receipt"),
    ("signed",                                   False,           "signed",                             "form.unsigned"),
    ("line1",                                    "  ",            "line1",                              "form.missing"),
    ("postcode",                                 "4500",          "postcode",                           "form.postcode"),
    ("postcode",                                 "45 00",         "postcode",                           "form.postcode"),
    ("postcode",                                 "",              "postcode",                           "form.missing"),
    ("city",                                     None,            "city",                               "form.missing"),
    ("iban",                                     "",              "iban",                               "form.iban_missing"),
    ("iban",                                     "FR7630004000010000012345600", "iban",                 "iban.key"),
    ("persons",                                  [],              "persons",                            "form.no_member"),
    ("persons",                                  "Luc",           "persons",                            "form.no_member"),
    ("persons.0.link",                           "",              "persons-0-link",                     "form.link"),
    ("persons.0.link",                           "spouse",        "persons-0-link",                     "form.one_member"),
    ("persons.1.link",                           "member",        "persons-0-link",                     "form.one_member"),
    ("persons.0.last_name",                      "",              "persons-0-last_name",                "form.missing"),
    ("persons.2.first_name",                     "",              "persons-2-first_name",               "form.missing"),
    ("persons.1.birth_date",                     "",              "persons-1-birth_date",               "form.missing"),
    ("persons.1.birth_date",                     "02/13/1978",    "persons-1-birth_date",               "form.date"),
    ("persons.1.birth_date",                     "02/07/1878",    "persons-1-birth_date",               "form.birth_date"),
    ("persons.3.birth_date",                     "06/10/2015",    "persons-3-birth_date",               "form.birth_date"),
    ("persons.0.nir",                            "",              "persons-0-nir",                      "form.nir_missing"),
    ("persons.1.nir",                            "",              "persons-1-nir",                      "form.nir_missing"),
    ("persons.1.nir",                            _NIR_OF_A_WOMAN[:14] + str((int(_NIR_OF_A_WOMAN[14]) + 1) % 10),
                                                                  "persons-1-nir",                      "nir.key"),
    ("persons.1.nir",                            "27807",         "persons-1-nir",                      "nir.length"),
    ("persons.3.birth_date",                     "05/05/2003",    "persons-3-birth_rank",               "form.same_person"),
    ("persons.4.certificate", {}, "persons-4-certificate-amount", "form.certificate_missing"),
    ("persons.0.certificate.agreed_on",          "",              "persons-0-certificate-agreed_on",    "form.missing"),
    ("persons.0.certificate.agreed_on",          "x",             "persons-0-certificate-agreed_on",    "form.date"),
    ("persons.0.certificate.agreed_on", "31/12/9999", "persons-0-certificate-agreed_on", "form.date"),
    ("persons.0.certificate.valid_until",        "",              "persons-0-certificate-valid_until",  "form.missing"),
    ("persons.0.certificate.valid_until", "01/09/2015", "persons-0-certificate-valid_until", "form.certificate_dates"),
    ("persons.0.certificate.valid_until", "31/10/2015", "persons-0-certificate-valid_until", "form.certificate_expired"),
    ("persons.0.certificate.amount",             "",              "persons-0-certificate-amount",       "form.missing"),
    ("persons.0.certificate.amount",             "0",             "persons-0-certificate-amount",       "form.amount"),
    ("persons.0.certificate.amount",             "-200",          "persons-0-certificate-amount",       "form.amount"),
]  # fmt: skip


@pytest.mark.requirement("S003-032", "S003-033", "S003-034", "S003-035", "S003-037")
@pytest.mark.parametrize(("place", "value", "field", "code"), _ONE_BROKEN)
def test_one_broken_field_is_told_by_name(place: str, value: object, field: str, code: str) -> None:
    """A form with one wrong field is not a request; the first issue names the field, the cause and the remedy."""
    found = read(broken(place, value))
    assert found.asked is None
    assert (field, code) in [(issue.field, issue.code) for issue in found.blocking]
    assert all(issue.message and issue.remedy for issue in found.issues)


@pytest.mark.requirement("S003-037", "S003-045")
@pytest.mark.parametrize(
    ("until",      "agreed",     "complete",          "expired"),
    [
        ("30/11/2015", "15/09/2015", date(2015, 10, 5),  False),  # effect on 1 November, as wished
        ("30/11/2015", "15/09/2015", date(2015, 11, 3),  True),   # complete late: effect on 1 December
        ("01/12/2015", "15/09/2015", date(2015, 11, 3),  False),  # the first day of the cover is aided
        ("30/11/2015", "02/11/2015", date(2015, 10, 5),  True),   # agreed late: effect on 1 December
    ],
)  # fmt: skip
def test_a_certificate_must_reach_the_date_that_is_kept(until: str, agreed: str, complete: date, expired: bool) -> None:
    """A certificate is checked against the start date kept, which is often later than the wished one."""
    content = broken("persons.0.certificate.valid_until", until)
    content["persons"][1]["certificate"]["agreed_on"] = agreed
    codes = [issue.code for issue in read(content, complete=complete).blocking]
    assert codes == (["form.certificate_expired"] if expired else [])


@pytest.mark.requirement("S003-038")
@pytest.mark.parametrize(
    ("place",                              "value",      "paper"),
    [
        ("signed",                          False,        "Bulletin d’adhésion daté et signé"),
        ("iban",                            "",           "Relevé d’identité bancaire (RIB) et mandat de prélèvement signé"),
        ("persons.0.nir",                   "",           "Copie de l’attestation vitale de Luc"),
        ("persons.4.certificate",           {},           "Attestation de droit à l’ACS d’Enfant2"),
        ("persons.0.certificate.valid_until", "31/10/2015", "Attestation de droit à l’ACS de Luc, en cours de validité"),
        ("formula",                         "",           None),
        ("persons.0.birth_date",            "",           None),
    ],
)  # fmt: skip
def test_what_only_a_paper_can_settle_is_asked_by_its_name(place: str, value: object, paper: str | None) -> None:
    """A missing paper is asked from the member by name; a field that the form holds is not."""
    papers = [issue.paper for issue in read(broken(place, value)).papers]
    assert papers == ([paper] if paper else [])


@pytest.mark.parametrize(
    ("place",                                 "value",            "code"),
    [
        ("rib",                                False,               "form.rib_missing"),
        ("persons.0.certificate.valid_until",  "31/12/2017",        "form.certificate_long"),
    ],
)  # fmt: skip
def test_a_doubt_is_told_without_stopping(place: str, value: object, code: str) -> None:
    """What is odd but possible is a warning: the person decides."""
    found = read(broken(place, value))
    assert [(issue.code, issue.severity) for issue in found.issues] == [(code, Severity.WARNING)]
    assert found.asked is not None


def test_twins_are_told_apart_by_their_rank() -> None:
    """Two children of one day under one parent's number: the second has rank 2."""
    content = broken("persons.3.birth_date", "05/05/2003")
    content["persons"][3]["birth_rank"] = "2"
    assert read(content).issues == ()


def test_every_broken_field_is_told_at_once() -> None:
    """An empty form tells all that is missing in one reading, in the order of the form."""
    fields = [issue.field for issue in read({"persons": [{"link": "member"}]}).issues]
    assert fields == [
        "formula", "scheme", "signed_on", "signed", "wished_start", "line1", "postcode", "city", "iban",
        "persons-0-last_name", "persons-0-first_name", "persons-0-birth_date", "persons-0-nir",
        "persons-0-certificate-amount", "persons-0-link",
    ]  # fmt: skip


def test_a_product_without_aid_asks_for_no_certificate() -> None:
    """The certificate is asked only where the product's own text requires it."""
    content = copy.deepcopy(COMPLETE)
    for person in content["persons"]:
        person["certificate"] = {}
    assert read(content, certificates=False).issues == ()
    assert len(read(content, certificates=True).issues) == 5


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*COMPLETE, "link", "nir"]), inner),
        max_leaves=12,
    ).filter(lambda value: isinstance(value, dict))
)
def test_whatever_is_typed_is_read_without_a_fall(content: dict[str, Any]) -> None:
    """Anything that a page or a partner may send gives issues, never an error of the program."""
    found = read(content)
    assert (found.asked is None) == bool(found.blocking)


@pytest.mark.parametrize(
    ("typed",        "day"),
    [
        ("05/10/2015",  date(2015, 10, 5)),
        ("5.10.2015",   date(2015, 10, 5)),
        ("2015-10-05",  date(2015, 10, 5)),
        ("05102015",    date(2015, 10, 5)),
        ("31112015",    None),
        ("29/02/2015",  None),
        ("2015/10",     None),
        ("demain",      None),
        ("05/10/-2015", None),
        ("",            None),
    ],
)  # fmt: skip
def test_a_date_is_read_day_first_or_iso(typed: str, day: date | None) -> None:
    """The two usual ways of writing a date, and nothing guessed."""
    assert parse_day(typed) == day


# ---- what proves who a person is


def student(age: int, **boxes: object) -> dict[str, Any]:
    """The form of a family whose eldest child studies at this age."""
    content = copy.deepcopy(COMPLETE)
    content["persons"][2] |= {"birth_date": f"02/03/{RECEIVED.year - age}", "student": True, "school": False, **boxes}
    return content


@pytest.mark.parametrize(
    ("content",  "code",  "paper"),
    [
        (student(23),  "form.school_missing",  "Certificat de scolarité d’Enfant0"),
        (student(21),  "form.school_missing",  "Certificat de scolarité d’Enfant0"),
        (student(20),  "",  ""),
        (student(23, school=True),  "",  ""),
        (student(23, student=False),  "",  ""),
        (broken("persons.1.nir", COMPLETE["persons"][0]["nir"]),  "form.nir_birth",  "Copie de l’attestation vitale de Zoé"),
        (broken("persons.0.birth_date", "12/04/1975"),  "form.nir_birth",  "Copie de l’attestation vitale de Luc"),
        (broken("persons.0.birth_date", "13/03/1975"),  "",  ""),  # a number tells no day
        (broken("persons.2.nir", COMPLETE["persons"][0]["nir"]),  "",  ""),  # a parent's number
        (broken("persons.0.vitale", False),  "form.vitale_missing",  "Copie de l’attestation vitale de Luc"),
        (broken("persons.2.vitale", False),  "",  ""),  # on the parent's attestation
    ],
)  # fmt: skip
def test_what_is_not_proved_is_asked_for(content: dict[str, Any], code: str, paper: str) -> None:
    """A number against a birth date, studies from the age of the règlement, an attestation: each stops, with its paper."""
    found = read(content)
    assert [(issue.code, issue.paper) for issue in found.blocking] == ([(code, paper)] if code else [])
    if code:
        assert found.asked is None and found.blocking[0].remedy
        came = read_form(
            content, book=PROXIME_2015, certificates_required=True, received_on=RECEIVED, complete_on=RECEIVED,
            papers_in=frozenset({paper}),
        )  # fmt: skip
        assert bool(came.blocking) == (code == "form.nir_birth"), "a paper that came is no longer missing"


def test_a_number_that_the_attestation_confirms_is_taken() -> None:
    """Some numbers do contradict a birth date: whoever compared them says so, and it stays written."""
    content = broken("persons.0.birth_date", "12/04/1975")
    content["persons"][0]["nir_checked"] = True
    found = read(content)
    assert found.asked is not None
    assert [issue.code for issue in found.issues] == ["form.nir_birth_checked"]


# ---- the date of effect


def test_the_holder_of_the_account_is_the_member_unless_told() -> None:
    """An empty holder is the member; the account is kept as it is debited, without spaces."""
    content = broken("holder", "") | {"iban": " ".join([iban_of(5)[:4], iban_of(5)[4:]])}
    asked = read(content).asked
    assert asked is not None
    assert (asked.holder, asked.iban) == ("Luc Martin", iban_of(5))


@pytest.mark.requirement("S003-037", "S003-041", "S003-043")
@pytest.mark.parametrize(
    ("wished",          "agreed",           "complete",          "months", "start",            "end",               "differs"),
    [
        (date(2015, 11, 1), date(2015, 9, 1),   date(2015, 10, 5),   True,  date(2015, 11, 1), date(2016, 11, 1), False),
        (date(2015, 11, 1), date(2015, 9, 1),   date(2015, 10, 31),  True,  date(2015, 11, 1), date(2016, 11, 1), False),
        (date(2015, 11, 1), date(2015, 9, 1),   date(2015, 11, 1),   True,  date(2015, 12, 1), date(2016, 12, 1), True),
        (date(2015, 11, 1), date(2015, 9, 1),   date(2015, 12, 24),  True,  date(2016, 1, 1),  date(2017, 1, 1),  True),
        (date(2015, 11, 15), date(2015, 9, 1),  date(2015, 10, 5),   True,  date(2015, 12, 1), date(2016, 12, 1), True),
        (date(2015, 12, 31), date(2015, 9, 1),  date(2015, 10, 5),   True,  date(2016, 1, 1),  date(2017, 1, 1),  True),
        (date(2015, 11, 1), date(2015, 11, 1),  date(2015, 10, 5),   True,  date(2015, 11, 1), date(2016, 11, 1), False),
        (date(2015, 11, 1), date(2015, 11, 2),  date(2015, 10, 5),   True,  date(2015, 12, 1), date(2016, 12, 1), True),
        (date(2015, 11, 1), date(2015, 12, 31), date(2016, 2, 10),   True,  date(2016, 3, 1),  date(2017, 3, 1),  True),
        (date(2015, 9, 1),  None,               date(2015, 10, 5),   True,  date(2015, 11, 1), date(2016, 11, 1), True),
        (date(2015, 11, 1), None,               date(2015, 10, 5),   False, date(2015, 11, 1), None,              False),
    ],
)  # fmt: skip
def test_the_date_kept_is_the_wished_one_when_the_rules_allow_it(
    wished: date, agreed: date | None, complete: date, months: bool, start: date, end: date | None, differs: bool
) -> None:
    """Never before the complete file nor the agreement of an aid, always a first of the month, for twelve months."""
    from dataclasses import replace

    asked = asked_for(a_family(0), starts_on=wished)
    persons = tuple(
        replace(
            person, certificate=replace(person.certificate, agreed_on=agreed) if agreed and person.certificate else None
        )
        for person in asked.persons
    )
    book = PROXIME_2015 if months else HORIZON_2026
    found = effect_date(replace(asked, persons=persons), book=book, complete_on=complete)
    assert (found.starts_on, found.ends_on, found.differs) == (start, end, differs)
    assert found.reasons[0].startswith("Date souhaitée")


@given(
    wished=st.dates(date(2015, 7, 1), date(2018, 12, 31)),
    agreed=st.dates(date(2015, 7, 1), date(2018, 12, 31)),
    complete=st.dates(date(2015, 7, 1), date(2018, 12, 31)),
)
def test_the_date_kept_always_obeys_the_rules(wished: date, agreed: date, complete: date) -> None:
    """Whatever the dates: a first of the month, after the complete file, not before an agreement nor the wish."""
    from dataclasses import replace

    asked = asked_for(a_family(0), starts_on=wished)
    (head, *_) = asked.persons
    assert head.certificate is not None
    head = replace(head, certificate=replace(head.certificate, agreed_on=agreed))
    found = effect_date(replace(asked, persons=(head,)), book=PROXIME_2015, complete_on=complete)
    assert found.starts_on.day == 1
    assert found.starts_on > complete
    assert found.starts_on >= max(wished, agreed)
    latest = max(wished, agreed, complete)
    assert (found.starts_on.year - latest.year) * 12 + found.starts_on.month - latest.month <= 1


def test_certificates_of_the_proofs_are_sound() -> None:
    """The builder's certificate is one that a form accepts."""
    assert read(broken("persons.0.certificate", certificate("350"))).issues == ()
