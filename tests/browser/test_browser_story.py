"""The story of one family told at the screen by the people who live it, in autumn 2015 and today, page after page.

Each step is lived by one of the centre's people; every page visited is checked for accessibility on the way.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from browser.conftest import Served
from browser.screen import EMAILS, Screen, words_of
from browser.years import Year, care_file, corrected_file
from egide.doors.commands.check import find
from egide.doors.contracts.enrolment_fields import flat
from egide.exchanges.codecs.sepa_xml import validate
from egide.kernel.errors import Refusal
from egide.kernel.formats import format_date, format_month
from egide.kernel.money import parse_eur

pytestmark = pytest.mark.browser
WRONG_IBAN = "FR76 3000 6000 0112 3456 7890 188"
NOTHING_DONE_TWICE = """async () => {
  const sent = new FormData(document.getElementById('enrolment-form'));
  sent.set('act', 'validate');
  const answers = await Promise.all([1, 2].map(() => fetch('', {method: 'POST', body: sent})));
  return answers.map(answer => answer.url);
}"""


@pytest.mark.requirement("S003-010", "S003-031", "S003-032", "S003-038", "S003-042", "S003-102")
def test_the_story_of_a_family(screen: Screen, served: Served, tmp_path: Path) -> None:
    """From the form in the post to the director's week: each step is done, explained, dated, and done once."""
    found_in_the_queue(screen, served.year)
    filled_by_keyboard(screen, served.year)
    kept_when_two_people_type(screen, served.year)
    complete_and_priced(screen, served.year)
    number = enrolled_once(screen, served)
    called(screen, served, number)
    cared_for(screen, served, number, tmp_path)
    explained_on_the_telephone(screen, served, number)
    changed_late(screen, served, number, tmp_path)
    seen_by_the_director(screen, served)
    read_everywhere(screen, served, number)
    assert served.apart(lambda: [finding.sentence for finding in find() if finding.count]) == []


def found_in_the_queue(screen: Screen, year: Year) -> None:
    """The scanned form waits in the queue with its reception date and its deadline in working days."""
    screen.page.goto(screen.address + "/connexion")
    screen.check()
    screen.sign_in(EMAILS["administrator"])
    screen.check()
    row = screen.page.locator("tr", has_text="Aïcha Estève")
    assert f"{year.due_on:%d/%m/%Y}" in row.inner_text() and "1 j ouvré" in " ".join(row.inner_text().split())
    row.get_by_role("link").click()
    screen.page.wait_for_selector("#enrolment-form")
    screen.page.wait_for_function("document.querySelector('[data-sheet]').naturalWidth > 600")
    assert screen.page.locator("[data-sheet]").count() == (7 if year.aided else 2)
    screen.check()


def filled_by_keyboard(screen: Screen, year: Year) -> None:
    """Typed with the keyboard alone; what is wrong or missing is told field by field, and nothing typed is lost."""
    page = screen.page
    for rank in range(1, 5):
        page.get_by_role("button", name="Ajouter une personne").press("Enter")
        page.wait_for_selector(f"#person-{rank}")
    screen.fill_by_keyboard(first_typed(year))
    page.keyboard.press("Enter")
    page.wait_for_selector(".summary")
    assert "IBAN est faux" in screen.said(".summary") and "IBAN est faux" in screen.said(".field-wrong:has(#id_iban)")
    # What is still empty is not wrong yet: the certificate that is not in the envelope is told when papers are asked for.
    assert "Attestation ACS" not in screen.said(".summary")
    assert page.input_value("#id_persons-3-first_name") == "Gaël"
    assert page.input_value("#id_persons-1-birth_date") == f"02/09/{year.today.year - 33}"
    assert page.get_by_role("button", name="Valider l’adhésion").count() == 1
    assert "ne peut pas encore être validé" in screen.said(".decide")
    screen.check()


