"""Words of the trade on every page and in every « Pourquoi ? »: never a name of the code, of a table or of a row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.test import Client

from egide.journal.facts import Context
from pages.lived_base import lived
from pages.reading_pages import as_posted, errors_of, hidden
from pages.sweeping import engine_words, swept
from people.families import Care, a_family, content_of, received_form, settled

NOVEMBER = date(2015, 11, 1)
ROLES = ("administrator", "team_leader", "director", "auditor", "delegate", "product_owner", "operator", "adviser")


@pytest.mark.parametrize(
    ("html", "kinds"),
    [
        ("<p>date_naissance</p>", {"a name of the code"}),
        ("<p>person.unknown</p>", {"a code of the code"}),
        ("<p>Le bénéficiaire : 209.</p>", {"a number of the base"}),
        ("<p>Ajoutez-le à la table care_families.</p>", {"a name of the code"}),
        ('<button title="None">x</button>', {"a value of the code"}),
        ("<p>%(count)s lignes</p>", {"an unfilled template"}),
        ("<p>SOINS_20261019.noe, m@x.invalid, 12,50 €, n° 100000197</p><pre>regle taux_ro</pre>", set()),
    ],
)
def test_the_sweep_sees_the_words_of_the_engine(html: str, kinds: set[str]) -> None:
    """What the sweep finds, and what it leaves: names of files, addresses, the text of a rule book as it was written."""
    assert {kind for kind, _place in engine_words(html)} == kinds


def test_no_page_of_a_base_that_lived_speaks_as_the_engine(  # type: ignore[no-untyped-def]
    centre, system: Context, today: Callable[[str], None], tmp_path: Path
) -> None:
    """From the first page of each role, every link, every reason: rejects, refused rights, works, journal, rule books."""
    lived(system, today, tmp_path)
    stranger = a_family(0, serial=88_000)
    settled(system, [Care(stranger[0], invoice=77), Care(stranger[0], "QZZ", invoice=78)], stranger[0].nir)
    found: dict[tuple[str, str], str] = {}
    for role in ROLES:
        client = centre.client(role)

        def fetch(address: str, client: Client = client) -> str | None:
            answer = client.get(address)
            html = answer["Content-Type"].startswith("text/html") and answer.status_code == 200
            return answer.content.decode() if html else None

        for address, html in swept(fetch):
            # « enrolment.proof » is the act by which the proofs themselves enrol: no one does it in the house.
            told = engine_words(html.replace("enrolment.proof", ""))
            found.update(dict.fromkeys(told, f"{role} {address}"))
    assert found == {}


WRONG = (
    # what is typed,                                    what the page says of it
    ({"birth_date": "12/04/1890"},                      "serait né le 12/04/1890"),
    ({"birth_date": "31/02/1980"},                      "n’est pas une date"),
)  # fmt: skip


@pytest.mark.parametrize(("changes", "said"), WRONG)
def test_a_form_refuses_in_the_words_of_the_trade(  # type: ignore[no-untyped-def]
    centre, system: Context, today: Callable[[str], None], changes: dict[str, str], said: str
) -> None:
    """A value that the rule book does not take is told with its name in French, once, on the form and beside the premium."""
    today("2015-10-05")
    client, form = centre.client("administrator"), received_form(system)
    content = content_of(a_family(0), wished=NOVEMBER)
    content["persons"][0] |= changes
    page = client.get(f"/adhesions/{form.pk}")
    given = {**as_posted(content), "revision": hidden(page, "revision"), "form_key": hidden(page, "form_key")}
    for act in ("preview", "validate"):
        answer = client.post(f"/adhesions/{form.pk}", {**given, "act": act})
        html = answer.content.decode() if answer.status_code != 302 else client.get(answer["Location"]).content.decode()
        assert engine_words(html) == []
        told = errors_of(answer)
        assert act == "preview" or said.casefold() in told.casefold()


def test_an_empty_form_is_not_red_and_a_wrong_one_counts_true(
    centre, system: Context, today: Callable[[str], None]
) -> None:  # type: ignore[no-untyped-def]
    """Saved half empty, only what was filled in wrong is told, once; asked to be validated, all that is missing is."""
    today("2015-10-05")
    client, form = centre.client("administrator"), received_form(system)
    content = content_of(a_family(0), wished=NOVEMBER, iban="", postcode="4500", city="")
    page = client.get(f"/adhesions/{form.pk}")
    given = {**as_posted(content), "revision": hidden(page, "revision"), "form_key": hidden(page, "form_key")}
    assert client.post(f"/adhesions/{form.pk}", {**given, "act": "save"}).status_code == 302
    saved = client.get(f"/adhesions/{form.pk}")
    assert errors_of(saved).startswith("1 point est à corriger") and "code postal compte cinq chiffres" in errors_of(
        saved
    )
    assert saved.content.decode().count("field-wrong") == 1
    again = {**given, "revision": hidden(saved, "revision"), "form_key": hidden(saved, "form_key"), "act": "validate"}
    refused = client.post(f"/adhesions/{form.pk}", again)
    html, told = refused.content.decode(), errors_of(refused)
    lines = html.partition('<div class="summary"')[2].partition("</div>")[0].split("<li>")[1:]
    assert refused.status_code == 422 and told.startswith(f"{len(lines)} points sont à corriger")
    assert len(set(lines)) == len(lines) == 3
