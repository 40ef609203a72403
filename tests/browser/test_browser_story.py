"""The story told at the screen by the people who live it, each page checked for accessibility on the way."""

from __future__ import annotations

from datetime import date

import pytest

from browser.conftest import DAY, Screen, Served
from egide.doors.demo.centre import DEMO_ACCOUNTS
from egide.doors.demo.forms import story_content
from egide.doors.pages.enrolment_fields import flat

pytestmark = pytest.mark.browser
EMAILS = {str(account.role): account.email for account in DEMO_ACCOUNTS}


def write(screen: Screen, values: dict[str, object]) -> None:
    """Types values into the fields of the page, whatever their kind."""
    for name, value in values.items():
        box = screen.page.locator(f"#id_{name}")
        if not box.count() or value in ("", None):
            continue
        kind = box.evaluate("element => element.type || element.tagName")
        if kind == "checkbox":
            box.set_checked(bool(value))
        elif kind == "select-one":
            box.select_option(str(value))
        elif kind == "date":
            box.fill(_iso(str(value)))
        else:
            box.fill(str(value))


def _iso(written: str) -> str:
    day, month, year = written.split("/")
    return f"{year}-{month}-{day}"


def test_a_family_enrols(screen: Screen) -> None:
    """Found in the queue, told field by field, paused for a paper, priced with its reasons, then enrolled."""
    page = screen.page
    screen.open("/connexion")
    screen.check()
    screen.sign_in(EMAILS["administrator"])
    screen.check()
    page.get_by_role("link", name="Aïcha Estève").click()
    page.wait_for_selector("#enrolment-form")
    screen.check()
    content = story_content(date.fromisoformat(DAY))
    persons = content["persons"]
    for _person in persons[1:]:  # type: ignore[index]
        page.get_by_role("button", name="Ajouter une personne").click()
        page.wait_for_load_state()
    write(screen, flat({**content, "iban": "FR76 3000 6000 0112 3456 7890 188"}))
    page.get_by_role("button", name="Enregistrer").last.click()
    page.wait_for_selector(".summary")
    assert "IBAN est faux" in page.inner_text(".summary")
    screen.check()
    page.fill("#id_iban", "")
    page.get_by_role("button", name="Demander les pièces").click()
    page.wait_for_selector("#id_scan")
    assert "En pause" in page.inner_text("main")
    screen.check()
    letter = page.request.get(screen.address + str(page.locator(".papers a").last.get_attribute("href"))).body()
    page.set_input_files("#id_scan", {"name": "rib.pdf", "mimeType": "application/pdf", "buffer": letter})
    page.get_by_role("button", name="Joindre et reprendre le délai").click()
    page.wait_for_selector("text=le délai court de nouveau")
    page.fill("#id_iban", str(content["iban"]))
    page.get_by_role("button", name="Calculer la cotisation").click()
    page.wait_for_selector("#preview tfoot")
    page.locator("#preview tbody a.why-amount").first.click()
    page.wait_for_selector("dialog#panel[open]")
    assert "À dire au téléphone" in page.inner_text("#panel")
    screen.check()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Valider l’adhésion").click()
    page.wait_for_url("**/adherents/*")
    assert "créée" in page.inner_text(".notice-success") and "Échéancier du 20/11/2026" in page.inner_text("main")
    screen.check()


def test_an_adviser_answers_the_telephone(screen: Screen, served: Served) -> None:
    """Keyboard only: search as one types, one page, and why an amount was paid."""
    page = screen.page
    screen.sign_in(EMAILS["adviser"])
    page.keyboard.press("/")
    page.keyboard.type(served.member, delay=20)
    page.wait_for_selector("#quick-results a")
    screen.check()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector(".member-head")
    screen.check()
    paid = page.locator("td a.why-amount").first
    if paid.count():
        paid.click()
        page.wait_for_selector("dialog#panel[open]")
        assert "Les raisons, pas à pas" in page.inner_text("#panel")
        page.keyboard.press("Escape")
    page.locator(".balance-card a.why-amount").first.click()
    page.wait_for_selector("dialog#panel[open]")
    screen.check()


def test_a_late_child_is_added_with_every_euro_shown(screen: Screen, served: Served) -> None:
    """The preview shows what moves; the confirmation moves it."""
    page = screen.page
    screen.sign_in(EMAILS["administrator"])
    screen.open(f"/adherents/{served.number}")
    page.keyboard.press("a")
    page.wait_for_selector("#endorsement-form")
    write(screen, {"first_name": "Ève", "birth_date": "12/10/2026", "received_on": "18/11/2026"})
    page.get_by_role("button", name="Voir les effets").last.click()
    page.wait_for_selector("#preview tfoot")
    assert "Effet au 12 octobre 2026" in page.inner_text("#preview")
    screen.check()
    page.get_by_role("button", name="Confirmer l’avenant").click()
    page.wait_for_url(f"**/adherents/{served.number}")
    assert "Ève" in page.inner_text("main")


def test_every_other_page_is_accessible(screen: Screen) -> None:
    """Lists, files, rejects, books, the week and the journal, in both themes and both languages."""
    page = screen.page
    screen.sign_in(EMAILS["team_leader"])
    for path in ("/recherche?q=ma", "/adhesions", "/fichiers", "/fichiers/1", "/rejets", "/semaine", "/journal?chaine=1",
                 "/produits", "/produits/horizon_sante", "/produits/horizon_sante?calcul=beneficiaire"):  # fmt: skip
        screen.open(path)
        screen.check()
    page.evaluate("window.egideTheme('dark')")
    for path in ("/", "/semaine", "/adhesions"):
        screen.open(path)
        screen.check()
    page.get_by_role("button", name="switch to English").click()
    page.wait_for_load_state()
    assert page.locator("html").get_attribute("lang") == "en"
    screen.check()