def first_typed(year: Year) -> dict[str, object]:
    """The form as it is first typed: a wrong IBAN; in 2015 the last child's certificate is not in the envelope."""
    values = flat({**year.content, "iban": WRONG_IBAN})
    return {
        f"id_{name}": str(value).replace(" €", "").replace("\xa0€", "") if name.endswith("amount") else value
        for name, value in values.items()
        if not name.startswith("persons-4-certificate") and not name.endswith("birth_rank")
    }


def kept_when_two_people_type(screen: Screen, year: Year) -> None:
    """A colleague saves the same form in between: both are told what differs, nothing of either is overwritten."""
    page = screen.page
    browser = page.context.browser
    assert browser is not None
    other = Screen(browser.new_context(locale="fr-FR").new_page(), screen.address, screen.faults)
    other.sign_in(EMAILS["team_leader"])
    other.page.goto(page.url)
    other.page.fill("#id_phone", "06 39 98 00 11")
    other.page.get_by_role("button", name="Enregistrer").last.click()
    other.page.wait_for_selector(".notice-success")
    page.fill("#id_iban", "")
    page.get_by_role("button", name="Enregistrer").last.click()
    page.wait_for_selector("text=Un collègue a enregistré ce bulletin")
    assert "Téléphone : votre collègue a écrit « 06 39 98 00 11 », vous « 06 39 98 45 80 »" in screen.said()
    screen.check()
    page.get_by_role("button", name="Enregistrer").last.click()
    page.wait_for_selector(".notice-success")
    assert page.input_value("#id_phone") == "06 39 98 45 80"
    other.page.context.close()


def complete_and_priced(screen: Screen, year: Year) -> None:
    """Incomplete, the file stops its clock and asks by letter; complete, it shows its premium with every reason."""
    page = screen.page
    page.get_by_role("button", name="Demander les pièces").click()
    page.wait_for_selector("#papers-form")
    screen.check()
    page.get_by_role("button", name="Envoyer la demande").click()
    page.wait_for_selector("#id_scan")
    assert "En pause" in screen.said() and year.paper in screen.said(".papers")
    screen.check()
    letter = screen.fetch(".papers li:has-text('Demande de pièces') a")
    assert year.paper in words_of(letter) and "Saint-Jean-de-Braye" in words_of(letter)
    assert "identité bancaire, et le mandat de prélèvement signé" in words_of(letter)
    page.set_input_files("#id_scan", {"name": "pieces.pdf", "mimeType": "application/pdf", "buffer": letter})
    for box in page.locator(".papers-in input[name=paper]").all():
        box.check()
    page.get_by_role("button", name="Joindre au dossier").click()
    page.wait_for_selector("text=le délai court de nouveau")
    page.fill("#id_iban", str(year.content["iban"]))
    if year.aided:
        screen.fill_by_keyboard(
            {f"id_{name}": value for name, value in certificate_of_the_last(year).items()}
        )  # it came with the papers
        page.select_option("#id_scheme", "alsace_moselle")
        local = total_shown(screen)
        page.select_option("#id_scheme", "general")
        assert total_shown(screen) > local > 0
    else:
        total_shown(screen)
    each_amount_says_why(screen, year)
    screen.check()


def certificate_of_the_last(year: Year) -> dict[str, object]:
    """The certificate that was missing, as typed."""
    values = flat(year.content).items()
    typed = {name: value for name, value in values if name.startswith("persons-4-certificate")}
    return {"persons-4-certificate-amount": "100"} | {
        name: value for name, value in typed.items() if "amount" not in name
    }


def total_shown(screen: Screen) -> int:
    """Calculates the premium and reads the member's total, in cents."""
    with screen.page.expect_response(lambda answer: "/adhesions/" in answer.url):
        screen.page.get_by_role("button", name="Calculer la cotisation").click()
    screen.page.wait_for_function("!document.querySelector('#preview.htmx-swapping, #preview .htmx-request')")
    screen.page.wait_for_selector("#preview tfoot")
    return parse_eur(screen.page.locator("#preview tfoot td").last.inner_text().split("\n")[0])


def each_amount_says_why(screen: Screen, year: Year) -> None:
    """Per person gross, aids and to pay; per month what is due: they add up, and each opens its reasons."""
    tables = screen.page.locator("#preview table")
    persons, months = amounts_of(tables.nth(0).all_inner_texts()), amounts_of(tables.nth(1).all_inner_texts())
    width = 3 if year.aided else 2
    people, total = persons[:-width], persons[-width:]
    assert len(people) == 5 * width
    assert [sum(people[column::width]) for column in range(width)] == total
    assert sum(months[width - 1 :: width]) == total[-1], (months, total)
    assert total[0] - (total[1] if year.aided else 0) == total[-1]
    if year.aided:
        assert people[1::3] == [20_000, 20_000, 10_000, 10_000, people[4 * 3]] and people[4 * 3 + 2] == 0
        screen.why("#preview tbody tr:nth-child(1) td:nth-of-type(2) a.why-amount", "ACS")
        screen.why("#preview tbody tr:nth-child(5) td:nth-of-type(1) a.why-amount", "limitée à son aide ACS")
    screen.why("#preview tbody tr:nth-child(1) td:nth-of-type(1) a.why-amount", "À dire au téléphone")
    screen.why("#preview table:last-of-type tbody a.why-amount", "pas à pas")


def amounts_of(texts: Sequence[str]) -> list[int]:
    """The amounts of a table in reading order, in cents, each with its sign."""
    found = (amount for text in texts for amount in re.findall(r"[-−]?\d[\d\s]*,\d\d\s€", text))
    return [parse_eur(amount.replace("−", "-")) for amount in found]


def enrolled_once(screen: Screen, served: Served) -> str:
    """Validated by two clicks at once: one enrolment, with covers, account, schedule, mandate and movements."""
    page, year = screen.page, served.year
    first, second = page.evaluate(NOTHING_DONE_TWICE)
    assert first == second and "/adherents/" in first
    number = str(first).rpartition("/")[2]
    page.evaluate("document.getElementById('enrolment-form').removeAttribute('data-changed')")
    screen.open(f"/adherents/{number}")
    said = screen.said()
    assert said.count(f"à partir du {year.starts_on:%d/%m/%Y}") == 5 + 1, said  # each person, and the line on top
    assert all(name in said for name in ("Aïcha", "Jean-Rémi", "Léonie", "Gaël", "Noé")) and "Mandat EG-" in said
    schedule = words_of(screen.fetch("a.row-link:has-text('Échéancier')"))
    assert all(name in schedule for name in ("Léonie", "Noé", format_date(year.starts_on))), schedule
    assert ("1 120" in schedule or "ACS" in schedule) if year.aided else "Confort" in schedule
    screen.sign_in(EMAILS["director"])
    screen.open(f"/journal?kind=enrolment.validate&since={year.today}")
    rows = page.locator("tbody tr", has_text=number)
    assert rows.count() == 1
    line = " ".join(rows.inner_text().split())
    done, received, due = re.findall(r"\d\d/\d\d/\d{4}", line)
    assert (done, received, due) == tuple(f"{day:%d/%m/%Y}" for day in (year.today, year.received_on, year.ends_on)), (
        line
    )
    with tempfile.TemporaryDirectory() as folder:
        rights = served.command("exchanges", "rights", "-o", folder)
    assert "5 mouvements" in rights
    return number


def called(screen: Screen, served: Served, number: str) -> None:
    """The month is called by the command, once: lines in the account that opens to them, a file the banks accept."""
    year = served.year
    served.on(year.called_on)
    month = f"{year.starts_on:%Y-%m}"
    assert "prélèvements" in served.command("premiums", "call", month)
    assert "0 prélèvements pour 0,00 €" in served.command("premiums", "call", month)
    screen.sign_in(EMAILS["team_leader"])
    screen.open(f"/adherents/{number}/compte")
    said = screen.said()
    assert format_month(year.starts_on) in said and "Prélèvement" in said and "Aïcha" in said
    assert ("Aide ACS" in said) is year.aided
    screen.why("details.ledger a.why-amount", "pas à pas")
    schema_of(screen, "PRLV_", year.debits)


def schema_of(screen: Screen, name: str, schema: str) -> None:
    """Opens the last file of a name on the files page; its very bytes are valid against the schema of the year."""
    screen.open("/fichiers")
    screen.page.locator("a.row-link", has_text=name).first.click()
    screen.page.wait_for_selector(".fingerprint")
    screen.check()
    sent = screen.fetch("a:has-text('Le fichier tel')")
    assert schema.encode() in sent and validate(sent) is None


def cared_for(screen: Screen, served: Served, number: str, folder: Path) -> None:
    """A care file ends line by line: posted, ignored with its reason, or rejected with a task; then members are paid."""
    year = served.year
    served.on(year.care_on)
    path = folder / f"SOINS_{year.care_on:%Y%m%d}.noe"
    path.write_bytes(care_file(year))
    said = served.command("benefits", "read", str(path))
    assert "4 actes : 2 pris, 1 ignorés, 1 rejetés" in said
    with pytest.raises(Refusal, match="rien n’a été compté deux fois"):
        served.command("benefits", "read", str(path))
    assert "1 virements pour" in served.command("benefits", "pay")
    served.command("benefits", "statements")
    screen.open("/")
    screen.page.get_by_role("link", name=path.name).click()
    assert "Aucune personne connue sous ce numéro" in screen.said()
    screen.check()
    screen.page.locator("main form.group a.row-link").first.click()
    screen.page.wait_for_selector("#cause-title")
    screen.check()
    schema_of(screen, "VIR_", year.transfers)
    screen.open("/fichiers")
    screen.page.get_by_role("link", name=path.name).click()
    screen.page.get_by_role("link", name="Comptabilisées").click()
    assert "Léonie Estève" in screen.said() and "12,30 €" in screen.said()
    screen.check()
    screen.page.goto(f"{screen.address}/adherents/{number}")
    statement = words_of(screen.fetch("a.row-link:has-text('Relevé de prestations')"))
    assert "12,30 €" in statement and "Léonie" in statement


def explained_on_the_telephone(screen: Screen, served: Served, number: str) -> None:
    """One search as one types, one page, by keyboard: why 12,30 € was paid, and what remains of the ceiling."""
    page, year = screen.page, served.year
    screen.sign_in(EMAILS["adviser"])
    page.keyboard.press("/")
    page.keyboard.type("esteve aicha", delay=15)
    page.wait_for_selector("#quick-results a")
    screen.check()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/adherents/{number}")
    assert year.ceiling in screen.said(".gauges")
    screen.why("td a.why-amount:has-text('12,30')", "ticket modérateur")
    screen.why(".gauges a", "reste")
    screen.check()
    page.locator("th a.row-link", has_text="Pharmacie à 65").first.click()
    page.wait_for_selector("#tree-title")
    assert "12,30 €" in screen.said("main")
    screen.check()


def changed_late(screen: Screen, served: Served, number: str, folder: Path) -> None:
    """An elder child declared two months late costs and makes another free: the difference is shown, then posted, once."""
    page, year = screen.page, served.year
    served.on(year.late_on)
    for month in year.months[1:]:
        served.command("premiums", "call", f"{month:%Y-%m}")
    screen.sign_in(EMAILS["administrator"])
    screen.open(f"/adherents/{number}")
    page.keyboard.press("a")
    told_of_the_elder_child(screen, year)
    page.wait_for_selector("#preview tfoot")
    screen.check()
    assert "Rien n’est encore enregistré" in screen.said("#preview")
    moves = amounts_of(page.locator("#preview table").nth(1).locator("td").all_inner_texts())
    told = re.search(r"débité de ([\d\s]+,\d\d €)", screen.said("#preview"))
    assert told and sum(moves) == parse_eur(told[1]) > 0, (moves, told)
    assert min(moves) < 0, "the third child became free"
    before = balance(screen, number)
    page.go_back()
    told_of_the_elder_child(screen, year)
    page.get_by_role("button", name="Confirmer l’avenant").dblclick()
    page.wait_for_url(f"**/adherents/{number}")
    assert "Ève" in screen.said()
    assert balance(screen, number) - before == sum(moves)
    assert "0 prélèvements pour 0,00 €" in served.command("premiums", "call", f"{year.months[1]:%Y-%m}")
    assert balance(screen, number) - before == sum(moves)
    corrected(screen, served, number, folder)


def told_of_the_elder_child(screen: Screen, year: Year) -> None:
    """Types the endorsement and asks for its effects."""
    page = screen.page
    page.wait_for_selector("#endorsement-form")
    page.fill("#id_first_name", "Ève")
    page.fill("#id_birth_date", f"{year.born_on:%d%m%Y}")
    page.fill("#id_event_on", f"{year.joined_on:%d/%m/%Y}")
    page.get_by_role("button", name="Voir les effets").last.click()


def balance(screen: Screen, number: str) -> int:
    """The balance of the account, as its page says it."""
    screen.page.goto(f"{screen.address}/adherents/{number}/compte")
    return amounts_of([screen.page.locator("dl.equation .is-ours dd").first.inner_text()])[0]


def corrected(screen: Screen, served: Served, number: str, folder: Path) -> None:
    """The scheme takes its line back and sends it right: 1,70 € more, paid once."""
    path = folder / f"SOINS_{served.year.late_on:%Y%m%d}.noe"
    path.write_bytes(corrected_file(served.year))
    assert "2 actes : 2 pris, 0 ignorés, 0 rejetés, 1,70 € dus" in served.command("benefits", "read", str(path))
    assert "1 virements pour 1,70 €" in served.command("benefits", "pay")
    with pytest.raises(Refusal, match="rien n’a été compté deux fois"):
        served.command("benefits", "read", str(path))
    assert "virements pour 1,70" not in served.command("benefits", "pay")
    screen.open(f"/adherents/{number}")
    assert "14,00 €" in screen.said()


def seen_by_the_director(screen: Screen, served: Served) -> None:
    """The week of the centre by team, in figures and drawn; a team's open files are a link; nobody's name is there."""
    page, year = screen.page, served.year
    screen.sign_in(EMAILS["director"])
    screen.open("/semaine")
    said = screen.said()
    assert "Adhésions" in said and "Mutuelle de l’Est" in said and "Aïcha" not in said and "Marchetti" not in said
    assert page.locator("svg rect").count() > 5
    page.goto(f"{screen.address}/semaine?semaine={year.today}")
    assert "Adhésions" in screen.said("[aria-labelledby=teams-title]")
    page.locator("[aria-labelledby=teams-title] a").first.click()
    page.wait_for_load_state()
    screen.check()


def read_everywhere(screen: Screen, served: Served, number: str) -> None:
    """The other pages, then dark and at 200 % zoom: nothing stops a person."""
    page, year = screen.page, served.year
    screen.sign_in(EMAILS["team_leader"])
    product = f"/produits/{year.product_code}"
    for path in ("/recherche?q=est", "/adhesions", "/rejets", "/journal?chaine=1", "/produits", product, "/nulle-part"):
        screen.open(path)
    screen.open(f"{product}?calcul=beneficiaire")
    page.set_viewport_size({"width": 640, "height": 900})
    page.evaluate("window.egideTheme('dark')")
    for path in ("/", f"/adherents/{number}", f"/adherents/{number}/compte", "/semaine", "/fichiers"):
        screen.open(path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} scrolls sideways"
    page.set_viewport_size({"width": 1280, "height": 900})
